//! Whole messages, with their history and reactions.

use crate::row::{Error, from_plain, get};
use roaring::RoaringBitmap;
use rusqlite::{Connection, Row};
use std::sync::Arc;
use tidings_core::change::{MessageBits, MessageRow, ReactionRow, SubmessageRow};
use tidings_store::query::{Bounds, Rows};
use tidings_types::message::Edit;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// The message with this id, if it exists.
pub(crate) fn read(connection: &mut Connection, id: MessageId) -> Result<Option<Arc<MessageRow>>, Error> {
    // So that a message and its reactions are of the same moment.
    let transaction = connection.transaction()?;
    Ok(read_in(&transaction, &[id.0], false, Bounds::PAGE)?.messages.pop())
}

/// Everybody who reacted to one of these messages, ascending.
pub(crate) fn reactors_of(connection: &Connection, ids: &[MessageId]) -> Result<Vec<UserId>, Error> {
    let sql = "SELECT DISTINCT user_id FROM reactions WHERE message_id IN (SELECT value FROM json_each(?1))
               ORDER BY user_id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([json_list(ids.iter().map(|id| id.0))])?;
    let mut reactors = Vec::new();
    while let Some(row) = rows.next()? {
        reactors.push(UserId(get(row, 0, "reactions")?));
    }
    Ok(reactors)
}

/// The first message that was sent at a time or later.
pub(crate) fn first_sent_since(connection: &Connection, time: i64) -> Result<MessageId, Error> {
    let sql = "SELECT id FROM messages WHERE timestamp >= ?1 ORDER BY timestamp, id LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([time])?;
    let first = rows.next()?.map(|row| get(row, 0, "messages")).transpose()?;
    Ok(MessageId(first.unwrap_or(u32::MAX)))
}

/// The messages that were sent before a time.
pub(crate) fn sent_before(connection: &Connection, before: i64) -> Result<RoaringBitmap, Error> {
    let mut statement = connection.prepare_cached("SELECT id FROM messages WHERE timestamp < ?1")?;
    let mut rows = statement.query([before])?;
    let mut ids = RoaringBitmap::new();
    while let Some(row) = rows.next()? {
        ids.insert(get(row, 0, "messages")?);
    }
    Ok(ids)
}

/// The messages with these ids that exist, as far as the bounds allow, beginning at the end that is asked for.
pub(crate) fn read_in(
    transaction: &Connection,
    ids: &[u32],
    newest_first: bool,
    bounds: Bounds,
) -> Result<Rows, Error> {
    if ids.is_empty() {
        return Ok(Rows::default());
    }
    let (mut messages, is_cut) = messages(transaction, ids, newest_first, bounds)?;
    let list = json_list(messages.iter().map(|message| message.id.0));
    reactions(transaction, &list, &mut messages)?;
    submessages(transaction, &list, &mut messages)?;
    Ok(Rows { messages: messages.into_iter().map(Arc::new).collect(), is_cut })
}

/// Ids as `json_each` takes them.
pub(crate) fn json_list(ids: impl IntoIterator<Item = u32>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}

/// Messages with their changes, ascending, and whether there are more.
fn messages(
    connection: &Connection,
    ids: &[u32],
    newest_first: bool,
    bounds: Bounds,
) -> Result<(Vec<MessageRow>, bool), Error> {
    const TABLE: &str = "messages";
    const ASCENDING: &str = "SELECT id, conversation_id, sender_id, client, timestamp, is_me, has_link, has_image,
            channel_wildcard, topic_wildcard, last_edit, last_moved, content, rendered
        FROM messages WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    const DESCENDING: &str = "SELECT id, conversation_id, sender_id, client, timestamp, is_me, has_link, has_image,
            channel_wildcard, topic_wildcard, last_edit, last_moved, content, rendered
        FROM messages WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id DESC";
    let mut statement = connection.prepare_cached(if newest_first { DESCENDING } else { ASCENDING })?;
    let mut rows = statement.query([json_list(ids.iter().copied())])?;
    let (mut messages, mut bytes, mut is_cut) = (Vec::new(), 0, false);
    while let Some(row) = rows.next()? {
        if bytes >= bounds.page_bytes && !messages.is_empty() {
            is_cut = true;
            break;
        }
        let mut message = MessageRow {
            id: MessageId(get(row, 0, TABLE)?),
            conversation: ConversationId(get(row, 1, TABLE)?),
            sender: UserId(get(row, 2, TABLE)?),
            client: get(row, 3, TABLE)?,
            timestamp: get(row, 4, TABLE)?,
            bits: MessageBits {
                is_me: get(row, 5, TABLE)?,
                has_link: get(row, 6, TABLE)?,
                has_image: get(row, 7, TABLE)?,
                channel_wildcard: get(row, 8, TABLE)?,
                topic_wildcard: get(row, 9, TABLE)?,
            },
            last_edit: get(row, 10, TABLE)?,
            last_moved: get(row, 11, TABLE)?,
            content: get(row, 12, TABLE)?,
            rendered: get(row, 13, TABLE)?,
            edit_history: Vec::new(),
            reactions: Vec::new(),
            submessages: Vec::new(),
        };
        bytes += message.content.len() + message.rendered.len();
        bytes += edits_of(connection, message.id, bounds.edits, bounds.edits_bytes, &mut message.edit_history)?.0;
        messages.push(message);
    }
    if newest_first {
        messages.reverse();
    }
    Ok((messages, is_cut))
}

/// The message a row of another table belongs to.
fn owner<'a>(messages: &'a mut [MessageRow], row: &Row<'_>, table: &'static str) -> Result<&'a mut MessageRow, Error> {
    let id = MessageId(get(row, 0, table)?);
    let at = messages.binary_search_by_key(&id, |message| message.id);
    at.map(|at| &mut messages[at]).map_err(|_| crate::row::bad_row(table, format!("message {id} does not exist")))
}

/// Adds the changes of a message, the newest first, until there are so many of them or so many bytes of texts; returns
/// how many bytes, and whether there are more.
pub(crate) fn edits_of(
    connection: &Connection,
    id: MessageId,
    edits_max: usize,
    bytes_max: usize,
    edits: &mut Vec<Edit>,
) -> Result<(usize, bool), Error> {
    const TABLE: &str = "message_edits";
    let sql = "SELECT user_id, timestamp, prev_content, prev_rendered_content, topic, prev_topic, channel_id,
                   prev_channel_id
               FROM message_edits WHERE message_id = ?1 ORDER BY id DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id.0])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if edits.len() >= edits_max {
            return Ok((bytes, true));
        }
        let edit = Edit {
            user_id: get::<Option<u32>>(row, 0, TABLE)?.map(UserId),
            timestamp: get(row, 1, TABLE)?,
            prev_content: get(row, 2, TABLE)?,
            prev_rendered_content: get(row, 3, TABLE)?,
            topic: get(row, 4, TABLE)?,
            prev_topic: get(row, 5, TABLE)?,
            stream: get::<Option<u32>>(row, 6, TABLE)?.map(ChannelId),
            prev_stream: get::<Option<u32>>(row, 7, TABLE)?.map(ChannelId),
        };
        let texts = [&edit.prev_content, &edit.prev_rendered_content];
        let more: usize = texts.into_iter().flatten().map(String::len).sum();
        if bytes + more > bytes_max {
            return Ok((bytes, true));
        }
        bytes += more;
        edits.push(edit);
    }
    Ok((bytes, false))
}

fn reactions(connection: &Connection, list: &str, messages: &mut [MessageRow]) -> Result<(), Error> {
    const TABLE: &str = "reactions";
    let sql = "SELECT message_id, user_id, reaction_type, emoji_code, emoji_name
               FROM reactions WHERE message_id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([list])?;
    while let Some(row) = rows.next()? {
        let reaction_type: String = get(row, 2, TABLE)?;
        owner(messages, row, TABLE)?.reactions.push(ReactionRow {
            user: UserId(get(row, 1, TABLE)?),
            reaction_type: from_plain(TABLE, reaction_type)?,
            emoji_code: get(row, 3, TABLE)?,
            emoji_name: get(row, 4, TABLE)?,
        });
    }
    Ok(())
}

fn submessages(connection: &Connection, list: &str, messages: &mut [MessageRow]) -> Result<(), Error> {
    const TABLE: &str = "submessages";
    let sql = "SELECT message_id, id, sender_id, msg_type, content
               FROM submessages WHERE message_id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([list])?;
    while let Some(row) = rows.next()? {
        owner(messages, row, TABLE)?.submessages.push(SubmessageRow {
            id: get(row, 1, TABLE)?,
            sender: UserId(get(row, 2, TABLE)?),
            msg_type: get(row, 3, TABLE)?,
            content: get(row, 4, TABLE)?,
        });
    }
    Ok(())
}
