//! Fields that the organization adds to profiles, and their values.

use crate::http::pipeline::Ctx;
use std::collections::HashSet;
use tidings_core::commands::linkifiers::check_is_administrator;
use tidings_core::commands::profile::definition::{check_data, check_hint, check_kind, check_name, service};
use tidings_core::commands::profile::fields::{self, FieldPatch, NewField};
use tidings_core::commands::profile::values::{self, Filled};
use tidings_core::directory::SeenBy;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::organization::AddedResponse;
use tidings_types::endpoints::profile::{
    CreateCustomProfileFieldRequest, DeleteCustomProfileFieldRequest, GetCustomProfileFieldsRequest,
    GetCustomProfileFieldsResponse, RemoveProfileDataRequest, ReorderCustomProfileFieldsRequest,
    UpdateCustomProfileFieldRequest, UpdateProfileDataRequest,
};
use tidings_types::profile::{FieldKind, NewFieldValue, NewValue};

/// `GET /realm/profile_fields`.
pub async fn get_custom_profile_fields(
    ctx: Ctx,
    _request: GetCustomProfileFieldsRequest,
) -> Result<GetCustomProfileFieldsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let custom_fields = state.organization.profile_fields_in_order().into_iter().cloned().collect();
    Ok(GetCustomProfileFieldsResponse { custom_fields })
}

/// `POST /realm/profile_fields`.
pub async fn create_custom_profile_field(
    ctx: Ctx,
    request: CreateCustomProfileFieldRequest,
) -> Result<AddedResponse, ApiError> {
    check_is_administrator(&ctx.user)?;
    let kind = check_kind(request.field_type)?;
    let data = check_data(kind, &request.field_data.unwrap_or_default().0)?;
    let (name, hint) = match service(kind, &data) {
        Some(service) => (service.name.to_owned(), service.hint.to_owned()),
        None => (
            check_name(request.name.as_deref().unwrap_or_default())?,
            check_hint(request.hint.as_deref().unwrap_or_default())?,
        ),
    };
    let new = NewField {
        kind,
        name,
        hint,
        data,
        in_summary: request.display_in_profile_summary,
        required: request.required,
        editable_by_user: request.editable_by_user,
    };
    let actor = ctx.user.id;
    let id = ctx.app.realm.run(move |tx| fields::create(tx, actor, new)).await?;
    Ok(AddedResponse { id })
}

/// `PATCH /realm/profile_fields`.
pub async fn reorder_custom_profile_fields(
    ctx: Ctx,
    request: ReorderCustomProfileFieldsRequest,
) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| fields::reorder(tx, actor, &request.order)).await?;
    Ok(Done {})
}

/// `PATCH /realm/profile_fields/{field_id}`.
pub async fn update_custom_profile_field(ctx: Ctx, request: UpdateCustomProfileFieldRequest) -> Result<Done, ApiError> {
    check_is_administrator(&ctx.user)?;
    let (actor, id) = (ctx.user.id, request.field_id);
    // A field's kind never changes, so what fits it now fits it in the writer.
    let kind = fields::find(&ctx.app.realm.state().organization.profile_fields, id)?.kind;
    let patch = FieldPatch {
        name: request.name.as_deref().map(check_name).transpose()?,
        hint: request.hint.as_deref().map(check_hint).transpose()?,
        data: request.field_data.map(|data| check_data(kind, &data.0)).transpose()?,
        in_summary: request.display_in_profile_summary,
        required: request.required,
        editable_by_user: request.editable_by_user,
    };
    loop {
        let patch = patch.clone();
        if ctx.app.realm.run(move |tx| fields::update(tx, actor, id, patch)).await? {
            return Ok(Done {});
        }
    }
}

/// `DELETE /realm/profile_fields/{field_id}`.
pub async fn delete_custom_profile_field(ctx: Ctx, request: DeleteCustomProfileFieldRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| fields::delete(tx, actor, request.field_id)).await?;
    Ok(Done {})
}

/// `PATCH /users/me/profile_data`.
pub async fn update_profile_data(ctx: Ctx, request: UpdateProfileDataRequest) -> Result<Done, ApiError> {
    let (actor, values) = (ctx.user.id, filled(&ctx, request.data)?);
    ctx.app.realm.run(move |tx| values::update_own(tx, actor, values)).await?;
    Ok(Done {})
}

/// `DELETE /users/me/profile_data`.
pub async fn remove_profile_data(ctx: Ctx, request: RemoveProfileDataRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| values::remove_own(tx, actor, &request.data)).await?;
    Ok(Done {})
}

/// Values with their HTML, where fields are formatted.
///
/// # Errors
/// 400 for a field that comes twice: each value is an event to everybody.
pub(super) fn filled(ctx: &Ctx, values: Vec<NewFieldValue>) -> Result<Vec<Filled>, ApiError> {
    let mut fields = HashSet::new();
    if let Some(twice) = values.iter().find(|new| !fields.insert(new.id)) {
        return Err(ApiError::bad_request(format!("Field id {} is there twice.", twice.id)));
    }
    let state = ctx.app.realm.snapshot();
    let directory = SeenBy { state: &state, viewer: &ctx.user };
    let render = |new: &NewFieldValue| {
        let NewValue::Text(text) = &new.value else { return None };
        let (text, kind) = (text.trim(), state.organization.profile_field(new.id)?.kind);
        // What is longer than any value can be is refused, and not worth the work.
        if text.chars().count() > tidings_core::limits::PROFILE_LONG_TEXT_CHARS_MAX {
            return None;
        }
        match kind {
            FieldKind::ShortText => Some(format!("<p>{}</p>", tidings_markdown::render_inline(text, &directory))),
            FieldKind::LongText => Some(tidings_markdown::render(text, &directory).html),
            _ => None,
        }
    };
    Ok(values.into_iter().map(|new| Filled { rendered: render(&new), new }).collect())
}
