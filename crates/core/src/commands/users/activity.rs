//! Deactivating and reactivating accounts.
//!
//! A deactivated account keeps its subscriptions, but what happens meanwhile it does not receive: the spans of its
//! subscriptions end and begin again.

use super::{check_may_administer, check_name_is_free, find_user, is_last_owner};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::personal::{email, presence};
use crate::commands::send::UserRefIn;
use crate::commands::subscriptions::tell_peers;
use crate::commands::visibility::{self, Membership};
use crate::commands::{bots, exports, invites, permissions};
use crate::state::channels::SubscriptionRow;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::user::{BotChange, RealmBotUpdate};
use tidings_types::{ApiError, ChannelId, UserId};

/// `deactivate-user`: returns the accounts that were deactivated, those of bots included. Their queues are to be ended.
///
/// # Errors
/// 400 where the actor may not, and for the last owner.
pub fn deactivate_user(tx: &mut Tx<'_>, actor: UserId, target: &UserRefIn) -> Result<Vec<UserId>, ApiError> {
    let actor = tx.actor(actor)?;
    let target = find_user(&tx.state, &actor, target)?;
    if target.is_bot() {
        return Err(ApiError::bad_request("No such user"));
    }
    check_may_administer(&actor, &target)?;
    if !target.is_active {
        return Err(ApiError::bad_request("User is deactivated"));
    }
    if is_last_owner(&tx.state, &target) {
        return Err(ApiError::bad_request("Cannot deactivate the only organization owner"));
    }
    Ok(deactivate_with_bots(tx, &target))
}

/// `deactivate-own-user`: returns the accounts that were deactivated, as [`deactivate_user`] does.
///
/// # Errors
/// `CANNOT_DEACTIVATE_LAST_USER` for the last person and the last owner.
pub fn deactivate_own_user(tx: &mut Tx<'_>, actor: UserId) -> Result<Vec<UserId>, ApiError> {
    let actor = tx.actor(actor)?;
    let others = tx.state.users.iter().any(|row| row.is_active && !row.is_bot() && row.id != actor.id);
    if !actor.is_bot() && !others {
        return Err(ApiError::CannotDeactivateLastUser { entity: "user".to_owned(), is_last_owner: false });
    }
    if is_last_owner(&tx.state, &actor) {
        let entity = "organization owner".to_owned();
        return Err(ApiError::CannotDeactivateLastUser { entity, is_last_owner: true });
    }
    Ok(deactivate_with_bots(tx, &actor))
}

/// `reactivate-user`. Bots whose owner is gone belong to who reactivates them.
///
/// # Errors
/// 400 where the actor may not, for a bot as for a new one; and where names have to be unique, and this one is taken.
pub fn reactivate_user(tx: &mut Tx<'_>, actor: UserId, target: UserId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let target = Arc::clone(tx.state.access_user(&actor, target)?);
    check_may_administer(&actor, &target)?;
    if target.is_active {
        return Ok(());
    }
    if let Some(bot) = &target.bot {
        bots::check_may_create(tx, &actor, bot.bot_type)?;
    }
    check_name_is_free(&tx.state, &target.full_name, Some(target.id))?;
    set_active(tx, &target, true);
    let owner = target.bot.as_ref().map(|bot| bot.owner);
    if owner.is_some_and(|owner| owner.and_then(|id| tx.state.active_user(id)).is_none()) {
        bots::change_owner(tx, target.id, actor.id);
    }
    Ok(())
}

fn deactivate_with_bots(tx: &mut Tx<'_>, user: &UserRow) -> Vec<UserId> {
    let owned = |row: &&Arc<UserRow>| row.is_active && row.bot.as_ref().is_some_and(|bot| bot.owner == Some(user.id));
    let bots: Vec<Arc<UserRow>> = tx.state.users.iter().filter(owned).cloned().collect();
    for bot in &bots {
        set_active(tx, bot, false);
    }
    set_active(tx, user, false);
    bots.iter().map(|bot| bot.id).chain([user.id]).collect()
}

/// Deactivates or reactivates an account, and tells who sees it, its channels, or it as a bot.
pub(in crate::commands) fn set_active(tx: &mut Tx<'_>, user: &UserRow, is_active: bool) {
    let before = tx.state.clone();
    let row = Arc::new(UserRow { is_active, ..user.clone() });
    tx.change(Change::User(Arc::clone(&row)));
    let channels = move_spans(tx, user.id, is_active);
    if !is_active {
        // Before people are told of the account, which some then know no more.
        tell_peers(tx, &channels, Event::PeerRemove);
    }
    visibility::tell_activity(tx, &before, &row);
    if is_active {
        let groups = visibility::groups_of(&tx.state, &row);
        visibility::emit_group_members(tx, row.id, &groups, Membership::Joined, &Audience::realm());
        permissions::tell_naming(tx, row.id, None);
        exports::tell_consent(tx, &row);
        let audience = tx.state.who_sees_user(&row);
        presence::tell_known(tx, &row, audience);
        tell_peers(tx, &channels, Event::PeerAdd);
    } else {
        email::forget(tx, row.id);
        invites::revoke_all_of(tx, row.id);
    }
    if is_active {
        // What the owner lost sight of meanwhile was told to nobody.
        bots::forget_hidden_defaults(tx, |_, bot| bot.owner == Some(row.id));
    }
    if row.is_bot() {
        let bot = BotChange { user_id: row.id, is_active: Some(is_active), ..BotChange::default() };
        let audience = tx.state.who_manages_bot(&row);
        tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot }), audience);
    }
}

/// Begins or ends a span of each active subscription; returns these.
fn move_spans(tx: &mut Tx<'_>, user: UserId, is_active: bool) -> Vec<(UserId, ChannelId)> {
    let (seq, message) = (tx.state.seq, tx.state.messages.last_id());
    let active = tx.state.channels.subscriptions_of(user).filter(|(_, row)| row.is_active);
    let rows: Vec<(ChannelId, SubscriptionRow)> = active.map(|(id, row)| (id, SubscriptionRow::clone(row))).collect();
    let channels = rows.iter().map(|(channel, _)| (user, *channel)).collect();
    for (channel, mut row) in rows {
        if is_active {
            row.open_span(seq, message);
        } else {
            row.close_span(seq, message);
        }
        tx.change(Change::Subscription { user, channel, row: Arc::new(row) });
    }
    channels
}
