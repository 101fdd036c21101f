//! What every backend promises, and what only this one does.

use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use tidings_core::event::StoredEntry;
use tidings_store::contract::Backend;
use tidings_store::{Batch, Store, StoreError};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};

/// A database in a folder of its own, which goes with it.
struct Database(TempDir);

impl Database {
    fn new() -> Self {
        Database(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("tidings.db")
    }

    fn try_open(&self) -> Result<SqliteStore, StoreError> {
        // What only a power failure could show need not be waited for.
        SqliteStore::open(&self.path(), SqliteOptions { synchronous: Synchronous::Normal, readers: 2 })
    }
}

impl Backend for Database {
    type Store = SqliteStore;

    fn open(&self) -> SqliteStore {
        self.try_open().expect("a database that opens")
    }
}

tidings_store::contract_tests!(Database::new());

#[test]
fn a_second_store_is_refused_until_the_first_is_dropped() {
    let database = Database::new();
    let first = database.open();
    assert!(matches!(database.try_open(), Err(StoreError::InUse(_))));
    drop(first);
    database.open();
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let database = Database::new();
    drop(database.open());
    let connection = Connection::open(database.path()).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    assert!(matches!(database.try_open(), Err(StoreError::TooNew { found: 1_000, .. })));
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(found, 1_000);
}

#[test]
fn a_file_that_is_no_database_is_an_error() {
    let database = Database::new();
    std::fs::write(database.path(), "not a database, and long enough to be taken for one".repeat(100)).unwrap();
    assert!(matches!(database.try_open(), Err(StoreError::Broken(_))));
}

#[test]
fn readers_see_the_last_commit_while_others_read() {
    let database = Database::new();
    let store = database.open();
    let changes = tidings_store::contract::samples::first_batch(3);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut last = 0;
                while last < 50 {
                    let seq = store.load().unwrap().map_or(0, |loaded| loaded.state.seq);
                    assert!(seq >= last, "{seq} after {last}");
                    last = seq;
                }
            });
        }
        for seq in 1..=50 {
            store.commit(&Batch { seq, now: 0, changes: &changes, events: &[] }).unwrap();
            assert_eq!(store.load().unwrap().unwrap().state.seq, seq);
        }
    });
}

/// As when many send and others search all the time: the log is copied beside the commits, and does not grow for ever.
#[test]
fn the_log_of_a_busy_database_stays_short_and_goes_with_a_clean_stop() {
    let database = Database::new();
    let wal = database.0.path().join("tidings.db-wal");
    let bytes = || std::fs::metadata(&wal).map_or(0, |file| file.len());
    let store = database.open();
    let changes = tidings_store::contract::samples::first_batch(3);
    let body = "x".repeat(1 << 20);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                store.load().unwrap();
            }
        });
        for seq in 1..=200 {
            let event = StoredEntry { seq, created_at: 0, event_type: "message", body: body.clone() };
            let changes = if seq == 1 { changes.as_slice() } else { &[] };
            store.commit(&Batch { seq, now: 0, changes, events: &[event] }).unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!((4 << 20..100 << 20).contains(&bytes()), "{} bytes of 200 MiB", bytes());
    drop(store);
    assert_eq!(bytes(), 0);
    let connection = Connection::open(database.path()).unwrap();
    let events: i64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(events, 200);
}

#[test]
fn settings_are_stored_where_they_differ_from_the_defaults() {
    let database = Database::new();
    let changes = tidings_store::contract::samples::first_batch(3);
    database.open().commit(&Batch { seq: 1, now: 0, changes: &changes, events: &[] }).unwrap();
    let connection = Connection::open(database.path()).unwrap();
    let sql = "SELECT settings FROM users WHERE id = 2";
    let settings: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(settings, r#"{"email_address_visibility":3,"enter_sends":true,"timezone":"Europe/Berlin"}"#);
}

/// What is left of a database that was taken away is no part of the one that is put in its place.
#[test]
fn a_new_database_takes_no_log_of_another() {
    let (gone, made, place) = (Database::new(), Database::new(), Database::new());
    let changes = tidings_store::contract::samples::first_batch(3);
    let fill = |database: &Database, users: usize| {
        let store = database.open();
        store.commit(&Batch { seq: 1, now: 0, changes: &changes[..users], events: &[] }).unwrap();
        store
    };
    drop(fill(&made, changes.len()));
    // A log that was not copied into its database, as a crash leaves it.
    let open = fill(&gone, changes.len() - 1);
    let beside = |database: &Database, ending: &str| database.0.path().join(format!("tidings.db{ending}"));
    assert!(std::fs::metadata(beside(&gone, "-wal")).unwrap().len() > 0);
    for ending in ["-wal", "-shm"] {
        std::fs::copy(beside(&gone, ending), beside(&place, ending)).unwrap();
    }
    drop(open);
    let reserved = tidings_store_sqlite::Reserved::new(&place.path()).unwrap().expect("nothing is there");
    reserved.fill(&made.path()).unwrap();
    assert!(!beside(&place, "-wal").exists() && !beside(&place, "-shm").exists());
    let users = place.open().load().unwrap().unwrap().state.users.len();
    assert_eq!(users, 3);
}
