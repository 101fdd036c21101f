//! Members who have been members for long enough.
//!
//! Whether somebody has is no matter of the clock but of the state: it changes when that is told, with all that follows,
//! so that whoever folds events knows the same as whoever asks.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::user_groups;
use crate::state::RealmState;
use crate::state::groups::system;
use crate::state::realm::RealmRow;
use std::sync::Arc;
use tidings_types::UserId;
use tidings_types::events::Event;
use tidings_types::events::user::GroupMembers;

const DAY_SECS: i64 = 86_400;

/// Up to when an account has to be made for its owner to be a full member now.
#[must_use]
pub fn settled_until(waiting_days: i64, now: i64) -> i64 {
    now - waiting_days.saturating_mul(DAY_SECS)
}

/// Whether somebody has become a full member and has not been told.
#[must_use]
pub fn is_due(state: &RealmState, now: i64) -> bool {
    let days = state.realm.settings.waiting_period_threshold;
    let until = settled_until(days, now);
    days > 0
        && state
            .users
            .iter()
            .any(|user| user.is_active && user.date_joined <= until && !user.is_guest() && !state.is_full_member(user))
}

/// Tells of everybody who has become a full member.
pub fn settle(tx: &mut Tx<'_>) {
    let days = tx.state.realm.settings.waiting_period_threshold;
    let row = RealmRow { settled_until: settled_until(days, tx.now), ..RealmRow::clone(&tx.state.realm) };
    let before = tx.state.clone();
    tx.change(Change::Realm(Arc::new(row)));
    tell(tx, &before);
}

/// Tells of everybody who is a full member and was not `before`, or the other way round.
pub(in crate::commands) fn tell(tx: &mut Tx<'_>, before: &RealmState) {
    let (mut joined, mut left): (Vec<UserId>, Vec<UserId>) = (Vec::new(), Vec::new());
    for user in tx.state.users.iter().filter(|user| user.is_active) {
        let group = |state: &RealmState| state.direct_system_groups(user).contains(&system::FULL_MEMBERS);
        match (group(before), group(&tx.state)) {
            (false, true) => joined.push(user.id),
            (true, false) => left.push(user.id),
            _ => {}
        }
    }
    let members = |user_ids: &[UserId]| GroupMembers { group_id: system::FULL_MEMBERS, user_ids: user_ids.to_vec() };
    if !joined.is_empty() {
        tx.emit(Event::GroupAddMembers(members(&joined)), Audience::realm());
    }
    if !left.is_empty() {
        tx.emit(Event::GroupRemoveMembers(members(&left)), Audience::realm());
    }
    if !joined.is_empty() || !left.is_empty() {
        user_groups::tell_channels(tx, before, system::FULL_MEMBERS);
    }
}
