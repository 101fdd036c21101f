//! Messages of an export, page by page, and which of them belong to it: those of public channels, and those that somebody
//! may read who agreed to it.

use super::archive::Source;
use super::tables::recipient;
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_core::state::messages::{ConversationKind, MessageIndex};
use tidings_core::state::users::UserRow;
use tidings_store::query::{MessageQuery, Page as Range};
use tidings_types::export::ExportType;
use tidings_types::{MessageId, UserId};

/// Messages in one file.
const PAGE: u32 = 1_000;

/// Numbers of marks, as other servers have them.
const MARKS: &[(&str, u32)] = &[
    ("read", 1),
    ("starred", 2),
    ("collapsed", 4),
    ("mentioned", 8),
    ("stream_wildcard_mentioned", 16),
    ("topic_wildcard_mentioned", 32),
    ("has_alert_word", 512),
    ("historical", 1_024),
];

/// A message to users, as other servers mark it.
const IS_PRIVATE: u32 = 2_048;

/// One file of messages.
pub struct Page {
    /// What is in it.
    pub rows: Value,
    /// How many messages that is.
    pub count: usize,
}

/// Goes through all messages.
pub struct Messages<'a> {
    source: &'a Source,
    /// Whose private messages are exported.
    consenting: Vec<&'a Arc<UserRow>>,
    next: MessageId,
    taken: RoaringBitmap,
    /// Programs that messages were sent with, by number.
    clients: BTreeMap<String, u32>,
}

impl<'a> Messages<'a> {
    /// Starts with the oldest.
    #[must_use]
    pub fn new(source: &'a Source) -> Self {
        let all = source.state.users.iter();
        let consents = |row: &&Arc<UserRow>| row.is_active && row.settings.allow_private_data_export;
        let consenting = match source.kind {
            ExportType::Public => Vec::new(),
            ExportType::Standard => all.filter(consents).collect(),
        };
        let (next, taken) = (MessageId(0), RoaringBitmap::new());
        Messages { source, consenting, next, taken, clients: BTreeMap::new() }
    }

    /// Whether somebody's private messages are exported.
    #[must_use]
    pub fn has_all_of(&self, user: UserId) -> bool {
        self.consenting.iter().any(|row| row.id == user)
    }

    /// Whether a message was exported.
    #[must_use]
    pub fn has(&self, id: u32) -> bool {
        self.taken.contains(id)
    }

    /// The next file; none after the last.
    ///
    /// # Errors
    /// The store fails.
    pub fn next_page(&mut self) -> Result<Option<Page>> {
        loop {
            let page = Range::After { from: self.next, limit: PAGE };
            let found = self.source.store.search(&MessageQuery {
                conditions: Vec::new(),
                page,
                index: MessageIndex::default(),
            });
            // What was sent since the export began is not of its moment.
            let upto = self.source.state.messages.last_id();
            let found: Vec<Arc<MessageRow>> =
                found.map_err(Error::other)?.into_iter().filter(|row| row.id.0 <= upto).collect();
            let Some(last) = found.last() else { return Ok(None) };
            self.next = MessageId(last.id.0 + 1);
            let found: Vec<Arc<MessageRow>> = found.into_iter().filter(|row| self.is_wanted(row.id)).collect();
            if !found.is_empty() {
                return Ok(Some(self.page(&found)));
            }
        }
    }

    fn is_wanted(&self, id: MessageId) -> bool {
        let state = &self.source.state;
        match state.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, .. })
                if state.channels.get(*channel).is_some_and(|row| !row.is_private) =>
            {
                true
            }
            Some(_) => self.consenting.iter().any(|user| state.can_read_message(user, id)),
            None => false,
        }
    }

    fn page(&mut self, rows: &[Arc<MessageRow>]) -> Page {
        let state = &self.source.state;
        let (mut messages, mut marks) = (Vec::new(), Vec::new());
        for row in rows {
            self.taken.insert(row.id.0);
            let count = u32::try_from(self.clients.len()).unwrap_or(u32::MAX);
            let client = *self.clients.entry(row.client.clone()).or_insert(count + 1);
            let Some(kind) = state.messages.kind(row.conversation) else { continue };
            let (subject, is_private) = match &**kind {
                ConversationKind::Topic { topic, .. } => (topic.as_str(), 0),
                ConversationKind::Direct { .. } => ("", IS_PRIVATE),
            };
            messages.push(json!({
                "id": row.id, "sender": row.sender, "recipient": recipient(row.conversation, kind), "realm": 1,
                "subject": subject, "content": row.content, "rendered_content": row.rendered,
                "rendered_content_version": 1, "date_sent": row.timestamp, "sending_client": client,
                "last_edit_time": row.last_edit, "edit_history": serde_json::to_string(&row.edit_history).ok(),
                "has_attachment": !state.files.of_message(row.id).is_empty(), "has_image": row.bits.has_image,
                "has_link": row.bits.has_link, "is_channel_message": is_private == 0,
                "zerver_reaction": row.reactions.iter().map(|reaction| json!({
                    "user_profile": reaction.user, "emoji_name": reaction.emoji_name, "emoji_code": reaction.emoji_code,
                    "reaction_type": reaction.reaction_type,
                })).collect::<Vec<_>>(),
            }));
            for user in &self.consenting {
                let received = state.received(user.id, row.id);
                if !state.can_read_message(user, row.id) {
                    continue;
                }
                let names = state.flags.bits(user.id, row.id, received).names();
                let known = MARKS.iter().filter(|(name, _)| names.contains(name)).map(|(_, bit)| bit);
                let mask = known.fold(is_private, |mask, bit| mask | bit);
                if received || mask != 0 {
                    marks.push(json!({ "user_profile": user.id, "message": row.id, "flags_mask": mask }));
                }
            }
        }
        let count = messages.len();
        let clients: Vec<Value> = self.clients.iter().map(|(name, id)| json!({ "id": id, "name": name })).collect();
        let rows = json!({ "zerver_message": messages, "zerver_usermessage": marks, "zerver_client": clients });
        Page { rows, count }
    }
}
