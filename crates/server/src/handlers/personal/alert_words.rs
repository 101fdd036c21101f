//! Alert words.

use crate::http::pipeline::Ctx;
use tidings_core::commands::personal::alert_words;
use tidings_types::ApiError;
use tidings_types::endpoints::personal::{
    AddAlertWordsRequest, AlertWordsResponse, GetAlertWordsRequest, RemoveAlertWordsRequest,
};

/// `GET /users/me/alert_words`.
pub async fn get_alert_words(ctx: Ctx, _request: GetAlertWordsRequest) -> Result<AlertWordsResponse, ApiError> {
    let alert_words = ctx.app.realm.state().personal.alert_words(ctx.user.id).to_vec();
    Ok(AlertWordsResponse { alert_words })
}

/// `POST /users/me/alert_words`.
pub async fn add_alert_words(ctx: Ctx, request: AddAlertWordsRequest) -> Result<AlertWordsResponse, ApiError> {
    let actor = ctx.user.id;
    let alert_words = ctx.app.realm.run(move |tx| alert_words::add(tx, actor, &request.alert_words)).await?;
    Ok(AlertWordsResponse { alert_words })
}

/// `DELETE /users/me/alert_words`.
pub async fn remove_alert_words(ctx: Ctx, request: RemoveAlertWordsRequest) -> Result<AlertWordsResponse, ApiError> {
    let actor = ctx.user.id;
    let alert_words = ctx.app.realm.run(move |tx| alert_words::remove(tx, actor, &request.alert_words)).await?;
    Ok(AlertWordsResponse { alert_words })
}
