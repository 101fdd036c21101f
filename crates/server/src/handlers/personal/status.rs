//! What users say of themselves.

use crate::http::pipeline::Ctx;
use tidings_core::commands::personal::status::{self, Wanted};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::personal::{
    GetUserStatusRequest, UpdateStatusForUserRequest, UpdateStatusRequest, UserStatusResponse,
};

/// `POST /users/me/status`.
pub async fn update_status(ctx: Ctx, request: UpdateStatusRequest) -> Result<Done, ApiError> {
    let UpdateStatusRequest { status_text, away, emoji_name, emoji_code, reaction_type } = request;
    let wanted = Wanted { status_text, away, emoji_name, emoji_code, reaction_type };
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| status::update(tx, actor, &wanted)).await?;
    Ok(Done {})
}

/// `POST /users/{user_id}/status`.
pub async fn update_status_for_user(ctx: Ctx, request: UpdateStatusForUserRequest) -> Result<Done, ApiError> {
    let UpdateStatusForUserRequest { user_id, status_text, emoji_name, emoji_code, reaction_type } = request;
    let wanted = Wanted { status_text, away: None, emoji_name, emoji_code, reaction_type };
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| status::update_for(tx, actor, user_id, &wanted)).await?;
    Ok(Done {})
}

/// `GET /users/{user_id}/status`.
pub async fn get_user_status(ctx: Ctx, request: GetUserStatusRequest) -> Result<UserStatusResponse, ApiError> {
    let state = ctx.app.realm.state();
    let user = state.access_user(&ctx.user, request.user_id)?;
    Ok(UserStatusResponse { status: state.status_view(user) })
}
