//! Where every message is. The messages themselves are in the database.

use super::ids::IdSet;
use imbl::{HashMap, OrdMap, OrdSet, Vector};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// What a conversation is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConversationKind {
    /// One topic of a channel.
    Topic {
        /// The channel.
        channel: ChannelId,
        /// As first written; topics are the same without regard to case.
        topic: String,
    },
    /// Direct messages among these users, the sender included, ascending.
    Direct {
        /// All participants.
        users: Vec<UserId>,
    },
}

/// A topic of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// As first written.
    pub name: String,
    /// Where its messages are.
    pub conversation: ConversationId,
}

/// How a message came into its channel, where it was not sent there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// The channel it was sent to.
    pub sent_to: ChannelId,
    /// Where it was moved to, and the durable event at which; the last one is where it is. Never empty.
    pub moves: Vec<(ChannelId, u64)>,
}

/// Which conversation each message is in, and the messages of each channel and each conversation.
#[derive(Clone, Debug, Default)]
pub struct MessageIndex {
    /// At position `id - 1`; 0 for a message that is gone.
    conversation_of: Vector<u32>,
    kinds: OrdMap<ConversationId, Arc<ConversationKind>>,
    topics: HashMap<ChannelId, OrdMap<String, Topic>>,
    channel_ids: HashMap<ChannelId, IdSet>,
    ids: HashMap<ConversationId, IdSet>,
    /// By sender. A message that is gone may still be in here: ids are not given twice, so nobody finds it.
    sent: HashMap<UserId, IdSet>,
    /// Only of messages that were moved from one channel to another.
    ways: HashMap<MessageId, Arc<Way>>,
    /// The same, by the channel they are in.
    came: HashMap<ChannelId, OrdMap<Arc<Way>, IdSet>>,
    direct: HashMap<Vec<UserId>, ConversationId>,
    direct_of: HashMap<UserId, OrdSet<ConversationId>>,
    last_submessage: u32,
}

impl MessageIndex {
    /// The id the next message gets.
    #[must_use]
    pub fn next_id(&self) -> MessageId {
        MessageId(u32::try_from(self.conversation_of.len()).unwrap_or(u32::MAX - 1) + 1)
    }

    /// The newest id that was ever given, 0 if none.
    #[must_use]
    pub fn last_id(&self) -> u32 {
        self.next_id().0 - 1
    }

    /// The id the next conversation gets.
    #[must_use]
    pub fn next_conversation(&self) -> ConversationId {
        ConversationId(self.kinds.get_max().map_or(1, |(id, _)| id.0 + 1))
    }

    /// The id the next submessage gets.
    #[must_use]
    pub fn next_submessage(&self) -> u32 {
        self.last_submessage + 1
    }

    /// Submessage ids up to this one were given.
    pub fn note_submessage(&mut self, id: u32) {
        self.last_submessage = self.last_submessage.max(id);
    }

    /// The conversation a message is in; none if it does not exist.
    #[must_use]
    pub fn conversation_of(&self, id: MessageId) -> Option<ConversationId> {
        let at = usize::try_from(id.0.checked_sub(1)?).ok()?;
        self.conversation_of.get(at).copied().filter(|found| *found != 0).map(ConversationId)
    }

    /// What a conversation is.
    #[must_use]
    pub fn kind(&self, id: ConversationId) -> Option<&Arc<ConversationKind>> {
        self.kinds.get(&id)
    }

    /// All conversations, by id, those without messages included.
    pub fn conversations(&self) -> impl Iterator<Item = (ConversationId, &ConversationKind)> {
        self.kinds.iter().map(|(id, kind)| (*id, &**kind))
    }

    /// What the conversation of a message is.
    #[must_use]
    pub fn kind_of_message(&self, id: MessageId) -> Option<&Arc<ConversationKind>> {
        self.kind(self.conversation_of(id)?)
    }

    /// The topic with this name, without regard to case.
    #[must_use]
    pub fn topic(&self, channel: ChannelId, name: &str) -> Option<&Topic> {
        self.topics.get(&channel)?.get(&name.to_lowercase())
    }

    /// All topics of a channel, by lower-case name.
    pub fn topics(&self, channel: ChannelId) -> impl Iterator<Item = &Topic> {
        self.topics.get(&channel).into_iter().flat_map(OrdMap::values)
    }

    /// The direct conversation of exactly these users, ascending.
    #[must_use]
    pub fn direct(&self, users: &[UserId]) -> Option<ConversationId> {
        self.direct.get(users).copied()
    }

    /// The direct conversations a user takes part in.
    pub fn direct_of(&self, user: UserId) -> impl Iterator<Item = ConversationId> {
        self.direct_of.get(&user).into_iter().flatten().copied()
    }

    /// The messages of a channel.
    #[must_use]
    pub fn channel_ids(&self, channel: ChannelId) -> Option<&IdSet> {
        self.channel_ids.get(&channel)
    }

    /// What a user sent, and perhaps messages that are gone.
    #[must_use]
    pub fn sent_by(&self, user: UserId) -> Option<&IdSet> {
        self.sent.get(&user)
    }

    /// The messages of a conversation.
    #[must_use]
    pub fn ids(&self, conversation: ConversationId) -> Option<&IdSet> {
        self.ids.get(&conversation)
    }

    /// The newest message of a conversation; none if all were deleted or moved.
    #[must_use]
    pub fn newest(&self, conversation: ConversationId) -> Option<MessageId> {
        self.ids.get(&conversation).and_then(IdSet::max)
    }

    /// How a message came into its channel; none if it was sent there.
    #[must_use]
    pub fn way_of(&self, id: MessageId) -> Option<&Arc<Way>> {
        self.ways.get(&id)
    }

    /// The messages of a channel that were not sent there, by the way they came.
    pub fn came_into(&self, channel: ChannelId) -> impl Iterator<Item = (&Way, &IdSet)> {
        self.came.get(&channel).into_iter().flatten().map(|(way, ids)| (&**way, ids))
    }

    pub(super) fn put_conversation(&mut self, id: ConversationId, kind: Arc<ConversationKind>) {
        match &*kind {
            ConversationKind::Topic { channel, topic } => {
                let row = Topic { name: topic.clone(), conversation: id };
                self.topics.entry(*channel).or_default().insert(topic.to_lowercase(), row);
            }
            ConversationKind::Direct { users } => {
                self.direct.insert(users.clone(), id);
                for user in users {
                    self.direct_of.entry(*user).or_default().insert(id);
                }
            }
        }
        self.kinds.insert(id, kind);
    }

    pub(super) fn insert(&mut self, id: MessageId, conversation: ConversationId, sender: UserId) {
        self.sent.entry(sender).or_default().insert(id);
        let at = id.0.saturating_sub(1) as usize;
        while self.conversation_of.len() < at {
            self.conversation_of.push_back(0);
        }
        if self.conversation_of.len() == at {
            self.conversation_of.push_back(conversation.0);
        } else {
            self.conversation_of.set(at, conversation.0);
        }
        self.add(id, conversation);
    }

    fn add(&mut self, id: MessageId, conversation: ConversationId) {
        if !self.kinds.contains_key(&conversation) {
            return;
        }
        if let Some(channel) = self.channel_of(conversation) {
            self.channel_ids.entry(channel).or_default().insert(id);
        }
        self.ids.entry(conversation).or_default().insert(id);
    }

    /// Takes in all stored messages at once, as they are read at start: the conversation and the id of each, in any
    /// order that is ascending within a conversation. `last_id` is the id that was given last, also if it is gone.
    pub fn load(&mut self, entries: impl Iterator<Item = (ConversationId, u32)>, last_id: u32) {
        let mut conversation_of = vec![0; last_id as usize];
        let mut channels: std::collections::HashMap<ChannelId, RoaringBitmap> = std::collections::HashMap::new();
        let mut ids: Vec<u32> = Vec::new();
        let mut current = None;
        for (conversation, id) in entries {
            if current != Some(conversation) {
                self.load_conversation(current.take(), &mut ids, &mut channels);
                current = Some(conversation);
            }
            if let Some(place) = conversation_of.get_mut(id.saturating_sub(1) as usize) {
                *place = conversation.0;
                ids.push(id);
            }
        }
        self.load_conversation(current, &mut ids, &mut channels);
        self.conversation_of = conversation_of.into_iter().collect();
        self.channel_ids = channels.into_iter().map(|(id, ids)| (id, IdSet::from(ids))).collect();
    }

    /// Takes in who sent what: the sender and the id of each message, ascending.
    pub fn load_senders(&mut self, entries: impl Iterator<Item = (UserId, u32)>) {
        let mut current: Option<(UserId, RoaringBitmap)> = None;
        for (sender, id) in entries {
            match &mut current {
                Some((known, ids)) if *known == sender => {
                    ids.insert(id);
                }
                _ => self.put_sent(current.replace((sender, RoaringBitmap::from([id])))),
            }
        }
        self.put_sent(current);
    }

    fn put_sent(&mut self, sent: Option<(UserId, RoaringBitmap)>) {
        if let Some((sender, ids)) = sent {
            self.sent.insert(sender, IdSet::from(ids));
        }
    }

    fn load_conversation(
        &mut self,
        conversation: Option<ConversationId>,
        ids: &mut Vec<u32>,
        channels: &mut std::collections::HashMap<ChannelId, RoaringBitmap>,
    ) {
        if let Some(conversation) = conversation.filter(|id| self.kinds.contains_key(id)) {
            if let Some(channel) = self.channel_of(conversation) {
                channels.entry(channel).or_default().extend(ids.iter().copied());
            }
            self.ids.insert(conversation, IdSet::from_sorted(ids.iter().copied()));
        }
        ids.clear();
    }

    /// Takes in how a message came into its channel, as it is read at start. Ways that are the same in a row are
    /// shared.
    pub fn load_way(&mut self, id: MessageId, way: &Arc<Way>) {
        if self.conversation_of(id).is_some() {
            self.put_way(&[id], way);
        }
    }

    fn put_way(&mut self, ids: &[MessageId], way: &Arc<Way>) {
        let Some((channel, _)) = way.moves.last() else { return };
        for id in ids {
            self.ways.insert(*id, Arc::clone(way));
        }
        self.came.entry(*channel).or_default().entry(Arc::clone(way)).or_default().extend(ids);
    }

    /// Forgets the ways of messages; returns which they were.
    fn take_ways(&mut self, ids: &[MessageId]) -> Vec<(Option<Arc<Way>>, Vec<MessageId>)> {
        let mut groups: std::collections::BTreeMap<Option<Arc<Way>>, Vec<MessageId>> =
            std::collections::BTreeMap::new();
        for id in ids {
            groups.entry(self.ways.remove(id)).or_default().push(*id);
        }
        for (way, ids) in groups.iter().filter_map(|(way, ids)| Some((way.as_ref()?, ids))) {
            let Some(came) = way.moves.last().and_then(|(channel, _)| self.came.get_mut(channel)) else { continue };
            if let Some(set) = came.get_mut(way) {
                set.subtract(ids);
                if set.is_empty() {
                    came.remove(way);
                }
            }
        }
        groups.into_iter().collect()
    }

    /// The channel of a topic; none for direct messages.
    #[must_use]
    pub fn channel_of(&self, conversation: ConversationId) -> Option<ChannelId> {
        match &**self.kinds.get(&conversation)? {
            ConversationKind::Topic { channel, .. } => Some(*channel),
            ConversationKind::Direct { .. } => None,
        }
    }

    /// Messages of one topic are now in another, since the durable event `seq`.
    pub(super) fn relocate(&mut self, ids: &[MessageId], to: ConversationId, seq: u64) {
        let Some(from) = ids.first().and_then(|id| self.conversation_of(*id)) else { return };
        let (Some(from_channel), Some(to_channel)) = (self.channel_of(from), self.channel_of(to)) else { return };
        for id in ids {
            self.conversation_of.set((id.0 - 1) as usize, to.0);
        }
        self.ids.entry(from).or_default().subtract(ids);
        self.ids.entry(to).or_default().extend(ids);
        if from_channel == to_channel {
            return;
        }
        self.channel_ids.entry(from_channel).or_default().subtract(ids);
        self.channel_ids.entry(to_channel).or_default().extend(ids);
        for (way, ids) in self.take_ways(ids) {
            let mut way = way.map_or_else(|| Way { sent_to: from_channel, moves: Vec::new() }, |way| (*way).clone());
            way.moves.push((to_channel, seq));
            self.put_way(&ids, &Arc::new(way));
        }
    }

    /// A message is gone.
    pub(super) fn remove(&mut self, id: MessageId) {
        let Some(conversation) = self.conversation_of(id) else { return };
        self.conversation_of.set((id.0 - 1) as usize, 0);
        if let Some(ids) = self.ids.get_mut(&conversation) {
            ids.remove(id);
        }
        let channel = self.channel_of(conversation);
        if let Some(ids) = channel.and_then(|channel| self.channel_ids.get_mut(&channel)) {
            ids.remove(id);
        }
        self.take_ways(&[id]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: ChannelId = ChannelId(1);

    /// Topics 1 and 2 of a channel, direct conversation 3, and topic 4 of another channel.
    fn index() -> MessageIndex {
        let mut index = MessageIndex::default();
        for (id, channel, topic) in [(1, 1, "Lunch"), (2, 1, "dinner"), (4, 2, "Lunch")] {
            let kind = ConversationKind::Topic { channel: ChannelId(channel), topic: topic.to_owned() };
            index.put_conversation(ConversationId(id), Arc::new(kind));
        }
        let kind = ConversationKind::Direct { users: vec![UserId(1), UserId(2)] };
        index.put_conversation(ConversationId(3), Arc::new(kind));
        index
    }

    fn newest(index: &MessageIndex, conversation: u32) -> Option<u32> {
        index.newest(ConversationId(conversation)).map(|id| id.0)
    }

    fn listed(ids: Option<&IdSet>) -> Vec<u32> {
        ids.map(|ids| ids.to_bitmap().iter().collect()).unwrap_or_default()
    }

    #[test]
    fn loading_gives_what_inserting_gives() {
        let places = [(1, 1), (2, 2), (3, 3), (5, 1), (6, 3), (7, 2)];
        let mut inserted = index();
        for (id, conversation) in places {
            inserted.insert(MessageId(id), ConversationId(conversation), UserId(1));
        }
        inserted.insert(MessageId(9), ConversationId(1), UserId(1));
        inserted.remove(MessageId(9));
        let mut loaded = index();
        let mut by_conversation = places.map(|(id, conversation)| (ConversationId(conversation), id));
        by_conversation.sort_unstable();
        loaded.load(by_conversation.into_iter(), 9);
        loaded.load_senders([1, 2, 3, 5, 6, 7].map(|id| (UserId(1), id)).into_iter());
        for index in [&inserted, &loaded] {
            assert_eq!(index.last_id(), 9);
            assert_eq!((newest(index, 1), newest(index, 2)), (Some(5), Some(7)));
            assert_eq!(listed(index.channel_ids(CHANNEL)), [1, 2, 5, 7]);
            assert_eq!(listed(index.ids(ConversationId(3))), [3, 6]);
            // The one that is gone counts for nothing.
            let mut sent = listed(index.sent_by(UserId(1)));
            sent.retain(|id| *id != 9);
            assert_eq!(sent, [1, 2, 3, 5, 6, 7]);
            assert_eq!(index.conversation_of(MessageId(4)), None);
            assert_eq!(index.conversation_of(MessageId(5)), Some(ConversationId(1)));
        }
    }

    #[test]
    fn moved_messages_are_where_they_went_and_know_the_way() {
        let mut index = index();
        for id in 1..=4 {
            index.insert(MessageId(id), ConversationId(1), UserId(1));
        }
        index.relocate(&[MessageId(4)], ConversationId(2), 7);
        assert_eq!((newest(&index, 1), newest(&index, 2)), (Some(3), Some(4)));
        assert_eq!(index.way_of(MessageId(4)), None);
        index.relocate(&[MessageId(2), MessageId(3)], ConversationId(4), 8);
        index.relocate(&[MessageId(4)], ConversationId(4), 9);
        assert_eq!(listed(index.channel_ids(CHANNEL)), [1]);
        assert_eq!(listed(index.channel_ids(ChannelId(2))), [2, 3, 4]);
        let came: Vec<_> = index.came_into(ChannelId(2)).map(|(way, ids)| (way.clone(), listed(Some(ids)))).collect();
        let way = |seq| Way { sent_to: CHANNEL, moves: vec![(ChannelId(2), seq)] };
        assert_eq!(came, [(way(8), vec![2, 3]), (way(9), vec![4])]);
        index.relocate(&[MessageId(3)], ConversationId(1), 10);
        index.remove(MessageId(4));
        assert_eq!((newest(&index, 1), newest(&index, 4)), (Some(3), Some(2)));
        let back = Way { sent_to: CHANNEL, moves: vec![(ChannelId(2), 8), (CHANNEL, 10)] };
        assert_eq!(index.way_of(MessageId(3)).map(|way| (**way).clone()), Some(back));
        assert_eq!(index.came_into(ChannelId(2)).count(), 1);
    }
}
