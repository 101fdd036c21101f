//! Marks of users. A batch reads each piece it touches once, and writes it once at the end.

use crate::row::{Error, bad_row};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use tidings_core::state::flags::Flag;
use tidings_types::{MessageId, UserId};

/// Ids of messages per stored piece, as a shift.
const CHUNK_BITS: u32 = 16;

/// Pieces a batch changed, by user, flag and number. Goes with the batch, so a failed one leaves nothing behind.
#[derive(Default)]
pub(super) struct DirtyFlags {
    chunks: BTreeMap<(UserId, Flag, u32), RoaringBitmap>,
}

impl DirtyFlags {
    pub(super) fn set(
        &mut self,
        connection: &Connection,
        user: UserId,
        flag: Flag,
        add: bool,
        ids: &[MessageId],
    ) -> Result<(), Error> {
        for same_chunk in ids.chunk_by(|a, b| a.0 >> CHUNK_BITS == b.0 >> CHUNK_BITS) {
            let key = (user, flag, same_chunk[0].0 >> CHUNK_BITS);
            let chunk = match self.chunks.entry(key) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => place.insert(read(connection, key)?),
            };
            for id in same_chunk {
                if add {
                    chunk.insert(id.0);
                } else {
                    chunk.remove(id.0);
                }
            }
        }
        Ok(())
    }

    pub(super) fn write(self, connection: &Connection) -> Result<(), Error> {
        let mut put = connection.prepare_cached(
            "INSERT INTO user_flags (user_id, flag, chunk, bitmap) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (user_id, flag, chunk) DO UPDATE SET bitmap = excluded.bitmap",
        )?;
        let mut delete =
            connection.prepare_cached("DELETE FROM user_flags WHERE user_id = ?1 AND flag = ?2 AND chunk = ?3")?;
        for ((user, flag, number), mut chunk) in self.chunks {
            if chunk.is_empty() {
                delete.execute(params![user.0, flag.name(), number])?;
                continue;
            }
            // Runs, where they are shorter: most of what a user has read is one.
            chunk.optimize();
            let mut bytes = Vec::with_capacity(chunk.serialized_size());
            chunk.serialize_into(&mut bytes).map_err(|error| bad_row("user_flags", error))?;
            put.execute(params![user.0, flag.name(), number, bytes])?;
        }
        Ok(())
    }
}

fn read(connection: &Connection, (user, flag, number): (UserId, Flag, u32)) -> Result<RoaringBitmap, Error> {
    let sql = "SELECT bitmap FROM user_flags WHERE user_id = ?1 AND flag = ?2 AND chunk = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let bytes: Option<Vec<u8>> =
        statement.query_row(params![user.0, flag.name(), number], |row| row.get(0)).optional()?;
    let Some(bytes) = bytes else { return Ok(RoaringBitmap::new()) };
    RoaringBitmap::deserialize_from(&bytes[..]).map_err(|error| bad_row("user_flags", error))
}
