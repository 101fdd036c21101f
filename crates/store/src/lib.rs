//! The storage interface. It is small, because a realm's state lives in memory: load a realm, commit a batch, read
//! the log, look messages up. One database holds one realm.
//!
//! `tidings-store-sqlite` implements it. `contract` is the suite that every backend has to pass.
//!
//! # Layout
//! - this file: the [`Store`] trait and what it takes and gives.
//! - [`query`]: message searches.
//! - `contract`: what every backend promises, as tests (with the feature of that name).

use roaring::RoaringBitmap;
use std::sync::Arc;
use tidings_core::audit::AuditRow;
use tidings_core::change::{Change, MessageRow};
use tidings_core::commands::repeats::NamedSend;
use tidings_core::event::{Entry, StoredEntry};
use tidings_core::queue::QueueRow;
use tidings_core::state::RealmState;
use tidings_types::message::Edit;
use tidings_types::{MessageId, UserId};

#[cfg(feature = "contract")]
pub mod contract;
pub mod query;

/// Why the store could not do what it was asked. What is absent is `Ok(None)`, not an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database or its driver failed.
    #[error("the database failed: {0}")]
    Database(String),
    /// The database cannot be relied on any more: its disk fails, or its files are damaged. What was written last may
    /// be there or not, so whoever keeps its content in memory has to read it anew.
    #[error("the database is broken: {0}")]
    Broken(String),
    /// A row that cannot be what we wrote.
    #[error("bad row in {table}: {what}")]
    BadRow {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The database was written by a newer version.
    #[error("the database has schema {found}, newer than {known}, which this version knows; use a newer version")]
    TooNew {
        /// What it has.
        found: i64,
        /// What we know.
        known: i64,
    },
    /// Another process has the database.
    #[error("another process is using {0}")]
    InUse(String),
}

/// What a realm is when a process starts.
#[derive(Debug)]
pub struct Loaded {
    /// Folded up to [`RealmState::seq`].
    pub state: RealmState,
    /// Event queues that were not deleted.
    pub queues: Vec<QueueRow>,
}

/// What is committed together: all of it, or nothing.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The durable position afterwards.
    pub seq: u64,
    /// UNIX seconds.
    pub now: i64,
    /// Rows to write, in this order.
    pub changes: &'a [Change],
    /// Events to append, ascending.
    pub events: &'a [StoredEntry],
}

/// A realm's database. Calls block; use them from threads that may.
pub trait Store: Send + Sync + 'static {
    /// Reads everything that lives in memory. None where the realm was not created yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn load(&self) -> Result<Option<Loaded>, StoreError>;

    /// Writes a batch durably. When it returns `Ok`, the batch survives `kill -9` and a power failure.
    /// The first batch of a realm starts with [`Change::Realm`].
    ///
    /// # Errors
    /// See [`StoreError`]; nothing of the batch was written then.
    fn commit(&self, batch: &Batch<'_>) -> Result<(), StoreError>;

    /// The log after durable position `after` and up to `upto`, in order, at most `limit` entries.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn read_log(&self, after: u64, upto: u64, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError>;

    /// The durable position after which the log is complete: everything up to there may have been trimmed.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn log_floor(&self) -> Result<u64, StoreError>;

    /// Removes log entries older than `before` (UNIX seconds), a bounded number at a time; returns how many.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn trim_log(&self, before: i64) -> Result<usize, StoreError>;

    /// A message with its history and reactions.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn message(&self, id: MessageId) -> Result<Option<Arc<MessageRow>>, StoreError>;

    /// The first message that was sent at `time` (UNIX seconds) or later; after all there are, if there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn first_sent_since(&self, time: i64) -> Result<MessageId, StoreError>;

    /// The messages that were sent before `before` (UNIX seconds).
    ///
    /// # Errors
    /// See [`StoreError`].
    fn sent_before(&self, before: i64) -> Result<RoaringBitmap, StoreError>;

    /// How a message changed, the newest first, within [`query::Bounds::HISTORY`], and whether there is more.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn history(&self, id: MessageId) -> Result<(Vec<Edit>, bool), StoreError>;

    /// Everybody who reacted to one of these messages, ascending.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn reactors_of(&self, ids: &[MessageId]) -> Result<Vec<UserId>, StoreError>;

    /// What a sender's send of this name made; none if it is not known (any more).
    ///
    /// # Errors
    /// See [`StoreError`].
    fn named_send(&self, sender: UserId, name: &str) -> Result<Option<NamedSend>, StoreError>;

    /// Forgets the names of sends before `before` (UNIX seconds), a bounded number at a time; returns how many.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn trim_named_sends(&self, before: i64) -> Result<usize, StoreError>;

    /// Messages that match, ascending by id; see [`query`].
    ///
    /// # Errors
    /// See [`StoreError`].
    fn search(&self, query: &query::MessageQuery) -> Result<query::Rows, StoreError>;

    /// What administrators did, the newest first, at most `limit` of them.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn audit(&self, limit: usize) -> Result<Vec<AuditRow>, StoreError>;

    /// Forgets what was done before `before` (UNIX seconds), a bounded number at a time; returns how many.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn trim_audit(&self, before: i64) -> Result<usize, StoreError>;

    /// The password of an account as an Argon2 PHC string; none if it has none.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn password(&self, user: UserId) -> Result<Option<String>, StoreError>;
}
