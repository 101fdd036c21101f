//! One realm at run time: its store, its snapshot, its log, its queues and its writer.
//!
//! # Layout
//! - [`writer`]: the one thread that changes anything. [`overlay`]: stored messages as a batch sees them.
//! - [`alert_words`]: whose alert words a message has.

use crate::clock::Clock;
use crate::config::Config;
use arc_swap::{ArcSwap, Guard};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tidings_core::audience::Audience;
use tidings_core::commands::Tx;
use tidings_core::log::EventLog;
use tidings_core::registry::Registry;
use tidings_core::state::RealmState;
use tidings_store::{Loaded, Store, StoreError};
use tidings_types::events::Event;
use tidings_types::events::realm::Restart;
use tidings_types::{ApiError, EventId, version};
use tokio::sync::{mpsc, oneshot};

pub mod alert_words;
pub mod overlay;
pub mod writer;

use crate::transports::long_poll::PollWaiter;
use writer::{Job, JobOf};

/// Commands that wait for the writer; more than this and callers wait to be let in.
const COMMANDS_WAITING_MAX: usize = 1_024;

/// A realm that is being served.
pub struct Realm {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The newest events.
    pub log: EventLog,
    /// All queues.
    pub registry: Registry<PollWaiter>,
    /// Held while a queue with a name is registered: of two at once, the second finds the first.
    pub naming: tokio::sync::Mutex<()>,
    /// Whose alert words a message has.
    pub alert_words: alert_words::AlertWordFinder,
    /// The time.
    pub clock: Clock,
    snapshot: ArcSwap<RealmState>,
    commands: mpsc::Sender<Box<dyn Job>>,
    stopping: AtomicBool,
    /// UNIX seconds of the start.
    pub generation: i64,
}

/// The thread that changes a realm; joining it waits until everything accepted is committed.
pub struct WriterThread(Option<std::thread::JoinHandle<()>>);

impl WriterThread {
    /// Waits until the writer has ended, which it does when the [`Realm`] was told to stop and dropped its work.
    pub fn join(mut self) {
        if let Some(thread) = self.0.take() {
            // A panic of the writer has been logged by then.
            let _ = thread.join();
        }
    }
}

impl Realm {
    /// Starts serving a loaded realm: its queues are there again, and told of the restart.
    ///
    /// # Errors
    /// The store fails.
    pub fn start(
        store: Arc<dyn Store>,
        loaded: Loaded,
        clock: Clock,
        config: &Config,
    ) -> Result<(Arc<Self>, WriterThread), StoreError> {
        let Loaded { state, queues } = loaded;
        let (commands, jobs) = mpsc::channel(COMMANDS_WAITING_MAX);
        let generation = clock.now();
        let realm = Arc::new(Realm {
            log: EventLog::with_limits(state.seq, config.log_entries_max, config.log_bytes_max),
            registry: Registry::with_queues_max(config.queues_per_user_max),
            naming: tokio::sync::Mutex::default(),
            alert_words: alert_words::AlertWordFinder::default(),
            store,
            snapshot: ArcSwap::from_pointee(state),
            commands,
            stopping: AtomicBool::new(false),
            generation,
            clock,
        });
        // What clients were sent before has ids below the restart event, which takes the next durable position:
        // everything up to there may have been delivered.
        let delivered = EventId(EventId::durable(realm.state().seq + 1).0 - 1);
        let now = realm.clock.now_u32();
        for queue in &queues {
            realm.registry.insert(queue, delivered, now);
        }
        let thread = writer::spawn(Arc::clone(&realm), jobs);
        Ok((realm, WriterThread(Some(thread))))
    }

    /// The current state, for a moment. Do not hold it across an await.
    #[must_use]
    pub fn state(&self) -> Guard<Arc<RealmState>> {
        self.snapshot.load()
    }

    /// The current state, to keep.
    #[must_use]
    pub fn snapshot(&self) -> Arc<RealmState> {
        self.snapshot.load_full()
    }

    /// Runs a command and waits until what it did is durable and published.
    ///
    /// # Errors
    /// What the command refuses; 503 when the server is stopping; 500 when the store fails or the command panics.
    pub async fn run<T: Send + 'static>(
        &self,
        command: impl FnOnce(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(JobOf::new(command, reply));
        self.commands.send(job).await.map_err(|_| ApiError::NotReady {})?;
        answer.await.unwrap_or(Err(ApiError::NotReady {}))
    }

    /// As [`Realm::run`], for a command that sends a long text of the server's own: it is rehearsed before, so that the
    /// text is rendered when it is its turn.
    ///
    /// # Errors
    /// As [`Realm::run`].
    pub async fn run_rehearsed<T: Send + 'static>(
        &self,
        command: impl Fn(&mut Tx<'_>) -> Result<T, ApiError> + Send + Sync + 'static,
    ) -> Result<T, ApiError> {
        let (state, store, now) = (self.snapshot(), Arc::clone(&self.store), self.clock.now());
        let command = Arc::new(command);
        let rehearsed = Arc::clone(&command);
        let rehearse = move || {
            let messages = overlay::Overlay::new(&*store);
            let mut tx = Tx::rehearsal(RealmState::clone(&state), now, &messages);
            // What it refuses now, it refuses when it is its turn, unless that has changed.
            let _ = rehearsed(&mut tx);
            tx.into_texts()
        };
        // Whatever went wrong goes wrong again, where it is answered.
        let texts = tokio::task::spawn_blocking(rehearse).await.unwrap_or_default();
        let run = move |tx: &mut Tx<'_>| {
            tx.use_texts(texts);
            command(tx)
        };
        self.run(run).await
    }

    /// As [`Realm::run`], from a thread that may block.
    ///
    /// # Errors
    /// As [`Realm::run`].
    pub fn run_blocking<T: Send + 'static>(
        &self,
        command: impl FnOnce(&mut Tx<'_>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(JobOf::new(command, reply));
        self.commands.blocking_send(job).map_err(|_| ApiError::NotReady {})?;
        answer.blocking_recv().unwrap_or(Err(ApiError::NotReady {}))
    }

    /// Tells every queue that the server was started anew. To be called once, before connections are accepted, when
    /// a realm is served again.
    ///
    /// # Errors
    /// As [`Realm::run`].
    pub async fn announce_restart(&self) -> Result<(), ApiError> {
        let server_generation = self.generation;
        self.run(move |tx| {
            let event = Restart {
                zulip_version: version::VERSION.to_owned(),
                zulip_merge_base: version::MERGE_BASE.to_owned(),
                zulip_feature_level: version::FEATURE_LEVEL,
                server_generation,
            };
            tx.emit(Event::Restart(event), Audience::realm());
            Ok(())
        })
        .await
    }

    /// Stops: parked polls are answered, no more are parked, and the writer ends after what it has accepted.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.registry.wake_all();
    }

    /// Whether the writer still takes commands; it does not after a panic of its own, nor if the database is broken.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        !self.commands.is_closed()
    }

    /// Waits until the writer takes no commands any more, which it does as long as nothing is broken. What serves the
    /// realm should stop then, and be started anew.
    pub async fn until_unwritable(&self) {
        self.commands.closed().await;
    }

    /// Whether [`Realm::stop`] was called.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
