//! An event queue: a cursor over the log, and a filter. Nothing is copied when it is registered or when an event
//! is published.

use crate::event::{Entry, Gate, Payload, Reach, Reader};
use crate::narrow::Narrow;
use crate::shape::Shape;
use crate::state::RealmState;
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use tidings_types::events::{EventType, EventTypes};
use tidings_types::narrow::QueueNarrow;
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// What a queue takes and how its events look. Most queues have the same few options, so they share them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueueOptions {
    /// Name of the client that registered it.
    pub client: String,
    /// The types it takes.
    pub event_types: EventTypes,
    /// Whether the types were listed at registration.
    pub types_listed: bool,
    /// How its events look.
    pub shape: Shape,
    /// Messages of all public channels.
    pub all_public: bool,
    /// The message filter as it was given.
    pub narrow: QueueNarrow,
    #[serde(skip)]
    terms: Narrow,
}

impl PartialEq for QueueOptions {
    fn eq(&self, other: &Self) -> bool {
        (&self.client, self.event_types, self.types_listed, self.shape, self.all_public, &self.narrow)
            == (&other.client, other.event_types, other.types_listed, other.shape, other.all_public, &other.narrow)
    }
}

impl Eq for QueueOptions {}

impl Hash for QueueOptions {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.client, self.event_types, self.types_listed, self.shape, self.all_public, &self.narrow).hash(state);
    }
}

impl QueueOptions {
    /// Options with a narrow that is checked here.
    ///
    /// # Errors
    /// 400 for a narrow that queues do not support.
    pub fn new(
        client: String,
        event_types: Option<EventTypes>,
        shape: Shape,
        all_public: bool,
        narrow: QueueNarrow,
    ) -> Result<Self, ApiError> {
        let mut options = QueueOptions {
            client,
            event_types: event_types.unwrap_or(EventTypes::ALL),
            types_listed: event_types.is_some(),
            shape,
            all_public,
            narrow,
            terms: Narrow::default(),
        };
        options.prepare()?;
        Ok(options)
    }

    /// Makes options that were read from the store ready for use.
    ///
    /// # Errors
    /// As [`QueueOptions::new`].
    pub fn prepare(&mut self) -> Result<(), ApiError> {
        self.terms = Narrow::parse(&self.narrow)?;
        Ok(())
    }

    /// Whether messages of public channels come without a subscription.
    #[must_use]
    pub fn reads_public(&self) -> bool {
        self.all_public || !self.terms.is_empty()
    }

    /// Whether the type and the gate let an event pass; who it is for is another question.
    #[must_use]
    pub fn takes(&self, event_type: EventType, gate: Gate) -> bool {
        let named = |name| EventType::by_name(name).is_some_and(|one| self.event_types.contains(one));
        self.event_types.contains(event_type)
            && match gate {
                Gate::All => true,
                Gate::With(shape) => self.shape.has(shape),
                Gate::Without(shape) => !self.shape.has(shape),
                Gate::LegacyMutedTopics => !(self.types_listed && named("user_topic")),
            }
    }

    /// How `user` reads an entry through a queue with these options; none if the queue does not get it.
    #[must_use]
    pub fn reader(&self, user: UserId, queue: QueueId, entry: &Entry, state: &RealmState) -> Option<Reader> {
        if !self.takes(entry.event_type, entry.event.gate) {
            return None;
        }
        let is_recipient = entry.event.audience.contains(user, state, entry.id.seq());
        let Payload::Message(payload) = &entry.event.payload else {
            return is_recipient.then_some(Reader { user, queue, shape: self.shape, is_recipient });
        };
        if !(is_recipient || self.reads_public() && may_overhear(user, payload.reach, state)) {
            return None;
        }
        // The cheap test first: this runs once for each queue of each message.
        let mirrors =
            |client: &str| client.eq_ignore_ascii_case(&self.client) && client.to_lowercase().contains("mirror");
        if mirrors(&payload.message.client) {
            return None;
        }
        if !self.terms.is_empty() {
            let names = if is_recipient { payload.marks.names(user) } else { smallvec::SmallVec::new() };
            if !self.terms.matches(payload, user, &names, self.shape) {
                return None;
            }
        }
        Some(Reader { user, queue, shape: self.shape, is_recipient })
    }
}

/// Whether a user may read a message of this reach in a channel they are not subscribed to.
fn may_overhear(user: UserId, reach: Reach, state: &RealmState) -> bool {
    match reach {
        Reach::Private => false,
        Reach::WebPublic => true,
        Reach::Public => state.users.get(user).is_some_and(|user| !user.is_guest()),
    }
}

/// A queue as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRow {
    /// Its id.
    pub id: QueueId,
    /// Whose.
    pub user: UserId,
    /// What it takes.
    pub options: Arc<QueueOptions>,
    /// It gets what comes after this.
    pub start: EventId,
    /// Seconds without a poll after which it ends.
    pub idle_timeout_secs: u32,
    /// UNIX seconds.
    pub created_at: i64,
    /// What its user calls it, if it is to be found again by that.
    pub name: Option<Arc<str>>,
}
