//! `GET /events`: answers at once, or parks until an event, a heartbeat, another poll or the end of the queue.
//!
//! This is the hot path: it is handled before the general router, and everything up to parking is plain code
//! without await. What stays of a parked poll is its queue's slot and the receiving end of a channel; the
//! request, its headers and its buffers are gone by then.

use crate::http::rate_limit::Allowance;
use crate::http::respond;
use crate::realm::Realm;
use bytes::Bytes;
use hyper::{HeaderMap, Response};
use rand::RngExt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tidings_core::limits;
use tidings_core::registry::{Poll as QueuePoll, Polled, Waiter};
use tidings_types::endpoints::events::GetEventsRequest;
use tidings_types::{ApiError, EventId, QueueId, UserId};
use tokio::sync::oneshot;

/// Where the answer of a parked poll goes.
pub struct PollWaiter(oneshot::Sender<Vec<u8>>);

impl Waiter for PollWaiter {
    fn answer(self, body: Vec<u8>) {
        // The client may have gone; the events stay until it acknowledges them.
        let _ = self.0.send(body);
    }
}

/// What became of a poll so far.
pub enum Started {
    /// The body of the answer.
    Answer(Vec<u8>),
    /// It waits.
    Parked(ParkedPoll),
    /// The queue is behind what is in memory: the store has to be asked.
    Behind(BehindPoll),
    /// It is a part of a stream that is over.
    Superseded,
}

/// What an answer to a poll carries besides events.
#[derive(Debug, Default)]
pub struct Extras {
    /// What the rate limit says.
    pub allowance: Option<Allowance>,
    /// Parameters that were not understood.
    pub ignored: Vec<String>,
}

impl Extras {
    /// Puts the answer together from the body that the queue made.
    #[must_use]
    pub fn finish(&self, body: Vec<u8>) -> Response<Bytes> {
        let mut response = if self.ignored.is_empty() {
            respond::json_bytes(200, Bytes::from(body))
        } else {
            respond::end(without_end(body), &self.ignored)
        };
        self.write(response.headers_mut());
        response
    }

    /// Writes what belongs into headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some(allowance) = &self.allowance {
            allowance.write(headers);
        }
    }
}

/// The body of a queue's answer without the brace and line break that end it, for more fields.
#[must_use]
pub fn without_end(mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(body.len().saturating_sub(2));
    body
}

/// A poll that waits for the body of its answer. Dropping it, as when the client goes away, takes it out of its
/// queue.
pub struct ParkedPoll {
    answer: oneshot::Receiver<Vec<u8>>,
    realm: Arc<Realm>,
    user: UserId,
    queue: QueueId,
    turn: u32,
    done: bool,
}

impl Future for ParkedPoll {
    type Output = Result<Vec<u8>, ApiError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = std::task::ready!(Pin::new(&mut self.answer).poll(cx));
        self.done = true;
        Poll::Ready(answer.map_err(|_| ApiError::NotReady {}))
    }
}

impl Drop for ParkedPoll {
    fn drop(&mut self) {
        if !self.done {
            self.realm.registry.unpark(self.user, self.queue, self.turn, self.realm.clock.now_u32());
        }
    }
}

/// A poll whose queue is behind what is in memory.
pub struct BehindPoll {
    poll: QueuePoll,
    after: EventId,
    upto: EventId,
}

/// The queue and the position that a request names.
///
/// # Errors
/// 400 for parameters that are missing; `BAD_EVENT_QUEUE_ID` for what is no id.
pub fn position(request: &GetEventsRequest) -> Result<(QueueId, EventId), ApiError> {
    let missing = |name: &str| ApiError::bad_request(format!("Missing '{name}' argument"));
    let queue = request.queue_id.as_deref().ok_or_else(|| missing("queue_id"))?;
    let last_event_id = request.last_event_id.ok_or_else(|| missing("last_event_id"))?;
    let queue = queue.parse().map_err(|_| ApiError::BadEventQueueId { queue_id: queue.to_owned() })?;
    Ok((queue, EventId(last_event_id)))
}

/// Starts a poll of an existing queue.
///
/// # Errors
/// 400 for parameters that are missing, for an acknowledgement that goes back and for a queue that is not there.
pub fn start(realm: &Arc<Realm>, user: UserId, request: &GetEventsRequest) -> Result<Started, ApiError> {
    let (queue, last_event_id) = position(request)?;
    let poll = QueuePoll {
        user,
        queue,
        last_event_id,
        stream: None,
        dont_block: request.dont_block || realm.is_stopping(),
        now: realm.clock.now_u32(),
        heartbeat_secs: heartbeat_secs(),
    };
    proceed(realm, poll, None)
}

/// Starts the next poll of a stream that has everything up to `after`.
///
/// # Errors
/// `BAD_EVENT_QUEUE_ID` for a queue that is not there any more.
pub fn go_on(realm: &Arc<Realm>, user: UserId, queue: QueueId, turn: u32, after: EventId) -> Result<Started, ApiError> {
    let poll = QueuePoll {
        user,
        queue,
        last_event_id: after,
        stream: Some(turn),
        dont_block: false,
        now: realm.clock.now_u32(),
        heartbeat_secs: heartbeat_secs(),
    };
    proceed(realm, poll, None)
}

/// Waits for the body of the answer; none for a stream that is over.
///
/// # Errors
/// As [`start`]; `BAD_EVENT_QUEUE_ID` where the log was trimmed beyond the queue's position: events were lost to it,
/// so it ends.
pub async fn wait(realm: &Arc<Realm>, started: Started) -> Result<Option<Vec<u8>>, ApiError> {
    let mut started = started;
    loop {
        started = match started {
            Started::Answer(body) => return Ok(Some(body)),
            Started::Parked(parked) => return parked.await.map(Some),
            Started::Superseded => return Ok(None),
            Started::Behind(behind) => catch_up(realm, behind).await?,
        };
    }
}

fn heartbeat_secs() -> u32 {
    rand::rng().random_range(limits::HEARTBEAT_SECS_MIN..=limits::HEARTBEAT_SECS_MAX)
}

type Stored<'a> = (&'a [Arc<tidings_core::event::Entry>], EventId);

fn proceed(realm: &Arc<Realm>, poll: QueuePoll, stored: Option<Stored<'_>>) -> Result<Started, ApiError> {
    let mut receiver = None;
    let waiter = || {
        let (sender, answer) = oneshot::channel();
        receiver = Some(answer);
        PollWaiter(sender)
    };
    let state = realm.state();
    let polled = match stored {
        None => realm.registry.poll(poll, &realm.log, &state, waiter)?,
        Some((entries, upto)) => realm.registry.poll_stored(poll, entries, upto, &realm.log, &state, waiter)?,
    };
    Ok(match (polled, receiver) {
        (Polled::Answer(body), _) => Started::Answer(body),
        (Polled::Behind(after, upto), _) => Started::Behind(BehindPoll { poll, after, upto }),
        (Polled::Parked(turn), Some(answer)) => {
            let QueuePoll { user, queue, .. } = poll;
            let parked = ParkedPoll { answer, realm: Arc::clone(realm), user, queue, turn, done: false };
            // A stop that began meanwhile has woken everybody it saw; it may not have seen this one.
            if realm.is_stopping() {
                realm.registry.wake_all();
            }
            Started::Parked(parked)
        }
        (Polled::Superseded, _) => Started::Superseded,
        (Polled::Parked(_), None) => return Err(ApiError::Internal {}),
    })
}

/// Goes on with a poll that is behind: reads the log from the store, page by page, until something is there for
/// the queue or the memory is reached.
async fn catch_up(realm: &Arc<Realm>, behind: BehindPoll) -> Result<Started, ApiError> {
    let BehindPoll { poll, mut after, mut upto } = behind;
    loop {
        let reader = Arc::clone(realm);
        let read = tokio::task::spawn_blocking(move || read_page(&reader, poll, after, upto));
        let page = read.await.map_err(|_| ApiError::Internal {})??;
        let reached = page.upto;
        if page.wanted.is_empty() && reached < upto {
            after = reached;
            continue;
        }
        match proceed(realm, poll, Some((&page.wanted, reached)))? {
            Started::Behind(next) => (after, upto) = (next.after, next.upto),
            started => return Ok(started),
        }
    }
}

struct StoredPage {
    wanted: Vec<Arc<tidings_core::event::Entry>>,
    upto: EventId,
}

fn read_page(realm: &Realm, poll: QueuePoll, after: EventId, upto: EventId) -> Result<StoredPage, ApiError> {
    let failed = |error: tidings_store::StoreError| {
        tracing::error!(%error, "reading the event log failed");
        ApiError::Internal {}
    };
    let after_seq = after.seq();
    // Read before the floor is asked for: what is removed in between must not be missed in silence.
    let entries = realm.store.read_log(after_seq, upto.seq(), limits::LOG_PAGE).map_err(failed)?;
    if after_seq < realm.store.log_floor().map_err(failed)? {
        tracing::warn!(user.id = poll.user.0, queue.id = %poll.queue, "a queue is older than the log is kept; it ends");
        return Err(ApiError::BadEventQueueId { queue_id: poll.queue.to_string() });
    }
    let options = realm.registry.options(poll.user, poll.queue)?;
    let full = entries.len() == limits::LOG_PAGE;
    let reached = entries.last().filter(|_| full).map_or(upto, |last| last.id);
    let state = realm.snapshot();
    let wanted = entries
        .into_iter()
        .filter(|entry| entry.id > after && options.reader(poll.user, poll.queue, entry, &state).is_some())
        .collect();
    Ok(StoredPage { wanted, upto: reached })
}
