//! A condition of a search: the index that finds its messages, if one does, and the check for one message.

use roaring::RoaringBitmap;
use rusqlite::types::Value;
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
    /// As FTS5 takes it.
    Words(String),
    Reaction,
    Image,
    Link,
    All,
}

/// What is asked about one message.
pub(super) enum Check<'a> {
    Conversation { ids: HashSet<u32>, negated: bool },
    Ids { ids: &'a RoaringBitmap, negated: bool },
    Row { sql: &'static str, value: Option<Value> },
}

impl<'a> Condition<'a> {
    pub(super) fn new(condition: &'a query::Condition) -> Self {
        match condition {
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
            query::Condition::Sender { user, negated: false } => {
                Self::row(Some(Source::Sender(user.0)), "+m.sender_id = ?", Some(user.0.into()))
            }
            query::Condition::Sender { user, negated: true } => {
                Self::row(None, "+m.sender_id <> ?", Some(user.0.into()))
            }
            query::Condition::HasLink { negated: false } => Self::row(Some(Source::Link), "+m.has_link = 1", None),
            query::Condition::HasLink { negated: true } => Self::row(None, "+m.has_link = 0", None),
            query::Condition::HasImage { negated: false } => Self::row(Some(Source::Image), "+m.has_image = 1", None),
            query::Condition::HasImage { negated: true } => Self::row(None, "+m.has_image = 0", None),
            query::Condition::HasReaction { negated: false } => {
                let sql = "EXISTS (SELECT 1 FROM reactions r WHERE r.message_id = m.id)";
                Self::row(Some(Source::Reaction), sql, None)
            }
            query::Condition::HasReaction { negated: true } => {
                Self::row(None, "NOT EXISTS (SELECT 1 FROM reactions r WHERE r.message_id = m.id)", None)
            }
            query::Condition::Words { words, negated } => Self::words(words, *negated),
        }
    }

    fn row(source: Option<Source<'a>>, sql: &'static str, value: Option<Value>) -> Self {
        Condition { source, check: Check::Row { sql, value } }
    }

    fn words(words: &[String], negated: bool) -> Self {
        if words.is_empty() {
            return Self::row(None, if negated { "m.id < 0" } else { "m.id >= 0" }, None);
        }
        let text = phrases(words);
        if negated {
            let sql = "NOT EXISTS (SELECT 1 FROM message_words w WHERE w.message_words MATCH ? AND w.rowid = m.id)";
            return Self::row(None, sql, Some(text.into()));
        }
        let sql = "EXISTS (SELECT 1 FROM message_words w WHERE w.message_words MATCH ? AND w.rowid = m.id)";
        Self::row(Some(Source::Words(text.clone())), sql, Some(text.into()))
    }
}

/// Words as FTS5 takes them: each in quotes, so that nothing in them is syntax, and all of them required
/// (<https://sqlite.org/fts5.html>, section 3).
fn phrases(words: &[String]) -> String {
    let quoted: Vec<String> =
        words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " "))).collect();
    quoted.join(" AND ")
}

impl Source<'_> {
    /// Which to prefer where several yield much: the smaller, the cheaper its next message is to get at.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Source::Words(_) => 0,
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
            // These two are read by the piece, so no statement has them.
            Source::Conversations(_) | Source::Ids(_) | Source::All => ("messages m", "m.id", "1", None),
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
