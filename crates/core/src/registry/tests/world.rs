//! A realm, events and clients for the tests of queues.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::NoMessages;
use crate::event::{Entry, Gate, Marks, MessagePayload, Outgoing, Payload, Reach};
use crate::log::{Appending, EventLog, Numbered};
use crate::queue::{QueueOptions, QueueRow};
use crate::registry::{Poll, Polled, Registry, Swept, Waiter};
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::realm::{RealmRow, RealmSettings};
use crate::state::users::UserRow;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tidings_types::events::message::{DeleteMessage, Typing, TypingUser};
use tidings_types::events::personal::AlertWords;
use tidings_types::events::{Event, EventTypes};
use tidings_types::message::{DisplayRecipient, Message};
use tidings_types::narrow::QueueNarrow;
use tidings_types::settings::UserSettings;
use tidings_types::user::Role;
use tidings_types::{ApiError, ChannelId, EventId, MessageId, QueueId, UserId};

pub(super) const GUEST: UserId = UserId(9);

/// Where parked polls are answered: a number for each poll, and the body.
pub(super) type Answers = Arc<Mutex<Vec<(u64, Vec<u8>)>>>;

pub(super) struct TestWaiter(u64, Answers);

impl Waiter for TestWaiter {
    fn answer(self, body: Vec<u8>) {
        self.1.lock().expect("no test panics while it holds this").push((self.0, body));
    }
}

/// Queues, their log and what the store would have.
pub(super) struct World {
    pub(super) registry: Registry<TestWaiter>,
    pub(super) log: EventLog,
    pub(super) state: RealmState,
    pub(super) stored: Vec<Arc<Entry>>,
    pub(super) now: u32,
    /// How often a poll had to look into the store.
    pub(super) store_reads: usize,
    answers: Answers,
    polls: u64,
    queues: u128,
}

/// The body of an answer, or number and turn of a parked poll.
type AnsweredOrParked = Result<Vec<u8>, (u64, u32)>;

/// What became of a poll.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Events(Vec<Value>),
    /// The number of the poll, and its turn.
    Parked(u64, u32),
}

pub(super) fn user(id: UserId) -> UserRow {
    UserRow {
        id,
        delivery_email: format!("user{id}@example.com"),
        full_name: format!("User {id}"),
        role: if id == GUEST { Role::Guest } else { Role::Member },
        is_active: true,
        date_joined: 0,
        bot: None,
        avatar_version: 1,
        settings: UserSettings::default(),
    }
}

pub(super) fn state() -> RealmState {
    let mut state = RealmState::new(RealmRow {
        string_id: String::new(),
        name: "Test".to_owned(),
        description: String::new(),
        date_created: 0,
        imported_at: 0,
        host: "example.com".to_owned(),
        url: "http://example.com".to_owned(),
        settled_until: 0,
        defaults: tidings_types::settings::UserSettings::default(),
        settings: RealmSettings::default(),
    });
    for id in 1..=9 {
        state.apply(&Change::User(Arc::new(user(UserId(id)))));
    }
    state
}

pub(super) fn words(word: &str) -> Payload {
    Payload::Plain(Event::AlertWords(AlertWords { alert_words: vec![word.to_owned()] }))
}

pub(super) fn typing(topic: &str) -> Payload {
    Payload::Plain(Event::TypingStart(Typing {
        message_type: "stream".to_owned(),
        sender: TypingUser { user_id: UserId(1), email: "user1@example.com".to_owned() },
        recipients: None,
        stream_id: Some(ChannelId(1)),
        topic: Some(topic.to_owned()),
    }))
}

pub(super) fn message(id: u32, topic: &str, reach: Reach) -> MessagePayload {
    let message = Message {
        id: MessageId(id),
        sender_id: UserId(1),
        content: format!("<p>message {id}</p>"),
        recipient_id: 1,
        timestamp: 0,
        client: "website".to_owned(),
        subject: topic.to_owned(),
        topic_links: Vec::new(),
        is_me_message: false,
        reactions: Vec::new(),
        submessages: Vec::new(),
        sender_full_name: "User 1".to_owned(),
        sender_email: "user1@example.com".to_owned(),
        sender_realm_str: String::new(),
        display_recipient: DisplayRecipient::Channel("Denmark".to_owned()),
        stream_id: Some(ChannelId(1)),
        message_type: "stream".to_owned(),
        avatar_url: Some("/avatar".to_owned()),
        content_type: "text/html".to_owned(),
        last_edit_timestamp: None,
        last_moved_timestamp: None,
        edit_history: None,
        flags: None,
    };
    let markdown = format!("message {id}");
    MessagePayload { message, markdown, reach, marks: Marks::default(), sent_from: None, stranger: None }
}

pub(super) fn delete(ids: &[u32]) -> Payload {
    let event = DeleteMessage {
        message_ids: None,
        message_id: None,
        message_type: "stream".to_owned(),
        stream_id: Some(ChannelId(1)),
        topic: Some(String::new()),
    };
    Payload::Delete { event, ids: ids.iter().copied().map(MessageId).collect() }
}

pub(super) fn to(payload: Payload, users: &[u32]) -> Outgoing {
    Outgoing { payload, audience: Audience::users(users.iter().copied().map(UserId)), gate: Gate::All }
}

/// All types, raw Markdown, no capabilities.
pub(super) fn plain() -> QueueOptions {
    options(None, Shape::default(), false, &[])
}

pub(super) fn options(types: Option<&[&str]>, shape: Shape, all_public: bool, narrow: &[(&str, &str)]) -> QueueOptions {
    let types = types.map(|names| EventTypes::from_names(names.iter().copied()));
    let narrow = QueueNarrow(narrow.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
    QueueOptions::new("test".to_owned(), types, shape, all_public, narrow).expect("a good narrow")
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_log(EventLog::new(0))
    }

    pub(super) fn with_log(log: EventLog) -> Self {
        World {
            registry: Registry::new(100, 4),
            log,
            state: state(),
            stored: Vec::new(),
            now: 1_000,
            store_reads: 0,
            answers: Answers::default(),
            polls: 0,
            queues: 0,
        }
    }

    pub(super) fn register(&mut self, owner: u32, options: QueueOptions) -> QueueId {
        self.queues += 1;
        let row = QueueRow {
            id: QueueId::from_random(self.queues),
            user: UserId(owner),
            options: self.registry.share(options),
            start: self.log.head(),
            idle_timeout_secs: 600,
            created_at: 0,
            name: None,
        };
        self.registry.insert(&row, row.start, self.now);
        row.id
    }

    /// Publishes a batch; returns the last ids of its events.
    pub(super) fn publish(&mut self, events: Vec<Outgoing>) -> Vec<EventId> {
        let mut tx = crate::commands::Tx::new(self.state.clone(), 0, self.log.head(), &NoMessages);
        let before = self.state.seq;
        for event in events {
            tx.emit_payload(event.payload, event.audience, event.gate);
        }
        let (state, _, events) = tx.finish();
        self.state = state;
        let mut seq = before;
        let number = |event: Outgoing| {
            if event.is_ephemeral() {
                return Numbered::Ephemeral(event, 0);
            }
            seq += event.span();
            Numbered::Durable(Arc::new(Entry::new(EventId::durable(seq), event, 0).expect("a known type")))
        };
        let batch = Appending { after: None, events: events.into_iter().map(number).collect() };
        let durable = batch.events.iter().filter_map(|event| match event {
            Numbered::Durable(entry) => Some(Arc::clone(entry)),
            Numbered::Ephemeral(..) => None,
        });
        self.stored.extend(durable);
        let head = self.log.head();
        self.registry.publish(batch, &self.log, &self.state, self.now);
        let page = self.log.after(head, usize::MAX, usize::MAX, |_| true);
        page.map(|page| page.entries.iter().map(|entry| entry.id).collect()).unwrap_or_default()
    }

    pub(super) fn poll(&mut self, owner: u32, queue: QueueId, last: EventId, block: bool) -> Result<Outcome, ApiError> {
        self.body(owner, queue, last, block).map(|polled| match polled {
            Ok(body) => Outcome::Events(events(&body)),
            Err((number, turn)) => Outcome::Parked(number, turn),
        })
    }

    /// The body of the answer, or number and turn of the parked poll.
    pub(super) fn body(
        &mut self,
        owner: u32,
        queue: QueueId,
        last: EventId,
        block: bool,
    ) -> Result<AnsweredOrParked, ApiError> {
        self.body_of(Poll {
            user: UserId(owner),
            queue,
            last_event_id: last,
            stream: None,
            dont_block: !block,
            now: self.now,
            heartbeat_secs: 50,
        })
        .map(|polled| polled.expect("a poll of its own supersedes"))
    }

    /// What a stream gets next; none if it is over.
    pub(super) fn stream(&mut self, owner: u32, queue: QueueId, turn: u32, after: EventId) -> Option<Outcome> {
        let polled = self.body_of(Poll {
            user: UserId(owner),
            queue,
            last_event_id: after,
            stream: Some(turn),
            dont_block: false,
            now: self.now,
            heartbeat_secs: 50,
        });
        polled.expect("the queue is there").map(|polled| match polled {
            Ok(body) => Outcome::Events(events(&body)),
            Err((number, turn)) => Outcome::Parked(number, turn),
        })
    }

    /// As [`World::body`]; none for a stream that is over.
    fn body_of(&mut self, poll: Poll) -> Result<Option<AnsweredOrParked>, ApiError> {
        let queue = poll.queue;
        self.polls += 1;
        let number = self.polls;
        let waiter = || TestWaiter(number, Arc::clone(&self.answers));
        let mut polled = self.registry.poll(poll, &self.log, &self.state, waiter)?;
        while let Polled::Behind(after, upto) = polled {
            self.store_reads += 1;
            let options = self.registry.options(poll.user, queue)?;
            let read = |entry: &&Arc<Entry>| {
                entry.id > after && entry.id <= upto && options.reader(poll.user, queue, entry, &self.state).is_some()
            };
            let stored: Vec<_> = self.stored.iter().filter(read).map(Arc::clone).collect();
            polled = self.registry.poll_stored(poll, &stored, upto, &self.log, &self.state, waiter)?;
        }
        Ok(match polled {
            Polled::Answer(body) => Some(Ok(body)),
            Polled::Parked(turn) => Some(Err((number, turn))),
            Polled::Superseded => None,
            Polled::Behind(..) => unreachable!("the loop goes on until it is not"),
        })
    }

    /// The events that are there now.
    pub(super) fn now(&mut self, owner: u32, queue: QueueId, last: EventId) -> Vec<Value> {
        match self.poll(owner, queue, last, false).expect("the queue is there") {
            Outcome::Events(events) => events,
            Outcome::Parked(..) => panic!("it was told not to block"),
        }
    }

    /// Parks a poll at a queue that has nothing; returns the poll's number.
    pub(super) fn park(&mut self, owner: u32, queue: QueueId, last: EventId) -> (u64, u32) {
        match self.poll(owner, queue, last, true).expect("the queue is there") {
            Outcome::Parked(number, turn) => (number, turn),
            Outcome::Events(events) => panic!("there are events: {events:?}"),
        }
    }

    /// What parked polls were answered since the last call.
    pub(super) fn answered(&mut self) -> Vec<(u64, Vec<Value>)> {
        let answers = std::mem::take(&mut *self.answers.lock().expect("no test panics while it holds this"));
        answers.into_iter().map(|(number, body)| (number, events(&body))).collect()
    }

    pub(super) fn sweep_after(&mut self, secs: u32) -> Swept {
        self.now += secs;
        self.registry.sweep(self.now, &self.log)
    }
}

pub(super) fn events(body: &[u8]) -> Vec<Value> {
    let body: Value = serde_json::from_slice(body).expect("an answer is JSON");
    assert_eq!((&body["result"], &body["msg"]), (&Value::from("success"), &Value::from("")));
    assert!(body["queue_id"].is_string());
    body["events"].as_array().expect("events").clone()
}

pub(super) fn id(event: &Value) -> EventId {
    EventId(event["id"].as_i64().expect("an id"))
}

/// What tells an event of these tests from the others.
pub(super) fn key(event: &Value) -> String {
    match event["type"].as_str() {
        Some("alert_words") => event["alert_words"][0].as_str().unwrap_or_default().to_owned(),
        Some("typing") => event["topic"].as_str().unwrap_or_default().to_owned(),
        Some("message") => format!("m{}", event["message"]["id"]),
        Some("delete_message") if event["message_ids"].is_array() => format!("d{}", event["message_ids"]),
        Some("delete_message") => format!("d{}", event["message_id"]),
        other => other.unwrap_or_default().to_owned(),
    }
}

pub(super) fn keys(events: &[Value]) -> Vec<String> {
    events.iter().map(key).collect()
}
