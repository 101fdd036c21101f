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
    /// Its newest message; none if all were deleted or moved.
    pub max_id: Option<MessageId>,
}

/// Which conversation each message is in, and the messages of each channel and each direct conversation.
#[derive(Clone, Debug, Default)]
pub struct MessageIndex {
    /// At position `id - 1`; 0 for a message that is gone.
    conversation_of: Vector<u32>,
    kinds: OrdMap<ConversationId, Arc<ConversationKind>>,
    topics: HashMap<ChannelId, OrdMap<String, Topic>>,
    channel_ids: HashMap<ChannelId, IdSet>,
    direct_ids: HashMap<ConversationId, IdSet>,
    direct: HashMap<Vec<UserId>, ConversationId>,
    direct_of: HashMap<UserId, OrdSet<ConversationId>>,
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

    /// The messages of a direct conversation.
    #[must_use]
    pub fn direct_ids(&self, conversation: ConversationId) -> Option<&IdSet> {
        self.direct_ids.get(&conversation)
    }

    pub(super) fn put_conversation(&mut self, id: ConversationId, kind: Arc<ConversationKind>) {
        match &*kind {
            ConversationKind::Topic { channel, topic } => {
                let row = Topic { name: topic.clone(), conversation: id, max_id: None };
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

    pub(super) fn insert(&mut self, id: MessageId, conversation: ConversationId) {
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

    fn load_conversation(
        &mut self,
        conversation: Option<ConversationId>,
        ids: &mut Vec<u32>,
        channels: &mut std::collections::HashMap<ChannelId, RoaringBitmap>,
    ) {
        let kind = conversation.and_then(|id| self.kinds.get(&id).cloned());
        match (kind.as_deref(), conversation) {
            (Some(ConversationKind::Topic { channel, topic }), _) => {
                channels.entry(*channel).or_default().extend(ids.iter().copied());
                self.raise_max(*channel, topic, ids.last().copied());
            }
            (Some(ConversationKind::Direct { .. }), Some(conversation)) => {
                self.direct_ids.insert(conversation, IdSet::from_sorted(ids.iter().copied()));
            }
            _ => {}
        }
        ids.clear();
    }

    fn raise_max(&mut self, channel: ChannelId, topic: &str, id: Option<u32>) {
        let row = self.topics.get_mut(&channel).and_then(|topics| topics.get_mut(&topic.to_lowercase()));
        if let (Some(row), Some(id)) = (row, id) {
            row.max_id = row.max_id.max(Some(MessageId(id)));
        }
    }

    fn add(&mut self, id: MessageId, conversation: ConversationId) {
        let Some(kind) = self.kinds.get(&conversation).cloned() else { return };
        match &*kind {
            ConversationKind::Topic { channel, topic } => {
                self.channel_ids.entry(*channel).or_default().insert(id);
                self.raise_max(*channel, topic, Some(id.0));
            }
            ConversationKind::Direct { .. } => self.direct_ids.entry(conversation).or_default().insert(id),
        }
    }

    /// A message is now in another conversation (or in the same one).
    pub(super) fn relocate(&mut self, id: MessageId, conversation: ConversationId) {
        if self.conversation_of(id) == Some(conversation) {
            return;
        }
        let newest_left = self.newest_besides(id);
        self.remove(id, newest_left);
        self.insert(id, conversation);
    }

    /// The newest message of a topic besides `id`, if that is the newest. Looks for it from the channel's newest
    /// message down, so moving a whole topic is cheapest from its newest message to its oldest.
    fn newest_besides(&self, id: MessageId) -> Option<MessageId> {
        let conversation = self.conversation_of(id)?;
        let ConversationKind::Topic { channel, topic } = &**self.kinds.get(&conversation)? else { return None };
        self.topic(*channel, topic).filter(|topic| topic.max_id == Some(id))?;
        let is_left = |other| other < id && self.conversation_of(other) == Some(conversation);
        self.channel_ids.get(channel)?.newest_where(is_left)
    }

    /// A message is gone; `newest_left` is the newest one left in its conversation.
    pub(super) fn remove(&mut self, id: MessageId, newest_left: Option<MessageId>) {
        let Some(conversation) = self.conversation_of(id) else { return };
        self.conversation_of.set((id.0 - 1) as usize, 0);
        let Some(kind) = self.kinds.get(&conversation).cloned() else { return };
        match &*kind {
            ConversationKind::Topic { channel, topic } => {
                if let Some(ids) = self.channel_ids.get_mut(channel) {
                    ids.remove(id);
                }
                let row = self.topics.get_mut(channel).and_then(|topics| topics.get_mut(&topic.to_lowercase()));
                if let Some(row) = row.filter(|row| row.max_id == Some(id)) {
                    row.max_id = newest_left;
                }
            }
            ConversationKind::Direct { .. } => {
                if let Some(ids) = self.direct_ids.get_mut(&conversation) {
                    ids.remove(id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: ChannelId = ChannelId(1);

    /// Topics 1 and 2 of a channel, and direct conversation 3.
    fn index() -> MessageIndex {
        let mut index = MessageIndex::default();
        for (id, topic) in [(1, "Lunch"), (2, "dinner")] {
            let kind = ConversationKind::Topic { channel: CHANNEL, topic: topic.to_owned() };
            index.put_conversation(ConversationId(id), Arc::new(kind));
        }
        let kind = ConversationKind::Direct { users: vec![UserId(1), UserId(2)] };
        index.put_conversation(ConversationId(3), Arc::new(kind));
        index
    }

    fn max_id(index: &MessageIndex, topic: &str) -> Option<u32> {
        index.topic(CHANNEL, topic).and_then(|topic| topic.max_id).map(|id| id.0)
    }

    #[test]
    fn loading_gives_what_inserting_gives() {
        let places = [(1, 1), (2, 2), (3, 3), (5, 1), (6, 3), (7, 2)];
        let mut inserted = index();
        for (id, conversation) in places {
            inserted.insert(MessageId(id), ConversationId(conversation));
        }
        inserted.insert(MessageId(9), ConversationId(1));
        inserted.remove(MessageId(9), Some(MessageId(5)));
        let mut loaded = index();
        let mut by_conversation = places.map(|(id, conversation)| (ConversationId(conversation), id));
        by_conversation.sort_unstable();
        loaded.load(by_conversation.into_iter(), 9);
        for index in [&inserted, &loaded] {
            assert_eq!(index.last_id(), 9);
            assert_eq!((max_id(index, "lunch"), max_id(index, "Dinner")), (Some(5), Some(7)));
            assert_eq!(index.channel_ids(CHANNEL).map(|ids| ids.to_bitmap().iter().collect()), Some(vec![1, 2, 5, 7]));
            let direct = index.direct_ids(ConversationId(3)).map(|ids| ids.to_bitmap().iter().collect());
            assert_eq!(direct, Some(vec![3, 6]));
            assert_eq!(index.conversation_of(MessageId(4)), None);
            assert_eq!(index.conversation_of(MessageId(5)), Some(ConversationId(1)));
        }
    }

    #[test]
    fn moving_the_newest_message_leaves_the_newest_of_the_rest() {
        let mut index = index();
        for id in 1..=4 {
            index.insert(MessageId(id), ConversationId(1));
        }
        index.relocate(MessageId(4), ConversationId(2));
        assert_eq!((max_id(&index, "lunch"), max_id(&index, "dinner")), (Some(3), Some(4)));
        index.relocate(MessageId(1), ConversationId(2));
        assert_eq!((max_id(&index, "lunch"), max_id(&index, "dinner")), (Some(3), Some(4)));
        index.relocate(MessageId(3), ConversationId(2));
        index.relocate(MessageId(2), ConversationId(2));
        assert_eq!((max_id(&index, "lunch"), max_id(&index, "dinner")), (None, Some(4)));
    }
}
