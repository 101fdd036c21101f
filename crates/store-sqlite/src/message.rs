//! Whole messages, with their history and reactions.

use crate::row::{Error, from_plain, get};
use roaring::RoaringBitmap;
use rusqlite::{Connection, Row};
use std::sync::Arc;
use tidings_core::change::{MessageBits, MessageRow, ReactionRow, SubmessageRow};
use tidings_types::message::Edit;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// The messages with these ids that exist, ascending: four queries, however many there are.
pub(crate) fn read(connection: &mut Connection, ids: &[u32]) -> Result<Vec<Arc<MessageRow>>, Error> {
    // So that a message and its reactions are of the same moment.
    let transaction = connection.transaction()?;
    read_in(&transaction, ids)
}

/// Everybody who sent to a conversation, ascending.
pub(crate) fn senders_of(connection: &Connection, conversation: ConversationId) -> Result<Vec<UserId>, Error> {
    let sql = "SELECT DISTINCT sender_id FROM messages WHERE conversation_id = ?1 ORDER BY sender_id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([conversation.0])?;
    let mut senders = Vec::new();
    while let Some(row) = rows.next()? {
        senders.push(UserId(get(row, 0, "messages")?));
    }
    Ok(senders)
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

/// As [`read`], within a transaction.
pub(crate) fn read_in(transaction: &Connection, ids: &[u32]) -> Result<Vec<Arc<MessageRow>>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = json_list(ids);
    let mut messages = messages(transaction, &list)?;
    edits(transaction, &list, &mut messages)?;
    reactions(transaction, &list, &mut messages)?;
    submessages(transaction, &list, &mut messages)?;
    Ok(messages.into_iter().map(Arc::new).collect())
}

/// Ids as `json_each` takes them.
pub(crate) fn json_list(ids: &[u32]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("[{}]", ids.join(","))
}

fn messages(connection: &Connection, list: &str) -> Result<Vec<MessageRow>, Error> {
    const TABLE: &str = "messages";
    let sql = "SELECT id, conversation_id, sender_id, client, timestamp, is_me, has_link, has_image, channel_wildcard,
                   topic_wildcard, last_edit, last_moved, content, rendered
               FROM messages WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([list])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(MessageRow {
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
        });
    }
    Ok(messages)
}

/// The message a row of another table belongs to.
fn owner<'a>(messages: &'a mut [MessageRow], row: &Row<'_>, table: &'static str) -> Result<&'a mut MessageRow, Error> {
    let id = MessageId(get(row, 0, table)?);
    let at = messages.binary_search_by_key(&id, |message| message.id);
    at.map(|at| &mut messages[at]).map_err(|_| crate::row::bad_row(table, format!("message {id} does not exist")))
}

fn edits(connection: &Connection, list: &str, messages: &mut [MessageRow]) -> Result<(), Error> {
    const TABLE: &str = "message_edits";
    let sql = "SELECT message_id, user_id, timestamp, prev_content, prev_rendered_content, topic, prev_topic,
                   channel_id, prev_channel_id
               FROM message_edits WHERE message_id IN (SELECT value FROM json_each(?1)) ORDER BY id DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([list])?;
    while let Some(row) = rows.next()? {
        owner(messages, row, TABLE)?.edit_history.push(Edit {
            user_id: get::<Option<u32>>(row, 1, TABLE)?.map(UserId),
            timestamp: get(row, 2, TABLE)?,
            prev_content: get(row, 3, TABLE)?,
            prev_rendered_content: get(row, 4, TABLE)?,
            topic: get(row, 5, TABLE)?,
            prev_topic: get(row, 6, TABLE)?,
            stream: get::<Option<u32>>(row, 7, TABLE)?.map(ChannelId),
            prev_stream: get::<Option<u32>>(row, 8, TABLE)?.map(ChannelId),
        });
    }
    Ok(())
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
