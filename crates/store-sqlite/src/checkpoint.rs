//! Copies the write-ahead log into the database, on a thread and a connection of its own, so that no commit has to
//! wait for it (<https://sqlite.org/wal.html#ckpt>).
//!
//! A checkpoint changes nothing that is visible and loses nothing if it is interrupted: the log is what counts until
//! it has been copied and the copy is on the disk.
//!
//! A log that is written without pause would never be started anew, since that takes a moment in which all of it is
//! copied. So when it has become long, a commit makes that moment: most is copied by then.

use crate::connection::LOCK_WAIT;
use crate::row::Error;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::ffi::c_int;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tidings_store::StoreError;

/// New pages in the log after which they are copied; 4 MiB. Sooner, and pages that are written again and again are
/// copied more often; later, and reading slows down, and a start after a crash takes longer.
const COPY_PAGES: u32 = 1_000;

/// Pages after which the log has to be started anew; 32 MiB.
const LOG_PAGES_MAX: u32 = 8 * COPY_PAGES;

/// How long a commit waits for readers that are still in the old log. If they are not done by then, or the thread is
/// copying, the log grows on.
const HOLD_UP: Duration = Duration::from_millis(50);

/// Pages from which commits keep readers away, let the thread come to an end, and wait for as long as it takes; 64 MiB. More is written than
/// the disk can copy, or somebody reads all the time.
const HOLD_UP_PAGES: u32 = 2 * LOG_PAGES_MAX;

/// How long they wait then for readers in other processes.
const HOLD_UP_MAX: Duration = Duration::from_secs(5);

/// Copies the log as it grows. Dropping this waits until the thread has ended, which it does once the writing
/// connection is closed.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    progress: Arc<Progress>,
    thread: Option<JoinHandle<()>>,
}

/// In pages of the log.
#[derive(Debug)]
struct Progress {
    /// Held by whoever copies. SQLite lets one at a time, and tells the other to come back without letting it wait.
    copying: Mutex<()>,
    written: AtomicU32,
    copied: AtomicU32,
    /// Where a commit is to start it anew.
    start_anew_at: AtomicU32,
}

impl Checkpoints {
    /// Starts to copy what `writer` writes. `connection` is a second one to the same database.
    pub(crate) fn start(writer: &mut Connection, connection: Connection) -> Result<Self, Error> {
        let (wake, woken) = sync_channel(1);
        let progress = Arc::new(Progress {
            copying: Mutex::new(()),
            written: AtomicU32::new(0),
            copied: AtomicU32::new(0),
            start_anew_at: AtomicU32::new(LOG_PAGES_MAX),
        });
        let watching = Arc::clone(&progress);
        writer.wal_hook(Some(move |_: &mut Wal, pages: c_int| {
            watching.commit(u32::try_from(pages).unwrap_or(0), &wake);
            Ok(())
        }))?;
        let copying = Arc::clone(&progress);
        let run = move || copying.run(&connection, &woken);
        let spawned = std::thread::Builder::new().name("checkpoints".to_owned()).spawn(run);
        let thread = spawned.map_err(|error| StoreError::Database(format!("no thread for checkpoints: {error}")))?;
        Ok(Checkpoints { progress, thread: Some(thread) })
    }

    /// To be called after a commit with the connection that made it. `alone` waits until nobody reads, and keeps
    /// readers away while what it returns is held.
    pub(crate) fn after_commit<T>(&self, writer: &Connection, alone: impl FnOnce() -> T) {
        let written = self.progress.written.load(Ordering::Relaxed);
        if written < self.progress.start_anew_at.load(Ordering::Relaxed) {
            return;
        }
        self.progress.start_anew_at.store(written + COPY_PAGES, Ordering::Relaxed);
        let copying = &self.progress.copying;
        let (hold_up, _alone, _copying) = if written < HOLD_UP_PAGES {
            let Ok(turn) = copying.try_lock() else { return };
            (HOLD_UP, None, turn)
        } else {
            (HOLD_UP_MAX, Some(alone()), copying.lock().unwrap_or_else(PoisonError::into_inner))
        };
        if let Err(error) = start_anew(writer, hold_up) {
            tracing::warn!(%error, "the write-ahead log could not be started anew");
        }
    }
}

fn start_anew(writer: &Connection, hold_up: Duration) -> Result<(), rusqlite::Error> {
    writer.busy_timeout(hold_up)?;
    let copied = copy(writer, "RESTART");
    writer.busy_timeout(LOCK_WAIT)?;
    copied.map(|_| ())
}

/// Copies what can be copied; returns how many pages of the log are.
fn copy(connection: &Connection, mode: &str) -> Result<u32, rusqlite::Error> {
    // Whether somebody was in the way, how many pages there are, how many are copied. The next time is soon.
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let copied: i64 = connection.query_row(&sql, [], |row| row.get(2))?;
    Ok(u32::try_from(copied).unwrap_or(0))
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // If it panicked, the log is copied when the last connection is closed, or at the next start.
            let _ = thread.join();
        }
    }
}

impl Progress {
    /// The log has so many pages after a commit.
    fn commit(&self, pages: u32, wake: &SyncSender<()>) {
        // There is something new, so a log that is not longer was started anew.
        if pages <= self.written.swap(pages, Ordering::Relaxed) {
            self.copied.store(0, Ordering::Relaxed);
            self.start_anew_at.store(LOG_PAGES_MAX, Ordering::Relaxed);
        }
        if pages.saturating_sub(self.copied.load(Ordering::Relaxed)) >= COPY_PAGES {
            // If the thread has been woken already, that is enough.
            let _ = wake.try_send(());
        }
    }

    fn run(&self, connection: &Connection, woken: &Receiver<()>) {
        while woken.recv().is_ok() {
            let _copying = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
            match copy(connection, "PASSIVE") {
                // If the log was started anew meanwhile, this is too much, and only delays the next time.
                Ok(copied) => self.copied.store(copied, Ordering::Relaxed),
                // Nothing is lost: the log grows, and the next commits bring the next try.
                Err(error) => tracing::warn!(%error, "the write-ahead log could not be copied into the database"),
            }
        }
    }
}
