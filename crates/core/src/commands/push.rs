//! Devices that notifications are to be sent to. Nobody is told of them.

use super::Tx;
use super::personal::check_is_person;
use crate::change::Change;
use crate::limits;
use crate::state::push::{PushKind, PushToken};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::{ApiError, UserId};

/// `add-apns-token`, `add-fcm-token`.
///
/// # Errors
/// 400 for bots, for what is no token, and for more devices than anybody has.
pub fn add(
    tx: &mut Tx<'_>,
    actor: UserId,
    kind: PushKind,
    token: &str,
    app_id: Option<String>,
) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    let key = check(&user, kind, token)?;
    let is_known = tx.state.push_tokens.get(actor, &key).is_some();
    if !is_known && tx.state.push_tokens.count(actor) >= limits::PUSH_TOKENS_MAX {
        return Err(ApiError::bad_request(format!("Too many devices. The limit is {}.", limits::PUSH_TOKENS_MAX)));
    }
    let row = Arc::new(PushToken { app_id, added_at: tx.now });
    tx.change(Change::PushToken { user: actor, kind, token: key.1, row: Some(row) });
    Ok(())
}

/// `remove-apns-token`, `remove-fcm-token`.
///
/// # Errors
/// 400 for bots, for what is no token, and for one that is not there.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, kind: PushKind, token: &str) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    let key = check(&user, kind, token)?;
    if tx.state.push_tokens.get(actor, &key).is_none() {
        return Err(ApiError::bad_request("Token does not exist"));
    }
    tx.change(Change::PushToken { user: actor, kind, token: key.1, row: None });
    Ok(())
}

fn check(user: &UserRow, kind: PushKind, token: &str) -> Result<(PushKind, String), ApiError> {
    check_is_person(user)?;
    if token.is_empty() || token.len() > limits::PUSH_TOKEN_BYTES_MAX {
        return Err(ApiError::bad_request("Empty or invalid length token"));
    }
    if kind == PushKind::Apns && !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ApiError::bad_request("Invalid APNS token"));
    }
    Ok((kind, token.to_owned()))
}
