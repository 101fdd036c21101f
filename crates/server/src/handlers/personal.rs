//! What users keep for themselves, and what they tell others of themselves.

use crate::http::pipeline::Ctx;
use tidings_core::commands::personal::{muted_users, settings};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::personal::settings::UpdateSettingsRequest;
use tidings_types::endpoints::personal::{MuteUserRequest, UnmuteUserRequest};

pub mod alert_words;
pub mod presence;
pub mod status;
pub mod typing;
pub mod user_topics;

/// `POST /users/me/muted_users/{muted_user_id}`.
pub async fn mute_user(ctx: Ctx, request: MuteUserRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| muted_users::mute(tx, actor, request.muted_user_id)).await?;
    Ok(Done {})
}

/// `DELETE /users/me/muted_users/{muted_user_id}`.
pub async fn unmute_user(ctx: Ctx, request: UnmuteUserRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| muted_users::unmute(tx, actor, request.muted_user_id)).await?;
    Ok(Done {})
}

/// `PATCH /settings`.
pub async fn update_settings(ctx: Ctx, request: UpdateSettingsRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let UpdateSettingsRequest { full_name, settings } = request;
    ctx.app.realm.run(move |tx| settings::update(tx, actor, full_name.as_deref(), &settings)).await?;
    Ok(Done {})
}
