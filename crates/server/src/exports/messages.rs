//! Messages of an export, page by page, and which of them belong to it: those of public channels, and those that somebody
//! may read who agreed to it.

use super::archive::{Scope, Source};
use super::tables::channels::recipient;
use super::writer::{Spool, Tables};
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{Error, Result, Write};
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_core::state::RealmState;
use tidings_core::state::flags::Flag;
use tidings_core::state::messages::{ConversationKind, MessageIndex};
use tidings_core::state::users::UserRow;
use tidings_store::query::{Bounds, MessageQuery, Page as Range};
use tidings_types::message::{Edit, ReactionType};
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// Messages in one file.
const PAGE: u32 = 1_000;

/// Characters of a program's name, where other servers keep it.
const CLIENT_CHARS_MAX: usize = 30;

/// The topic of a message to users: other servers have one that no topic of a channel can be.
pub(super) const DIRECT_TOPIC: &str = "\u{7}";

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

/// Marks that somebody may have on a message that they never received.
const OWN: [Flag; 3] = [Flag::Historical, Flag::Starred, Flag::Collapsed];

/// A message to users, as other servers mark it.
const IS_PRIVATE: u32 = 2_048;

/// Goes through all messages.
pub struct Messages<'a> {
    source: &'a Source,
    /// Whose private messages are exported.
    consenting: Vec<&'a Arc<UserRow>>,
    /// By channel: those of them who are or were subscribed. So a message costs those whom it may concern, not everybody.
    related: HashMap<ChannelId, Vec<&'a Arc<UserRow>>>,
    /// By message: those of them who have to do with it however that came.
    holders: HashMap<u32, Vec<&'a Arc<UserRow>>>,
    next: MessageId,
    taken: RoaringBitmap,
    /// Programs that messages were sent with, by number.
    clients: BTreeMap<String, u32>,
    /// Reactions to what was exported: a table of another file.
    reactions: Spool,
}

impl<'a> Messages<'a> {
    /// Starts with the oldest.
    ///
    /// # Errors
    /// There can be no temporary file.
    pub fn new(source: &'a Source) -> Result<Self> {
        let all = source.state.users.iter();
        // What is a bot's, its owner agrees to.
        let decides = |row: &'a Arc<UserRow>| match &row.bot {
            Some(bot) => bot.owner.and_then(|owner| source.state.users.get(owner)),
            None => Some(row),
        };
        let agrees = |row: &Arc<UserRow>| row.is_active && row.settings.allow_private_data_export;
        let consents = |row: &&'a Arc<UserRow>| row.is_active && decides(row).is_some_and(agrees);
        let consenting: Vec<&'a Arc<UserRow>> = match source.scope {
            Scope::Public => Vec::new(),
            Scope::Agreed => all.filter(consents).collect(),
            Scope::Everything => all.collect(),
        };
        let mut related: HashMap<ChannelId, Vec<&'a Arc<UserRow>>> = HashMap::new();
        let mut holders: HashMap<u32, Vec<&'a Arc<UserRow>>> = HashMap::new();
        for user in &consenting {
            for (channel, _) in source.state.channels.subscriptions_of(user.id) {
                related.entry(channel).or_default().push(user);
            }
            let Some(flags) = source.state.flags.of(user.id) else { continue };
            let mut own = flags.mentioned().clone();
            OWN.iter().for_each(|flag| own |= flags.with(*flag));
            own.iter().for_each(|id| holders.entry(id).or_default().push(user));
        }
        Ok(Messages {
            source,
            consenting,
            related,
            holders,
            next: MessageId(0),
            taken: RoaringBitmap::new(),
            clients: BTreeMap::new(),
            reactions: Spool::new()?,
        })
    }

    /// Whose private data are exported, by id.
    #[must_use]
    pub fn consenting(&self) -> &[&'a Arc<UserRow>] {
        &self.consenting
    }

    /// Whether a message was exported.
    #[must_use]
    pub fn has(&self, id: u32) -> bool {
        self.taken.contains(id)
    }

    /// The messages of the next file, in order; none after the last.
    ///
    /// # Errors
    /// The store fails.
    pub fn next_page(&mut self) -> Result<Option<Vec<Arc<MessageRow>>>> {
        loop {
            let page = Range::After { from: self.next, limit: PAGE };
            let found = self.source.store.search(&MessageQuery {
                conditions: Vec::new(),
                page,
                index: MessageIndex::default(),
                bounds: Bounds::EXPORT,
            });
            // What was sent since the export began is not of its moment.
            let upto = self.source.state.messages.last_id();
            let found: Vec<Arc<MessageRow>> =
                found.map_err(Error::other)?.messages.into_iter().filter(|row| row.id.0 <= upto).collect();
            let Some(last) = found.last() else { return Ok(None) };
            self.next = MessageId(last.id.0 + 1);
            let found: Vec<Arc<MessageRow>> = found.into_iter().filter(|row| self.is_wanted(row)).collect();
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
    }

    /// Whether a message is in the archive, which has the state of one moment, though messages are read later. Of one
    /// that was moved since, it is not known here who may read it, so it is only in an archive of everything, where it
    /// was.
    fn is_wanted(&self, row: &MessageRow) -> bool {
        let (state, id) = (&self.source.state, row.id);
        let then = state.messages.conversation_of(id);
        if self.source.scope == Scope::Everything {
            return then.is_some();
        }
        if then != Some(row.conversation) {
            return false;
        }
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

    /// Programs that messages were sent with so far, as a table.
    pub fn clients(&self) -> impl Iterator<Item = Value> {
        self.clients.iter().map(|(name, id)| json!({ "id": id, "name": name }))
    }

    /// Reactions to what was exported so far, as a table.
    pub(super) fn reactions(&mut self) -> &mut Spool {
        &mut self.reactions
    }

    /// Writes a file of messages, with who has marked each how.
    ///
    /// # Errors
    /// Writing fails.
    pub fn write_page(&mut self, rows: &[Arc<MessageRow>], out: &mut dyn Write) -> Result<()> {
        let (mut messages, mut parts) = (Vec::new(), Vec::new());
        let state = &self.source.state;
        // Who came since the export began is in none of its tables.
        let is_known = |user: UserId| state.users.sender(user).is_some();
        for row in rows {
            let Some(conversation) = state.messages.conversation_of(row.id) else { continue };
            let Some(kind) = state.messages.kind(conversation) else { continue };
            self.taken.insert(row.id.0);
            messages.push(self.message(row, conversation, kind));
            for reaction in row.reactions.iter().filter(|reaction| is_known(reaction.user)) {
                // Other servers compare the name of a custom emoji with what it is called.
                let name = match reaction.reaction_type {
                    ReactionType::Realm => custom_emoji_name(state, &reaction.emoji_code),
                    _ => Some(reaction.emoji_name.as_str()),
                };
                let Some(name) = name else { continue };
                self.reactions.push(json!({
                    "user_profile": reaction.user, "message": row.id, "emoji_name": name,
                    "emoji_code": reaction.emoji_code, "reaction_type": reaction.reaction_type,
                }))?;
            }
            parts.extend(row.submessages.iter().filter(|part| is_known(part.sender)).map(|part| {
                json!({
                    "id": part.id, "message": row.id, "sender": part.sender, "msg_type": part.msg_type,
                    "content": part.content,
                })
            }));
        }
        let mut tables = Tables::new(out)?;
        tables.table("zerver_message", messages)?;
        // There may be millions of these, so they are made while they are written.
        let marks = rows.iter().flat_map(|row| {
            self.who_may_have(row.id).into_iter().filter_map(|user| {
                let mask = self.marks(user, row.id)?;
                Some(json!({ "user_profile": user.id, "message": row.id, "flags_mask": mask }))
            })
        });
        tables.table("zerver_usermessage", marks)?;
        tables.table("zerver_submessage", parts)?;
        tables.end()
    }

    /// The number of a program; names that begin with the same characters are one where there is no room for more.
    pub(super) fn client(&mut self, name: &str) -> u32 {
        let count = u32::try_from(self.clients.len()).unwrap_or(u32::MAX);
        *self.clients.entry(name.chars().take(CLIENT_CHARS_MAX).collect()).or_insert(count + 1)
    }

    fn message(&mut self, row: &MessageRow, conversation: ConversationId, kind: &ConversationKind) -> Value {
        let client = self.client(&row.client);
        let state = &self.source.state;
        let topic = match kind {
            ConversationKind::Topic { topic, .. } => topic.as_str(),
            ConversationKind::Direct { .. } => DIRECT_TOPIC,
        };
        json!({
            "id": row.id, "sender": row.sender, "recipient": recipient(conversation, kind, row.sender), "realm": 1, "type": 1,
            "subject": topic, "content": row.content, "rendered_content": row.rendered,
            "rendered_content_version": 1, "date_sent": row.timestamp, "sending_client": client,
            "last_edit_time": row.last_edit, "edit_history": history(row),
            "has_attachment": !state.files.of_message(row.id).is_empty(), "has_image": row.bits.has_image,
            "has_link": row.bits.has_link, "is_channel_message": matches!(kind, ConversationKind::Topic { .. }),
        })
    }

    /// Those of whom there may be marks on a message, by id.
    fn who_may_have(&self, id: MessageId) -> Vec<&'a Arc<UserRow>> {
        let mut who = match self.source.state.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, .. }) => self.related.get(channel).cloned().unwrap_or_default(),
            Some(ConversationKind::Direct { users }) => {
                let agreed = |user: &UserId| self.consenting.binary_search_by_key(user, |row| row.id).ok();
                users.iter().filter_map(agreed).map(|at| self.consenting[at]).collect()
            }
            None => Vec::new(),
        };
        if let Some(others) = self.holders.get(&id.0) {
            who.extend(others);
            who.sort_unstable_by_key(|user| user.id);
            who.dedup_by_key(|user| user.id);
        }
        who
    }

    /// What somebody has marked a message with, as bits; none for what they never received and did nothing with.
    fn marks(&self, user: &UserRow, id: MessageId) -> Option<u32> {
        let state = &self.source.state;
        let received = state.received(user.id, id);
        let holds = || {
            let flags = state.flags.of(user.id);
            flags.is_some_and(|flags| OWN.iter().any(|flag| flags.has(*flag, id)))
        };
        // Who is deactivated may read nothing now, and has it again when they are back.
        let may_read = || self.source.scope == Scope::Everything || state.can_read_message(user, id);
        if !(received || holds()) || !may_read() {
            return None;
        }
        let is_direct =
            matches!(state.messages.kind_of_message(id).map(|kind| &**kind), Some(ConversationKind::Direct { .. }));
        let names = state.flags.bits(user.id, id, received).names();
        let known = MARKS.iter().filter(|(name, _)| names.contains(name)).map(|(_, bit)| bit);
        Some(known.fold(if is_direct { IS_PRIVATE } else { 0 }, |mask, bit| mask | bit))
    }
}

/// What a custom emoji is called; none for one that was never there.
pub(super) fn custom_emoji_name<'a>(state: &'a RealmState, code: &str) -> Option<&'a str> {
    Some(state.pictures.emoji_by_id(code.parse().ok()?)?.name.as_str())
}

/// Edits as a text of JSON; null where there are none. Each has to name somebody there: where nobody knows who it was,
/// the sender.
fn history(row: &MessageRow) -> Option<String> {
    let named = |edit: &Edit| Edit { user_id: edit.user_id.or(Some(row.sender)), ..edit.clone() };
    let edits: Vec<Edit> = row.edit_history.iter().map(named).collect();
    if edits.is_empty() { None } else { serde_json::to_string(&edits).ok() }
}
