//! Reading a realm: its rows become changes and are folded; what there is much of goes in by the piece.

mod account;
mod channel;
mod files;
mod group;
mod invites;
mod organization;
mod prepared;

use crate::row::{Error, bad_row, from_json, get, seq};
use roaring::RoaringBitmap;
use rusqlite::{Connection, Row};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tidings_core::queue::{QueueOptions, QueueRow};
use tidings_core::state::RealmState;
use tidings_core::state::flags::{Flag, MentionBits};
use tidings_core::state::messages::Way;
use tidings_core::state::realm::RealmRow;
use tidings_store::Loaded;
use tidings_types::{ChannelId, ConversationId, EventId, MessageId, UserId};

/// Reads everything at one moment: a transaction sees no later commit.
pub(crate) fn load(connection: &mut Connection) -> Result<Option<Loaded>, Error> {
    let transaction = connection.transaction()?;
    let Some((mut state, last_message)) = realm(&transaction)? else { return Ok(None) };
    organization::load(&transaction, &mut state)?;
    invites::load(&transaction, &mut state)?;
    account::load(&transaction, &mut state)?;
    group::load(&transaction, &mut state)?;
    channel::load(&transaction, &mut state)?;
    prepared::load(&transaction, &mut state)?;
    messages(&transaction, &mut state, last_message)?;
    ways(&transaction, &mut state)?;
    files::load(&transaction, &mut state)?;
    flags(&transaction, &mut state)?;
    mentions(&transaction, &mut state)?;
    let queues = queues(&transaction)?;
    Ok(Some(Loaded { state, queues }))
}

/// Calls `each` for every row. Statements of a start are not kept.
pub(crate) fn for_each(
    connection: &Connection,
    sql: &str,
    mut each: impl FnMut(&Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row)?;
    }
    Ok(())
}

/// Permissions from the columns that begin at `first`. By way of JSON, so that the table of permissions stays the only
/// list of them.
fn permissions<T: DeserializeOwned>(
    row: &Row<'_>,
    table: &'static str,
    first: usize,
    names: &[&'static str],
) -> Result<T, Error> {
    let mut fields: BTreeMap<&str, Box<RawValue>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        let json: String = get(row, first + at, table)?;
        fields.insert(name, RawValue::from_string(json).map_err(|error| bad_row(table, error))?);
    }
    let json = serde_json::to_string(&fields).map_err(|error| bad_row(table, error))?;
    from_json(table, &json)
}

fn realm(connection: &Connection) -> Result<Option<(RealmState, u32)>, Error> {
    const TABLE: &str = "realm";
    let sql = "SELECT string_id, name, description, date_created, host, url, settings, seq, last_message_id,
                   last_submessage_id, settled_until, settings_defaults, imported_at
               FROM realm";
    let mut found = None;
    for_each(connection, sql, |row| {
        let settings: String = get(row, 6, TABLE)?;
        let mut state = RealmState::new(RealmRow {
            string_id: get(row, 0, TABLE)?,
            name: get(row, 1, TABLE)?,
            description: get(row, 2, TABLE)?,
            date_created: get(row, 3, TABLE)?,
            imported_at: get(row, 12, TABLE)?,
            host: get(row, 4, TABLE)?,
            url: get(row, 5, TABLE)?,
            settled_until: get(row, 10, TABLE)?,
            defaults: from_json(TABLE, &get::<String>(row, 11, TABLE)?)?,
            settings: from_json(TABLE, &settings)?,
        });
        state.seq = seq(get(row, 7, TABLE)?);
        state.messages.note_submessage(get(row, 9, TABLE)?);
        found = Some((state, get(row, 8, TABLE)?));
        Ok(())
    })?;
    Ok(found)
}

/// The index of messages, from indices of the database that have all it needs.
fn messages(connection: &Connection, state: &mut RealmState, last_message: u32) -> Result<(), Error> {
    let sql = "SELECT conversation_id, id FROM messages INDEXED BY messages_by_conversation
               ORDER BY conversation_id, id";
    entries(connection, sql, |entries| {
        state.messages.load(entries.map(|(conversation, id)| (ConversationId(conversation), id)), last_message);
    })?;
    let sql = "SELECT sender_id, id FROM messages INDEXED BY messages_by_sender ORDER BY sender_id, id";
    entries(connection, sql, |entries| {
        state.messages.load_senders(entries.map(|(sender, id)| (UserId(sender), id)));
    })
}

/// Has rows of two numbers read, up to the first that is none.
fn entries(
    connection: &Connection,
    sql: &str,
    read: impl FnOnce(&mut dyn Iterator<Item = (u32, u32)>),
) -> Result<(), Error> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut failure = None;
    read(&mut std::iter::from_fn(|| match next_entry(&mut rows) {
        Ok(entry) => entry,
        Err(error) => {
            failure = Some(error);
            None
        }
    }));
    failure.map_or(Ok(()), Err)
}

fn next_entry(rows: &mut rusqlite::Rows<'_>) -> Result<Option<(u32, u32)>, Error> {
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((get(row, 0, "messages")?, get(row, 1, "messages")?)))
}

/// How messages came into the channels they are in.
fn ways(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "message_edits";
    let mut current: Option<(MessageId, Way)> = None;
    let sql = "SELECT message_id, prev_channel_id, channel_id, arrived_seq
               FROM message_edits INDEXED BY message_edits_between_channels
               WHERE arrived_seq IS NOT NULL ORDER BY message_id, id";
    let mut shared: HashMap<Way, Arc<Way>> = HashMap::new();
    let mut done = |state: &mut RealmState, found: Option<(MessageId, Way)>| {
        if let Some((id, way)) = found {
            let way = shared.entry(way).or_insert_with_key(|way| Arc::new(way.clone()));
            state.messages.load_way(id, way);
        }
    };
    for_each(connection, sql, |row| {
        let id = MessageId(get(row, 0, TABLE)?);
        if current.as_ref().is_none_or(|(known, _)| *known != id) {
            let sent_to = ChannelId(get(row, 1, TABLE)?);
            done(state, current.replace((id, Way { sent_to, moves: Vec::new() })));
        }
        if let Some((_, way)) = &mut current {
            way.moves.push((ChannelId(get(row, 2, TABLE)?), seq(get(row, 3, TABLE)?)));
        }
        Ok(())
    })?;
    done(state, current);
    Ok(())
}

fn flags(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "user_flags";
    for_each(connection, "SELECT user_id, flag, bitmap FROM user_flags", |row| {
        let name = row.get_ref(1)?.as_str().map_err(|error| bad_row(TABLE, error))?;
        let flag = [Flag::Read, Flag::Starred, Flag::Collapsed, Flag::Historical]
            .into_iter()
            .find(|flag| flag.name() == name)
            .ok_or_else(|| bad_row(TABLE, format!("unknown flag {name}")))?;
        let bytes = row.get_ref(2)?.as_blob().map_err(|error| bad_row(TABLE, error))?;
        let ids = RoaringBitmap::deserialize_from(bytes).map_err(|error| bad_row(TABLE, error))?;
        state.flags.load(UserId(get(row, 0, TABLE)?), flag, &ids);
        Ok(())
    })
}

fn mentions(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "mentions";
    let mut of_message: (MessageId, Vec<(UserId, MentionBits)>) = (MessageId(0), Vec::new());
    for_each(connection, "SELECT message_id, user_id, bits FROM mentions ORDER BY message_id, user_id", |row| {
        let id = MessageId(get(row, 0, TABLE)?);
        if id != of_message.0 {
            state.flags.load_mentions(of_message.0, false, &of_message.1);
            of_message = (id, Vec::new());
        }
        of_message.1.push((UserId(get(row, 1, TABLE)?), MentionBits(get(row, 2, TABLE)?)));
        Ok(())
    })?;
    state.flags.load_mentions(of_message.0, false, &of_message.1);
    let sql = "SELECT id FROM messages INDEXED BY messages_with_wildcard WHERE channel_wildcard = 1 ORDER BY id";
    for_each(connection, sql, |row| {
        state.flags.load_mentions(MessageId(get(row, 0, "messages")?), true, &[]);
        Ok(())
    })
}

/// A queue whose options this version cannot read is left out: its client is told to register again.
fn queues(connection: &Connection) -> Result<Vec<QueueRow>, Error> {
    const TABLE: &str = "queues";
    let mut queues = Vec::new();
    let sql =
        "SELECT id, user_id, options, start, idle_timeout_secs, created_at, name FROM queues ORDER BY created_at, id";
    for_each(connection, sql, |row| {
        let (id, options): (String, String) = (get(row, 0, TABLE)?, get(row, 2, TABLE)?);
        let Some(options) = queue_options(&options) else { return Ok(()) };
        queues.push(QueueRow {
            id: id.parse().map_err(|_| bad_row(TABLE, "the id is none"))?,
            user: UserId(get(row, 1, TABLE)?),
            options: Arc::new(options),
            start: EventId(get(row, 3, TABLE)?),
            idle_timeout_secs: get(row, 4, TABLE)?,
            created_at: get(row, 5, TABLE)?,
            name: get::<Option<String>>(row, 6, TABLE)?.map(Arc::from),
        });
        Ok(())
    })?;
    Ok(queues)
}

fn queue_options(json: &str) -> Option<QueueOptions> {
    let mut options: QueueOptions = serde_json::from_str(json).ok()?;
    options.prepare().ok()?;
    Some(options)
}
