//! Waking parked polls: by events, by heartbeats, and all of them when the server stops.

use super::queue::Queue;
use super::{Registry, Waiter};
use crate::event::{Entry, Payload, Reach};
use crate::log::{Appending, EventLog};
use crate::state::RealmState;
use std::sync::{Arc, PoisonError};
use tidings_types::{QueueId, UserId};

/// What [`Registry::sweep`] did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Queues that ended because nobody polled them.
    pub expired: Vec<(UserId, QueueId)>,
    /// Heartbeats that were sent.
    pub heartbeats: usize,
    /// No ephemeral ids are left: the log has to advance before more heartbeats can be sent.
    pub needs_advance: bool,
}

impl<W: Waiter> Registry<W> {
    /// Appends events to the log and answers the parked polls that they are for. Returns how many events and how
    /// many polls that were. The events are committed, and `state` is what they led to.
    pub fn publish(&self, batch: Appending, log: &EventLog, state: &RealmState, now: u32) -> (usize, usize) {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = log.append(batch);
        (entries.len(), self.wake(&entries, state, now))
    }

    fn wake(&self, entries: &[Arc<Entry>], state: &RealmState, now: u32) -> usize {
        if entries.is_empty() {
            return 0;
        }
        let mut woken = 0;
        for (shard, users) in self.candidates(entries).into_iter().enumerate() {
            if matches!(&users, Some(users) if users.is_empty()) {
                continue;
            }
            let mut shard = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
            let users = users.unwrap_or_else(|| shard.parked.iter().copied().collect());
            let mut answers = Vec::new();
            for user in users {
                shard.answer_user(user, entries, state, now, &mut answers);
            }
            drop(shard);
            woken += answers.len();
            for (waiter, body) in answers {
                waiter.answer(body);
            }
        }
        woken
    }

    /// Whom entries may concern, by shard; `None` for everybody who has a parked poll there.
    fn candidates(&self, entries: &[Arc<Entry>]) -> Vec<Option<Vec<UserId>>> {
        // Going through a list costs about as much as going through the parked polls it replaces.
        let few = 1_024;
        let mut all: Vec<UserId> = Vec::new();
        let mut overheard = false;
        for entry in entries {
            match entry.event.audience.if_fewer_than(few) {
                Some(users) => all.extend(users),
                None => return self.shards.iter().map(|_| None).collect(),
            }
            overheard |= matches!(&entry.event.payload, Payload::Message(payload) if payload.reach != Reach::Private);
        }
        if all.len() > few {
            return self.shards.iter().map(|_| None).collect();
        }
        all.sort_unstable();
        all.dedup();
        let mut by_shard: Vec<Option<Vec<UserId>>> = self.shards.iter().map(|_| Some(Vec::new())).collect();
        for user in all {
            if let Some(users) = &mut by_shard[user.0 as usize % self.shards.len()] {
                users.push(user);
            }
        }
        if overheard {
            for (at, shard) in self.shards.iter().enumerate() {
                let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(users) = by_shard[at].as_mut().filter(|_| !shard.listening.is_empty()) {
                    users.extend(shard.listening.iter().copied());
                    users.sort_unstable();
                    users.dedup();
                }
            }
        }
        by_shard
    }

    /// Sends due heartbeats and ends queues that nobody polls; returns the ended ones. To be called every second.
    pub fn sweep(&self, now: u32, log: &EventLog) -> Swept {
        let mut swept = Swept::default();
        for shard in &self.shards {
            // Taken for each shard anew, so that events do not wait for all of them.
            let publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let answers = shard.send_heartbeats(now, log, &mut swept);
            shard.expire(now, &mut swept);
            drop(shard);
            drop(publishing);
            for (waiter, body) in answers {
                waiter.answer(body);
            }
        }
        if !swept.expired.is_empty() {
            self.forget_unused_options();
        }
        swept
    }

    /// Answers every parked poll with no events, as when the server stops.
    pub fn wake_all(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let answers: Vec<(W, Vec<u8>)> = shard.users.values_mut().flatten().filter_map(Queue::end_parked).collect();
            shard.parked.clear();
            shard.listening.clear();
            drop(shard);
            for (waiter, body) in answers {
                waiter.answer(body);
            }
        }
    }
}
