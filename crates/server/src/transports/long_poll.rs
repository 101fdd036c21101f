//! `GET /events`: answers at once, or parks until an event, a heartbeat, another poll or the end of the queue.
//!
//! This is the hot path: it is handled before the general router, and everything up to parking is plain code
//! without await. What stays of a parked poll is its queue's slot and the receiving end of a channel; the
//! request, its headers and its buffers are gone by then.

use crate::app::App;
use crate::http::rate_limit::Allowance;
use crate::http::respond::{self, Body};
use crate::realm::Realm;
use bytes::Bytes;
use hyper::Response;
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
    pub fn finish(&self, mut body: Vec<u8>) -> Response<Body> {
        if !self.ignored.is_empty() {
            // The queue ends the object with a brace and a line break.
            body.truncate(body.len().saturating_sub(2));
            let list = serde_json::json!(self.ignored);
            body.extend_from_slice(format!(",\"ignored_parameters_unsupported\":{list}}}\n").as_bytes());
        }
        let mut response = respond::json_bytes(200, Bytes::from(body));
        if let Some(allowance) = &self.allowance {
            allowance.write(response.headers_mut());
        }
        response
    }
}

/// A poll that waits for its answer. Dropping it, as when the client goes away, takes it out of its queue.
pub struct ParkedPoll {
    answer: oneshot::Receiver<Vec<u8>>,
    realm: Arc<Realm>,
    user: UserId,
    queue: QueueId,
    generation: u32,
    done: bool,
    /// To be set by who has them; empty by default.
    pub extras: Extras,
}

impl Future for ParkedPoll {
    type Output = Response<Body>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = std::task::ready!(Pin::new(&mut self.answer).poll(cx));
        self.done = true;
        Poll::Ready(match answer {
            Ok(body) => self.extras.finish(body),
            Err(_) => respond::error(&ApiError::NotReady {}),
        })
    }
}

impl Drop for ParkedPoll {
    fn drop(&mut self) {
        if !self.done {
            self.realm.registry.unpark(self.user, self.queue, self.generation, self.realm.clock.now_u32());
        }
    }
}

/// A poll whose queue is behind what is in memory.
pub struct BehindPoll {
    poll: QueuePoll,
    after: EventId,
    upto: EventId,
}

/// Starts a poll of an existing queue.
///
/// # Errors
/// 400 for parameters that are missing, for an acknowledgement that goes back and for a queue that is not there.
pub fn start(app: &App, user: UserId, request: &GetEventsRequest) -> Result<Started, ApiError> {
    let missing = |name: &str| ApiError::bad_request(format!("Missing '{name}' argument"));
    let queue = request.queue_id.as_deref().ok_or_else(|| missing("queue_id"))?;
    let last_event_id = request.last_event_id.ok_or_else(|| missing("last_event_id"))?;
    let bad_queue = || ApiError::BadEventQueueId { queue_id: queue.to_owned() };
    let poll = QueuePoll {
        user,
        queue: queue.parse().map_err(|_| bad_queue())?,
        last_event_id: EventId(last_event_id),
        dont_block: request.dont_block || app.realm.is_stopping(),
        now: app.realm.clock.now_u32(),
        heartbeat_secs: rand::rng().random_range(limits::HEARTBEAT_SECS_MIN..=limits::HEARTBEAT_SECS_MAX),
    };
    proceed(&app.realm, poll, None)
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
        (Polled::Parked(generation), Some(answer)) => {
            let QueuePoll { user, queue, .. } = poll;
            let parked = ParkedPoll {
                answer,
                realm: Arc::clone(realm),
                user,
                queue,
                generation,
                done: false,
                extras: Extras::default(),
            };
            // A stop that began meanwhile has woken everybody it saw; it may not have seen this one.
            if realm.is_stopping() {
                realm.registry.wake_all();
            }
            Started::Parked(parked)
        }
        (Polled::Parked(_), None) => return Err(ApiError::Internal {}),
    })
}

/// Goes on with a poll that is behind: reads the log from the store, page by page, until something is there for
/// the queue or the memory is reached.
///
/// # Errors
/// `BAD_EVENT_QUEUE_ID` where the log was trimmed beyond the queue's position: events were lost to it, so it ends;
/// and as [`start`].
pub async fn catch_up(realm: &Arc<Realm>, behind: BehindPoll) -> Result<Started, ApiError> {
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
