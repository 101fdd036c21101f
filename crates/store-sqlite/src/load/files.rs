//! Uploaded files, pictures and emoji.

use super::for_each;
use crate::row::{Error, bad_row, get, seq};
use rusqlite::{Connection, Row};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::files::{FileRow, ImageRow};
use tidings_core::state::pictures::{EmojiRow, Picture, PictureOf};
use tidings_types::{AttachmentId, MessageId, UserId};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let sql = "SELECT id, owner_id, name, path, key, size, content_type, image_width, image_height, image_is_animated,
                   image_is_transparent, created_at, unused_since
               FROM attachments ORDER BY id";
    for_each(connection, sql, |row| {
        state.apply(&Change::File(Arc::new(file(row)?)));
        Ok(())
    })?;
    uses(connection, state)?;
    pictures(connection, state)?;
    emoji(connection, state)
}

fn pictures(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "pictures";
    for_each(connection, "SELECT kind, user_id, file, version FROM pictures", |row| {
        let kind: String = get(row, 0, TABLE)?;
        let of = match kind.as_str() {
            "user" => PictureOf::User(UserId(get(row, 1, TABLE)?)),
            "icon" => PictureOf::Icon,
            "logo" => PictureOf::Logo,
            "night_logo" => PictureOf::NightLogo,
            other => return Err(bad_row(TABLE, format!("unknown kind {other}"))),
        };
        let picture = Picture { file: get(row, 2, TABLE)?, version: get(row, 3, TABLE)? };
        state.apply(&Change::Picture { of, picture: Arc::new(picture) });
        Ok(())
    })
}

fn emoji(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "custom_emoji";
    // Of those that had a name one after the other, the newest may be in use.
    let sql = "SELECT id, name, author_id, file, is_animated, is_deactivated FROM custom_emoji ORDER BY id";
    for_each(connection, sql, |row| {
        let row = EmojiRow {
            id: get(row, 0, TABLE)?,
            name: get(row, 1, TABLE)?,
            author: UserId(get(row, 2, TABLE)?),
            file: get(row, 3, TABLE)?,
            is_animated: get(row, 4, TABLE)?,
            is_deactivated: get(row, 5, TABLE)?,
        };
        state.apply(&Change::Emoji(Arc::new(row)));
        Ok(())
    })
}

fn file(row: &Row<'_>) -> Result<FileRow, Error> {
    const TABLE: &str = "attachments";
    let image = match get::<Option<u32>>(row, 7, TABLE)? {
        Some(width) => Some(ImageRow {
            width,
            height: get(row, 8, TABLE)?,
            is_animated: get(row, 9, TABLE)?,
            is_transparent: get(row, 10, TABLE)?,
        }),
        None => None,
    };
    Ok(FileRow {
        id: AttachmentId(seq(get(row, 0, TABLE)?)),
        owner: UserId(get(row, 1, TABLE)?),
        name: get(row, 2, TABLE)?,
        path: get(row, 3, TABLE)?,
        key: get(row, 4, TABLE)?,
        size: seq(get(row, 5, TABLE)?),
        content_type: get(row, 6, TABLE)?,
        image,
        created_at: get(row, 11, TABLE)?,
        unused_since: get(row, 12, TABLE)?,
    })
}

fn uses(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "attachment_messages";
    let mut current: Option<(MessageId, i64, Vec<AttachmentId>)> = None;
    let done = |state: &mut RealmState, found: Option<(MessageId, i64, Vec<AttachmentId>)>| {
        if let Some((message, sent_at, files)) = found {
            state.apply(&Change::FileUses { message, sent_at, files });
        }
    };
    let sql = "SELECT u.message_id, m.timestamp, u.attachment_id
               FROM attachment_messages u JOIN messages m ON m.id = u.message_id
               ORDER BY u.message_id, u.attachment_id";
    for_each(connection, sql, |row| {
        let (message, id) = (MessageId(get(row, 0, TABLE)?), AttachmentId(seq(get(row, 2, TABLE)?)));
        match &mut current {
            Some((known, _, files)) if *known == message => files.push(id),
            _ => done(state, current.replace((message, get(row, 1, TABLE)?, vec![id]))),
        }
        Ok(())
    })?;
    done(state, current);
    Ok(())
}
