//! All event queues of a realm and the polls that are parked at them.
//!
//! Queues are kept by user, in shards with a lock each. The rule that no event is missed: an event is appended to
//! the log *before* the shards are searched for parked polls, and a poll looks at the log and parks *under its
//! shard's lock*. So either the poll sees the event in the log, or the publisher sees the parked poll.
//!
//! A heartbeat's id is above all events in the log. One that overtook an event on its way from the log to a parked
//! poll would acknowledge it unseen, so heartbeats are not sent between the two: both hold the publishing lock.
//!
//! Lock order: publishing, a shard, the log.
//!
//! # Layout
//! - here: which queues there are. [`poll`]: reading one. [`publish`]: waking those who read.
//! - [`queue`]: one queue. [`shard`]: some users with theirs. [`answer`]: what a poll is answered.

mod answer;
mod poll;
mod publish;
mod queue;
mod shard;

pub use poll::{Poll, Polled};
pub use publish::Swept;

use crate::limits;
use crate::queue::{QueueOptions, QueueRow};
use crate::sync::{Mutex, MutexGuard};
use queue::{Named, Queue};
use shard::Shard;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, Weak};
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// Something that waits for a poll's answer.
pub trait Waiter: Send {
    /// Hands over the body of the answer. Whoever waited may be gone; nothing is lost then.
    fn answer(self, body: Vec<u8>);
}

/// A queue that was found by its name.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which it is.
    pub id: QueueId,
    /// What it takes.
    pub options: Arc<QueueOptions>,
    /// The client has everything up to here.
    pub acknowledged: EventId,
    /// Seconds without a poll after which it ends.
    pub idle_timeout_secs: u32,
}

/// All queues of a realm.
pub struct Registry<W> {
    /// Held from an event's way into the log until all parked polls it is for have it.
    publishing: Mutex<()>,
    shards: Vec<Mutex<Shard<W>>>,
    options: Mutex<HashMap<u64, Vec<Weak<QueueOptions>>>>,
    queues_per_user_max: usize,
}

/// A power of two: enough that two cores seldom meet, few enough to walk through every second.
const SHARDS: usize = 64;

impl<W: Waiter> Default for Registry<W> {
    fn default() -> Self {
        Self::new(limits::QUEUES_PER_USER_MAX, SHARDS)
    }
}

fn bad_queue(queue: QueueId) -> ApiError {
    ApiError::BadEventQueueId { queue_id: queue.to_string() }
}

impl<W: Waiter> Registry<W> {
    /// No queues yet.
    #[must_use]
    pub fn new(queues_per_user_max: usize, shards: usize) -> Self {
        let shard = || Mutex::new(Shard { users: HashMap::new(), parked: HashSet::new(), listening: HashSet::new() });
        Registry {
            publishing: Mutex::new(()),
            shards: (0..shards).map(|_| shard()).collect(),
            options: Mutex::new(HashMap::new()),
            queues_per_user_max,
        }
    }

    /// No queues yet, and at most so many of one user.
    #[must_use]
    pub fn with_queues_max(queues_per_user_max: usize) -> Self {
        Self::new(queues_per_user_max, SHARDS)
    }

    fn shard(&self, user: UserId) -> MutexGuard<'_, Shard<W>> {
        self.shards[user.0 as usize % self.shards.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same options as one shared object.
    pub fn share(&self, options: QueueOptions) -> Arc<QueueOptions> {
        let hash = {
            use std::hash::{DefaultHasher, Hasher};
            let mut hasher = DefaultHasher::new();
            options.hash(&mut hasher);
            hasher.finish()
        };
        let mut known = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.entry(hash).or_default();
        same.retain(|weak| weak.strong_count() > 0);
        if let Some(found) = same.iter().filter_map(Weak::upgrade).find(|found| **found == options) {
            return found;
        }
        let new = Arc::new(options);
        same.push(Arc::downgrade(&new));
        new
    }

    /// Forgets options that no queue has any more.
    fn forget_unused_options(&self) {
        let mut known = self.options.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, same| {
            same.retain(|weak| weak.strong_count() > 0);
            !same.is_empty()
        });
    }

    /// Refuses a user who has as many queues as are allowed.
    ///
    /// # Errors
    /// 400 "Could not allocate event queue".
    pub fn check_room(&self, user: UserId) -> Result<(), ApiError> {
        let has = self.shard(user).users.get(&user).map_or(0, Vec::len);
        if has >= self.queues_per_user_max {
            return Err(ApiError::bad_request("Could not allocate event queue: there are too many already"));
        }
        Ok(())
    }

    /// Adds a queue that was registered now or read from the store at start. `delivered` is up to where events
    /// may have been sent before; for a new queue that is its start.
    pub fn insert(&self, row: &QueueRow, delivered: EventId, now: u32) {
        let queue = Queue {
            id: row.id,
            options: Arc::clone(&row.options),
            start: row.start,
            acknowledged: row.start,
            delivered: delivered.max(row.start),
            nothing_upto: row.start,
            heartbeat: None,
            idle_timeout_secs: row.idle_timeout_secs,
            last_seen: now,
            turn: 0,
            parked: None,
            named: row.name.clone().map(|name| Box::new(Named { name, stored: row.start })),
        };
        let mut shard = self.shard(row.user);
        let queues = shard.users.entry(row.user).or_default();
        if queues.capacity() == queues.len() {
            queues.reserve_exact(1);
        }
        queues.push(queue);
    }

    /// The user's queue of this name. It counts as used.
    pub fn find_named(&self, user: UserId, name: &str, now: u32) -> Option<Found> {
        let mut shard = self.shard(user);
        let is_named = |queue: &&mut Queue<W>| queue.named.as_ref().is_some_and(|named| *named.name == *name);
        let queue = shard.users.get_mut(&user)?.iter_mut().find(is_named)?;
        queue.touch(now);
        Some(Found {
            id: queue.id,
            options: Arc::clone(&queue.options),
            acknowledged: queue.acknowledged,
            idle_timeout_secs: queue.idle_timeout_secs,
        })
    }

    /// Where queues with a name are now, if that is not what is stored; it is to be stored now.
    pub fn take_moved(&self) -> Vec<(QueueId, EventId)> {
        let mut moved = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for queue in shard.users.values_mut().flatten() {
                let acknowledged = queue.acknowledged;
                if let Some(named) = queue.named.as_mut().filter(|named| named.stored < acknowledged) {
                    named.stored = acknowledged;
                    moved.push((queue.id, acknowledged));
                }
            }
        }
        moved
    }

    /// Whether the queue's options let an entry pass, for entries read from the store.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn options(&self, user: UserId, queue: QueueId) -> Result<Arc<QueueOptions>, ApiError> {
        self.shard(user).queue(user, queue).map(|queue| Arc::clone(&queue.options))
    }

    /// Ends a queue; a poll that is parked at it is answered with no events.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn remove(&self, user: UserId, id: QueueId) -> Result<(), ApiError> {
        let mut shard = self.shard(user);
        let ended = shard.queue(user, id)?.end_parked();
        if let Some(queues) = shard.users.get_mut(&user) {
            queues.retain(|queue| queue.id != id);
            if queues.is_empty() {
                shard.users.remove(&user);
            }
        }
        shard.note_parked(user);
        drop(shard);
        if let Some((waiter, body)) = ended {
            waiter.answer(body);
        }
        Ok(())
    }

    /// The queues of a user.
    #[must_use]
    pub fn queues_of(&self, user: UserId) -> Vec<QueueId> {
        self.shard(user).users.get(&user).into_iter().flatten().map(|queue| queue.id).collect()
    }

    /// Ends all queues of a user, as [`Registry::remove`] does; returns their ids.
    pub fn remove_all(&self, user: UserId) -> Vec<QueueId> {
        let ids = self.queues_of(user);
        for id in &ids {
            // Somebody else may have ended it in between; then it is gone as wanted.
            let _ = self.remove(user, *id);
        }
        ids
    }

    /// Whether the queue exists.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn check(&self, user: UserId, queue: QueueId) -> Result<(), ApiError> {
        self.shard(user).queue(user, queue).map(|_| ())
    }

    /// How many queues there are, and at how many of them a poll is parked.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let mut counts = (0, 0);
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for queue in shard.users.values().flatten() {
                counts.0 += 1;
                counts.1 += usize::from(queue.parked.is_some());
            }
        }
        counts
    }

    /// The longest idle timeout of any queue, in seconds; the log is kept at least as long.
    #[must_use]
    pub fn longest_idle_timeout_secs(&self) -> u32 {
        let longest = |shard: &Mutex<Shard<W>>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.users.values().flatten().map(|queue| queue.idle_timeout_secs).max()
        };
        self.shards.iter().filter_map(longest).max().unwrap_or(0)
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
