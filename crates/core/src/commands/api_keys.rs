//! API keys. They are stored as hashes, so an account has several: each log-in makes a new one.

use super::{Tx, bots};
use crate::change::Change;
use crate::limits;
use crate::state::users::KeyHash;
use tidings_types::{ApiError, UserId};

/// Adds a key; beyond the limit the oldest one stops working.
pub fn add_key(tx: &mut Tx<'_>, user: UserId, hash: KeyHash, label: String) {
    let keys: Vec<KeyHash> = tx.state.users.keys_of(user).copied().collect();
    let surplus = (keys.len() + 1).saturating_sub(limits::API_KEYS_PER_USER_MAX);
    for hash in keys.into_iter().take(surplus) {
        tx.change(Change::ApiKeyRevoked { hash, user });
    }
    tx.change(Change::ApiKey { hash, user, created_at: tx.now, label });
}

/// Adds a key for somebody who has just proved who they are.
///
/// # Errors
/// `USER_DEACTIVATED` if the account was deactivated meanwhile.
pub fn log_in(tx: &mut Tx<'_>, user: UserId, hash: KeyHash, label: String) -> Result<(), ApiError> {
    tx.actor(user).map_err(|_| ApiError::UserDeactivated {})?;
    add_key(tx, user, hash, label);
    Ok(())
}

/// Replaces all keys of an account by one.
fn replace_keys(tx: &mut Tx<'_>, user: UserId, hash: KeyHash, label: String) {
    let keys: Vec<KeyHash> = tx.state.users.keys_of(user).copied().collect();
    for hash in keys {
        tx.change(Change::ApiKeyRevoked { hash, user });
    }
    add_key(tx, user, hash, label);
}

/// `regenerate-own-api-key`.
///
/// # Errors
/// 401 for an account that was deactivated meanwhile.
pub fn regenerate_own(tx: &mut Tx<'_>, actor: UserId, hash: KeyHash, label: String) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    replace_keys(tx, actor.id, hash, label);
    Ok(())
}

/// `regenerate-bot-api-key`.
///
/// # Errors
/// As [`bots::access_bot`].
pub fn regenerate_of_bot(
    tx: &mut Tx<'_>,
    actor: UserId,
    bot: UserId,
    hash: KeyHash,
    label: String,
) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let bot = bots::access_bot(tx, &actor, bot)?.id;
    replace_keys(tx, bot, hash, label);
    Ok(())
}
