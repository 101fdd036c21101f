//! A condition of a search: the index that finds its messages, if one does, and the check for one message.

use super::words::{List, Part, Words};
use crate::row::Error;
use roaring::RoaringBitmap;
use rusqlite::Connection;
use rusqlite::types::Value;
use tidings_core::state::messages::MessageIndex;
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
    Ids(&'a RoaringBitmap),
    /// As JSON.
    IdList(String),
    /// In the content, as FTS5 takes it.
    Words(String),
    /// Messages that may have words in their content, and the words.
    Listed(RoaringBitmap, Words),
    /// In the content or the topic; the parts may overlap.
    Anywhere(Vec<Part>),
    Reaction,
    Image,
    Link,
    All,
}

/// What is asked about one message.
pub(super) enum Check<'a> {
    Ids {
        ids: &'a RoaringBitmap,
        negated: bool,
    },
    /// In one of these topics.
    Topics(RoaringBitmap),
    /// Asked about many messages at once.
    Words {
        words: Words,
        negated: bool,
    },
    Row(&'static str),
}

impl<'a> Condition<'a> {
    pub(super) fn new(
        connection: &Connection,
        condition: &'a query::Condition,
        list: &List<'_>,
    ) -> Result<Self, Error> {
        Ok(match condition {
            query::Condition::Ids(ids) => {
                Condition { source: Some(Source::Ids(ids)), check: Check::Ids { ids, negated: false } }
            }
            query::Condition::NotIds(ids) => Condition { source: None, check: Check::Ids { ids, negated: true } },
            // The plus keeps SQLite from choosing an index of its own for what is only checked
            // (https://sqlite.org/optoverview.html, section 2.1).
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
            query::Condition::Words { words, negated } => {
                let words = Words::find(connection, words)?;
                let source = if *negated { None } else { Some(words.source(list)?) };
                Condition { source, check: Check::Words { words, negated: *negated } }
            }
        })
    }

    fn row(source: Option<Source<'a>>, sql: &'static str) -> Self {
        Condition { source, check: Check::Row(sql) }
    }
}

impl Source<'_> {
    /// Which to prefer where several yield much: the smaller, the cheaper its next message is to get at.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Source::Words(_) | Source::Listed(..) | Source::Anywhere(_) => 0,
            Source::Image => 1,
            Source::Reaction => 2,
            Source::Link => 3,
            Source::Ids(_) | Source::IdList(_) => 4,
            Source::All => 5,
        }
    }

    /// Table, column of the id, condition, and the value of its parameter.
    pub(super) fn sql(&self) -> (&'static str, &'static str, &'static str, Option<Value>) {
        match self {
            Source::IdList(json) => {
                ("messages m", "m.id", "m.id IN (SELECT value FROM json_each(?))", Some(json.clone().into()))
            }
            Source::Words(text) => ("message_words d", "d.rowid", "d.message_words MATCH ?", Some(text.clone().into())),
            Source::Reaction => ("reactions d", "d.message_id", "1", None),
            Source::Image => ("messages m INDEXED BY messages_with_image", "m.id", "m.has_image = 1", None),
            Source::Link => ("messages m INDEXED BY messages_with_link", "m.id", "m.has_link = 1", None),
            // But for the last, these are read by the piece, so no statement has them.
            Source::Anywhere(_) | Source::Ids(_) | Source::Listed(..) | Source::All => {
                ("messages m", "m.id", "1", None)
            }
        }
    }
}

impl Check<'_> {
    /// Whether a message passes, as far as is known without the database; SQL and [`Words`] do the rest.
    pub(super) fn passes(&self, id: u32, index: &MessageIndex) -> bool {
        match self {
            Check::Ids { ids, negated } => ids.contains(id) != *negated,
            Check::Topics(topics) => super::words::is_in(topics, id, index),
            Check::Words { .. } | Check::Row(_) => true,
        }
    }
}
