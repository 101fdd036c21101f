//! Exports of the organization's data, and their files.

use crate::app::App;
use crate::exports::PREFIX;
use crate::http::pipeline::Ctx;
use axum::body::Body;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use tidings_core::commands::exports;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::exports::{
    DeleteRealmExportRequest, ExportRealmRequest, ExportRealmResponse, GetRealmExportConsentsRequest,
    GetRealmExportConsentsResponse, GetRealmExportsRequest, GetRealmExportsResponse,
};

/// `POST /export/realm`.
pub async fn export_realm(ctx: Ctx, request: ExportRealmRequest) -> Result<ExportRealmResponse, ApiError> {
    let actor = ctx.user.id;
    let id = ctx.app.realm.run(move |tx| exports::begin(tx, actor, request.export_type)).await?;
    Ok(ExportRealmResponse { id })
}

/// `GET /export/realm`.
pub async fn get_realm_exports(
    ctx: Ctx,
    _request: GetRealmExportsRequest,
) -> Result<GetRealmExportsResponse, ApiError> {
    exports::check_may_export(&ctx.user)?;
    Ok(GetRealmExportsResponse { exports: exports::list(&ctx.app.realm.state()) })
}

/// `DELETE /export/realm/{export_id}`.
pub async fn delete_realm_export(ctx: Ctx, request: DeleteRealmExportRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let key = ctx.app.realm.run(move |tx| exports::delete(tx, actor, request.export_id)).await?;
    ctx.app.files.delete(&key).await;
    Ok(Done {})
}

/// `GET /export/realm/consents`.
pub async fn get_realm_export_consents(
    ctx: Ctx,
    _request: GetRealmExportConsentsRequest,
) -> Result<GetRealmExportConsentsResponse, ApiError> {
    exports::check_may_export(&ctx.user)?;
    Ok(GetRealmExportConsentsResponse { export_consents: exports::consents(&ctx.app.realm.state()) })
}

/// The file of an export, for whoever has its address.
pub async fn file(app: &App, name: &str) -> Response<Body> {
    let key = format!("{PREFIX}{name}");
    let is_known = app.realm.state().exports.by_key(&key).is_some();
    let opened = if is_known { app.files.get(&key, None).await } else { Ok(None) };
    let Ok(Some(opened)) = opened else {
        let mut response = Response::new(Body::from("There is no such export."));
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let size = opened.size;
    let mut response = Response::new(Body::from_stream(opened.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/gzip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"export.tar.gz\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
