//! Folders of channels.

use super::description;
use crate::http::pipeline::Ctx;
use tidings_core::commands::folders::{self, FolderPatch, check_name};
use tidings_core::commands::linkifiers::check_is_administrator;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::folders::{
    CreateChannelFolderRequest, CreateChannelFolderResponse, GetChannelFoldersRequest, GetChannelFoldersResponse,
    PatchChannelFoldersRequest, UpdateChannelFolderRequest,
};

/// `GET /channel_folders`.
pub async fn get_channel_folders(
    ctx: Ctx,
    request: GetChannelFoldersRequest,
) -> Result<GetChannelFoldersResponse, ApiError> {
    let state = ctx.app.realm.state();
    let folders = state.organization.folders_in_order().into_iter();
    let wanted = folders.filter(|folder| request.include_archived || !folder.is_archived);
    Ok(GetChannelFoldersResponse { channel_folders: wanted.cloned().collect() })
}

/// `POST /channel_folders/create`.
pub async fn create_channel_folder(
    ctx: Ctx,
    request: CreateChannelFolderRequest,
) -> Result<CreateChannelFolderResponse, ApiError> {
    check_is_administrator(&ctx.user)?;
    let name = check_name(&request.name)?;
    let description = description(&ctx, request.description.as_deref())?;
    let actor = ctx.user.id;
    let id = ctx.app.realm.run(move |tx| folders::create(tx, actor, name, description)).await?;
    Ok(CreateChannelFolderResponse { channel_folder_id: id })
}

/// `PATCH /channel_folders`.
pub async fn patch_channel_folders(ctx: Ctx, request: PatchChannelFoldersRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| folders::reorder(tx, actor, request.order)).await?;
    Ok(Done {})
}

/// `PATCH /channel_folders/{channel_folder_id}`.
pub async fn update_channel_folder(ctx: Ctx, request: UpdateChannelFolderRequest) -> Result<Done, ApiError> {
    check_is_administrator(&ctx.user)?;
    let patch = FolderPatch {
        name: request.name.as_deref().map(check_name).transpose()?,
        description: request.description.as_deref().map(|text| description(&ctx, Some(text))).transpose()?,
        is_archived: request.is_archived,
    };
    let (actor, id) = (ctx.user.id, request.channel_folder_id);
    ctx.app.realm.run(move |tx| folders::update(tx, actor, id, patch)).await?;
    Ok(Done {})
}
