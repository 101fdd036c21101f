//! One queue: what its client has, and the poll that is parked at it.

use super::Waiter;
use super::answer::Answer;
use crate::event::Entry;
use crate::queue::QueueOptions;
use crate::state::RealmState;
use std::sync::Arc;
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// One queue. Small, because there may be very many: see the benchmark for bytes per queue.
pub(super) struct Queue<W> {
    pub(super) id: QueueId,
    pub(super) options: Arc<QueueOptions>,
    pub(super) start: EventId,
    /// The client has everything up to here.
    pub(super) acknowledged: EventId,
    /// The client was sent everything up to here, perhaps in vain.
    pub(super) delivered: EventId,
    /// Nothing for it is in the log from what is acknowledged up to here: not to be looked at again.
    pub(super) nothing_upto: EventId,
    /// A heartbeat that is not acknowledged.
    pub(super) heartbeat: Option<EventId>,
    pub(super) idle_timeout_secs: u32,
    /// UNIX seconds of the last poll.
    pub(super) last_seen: u32,
    /// Tells one reader from the next: polls, each, and streams.
    pub(super) turn: u32,
    pub(super) parked: Option<Box<Parked<W>>>,
    pub(super) named: Option<Box<Named>>,
}

/// What is kept of a queue that its user can find again.
pub(super) struct Named {
    pub(super) name: Arc<str>,
    /// The start that is stored.
    pub(super) stored: EventId,
}

/// A poll that waits.
pub(super) struct Parked<W> {
    pub(super) waiter: W,
    pub(super) heartbeat_at: u32,
    /// Who waits has everything up to here.
    pub(super) after: EventId,
    /// Nothing for this queue is in the log up to here.
    pub(super) looked_upto: EventId,
}

impl<W: Waiter> Queue<W> {
    /// Takes an acknowledgement in.
    ///
    /// An id beyond what was delivered acknowledges only what was delivered, so that nothing is lost by it.
    pub(super) fn acknowledge(&mut self, id: EventId) -> Result<(), ApiError> {
        if id < self.acknowledged {
            // A fresh queue has nothing that could have been pruned; clients start with -1, older ones with 0.
            if self.acknowledged == self.start {
                return Ok(());
            }
            return Err(ApiError::bad_request(format!("An event newer than {id} has already been pruned!")));
        }
        self.acknowledged = id.min(self.delivered).max(self.acknowledged);
        self.heartbeat = self.heartbeat.filter(|heartbeat| *heartbeat > self.acknowledged);
        Ok(())
    }

    pub(super) fn touch(&mut self, now: u32) {
        self.last_seen = self.last_seen.max(now);
    }

    /// Puts entries (ascending) and a waiting heartbeat into an answer for who has everything up to `after`.
    pub(super) fn fill(
        &self,
        user: UserId,
        after: EventId,
        entries: &[Arc<Entry>],
        state: &RealmState,
        answer: &mut Answer,
    ) {
        let mut heartbeat = self.heartbeat.filter(|id| *id > after);
        for entry in entries {
            if answer.is_full() {
                return;
            }
            if let Some(id) = heartbeat.take_if(|id| *id < entry.id) {
                answer.push_heartbeat(id);
            }
            if let Some(reader) = self.options.reader(user, self.id, entry, state) {
                answer.push(entry, &reader, after);
            }
        }
        if let Some(id) = heartbeat {
            answer.push_heartbeat(id);
        }
    }

    /// Ends the answer and remembers what was sent.
    pub(super) fn deliver(&mut self, answer: Answer, now: u32) -> Vec<u8> {
        self.touch(now);
        self.delivered = self.delivered.max(answer.last.unwrap_or(self.delivered));
        answer.finish(self.id)
    }

    /// Whoever reads the queue from now on is somebody else; a poll that is parked has to be answered.
    pub(super) fn begin_turn(&mut self) -> Option<(W, Vec<u8>)> {
        self.turn = self.turn.wrapping_add(1);
        self.end_parked()
    }

    pub(super) fn end_parked(&mut self) -> Option<(W, Vec<u8>)> {
        let parked = self.parked.take()?;
        Some((parked.waiter, Answer::new().finish(self.id)))
    }
}
