//! Who asks: HTTP basic authentication with the account's address and an API key.
//!
//! The key alone identifies the account; the address is checked against it. Every failure is 401 with code
//! `UNAUTHORIZED`, whatever the reason.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tidings_core::state::RealmState;
use tidings_core::state::users::{KeyHash, UserRow};
use tidings_types::ApiError;

/// Characters of an API key. Clients that log in by browser rely on the number.
pub const API_KEY_CHARS: usize = 32;

/// The hash under which a key is stored.
#[must_use]
pub fn hash_key(key: &str) -> KeyHash {
    Sha256::digest(key.as_bytes()).into()
}

/// A new key: 32 random letters and digits.
#[must_use]
pub fn new_key() -> String {
    use rand::RngExt;
    let mut rng = rand::rng();
    (0..API_KEY_CHARS).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect()
}

/// What is answered to who says nothing of an account where it takes one.
#[must_use]
pub fn not_logged_in() -> ApiError {
    ApiError::unauthorized("Not logged in: API authentication or user session required")
}

/// The account that an `Authorization` header names.
///
/// # Errors
/// 401 for a header that is missing or malformed, a key that is not known or not this account's, and an account
/// that is deactivated.
pub fn authenticate(header: Option<&[u8]>, state: &RealmState) -> Result<Arc<UserRow>, ApiError> {
    let header = header.ok_or_else(not_logged_in)?;
    let malformed = || ApiError::unauthorized("Invalid authorization header for basic auth");
    let header = std::str::from_utf8(header).map_err(|_| malformed())?;
    let (scheme, encoded) = header.trim().split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(ApiError::unauthorized("Missing authorization header for basic auth"));
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let decoded = std::str::from_utf8(&decoded).map_err(|_| malformed())?;
    let mut parts = decoded.split(':');
    let (Some(email), Some(key), None) = (parts.next(), parts.next(), parts.next()) else { return Err(malformed()) };
    check_key(email.trim(), key.trim(), state)
}

/// The account that an API key belongs to, for addresses that have one in them.
///
/// # Errors
/// `INVALID_API_KEY`, or `USER_DEACTIVATED`.
pub fn authenticate_key(key: &str, state: &RealmState) -> Result<Arc<UserRow>, ApiError> {
    let user = state.users.by_key(&hash_key(key.trim())).and_then(|id| state.users.get(id));
    let user = user.ok_or(ApiError::InvalidApiKey {})?;
    if user.is_active { Ok(Arc::clone(user)) } else { Err(ApiError::UserDeactivated {}) }
}

fn check_key(email: &str, key: &str, state: &RealmState) -> Result<Arc<UserRow>, ApiError> {
    let user = by_key(key, state)?;
    let is_own_address =
        user.delivery_email.eq_ignore_ascii_case(email) || state.api_email(&user).eq_ignore_ascii_case(email);
    if is_own_address { Ok(user) } else { Err(ApiError::unauthorized("Invalid API key")) }
}

/// The account that a key belongs to.
///
/// # Errors
/// 401 for a key that is malformed or not known, and an account that is deactivated.
pub fn by_key(key: &str, state: &RealmState) -> Result<Arc<UserRow>, ApiError> {
    if key.len() != API_KEY_CHARS || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(ApiError::unauthorized("Malformed API key"));
    }
    let invalid = || ApiError::unauthorized("Invalid API key");
    let user = state.users.by_key(&hash_key(key)).and_then(|id| state.users.get(id)).ok_or_else(invalid)?;
    if !user.is_active {
        return Err(ApiError::unauthorized("Account is deactivated"));
    }
    check_is_open(state)?;
    Ok(Arc::clone(user))
}

/// Refuses everybody once the organization is closed.
///
/// # Errors
/// 401.
pub fn check_is_open(state: &RealmState) -> Result<(), ApiError> {
    if state.organization.is_deactivated {
        return Err(ApiError::unauthorized("This organization has been deactivated"));
    }
    Ok(())
}
