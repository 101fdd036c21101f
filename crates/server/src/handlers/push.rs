//! Devices that notifications are to be sent to. There is no push service, and whoever asks for one is told so.

use crate::http::pipeline::Ctx;
use tidings_core::commands::push;
use tidings_core::state::push::PushKind;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::push::{
    AddApnsTokenRequest, AddFcmTokenRequest, E2eeTestNotifyRequest, RegisterPushDeviceRequest, RemoveApnsTokenRequest,
    RemoveFcmTokenRequest, TestNotifyRequest,
};

async fn add(ctx: Ctx, kind: PushKind, token: String, app_id: Option<String>) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| push::add(tx, actor, kind, &token, app_id)).await?;
    Ok(Done {})
}

async fn remove(ctx: Ctx, kind: PushKind, token: String) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| push::remove(tx, actor, kind, &token)).await?;
    Ok(Done {})
}

/// `POST /users/me/apns_device_token`.
pub async fn add_apns_token(ctx: Ctx, request: AddApnsTokenRequest) -> Result<Done, ApiError> {
    add(ctx, PushKind::Apns, request.token, Some(request.appid)).await
}

/// `DELETE /users/me/apns_device_token`.
pub async fn remove_apns_token(ctx: Ctx, request: RemoveApnsTokenRequest) -> Result<Done, ApiError> {
    remove(ctx, PushKind::Apns, request.token).await
}

/// `POST /users/me/android_gcm_reg_id`.
pub async fn add_fcm_token(ctx: Ctx, request: AddFcmTokenRequest) -> Result<Done, ApiError> {
    add(ctx, PushKind::Fcm, request.token, None).await
}

/// `DELETE /users/me/android_gcm_reg_id`.
pub async fn remove_fcm_token(ctx: Ctx, request: RemoveFcmTokenRequest) -> Result<Done, ApiError> {
    remove(ctx, PushKind::Fcm, request.token).await
}

/// `POST /mobile_push/test_notification`.
pub async fn test_notify(ctx: Ctx, request: TestNotifyRequest) -> Result<Done, ApiError> {
    let state = ctx.app.realm.state();
    let is_known = |token: &String| {
        let kinds = [PushKind::Apns, PushKind::Fcm];
        kinds.into_iter().any(|kind| state.push_tokens.get(ctx.user.id, &(kind, token.clone())).is_some())
    };
    match request.token {
        Some(token) if !is_known(&token) => Err(ApiError::InvalidPushDeviceToken {}),
        _ => Err(ApiError::PushServiceNotConfigured {}),
    }
}

/// `POST /mobile_push/e2ee/test_notification`. No device can be registered, so none is there.
pub async fn e2ee_test_notify(_ctx: Ctx, _request: E2eeTestNotifyRequest) -> Result<Done, ApiError> {
    Err(ApiError::NoActivePushDevice {})
}

/// `POST /mobile_push/register`.
pub async fn register_push_device(_ctx: Ctx, _request: RegisterPushDeviceRequest) -> Result<Done, ApiError> {
    Err(ApiError::PushServiceNotConfigured {})
}
