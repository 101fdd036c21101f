//! What users prepare for later.

use super::for_each;
use crate::row::{Error, bad_row, from_json, from_plain, get, seq};
use rusqlite::{Connection, Row};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_types::prepared::{Draft, NavigationView, SavedSnippet};
use tidings_types::{ChannelId, MessageId, PreparedId, UserId};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    drafts(connection, state)?;
    snippets(connection, state)?;
    views(connection, state)?;
    let sql = "SELECT id, user_id, channel_id, topic, recipients, read_by_sender, reminder_of, note, content, rendered,
                   deliver_at, client, failure
               FROM later ORDER BY id";
    for_each(connection, sql, |row| {
        let row = later(row)?;
        state.apply(&Change::Later { user: row.user, id: row.id, row: Some(Arc::new(row)) });
        Ok(())
    })
}

fn id(row: &Row<'_>, table: &'static str) -> Result<PreparedId, Error> {
    Ok(PreparedId(seq(get(row, 0, table)?)))
}

fn drafts(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "drafts";
    let sql = "SELECT id, user_id, draft_type, recipients, topic, content, last_edited FROM drafts ORDER BY id";
    for_each(connection, sql, |row| {
        let draft_type: String = get(row, 2, TABLE)?;
        let draft = Draft {
            id: id(row, TABLE)?,
            draft_type: from_plain(TABLE, draft_type)?,
            to: from_json(TABLE, &get::<String>(row, 3, TABLE)?)?,
            topic: get(row, 4, TABLE)?,
            content: get(row, 5, TABLE)?,
            timestamp: get(row, 6, TABLE)?,
        };
        let user = UserId(get(row, 1, TABLE)?);
        state.apply(&Change::Draft { user, id: draft.id, draft: Some(Arc::new(draft)) });
        Ok(())
    })
}

fn snippets(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "saved_snippets";
    let sql = "SELECT id, user_id, title, content, created_at FROM saved_snippets ORDER BY id";
    for_each(connection, sql, |row| {
        let snippet = SavedSnippet {
            id: id(row, TABLE)?,
            title: get(row, 2, TABLE)?,
            content: get(row, 3, TABLE)?,
            date_created: get(row, 4, TABLE)?,
        };
        let user = UserId(get(row, 1, TABLE)?);
        state.apply(&Change::Snippet { user, id: snippet.id, snippet: Some(Arc::new(snippet)) });
        Ok(())
    })
}

fn views(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "navigation_views";
    for_each(connection, "SELECT user_id, fragment, is_pinned, name FROM navigation_views", |row| {
        let fragment: String = get(row, 1, TABLE)?;
        let view =
            NavigationView { fragment: fragment.clone(), is_pinned: get(row, 2, TABLE)?, name: get(row, 3, TABLE)? };
        let user = UserId(get(row, 0, TABLE)?);
        state.apply(&Change::View { user, fragment, view: Some(Arc::new(view)) });
        Ok(())
    })
}

fn later(row: &Row<'_>) -> Result<LaterRow, Error> {
    const TABLE: &str = "later";
    let channel = get::<Option<u32>>(row, 2, TABLE)?;
    let recipients = get::<Option<String>>(row, 4, TABLE)?;
    let reminder = get::<Option<u32>>(row, 6, TABLE)?;
    let to = match (channel, &recipients) {
        (Some(channel), _) => Some(LaterTo::Topic { channel: ChannelId(channel), topic: get(row, 3, TABLE)? }),
        (None, Some(users)) => Some(LaterTo::Users(from_json(TABLE, users)?)),
        (None, None) => None,
    };
    let what = match (to, reminder) {
        (Some(to), _) => Later::Message { to, read_by_sender: get(row, 5, TABLE)? },
        (None, Some(message)) => Later::Reminder { message: MessageId(message), note: get(row, 7, TABLE)? },
        (None, None) => return Err(bad_row(TABLE, "a row is neither a message nor a reminder")),
    };
    Ok(LaterRow {
        id: id(row, TABLE)?,
        user: UserId(get(row, 1, TABLE)?),
        what,
        content: get(row, 8, TABLE)?,
        rendered: get(row, 9, TABLE)?,
        at: get(row, 10, TABLE)?,
        client: get(row, 11, TABLE)?,
        failure: get(row, 12, TABLE)?,
    })
}
