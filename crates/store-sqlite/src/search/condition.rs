//! A condition of a search: the index that finds its messages, if one does, and the check for one message.

use super::words;
use crate::row::Error;
use roaring::RoaringBitmap;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use tidings_store::query;

/// A condition, ready to be used either way.
pub(super) struct Condition<'a> {
    /// Finds all messages that meet it, in order; none where there is no index for it.
    pub(super) source: Option<Source<'a>>,
    /// Tells whether a message meets it.
    pub(super) check: Check<'a>,
}

/// Where messages come from, in the order of their ids.
pub(super) enum Source<'a> {
    Conversations(Vec<u32>),
    Conversation(u32),
    Ids(&'a RoaringBitmap),
    /// As JSON.
    IdList(String),
    Sender(u32),
    /// In the content, as FTS5 takes it.
    Words(String),
    /// In the content or the topic; the parts may overlap.
    Anywhere(Vec<words::Part>),
    Reaction,
    Image,
    Link,
    All,
}

/// What is asked about one message.
pub(super) enum Check<'a> {
    Conversation { ids: HashSet<u32>, negated: bool },
    Ids { ids: &'a RoaringBitmap, negated: bool },
    Row { sql: Cow<'static, str>, values: Vec<Value> },
}

impl<'a> Condition<'a> {
    pub(super) fn new(connection: &Connection, condition: &'a query::Condition) -> Result<Self, Error> {
        Ok(match condition {
            query::Condition::Conversations(ids) => {
                let check = Check::Conversation { ids: ids.iter().map(|id| id.0).collect(), negated: false };
                Condition { source: Some(Source::Conversations(ids.iter().map(|id| id.0).collect())), check }
            }
            query::Condition::NotConversations(ids) => Condition {
                source: None,
                check: Check::Conversation { ids: ids.iter().map(|id| id.0).collect(), negated: true },
            },
            query::Condition::Ids(ids) => {
                Condition { source: Some(Source::Ids(ids)), check: Check::Ids { ids, negated: false } }
            }
            query::Condition::NotIds(ids) => Condition { source: None, check: Check::Ids { ids, negated: true } },
            // The plus keeps SQLite from choosing an index of its own for what is only checked
            // (https://sqlite.org/optoverview.html, section 2.1).
            query::Condition::Sender { user, negated } => {
                let sql = if *negated { "+m.sender_id <> ?" } else { "+m.sender_id = ?" };
                let source = (!negated).then_some(Source::Sender(user.0));
                Condition { source, check: Check::Row { sql: sql.into(), values: vec![user.0.into()] } }
            }
            query::Condition::HasLink { negated: false } => Self::row(Some(Source::Link), "+m.has_link = 1"),
            query::Condition::HasLink { negated: true } => Self::row(None, "+m.has_link = 0"),
            query::Condition::HasImage { negated: false } => Self::row(Some(Source::Image), "+m.has_image = 1"),
            query::Condition::HasImage { negated: true } => Self::row(None, "+m.has_image = 0"),
            query::Condition::HasReaction { negated: false } => {
                let sql = "EXISTS (SELECT 1 FROM reactions r WHERE r.message_id = m.id)";
                Self::row(Some(Source::Reaction), sql)
            }
            query::Condition::HasReaction { negated: true } => {
                Self::row(None, "NOT EXISTS (SELECT 1 FROM reactions r WHERE r.message_id = m.id)")
            }
            query::Condition::Words { words, negated } if words.is_empty() => {
                Self::row(None, if *negated { "m.id < 0" } else { "m.id >= 0" })
            }
            query::Condition::Words { words, negated } => words::Words::find(connection, words)?.condition(*negated),
        })
    }

    fn row(source: Option<Source<'a>>, sql: &'static str) -> Self {
        Condition { source, check: Check::Row { sql: sql.into(), values: Vec::new() } }
    }
}

impl Source<'_> {
    /// Which to prefer where several yield much: the smaller, the cheaper its next message is to get at.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Source::Words(_) | Source::Anywhere(_) => 0,
            Source::Conversations(_) | Source::Conversation(_) => 1,
            Source::Sender(_) => 2,
            Source::Image => 3,
            Source::Reaction => 4,
            Source::Link => 5,
            Source::Ids(_) | Source::IdList(_) => 6,
            Source::All => 7,
        }
    }

    /// Table, column of the id, condition, and the value of its parameter.
    pub(super) fn sql(&self) -> (&'static str, &'static str, &'static str, Option<Value>) {
        match self {
            Source::Conversation(id) => {
                let table = "messages m INDEXED BY messages_by_conversation";
                (table, "m.id", "m.conversation_id = ?", Some((*id).into()))
            }
            Source::IdList(json) => {
                ("messages m", "m.id", "m.id IN (SELECT value FROM json_each(?))", Some(json.clone().into()))
            }
            Source::Sender(id) => {
                ("messages m INDEXED BY messages_by_sender", "m.id", "m.sender_id = ?", Some((*id).into()))
            }
            Source::Words(text) => ("message_words d", "d.rowid", "d.message_words MATCH ?", Some(text.clone().into())),
            Source::Reaction => ("reactions d", "d.message_id", "1", None),
            Source::Image => ("messages m INDEXED BY messages_with_image", "m.id", "m.has_image = 1", None),
            Source::Link => ("messages m INDEXED BY messages_with_link", "m.id", "m.has_link = 1", None),
            // But for the last, these are read by the piece, so no statement has them.
            Source::Conversations(_) | Source::Anywhere(_) | Source::Ids(_) | Source::All => {
                ("messages m", "m.id", "1", None)
            }
        }
    }
}

impl Check<'_> {
    /// Whether a message passes, as far as its id and its conversation tell; SQL does the rest.
    pub(super) fn passes(&self, id: u32, conversation: u32) -> bool {
        match self {
            Check::Conversation { ids, negated } => ids.contains(&conversation) != *negated,
            Check::Ids { ids, negated } => ids.contains(id) != *negated,
            Check::Row { .. } => true,
        }
    }

    pub(super) fn needs_conversation(&self) -> bool {
        matches!(self, Check::Conversation { .. })
    }

    pub(super) fn needs_row(&self) -> bool {
        !matches!(self, Check::Ids { .. })
    }
}
