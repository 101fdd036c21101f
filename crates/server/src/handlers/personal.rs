//! What users keep for themselves, and what they tell others of themselves.

use crate::http::auth::{hash_key, new_key};
use crate::http::pipeline::Ctx;
use crate::passwords;
use tidings_core::commands::personal::email::{Confirmation, NewEmail};
use tidings_core::commands::personal::muted_users;
use tidings_core::commands::personal::settings::{self, OwnAccount};
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::personal::settings::UpdateSettingsRequest;
use tidings_types::endpoints::personal::{MuteUserRequest, UnmuteUserRequest};

pub mod alert_words;
pub mod presence;
pub mod status;
pub mod typing;
pub mod user_topics;

/// `POST /users/me/muted_users/{muted_user_id}`.
pub async fn mute_user(ctx: Ctx, request: MuteUserRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    while !ctx.app.realm.run(move |tx| muted_users::mute(tx, actor, request.muted_user_id)).await? {}
    Ok(Done {})
}

/// `DELETE /users/me/muted_users/{muted_user_id}`.
pub async fn unmute_user(ctx: Ctx, request: UnmuteUserRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| muted_users::unmute(tx, actor, request.muted_user_id)).await?;
    Ok(Done {})
}

/// `PATCH /settings`.
pub async fn update_settings(ctx: Ctx, request: UpdateSettingsRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    let UpdateSettingsRequest { full_name, email, old_password, new_password, settings } = request;
    let password = match new_password.filter(|new| !new.is_empty()) {
        Some(new) => Some(new_password_of(&ctx, old_password.unwrap_or_default(), new).await?),
        None => None,
    };
    let email = email.map(|email| new_email(&ctx, email.trim())).transpose()?;
    let own = OwnAccount { full_name, email, password };
    ctx.app.realm.run(move |tx| settings::update(tx, actor, own, &settings)).await?;
    Ok(Done {})
}

/// A new address, to be confirmed where e-mail can be sent. Asking for e-mail counts as log-ins do.
fn new_email(ctx: &Ctx, address: &str) -> Result<NewEmail, ApiError> {
    let address = address.to_owned();
    if ctx.app.mailer.is_none() {
        return Ok(NewEmail { address, confirmation: None });
    }
    // Who asks for the address that they have needs none sent; but it may be another one by the time this is done.
    if address != ctx.user.delivery_email {
        ctx.app.logins_for.check(&ctx.user.delivery_email.to_lowercase(), ctx.app.realm.clock.now())?;
    }
    let (key, product) = (new_key(), ctx.app.config.brand.product.clone());
    let confirmation = Confirmation { hash: hash_key(&key), key, product };
    Ok(NewEmail { address, confirmation: Some(confirmation) })
}

/// A new password, hashed, for who knows the old one. Guesses count as log-ins do.
async fn new_password_of(ctx: &Ctx, old: String, new: String) -> Result<String, ApiError> {
    let account = ctx.user.delivery_email.to_lowercase();
    ctx.app.logins_for.check(&account, ctx.app.realm.clock.now())?;
    if !passwords::is_password_of(&ctx.app.realm, ctx.user.id, old).await? {
        return Err(ApiError::bad_request("Wrong password!"));
    }
    passwords::check(&new)?;
    passwords::hash(new).await
}
