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

use crate::event::{Entry, Payload};
use crate::limits;
use crate::log::{Appending, EventLog};
use crate::queue::{QueueOptions, QueueRow};
use crate::state::RealmState;
use crate::sync::{Mutex, MutexGuard};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, Weak};
use tidings_types::{ApiError, EventId, QueueId, UserId};

/// Something that waits for a poll's answer.
pub trait Waiter: Send {
    /// Hands over the body of the answer. Whoever waited may be gone; nothing is lost then.
    fn answer(self, body: Vec<u8>);
}

/// One queue. Small, because there may be very many: see the benchmark for bytes per queue.
struct Queue<W> {
    id: QueueId,
    options: Arc<QueueOptions>,
    start: EventId,
    /// The client has everything up to here.
    acknowledged: EventId,
    /// The client was sent everything up to here, perhaps in vain.
    delivered: EventId,
    /// Nothing for it is in the log from what is acknowledged up to here: not to be looked at again.
    nothing_upto: EventId,
    /// A heartbeat that is not acknowledged.
    heartbeat: Option<EventId>,
    idle_timeout_secs: u32,
    /// UNIX seconds of the last poll.
    last_seen: u32,
    /// Tells one reader from the next: polls, each, and streams.
    turn: u32,
    parked: Option<Box<Parked<W>>>,
    named: Option<Box<Named>>,
}

/// What is kept of a queue that its user can find again.
struct Named {
    name: Arc<str>,
    /// The start that is stored.
    stored: EventId,
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

struct Parked<W> {
    waiter: W,
    heartbeat_at: u32,
    /// Who waits has everything up to here.
    after: EventId,
    /// Nothing for this queue is in the log up to here.
    looked_upto: EventId,
}

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

struct Shard<W> {
    users: HashMap<UserId, Vec<Queue<W>>>,
    /// Users with a parked poll.
    parked: HashSet<UserId>,
    /// Of these, who has a parked poll that reads public channels.
    listening: HashSet<UserId>,
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

/// Puts an answer together: `{"result":"success","msg":"","events":[…],"queue_id":"…"}`.
struct Answer {
    body: Vec<u8>,
    events: usize,
    last: Option<EventId>,
}

impl Answer {
    fn new() -> Self {
        let mut body = Vec::with_capacity(1536);
        body.extend_from_slice(b"{\"result\":\"success\",\"msg\":\"\",\"events\":[");
        Answer { body, events: 0, last: None }
    }

    fn is_full(&self) -> bool {
        self.events >= limits::ANSWER_EVENTS_MAX || self.body.len() >= limits::ANSWER_BYTES_MAX
    }

    fn begin(&mut self, id: EventId) {
        if self.events > 0 {
            self.body.push(b',');
        }
        self.events += 1;
        self.last = Some(id);
    }

    fn push_heartbeat(&mut self, id: EventId) {
        self.begin(id);
        self.body.extend_from_slice(format!("{{\"type\":\"heartbeat\",\"id\":{id}}}").as_bytes());
    }

    /// `after` is what the client has already, perhaps a part of the entry.
    fn push(&mut self, entry: &Entry, reader: &crate::event::Reader, after: EventId) {
        self.begin(entry.id);
        entry.write_after(after, reader, &mut self.body);
    }

    fn finish(mut self, queue: QueueId) -> Vec<u8> {
        self.body.extend_from_slice(format!("],\"queue_id\":\"{queue}\"}}\n").as_bytes());
        self.body
    }
}

impl<W: Waiter> Queue<W> {
    /// Takes an acknowledgement in.
    ///
    /// An id beyond what was delivered acknowledges only what was delivered, so that nothing is lost by it.
    fn acknowledge(&mut self, id: EventId) -> Result<(), ApiError> {
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

    fn touch(&mut self, now: u32) {
        self.last_seen = self.last_seen.max(now);
    }

    /// Puts entries (ascending) and a waiting heartbeat into an answer for who has everything up to `after`.
    fn fill(&self, user: UserId, after: EventId, entries: &[Arc<Entry>], state: &RealmState, answer: &mut Answer) {
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
    fn deliver(&mut self, answer: Answer, now: u32) -> Vec<u8> {
        self.touch(now);
        self.delivered = self.delivered.max(answer.last.unwrap_or(self.delivered));
        answer.finish(self.id)
    }

    /// Whoever reads the queue from now on is somebody else; a poll that is parked has to be answered.
    fn begin_turn(&mut self) -> Option<(W, Vec<u8>)> {
        self.turn = self.turn.wrapping_add(1);
        self.end_parked()
    }

    fn end_parked(&mut self) -> Option<(W, Vec<u8>)> {
        let parked = self.parked.take()?;
        Some((parked.waiter, Answer::new().finish(self.id)))
    }
}

impl<W: Waiter> Shard<W> {
    fn queue(&mut self, user: UserId, id: QueueId) -> Result<&mut Queue<W>, ApiError> {
        let queues = self.users.get_mut(&user).ok_or_else(|| bad_queue(id))?;
        queues.iter_mut().find(|queue| queue.id == id).ok_or_else(|| bad_queue(id))
    }

    /// Brings the lists of users with parked polls up to date for one user.
    fn note_parked(&mut self, user: UserId) {
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

    /// Whether the queue's options let an entry pass, for entries read from the store.
    ///
    /// # Errors
    /// `BAD_EVENT_QUEUE_ID` as [`Registry::poll`].
    pub fn options(&self, user: UserId, queue: QueueId) -> Result<Arc<QueueOptions>, ApiError> {
        self.shard(user).queue(user, queue).map(|queue| Arc::clone(&queue.options))
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
            overheard |= matches!(&entry.event.payload, Payload::Message(payload) if payload.reach != crate::event::Reach::Private);
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

impl<W: Waiter> Shard<W> {
    fn answer_user(
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

    fn send_heartbeats(&mut self, now: u32, log: &EventLog, swept: &mut Swept) -> Vec<(W, Vec<u8>)> {
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

    fn expire(&mut self, now: u32, swept: &mut Swept) {
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

#[cfg(all(test, not(loom)))]
mod tests;
