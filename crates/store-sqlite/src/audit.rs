//! What administrators did.

use crate::load::for_each;
use crate::row::{Error, get};
use rusqlite::{Connection, OptionalExtension, params};
use tidings_core::audit::AuditRow;
use tidings_types::UserId;

const TABLE: &str = "audit";

/// How many rows one step of a trim forgets: a few milliseconds of the writer.
const TRIM_STEP: i64 = 1_000;

/// The newest first.
pub(crate) fn read(connection: &Connection, limit: usize) -> Result<Vec<AuditRow>, Error> {
    let mut rows = Vec::new();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = format!("SELECT at, actor_id, what, detail FROM audit ORDER BY id DESC LIMIT {limit}");
    for_each(connection, &sql, |row| {
        let actor = get::<Option<u32>>(row, 1, TABLE)?.map(UserId);
        rows.push(AuditRow { at: get(row, 0, TABLE)?, actor, what: get(row, 2, TABLE)?, detail: get(row, 3, TABLE)? });
        Ok(())
    })?;
    Ok(rows)
}

/// Ids are given in the order of time, so the oldest are looked at alone.
pub(crate) fn trim(connection: &Connection, before: i64) -> Result<usize, Error> {
    let oldest = "SELECT max(id) FROM (SELECT id, at FROM audit ORDER BY id LIMIT ?1) WHERE at < ?2";
    let upto: Option<i64> =
        connection.query_row(oldest, params![TRIM_STEP, before], |row| row.get(0)).optional()?.flatten();
    let Some(upto) = upto else { return Ok(0) };
    Ok(connection.execute("DELETE FROM audit WHERE id <= ?1", [upto])?)
}
