//! Connections: how they are set up, the lock that keeps other processes out, the writer and the pool of readers.

use crate::checkpoint::Checkpoints;
use crate::row::Error;
use crate::{SqliteOptions, Synchronous, migrate};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tidings_store::StoreError;

/// More than the statements there are, so that each is prepared once per connection.
const STATEMENTS_MAX: usize = 128;

/// How long a lock on the database is waited for. Only a backup or an operator's shell can hold one against us, and
/// briefly (<https://sqlite.org/pragma.html#pragma_busy_timeout>).
pub(crate) const LOCK_WAIT: Duration = Duration::from_secs(10);

/// All connections to one database, in the order in which they are closed.
///
/// Lock order: the writer, the gate, a reader.
#[derive(Debug)]
pub(crate) struct Connections {
    writer: Mutex<Connection>,
    checkpoints: Checkpoints,
    readers: Vec<Mutex<Connection>>,
    next_reader: AtomicUsize,
    /// Whoever reads holds it; who holds it alone knows that nobody reads. Those who come later wait for who wants
    /// it alone.
    gate: RwLock<()>,
    /// Released by the system when the file is closed, also if the process is killed. Dropped last.
    _lock: File,
}

impl Connections {
    pub(crate) fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let mut writer = open_writer(path, options.synchronous)?;
        migrate::migrate(&mut writer)?;
        let checkpoints = Checkpoints::start(&mut writer, open_writer(path, options.synchronous)?)?;
        let readers = (0..options.readers.max(1))
            .map(|_| Ok(Mutex::new(open_reader(path)?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let writer = Mutex::new(writer);
        Ok(Connections {
            writer,
            checkpoints,
            readers,
            next_reader: AtomicUsize::new(0),
            gate: RwLock::new(()),
            _lock: lock,
        })
    }

    /// The connection that writes. A panic while it was held rolled its transaction back, so it is as good as new.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the log short. To be called after a commit, with the connection that made it.
    pub(crate) fn after_commit(&self, writer: &Connection) {
        let alone = || self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.checkpoints.after_commit(writer, alone);
    }

    /// A connection that is free, or else the next in turn once it is.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        Reader { connection: self.free_reader(), _gate: gate }
    }

    fn free_reader(&self) -> MutexGuard<'_, Connection> {
        let start = self.next_reader.fetch_add(1, Ordering::Relaxed);
        let in_turn = |step: usize| &self.readers[start.wrapping_add(step) % self.readers.len()];
        (0..self.readers.len())
            .find_map(|step| in_turn(step).try_lock().ok())
            .unwrap_or_else(|| in_turn(0).lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection to read with.
pub(crate) struct Reader<'a> {
    connection: MutexGuard<'a, Connection>,
    _gate: RwLockReadGuard<'a, ()>,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Takes the lock file beside the database. Its content does not matter, and it stays when the lock is released:
/// removing it would let two processes lock two files of the same name.
pub(crate) fn lock(path: &Path) -> Result<File, StoreError> {
    let lock_path = beside(path, ".lock");
    let failed = |error: std::io::Error| StoreError::Database(format!("{}: {error}", lock_path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn open_writer(path: &Path, synchronous: Synchronous) -> Result<Connection, Error> {
    // We serialize access ourselves (https://sqlite.org/threadsafe.html), so SQLite's own mutexes are off.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    // Readers do not wait for the writer, and a commit is one fsync (https://sqlite.org/wal.html).
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode FULL synchronizes the WAL after each commit, NORMAL only before a checkpoint
    // (https://sqlite.org/pragma.html#pragma_synchronous).
    let level = match synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", level)?;
    // Inner pages of the trees that commits touch; 2 MiB (https://sqlite.org/pragma.html#pragma_cache_size).
    connection.pragma_update(None, "cache_size", -2048)?;
    // No commit pays for copying the WAL into the database: `checkpoint` does that
    // (https://sqlite.org/pragma.html#pragma_wal_autocheckpoint).
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A WAL that grew while a reader held it up is cut back to this afterwards; up to there its blocks are written
    // anew, which is faster than growing (https://sqlite.org/pragma.html#pragma_journal_size_limit).
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    // References are checked: a row that points nowhere fails the commit instead of the next start. It costs
    // little beside the fsync (https://sqlite.org/foreignkeys.html).
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    // Readers cannot write by mistake. Not opened read-only, because the last reader to close may have to
    // clean the WAL up (https://sqlite.org/pragma.html#pragma_query_only).
    connection.pragma_update(None, "query_only", true)?;
    // A page of messages is a few dozen pages; 1 MiB each keeps the whole server small, and the system's own cache
    // is behind it (https://sqlite.org/pragma.html#pragma_cache_size).
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> Result<(), Error> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.busy_timeout(LOCK_WAIT)?;
    // No mapping: mapped pages count as the server's memory, and an I/O error in one kills the process where a
    // read would return it (https://sqlite.org/mmap.html).
    connection.pragma_update(None, "mmap_size", 0)?;
    // What a query sorts is small; no temporary files (https://sqlite.org/pragma.html#pragma_temp_store).
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}
