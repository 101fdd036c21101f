//! The one thread that changes a realm: it takes the commands that wait, runs each on a working copy of the state,
//! commits all their changes and events in one transaction, and only then shows them: the snapshot is swapped, the
//! log appended, the parked polls woken, the callers answered.
//!
//! If the commit fails the working copy is dropped and every caller of the batch gets an error. If it fails because the
//! database is broken, nobody knows what is on the disk, and the writer ends: a new process reads what is there.

use super::Realm;
use super::overlay::Overlay;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::event::{Entry, Outgoing, StoredEntry};
use tidings_core::log::{Appending, Numbered};
use tidings_core::state::RealmState;
use tidings_store::{Batch, StoreError};
use tidings_types::user::Presence;
use tidings_types::{ApiError, EventId, UserId};
use tokio::sync::{mpsc, oneshot};

/// Commands in one transaction at most: so many share one wait for the disk, and nobody waits much longer than that.
const BATCH_MAX: usize = 256;

/// When fewer ephemeral ids than this are left, the next batch takes a durable position to start anew.
const EPHEMERAL_RESERVE: i64 = 1_024;

/// A command with the caller that waits for it.
pub(super) trait Job: Send {
    /// Runs the command; false if it refused, so nothing it did counts.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller, once what the command did is durable and published, or failed to be.
    fn finish(self: Box<Self>, failure: Option<&ApiError>);
}

/// The job of one command.
pub(super) struct JobOf<T, F> {
    command: Option<F>,
    result: Option<Result<T, ApiError>>,
    reply: oneshot::Sender<Result<T, ApiError>>,
}

impl<T, F> JobOf<T, F> {
    pub(super) fn new(command: F, reply: oneshot::Sender<Result<T, ApiError>>) -> Self {
        JobOf { command: Some(command), result: None, reply }
    }
}

impl<T: Send, F: FnOnce(&mut Tx<'_>) -> Result<T, ApiError> + Send> Job for JobOf<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(command) = self.command.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| command(tx))).unwrap_or_else(|_| {
            tracing::error!("a command panicked; it had no effect");
            Err(ApiError::Internal {})
        });
        let accepted = result.is_ok();
        self.result = Some(result);
        accepted
    }

    fn finish(self: Box<Self>, failure: Option<&ApiError>) {
        let result = match (self.result, failure) {
            (Some(Ok(_)), Some(failure)) => Err(failure.clone()),
            (Some(result), _) => result,
            (None, _) => Err(ApiError::Internal {}),
        };
        // The caller may have gone away; what it asked for is done nevertheless.
        let _ = self.reply.send(result);
    }
}

pub(super) fn spawn(realm: Arc<Realm>, mut jobs: mpsc::Receiver<Box<dyn Job>>) -> JoinHandle<()> {
    let run = move || {
        let mut writer =
            Writer { realm: Arc::downgrade(&realm), unwritten_presences: HashMap::new(), is_broken: false };
        drop(realm);
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
            let Some(realm) = writer.realm.upgrade() else { break };
            writer.run_batch(&realm, batch);
            if writer.is_broken {
                break;
            }
        }
    };
    std::thread::Builder::new().name("realm-writer".to_owned()).spawn(run).expect("the system can start a thread")
}

struct Writer {
    /// Weak, so that the writer ends when nobody else has the realm.
    realm: std::sync::Weak<Realm>,
    /// Presence is not worth a wait for the disk; it is written with the next batch that is.
    unwritten_presences: HashMap<UserId, Presence>,
    /// The database is: nothing can be changed any more.
    is_broken: bool,
}

/// What the commands of a batch did together.
struct Work {
    state: RealmState,
    changes: Vec<Change>,
    events: Vec<Outgoing>,
    jobs: Vec<Box<dyn Job>>,
    advanced: bool,
}

impl Writer {
    fn run_batch(&mut self, realm: &Realm, jobs: Vec<Box<dyn Job>>) {
        let started = Instant::now();
        let now = realm.clock.now();
        let work = run_commands(realm, jobs, now);
        let failure = self.commit_and_publish(realm, now, &work).err();
        metrics::histogram!("tidings_batch_commands").record(work.jobs.len() as f64);
        for job in work.jobs {
            job.finish(failure.as_ref());
        }
        metrics::histogram!("tidings_batch_seconds").record(started.elapsed().as_secs_f64());
    }

    fn commit_and_publish(&mut self, realm: &Realm, now: i64, work: &Work) -> Result<(), ApiError> {
        let events = number(work, now);
        let stored = events.iter().filter_map(|event| match event {
            Numbered::Durable(entry) => entry.to_stored().transpose(),
            Numbered::Ephemeral(..) => None,
        });
        let stored: Vec<StoredEntry> = stored.collect::<Result<_, _>>().map_err(|error| {
            tracing::error!(%error, "an event cannot be stored");
            ApiError::Internal {}
        })?;
        let durable: Vec<Change> = self.take_durable(&work.changes);
        if !durable.is_empty() || !stored.is_empty() || work.advanced {
            let batch = Batch { seq: work.state.seq, now, changes: &durable, events: &stored };
            if let Err(error) = realm.store.commit(&batch) {
                tracing::error!(%error, "a batch could not be committed; nothing of it happened");
                metrics::counter!("tidings_commit_failures_total").increment(1);
                self.is_broken |= matches!(error, StoreError::Broken(_));
                return Err(ApiError::Internal {});
            }
            if !durable.is_empty() {
                self.unwritten_presences.clear();
            }
        }
        realm.snapshot.store(Arc::new(work.state.clone()));
        let after = work.advanced.then(|| work.state.seq - durable_span(work));
        if after.is_some() || !events.is_empty() {
            let batch = Appending { after, events };
            let (published, woken) = realm.registry.publish(batch, &realm.log, &work.state, realm.clock.now_u32());
            metrics::counter!("tidings_events_total").increment(published as u64);
            metrics::counter!("tidings_polls_woken_total").increment(woken as u64);
        }
        Ok(())
    }

    /// The changes to write now. Presence alone waits for company.
    fn take_durable(&mut self, changes: &[Change]) -> Vec<Change> {
        let mut durable = Vec::with_capacity(changes.len());
        for change in changes {
            if let Change::Presence { user, presence } = change {
                self.unwritten_presences.insert(*user, *presence);
            } else {
                durable.push(change.clone());
            }
        }
        if !durable.is_empty() {
            let presences = self.unwritten_presences.iter();
            durable.extend(presences.map(|(user, presence)| Change::Presence { user: *user, presence: *presence }));
        }
        durable
    }
}

fn run_commands(realm: &Realm, mut jobs: Vec<Box<dyn Job>>, now: i64) -> Work {
    let mut state = RealmState::clone(&realm.state());
    let advanced = realm.log.ephemeral_left() < EPHEMERAL_RESERVE;
    if advanced {
        state.seq += 1;
    }
    let head = realm.log.head();
    let mut overlay = Overlay::new(&*realm.store);
    let (mut changes, mut events) = (Vec::new(), Vec::new());
    for job in &mut jobs {
        let mut tx = Tx::new(state.clone(), now, head, &overlay);
        if !job.run(&mut tx) {
            continue;
        }
        let (new_state, new_changes, new_events) = tx.finish();
        state = new_state;
        overlay.record(&new_changes);
        changes.extend(new_changes);
        events.extend(new_events);
    }
    Work { state, changes, events, jobs, advanced }
}

/// How many durable positions the events of a batch take.
fn durable_span(work: &Work) -> u64 {
    work.events.iter().filter(|event| !event.is_ephemeral()).map(Outgoing::span).sum()
}

/// Gives the durable events of a batch their places, which count on from the state before. Ephemeral ones get
/// theirs when they are appended to the log.
fn number(work: &Work, now: i64) -> Vec<Numbered> {
    let mut seq = work.state.seq - durable_span(work);
    let mut events = Vec::with_capacity(work.events.len());
    for event in &work.events {
        if event.is_ephemeral() {
            events.push(Numbered::Ephemeral(event.clone(), now));
        } else {
            seq += event.span();
            let entry = Entry::new(EventId::durable(seq), event.clone(), now);
            events.extend(entry.map(Arc::new).map(Numbered::Durable));
        }
    }
    events
}
