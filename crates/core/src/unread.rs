//! What a user received, and what of it is unread: sets of message ids, computed from subscriptions and flags.
//!
//! The initial state, the message search and the commands that mark messages as read all use these.

use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::flags::Flag;
use crate::state::ids::IdSet;
use crate::state::messages::{ConversationKind, Way};
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use std::collections::BTreeSet;
use tidings_types::{ChannelId, MessageId, UserId};

/// Messages of one channel, for asking of many users whether one of them came to them.
#[derive(Clone, Debug)]
pub struct Wanted {
    all: RoaringBitmap,
    /// Those that were sent where they are.
    sent_here: RoaringBitmap,
    /// When the others came, and where to.
    moves: BTreeSet<(ChannelId, u64)>,
}

impl Wanted {
    /// These messages, which are in one channel.
    #[must_use]
    pub fn new(state: &RealmState, ids: &[MessageId]) -> Self {
        let mut wanted = Wanted {
            all: ids.iter().map(|id| id.0).collect(),
            sent_here: RoaringBitmap::new(),
            moves: BTreeSet::new(),
        };
        for id in ids {
            match state.messages.way_of(*id).and_then(|way| way.moves.last()) {
                Some(last) => {
                    wanted.moves.insert(*last);
                }
                None => {
                    wanted.sent_here.insert(id.0);
                }
            }
        }
        wanted
    }
}

impl RealmState {
    /// A muted topic, or a muted channel in which the topic is not unmuted or followed.
    #[must_use]
    pub fn is_muted_topic(&self, user: UserId, channel: ChannelId, topic: &str) -> bool {
        match self.personal.topic_policy(user, channel, topic) {
            1 => true,
            2 | 3 => false,
            _ => self.channels.subscription(user, channel).is_some_and(|row| row.settings.is_muted),
        }
    }

    /// The messages of a channel that a user may read.
    #[must_use]
    pub fn readable_in_channel(&self, viewer: &UserRow, channel: &ChannelRow) -> RoaringBitmap {
        let mut readable = RoaringBitmap::new();
        if !self.can_read_channel(viewer, channel) {
            return readable;
        }
        if self.shows_history(channel) {
            return self.messages.channel_ids(channel.id).map(IdSet::to_bitmap).unwrap_or_default();
        }
        self.add_where_present(viewer.id, channel.id, &mut readable);
        let in_channel =
            |id: &u32| self.messages.channel_ids(channel.id).is_some_and(|ids| ids.contains(MessageId(*id)));
        if let Some(flags) = self.flags.of(viewer.id) {
            readable.extend(flags.mentioned().iter().filter(in_channel));
        }
        readable
    }

    /// Everything that a user received; see [`RealmState::received`].
    #[must_use]
    pub fn received_by(&self, user: UserId) -> RoaringBitmap {
        let mut all = IdSet::union_of(self.messages.direct_of(user).filter_map(|id| self.messages.ids(id)));
        for (channel, _) in self.channels.subscriptions_of(user) {
            self.add_received_in(user, channel, &mut all);
        }
        if let Some(flags) = self.flags.of(user) {
            all |= flags.mentioned();
        }
        all
    }

    /// Whether at least one of these messages of a channel came to a user; see [`RealmState::was_there`].
    pub(crate) fn was_there_for_any(&self, user: UserId, channel: ChannelId, wanted: &Wanted) -> bool {
        let spans = self.channels.subscription(user, channel).into_iter().flat_map(|row| &row.spans);
        let mut sent = spans.filter_map(|span| Some(span.from_message.checked_add(1)?..=span.to_message));
        sent.any(|range| !range.is_empty() && wanted.sent_here.range_cardinality(range) > 0)
            || wanted.moves.iter().any(|(channel, seq)| self.was_subscribed_at(user, *channel, *seq))
            || self.flags.of(user).is_some_and(|flags| !flags.mentioned().is_disjoint(&wanted.all))
    }

    /// The messages of a channel that a user received; see [`RealmState::received`].
    pub(crate) fn add_received_in(&self, user: UserId, channel: ChannelId, into: &mut RoaringBitmap) {
        self.add_in(user, channel, into, |way, ids| {
            if !self.followed(user, way) {
                return RoaringBitmap::new();
            }
            let mut sent = RoaringBitmap::new();
            for span in self.channels.subscription(user, way.sent_to).iter().flat_map(|row| &row.spans) {
                ids.union_range_into(span.from_message, span.to_message, &mut sent);
            }
            sent
        });
    }

    /// The messages of a channel that came while a user was subscribed; see [`RealmState::was_there`].
    fn add_where_present(&self, user: UserId, channel: ChannelId, into: &mut RoaringBitmap) {
        self.add_in(user, channel, into, |way, ids| match way.moves.last() {
            Some((_, seq)) if self.was_subscribed_at(user, channel, *seq) => ids.to_bitmap(),
            _ => RoaringBitmap::new(),
        });
    }

    /// The messages of a channel that were sent there while a user was subscribed, and of those that were moved there
    /// what `of_moved` says.
    fn add_in(
        &self,
        user: UserId,
        channel: ChannelId,
        into: &mut RoaringBitmap,
        of_moved: impl Fn(&Way, &IdSet) -> RoaringBitmap,
    ) {
        let Some(ids) = self.messages.channel_ids(channel) else { return };
        let Some(row) = self.channels.subscription(user, channel) else { return };
        let add_sent = |into: &mut RoaringBitmap| {
            for span in &row.spans {
                ids.union_range_into(span.from_message, span.to_message, into);
            }
        };
        if self.messages.came_into(channel).next().is_none() {
            return add_sent(into);
        }
        let mut found = RoaringBitmap::new();
        add_sent(&mut found);
        for (way, moved) in self.messages.came_into(channel) {
            found -= moved.to_bitmap();
            found |= of_moved(way, moved);
        }
        *into |= found;
    }

    /// The direct messages of a user.
    #[must_use]
    pub fn direct_ids_of(&self, user: UserId) -> RoaringBitmap {
        let conversations = self.messages.direct_of(user);
        IdSet::union_of(conversations.filter_map(|conversation| self.messages.ids(conversation)))
    }

    /// A user's own history: what they received and may read still, and what they took part in afterwards.
    #[must_use]
    pub fn history_of(&self, viewer: &UserRow) -> RoaringBitmap {
        let mut history = self.direct_ids_of(viewer.id);
        for (channel, _) in self.channels.subscriptions_of(viewer.id) {
            if self.channels.get(channel).is_some_and(|channel| self.can_read_channel(viewer, channel)) {
                self.add_received_in(viewer.id, channel, &mut history);
            }
        }
        if let Some(flags) = self.flags.of(viewer.id) {
            let others = flags.mentioned() | flags.with(Flag::Historical);
            history.extend(others.iter().filter(|id| self.can_read_message(viewer, MessageId(*id))));
        }
        history
    }

    /// Everything a user received in subscribed channels and in direct conversations, and did not read.
    ///
    /// Messages of channels one has left are not unread: nobody can be made to read them.
    #[must_use]
    pub fn unread_ids(&self, viewer: &UserRow) -> RoaringBitmap {
        let mut received = self.direct_ids_of(viewer.id);
        for (channel, _) in self.channels.subscriptions_of(viewer.id).filter(|(_, row)| row.is_active) {
            self.add_received_in(viewer.id, channel, &mut received);
        }
        if let Some(flags) = self.flags.of(viewer.id) {
            let readable = |id: &u32| self.can_read_message(viewer, MessageId(*id));
            received.extend(flags.mentioned().iter().filter(readable));
            received -= flags.with(Flag::Read);
        }
        received
    }

    /// Of [`RealmState::unread_ids`] those of one channel.
    #[must_use]
    pub fn unread_in_channel(&self, viewer: &UserRow, channel: ChannelId) -> RoaringBitmap {
        let mut received = RoaringBitmap::new();
        if self.channels.subscription(viewer.id, channel).is_some_and(|row| row.is_active) {
            self.add_received_in(viewer.id, channel, &mut received);
        }
        if let Some(flags) = self.flags.of(viewer.id) {
            let in_channel =
                |id: &u32| self.messages.channel_ids(channel).is_some_and(|ids| ids.contains(MessageId(*id)));
            let readable = |id: &u32| in_channel(id) && self.can_read_message(viewer, MessageId(*id));
            received.extend(flags.mentioned().iter().filter(readable));
            received -= flags.with(Flag::Read);
        }
        received
    }

    /// Whether a message counts as a mention: by name always, by wildcard only where the conversation is not muted.
    #[must_use]
    pub fn counts_as_mention(&self, user: UserId, id: MessageId) -> bool {
        let flags = self.flags.of(user);
        if flags.is_some_and(|flags| flags.is_mentioned(id)) {
            return true;
        }
        let wildcard =
            self.flags.is_channel_wildcard(id) || flags.is_some_and(|flags| flags.topic_wildcards().contains(id.0));
        wildcard && !self.in_muted_topic(user, id)
    }

    fn in_muted_topic(&self, user: UserId, id: MessageId) -> bool {
        match self.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, topic }) => self.is_muted_topic(user, *channel, topic),
            _ => false,
        }
    }
}
