//! The event log.

use crate::row::{Error, bad_row, get, int, seq};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::sync::Arc;
use tidings_core::event::Entry;

/// How many entries one call trims at most, so that commits do not wait long for it: some milliseconds.
const TRIM_MAX: usize = 2_000;

pub(crate) fn read(connection: &Connection, after: u64, upto: u64, limit: usize) -> Result<Vec<Arc<Entry>>, Error> {
    let sql = "SELECT seq, created_at, body FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![int(after), int(upto), i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(2)?.as_str().map_err(|error| bad_row("events", error))?;
        let entry = Entry::from_stored(seq(get(row, 0, "events")?), get(row, 1, "events")?, body);
        entries.push(Arc::new(entry.map_err(|error| bad_row("events", error.0))?));
    }
    Ok(entries)
}

pub(crate) fn floor(connection: &Connection) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached("SELECT log_floor FROM realm")?;
    let floor: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(floor.map_or(0, seq))
}

/// Removes the oldest entries, up to the first that is not older than `before`: what is left has no holes.
pub(crate) fn trim(connection: &mut Connection, before: i64) -> Result<usize, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last_old = {
        let sql = "SELECT seq, created_at FROM events ORDER BY seq LIMIT ?1";
        let mut statement = transaction.prepare_cached(sql)?;
        let mut rows = statement.query([i64::try_from(TRIM_MAX).unwrap_or(i64::MAX)])?;
        let mut last_old: Option<i64> = None;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? >= before {
                break;
            }
            last_old = Some(row.get(0)?);
        }
        last_old
    };
    let Some(last_old) = last_old else { return Ok(0) };
    let removed = transaction.prepare_cached("DELETE FROM events WHERE seq <= ?1")?.execute([last_old])?;
    transaction.prepare_cached("UPDATE realm SET log_floor = ?1")?.execute([last_old])?;
    transaction.commit()?;
    Ok(removed)
}
