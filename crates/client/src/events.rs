//! Following an event queue: register, poll, acknowledge, wait out failures, register again where the queue is gone.
//!
//! # What is promised
//! - Events come in the order of their ids, each once, as long as the queue lives.
//! - An event is acknowledged (and its position saved) only when it was *handled*: the callback returned success, or
//!   the next item was asked for. An event whose callback failed is not acknowledged.
//! - A queue that is gone is registered anew. What happened in between is lost, and [`Item::Reset`] says so.
//! - Failures are waited out, with growing pauses and as long as the server says. A wrong key, a deactivated account
//!   and a refused registration end the events with an error.
//!
//! # Layout
//! - this file: options, items, the stream. [`follow`]: the loop. [`pacing`]: pauses. [`callback`]: loops with a
//!   function of the program's own.

use crate::client::Client;
use crate::error::Error;
use crate::params::Params;
use crate::register::{Registered, capabilities};
use crate::resume::ResumeStore;
use follow::Follower;
use futures_core::Stream;
use serde::Deserialize;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tidings_types::EventId;
use tidings_types::endpoints::events::{IdleTimeout, RegisterQueueRequest};
use tidings_types::events::{Event, ReceivedEvent};
use tidings_types::narrow::QueueNarrow;
use tidings_types::params::Json;

pub mod callback;
mod follow;
pub mod pacing;

pub use pacing::Pacing;

/// How long a queue with a saved position is asked to live without a poll: the most that servers grant.
const RESUMABLE_IDLE_SECS: i64 = 7 * 24 * 3600;

/// What to follow, and how.
///
/// Unless something else is said: all event types, in their newest form, and no initial state.
#[derive(Clone, Debug)]
#[must_use]
pub struct EventOptions {
    /// What the queue is registered with; everything that the methods below do not set can be set here.
    pub register: RegisterQueueRequest,
    /// Parameters of `register` beyond those.
    pub more: Params,
    /// How long to wait after failures.
    pub pacing: Pacing,
    pub(crate) store: Option<Arc<dyn ResumeStore>>,
}

impl Default for EventOptions {
    fn default() -> Self {
        let mut register = RegisterQueueRequest::new();
        register.slim_presence = true;
        register.fetch_event_types = Some(Vec::new());
        register.client_capabilities = Some(capabilities());
        EventOptions { register, more: Params::new(), pacing: Pacing::default(), store: None }
    }
}

impl EventOptions {
    /// As the default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly this registration: nothing is added to it, capabilities neither.
    pub fn registering(register: RegisterQueueRequest) -> Self {
        EventOptions { register, ..Self::default() }
    }

    /// Only these types of events.
    pub fn event_types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.register.event_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Only messages that match all of these pairs of operator and operand.
    pub fn narrow<O: Into<String>, V: Into<String>>(mut self, terms: impl IntoIterator<Item = (O, V)>) -> Self {
        let terms = terms.into_iter().map(|(operator, operand)| (operator.into(), operand.into()));
        self.register.narrow = Some(Json(QueueNarrow(terms.collect())));
        self
    }

    /// Also messages of public channels the account is not subscribed to.
    pub fn all_public_streams(mut self, all: bool) -> Self {
        self.register.all_public_streams = Some(all);
        self
    }

    /// Content of messages as HTML.
    pub fn apply_markdown(mut self, apply: bool) -> Self {
        self.register.apply_markdown = apply;
        self
    }

    /// The parts of the state that [`Item::Reset`] brings, as in `["realm_user", "subscription"]`.
    pub fn fetch<T: Into<String>>(mut self, parts: impl IntoIterator<Item = T>) -> Self {
        self.register.fetch_event_types = Some(parts.into_iter().map(Into::into).collect());
        self
    }

    /// All parts of the state.
    pub fn fetch_all(mut self) -> Self {
        self.register.fetch_event_types = None;
        self
    }

    /// How long the queue lives without a poll; servers have a default and an upper limit.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        let secs = i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX);
        self.register.idle_queue_timeout = Some(IdleTimeout::Secs(secs));
        self
    }

    /// Gives the queue a name by which the server finds it again after a restart of the program: it goes on after the
    /// last event that was acknowledged, and [`Item::Resumed`] says so. Servers that do not know names register a new
    /// queue each time. One program at a time can use a name.
    ///
    /// Unlike with [`EventOptions::resume`], the server keeps the position: several events may come again after a
    /// crash, those since the last poll; and after one of the server, those of the last seconds before it.
    pub fn queue_name(mut self, name: impl Into<String>) -> Self {
        self.register.queue_name = Some(name.into());
        self
    }

    /// Whether the queue is to be found again after the program has ended.
    pub(crate) fn is_durable(&self) -> bool {
        self.store.is_some() || self.register.queue_name.is_some()
    }

    /// A parameter of `register` beyond those that are known here.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.more = self.more.with(name, value);
        self
    }

    /// How long to wait after failures.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// Keeps the position in this store, and goes on from there after a restart of the program. The queue is asked to
    /// live for seven days without a poll, unless [`EventOptions::idle_timeout`] says otherwise.
    pub fn resume(mut self, store: impl ResumeStore) -> Self {
        self.store = Some(Arc::new(store));
        self.register.idle_queue_timeout.get_or_insert(IdleTimeout::Secs(RESUMABLE_IDLE_SECS));
        self
    }
}

/// What events are wanted as. [`ReceivedEvent`] is one form; bindings to other languages have forms of their own, to
/// read an answer only once.
pub trait EventForm: Send + Sized + 'static {
    /// The events of an answer, in its order. Each is read when its turn comes; none stands for one that cannot be.
    type Answer: Iterator<Item = Option<Self>> + Send;

    /// The events in the body of a poll's answer.
    ///
    /// # Errors
    /// Gives the body back if it is not a successful answer with events.
    fn open(answer: Vec<u8>) -> Result<Self::Answer, Vec<u8>>;

    /// The event's id.
    fn id(&self) -> EventId;

    /// Whether it only says that the connection lives.
    fn is_heartbeat(&self) -> bool;
}

impl EventForm for ReceivedEvent {
    type Answer = std::iter::Map<std::vec::IntoIter<Self>, fn(Self) -> Option<Self>>;

    fn open(answer: Vec<u8>) -> Result<Self::Answer, Vec<u8>> {
        #[derive(Deserialize)]
        struct Answer {
            result: String,
            events: Vec<ReceivedEvent>,
        }
        match serde_json::from_slice::<Answer>(&answer) {
            Ok(read) if read.result == "success" => Ok(read.events.into_iter().map(Some)),
            _ => Err(answer),
        }
    }

    fn id(&self) -> EventId {
        self.id
    }

    fn is_heartbeat(&self) -> bool {
        matches!(self.event, Event::Heartbeat(_))
    }
}

/// What comes out of [`Events`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Item<E = ReceivedEvent> {
    /// A queue was registered, the first time or again. Whatever state the program keeps starts anew from `registered`.
    Reset {
        /// Why.
        reason: ResetReason,
        /// The new queue, and the state at its start.
        registered: Box<Registered>,
    },
    /// The queue of an earlier run goes on where that run was; nothing is lost.
    Resumed {
        /// Names the queue.
        queue_id: String,
        /// The last event that was handled.
        last_event_id: EventId,
        /// The state that was asked for, where the queue was found by its name; none where its position was saved here.
        registered: Option<Box<Registered>>,
    },
    /// An event.
    Event(E),
    /// Something failed and will be tried again; for people to know.
    Trouble {
        /// What failed.
        error: Error,
        /// When it is tried again.
        retry_in: Duration,
    },
}

/// Why a queue was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetReason {
    /// It is the first one. Nothing was promised before.
    Started,
    /// The server has the one before no more: it expired, or was deleted. Events were missed.
    QueueLost,
    /// The server has it, but does not take our position in it. Events may have been missed.
    PositionRefused,
    /// The one that was saved had been registered with other options. Events may have been missed.
    OptionsChanged,
}

impl ResetReason {
    /// Whether events may have been missed.
    #[must_use]
    pub fn events_missed(self) -> bool {
        self != ResetReason::Started
    }
}

/// Events of an account as they happen: a [`Stream`] that ends only with an error.
///
/// Asking for the next item says that the one before was handled. Dropping it ends everything; a queue without a saved
/// position then expires by itself, or at once with [`Events::close`].
#[must_use = "nothing is registered until items are asked for"]
pub struct Events<E: EventForm = ReceivedEvent> {
    running: Running<E>,
    ending: Ending,
}

type Advancing<E> = Pin<Box<dyn Future<Output = (Box<Follower<E>>, Option<Result<Item<E>, Error>>)> + Send>>;

enum Running<E: EventForm> {
    Idle(Box<Follower<E>>),
    /// Kept across polls, so that a caller may give up waiting and lose nothing.
    Advancing(Advancing<E>),
    Ended,
}

/// What it takes to end it all, also while an item is waited for.
struct Ending {
    client: Client,
    store: Option<Arc<dyn ResumeStore>>,
    queue_id: CurrentQueue,
}

/// Names the queue that is followed.
type CurrentQueue = Arc<Mutex<Option<String>>>;

impl<E: EventForm> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl<E: EventForm> Events<E> {
    /// The next item; none after an error. Safe to cancel: nothing is lost if the wait is given up.
    pub async fn next(&mut self) -> Option<Result<Item<E>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next event, if it is here already and nothing has to be waited for. As with [`Events::next`], the item before
    /// was handled. None says nothing about what [`Events::next`] brings.
    pub fn at_hand(&mut self) -> Option<E> {
        match &mut self.running {
            Running::Idle(follower) => follower.at_hand(),
            Running::Advancing(_) | Running::Ended => None,
        }
    }

    /// Says that the last item was handled, without asking for the next one. To be called before the program ends on
    /// its own account, if the queue is to go on later.
    ///
    /// # Errors
    /// The position cannot be saved, or the server not be told.
    pub async fn acknowledge(&mut self) -> Result<(), Error> {
        match &mut self.running {
            Running::Idle(follower) => follower.acknowledge().await,
            // Whoever asked for the next item has acknowledged the one before.
            Running::Advancing(_) | Running::Ended => Ok(()),
        }
    }

    /// Deletes the queue, and the saved position with it.
    ///
    /// # Errors
    /// The server cannot be told, or the position not be removed.
    pub async fn close(self) -> Result<(), Error> {
        let Events { running, ending: Ending { client, store, queue_id } } = self;
        let is_over = matches!(running, Running::Ended);
        drop(running);
        if is_over {
            return Ok(());
        }
        if let Some(store) = store {
            follow::blocking(move || store.clear()).await?;
        }
        let queue_id = queue_id.lock().unwrap_or_else(PoisonError::into_inner).take();
        match queue_id {
            Some(queue_id) => client.deregister(&queue_id).await,
            None => Ok(()),
        }
    }
}

// Nothing in it is pinned in place: what has to be is in a box.
impl<E: EventForm> Unpin for Events<E> {}

impl<E: EventForm> Stream for Events<E> {
    type Item = Result<Item<E>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.running, Running::Ended) {
                Running::Ended => return Poll::Ready(None),
                Running::Idle(mut follower) => {
                    if let Some(event) = follower.at_hand() {
                        self.running = Running::Idle(follower);
                        return Poll::Ready(Some(Ok(Item::Event(event))));
                    }
                    self.running = Running::Advancing(Box::pin(async move {
                        let item = follower.next().await;
                        (follower, item)
                    }));
                }
                Running::Advancing(mut advancing) => {
                    let polled = advancing.as_mut().poll(cx);
                    if polled.is_pending() {
                        self.running = Running::Advancing(advancing);
                    }
                    let (follower, item) = ready!(polled);
                    if matches!(item, Some(Ok(_))) {
                        self.running = Running::Idle(follower);
                    }
                    return Poll::Ready(item);
                }
            }
        }
    }
}

impl Client {
    /// Follows events; see [`Events`].
    ///
    /// ```no_run
    /// # async fn example(client: tidings_client::Client) -> Result<(), tidings_client::Error> {
    /// use tidings_client::{Event, EventOptions, Item};
    /// let mut events = client.events(EventOptions::new().event_types(["message"]));
    /// while let Some(item) = events.next().await {
    ///     match item? {
    ///         Item::Event(event) => match &event.event {
    ///             Event::Message(message) => println!("{}", message.message.content),
    ///             _ => println!("{:?}", event.raw()),
    ///         },
    ///         Item::Reset { reason, .. } if reason.events_missed() => println!("some events were missed"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn events(&self, options: EventOptions) -> Events {
        self.events_as(options)
    }

    /// As [`Client::events`], in another form.
    pub fn events_as<E: EventForm>(&self, options: EventOptions) -> Events<E> {
        let queue_id = CurrentQueue::default();
        let ending = Ending { client: self.clone(), store: options.store.clone(), queue_id: Arc::clone(&queue_id) };
        Events { running: Running::Idle(Box::new(Follower::new(self.clone(), options, queue_id))), ending }
    }
}

#[cfg(test)]
mod tests;
