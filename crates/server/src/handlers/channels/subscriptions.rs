//! Who is subscribed to which channels.

use super::{description, new_channel_settings};
use crate::http::pipeline::Ctx;
use tidings_core::commands::channels::check_name;
use tidings_core::commands::channels::create::NewChannelSettings;
use tidings_core::commands::send::UserRefIn;
use tidings_core::commands::subscriptions::request::{self, Subscribed, Wanted};
use tidings_core::commands::subscriptions::settings::{self, check_color};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::events::IncludeSubscribers;
use tidings_types::endpoints::subscriptions::{
    GetSubscribersRequest, GetSubscribersResponse, GetSubscriptionStatusRequest, GetSubscriptionStatusResponse,
    GetSubscriptionsRequest, GetSubscriptionsResponse, Principal, SubscribeRequest, SubscribeResponse, SubscribeTo,
    UnsubscribeRequest, UnsubscribeResponse, UpdateSubscriptionSettingsRequest, UpdateSubscriptionsRequest,
    UpdateSubscriptionsResponse,
};

/// `POST /users/me/subscriptions`.
pub async fn subscribe(ctx: Ctx, request: SubscribeRequest) -> Result<SubscribeResponse, ApiError> {
    let fatal = request.authorization_errors_fatal;
    let messages_wanted = request.send_new_subscription_messages == Some(true);
    let tell = request.send_new_subscription_messages.unwrap_or(true);
    let wanted = request::SubscribeRequest {
        channels: wanted(&ctx, request.subscriptions)?,
        users: users(request.principals),
        tell,
        refuse_unauthorized: fatal,
        new: new_channel_settings!(request),
    };
    let actor = ctx.user.id;
    let done = match wanted.may_tell() {
        true => ctx.app.realm.run_rehearsed(move |tx| request::subscribe(tx, actor, wanted.clone())).await?,
        false => ctx.app.realm.run(move |tx| request::subscribe(tx, actor, wanted)).await?,
    };
    Ok(SubscribeResponse {
        subscribed: done.subscribed,
        already_subscribed: done.already_subscribed,
        unauthorized: (!fatal).then_some(done.unauthorized),
        new_subscription_messages_sent: messages_wanted.then_some(done.told),
    })
}

fn wanted(ctx: &Ctx, channels: Vec<SubscribeTo>) -> Result<Vec<Wanted>, ApiError> {
    let one = |channel: SubscribeTo| {
        Ok(Wanted {
            name: check_name(&channel.name)?,
            description: description(ctx, channel.description.as_deref())?,
            color: channel.color.as_deref().map(check_color).transpose()?,
        })
    };
    request::check_at_once(channels.len())?;
    channels.into_iter().map(one).collect()
}

/// None and an empty list are the same: generated clients send the latter for what was not given.
fn users(principals: Option<Vec<Principal>>) -> Vec<UserRefIn> {
    let user = |principal| match principal {
        Principal::Id(id) => UserRefIn::Id(id),
        Principal::Email(email) => UserRefIn::Email(email.trim().to_owned()),
    };
    principals.unwrap_or_default().into_iter().map(user).collect()
}

/// `DELETE /users/me/subscriptions`.
pub async fn unsubscribe(ctx: Ctx, request: UnsubscribeRequest) -> Result<UnsubscribeResponse, ApiError> {
    let (actor, names, users) = (ctx.user.id, request.subscriptions, users(request.principals));
    let done = ctx.app.realm.run(move |tx| request::leave(tx, actor, &names, &users)).await?;
    Ok(UnsubscribeResponse { removed: done.removed, not_removed: done.not_removed })
}

/// `PATCH /users/me/subscriptions`.
pub async fn update_subscriptions(
    ctx: Ctx,
    request: UpdateSubscriptionsRequest,
) -> Result<UpdateSubscriptionsResponse, ApiError> {
    if request.add.is_empty() && request.delete.is_empty() {
        return Err(ApiError::bad_request("Nothing to do. Specify at least one of \"add\" or \"delete\"."));
    }
    let join = request::SubscribeRequest {
        channels: wanted(&ctx, request.add)?,
        users: Vec::new(),
        tell: false,
        refuse_unauthorized: true,
        new: NewChannelSettings::default(),
    };
    let (actor, names) = (ctx.user.id, request.delete);
    let both = ctx.app.realm.run(move |tx| {
        let joins = !join.channels.is_empty();
        let joined = if joins { request::subscribe(tx, actor, join)? } else { Subscribed::default() };
        Ok((joined, request::leave(tx, actor, &names, &[])?))
    });
    let (joined, left) = both.await?;
    Ok(UpdateSubscriptionsResponse {
        subscribed: joined.subscribed,
        already_subscribed: joined.already_subscribed,
        removed: left.removed,
        not_removed: left.not_removed,
    })
}

/// `GET /users/me/subscriptions`.
pub async fn get_subscriptions(
    ctx: Ctx,
    request: GetSubscriptionsRequest,
) -> Result<GetSubscriptionsResponse, ApiError> {
    let state = ctx.app.realm.snapshot();
    let with_subscribers = request.include_subscribers != IncludeSubscribers::None;
    let rows = state.channels.subscriptions_of(ctx.user.id).filter(|(_, row)| row.is_active);
    let views = rows.filter_map(|(id, row)| {
        let channel = state.channels.get(id).filter(|channel| !channel.is_archived)?;
        let mut view = state.subscription_view(channel, row);
        view.channel.subscribers = with_subscribers.then(|| state.subscriber_ids(channel));
        Some(view)
    });
    Ok(GetSubscriptionsResponse { subscriptions: views.collect() })
}

/// `POST /users/me/subscriptions/properties`.
pub async fn update_subscription_settings(
    ctx: Ctx,
    request: UpdateSubscriptionSettingsRequest,
) -> Result<Done, ApiError> {
    let (actor, changes) = (ctx.user.id, request.subscription_data);
    ctx.app.realm.run(move |tx| settings::update_settings(tx, actor, &changes)).await?;
    Ok(Done {})
}

/// `GET /users/{user_id}/subscriptions/{stream_id}`.
pub async fn get_subscription_status(
    ctx: Ctx,
    request: GetSubscriptionStatusRequest,
) -> Result<GetSubscriptionStatusResponse, ApiError> {
    let state = ctx.app.realm.state();
    let user = state.access_user(&ctx.user, request.user_id)?.id;
    let channel = state.access_channel(&ctx.user, request.stream_id)?.id;
    let row = state.channels.subscription(user, channel);
    Ok(GetSubscriptionStatusResponse { is_subscribed: row.is_some_and(|row| row.is_active) })
}

/// `GET /streams/{stream_id}/members`.
pub async fn get_subscribers(ctx: Ctx, request: GetSubscribersRequest) -> Result<GetSubscribersResponse, ApiError> {
    let state = ctx.app.realm.state();
    let channel = state.access_channel(&ctx.user, request.stream_id)?;
    Ok(GetSubscribersResponse { subscribers: state.subscriber_ids(channel) })
}
