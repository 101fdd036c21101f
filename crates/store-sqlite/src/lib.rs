//! The default backend: SQLite, built in, without set-up.
//!
//! One connection writes and a few read; in WAL mode they do not wait for each other. A lock file beside the
//! database keeps a second process from serving the same realm.
//!
//! # Layout
//! - this file: [`SqliteStore`], which hands each call to the module that does it.
//! - [`connection`]: the pragmas, the lock file, the pool of readers. [`migrate`]: the schema and its versions.
//! - [`checkpoint`]: copies the write-ahead log into the database, beside the commits.
//! - [`load`]: tables to live state. [`commit`]: changes to rows, in one transaction.
//! - [`search`]: which messages match; [`message`]: whole messages. [`log`]: the event log.
//! - [`named_send`]: what clients call their sends. [`audit`]: what administrators did.
//! - [`row`]: how values look in columns.

mod audit;
mod checkpoint;
mod commit;
mod connection;
mod load;
mod log;
mod message;
mod migrate;
mod named_send;
mod row;
mod search;

use connection::Connections;
use roaring::RoaringBitmap;
use rusqlite::{OptionalExtension, params};
use search::CommonWords;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings_core::audit::AuditRow;
use tidings_core::change::{Change, MessageRow};
use tidings_core::commands::repeats::NamedSend;
use tidings_core::event::Entry;
use tidings_store::query::{Bounds, MessageQuery, Rows};
use tidings_store::{Batch, Loaded, Store, StoreError};
use tidings_types::message::Edit;
use tidings_types::{MessageId, UserId};

/// What a power failure may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Nothing: a commit waits until the disk has it.
    #[default]
    Full,
    /// The last commits, though never a part of one; a crash of the process alone takes nothing. For tests, and
    /// for disks that are slow to synchronize, where the owner accepts that clients see events again as new ones.
    Normal,
}

/// How to open a database.
#[derive(Clone, Copy, Debug)]
pub struct SqliteOptions {
    /// What a power failure may take.
    pub synchronous: Synchronous,
    /// How many connections read, at least one. Each may hold a megabyte of cache.
    pub readers: usize,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions { synchronous: Synchronous::Full, readers: 4 }
    }
}

/// A realm in an SQLite database.
#[derive(Debug)]
pub struct SqliteStore {
    connections: Connections,
    common_words: CommonWords,
}

impl SqliteStore {
    /// Opens the database at `path`, creating it or bringing its schema up to date where needed.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another store has it open, in this process or another;
    /// [`StoreError::TooNew`] if a newer version wrote it; [`StoreError::Database`] if it cannot be read or written;
    /// [`StoreError::Broken`] if it is none, or damaged.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        Ok(SqliteStore { connections: Connections::open(path, options)?, common_words: CommonWords::default() })
    }

    /// How a search is done: the lines of SQLite's plans of all statements it runs, each once.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn search_plans(&self, query: &MessageQuery) -> Result<Vec<String>, StoreError> {
        Ok(search::plans(&mut self.connections.reader(), &self.common_words, query)?)
    }
}

/// A place for a database where there is none, kept from others until one is put there, or this is dropped.
#[derive(Debug)]
pub struct Reserved {
    path: PathBuf,
    _lock: std::fs::File,
}

impl Reserved {
    /// Reserves the place; none where there is a database.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if somebody has the place already; [`StoreError::Database`] if the lock cannot be written.
    pub fn new(path: &Path) -> Result<Option<Self>, StoreError> {
        let lock = connection::lock(path)?;
        Ok((!path.exists()).then(|| Reserved { path: path.to_owned(), _lock: lock }))
    }

    /// Puts a database there that nobody has open, and that is on the same disk: at once, as a whole.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it cannot be moved, or is not all in one file.
    pub fn fill(self, made: &Path) -> Result<(), StoreError> {
        if connection::beside(made, "-wal").exists() {
            return Err(StoreError::Database("a new database was not closed".to_owned()));
        }
        let failed = |error: std::io::Error| StoreError::Database(format!("{}: {error}", self.path.display()));
        // What is left of a database that was taken away must not be taken for a part of this one.
        for rest in ["-wal", "-shm"].map(|ending| connection::beside(&self.path, ending)) {
            match std::fs::remove_file(&rest) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        std::fs::rename(made, &self.path).map_err(failed)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Store for SqliteStore {
    fn load(&self) -> Result<Option<Loaded>, StoreError> {
        Ok(load::load(&mut self.connections.reader())?)
    }

    fn commit(&self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let mut writer = self.connections.writer();
        self.common_words.change(batch.changes.iter().filter_map(|change| match change {
            Change::MessageUpdated { row, .. } => Some(row.id.0),
            _ => None,
        }));
        commit::commit(&mut writer, batch)?;
        self.connections.after_commit(&writer);
        Ok(())
    }

    fn read_log(&self, after: u64, upto: u64, limit: usize) -> Result<Vec<Arc<Entry>>, StoreError> {
        Ok(log::read(&self.connections.reader(), after, upto, limit)?)
    }

    fn log_floor(&self) -> Result<u64, StoreError> {
        Ok(log::floor(&self.connections.reader())?)
    }

    fn trim_log(&self, before: i64) -> Result<usize, StoreError> {
        Ok(log::trim(&mut self.connections.writer(), before)?)
    }

    fn message(&self, id: MessageId) -> Result<Option<Arc<MessageRow>>, StoreError> {
        Ok(message::read(&mut self.connections.reader(), id)?)
    }

    fn first_sent_since(&self, time: i64) -> Result<MessageId, StoreError> {
        Ok(message::first_sent_since(&self.connections.reader(), time)?)
    }

    fn sent_before(&self, before: i64) -> Result<RoaringBitmap, StoreError> {
        Ok(message::sent_before(&self.connections.reader(), before)?)
    }

    fn history(&self, id: MessageId) -> Result<(Vec<Edit>, bool), StoreError> {
        let (mut edits, bounds) = (Vec::new(), Bounds::HISTORY);
        let connection = self.connections.reader();
        let (_, is_cut) = message::edits_of(&connection, id, bounds.edits, bounds.edits_bytes, &mut edits)?;
        Ok((edits, is_cut))
    }

    fn reactors_of(&self, ids: &[MessageId]) -> Result<Vec<UserId>, StoreError> {
        Ok(message::reactors_of(&self.connections.reader(), ids)?)
    }

    fn named_send(&self, sender: UserId, name: &str) -> Result<Option<NamedSend>, StoreError> {
        Ok(named_send::read(&self.connections.reader(), sender, name)?)
    }

    fn trim_named_sends(&self, before: i64) -> Result<usize, StoreError> {
        Ok(named_send::trim(&self.connections.writer(), before)?)
    }

    fn search(&self, query: &MessageQuery) -> Result<Rows, StoreError> {
        Ok(search::search(&mut self.connections.reader(), &self.common_words, query)?)
    }

    fn audit(&self, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        Ok(audit::read(&self.connections.reader(), limit)?)
    }

    fn trim_audit(&self, before: i64) -> Result<usize, StoreError> {
        Ok(audit::trim(&self.connections.writer(), before)?)
    }

    fn password(&self, user: UserId) -> Result<Option<String>, StoreError> {
        let reader = self.connections.reader();
        let mut statement =
            reader.prepare_cached("SELECT phc FROM passwords WHERE user_id = ?1").map_err(row::Error::from)?;
        let phc = statement.query_row(params![user.0], |row| row.get(0)).optional().map_err(row::Error::from)?;
        Ok(phc)
    }
}
