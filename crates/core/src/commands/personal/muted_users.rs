//! Muted users.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::{Tx, flags};
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::personal::MutedUsers;
use tidings_types::user::MutedUser;
use tidings_types::{ApiError, UserId};

/// `mute-user`. What the muted user sent before is read from now on, as is what they send later: a bounded number of
/// messages at a time. Returns whether that was all; until then nobody is muted, and it is to be called again.
///
/// # Errors
/// 400 for oneself, for users one may not know of, and for those muted already.
pub fn mute(tx: &mut Tx<'_>, actor: UserId, target: UserId) -> Result<bool, ApiError> {
    check_target(tx, actor, target)?;
    let mut muted = tx.state.personal.muted_users(actor).to_vec();
    if muted.iter().any(|known| known.id == target) {
        return Err(ApiError::bad_request("User already muted"));
    }
    if !flags::mark_sender_as_read(tx, actor, target)? {
        return Ok(false);
    }
    muted.push(MutedUser { id: target, timestamp: tx.now });
    put(tx, actor, muted);
    Ok(true)
}

/// `unmute-user`.
///
/// # Errors
/// 400 for users one may not know of, and for those not muted.
pub fn unmute(tx: &mut Tx<'_>, actor: UserId, target: UserId) -> Result<(), ApiError> {
    let before = tx.state.personal.muted_users(actor);
    if !before.iter().any(|known| known.id == target) {
        check_target(tx, actor, target)?;
        return Err(ApiError::bad_request("User is not muted"));
    }
    tx.actor(actor)?;
    let muted = before.iter().filter(|known| known.id != target).copied().collect();
    put(tx, actor, muted);
    Ok(())
}

fn check_target(tx: &Tx<'_>, actor: UserId, target: UserId) -> Result<(), ApiError> {
    let viewer = tx.actor(actor)?;
    if actor == target {
        return Err(ApiError::bad_request("Cannot mute self"));
    }
    tx.state.access_user(&viewer, target).map(|_| ())
}

fn put(tx: &mut Tx<'_>, user: UserId, muted: Vec<MutedUser>) {
    tx.change(Change::MutedUsers { user, muted: Arc::new(muted.clone()) });
    tx.emit(Event::MutedUsers(MutedUsers { muted_users: muted }), Audience::user(user));
}
