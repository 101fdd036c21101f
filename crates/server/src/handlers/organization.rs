//! What the organization lets text become: linkifiers and code playgrounds.

use crate::http::pipeline::Ctx;
use tidings_core::commands::linkifiers::{self, check_linkifier, check_playground};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::organization::{
    AddCodePlaygroundRequest, AddLinkifierRequest, AddedResponse, GetLinkifiersRequest, GetLinkifiersResponse,
    RemoveCodePlaygroundRequest, RemoveLinkifierRequest, ReorderLinkifiersRequest, UpdateLinkifierRequest,
};

/// `GET /realm/linkifiers`.
pub async fn get_linkifiers(ctx: Ctx, _request: GetLinkifiersRequest) -> Result<GetLinkifiersResponse, ApiError> {
    Ok(GetLinkifiersResponse { linkifiers: ctx.app.realm.state().linkifiers.list().items.clone() })
}

/// `POST /realm/filters`.
pub async fn add_linkifier(ctx: Ctx, request: AddLinkifierRequest) -> Result<AddedResponse, ApiError> {
    linkifiers::check_is_administrator(&ctx.user)?;
    let (actor, new) = (ctx.user.id, check_linkifier(&request.pattern, &request.url_template)?);
    let id = ctx.app.realm.run(move |tx| linkifiers::add_linkifier(tx, actor, new)).await?;
    Ok(AddedResponse { id })
}

/// `PATCH /realm/filters/{filter_id}`.
pub async fn update_linkifier(ctx: Ctx, request: UpdateLinkifierRequest) -> Result<Done, ApiError> {
    linkifiers::check_is_administrator(&ctx.user)?;
    let (actor, new) = (ctx.user.id, check_linkifier(&request.pattern, &request.url_template)?);
    ctx.app.realm.run(move |tx| linkifiers::update_linkifier(tx, actor, request.filter_id, new)).await?;
    Ok(Done {})
}

/// `DELETE /realm/filters/{filter_id}`.
pub async fn remove_linkifier(ctx: Ctx, request: RemoveLinkifierRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| linkifiers::remove_linkifier(tx, actor, request.filter_id)).await?;
    Ok(Done {})
}

/// `PATCH /realm/linkifiers`.
pub async fn reorder_linkifiers(ctx: Ctx, request: ReorderLinkifiersRequest) -> Result<Done, ApiError> {
    let (actor, ids) = (ctx.user.id, request.ordered_linkifier_ids.0);
    ctx.app.realm.run(move |tx| linkifiers::reorder_linkifiers(tx, actor, &ids)).await?;
    Ok(Done {})
}

/// `POST /realm/playgrounds`.
pub async fn add_code_playground(ctx: Ctx, request: AddCodePlaygroundRequest) -> Result<AddedResponse, ApiError> {
    linkifiers::check_is_administrator(&ctx.user)?;
    let new = check_playground(&request.name, &request.pygments_language, &request.url_template)?;
    let actor = ctx.user.id;
    let id = ctx.app.realm.run(move |tx| linkifiers::add_playground(tx, actor, new)).await?;
    Ok(AddedResponse { id })
}

/// `DELETE /realm/playgrounds/{playground_id}`.
pub async fn remove_code_playground(ctx: Ctx, request: RemoveCodePlaygroundRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| linkifiers::remove_playground(tx, actor, request.playground_id)).await?;
    Ok(Done {})
}
