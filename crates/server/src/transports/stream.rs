//! A queue that is read on and on, event after event, over one connection.
//!
//! A stream is one poll after the other, from where the last one ended. What is on its way is not acknowledged by
//! that: a client that comes back, through whatever door, says what it has, and gets everything after it. Because
//! the log is the queue, it may go back as far as the log is kept.

use crate::http::auth;
use crate::realm::Realm;
use crate::transports::long_poll;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tidings_types::endpoints::events::GetEventsRequest;
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// Reads one queue.
pub struct QueueReader {
    realm: Arc<Realm>,
    user: UserId,
    queue: QueueId,
    /// Tells this reader from those before and after it.
    turn: u32,
    /// Everything up to here was read.
    after: EventId,
    /// What the client said of itself; looked at before every wait, since a key can be taken away.
    authorization: Vec<u8>,
}

/// Some events.
pub struct Batch {
    body: Vec<u8>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Numbered {
    id: i64,
}

impl Batch {
    /// Ids and JSON objects, in order.
    ///
    /// # Errors
    /// 500 if the queue's answer is not what it should be.
    pub fn events(&self) -> Result<Vec<(EventId, &str)>, ApiError> {
        let failed = |error: serde_json::Error| {
            tracing::error!(%error, "the answer of a queue is not JSON");
            ApiError::Internal {}
        };
        let body: Body<'_> = serde_json::from_slice(&self.body).map_err(failed)?;
        let event = |event: &'_ RawValue| -> Result<EventId, ApiError> {
            serde_json::from_str(event.get()).map(|Numbered { id }| EventId(id)).map_err(failed)
        };
        body.events.into_iter().map(|json| Ok((event(json)?, json.get()))).collect()
    }
}

impl QueueReader {
    /// Begins to read after the position that the request names. Whoever read the queue before is told to stop.
    ///
    /// # Errors
    /// 400 for parameters that are missing and for a queue that is not there.
    pub fn begin(
        realm: &Arc<Realm>,
        user: UserId,
        request: &GetEventsRequest,
        authorization: Vec<u8>,
    ) -> Result<Self, ApiError> {
        let (queue, after) = long_poll::position(request)?;
        let turn = realm.registry.begin_stream(user, queue, realm.clock.now_u32())?;
        let reader = QueueReader { realm: Arc::clone(realm), user, queue, turn, after, authorization };
        reader.acknowledge(after)?;
        Ok(reader)
    }

    /// The client has everything up to here.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` for a queue that is not there any more.
    pub fn acknowledge(&self, upto: EventId) -> Result<(), ApiError> {
        self.realm.registry.acknowledge(self.user, self.queue, upto)
    }

    /// Everything up to here was read.
    #[must_use]
    pub fn position(&self) -> EventId {
        self.after
    }

    /// Waits for the events after a position. Dropping it in between loses nothing.
    ///
    /// # Errors
    /// The stream is over: 503 when the server stops, 409 when the queue is read elsewhere, `BAD_EVENT_QUEUE_ID`
    /// when it is gone, 401 when the client's key is.
    pub async fn read_after(&self, after: EventId) -> Result<Batch, ApiError> {
        loop {
            if self.realm.is_stopping() {
                return Err(ApiError::NotReady {});
            }
            auth::authenticate(Some(&self.authorization), &self.realm.state())?;
            let started = long_poll::go_on(&self.realm, self.user, self.queue, self.turn, after)?;
            let body = long_poll::wait(&self.realm, started).await?.ok_or(ApiError::Superseded {})?;
            let batch = Batch { body };
            // With no events it was ended by something, which the next round tells.
            if !batch.events()?.is_empty() {
                return Ok(batch);
            }
        }
    }
}
