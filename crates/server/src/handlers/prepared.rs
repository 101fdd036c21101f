//! Drafts, saved snippets and views for navigation.

use crate::http::pipeline::Ctx;
use tidings_core::commands::Tx;
use tidings_core::commands::prepared::{drafts, snippets, views};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::prepared::{
    AddNavigationViewRequest, CreateDraftsRequest, CreateDraftsResponse, CreateSavedSnippetRequest,
    CreateSavedSnippetResponse, DeleteDraftRequest, DeleteSavedSnippetRequest, DraftsResponse, EditDraftRequest,
    EditNavigationViewRequest, EditSavedSnippetRequest, GetDraftsRequest, GetNavigationViewsRequest,
    GetSavedSnippetsRequest, NavigationViewsResponse, RemoveNavigationViewRequest, SavedSnippetsResponse,
};

/// `GET /drafts`.
pub async fn get_drafts(ctx: Ctx, _request: GetDraftsRequest) -> Result<DraftsResponse, ApiError> {
    drafts::check_synchronized(&ctx.user)?;
    let state = ctx.app.realm.state();
    let drafts: Vec<_> = state.prepared.drafts_of(ctx.user.id).into_iter().cloned().collect();
    Ok(DraftsResponse { count: drafts.len() as u64, drafts })
}

/// `POST /drafts`.
pub async fn create_drafts(ctx: Ctx, request: CreateDraftsRequest) -> Result<CreateDraftsResponse, ApiError> {
    let (actor, new) = (ctx.user.id, request.drafts.unwrap_or_default());
    let ids = ctx.app.realm.run(move |tx| drafts::create(tx, actor, new)).await?;
    Ok(CreateDraftsResponse { ids })
}

/// `PATCH /drafts/{draft_id}`.
pub async fn edit_draft(ctx: Ctx, request: EditDraftRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| drafts::edit(tx, actor, request.draft_id, request.draft.0)).await?;
    Ok(Done {})
}

/// `DELETE /drafts/{draft_id}`.
pub async fn delete_draft(ctx: Ctx, request: DeleteDraftRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| drafts::delete(tx, actor, request.draft_id)).await?;
    Ok(Done {})
}

/// `GET /saved_snippets`.
pub async fn get_saved_snippets(
    ctx: Ctx,
    _request: GetSavedSnippetsRequest,
) -> Result<SavedSnippetsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let saved_snippets = state.prepared.snippets.of(ctx.user.id).map(|snippet| (**snippet).clone()).collect();
    Ok(SavedSnippetsResponse { saved_snippets })
}

/// `POST /saved_snippets`.
pub async fn create_saved_snippet(
    ctx: Ctx,
    request: CreateSavedSnippetRequest,
) -> Result<CreateSavedSnippetResponse, ApiError> {
    let actor = ctx.user.id;
    let create = move |tx: &mut Tx<'_>| snippets::create(tx, actor, &request.title, &request.content);
    Ok(CreateSavedSnippetResponse { saved_snippet_id: ctx.app.realm.run(create).await? })
}

/// `PATCH /saved_snippets/{saved_snippet_id}`.
pub async fn edit_saved_snippet(ctx: Ctx, request: EditSavedSnippetRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let edit = move |tx: &mut Tx<'_>| {
        let (title, content) = (request.title.as_deref(), request.content.as_deref());
        snippets::edit(tx, actor, request.saved_snippet_id, title, content)
    };
    ctx.app.realm.run(edit).await?;
    Ok(Done {})
}

/// `DELETE /saved_snippets/{saved_snippet_id}`.
pub async fn delete_saved_snippet(ctx: Ctx, request: DeleteSavedSnippetRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| snippets::delete(tx, actor, request.saved_snippet_id)).await?;
    Ok(Done {})
}

/// `GET /navigation_views`.
pub async fn get_navigation_views(
    ctx: Ctx,
    _request: GetNavigationViewsRequest,
) -> Result<NavigationViewsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let navigation_views = state.prepared.views.of(ctx.user.id).map(|view| (**view).clone()).collect();
    Ok(NavigationViewsResponse { navigation_views })
}

/// `POST /navigation_views`.
pub async fn add_navigation_view(ctx: Ctx, request: AddNavigationViewRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let add =
        move |tx: &mut Tx<'_>| views::add(tx, actor, &request.fragment, request.is_pinned, request.name.as_deref());
    ctx.app.realm.run(add).await?;
    Ok(Done {})
}

/// `PATCH /navigation_views/{fragment}`.
pub async fn edit_navigation_view(ctx: Ctx, request: EditNavigationViewRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let edit =
        move |tx: &mut Tx<'_>| views::edit(tx, actor, &request.fragment, request.is_pinned, request.name.as_deref());
    ctx.app.realm.run(edit).await?;
    Ok(Done {})
}

/// `DELETE /navigation_views/{fragment}`.
pub async fn remove_navigation_view(ctx: Ctx, request: RemoveNavigationViewRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| views::remove(tx, actor, &request.fragment)).await?;
    Ok(Done {})
}
