//! Subscriptions: who joins and who leaves, and what everybody is told of it.
//!
//! [`subscribe`] and [`unsubscribe`] ask nobody; [`request`] holds what users may ask for. The order of events is one
//! that clients rely on: a channel that is new to somebody before the subscription to it, and a subscription's end
//! before the channel's.
//!
//! # Layout
//! - [`request`]: the endpoints' operations. [`settings`]: how each user wants their channels shown.
//! - here: joining and leaving.

use super::channels::{audience_of, gate, may_administer, tell_created, viewers};
use super::{Tx, visibility};
use crate::audience::Audience;
use crate::change::Change;
use crate::event::Gate;
use crate::state::RealmState;
use crate::state::channels::{ChannelRow, SubscriptionRow};
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use smallvec::SmallVec;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tidings_types::channel::SubscriptionSettings;
use tidings_types::events::Event;
use tidings_types::events::channel::{PeerChange, RemovedSubscription, SubscriptionAdd, SubscriptionRemove};
use tidings_types::{ChannelId, UserId, permission};

pub mod request;
pub mod settings;

/// The colors that subscriptions get by themselves.
pub const COLORS: &[&str] = &[
    "#76ce90", "#fae589", "#a6c7e5", "#e79ab5", "#bfd56f", "#f4ae55", "#b0a5fd", "#addfe5", "#f5ce6e", "#c2726a",
    "#94c849", "#bd86e5", "#ee7e4a", "#a6dcbf", "#95a5fd", "#53a063", "#9987e1", "#e4523d", "#c2c2c2", "#4f8de4",
    "#c6a8ad", "#e7cc4d", "#c8bebf", "#a47462",
];

/// A channel to be joined.
#[derive(Clone, Debug)]
pub struct Joining {
    /// Which.
    pub channel: ChannelId,
    /// In which color, for who was never there before; one of [`COLORS`], if none.
    pub color: Option<String>,
}

/// Whether `viewer` may subscribe others to a channel.
#[must_use]
pub fn may_subscribe_others(state: &RealmState, viewer: &UserRow, channel: &ChannelRow) -> bool {
    !viewer.is_guest()
        && state.can_read_channel(viewer, channel)
        && (state.may(viewer, &permission::realm::can_add_subscribers_group)
            || state.has(viewer, &permission::channel::can_add_subscribers_group, &channel.permissions)
            || may_administer(state, viewer, channel))
}

/// Subscribes users to a channel without asking whether they may. Who is subscribed already stays so.
pub fn subscribe(tx: &mut Tx<'_>, channel: ChannelId, users: &[UserId]) {
    join(tx, &[Joining { channel, color: None }], users);
}

/// Subscribes users to channels; returns who is new where, by channel.
pub(super) fn join(tx: &mut Tx<'_>, channels: &[Joining], users: &[UserId]) -> Vec<(UserId, ChannelId)> {
    let before = tx.state.clone();
    let mut added: Vec<(UserId, ChannelId)> = Vec::new();
    for joining in channels {
        let Some(channel) = tx.state.channels.get(joining.channel).cloned() else { continue };
        let is_new = |user: &&UserId| {
            tx.state.active_user(**user).is_some() && !tx.state.channels.is_subscribed(**user, channel.id)
        };
        let mut new: Vec<UserId> = users.iter().filter(is_new).copied().collect();
        new.sort_unstable();
        new.dedup();
        let unseeing =
            |user: &&UserId| tx.state.active_user(**user).is_some_and(|user| !tx.state.can_see_channel(user, &channel));
        let unseeing: Vec<UserId> = new.iter().filter(unseeing).copied().collect();
        if !unseeing.is_empty() {
            tell_created(tx, &channel, Audience::users(unseeing), gate(&channel));
        }
        for user in new {
            open(tx, user, &channel, joining.color.as_deref());
            added.push((user, channel.id));
        }
    }
    tell_guests(tx, &before, &added);
    tell_all_joined(tx, &added);
    tell_peers(tx, &added, Event::PeerAdd);
    added
}

fn open(tx: &mut Tx<'_>, user: UserId, channel: &ChannelRow, color: Option<&str>) {
    let known = tx.state.channels.subscription(user, channel.id).map(|row| SubscriptionRow::clone(row));
    let mut row = known.unwrap_or_else(|| {
        let mut row = unused(&tx.state, user, channel.id);
        if let Some(color) = color {
            color.clone_into(&mut row.settings.color);
        }
        row
    });
    row.is_active = true;
    row.open_span(tx.state.seq, tx.state.messages.last_id());
    tx.change(Change::Subscription { user, channel: channel.id, row: Arc::new(row) });
}

/// A subscription that is not begun.
pub(crate) fn unused(state: &RealmState, user: UserId, channel: ChannelId) -> SubscriptionRow {
    SubscriptionRow {
        is_active: false,
        settings: SubscriptionSettings {
            color: pick_color(state, user, channel),
            is_muted: false,
            pin_to_top: false,
            desktop_notifications: None,
            email_notifications: None,
            wildcard_mentions_notify: None,
            push_notifications: None,
            audible_notifications: None,
        },
        spans: SmallVec::new(),
    }
}

/// The channel's own color, or the next one that the user has nowhere yet. So most subscribers of a channel have it in
/// the same color, and are told of their subscription by the same event.
fn pick_color(state: &RealmState, user: UserId, channel: ChannelId) -> String {
    let start = usize::try_from(channel.0).unwrap_or_default() % COLORS.len();
    let from_start = || COLORS.iter().cycle().skip(start).take(COLORS.len());
    let mut free: Vec<&str> = from_start().copied().collect();
    for (_, row) in state.channels.subscriptions_of(user).filter(|(_, row)| row.is_active) {
        free.retain(|color| *color != row.settings.color);
        if free.is_empty() {
            break;
        }
    }
    free.first().or_else(|| COLORS.get(start)).map_or_else(String::new, |color| (*color).to_owned())
}

/// Where guests know only those they share a channel with, tells them whom they know now, or no longer.
fn tell_guests(tx: &mut Tx<'_>, before: &RealmState, changed: &[(UserId, ChannelId)]) {
    if tx.state.everybody_sees_all_users() {
        return;
    }
    let is_guest = |user: UserId| tx.state.active_user(user).is_some_and(|row| row.is_guest());
    let there = |channel: ChannelId| {
        let (was, is) = (before.channels.subscribers(channel), tx.state.channels.subscribers(channel));
        was.iter().chain(is.iter()).copied().collect::<BTreeSet<UserId>>()
    };
    let mut guests = RoaringBitmap::new();
    // Whose channels these are: those who came or went, and for guests who did, everybody there.
    let mut accounts: BTreeSet<UserId> = changed.iter().map(|(user, _)| *user).collect();
    for channel in changed.iter().map(|(_, channel)| *channel).collect::<BTreeSet<_>>() {
        let there = there(channel);
        guests.extend(there.iter().filter(|user| is_guest(**user)).map(|user| user.0));
        if changed.iter().any(|(user, at)| *at == channel && is_guest(*user)) {
            accounts.extend(there);
        }
    }
    visibility::tell_guests_of_some(tx, before, &guests, &accounts);
}

/// Tells users of their new subscriptions; archived channels apart, since not every client hears of those.
fn tell_all_joined(tx: &mut Tx<'_>, added: &[(UserId, ChannelId)]) {
    let is_archived = |id: &ChannelId| tx.state.channels.get(*id).is_some_and(|channel| channel.is_archived);
    let (archived, others): (Vec<_>, Vec<_>) = added.iter().copied().partition(|(_, id)| is_archived(id));
    tell_joined(tx, &others, Gate::All);
    tell_joined(tx, &archived, Gate::With(crate::shape::Shape::ARCHIVED_CHANNELS));
}

/// Tells users of subscriptions: one event for all who get the same.
pub(super) fn tell_joined(tx: &mut Tx<'_>, pairs: &[(UserId, ChannelId)], gate: Gate) {
    let mut by_user: BTreeMap<UserId, Vec<(ChannelId, SubscriptionSettings)>> = BTreeMap::new();
    for (user, channel) in pairs {
        if let Some(row) = tx.state.channels.subscription(*user, *channel) {
            by_user.entry(*user).or_default().push((*channel, row.settings.clone()));
        }
    }
    for (subscriptions, users) in group(by_user) {
        let view = |(id, settings): &(ChannelId, SubscriptionSettings)| {
            let channel = tx.state.channels.get(*id)?;
            let row = SubscriptionRow { is_active: true, settings: settings.clone(), spans: SmallVec::new() };
            let mut view = tx.state.subscription_view(channel, &row);
            view.channel.subscribers = Some(tx.state.subscriber_ids(channel));
            Some(view)
        };
        let subscriptions = subscriptions.iter().filter_map(view).collect();
        tx.emit_gated(Event::SubscriptionAdd(SubscriptionAdd { subscriptions }), Audience::users(users), gate);
    }
}

/// Users with equal values together, in the order of the first of each.
fn group<T: Eq + std::hash::Hash>(by_user: BTreeMap<UserId, T>) -> Vec<(T, Vec<UserId>)> {
    let mut places: HashMap<T, (usize, Vec<UserId>)> = HashMap::new();
    for (user, value) in by_user {
        let next = places.len();
        places.entry(value).or_insert_with(|| (next, Vec::new())).1.push(user);
    }
    let mut groups: Vec<(usize, (T, Vec<UserId>))> =
        places.into_iter().map(|(value, (place, users))| (place, (value, users))).collect();
    groups.sort_unstable_by_key(|(place, _)| *place);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Tells everybody else who joined or left: channels with the same users and the same audience in one event.
pub(super) fn tell_peers(tx: &mut Tx<'_>, pairs: &[(UserId, ChannelId)], event: fn(PeerChange) -> Event) {
    let mut by_channel: BTreeMap<ChannelId, Vec<UserId>> = BTreeMap::new();
    for (user, channel) in pairs {
        by_channel.entry(*channel).or_default().push(*user);
    }
    let mut events: Vec<(Vec<ChannelId>, Vec<UserId>, RoaringBitmap, Gate)> = Vec::new();
    for (id, users) in by_channel {
        let Some(channel) = tx.state.channels.get(id) else { continue };
        let mut audience = viewers(&tx.state, channel);
        for user in &users {
            audience.remove(user.0);
        }
        let gate = gate(channel);
        let same = events
            .iter_mut()
            .find(|(_, known, who, known_gate)| *known == users && *known_gate == gate && *who == audience);
        match same {
            Some((channels, ..)) => channels.push(id),
            None => events.push((vec![id], users, audience, gate)),
        }
    }
    for (stream_ids, user_ids, audience, gate) in events.into_iter().filter(|(.., audience, _)| !audience.is_empty()) {
        tx.emit_gated(event(PeerChange { stream_ids, user_ids }), audience_of(&audience), gate);
    }
}

/// Unsubscribes users from channels; returns who left which, by channel. Personal settings are kept.
pub fn unsubscribe(tx: &mut Tx<'_>, channels: &[ChannelId], users: &[UserId]) -> Vec<(UserId, ChannelId)> {
    let before = tx.state.clone();
    let mut removed: Vec<(UserId, ChannelId)> = Vec::new();
    let mut users = users.to_vec();
    users.sort_unstable();
    users.dedup();
    for channel in channels {
        for user in &users {
            if close(tx, *user, *channel) {
                removed.push((*user, *channel));
            }
        }
    }
    tell_left(tx, &removed);
    tell_peers(tx, &removed, Event::PeerRemove);
    tell_each_other(tx, &removed);
    tell_guests(tx, &before, &removed);
    removed
}

fn close(tx: &mut Tx<'_>, user: UserId, channel: ChannelId) -> bool {
    let known = tx.state.channels.subscription(user, channel).filter(|row| row.is_active);
    let Some(mut row) = known.map(|row| SubscriptionRow::clone(row)) else { return false };
    super::flags::mark_left_channel_as_read(tx, user, channel);
    row.is_active = false;
    row.close_span(tx.state.seq, tx.state.messages.last_id());
    tx.change(Change::Subscription { user, channel, row: Arc::new(row) });
    true
}

/// Tells users of the end of their subscriptions, and then of the end of the channels they no longer see.
fn tell_left(tx: &mut Tx<'_>, removed: &[(UserId, ChannelId)]) {
    let mut by_user: BTreeMap<UserId, Vec<(bool, ChannelId)>> = BTreeMap::new();
    let mut losers: BTreeMap<ChannelId, Vec<UserId>> = BTreeMap::new();
    for (user, id) in removed {
        let Some(channel) = tx.state.channels.get(*id) else { continue };
        by_user.entry(*user).or_default().push((channel.is_archived, *id));
        if tx.state.active_user(*user).is_some_and(|user| !tx.state.can_see_channel(user, channel)) {
            losers.entry(*id).or_default().push(*user);
        }
    }
    for (channels, users) in group(by_user) {
        for archived in [false, true] {
            let rows = channels.iter().filter(|(is_archived, _)| *is_archived == archived);
            let rows: Vec<Arc<ChannelRow>> = rows.filter_map(|(_, id)| tx.state.channels.get(*id).cloned()).collect();
            let Some(gate) = rows.first().map(|channel| gate(channel)) else { continue };
            let left =
                |channel: &Arc<ChannelRow>| RemovedSubscription { stream_id: channel.id, name: channel.name.clone() };
            let event = SubscriptionRemove { subscriptions: rows.iter().map(left).collect() };
            tx.emit_gated(Event::SubscriptionRemove(event), Audience::users(users.iter().copied()), gate);
        }
    }
    for (id, users) in losers {
        if let Some(channel) = tx.state.channels.get(id).cloned() {
            visibility::emit_channels_lost(tx, &[channel], &Audience::users(users));
        }
    }
}

/// Tells those who left together of each other: the ones half of the other, and so on within each half, so that for
/// `n` users it takes fewer than `2n` events, none of which names its reader.
fn tell_each_other(tx: &mut Tx<'_>, removed: &[(UserId, ChannelId)]) {
    let mut by_channel: BTreeMap<ChannelId, Vec<UserId>> = BTreeMap::new();
    for (user, channel) in removed {
        by_channel.entry(*channel).or_default().push(*user);
    }
    for (id, users) in by_channel {
        let Some(channel) = tx.state.channels.get(id).cloned() else { continue };
        let mut work: Vec<&[UserId]> = vec![&users];
        while let Some(part) = work.pop() {
            if part.len() < 2 {
                continue;
            }
            let (one, other) = part.split_at(part.len() / 2);
            for (readers, left) in [(one, other), (other, one)] {
                let sees = |user: &&UserId| {
                    tx.state.active_user(**user).is_some_and(|user| tx.state.can_see_channel(user, &channel))
                };
                let readers: Vec<UserId> = readers.iter().filter(sees).copied().collect();
                if !readers.is_empty() {
                    let event = PeerChange { stream_ids: vec![id], user_ids: left.to_vec() };
                    tx.emit_gated(Event::PeerRemove(event), Audience::users(readers), gate(&channel));
                }
            }
            work.extend([one, other]);
        }
    }
}
