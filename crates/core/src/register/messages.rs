//! Unread, starred and recent messages.

use super::{Fields, View};
use crate::limits;
use crate::state::flags::Flag;
use crate::state::messages::ConversationKind;
use std::collections::BTreeMap;
use tidings_types::initial_state::field;
use tidings_types::message::{RecentConversation, UnreadDirect, UnreadGroup, UnreadMessages, UnreadTopic};
use tidings_types::{ConversationId, MessageId, UserId};

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    if fetch.wants("message") {
        fields.put(field::max_message_id, &view.max_message_id());
    }
    if fetch.wants("message") && fetch.wants("update_message_flags") {
        fields.put(field::unread_msgs, &view.unread_messages());
    }
    if fetch.wants("starred_messages") {
        fields.put(field::starred_messages, &view.starred_messages());
    }
    if fetch.wants("recent_private_conversations") {
        fields.put(field::recent_private_conversations, &view.recent_conversations());
    }
}

impl View<'_> {
    /// The newest message the user received; -1 if none.
    fn max_message_id(&self) -> i64 {
        self.state.newest_received(self.user.id).map_or(-1, |id| i64::from(id.0))
    }

    fn unread_messages(&self) -> UnreadMessages {
        let mut ids = self.state.unread_ids(self.user);
        let all = ids.len();
        if all > limits::UNREAD_MAX {
            let skip = u32::try_from(all - limits::UNREAD_MAX).unwrap_or(u32::MAX);
            if let Some(first) = ids.select(skip) {
                ids.remove_range(..first);
            }
        }
        let mut by_conversation: BTreeMap<ConversationId, Vec<MessageId>> = BTreeMap::new();
        for id in &ids {
            let id = MessageId(id);
            if let Some(conversation) = self.state.messages.conversation_of(id) {
                by_conversation.entry(conversation).or_default().push(id);
            }
        }
        let mut unread = UnreadMessages { old_unreads_missing: all > limits::UNREAD_MAX, ..Default::default() };
        for (conversation, ids) in by_conversation {
            self.add_conversation(&mut unread, conversation, ids);
        }
        unread.pms.sort_by_key(|direct| direct.other_user_id);
        unread.streams.sort_by(|a, b| (a.stream_id, &a.topic).cmp(&(b.stream_id, &b.topic)));
        unread.huddles.sort_by(|a, b| a.user_ids_string.cmp(&b.user_ids_string));
        unread.mentions =
            ids.iter().map(MessageId).filter(|id| self.state.counts_as_mention(self.user.id, *id)).collect();
        unread
    }

    fn add_conversation(&self, unread: &mut UnreadMessages, conversation: ConversationId, ids: Vec<MessageId>) {
        let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        match self.state.messages.kind(conversation).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, topic }) => {
                if !self.state.is_muted_topic(self.user.id, *channel, topic) {
                    unread.count += count;
                }
                let topic = self.request.shape.topic(topic).to_owned();
                unread.streams.push(UnreadTopic { stream_id: *channel, topic, unread_message_ids: ids });
            }
            Some(ConversationKind::Direct { users }) if users.len() <= 2 => {
                unread.count += count;
                let other = users.iter().copied().find(|user| *user != self.user.id).unwrap_or(self.user.id);
                unread.pms.push(UnreadDirect { other_user_id: other, sender_id: other, unread_message_ids: ids });
            }
            Some(ConversationKind::Direct { users }) => {
                unread.count += count;
                let ids_text: Vec<String> = users.iter().map(UserId::to_string).collect();
                unread.huddles.push(UnreadGroup { user_ids_string: ids_text.join(","), unread_message_ids: ids });
            }
            None => {}
        }
    }

    /// Starred messages the user may read still, ascending.
    fn starred_messages(&self) -> Vec<MessageId> {
        let Some(flags) = self.state.flags.of(self.user.id) else { return Vec::new() };
        let starred = flags.with(Flag::Starred).iter().map(MessageId);
        starred.filter(|id| self.state.can_read_message(self.user, *id)).collect()
    }

    /// Direct conversations, the newest first.
    fn recent_conversations(&self) -> Vec<RecentConversation> {
        let messages = &self.state.messages;
        let conversation = |id: ConversationId| {
            let max_message_id = messages.newest(id)?;
            let ConversationKind::Direct { users } = &**messages.kind(id)? else { return None };
            let others = users.iter().copied().filter(|user| *user != self.user.id).collect();
            Some(RecentConversation { max_message_id, user_ids: others })
        };
        let mut recent: Vec<RecentConversation> = messages.direct_of(self.user.id).filter_map(conversation).collect();
        recent.sort_by_key(|conversation| std::cmp::Reverse(conversation.max_message_id));
        recent.truncate(1_000);
        recent
    }
}
