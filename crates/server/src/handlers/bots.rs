//! Bots.

use super::users::deactivate;
use crate::files::images;
use crate::files::pictures::{self, Kind};
use crate::http::auth::{hash_key, new_key};
use crate::http::pipeline::Ctx;
use crate::webhooks::address::check_url;
use tidings_core::commands::bots::{self, BotChanges, NewBot, NewService};
use tidings_core::commands::{Tx, api_keys, bot_storage};
use tidings_types::endpoint::Done;
use tidings_types::endpoints::bots::{
    CreateBotRequest, CreateBotResponse, DeactivateBotRequest, GetBotStorageRequest, GetBotStorageResponse,
    GetBotsRequest, GetBotsResponse, OwnBot, RemoveBotStorageRequest, Texts, UpdateBotRequest, UpdateBotResponse,
    UpdateBotStorageRequest,
};
use tidings_types::params::Json;
use tidings_types::user::Bot;
use tidings_types::{ApiError, UserId};

/// `POST /bots`.
pub async fn create_bot(ctx: Ctx, request: CreateBotRequest) -> Result<CreateBotResponse, ApiError> {
    check_config(request.config_data)?;
    let new = NewBot {
        full_name: request.full_name,
        short_name: request.short_name,
        bot_type: request.bot_type,
        default_sending_channel: request.default_sending_stream.unwrap_or_default(),
        default_events_channel: request.default_events_register_stream.unwrap_or_default(),
        default_all_public: request.default_all_public_streams,
        service: NewService {
            base_url: request.payload_url.map_or(Ok(String::new()), |url| check_url("payload_url", url))?,
            interface: request.interface_type,
            token: new_key(),
        },
        integration: request.service_name,
    };
    let actor = ctx.user.id;
    if ctx.file.is_some() {
        let bot_type = request.bot_type;
        ctx.app.realm.run(move |tx| bots::check_may_create_kind(tx, actor, bot_type)).await?;
    }
    let picture = picture(&ctx).await?;
    let (api_key, label) = (new_key(), ctx.client);
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
    check_config(request.config_data)?;
    let (actor, id) = (ctx.user.id, request.bot_id);
    if ctx.file.is_some() {
        ctx.app.realm.run(move |tx| bots::check_may_update(tx, actor, id)).await?;
    }
    let changes = BotChanges {
        full_name: request.full_name,
        role: request.role,
        owner: request.bot_owner_id,
        default_sending_channel: request.default_sending_stream,
        default_events_channel: request.default_events_register_stream,
        default_all_public: request.default_all_public_streams,
        service_url: request.service_payload_url.map(|url| check_url("service_payload_url", url)).transpose()?,
        service_interface: request.service_interface,
        picture: picture(&ctx).await?,
    };
    let gets_owner = request.bot_owner_id.is_some();
    let update = move |tx: &mut Tx<'_>| Ok((bots::update_bot(tx, actor, id, &changes)?, view(tx, id)?));
    let (obsolete, bot) = ctx.app.realm.run(update).await?;
    ctx.app.files.delete_picture(Kind::Avatar, obsolete.as_deref()).await;
    let state = ctx.app.realm.state();
    let owner = bot.owner_id.filter(|_| gets_owner).and_then(|owner| state.users.get(owner));
    let service = bot.services.into_iter().next();
    Ok(UpdateBotResponse {
        bot_owner: owner.map(|owner| state.api_email(owner)),
        service_interface: service.as_ref().map(|service| service.interface),
        service_payload_url: service.map(|service| service.base_url),
        full_name: bot.full_name,
        avatar_url: bot.avatar_url,
        default_sending_stream: bot.default_sending_stream,
        default_events_register_stream: bot.default_events_register_stream,
        default_all_public_streams: bot.default_all_public_streams,
    })
}

/// No service has settings yet.
fn check_config(config: Option<Json<Texts>>) -> Result<(), ApiError> {
    match config {
        Some(Json(config)) if !config.0.is_empty() => Err(ApiError::bad_request("Invalid configuration data!")),
        _ => Ok(()),
    }
}

/// `GET /bot_storage`.
pub async fn get_bot_storage(ctx: Ctx, request: GetBotStorageRequest) -> Result<GetBotStorageResponse, ApiError> {
    let keys = request.keys.unwrap_or_default();
    Ok(GetBotStorageResponse { storage: bot_storage::read(&ctx.app.realm.state(), ctx.user.id, &keys)? })
}

/// `PUT /bot_storage`.
pub async fn update_bot_storage(ctx: Ctx, request: UpdateBotStorageRequest) -> Result<Done, ApiError> {
    let (actor, Json(Texts(storage))) = (ctx.user.id, request.storage);
    ctx.app.realm.run(move |tx| bot_storage::update(tx, actor, storage)).await?;
    Ok(Done {})
}

/// `DELETE /bot_storage`.
pub async fn remove_bot_storage(ctx: Ctx, request: RemoveBotStorageRequest) -> Result<Done, ApiError> {
    let (actor, keys) = (ctx.user.id, request.keys.unwrap_or_default());
    ctx.app.realm.run(move |tx| bot_storage::remove(tx, actor, &keys)).await?;
    Ok(Done {})
}

/// `DELETE /bots/{bot_id}`.
pub async fn deactivate_bot(ctx: Ctx, request: DeactivateBotRequest) -> Result<Done, ApiError> {
    let (actor, bot) = (ctx.user.id, request.bot_id);
    deactivate(&ctx, move |tx| bots::deactivate_bot(tx, actor, bot).map(|()| vec![bot])).await
}
