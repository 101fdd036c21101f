//! What clients call their sends, for as long as a repetition is recognized.

use crate::row::{Error, bad_row, get};
use rusqlite::{Connection, OptionalExtension, params};
use tidings_core::commands::repeats::NamedSend;
use tidings_types::{MessageId, UserId};

const TABLE: &str = "named_sends";

/// How many names one step of a trim forgets: a few milliseconds of the writer.
const TRIM_STEP: i64 = 1_000;

pub(crate) fn read(connection: &Connection, sender: UserId, name: &str) -> Result<Option<NamedSend>, Error> {
    let sql = "SELECT message_id, payload, sent_at FROM named_sends WHERE sender_id = ?1 AND name = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![sender.0, name])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let payload = row.get_ref(1)?.as_blob().map_err(|error| bad_row(TABLE, error))?;
    Ok(Some(NamedSend {
        message: MessageId(get(row, 0, TABLE)?),
        payload: payload.try_into().map_err(|_| bad_row(TABLE, "the payload is no hash"))?,
        sent_at: get(row, 2, TABLE)?,
    }))
}

pub(crate) fn write(connection: &Connection, sender: UserId, name: &str, send: &NamedSend) -> Result<(), Error> {
    // An older send of this name gives way, and the new one is at the end, where the newest are.
    let sql = "INSERT OR REPLACE INTO named_sends (sender_id, name, payload, message_id, sent_at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![sender.0, name, send.payload, send.message.0, send.sent_at];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Ids are given in the order of time, so the oldest are looked at alone.
pub(crate) fn trim(connection: &Connection, before: i64) -> Result<usize, Error> {
    let oldest = "SELECT max(id) FROM (SELECT id, sent_at FROM named_sends ORDER BY id LIMIT ?1) WHERE sent_at < ?2";
    let upto: Option<i64> =
        connection.query_row(oldest, params![TRIM_STEP, before], |row| row.get(0)).optional()?.flatten();
    let Some(upto) = upto else { return Ok(0) };
    Ok(connection.execute("DELETE FROM named_sends WHERE id <= ?1", [upto])?)
}
