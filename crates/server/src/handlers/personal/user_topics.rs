//! Muted, unmuted and followed topics.

use crate::http::pipeline::Ctx;
use tidings_core::commands::personal::user_topics;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::personal::{AddOrRemove, MuteTopicRequest, UpdateUserTopicRequest, visibility_policy};
use tidings_types::error::NameList;
use tidings_types::{ApiError, ChannelId};

/// `POST /user_topics`.
pub async fn update_user_topic(ctx: Ctx, request: UpdateUserTopicRequest) -> Result<Done, ApiError> {
    let policy = visibility_policy(request.visibility_policy)?;
    set(&ctx, request.stream_id, request.topic, policy).await
}

/// `PATCH /users/me/subscriptions/muted_topics`.
pub async fn mute_topic(ctx: Ctx, request: MuteTopicRequest) -> Result<Done, ApiError> {
    let channel = match (request.stream_id, request.stream) {
        (Some(id), None) => id,
        (None, Some(name)) => ctx.app.realm.state().access_channel_by_name(&ctx.user, &name)?.id,
        (Some(_), Some(_)) => {
            let parameters = NameList(vec!["stream_id".to_owned(), "stream".to_owned()]);
            return Err(ApiError::IncompatibleParameters { parameters });
        }
        (None, None) => return Err(ApiError::bad_request("Missing 'stream_id' argument")),
    };
    let policy = match request.op {
        AddOrRemove::Add => 1,
        AddOrRemove::Remove => 0,
    };
    set(&ctx, channel, request.topic, policy).await
}

async fn set(ctx: &Ctx, channel: ChannelId, topic: String, policy: u8) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| user_topics::set(tx, actor, channel, &topic, policy)).await?;
    Ok(Done {})
}
