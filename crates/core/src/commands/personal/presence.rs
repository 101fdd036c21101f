//! Who is there.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::event::{Gate, Payload, PresencePayload};
use crate::limits;
use crate::state::RealmState;
use crate::state::users::UserRow;
use crate::view::personal::PresencesSince;
use std::sync::Arc;
use tidings_types::user::Presence;
use tidings_types::{ApiError, UserId};

/// `update-presence`: somebody has a client open (and in use, if `active`).
///
/// Others are told by an event only if the user was away before; the rest is asked for.
///
/// # Errors
/// 400 for bots, which are always there.
pub fn update(tx: &mut Tx<'_>, actor: UserId, active: bool) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    super::check_is_person(&user)?;
    if tx.state.realm.settings.presence_disabled || !user.settings.presence_enabled {
        return Ok(());
    }
    let before = tx.state.personal.presence(actor).map(|row| row.presence).unwrap_or_default();
    let active_timestamp = if active { tx.now } else { before.active_timestamp };
    let presence = Presence { active_timestamp, idle_timestamp: tx.now };
    let came_back = active && before.active_timestamp < tx.now - limits::PRESENCE_ACTIVE_SECS;
    put(tx, &user, presence, came_back);
    Ok(())
}

/// What others see after somebody allowed or forbade to be seen: there now, or away for so long that it says nothing.
pub(super) fn set_visible(tx: &mut Tx<'_>, user: &UserRow, visible: bool) {
    if tx.state.realm.settings.presence_disabled {
        return;
    }
    let seconds = if visible { tx.now } else { tx.now - limits::PRESENCE_OFFLINE_SECS - 120 };
    put(tx, user, Presence { active_timestamp: seconds, idle_timestamp: seconds }, true);
}

fn put(tx: &mut Tx<'_>, user: &UserRow, presence: Presence, tell: bool) {
    tx.change(Change::Presence { user: user.id, presence });
    if tell {
        let audience = tx.state.who_sees_user(user);
        emit(tx, user, presence, audience);
    }
}

fn emit(tx: &mut Tx<'_>, user: &UserRow, presence: Presence, audience: Audience) {
    if audience.is_empty() || is_large(&tx.state) {
        return;
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds fit")]
    let server_timestamp = tx.now as f64;
    let payload = PresencePayload { user: user.id, email: tx.state.api_email(user), presence, server_timestamp };
    tx.emit_payload(Payload::Presence(payload), audience, Gate::All);
}

/// Tells who begins to see an account when it was last there, as `POST /register` has it.
pub(in crate::commands) fn tell_known(tx: &mut Tx<'_>, user: &UserRow, audience: Audience) {
    if let Some(presence) = shown(tx, user) {
        emit(tx, user, presence, audience);
    }
}

/// When an account was last there, if the initial state has it.
fn shown(tx: &Tx<'_>, user: &UserRow) -> Option<Presence> {
    let is_shown = user.is_active && !user.is_bot() && !tx.state.realm.settings.presence_disabled;
    let row = tx.state.personal.presence(user.id).filter(|_| is_shown)?;
    PresencesSince::days(tx.now, limits::PRESENCE_HISTORY_DAYS).includes(row).then_some(row.presence)
}

/// After the organization shows again who is there: tells everybody.
pub(in crate::commands) fn tell_all(tx: &mut Tx<'_>) {
    if is_large(&tx.state) {
        return;
    }
    let known: Vec<UserId> = tx.state.personal.presences().map(|(user, _)| user).collect();
    for user in known {
        let row = tx.state.users.get(user).cloned();
        if let Some((row, presence)) = row.and_then(|row| Some((Arc::clone(&row), shown(tx, &row)?))) {
            let audience = tx.state.who_sees_user(&row);
            emit(tx, &row, presence, audience);
        }
    }
}

/// Whether presence is no longer sent as events.
fn is_large(state: &RealmState) -> bool {
    state.users.active_count() > limits::PRESENCE_EVENT_USERS_MAX
}
