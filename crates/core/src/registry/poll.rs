//! Reading a queue: polls, and streams, which are one poll after the other.

use super::answer::Answer;
use super::queue::Parked;
use super::{Registry, Waiter};
use crate::event::Entry;
use crate::limits;
use crate::log::EventLog;
use crate::state::RealmState;
use std::sync::Arc;
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// What a poll asks for.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    /// Who asks.
    pub user: UserId,
    /// Of which queue.
    pub queue: QueueId,
    /// The client has everything up to here.
    pub last_event_id: EventId,
    /// The stream this poll is a part of, as [`Registry::begin_stream`] said. It reads from where it is and
    /// acknowledges nothing: the client has not said that it has what is on its way. None for a poll of its own,
    /// which acknowledges.
    pub stream: Option<u32>,
    /// Answer at once.
    pub dont_block: bool,
    /// UNIX seconds.
    pub now: u32,
    /// Seconds until a heartbeat, if it parks.
    pub heartbeat_secs: u32,
}

/// What became of a poll.
#[derive(Debug, PartialEq, Eq)]
pub enum Polled {
    /// The body of the answer.
    Answer(Vec<u8>),
    /// It waits; the number is for [`Registry::unpark`].
    Parked(u32),
    /// Entries after the first and up to the second id have to be looked at in the store:
    /// see [`Registry::poll_stored`].
    Behind(EventId, EventId),
    /// The stream is over: somebody else reads the queue now.
    Superseded,
}

impl<W: Waiter> Registry<W> {
    /// Answers a poll, or parks it with the waiter that `waiter` makes. A poll that was parked at the same queue
    /// is answered with no events.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` for a queue that is not there or not the user's; 400 for an acknowledgement that goes
    /// back. Neither disturbs a parked poll.
    pub fn poll(
        &self,
        poll: Poll,
        log: &EventLog,
        state: &RealmState,
        waiter: impl FnOnce() -> W,
    ) -> Result<Polled, ApiError> {
        self.poll_after(poll, None, log, state, waiter)
    }

    /// As [`Registry::poll`], where the log was looked at in the store after `Polled::Behind`: `stored` are the
    /// entries found there, and there is nothing else for this queue up to `upto`.
    ///
    /// # Errors
    /// As [`Registry::poll`].
    pub fn poll_stored(
        &self,
        poll: Poll,
        stored: &[Arc<Entry>],
        upto: EventId,
        log: &EventLog,
        state: &RealmState,
        waiter: impl FnOnce() -> W,
    ) -> Result<Polled, ApiError> {
        self.poll_after(poll, Some((stored, upto)), log, state, waiter)
    }

    fn poll_after(
        &self,
        poll: Poll,
        stored: Option<(&[Arc<Entry>], EventId)>,
        log: &EventLog,
        state: &RealmState,
        waiter: impl FnOnce() -> W,
    ) -> Result<Polled, ApiError> {
        let Poll { user, queue: id, now, .. } = poll;
        let mut shard = self.shard(user);
        let mut queue = shard.queue(user, id)?;
        let (has, mut superseded) = match poll.stream {
            Some(turn) if turn != queue.turn => return Ok(Polled::Superseded),
            Some(_) => (poll.last_event_id.max(queue.start), None),
            None => {
                queue.acknowledge(poll.last_event_id)?;
                (queue.acknowledged, queue.begin_turn())
            }
        };
        queue.touch(now);
        let turn = queue.turn;

        let mut answer = Answer::new();
        let mut after = if has < queue.acknowledged { has } else { has.max(queue.nothing_upto) };
        let is_known = has <= queue.acknowledged.max(queue.nothing_upto);
        if let Some((entries, upto)) = stored {
            queue.fill(user, has, entries, state, &mut answer);
            after = after.max(upto);
        }
        let mut polled = None;
        if answer.events == 0 {
            let mut found = Vec::new();
            loop {
                let wanted = |entry: &Arc<Entry>| queue.options.reader(user, id, entry, state).is_some();
                let take_max = limits::ANSWER_EVENTS_MAX - found.len();
                let Some(page) = log.after(after, limits::LOG_LOOKED_AT_MAX, take_max, wanted) else {
                    polled = found.is_empty().then(|| Polled::Behind(after, log.floor()));
                    break;
                };
                found.extend(page.entries);
                after = page.upto.unwrap_or(after);
                if !page.is_cut || found.len() >= limits::ANSWER_EVENTS_MAX {
                    break;
                }
                // There is a long way to go, so others come in between.
                drop(shard);
                if let Some((waiter, body)) = superseded.take() {
                    waiter.answer(body);
                }
                shard = self.shard(user);
                queue = shard.queue(user, id)?;
                if queue.turn != turn {
                    let nothing = || Polled::Answer(Answer::new().finish(id));
                    return Ok(poll.stream.map_or_else(nothing, |_| Polled::Superseded));
                }
            }
            queue.fill(user, has, &found, state, &mut answer);
        }
        if answer.events == 0 && is_known {
            queue.nothing_upto = queue.nothing_upto.max(after);
        }
        let polled = match polled {
            Some(behind) => behind,
            None if answer.events > 0 || poll.dont_block => Polled::Answer(queue.deliver(answer, now)),
            None => {
                let heartbeat_at = now.saturating_add(poll.heartbeat_secs);
                let parked = Parked { waiter: waiter(), heartbeat_at, after: has, looked_upto: after };
                queue.parked = Some(Box::new(parked));
                Polled::Parked(queue.turn)
            }
        };
        shard.note_parked(user);
        drop(shard);
        if let Some((waiter, body)) = superseded {
            waiter.answer(body);
        }
        Ok(polled)
    }

    /// Begins to read the queue as a stream: a number for [`Poll::stream`]. Whoever read it before is told to stop.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn begin_stream(&self, user: UserId, id: QueueId, now: u32) -> Result<u32, ApiError> {
        let mut shard = self.shard(user);
        let queue = shard.queue(user, id)?;
        let superseded = queue.begin_turn();
        queue.touch(now);
        let turn = queue.turn;
        shard.note_parked(user);
        drop(shard);
        if let Some((waiter, body)) = superseded {
            waiter.answer(body);
        }
        Ok(turn)
    }

    /// The client of a stream says that it has everything up to an id. One that goes back says nothing new.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn acknowledge(&self, user: UserId, id: QueueId, upto: EventId) -> Result<(), ApiError> {
        let mut shard = self.shard(user);
        let queue = shard.queue(user, id)?;
        if upto > queue.acknowledged { queue.acknowledge(upto) } else { Ok(()) }
    }

    /// The client of a parked poll went away.
    pub fn unpark(&self, user: UserId, queue: QueueId, turn: u32, now: u32) {
        let mut shard = self.shard(user);
        if let Ok(queue) = shard.queue(user, queue)
            && queue.turn == turn
        {
            queue.parked = None;
            queue.touch(now);
        }
        shard.note_parked(user);
    }
}
