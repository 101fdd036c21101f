//! Logging in, and API keys.

use crate::http::auth::{hash_key, new_key};
use crate::http::client_address::network_of;
use crate::http::pipeline::{AnonymousCtx, Ctx};
use crate::passwords;
use std::sync::Arc;
use tidings_core::commands::api_keys;
use tidings_core::limits;
use tidings_core::state::users::UserRow;
use tidings_types::endpoints::authentication::{
    ApiKeyResponse, DevFetchApiKeyRequest, FetchApiKeyRequest, NewApiKeyResponse, RegenerateBotApiKeyRequest,
    RegenerateOwnApiKeyRequest,
};
use tidings_types::{ApiError, UserId};

/// `POST /fetch_api_key`: what is answered, and how long it takes, does not tell whether there is such an account.
pub async fn fetch_api_key(ctx: AnonymousCtx, request: FetchApiKeyRequest) -> Result<ApiKeyResponse, ApiError> {
    check_attempts(&ctx, &request.username)?;
    let user = find_person(&ctx, &request.username);
    // No account has id 0; asking for its password takes as long as for another's.
    let id = user.as_ref().map_or(UserId(0), |user| user.id);
    let matches = passwords::is_password_of(&ctx.app.realm, id, request.password).await?;
    let user = user.filter(|_| matches).ok_or(ApiError::AuthenticationFailed {})?;
    log_in(&ctx, &user).await
}

/// `POST /dev_fetch_api_key`: for development only, since it asks for no password.
pub async fn dev_fetch_api_key(ctx: AnonymousCtx, request: DevFetchApiKeyRequest) -> Result<ApiKeyResponse, ApiError> {
    if !ctx.app.config.allow_dev_login {
        return Err(ApiError::bad_request("DevAuthBackend not enabled."));
    }
    let user = find_person(&ctx, &request.username).ok_or(ApiError::AuthenticationFailed {})?;
    log_in(&ctx, &user).await
}

fn check_attempts(ctx: &AnonymousCtx, username: &str) -> Result<(), ApiError> {
    let now = ctx.app.realm.clock.now();
    ctx.app.logins_from.check(&network_of(ctx.address), now)?;
    let account: String = username.trim().to_lowercase().chars().take(limits::EMAIL_BYTES_MAX).collect();
    ctx.app.logins_for.check(&account, now)?;
    Ok(())
}

/// Bots cannot log in: they are given their keys.
fn find_person(ctx: &AnonymousCtx, username: &str) -> Option<Arc<UserRow>> {
    let state = ctx.app.realm.state();
    state.users.find_by_delivery_email(username.trim()).filter(|user| !user.is_bot()).cloned()
}

async fn log_in(ctx: &AnonymousCtx, user: &UserRow) -> Result<ApiKeyResponse, ApiError> {
    if ctx.app.realm.state().organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    let (api_key, id, label) = (new_key(), user.id, ctx.client.clone());
    let hash = hash_key(&api_key);
    ctx.app.realm.run(move |tx| api_keys::log_in(tx, id, hash, label)).await?;
    Ok(ApiKeyResponse { api_key, email: user.delivery_email.clone(), user_id: id })
}

/// `POST /users/me/api_key/regenerate`.
pub async fn regenerate_own_api_key(
    ctx: Ctx,
    _request: RegenerateOwnApiKeyRequest,
) -> Result<NewApiKeyResponse, ApiError> {
    let (api_key, actor, label) = (new_key(), ctx.user.id, ctx.client);
    let hash = hash_key(&api_key);
    ctx.app.realm.run(move |tx| api_keys::regenerate_own(tx, actor, hash, label)).await?;
    Ok(NewApiKeyResponse { api_key })
}

/// `POST /bots/{bot_id}/api_key/regenerate`.
pub async fn regenerate_bot_api_key(
    ctx: Ctx,
    request: RegenerateBotApiKeyRequest,
) -> Result<NewApiKeyResponse, ApiError> {
    let (api_key, actor, label) = (new_key(), ctx.user.id, ctx.client);
    let hash = hash_key(&api_key);
    let bot = request.bot_id;
    ctx.app.realm.run(move |tx| api_keys::regenerate_of_bot(tx, actor, bot, hash, label)).await?;
    Ok(NewApiKeyResponse { api_key })
}
