//! Creating, changing and archiving channels.

use super::{description, new_channel_settings, permissions};
use crate::http::pipeline::Ctx;
use tidings_core::commands::channels::create::NewChannel;
use tidings_core::commands::channels::update::ChannelPatch;
use tidings_core::commands::channels::{archive, check_name, create, defaults, update};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::channels::{
    AddDefaultStreamRequest, ArchiveStreamRequest, CreateChannelRequest, CreateChannelResponse,
    RemoveDefaultStreamRequest, UpdateStreamRequest,
};

/// `POST /channels/create`.
pub async fn create_channel(ctx: Ctx, request: CreateChannelRequest) -> Result<CreateChannelResponse, ApiError> {
    let name = check_name(&request.name)?;
    let (description, rendered_description) = description(&ctx, request.description.as_deref())?;
    let settings = new_channel_settings!(request);
    let new = NewChannel { name, description, rendered_description, settings };
    let (actor, subscribers) = (ctx.user.id, request.subscribers);
    let id = ctx.app.realm.run(move |tx| create::create_channel(tx, actor, new, &subscribers)).await?;
    Ok(CreateChannelResponse { id })
}

/// `PATCH /streams/{stream_id}`.
pub async fn update_stream(ctx: Ctx, request: UpdateStreamRequest) -> Result<Done, ApiError> {
    let description = match &request.description {
        Some(text) => Some(description(&ctx, Some(text))?),
        None => None,
    };
    let patch = ChannelPatch {
        description,
        new_name: request.new_name,
        is_private: request.is_private,
        is_web_public: request.is_web_public,
        history_public: request.history_public_to_subscribers,
        is_default: request.is_default_stream,
        retention: request.message_retention_days,
        is_archived: request.is_archived,
        topics_policy: request.topics_policy,
        folder: request.folder_id.map(|folder| folder.0),
        permissions: permissions!(request),
    };
    let (actor, id) = (ctx.user.id, request.stream_id);
    ctx.app.realm.run_rehearsed(move |tx| update::update_channel(tx, actor, id, &patch)).await?;
    Ok(Done {})
}

/// `DELETE /streams/{stream_id}`.
pub async fn archive_stream(ctx: Ctx, request: ArchiveStreamRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| archive::archive_channel(tx, actor, request.stream_id)).await?;
    Ok(Done {})
}

/// `POST /default_streams`.
pub async fn add_default_stream(ctx: Ctx, request: AddDefaultStreamRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| defaults::add_default_channel(tx, actor, request.stream_id)).await?;
    Ok(Done {})
}

/// `DELETE /default_streams`.
pub async fn remove_default_stream(ctx: Ctx, request: RemoveDefaultStreamRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| defaults::remove_default_channel(tx, actor, request.stream_id)).await?;
    Ok(Done {})
}
