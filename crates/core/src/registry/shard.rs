//! A part of the users with their queues, behind one lock.

use super::answer::Answer;
use super::queue::Queue;
use super::{Swept, Waiter, bad_queue};
use crate::event::Entry;
use crate::log::EventLog;
use crate::state::RealmState;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tidings_types::{ApiError, QueueId, UserId};

/// Some users with their queues.
pub(super) struct Shard<W> {
    pub(super) users: HashMap<UserId, Vec<Queue<W>>>,
    /// Users with a parked poll.
    pub(super) parked: HashSet<UserId>,
    /// Of these, who has a parked poll that reads public channels.
    pub(super) listening: HashSet<UserId>,
}

impl<W: Waiter> Shard<W> {
    pub(super) fn queue(&mut self, user: UserId, id: QueueId) -> Result<&mut Queue<W>, ApiError> {
        let queues = self.users.get_mut(&user).ok_or_else(|| bad_queue(id))?;
        queues.iter_mut().find(|queue| queue.id == id).ok_or_else(|| bad_queue(id))
    }

    /// Brings the lists of users with parked polls up to date for one user.
    pub(super) fn note_parked(&mut self, user: UserId) {
        let parked = self.users.get(&user).into_iter().flatten().filter(|queue| queue.parked.is_some());
        let (mut any, mut listening) = (false, false);
        for queue in parked {
            any = true;
            listening |= queue.options.reads_public();
        }
        for (set, is_in) in [(&mut self.parked, any), (&mut self.listening, listening)] {
            if is_in {
                set.insert(user);
            } else {
                set.remove(&user);
            }
        }
    }

    pub(super) fn answer_user(
        &mut self,
        user: UserId,
        entries: &[Arc<Entry>],
        state: &RealmState,
        now: u32,
        answers: &mut Vec<(W, Vec<u8>)>,
    ) {
        let before = answers.len();
        for queue in self.users.get_mut(&user).into_iter().flatten() {
            let Some((after, upto)) = queue.parked.as_ref().map(|parked| (parked.after, parked.looked_upto)) else {
                continue;
            };
            let new = &entries[entries.partition_point(|entry| entry.id <= upto)..];
            if !new.iter().any(|entry| queue.options.reader(user, queue.id, entry, state).is_some()) {
                continue;
            }
            let mut answer = Answer::new();
            queue.fill(user, after, new, state, &mut answer);
            if let Some(parked) = queue.parked.take() {
                answers.push((parked.waiter, queue.deliver(answer, now)));
            }
        }
        if answers.len() > before {
            self.note_parked(user);
        }
    }

    pub(super) fn send_heartbeats(&mut self, now: u32, log: &EventLog, swept: &mut Swept) -> Vec<(W, Vec<u8>)> {
        let mut answers = Vec::new();
        let parked: Vec<UserId> = self.parked.iter().copied().collect();
        for user in parked {
            let before = answers.len();
            for queue in self.users.get_mut(&user).into_iter().flatten() {
                if queue.parked.as_ref().is_none_or(|parked| parked.heartbeat_at > now) {
                    continue;
                }
                let Some(id) = log.next_ephemeral() else {
                    swept.needs_advance = true;
                    return answers;
                };
                queue.heartbeat = Some(id);
                let mut answer = Answer::new();
                answer.push_heartbeat(id);
                if let Some(parked) = queue.parked.take() {
                    answers.push((parked.waiter, queue.deliver(answer, now)));
                    swept.heartbeats += 1;
                }
            }
            if answers.len() > before {
                self.note_parked(user);
            }
        }
        answers
    }

    pub(super) fn expire(&mut self, now: u32, swept: &mut Swept) {
        let is_over =
            |queue: &Queue<W>| queue.parked.is_none() && now.saturating_sub(queue.last_seen) > queue.idle_timeout_secs;
        self.users.retain(|user, queues| {
            queues.retain(|queue| {
                let over = is_over(queue);
                if over {
                    swept.expired.push((*user, queue.id));
                }
                !over
            });
            !queues.is_empty()
        });
    }
}
