//! What somebody begins or ceases to see, told as events: of channels, of accounts, of addresses, of bots.
//!
//! Neighbors: [`crate::access`] has the rules; commands that change a role, a privacy or a subscription call this.
//! Invariant: a client that folds these events has what a fresh registration would give it.

use super::channels::{audience_of, viewers, viewers_among};
mod strangers;

use super::personal::presence;
use super::{Tx, bots, permissions};
use crate::audience::Audience;
use crate::event::Gate;
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use std::collections::BTreeSet;
use std::sync::Arc;
use strangers::Strangers;
use tidings_types::channel::Channel;
use tidings_types::events::Event;
use tidings_types::events::channel::{DefaultStreams, DeletedChannel, PeerChange, StreamCreate, StreamDelete};
use tidings_types::events::realm::DefaultStreamGroups;
use tidings_types::events::user::{
    DeletedBot, GroupMembers, RealmBotAdd, RealmBotDelete, RealmUserAdd, RealmUserRemove, RealmUserUpdate, RemovedUser,
    UserAspect, UserChange, UserStatusEvent,
};
use tidings_types::user::{User, UserStatus};
use tidings_types::{ChannelId, GroupId, UserId};

/// Tells one user of everything that they see now and did not see `before`, or the other way round.
///
/// Accounts come before channels, so that the subscribers of a new channel are known.
pub fn tell_differences(tx: &mut Tx<'_>, before: &RealmState, viewer: UserId) {
    let (Some(was), Some(is)) = (before.active_user(viewer).cloned(), tx.state.active_user(viewer).cloned()) else {
        return;
    };
    tell_users(tx, before, &was, &is);
    tell_bots(tx, before, &was, &is);
    tell_channels(tx, before, &was, &is);
    tell_default_channels(tx, &was, &is);
}

/// Tells one user of accounts that appear or disappear for them, and of addresses that are shown or hidden.
fn tell_users(tx: &mut Tx<'_>, before: &RealmState, was: &UserRow, is: &UserRow) {
    let all: Vec<Arc<UserRow>> = tx.state.users.iter().cloned().collect();
    let audience = || Audience::user(is.id);
    for user in all {
        let Some(user_before) = before.users.get(user.id) else { continue };
        match (before.can_see_user(was, user_before), tx.state.can_see_user(is, &user)) {
            (false, true) => emit_user_seen(tx, &user, tx.state.can_see_email(is, &user), audience()),
            (true, false) => emit_user_unseen(tx, &user, audience()),
            (true, true) => {
                let sees = tx.state.can_see_email(is, &user);
                if sees != before.can_see_email(was, user_before) {
                    let delivery_email = sees.then(|| user.delivery_email.clone());
                    tx.emit(user_update(user.id, UserAspect::DeliveryEmail { delivery_email }), audience());
                }
            }
            (false, false) => {}
        }
    }
}

/// Guests are shown all accounts now, or only those they have to do with: tells them of the others, of which each is
/// one event for all who do not know it.
pub fn tell_guests_of_users(tx: &mut Tx<'_>, before: &RealmState) {
    let (saw_all, see_all) = (before.everybody_sees_all_users(), tx.state.everybody_sees_all_users());
    if saw_all == see_all {
        return;
    }
    let restricted = if see_all { before.clone() } else { tx.state.clone() };
    let mut strangers = Strangers::of(&restricted, None);
    for user in restricted.users.iter() {
        let guests = strangers.to(user);
        let Some(guest) = guests.min().and_then(|id| restricted.users.get(UserId(id))) else { continue };
        // To guests, everybody's address is shown, or nobody's.
        let sees_email = restricted.can_see_email(guest, user);
        let audience = Audience::set(guests);
        if see_all {
            emit_user_seen(tx, user, sees_email, audience);
        } else {
            emit_user_unseen(tx, user, audience);
        }
    }
}

/// Where guests are shown only those they have to do with: tells guests of accounts that they know now and did not know
/// `before`, or the other way round, in one event for all guests. Nothing can have changed for other guests than these, and
/// between them and other accounts.
pub fn tell_guests_of_some(tx: &mut Tx<'_>, before: &RealmState, guests: &RoaringBitmap, accounts: &BTreeSet<UserId>) {
    let is_guest = |state: &RealmState, id| state.active_user(UserId(id)).is_some_and(|user| user.is_guest());
    let guests: RoaringBitmap = guests.iter().filter(|id| is_guest(before, *id) && is_guest(&tx.state, *id)).collect();
    let Some(one) = guests.min().and_then(|id| tx.state.users.get(UserId(id)).cloned()) else { return };
    let after = tx.state.clone();
    let (mut were, mut are) = (Strangers::of(before, Some(&guests)), Strangers::of(&after, Some(&guests)));
    for id in accounts {
        let (Some(was), Some(user)) = (before.users.get(*id), after.users.get(*id)) else { continue };
        let (were, are) = (were.to(was), are.to(user));
        if were == are {
            continue;
        }
        // To guests, everybody's address is shown, or nobody's.
        let sees_email = after.can_see_email(&one, user);
        emit_user_seen(tx, user, sees_email, Audience::set(Arc::new(&*were - &*are)));
        emit_user_unseen(tx, user, Audience::set(Arc::new(&*are - &*were)));
    }
}

/// Tells one user of bots that come into or leave their list.
pub fn tell_bots(tx: &mut Tx<'_>, before: &RealmState, was: &UserRow, is: &UserRow) {
    let bots: Vec<Arc<UserRow>> = tx.state.users.iter().filter(|row| row.is_bot()).cloned().collect();
    for bot in bots {
        let listed = before.users.get(bot.id).is_some_and(|bot| before.lists_bot(was, bot));
        match (listed, tx.state.lists_bot(is, &bot)) {
            (false, true) => emit_bot_add(tx, &bot, Audience::user(is.id)),
            (true, false) => emit_bot_delete(tx, bot.id, Audience::user(is.id)),
            _ => {}
        }
    }
}

/// Tells one user of channels that appear or disappear for them.
pub fn tell_channels(tx: &mut Tx<'_>, before: &RealmState, was: &UserRow, is: &UserRow) {
    let (mut lost, mut gained) = (Vec::new(), Vec::new());
    for channel in tx.state.channels.iter() {
        let saw = before.channels.get(channel.id).is_some_and(|channel| before.can_see_channel(was, channel));
        match (saw, tx.state.can_see_channel(is, channel)) {
            (true, false) => lost.push(Arc::clone(channel)),
            (false, true) => gained.push(Arc::clone(channel)),
            _ => {}
        }
    }
    emit_channels_lost(tx, &lost, &Audience::user(is.id));
    emit_channels_gained(tx, &gained, &Audience::user(is.id));
}

/// Guests have no default channels.
fn tell_default_channels(tx: &mut Tx<'_>, was: &UserRow, is: &UserRow) {
    if was.is_guest() == is.is_guest() {
        return;
    }
    let defaults = &tx.state.realm.settings.default_channels;
    if !defaults.is_empty() {
        let default_streams = if is.is_guest() { Vec::new() } else { defaults.clone() };
        tx.emit(Event::DefaultStreams(DefaultStreams { default_streams }), Audience::user(is.id));
    }
    let groups = &tx.state.organization.default_groups.items;
    if !groups.is_empty() {
        let default_stream_groups = if is.is_guest() { Vec::new() } else { groups.clone() };
        let event = DefaultStreamGroups { default_stream_groups };
        tx.emit(Event::DefaultStreamGroups(event), Audience::user(is.id));
    }
}

/// `stream/delete`: one event for all channels; archived ones are known to some clients only. Bots of who lost sight of
/// a channel have it no longer as a default one.
pub fn emit_channels_lost(tx: &mut Tx<'_>, channels: &[Arc<ChannelRow>], audience: &Audience) {
    if channels.is_empty() {
        return;
    }
    for (ids, gate) in by_gate(channels) {
        let streams = ids.iter().map(|id| DeletedChannel { stream_id: *id }).collect();
        let event = StreamDelete { streams, stream_ids: ids };
        tx.emit_gated(Event::StreamDelete(event), audience.clone(), gate);
    }
    let is_lost = |id: Option<ChannelId>| channels.iter().any(|channel| Some(channel.id) == id);
    bots::forget_hidden_defaults(tx, |_, bot| {
        is_lost(bot.default_sending_channel) || is_lost(bot.default_events_channel)
    });
}

/// `stream/create`, and `subscription/peer_add` with who is subscribed. The channels come without subscribers, so that
/// clients that only count them count each once.
pub fn emit_channels_gained(tx: &mut Tx<'_>, channels: &[Arc<ChannelRow>], audience: &Audience) {
    for (ids, gate) in by_gate(channels) {
        let rows = || ids.iter().filter_map(|id| tx.state.channels.get(*id));
        let streams = rows().map(|channel| Channel { subscriber_count: 0, ..tx.state.channel_view(channel) }).collect();
        let subscribers: Vec<PeerChange> = rows()
            .map(|channel| PeerChange { stream_ids: vec![channel.id], user_ids: tx.state.subscriber_ids(channel) })
            .filter(|peers| !peers.user_ids.is_empty())
            .collect();
        tx.emit_gated(Event::StreamCreate(StreamCreate { streams }), audience.clone(), gate);
        for peers in subscribers {
            tx.emit_gated(Event::PeerAdd(peers), audience.clone(), gate);
        }
    }
}

fn by_gate(channels: &[Arc<ChannelRow>]) -> impl Iterator<Item = (Vec<ChannelId>, Gate)> {
    let ids = |archived| -> Vec<ChannelId> {
        channels.iter().filter(|channel| channel.is_archived == archived).map(|channel| channel.id).collect()
    };
    let groups = [(ids(false), Gate::All), (ids(true), Gate::With(Shape::ARCHIVED_CHANNELS))];
    groups.into_iter().filter(|(ids, _)| !ids.is_empty())
}

/// `realm_user/update` of one aspect.
#[must_use]
pub fn user_update(user_id: UserId, aspect: UserAspect) -> Event {
    Event::RealmUserUpdate(RealmUserUpdate { person: UserChange { user_id, aspect } })
}

/// `realm_user/add`; pictures are never left out of events.
fn user_add(state: &RealmState, user: &UserRow, sees_email: bool) -> Event {
    let person = User { is_active: Some(user.is_active), ..state.user_view_as(user, sees_email) };
    Event::RealmUserAdd(Box::new(RealmUserAdd { person }))
}

fn emit_user_add(tx: &mut Tx<'_>, user: &UserRow, sees_email: bool, audience: Audience) {
    if !audience.is_empty() {
        tx.emit(user_add(&tx.state, user, sees_email), audience);
    }
}

/// Tells everybody of a new account: with its real address, without it, or only that there is somebody.
pub fn emit_new_user(tx: &mut Tx<'_>, user: &UserRow) {
    if user.is_bot() || (user.settings.email_address_visibility == 1 && tx.state.everybody_sees_all_users()) {
        emit_user_add(tx, user, true, Audience::realm());
        return;
    }
    let state = &tx.state;
    let told = |sees_email| {
        state.who(|viewer| state.can_see_user(viewer, user) && state.can_see_email(viewer, user) == sees_email)
    };
    let (with, without) = (told(true), told(false));
    let others = state.who(|viewer| !state.can_see_user(viewer, user));
    emit_user_add(tx, user, true, with);
    emit_user_add(tx, user, false, without);
    emit_unknown_user(tx, user, others);
}

/// An account that begins to be seen takes the place of the unknown one that some clients had among the active ones.
fn emit_user_seen(tx: &mut Tx<'_>, user: &UserRow, sees_email: bool, audience: Audience) {
    if audience.is_empty() {
        return;
    }
    if !user.is_active {
        emit_user_remove(tx, user, audience.clone(), Gate::Without(Shape::USER_LIST_INCOMPLETE));
    }
    tx.emit_unnoted(user_add(&tx.state, user, sees_email), audience.clone(), Gate::All);
    let status = tx.state.status_view(user);
    if status != UserStatus::default() {
        tx.emit(Event::UserStatus(UserStatusEvent { user_id: user.id, status }), audience.clone());
    }
    presence::tell_known(tx, user, audience);
}

/// An account that ceases to be seen is removed; clients that expect to find everybody get an unknown one instead.
fn emit_user_unseen(tx: &mut Tx<'_>, user: &UserRow, audience: Audience) {
    emit_user_remove(tx, user, audience.clone(), Gate::All);
    emit_unknown_user(tx, user, audience);
}

fn emit_user_remove(tx: &mut Tx<'_>, user: &UserRow, audience: Audience, gate: Gate) {
    if !audience.is_empty() {
        let person = RemovedUser { user_id: user.id, full_name: tx.state.stand_in(user.id).full_name };
        tx.emit_unnoted(Event::RealmUserRemove(RealmUserRemove { person }), audience, gate);
    }
}

fn emit_unknown_user(tx: &mut Tx<'_>, user: &UserRow, audience: Audience) {
    if !audience.is_empty() {
        let person = User { is_active: Some(true), ..tx.state.unknown_user_view(user) };
        let gate = Gate::Without(Shape::USER_LIST_INCOMPLETE);
        tx.emit_unnoted(Event::RealmUserAdd(Box::new(RealmUserAdd { person })), audience, gate);
    }
}

/// Tells everybody that an account was deactivated or reactivated: who saw it before and sees it still, as a change;
/// who sees it no longer, or now, as the account going or coming.
///
/// People who are told of the change itself take the account out of groups by themselves; the others are told.
pub fn tell_activity(tx: &mut Tx<'_>, before: &RealmState, user: &UserRow) {
    let update = user_update(user.id, UserAspect::Active { is_active: user.is_active });
    if tx.state.everybody_sees_all_users() {
        tx.emit(update, Audience::realm());
        return;
    }
    let saw = |viewer: &UserRow| {
        let was = before.users.get(viewer.id).zip(before.users.get(user.id));
        was.is_some_and(|(viewer, user)| before.can_see_user(viewer, user))
    };
    let state = &tx.state;
    let sees = |viewer: &UserRow| state.can_see_user(viewer, user);
    let keep = state.who(|viewer| saw(viewer) && sees(viewer));
    let lose = state.who(|viewer| saw(viewer) && !sees(viewer));
    let gain = |sees_email| {
        state.who(|viewer| !saw(viewer) && sees(viewer) && state.can_see_email(viewer, user) == sees_email)
    };
    let (gain_with_email, gain_without) = (gain(true), gain(false));
    let blind = state.who(|viewer| !sees(viewer));
    tx.emit(update, keep);
    emit_user_seen(tx, user, true, gain_with_email);
    emit_user_seen(tx, user, false, gain_without);
    emit_user_unseen(tx, user, lose);
    if !user.is_active && !blind.is_empty() {
        let groups = groups_of(&tx.state, user);
        emit_group_members(tx, user.id, &groups, Membership::Left, &blind);
        let state = &tx.state;
        let blind = state.users.iter().filter(|viewer| viewer.is_active && !state.can_see_user(viewer, user));
        let blind = blind.map(|viewer| viewer.id.0).collect();
        permissions::tell_naming(tx, user.id, Some(&blind));
    }
}

/// Which way somebody's membership changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// `user_group/add_members`.
    Joined,
    /// `user_group/remove_members`.
    Left,
}

/// Tells of groups that an account became a direct member of, or no longer is.
pub fn emit_group_members(tx: &mut Tx<'_>, user: UserId, groups: &[GroupId], change: Membership, audience: &Audience) {
    for group in groups {
        let members = GroupMembers { group_id: *group, user_ids: vec![user] };
        let event = match change {
            Membership::Joined => Event::GroupAddMembers(members),
            Membership::Left => Event::GroupRemoveMembers(members),
        };
        tx.emit_gated(event, audience.clone(), group_gate(&tx.state, *group));
    }
}

/// Which clients hear of a group: of one that is out of use, those that know what that is.
#[must_use]
pub fn group_gate(state: &RealmState, group: GroupId) -> Gate {
    let deactivated = state.groups.get(group).is_some_and(|group| group.row.deactivated);
    if deactivated { Gate::With(Shape::INCLUDE_DEACTIVATED_GROUPS) } else { Gate::All }
}

/// All groups that an account is a direct member of.
#[must_use]
pub fn groups_of(state: &RealmState, user: &UserRow) -> Vec<GroupId> {
    state.direct_system_groups(user).iter().copied().chain(state.groups.of_user(user.id)).collect()
}

/// Tells everybody of those of these channels that appear or disappear for them since `before`. Nothing can have changed
/// for others than the `concerned`, if they are given.
pub fn tell_channels_to_all(
    tx: &mut Tx<'_>,
    before: &RealmState,
    channels: &[ChannelId],
    concerned: Option<&RoaringBitmap>,
) {
    let viewers = |state: &RealmState, channel: &ChannelRow| match concerned {
        Some(users) => viewers_among(state, channel, users),
        None => viewers(state, channel),
    };
    for id in channels {
        let (Some(was), Some(is)) = (before.channels.get(*id), tx.state.channels.get(*id).cloned()) else { continue };
        let (saw, see) = (viewers(before, was), viewers(&tx.state, &is));
        let (gained, lost) = (&see - &saw, &saw - &see);
        let channel = [is];
        if !gained.is_empty() {
            emit_channels_gained(tx, &channel, &audience_of(&gained));
        }
        if !lost.is_empty() {
            emit_channels_lost(tx, &channel, &audience_of(&lost));
        }
    }
}

/// `realm_bot/add`.
pub fn emit_bot_add(tx: &mut Tx<'_>, bot: &UserRow, audience: Audience) {
    if let Some(bot) = tx.state.bot_view(bot) {
        tx.emit(Event::RealmBotAdd(Box::new(RealmBotAdd { bot })), audience);
    }
}

/// `realm_bot/delete`: the bot is no longer in the list.
pub fn emit_bot_delete(tx: &mut Tx<'_>, user_id: UserId, audience: Audience) {
    tx.emit(Event::RealmBotDelete(RealmBotDelete { bot: DeletedBot { user_id } }), audience);
}
