//! The organization.

use crate::http::pipeline::Ctx;
use tidings_core::commands::realm;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::realm::UpdateRealmRequest;

/// `PATCH /realm`.
pub async fn update_realm(ctx: Ctx, request: UpdateRealmRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| realm::update(tx, actor, &request.settings)).await?;
    Ok(Done {})
}
