//! Bots.

use super::users::deactivate;
use crate::files::images;
use crate::files::pictures::{self, Kind};
use crate::http::auth::{hash_key, new_key};
use crate::http::pipeline::Ctx;
use tidings_core::commands::bots::{self, BotChanges, NewBot};
use tidings_core::commands::{Tx, api_keys};
use tidings_types::endpoint::Done;
use tidings_types::endpoints::bots::{
    CreateBotRequest, CreateBotResponse, DeactivateBotRequest, GetBotsRequest, GetBotsResponse, OwnBot,
    UpdateBotRequest, UpdateBotResponse,
};
use tidings_types::user::Bot;
use tidings_types::{ApiError, UserId};

/// `POST /bots`.
pub async fn create_bot(ctx: Ctx, request: CreateBotRequest) -> Result<CreateBotResponse, ApiError> {
    let new = NewBot {
        full_name: request.full_name,
        short_name: request.short_name,
        bot_type: request.bot_type,
        default_sending_channel: request.default_sending_stream.unwrap_or_default(),
        default_events_channel: request.default_events_register_stream.unwrap_or_default(),
        default_all_public: request.default_all_public_streams,
    };
    let picture = picture(&ctx).await?;
    let (api_key, actor, label) = (new_key(), ctx.user.id, ctx.client);
    let hash = hash_key(&api_key);
    let create = move |tx: &mut Tx<'_>| {
        let id = bots::create_bot(tx, actor, new)?;
        if let Some(file) = picture {
            bots::set_picture(tx, actor, id, file)?;
        }
        api_keys::add_key(tx, id, hash, label);
        view(tx, id)
    };
    let bot = ctx.app.realm.run(create).await?;
    Ok(CreateBotResponse {
        user_id: bot.user_id,
        api_key,
        email: bot.email,
        avatar_url: bot.avatar_url,
        default_sending_stream: bot.default_sending_stream,
        default_events_register_stream: bot.default_events_register_stream,
        default_all_public_streams: bot.default_all_public_streams,
    })
}

/// The picture in a form, stored.
async fn picture(ctx: &Ctx) -> Result<Option<String>, ApiError> {
    if ctx.file.is_none() {
        return Ok(None);
    }
    let stored = pictures::store(&ctx.app, ctx.file.as_ref(), Kind::Avatar, images::avatar).await?;
    Ok(Some(stored.name))
}

fn view(tx: &Tx<'_>, bot: UserId) -> Result<Bot, ApiError> {
    tx.state.users.get(bot).and_then(|row| tx.state.bot_view(row)).ok_or(ApiError::Internal {})
}

/// `GET /bots`.
pub async fn get_bots(ctx: Ctx, _request: GetBotsRequest) -> Result<GetBotsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let own = state.users.iter().filter(|row| row.is_active);
    let own = own.filter(|row| row.bot.as_ref().is_some_and(|bot| bot.owner == Some(ctx.user.id)));
    let bots = own.filter_map(|row| state.bot_view(row)).map(|bot| OwnBot { username: bot.email.clone(), bot });
    Ok(GetBotsResponse { bots: bots.collect() })
}

/// `PATCH /bots/{bot_id}`.
pub async fn update_bot(ctx: Ctx, request: UpdateBotRequest) -> Result<UpdateBotResponse, ApiError> {
    let changes = BotChanges {
        full_name: request.full_name,
        owner: request.bot_owner_id,
        default_sending_channel: request.default_sending_stream,
        default_events_channel: request.default_events_register_stream,
        default_all_public: request.default_all_public_streams,
        picture: picture(&ctx).await?,
    };
    let (actor, id) = (ctx.user.id, request.bot_id);
    let update = move |tx: &mut Tx<'_>| Ok((bots::update_bot(tx, actor, id, &changes)?, view(tx, id)?));
    let (obsolete, bot) = ctx.app.realm.run(update).await?;
    ctx.app.files.delete_picture(Kind::Avatar, obsolete.as_deref()).await;
    Ok(UpdateBotResponse {
        full_name: bot.full_name,
        avatar_url: bot.avatar_url,
        default_sending_stream: bot.default_sending_stream,
        default_events_register_stream: bot.default_events_register_stream,
        default_all_public_streams: bot.default_all_public_streams,
    })
}

/// `DELETE /bots/{bot_id}`.
pub async fn deactivate_bot(ctx: Ctx, request: DeactivateBotRequest) -> Result<Done, ApiError> {
    let (actor, bot) = (ctx.user.id, request.bot_id);
    deactivate(&ctx, move |tx| bots::deactivate_bot(tx, actor, bot).map(|()| vec![bot])).await
}
