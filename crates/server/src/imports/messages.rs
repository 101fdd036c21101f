//! Messages, file by file, with their history and reactions. What they look like is made anew.

use super::files::Uses;
use super::ids::{MessageIds, To};
use super::marks::Marks;
use super::reader::Row;
use super::{Import, ImportError, Step, cut, tidy};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tidings_core::change::{Change, MessageBits, MessageRow, ReactionRow, SubmessageRow};
use tidings_core::commands::send::{check_content, check_topic};
use tidings_core::commands::submessages::widget_of;
use tidings_core::directory::{SeenBy, upload};
use tidings_core::limits;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::flags::MentionBits;
use tidings_core::state::ids::IdSet;
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::users::UserRow;
use tidings_markdown::{ChannelRef, CustomEmoji, Directory, GroupRef, Linkifiers, Rendered, Upload, UserRef};
use tidings_types::message::{Edit, ReactionType};
use tidings_types::{AttachmentId, ChannelId, ConversationId, MessageId, UserId};

/// Edits of one message that are kept.
const EDITS_MAX: usize = 1_000;

/// Parts of polls and lists of tasks, by message.
type Parts = HashMap<MessageId, Vec<SubmessageRow>>;

/// Whom messages concern in particular, as far as they marked it.
type Mentioned = HashMap<MessageId, BTreeMap<UserId, MentionBits>>;

impl Import<'_> {
    /// The files of messages, in order.
    pub(super) fn message_files(&self) -> Result<Vec<String>, ImportError> {
        let cannot = |error| ImportError::Io { what: "the unpacked archive cannot be read", error };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(cannot)? {
            let name = entry.map_err(cannot)?.file_name().to_string_lossy().into_owned();
            let number = name.strip_prefix("messages-").and_then(|rest| rest.strip_suffix(".json"));
            if let Some(number) = number.and_then(|number| number.parse::<u64>().ok()) {
                files.push((number, name));
            }
        }
        files.sort_unstable();
        Ok(files.into_iter().map(|(_, name)| name).collect())
    }

    /// All ids, and whose marks there are.
    pub(super) fn survey_messages(&mut self, files: &[String]) -> Result<(), ImportError> {
        let mut ids = Vec::new();
        for name in files {
            self.file(name).each(&["zerver_message", "zerver_usermessage"], |table, row| {
                if table == "zerver_message" {
                    ids.push(row.long_id("id")?);
                } else {
                    self.ids.marked.insert(row.id("user_profile")?);
                }
                Ok(())
            })?;
            self.tell(Step::Counting, ids.len() as u64, 0)?;
        }
        let ids = MessageIds::of(ids);
        let twice = |id| ImportError::file("messages-*.json", format!("message {id} is there twice"));
        self.ids.messages = ids.map_err(twice)?;
        self.report.renumbered = matches!(self.ids.messages, MessageIds::Renumbered(_));
        Ok(())
    }

    pub(super) fn messages(&mut self, files: &[String], uses: &Uses) -> Result<(), ImportError> {
        let mut marks = Marks::default();
        for name in files {
            let (mentions, parts) = self.of_file(name)?;
            self.file(name).each(&["zerver_message"], |_, row| {
                self.add_message(row, &mentions, &parts, uses)?;
                self.report.messages += 1;
                self.tell(Step::Messages, self.report.messages, self.ids.messages.len())
            })?;
            self.file(name).each(&["zerver_usermessage"], |_, row| self.mark(row, &mut marks))?;
        }
        self.reactions(files)?;
        self.first_messages()?;
        self.write_marks(marks)
    }

    /// What is needed when a message is made: whom it mentions, and its parts.
    fn of_file(&self, name: &str) -> Result<(Mentioned, Parts), ImportError> {
        let mut mentions = Mentioned::new();
        let mut parts = Parts::new();
        self.file(name).each(&["zerver_usermessage", "zerver_submessage"], |table, row| {
            if table == "zerver_submessage" {
                let part = SubmessageRow {
                    id: row.id("id")?,
                    sender: self.user(row, "sender")?,
                    msg_type: tidy(row.text("msg_type")?, 100),
                    content: row.text("content")?.to_owned(),
                };
                let parts = parts.entry(self.message(row, "message")?).or_default();
                let bytes: usize = parts.iter().map(|known| known.content.len()).sum();
                if parts.len() >= limits::SUBMESSAGES_PER_MESSAGE_MAX
                    || part.content.len() > limits::SUBMESSAGE_BYTES_MAX
                    || bytes + part.content.len() > limits::SUBMESSAGES_BYTES_MAX
                {
                    return Err(row.wrong("the message has too many parts, or this one is too long"));
                }
                parts.push(part);
                return Ok(());
            }
            let bits = super::marks::mentions_of(row)?;
            if let Some(user) = self.account(row, "user_profile")?.filter(|_| bits != MentionBits::default()) {
                mentions.entry(self.message(row, "message")?).or_default().insert(user, bits);
            }
            Ok(())
        })?;
        Ok((mentions, parts))
    }

    fn add_message(&mut self, row: &Row, mentions: &Mentioned, parts: &Parts, uses: &Uses) -> Result<(), ImportError> {
        let id = self.message(row, "id")?;
        let sender = self.user(row, "sender")?;
        let kind = self.place(row, sender)?;
        let conversation = self.conversation(&kind)?;
        let content = check_content(row.text("content")?).unwrap_or_else(|_| "(no content)".to_owned());
        let timestamp = row.time("date_sent")?.map_or_else(|| row.time("pub_date"), |at| Ok(Some(at)))?;
        let timestamp = timestamp.ok_or_else(|| row.wrong("`date_sent` is missing"))?;
        let state = &self.build.state;
        let viewer = Arc::clone(state.users.sender(sender).ok_or_else(|| row.wrong("nobody sent it"))?);
        let files = uses.get(&id).map_or(&[][..], Vec::as_slice);
        let rendered = tidings_markdown::render(&content, &Within { seen: SeenBy { state, viewer: &viewer }, files });
        let edit_history = self.edits(row, &viewer, files)?;
        let in_channel = matches!(kind, ConversationKind::Topic { .. });
        let has_content = edit_history.is_empty() || edit_history.iter().any(|edit| edit.prev_content.is_some());
        let client = row.opt_id("sending_client")?.and_then(|client| self.ids.clients.get(&client).cloned());
        let message = MessageRow {
            id,
            conversation,
            sender,
            client: client.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned()),
            timestamp,
            bits: MessageBits {
                is_me: rendered.is_me_message,
                has_link: rendered.has_link,
                has_image: rendered.has_image,
                channel_wildcard: rendered.channel_wildcard && in_channel,
                topic_wildcard: rendered.topic_wildcard && in_channel,
            },
            last_edit: row.time("last_edit_time")?.filter(|_| has_content),
            last_moved: edit_history.iter().filter(|edit| edit.is_shown_as_move()).map(|edit| edit.timestamp).max(),
            edit_history,
            reactions: Vec::new(),
            submessages: self.parts(sender, &content, parts.get(&id)),
            rendered: rendered.html.clone(),
            content,
        };
        let mentions = self.whom(&kind, mentions.get(&id), &rendered);
        self.build.change(Change::MessageInserted { row: Arc::new(message), mentions })?;
        if !files.is_empty() {
            self.build.change(Change::FileUses { message: id, sent_at: timestamp, files: files.to_vec() })?;
        }
        Ok(())
    }

    /// Where it was sent.
    fn place(&self, row: &Row, sender: UserId) -> Result<ConversationKind, ImportError> {
        let (recipient, to) = self.recipient(row)?;
        let mut users = match to {
            To::Channel(channel) => {
                let topic: String =
                    row.opt_text("subject")?.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
                let topic = check_topic(&topic).map_err(|error| row.wrong(error.to_string()))?;
                return Ok(ConversationKind::Topic { channel: *channel, topic });
            }
            To::User(user) => vec![*user],
            To::Direct => self.participants(row, recipient)?,
        };
        users.push(sender);
        users.sort_unstable();
        users.dedup();
        Ok(ConversationKind::Direct { users })
    }

    fn conversation(&mut self, kind: &ConversationKind) -> Result<ConversationId, ImportError> {
        let messages = &self.build.state.messages;
        let known = match kind {
            ConversationKind::Topic { channel, topic } => {
                messages.topic(*channel, topic).map(|topic| topic.conversation)
            }
            ConversationKind::Direct { users } => messages.direct(users),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let id = messages.next_conversation();
        self.build.change(Change::Conversation { id, kind: Arc::new(kind.clone()) })?;
        Ok(id)
    }

    /// What it was before, newest first.
    fn edits(&self, row: &Row, viewer: &UserRow, files: &[AttachmentId]) -> Result<Vec<Edit>, ImportError> {
        let Some(text) = row.opt_text("edit_history")?.filter(|text| !text.is_empty()) else { return Ok(Vec::new()) };
        let wrong = || row.wrong("`edit_history` is not a list of changes as JSON");
        let list = serde_json::from_str::<Vec<Value>>(text).map_err(|_| wrong())?;
        let state = &self.build.state;
        let edit = |value: &Value| {
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            let id = |name: &str| value.get(name).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
            let user = id("user_id").map(UserId).filter(|user| state.users.sender(*user).is_some());
            let topic = |name: &str| text(name).map(|topic| tidy(topic, limits::TOPIC_CHARS_MAX));
            let channel = |name: &str| id(name).map(ChannelId).filter(|id| state.channels.get(*id).is_some());
            let before = text("prev_content").map(|before| cut(before, limits::MESSAGE_CHARS_MAX));
            let seen = Within { seen: SeenBy { state, viewer }, files };
            Some(Edit {
                user_id: user,
                timestamp: value.get("timestamp")?.as_i64().filter(|at| *at >= 0)?,
                prev_rendered_content: before.as_ref().map(|before| tidings_markdown::render(before, &seen).html),
                prev_content: before,
                topic: topic("topic"),
                prev_topic: topic("prev_topic").or_else(|| topic("prev_subject")),
                stream: channel("stream"),
                prev_stream: channel("prev_stream"),
            })
        };
        list.iter().take(EDITS_MAX).map(edit).collect::<Option<Vec<Edit>>>().ok_or_else(wrong)
    }

    /// Parts of a poll or of a list of tasks. Archives of other servers have none; then its text says what it began with.
    fn parts(&self, sender: UserId, content: &str, parts: Option<&Vec<SubmessageRow>>) -> Vec<SubmessageRow> {
        let mut next = self.build.state.messages.next_submessage();
        let mut parts = parts.cloned().unwrap_or_default();
        if let (true, Ok(Some(content))) = (parts.is_empty(), widget_of(content, None)) {
            parts.push(SubmessageRow { id: next, sender, msg_type: "widget".to_owned(), content });
        }
        parts.sort_unstable_by_key(|part| part.id);
        parts.truncate(limits::SUBMESSAGES_PER_MESSAGE_MAX);
        for part in &mut parts {
            // Ids ascend from message to message; where they do not in the archive, they are others.
            part.id = part.id.max(next);
            next = part.id.saturating_add(1);
        }
        parts
    }

    /// Whom it concerns in particular: who marked it so, and of those whose marks are not in the archive, who is
    /// mentioned and may read it.
    fn whom(
        &self,
        kind: &ConversationKind,
        marked: Option<&BTreeMap<UserId, MentionBits>>,
        rendered: &Rendered,
    ) -> Vec<(UserId, MentionBits)> {
        let state = &self.build.state;
        let may_read = |user: UserId| match kind {
            ConversationKind::Direct { users } => users.contains(&user),
            ConversationKind::Topic { channel, .. } => state
                .channels
                .get(*channel)
                .is_some_and(|channel| state.active_user(user).is_some_and(|row| state.can_read_channel(row, channel))),
        };
        let named = rendered.mentioned_users.iter().filter(|id| !self.ids.marked.contains(**id)).map(|id| UserId(*id));
        let named = named.filter(|user| may_read(*user)).map(|user| (user, MentionBits::USER));
        let mut all: BTreeMap<UserId, MentionBits> = named.collect();
        all.extend(marked.into_iter().flatten().map(|(user, bits)| (*user, *bits)));
        all.into_iter().collect()
    }

    /// Reactions are in a table of their own; some archives have them with the messages.
    fn reactions(&mut self, files: &[String]) -> Result<(), ImportError> {
        // Hashes, since there may be millions; two are not the same by accident.
        let (mut seen, hasher) = (HashSet::new(), RandomState::new());
        let files = files.iter().map(String::as_str).chain(["realm.json"]);
        for name in files {
            self.file(name).each(&["zerver_reaction"], |_, row| {
                let (message, user) = (self.message(row, "message")?, self.user(row, "user_profile")?);
                let (code, name) = (row.text("emoji_code")?, row.text("emoji_name")?);
                let plain =
                    |text: &str| text.len() <= 200 && text.chars().all(|c| c.is_alphanumeric() || "._-+".contains(c));
                let reaction_type = match row.text("reaction_type")? {
                    "unicode_emoji" => ReactionType::Unicode,
                    "zulip_extra_emoji" => ReactionType::Extra,
                    "realm_emoji" => ReactionType::Realm,
                    _ => return Err(row.wrong("`reaction_type` is no kind of emoji")),
                };
                let is_there = || code.parse().is_ok_and(|id| self.build.state.pictures.emoji_by_id(id).is_some());
                if !plain(code) || !plain(name) || (reaction_type == ReactionType::Realm && !is_there()) {
                    self.note("reactions with an emoji that is not there");
                    return Ok(());
                }
                let reaction =
                    ReactionRow { user, reaction_type, emoji_code: code.to_owned(), emoji_name: name.to_owned() };
                if !seen.insert(hasher.hash_one((message, user, reaction_type.as_str(), code))) {
                    return Err(row.wrong("somebody reacted twice with one emoji"));
                }
                self.build.change(Change::ReactionAdded { message, reaction })
            })?;
        }
        Ok(())
    }

    /// Channels know their oldest message.
    fn first_messages(&mut self) -> Result<(), ImportError> {
        let state = &self.build.state;
        let first = |row: &ChannelRow| state.messages.channel_ids(row.id).and_then(IdSet::min);
        let changed: Vec<ChannelRow> = state
            .channels
            .iter()
            .map(|row| ChannelRow { first_message_id: first(row), ..ChannelRow::clone(row) })
            .filter(|row| row.first_message_id.is_some())
            .collect();
        changed.into_iter().try_for_each(|row| self.build.change(Change::Channel(Arc::new(row))))
    }
}

/// The realm as a sender sees it, and the files that a message of theirs refers to, which they could read then.
struct Within<'a> {
    seen: SeenBy<'a>,
    files: &'a [AttachmentId],
}

impl Directory for Within<'_> {
    fn user_by_id(&self, id: u32) -> Option<UserRef> {
        self.seen.user_by_id(id)
    }

    fn users_by_name(&self, full_name: &str) -> Vec<UserRef> {
        self.seen.users_by_name(full_name)
    }

    fn group_by_name(&self, name: &str) -> Option<GroupRef> {
        self.seen.group_by_name(name)
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        self.seen.channel_by_name(name)
    }

    fn custom_emoji(&self, name: &str) -> Option<CustomEmoji> {
        self.seen.custom_emoji(name)
    }

    fn newest_in_topic(&self, channel: u32, topic: &str) -> Option<u32> {
        self.seen.newest_in_topic(channel, topic)
    }

    fn upload(&self, path: &str) -> Option<Upload> {
        let file = self.seen.state.files.find(path).filter(|file| self.files.contains(&file.id))?;
        Some(upload(file))
    }

    fn linkifiers(&self) -> Option<&Linkifiers> {
        self.seen.linkifiers()
    }

    fn realm_url(&self) -> &str {
        self.seen.realm_url()
    }

    fn default_code_language(&self) -> &str {
        self.seen.default_code_language()
    }

    fn translates_emoticons(&self) -> bool {
        self.seen.translates_emoticons()
    }
}
