//! The loop. One step at a time: each call of [`Follower::next`] ends with an item for the program.

use super::{CurrentQueue, EventForm, EventOptions, Item, ResetReason};
use crate::client::Client;
use crate::error::Error;
use crate::register::LONGPOLL_TIMEOUT;
use crate::resume::Position;
use std::sync::PoisonError;
use std::time::Duration;
use tidings_types::EventId;
use tidings_types::params::Request;
use tokio::time::Instant;

/// A poll that ends sooner and brings nothing new is not how servers wait; it counts as a failure.
const EMPTY_POLL_MIN: Duration = Duration::from_secs(5);

/// A queue, and how far we are in it.
struct Queue {
    id: String,
    longpoll_timeout: Duration,
    /// Everything up to here was handled, and may be acknowledged.
    handled: EventId,
    /// The largest id that was read: of the event in the program's hands, or of one that is not shown.
    received: EventId,
}

/// What the program has in its hands.
#[derive(Clone, Copy)]
enum Handed {
    /// Nothing that has to be remembered.
    Nothing,
    /// A new queue: its start.
    Start,
    /// An event.
    Event(EventId),
}

pub(super) struct Follower<E: EventForm> {
    client: Client,
    options: EventOptions,
    queue: Option<Queue>,
    /// The same for whoever ends it.
    queue_id: CurrentQueue,
    /// The rest of the last answer.
    answer: Option<E::Answer>,
    /// Taken out of it already.
    next_event: Option<E>,
    /// Whether something in it could not be read.
    is_garbled: bool,
    handed: Handed,
    saved: Option<Position>,
    loaded: bool,
    reason: ResetReason,
    /// Failures in a row.
    failures: u32,
    /// Whether the server ever answered as one of this API.
    succeeded: bool,
    not_before: Option<Instant>,
}

/// What a failure means.
enum Verdict {
    /// The queue is of no use any more.
    Register(ResetReason),
    /// It may be better later.
    Wait,
    /// It will not be better by itself.
    GiveUp,
}

impl<E: EventForm> Follower<E> {
    pub(super) fn new(client: Client, options: EventOptions, queue_id: CurrentQueue) -> Self {
        Follower {
            client,
            options,
            queue: None,
            queue_id,
            answer: None,
            next_event: None,
            is_garbled: false,
            handed: Handed::Nothing,
            saved: None,
            loaded: false,
            reason: ResetReason::Started,
            failures: 0,
            succeeded: false,
            not_before: None,
        }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Item<E>, Error>> {
        Some(self.advance().await)
    }

    async fn advance(&mut self) -> Result<Item<E>, Error> {
        self.settle().await?;
        if !self.loaded
            && let Some(item) = self.load().await?
        {
            return Ok(item);
        }
        loop {
            if let Some(event) = self.read_event() {
                self.handed = Handed::Event(event.id());
                return Ok(Item::Event(event));
            }
            self.finish_answer().await?;
            if let Some(at) = self.not_before.take() {
                tokio::time::sleep_until(at).await;
            }
            let failed = match &self.queue {
                _ if std::mem::take(&mut self.is_garbled) => self.client.unreadable_events(),
                None => match self.register().await {
                    Ok(item) => return Ok(item),
                    Err(error) => error,
                },
                Some(_) => match self.poll(false).await {
                    Ok(()) => continue,
                    Err(error) => error,
                },
            };
            match self.judge(&failed) {
                Verdict::GiveUp => return Err(failed),
                Verdict::Register(reason) => {
                    self.queue = None;
                    self.reason = reason;
                    // At once, the first time: whoever waits has waited long enough. Not if it happens again and again.
                    if self.failures > 0 {
                        self.pause(self.options.pacing.pause(self.failures));
                    }
                    self.failures += 1;
                }
                Verdict::Wait => {
                    let retry_in = self.options.pacing.pause_after(&failed, self.failures);
                    self.failures = self.failures.saturating_add(1);
                    self.pause(retry_in);
                    return Ok(Item::Trouble { error: failed, retry_in });
                }
            }
        }
    }

    fn pause(&mut self, pause: Duration) {
        self.not_before = Some(Instant::now() + pause);
    }

    /// The next event, if it is here already and nothing has to be waited for before it is handed out.
    pub(super) fn at_hand(&mut self) -> Option<E> {
        if self.options.store.is_some() {
            return None;
        }
        let event = self.read_event()?;
        self.handle();
        self.handed = Handed::Event(event.id());
        Some(event)
    }

    /// The next event of the answer that is new and shown.
    fn read_event(&mut self) -> Option<E> {
        if let Some(event) = self.next_event.take() {
            return Some(event);
        }
        let (Some(answer), Some(queue)) = (&mut self.answer, &mut self.queue) else { return None };
        for event in answer {
            let Some(event) = event else {
                self.is_garbled = true;
                break;
            };
            // What was sent again because an acknowledgement did not arrive is known already.
            if event.id() > queue.received {
                queue.received = event.id();
                if !event.is_heartbeat() {
                    return Some(event);
                }
            }
        }
        self.answer = None;
        None
    }

    /// What the program had in its hands is handled; whether that has to be saved.
    fn handle(&mut self) -> bool {
        let handed = std::mem::replace(&mut self.handed, Handed::Nothing);
        let Some(queue) = &mut self.queue else { return false };
        match handed {
            Handed::Nothing => return false,
            Handed::Start => {}
            Handed::Event(id) => queue.handled = id,
        }
        true
    }

    /// What the program had in its hands is handled.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        if self.handle() { self.save().await } else { Ok(()) }
    }

    /// What the program had in its hands is handled, and it may ask for no more: what is to be told is told now.
    pub(super) async fn acknowledge(&mut self) -> Result<(), Error> {
        self.settle().await?;
        // A server that keeps the position learns of it from polls.
        match (&self.options.register.queue_name, &self.queue) {
            (Some(_), Some(_)) => self.poll(true).await,
            _ => Ok(()),
        }
    }

    /// All events of an answer are handled; what was left out of it (heartbeats) is too. It has to be saved before
    /// the server learns of it: servers take no position before one that was acknowledged.
    async fn finish_answer(&mut self) -> Result<(), Error> {
        match &mut self.queue {
            Some(queue) if queue.handled < queue.received => queue.handled = queue.received,
            _ => return Ok(()),
        }
        self.save().await
    }

    async fn save(&mut self) -> Result<(), Error> {
        let (Some(store), Some(queue)) = (&self.options.store, &self.queue) else { return Ok(()) };
        let position = Position {
            queue_id: queue.id.clone(),
            last_event_id: queue.handled,
            registered_with: self.registered_with(),
        };
        if self.saved.as_ref() == Some(&position) {
            return Ok(());
        }
        let (store, saving) = (store.clone(), position.clone());
        blocking(move || store.save(&saving)).await?;
        self.saved = Some(position);
        Ok(())
    }

    /// Who registered what: a queue of other options, or of another account, is not the one that is wanted. What the
    /// answer was to contain is no matter of the queue.
    fn registered_with(&self) -> String {
        let encoded = self.options.register.encode().into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut params: Vec<_> = encoded.chain(self.options.more.clone().texts()).collect();
        params.retain(|(name, _)| name != "fetch_event_types");
        params.sort_unstable();
        format!("{} {} {params:?}", self.client.site(), self.client.email())
    }

    async fn load(&mut self) -> Result<Option<Item<E>>, Error> {
        let Some(store) = self.options.store.clone() else {
            self.loaded = true;
            return Ok(None);
        };
        let position = blocking(move || store.load()).await?;
        self.loaded = true;
        let Some(position) = position else { return Ok(None) };
        if position.registered_with != self.registered_with() {
            self.reason = ResetReason::OptionsChanged;
            // Only to free its place; if it is another account's, the server refuses.
            let _ = self.client.deregister(&position.queue_id).await;
            return Ok(None);
        }
        let Position { queue_id, last_event_id, .. } = position.clone();
        self.follow_queue(queue_id.clone(), LONGPOLL_TIMEOUT, last_event_id);
        self.saved = Some(position);
        Ok(Some(Item::Resumed { queue_id, last_event_id, registered: None }))
    }

    fn follow_queue(&mut self, id: String, longpoll_timeout: Duration, last_event_id: EventId) {
        *self.queue_id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
        self.queue = Some(Queue { id, longpoll_timeout, handled: last_event_id, received: last_event_id });
    }

    async fn register(&mut self) -> Result<Item<E>, Error> {
        let registered = self.client.register_with(&self.options.register, self.options.more.clone()).await?;
        self.succeeded = true;
        let (queue_id, last_event_id) = (registered.queue_id.clone(), registered.last_event_id);
        let longpoll_timeout = registered.longpoll_timeout;
        self.follow_queue(queue_id.clone(), longpoll_timeout, last_event_id);
        self.handed = Handed::Start;
        let (resumed, registered) = (registered.resumed, Box::new(registered));
        Ok(match resumed {
            true => Item::Resumed { queue_id, last_event_id, registered: Some(registered) },
            false => Item::Reset { reason: self.reason, registered },
        })
    }

    /// One poll; what it brings takes the place of what was left of the answer before, and has that in it again.
    async fn poll(&mut self, dont_block: bool) -> Result<(), Error> {
        let Some(queue) = &mut self.queue else { return Ok(()) };
        let asked_at = Instant::now();
        let timeout = queue.longpoll_timeout + self.options.pacing.poll_margin;
        let answer = self.client.poll::<E>(&queue.id, queue.handled, timeout, dont_block).await?;
        self.succeeded = true;
        queue.received = queue.handled;
        (self.answer, self.next_event) = (Some(answer), None);
        self.next_event = self.read_event();
        if self.next_event.is_none() && std::mem::take(&mut self.is_garbled) {
            return Err(self.client.unreadable_events());
        }
        if !dont_block && self.next_event.is_none() && asked_at.elapsed() < EMPTY_POLL_MIN {
            let pause = self.options.pacing.pause(self.failures);
            self.failures = self.failures.saturating_add(1);
            self.pause(pause);
        } else {
            self.failures = 0;
        }
        Ok(())
    }

    fn judge(&self, error: &Error) -> Verdict {
        let polls = self.queue.is_some();
        match error {
            Error::Unreachable { .. } => Verdict::Wait,
            Error::Refused { code, .. } if polls && code == "BAD_EVENT_QUEUE_ID" => {
                Verdict::Register(ResetReason::QueueLost)
            }
            Error::Refused { status, .. } if is_transient(*status) => Verdict::Wait,
            // A poll says nothing but a queue and a position.
            Error::Refused { status: 400, .. } if polls => Verdict::Register(ResetReason::PositionRefused),
            Error::Unexpected { status, .. } if !is_transient(*status) && *status >= 400 => {
                if *status == 401 || !self.succeeded { Verdict::GiveUp } else { Verdict::Wait }
            }
            Error::Unexpected { .. } => Verdict::Wait,
            _ => Verdict::GiveUp,
        }
    }
}

/// Whether it makes sense to try again later: overload, or something in between that is not ready.
fn is_transient(status: u16) -> bool {
    status >= 500 || matches!(status, 408 | 425 | 429)
}

/// Stores wait for disks; other tasks must not wait with them.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, crate::error::BoxError> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Error::Resume),
        Err(panicked) => Err(Error::Resume(panicked.into())),
    }
}
