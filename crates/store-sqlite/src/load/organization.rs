//! What the organization lets text become.

use super::for_each;
use crate::row::{Error, get};
use rusqlite::Connection;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::linkifiers::Numbered;
use tidings_types::linkifier::{Linkifier, Playground};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let (mut linkifiers, mut playgrounds) = (Numbered::default(), Numbered::default());
    for_each(connection, "SELECT id, pattern, url_template FROM linkifiers ORDER BY position", |row| {
        const TABLE: &str = "linkifiers";
        let (id, pattern, url_template) = (get(row, 0, TABLE)?, get(row, 1, TABLE)?, get(row, 2, TABLE)?);
        linkifiers.items.push(Linkifier { pattern, url_template, id });
        Ok(())
    })?;
    for_each(connection, "SELECT id, name, pygments_language, url_template FROM playgrounds ORDER BY id", |row| {
        const TABLE: &str = "playgrounds";
        playgrounds.items.push(Playground {
            id: get(row, 0, TABLE)?,
            name: get(row, 1, TABLE)?,
            pygments_language: get(row, 2, TABLE)?,
            url_template: get(row, 3, TABLE)?,
        });
        Ok(())
    })?;
    for_each(connection, "SELECT list, last_id FROM last_ids", |row| {
        const TABLE: &str = "last_ids";
        match get::<String>(row, 0, TABLE)?.as_str() {
            "linkifiers" => linkifiers.last_id = get(row, 1, TABLE)?,
            "playgrounds" => playgrounds.last_id = get(row, 1, TABLE)?,
            _ => {}
        }
        Ok(())
    })?;
    state.apply(&Change::Linkifiers(Arc::new(linkifiers)));
    state.apply(&Change::Playgrounds(Arc::new(playgrounds)));
    Ok(())
}
