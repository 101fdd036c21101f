//! The organization.

use crate::http::pipeline::Ctx;
use tidings_core::commands::realm;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::realm::{UpdateRealmRequest, UpdateUserSettingsDefaultsRequest};

/// `PATCH /realm`.
pub async fn update_realm(ctx: Ctx, request: UpdateRealmRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let equipment = ctx.app.equipment.clone();
    ctx.app.realm.run(move |tx| realm::update(tx, actor, &request.settings, &equipment)).await?;
    Ok(Done {})
}

/// `PATCH /realm/user_settings_defaults`.
pub async fn update_user_settings_defaults(
    ctx: Ctx,
    request: UpdateUserSettingsDefaultsRequest,
) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| realm::update_defaults(tx, actor, &request.settings)).await?;
    Ok(Done {})
}
