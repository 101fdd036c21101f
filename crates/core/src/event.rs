//! An event as it is logged: what happened, who is told, and what differs from user to user. All of it is kept with
//! the entry, so an entry read back from the store looks to everybody as it did at first.
//!
//! # Layout
//! - [`flag_groups`]: the flags of an audience on one message. [`user_set`]: sets of users in JSON.

mod flag_groups;
mod user_set;

pub use flag_groups::{FlagGroups, PreparedFlags};

use crate::audience::{Audience, Base};
use crate::shape::{self, Shape};
use crate::state::flags::{MentionBits, push_mention_names};
use bytes::Bytes;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::sync::{Arc, Mutex, PoisonError};
use tidings_types::events::message::{DeleteMessage, UpdateMessage};
use tidings_types::events::{Event, EventType};
use tidings_types::message::Message;
use tidings_types::user::Presence;
use tidings_types::{ChannelId, EventId, MessageId, QueueId, UserId};

/// What happened.
#[derive(Clone, Debug)]
pub enum Payload {
    /// An event that is the same for everybody, but for names of empty topics.
    Plain(Event),
    /// A new message.
    Message(Arc<MessagePayload>),
    /// A changed message; flags differ from user to user.
    Update {
        /// The event, without flags.
        event: Box<UpdateMessage>,
        /// The flags of those it is for, at that moment.
        flags: Arc<FlagGroups>,
    },
    /// Deleted messages: one event, or one for each of them.
    Delete {
        /// Where they were; without ids.
        event: DeleteMessage,
        /// Which, ascending.
        ids: Vec<MessageId>,
    },
    /// Somebody was active.
    Presence(PresencePayload),
}

/// A new message, in every form it can be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessagePayload {
    /// With HTML content, the picture's address and the topic as it is.
    pub message: Message,
    /// The content as written.
    pub markdown: String,
    /// Whether queues that read public channels get it without being subscribed.
    pub reach: Reach,
    /// What differs from user to user.
    pub marks: Marks,
    /// The queue named in the request that sent it, and that request's `local_id`.
    pub sent_from: Option<(QueueId, String)>,
    /// Who may read it without knowing its sender; mostly none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stranger: Option<Stranger>,
}

impl MessagePayload {
    /// The address of the sender, as a user is shown it.
    #[must_use]
    pub fn sender_email_for(&self, user: UserId) -> &str {
        match &self.stranger {
            Some(stranger) if stranger.to.binary_search(&user).is_ok() => &stranger.stand_in.email,
            _ => &self.message.sender_email,
        }
    }
}

/// A sender as those see them who may not know of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// To whom the sender is unknown, ascending.
    pub to: Vec<UserId>,
    /// What they are shown.
    pub stand_in: StandIn,
}

/// What is shown of an account to who may not know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// The same for all.
    pub full_name: String,
    /// A made-up address.
    pub email: String,
    /// A picture that is the same for all.
    pub avatar_url: String,
}

impl StandIn {
    /// Hides who sent a message.
    pub fn hide_sender(self, message: &mut Message) {
        message.sender_full_name = self.full_name;
        message.sender_email = self.email;
        message.avatar_url = Some(self.avatar_url);
    }
}

/// Who may read a message without being subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Nobody.
    Private,
    /// All but guests.
    Public,
    /// Everybody.
    WebPublic,
}

/// Flags of a new message, by user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// For whom it is read at once.
    pub read: Vec<UserId>,
    /// Whom it concerns in particular.
    pub mentions: Vec<(UserId, MentionBits)>,
    /// It mentions the whole channel.
    pub channel_wildcard: bool,
}

impl Marks {
    /// The flags for one recipient.
    #[must_use]
    pub fn names(&self, user: UserId) -> SmallVec<[&'static str; 4]> {
        if self.read.is_empty() && self.mentions.is_empty() && !self.channel_wildcard {
            return SmallVec::new();
        }
        let mut names = SmallVec::new();
        if self.read.contains(&user) {
            names.push("read");
        }
        let bits = self.mentions.iter().find(|(who, _)| *who == user).map_or(MentionBits::default(), |(_, bits)| *bits);
        push_mention_names(&mut names, bits, self.channel_wildcard);
        names
    }
}

/// Somebody was active.
#[derive(Clone, Debug, PartialEq)]
pub struct PresencePayload {
    /// Who.
    pub user: UserId,
    /// API address.
    pub email: String,
    /// When.
    pub presence: Presence,
    /// UNIX seconds.
    pub server_timestamp: f64,
}

/// Which queues an event is for, by what their clients can parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Gate {
    /// All.
    #[default]
    All,
    /// Only with these bits.
    With(Shape),
    /// Only without these bits.
    Without(Shape),
    /// Not where the newer `user_topic` is asked for by name.
    LegacyMutedTopics,
}

/// An event before it has a place in the log.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What happened.
    pub payload: Payload,
    /// Who is told.
    pub audience: Audience,
    /// Which of their queues.
    pub gate: Gate,
}

impl Outgoing {
    /// Whether it is never written to disk.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        match &self.payload {
            Payload::Presence(_) => true,
            Payload::Plain(event) => matches!(
                event,
                Event::TypingStart(_) | Event::TypingStop(_) | Event::TypingEditStart(_) | Event::TypingEditStop(_)
            ),
            _ => false,
        }
    }

    /// How many durable positions it takes.
    #[must_use]
    pub fn span(&self) -> u64 {
        match &self.payload {
            Payload::Delete { ids, .. } => ids.len().max(1) as u64,
            _ => 1,
        }
    }
}

/// Renderings of one entry, by the bits that matter to it. At most a handful.
type Renderings = SmallVec<[(Shape, Bytes); 1]>;

/// An event in the log.
#[derive(Debug)]
pub struct Entry {
    /// Its place, and what clients know it by.
    pub id: EventId,
    /// Its type.
    pub event_type: EventType,
    /// What happened, who is told, which queues.
    pub event: Outgoing,
    /// UNIX seconds.
    pub created_at: i64,
    /// Bytes of a plain event as JSON; of others it is known without rendering them.
    plain_bytes: usize,
    renderings: Mutex<Renderings>,
}

impl Entry {
    /// Gives an event its place in the log; none if its type is not in the vocabulary of the API.
    #[must_use]
    pub fn new(id: EventId, event: Outgoing, created_at: i64) -> Option<Self> {
        let event_type = match &event.payload {
            Payload::Plain(plain) => plain.event_type()?,
            Payload::Message(_) => EventType::by_name("message")?,
            Payload::Update { .. } => EventType::by_name("update_message")?,
            Payload::Delete { .. } => EventType::by_name("delete_message")?,
            Payload::Presence(_) => EventType::by_name("presence")?,
        };
        let plain_bytes = match &event.payload {
            Payload::Plain(plain) => plain.to_json().map_or(0, |json| json.len()),
            _ => 0,
        };
        Some(Entry { id, event_type, event, created_at, plain_bytes, renderings: Mutex::default() })
    }

    /// About how many bytes of memory it takes with one rendering.
    #[must_use]
    pub fn weight(&self) -> usize {
        let content = match &self.event.payload {
            Payload::Message(payload) => 3 * payload.message.content.len() + payload.markdown.len(),
            Payload::Update { event, flags } => {
                let texts =
                    [&event.content, &event.orig_content, &event.rendered_content, &event.orig_rendered_content];
                2 * texts.into_iter().flatten().map(String::len).sum::<usize>()
                    + 16 * event.message_ids.len()
                    + flags.weight()
            }
            Payload::Delete { ids, .. } => 16 * ids.len(),
            Payload::Plain(_) => 256.max(2 * self.plain_bytes),
            Payload::Presence(_) => 256,
        };
        let base = match &self.event.audience.base {
            Base::Set(users) => users.serialized_size(),
            _ => 0,
        };
        1024 + content + base + 4 * self.event.audience.plus.len()
    }

    /// The rendering for a shape; see [`shape::render`].
    #[must_use]
    pub fn rendered(&self, shape: Shape) -> Bytes {
        let key = shape.relevant_to(&self.event.payload);
        let mut renderings = self.renderings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = renderings.iter().find(|(known, _)| *known == key) {
            return bytes.clone();
        }
        let bytes = shape::render(&self.event.payload, self.id, key).expect("payloads have only string keys");
        let bytes = Bytes::from(bytes);
        renderings.push((key, bytes.clone()));
        bytes
    }

    /// As [`Entry::write`], but without what stands for ids up to `after`: an entry may be several events, of which
    /// a client can have acknowledged the first ones.
    pub fn write_after(&self, after: EventId, reader: &Reader, out: &mut Vec<u8>) {
        if let Payload::Delete { event, ids } = &self.event.payload {
            let first = self.id.seq().saturating_sub(self.event.span() - 1);
            let has = (after.seq() + 1).saturating_sub(first);
            let has = usize::try_from(has).unwrap_or(usize::MAX);
            if has > 0 && has < ids.len() && !reader.shape.has(Shape::BULK_MESSAGE_DELETION) {
                let rest = Payload::Delete { event: event.clone(), ids: ids[has..].to_vec() };
                let bytes = shape::render(&rest, self.id, reader.shape).expect("payloads have only string keys");
                out.extend_from_slice(&bytes);
                return;
            }
        }
        self.write(reader, out);
    }

    /// Appends the event as one queue gets it.
    pub fn write(&self, reader: &Reader, out: &mut Vec<u8>) {
        let shape = match &self.event.payload {
            Payload::Message(payload) => {
                let is_stranger = |stranger: &Stranger| stranger.to.binary_search(&reader.user).is_ok();
                reader.shape.with_if(Shape::SENDER_UNKNOWN, payload.stranger.as_ref().is_some_and(is_stranger))
            }
            _ => reader.shape,
        };
        out.extend_from_slice(&self.rendered(shape));
        match &self.event.payload {
            Payload::Message(payload) => {
                let names = if reader.is_recipient { payload.marks.names(reader.user) } else { SmallVec::new() };
                write_names(&names, out);
                if let Some((_, local_id)) = payload.sent_from.as_ref().filter(|(queue, _)| *queue == reader.queue) {
                    out.extend_from_slice(b",\"local_message_id\":");
                    write_string(local_id, out);
                }
                out.push(b'}');
            }
            Payload::Update { flags, .. } => {
                write_names(&flags.of(reader.user).names(), out);
                out.push(b'}');
            }
            _ => {}
        }
    }
}

/// Who reads an entry.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// The queue's owner.
    pub user: UserId,
    /// The queue.
    pub queue: QueueId,
    /// What its client can parse.
    pub shape: Shape,
    /// In the audience, as opposed to reading public channels.
    pub is_recipient: bool,
}

fn write_names(names: &[&'static str], out: &mut Vec<u8>) {
    out.push(b'[');
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
    }
    out.push(b']');
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a string is JSON");
}

/// An entry as the store keeps it: its durable position and JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The durable position (the last one, if it spans several).
    pub seq: u64,
    /// UNIX seconds.
    pub created_at: i64,
    /// Name of the event type, for operators who look.
    pub event_type: &'static str,
    /// JSON of everything else.
    pub body: String,
}

#[derive(Serialize, Deserialize)]
struct StoredBody {
    to: StoredAudience,
    #[serde(default)]
    gate: Gate,
    #[serde(flatten)]
    payload: StoredPayload,
}

#[derive(Serialize, Deserialize)]
struct StoredAudience {
    base: StoredBase,
    #[serde(default, skip_serializing_if = "SmallVec::is_empty")]
    plus: SmallVec<[UserId; 2]>,
    #[serde(default, skip_serializing_if = "SmallVec::is_empty")]
    minus: SmallVec<[UserId; 2]>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredBase {
    Nobody,
    Realm,
    Channel(ChannelId),
    Set(#[serde(with = "user_set")] Arc<RoaringBitmap>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredPayload {
    Plain(Box<serde_json::value::RawValue>),
    Message(Arc<MessagePayload>),
    Update(StoredUpdate),
    Delete { event: DeleteMessage, ids: Vec<MessageId> },
}

#[derive(Serialize, Deserialize)]
struct StoredUpdate {
    event: Box<UpdateMessage>,
    flags: Arc<FlagGroups>,
}

/// An entry in the store that this version cannot read.
#[derive(Debug)]
pub struct UnreadableEntry(pub String);

impl Entry {
    /// The form in which the store keeps it; none for an ephemeral event.
    ///
    /// # Errors
    /// A payload that cannot be JSON; none of ours is.
    pub fn to_stored(&self) -> serde_json::Result<Option<StoredEntry>> {
        if self.event.is_ephemeral() {
            return Ok(None);
        }
        let payload = match &self.event.payload {
            Payload::Plain(event) => {
                let json = String::from_utf8_lossy(&event.to_json()?).into_owned();
                StoredPayload::Plain(serde_json::value::RawValue::from_string(json)?)
            }
            Payload::Message(payload) => StoredPayload::Message(Arc::clone(payload)),
            Payload::Update { event, flags } => {
                StoredPayload::Update(StoredUpdate { event: event.clone(), flags: Arc::clone(flags) })
            }
            Payload::Delete { event, ids } => StoredPayload::Delete { event: event.clone(), ids: ids.clone() },
            Payload::Presence(_) => return Ok(None),
        };
        let Audience { base, plus, minus } = &self.event.audience;
        let base = match base {
            Base::Nobody => StoredBase::Nobody,
            Base::Realm => StoredBase::Realm,
            Base::Subscribers { channel, .. } => StoredBase::Channel(*channel),
            Base::Set(users) => StoredBase::Set(Arc::clone(users)),
        };
        let to = StoredAudience { base, plus: plus.clone(), minus: minus.clone() };
        let body = serde_json::to_string(&StoredBody { to, gate: self.event.gate, payload })?;
        Ok(Some(StoredEntry {
            seq: self.id.seq(),
            created_at: self.created_at,
            event_type: self.event_type.name(),
            body,
        }))
    }

    /// Reads an entry back from the store.
    ///
    /// # Errors
    /// JSON that this version does not understand.
    pub fn from_stored(seq: u64, created_at: i64, body: &str) -> Result<Self, UnreadableEntry> {
        let unreadable = |what: String| UnreadableEntry(format!("event {seq}: {what}"));
        let stored: StoredBodyOwned = serde_json::from_str(body).map_err(|error| unreadable(error.to_string()))?;
        let payload = stored.payload().map_err(|error| unreadable(error.to_string()))?;
        let base = match stored.to.base {
            StoredBase::Nobody => Base::Nobody,
            StoredBase::Realm => Base::Realm,
            StoredBase::Channel(channel) => Base::Subscribers { channel, users: None },
            StoredBase::Set(users) => Base::Set(users),
        };
        let audience = Audience { base, plus: stored.to.plus, minus: stored.to.minus };
        let event = Outgoing { payload, audience, gate: stored.gate };
        Entry::new(EventId::durable(seq), event, created_at).ok_or_else(|| unreadable("unknown type".to_owned()))
    }
}

/// As [`StoredBody`], but without the flattening that raw JSON cannot be read through.
#[derive(Deserialize)]
struct StoredBodyOwned {
    to: StoredAudience,
    #[serde(default)]
    gate: Gate,
    plain: Option<serde_json::Map<String, serde_json::Value>>,
    message: Option<Arc<MessagePayload>>,
    update: Option<StoredUpdate>,
    delete: Option<StoredDelete>,
}

#[derive(Deserialize)]
struct StoredDelete {
    event: DeleteMessage,
    ids: Vec<MessageId>,
}

impl StoredBodyOwned {
    fn payload(&self) -> Result<Payload, &'static str> {
        if let Some(fields) = &self.plain {
            return Ok(Payload::Plain(Event::from_json(fields.clone())));
        }
        if let Some(message) = &self.message {
            return Ok(Payload::Message(Arc::clone(message)));
        }
        if let Some(StoredUpdate { event, flags }) = &self.update {
            return Ok(Payload::Update { event: event.clone(), flags: Arc::clone(flags) });
        }
        let delete = self.delete.as_ref().ok_or("no payload")?;
        Ok(Payload::Delete { event: delete.event.clone(), ids: delete.ids.clone() })
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
