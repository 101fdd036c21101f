//! Event queues, call by call. [`crate::events`] is the loop around these.

use crate::client::Client;
use crate::error::Error;
use crate::events::EventForm;
use crate::params::Params;
use crate::state::State;
use serde_json::{Map, Value};
use std::time::Duration;
use tidings_types::EventId;
use tidings_types::endpoint::{Endpoint, Method};
use tidings_types::endpoints::events::{
    Capabilities, DeleteQueue, DeleteQueueRequest, GetEvents, GetEventsRequest, RegisterQueue, RegisterQueueRequest,
};
use tidings_types::events::ReceivedEvent;
use tidings_types::params::{Json, Request};

/// How long a server holds a poll if it did not say.
pub(crate) const LONGPOLL_TIMEOUT: Duration = Duration::from_secs(90);

/// Everything this crate can parse, so that events come in their newest form.
const CAPABILITIES: &[&str] = &[
    "notification_settings_null",
    "bulk_message_deletion",
    "user_avatar_url_field_optional",
    "stream_typing_notifications",
    "user_settings_object",
    "linkifier_url_template",
    "user_list_incomplete",
    "include_deactivated_groups",
    "archived_channels",
    "empty_topic_name",
    "simplified_presence_events",
];

/// What this crate can parse: to be sent with `register`.
#[must_use]
pub fn capabilities() -> Json<Capabilities> {
    Json(Capabilities(CAPABILITIES.iter().map(|name| ((*name).to_owned(), true)).collect()))
}

/// A queue, and the state at its start.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Registered {
    /// Names the queue to `GET /events`.
    pub queue_id: String,
    /// Events after this one are to be asked for first.
    pub last_event_id: EventId,
    /// Whether the queue was there already, found by its name. Its first events may be older than the state, which
    /// [`State`] knows.
    pub resumed: bool,
    /// How long the server holds a poll.
    pub longpoll_timeout: Duration,
    /// The whole answer: the parts of the state that were asked for.
    pub answer: Map<String, Value>,
}

impl Registered {
    /// The state that was asked for, to be changed by every event.
    #[must_use]
    pub fn state(&self) -> State {
        State::from_initial(self.answer.clone())
    }

    fn read(client: &Client, answer: Map<String, Value>) -> Result<Self, Error> {
        let queue_id = answer.get("queue_id").and_then(Value::as_str).map(str::to_owned);
        let last_event_id = answer.get("last_event_id").and_then(Value::as_i64).map(EventId);
        let secs = answer.get("event_queue_longpoll_timeout_seconds").and_then(Value::as_u64);
        let (Some(queue_id), Some(last_event_id)) = (queue_id, last_event_id) else {
            return Err(client.unexpected(200, "it registered no queue".to_owned()));
        };
        let longpoll_timeout = secs.map_or(LONGPOLL_TIMEOUT, Duration::from_secs);
        let resumed = answer.get("queue_resumed") == Some(&Value::Bool(true));
        Ok(Registered { queue_id, last_event_id, resumed, longpoll_timeout, answer })
    }
}

impl Client {
    /// Registers an event queue, as `request` says and no further.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn register(&self, request: &RegisterQueueRequest) -> Result<Registered, Error> {
        self.register_with(request, Params::new()).await
    }

    /// As [`Client::register`], with parameters that the request's type does not have.
    pub(crate) async fn register_with(
        &self,
        request: &RegisterQueueRequest,
        more: Params,
    ) -> Result<Registered, Error> {
        let encoded = request.encode().into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut params: Params = encoded.collect();
        params.extend(more);
        let answer = self.call(Method::Post, RegisterQueue::METADATA.path, params).await?;
        Registered::read(self, answer)
    }

    /// Asks once for events after `last_event_id`, in the order of their ids. Waits until there are some, at most as
    /// long as the server holds a poll and `longpoll_timeout` allows. The answer may hold heartbeats, or nothing.
    ///
    /// # Errors
    /// As [`Client::call`]; `BAD_EVENT_QUEUE_ID` where the queue is gone.
    pub async fn get_events(
        &self,
        queue_id: &str,
        last_event_id: EventId,
        longpoll_timeout: Duration,
    ) -> Result<Vec<ReceivedEvent>, Error> {
        let events = self.poll::<ReceivedEvent>(queue_id, last_event_id, longpoll_timeout, false).await?;
        Ok(events.flatten().collect())
    }

    /// As [`Client::get_events`], in any form; and without waiting, if that is wanted.
    pub(crate) async fn poll<E: EventForm>(
        &self,
        queue_id: &str,
        last_event_id: EventId,
        longpoll_timeout: Duration,
        dont_block: bool,
    ) -> Result<E::Answer, Error> {
        let mut request = GetEventsRequest::new();
        request.queue_id = Some(queue_id.to_owned());
        request.last_event_id = Some(last_event_id.0);
        request.dont_block = dont_block;
        let params = request.encode().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut incoming = self.send_out(Method::Get, GetEvents::METADATA.path, params, &[], longpoll_timeout).await?;
        if incoming.status == 200 {
            match E::open(incoming.body) {
                Ok(events) => return Ok(events),
                Err(body) => incoming.body = body,
            }
        }
        self.read(incoming)?;
        Err(self.unreadable_events())
    }

    pub(crate) fn unreadable_events(&self) -> Error {
        self.unexpected(200, "its list of events cannot be read".to_owned())
    }

    /// Deletes an event queue.
    ///
    /// # Errors
    /// As [`Client::call`]; `BAD_EVENT_QUEUE_ID` where it is gone already.
    pub async fn deregister(&self, queue_id: &str) -> Result<(), Error> {
        self.send::<DeleteQueue>(&DeleteQueueRequest::new(queue_id.to_owned())).await.map(|_| ())
    }
}
