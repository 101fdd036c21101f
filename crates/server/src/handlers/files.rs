//! Uploaded files.
//!
//! # Layout
//! - [`serve`]: files and pictures as browsers ask for them, outside of `/api/v1`. Here: everything else.

use crate::files::{names, temporary};
use crate::http::pipeline::Ctx;
use std::sync::Arc;
use tidings_core::commands::files::{self, NewFile};
use tidings_core::state::files::FileRow;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::files::{
    GetAttachmentsRequest, GetAttachmentsResponse, GetFileTemporaryUrlRequest, GetFileTemporaryUrlResponse,
    RemoveAttachmentRequest, UploadFileRequest, UploadFileResponse,
};

pub mod serve;

/// `POST /user_uploads`.
pub async fn upload_file(ctx: Ctx, _: UploadFileRequest) -> Result<UploadFileResponse, ApiError> {
    let app = &ctx.app;
    let file = ctx.file.ok_or_else(|| ApiError::bad_request("You must specify a file to upload"))?;
    let quota = app.config.quota_bytes();
    files::check_quota(app.realm.state().files.bytes(), file.size, quota)?;
    let image = app.files.look_at(&file.place.key, file.size).await?;
    let path = format!("{}/{}", file.place.folder, names::address_name(&file.name));
    let new = NewFile {
        name: file.name.clone(),
        path: path.clone(),
        key: file.place.key.clone(),
        size: file.size,
        content_type: image.map_or_else(|| file.content_type.clone(), |(_, content_type)| content_type.to_owned()),
        image: image.map(|(row, _)| row),
    };
    let actor = ctx.user.id;
    app.realm.run(move |tx| files::add(tx, actor, new, quota)).await?;
    file.keep();
    metrics::counter!("tidings_files_uploaded_total").increment(1);
    let url = format!("/user_uploads/{path}");
    Ok(UploadFileResponse { uri: url.clone(), url, filename: file.name.clone() })
}

/// `GET /user_uploads/{realm_id_str}/{filename}`.
pub async fn get_file_temporary_url(
    ctx: Ctx,
    request: GetFileTemporaryUrlRequest,
) -> Result<GetFileTemporaryUrlResponse, ApiError> {
    let state = ctx.app.realm.state();
    let path = format!("{}/{}", request.realm_id_str, request.filename);
    let file = state.files.find(&path).filter(|file| state.can_read_file(&ctx.user, file)).ok_or_else(not_found)?;
    Ok(GetFileTemporaryUrlResponse { url: temporary_url(&ctx, file) })
}

fn temporary_url(ctx: &Ctx, file: &FileRow) -> String {
    let token = ctx.app.files.sign(file.id, ctx.app.realm.clock.now() + temporary::VALID_SECS);
    format!("/user_uploads/temporary/{token}/{}", names::address_name(&file.name))
}

fn not_found() -> ApiError {
    ApiError::NotFound { text: "File not found".to_owned() }
}

/// `GET /attachments`.
pub async fn get_attachments(ctx: Ctx, _: GetAttachmentsRequest) -> Result<GetAttachmentsResponse, ApiError> {
    let state = ctx.app.realm.state();
    let attachments = state.files.of(ctx.user.id).map(|row: &Arc<FileRow>| state.attachment_view(row)).collect();
    Ok(GetAttachmentsResponse { attachments, upload_space_used: state.files.bytes() })
}

/// `DELETE /attachments/{attachment_id}`.
pub async fn remove_attachment(ctx: Ctx, request: RemoveAttachmentRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let key = ctx.app.realm.run(move |tx| files::remove(tx, actor, request.attachment_id)).await?;
    ctx.app.files.delete_upload(&key).await;
    Ok(Done {})
}
