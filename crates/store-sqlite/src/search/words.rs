//! Searches for words, each of which may be in a message's content or in its topic.
//!
//! A message is found by its content alone, or because it is in one of the topics that have some of the words, where its
//! content needs to have the others only. Few words are in topics, so most searches are one of contents.

use super::condition::{Check, Condition, Source};
use crate::row::{Error, get};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::{BTreeMap, HashSet};

/// The words of a search, and the topics they are in.
pub(super) struct Words<'a> {
    words: &'a [String],
    /// For each word, the topics that have it.
    topics: Vec<Vec<u32>>,
}

/// Some of the messages that a search finds.
pub(super) enum Part {
    /// Content that matches this text of FTS5.
    Contents(String),
    /// All messages of these conversations.
    Conversations(Vec<u32>),
    /// Content that matches this text of FTS5, in these conversations.
    ContentsIn(String, Vec<u32>),
}

/// One set of words: at most as many as a `u128` has bits, more are looked for in contents only.
type WordSet = u128;

impl<'a> Words<'a> {
    pub(super) fn find(connection: &Connection, words: &'a [String]) -> Result<Self, Error> {
        let mut statement = connection.prepare_cached("SELECT rowid FROM topic_words WHERE topic_words MATCH ?")?;
        let mut topics = Vec::with_capacity(words.len());
        for word in words {
            let mut rows = statement.query([phrases([word])])?;
            let mut ids = Vec::new();
            while let Some(row) = rows.next()? {
                ids.push(get(row, 0, "topic_words")?);
            }
            topics.push(ids);
        }
        Ok(Words { words, topics })
    }

    pub(super) fn condition<'c>(&self, negated: bool) -> Condition<'c> {
        let check = self.check(negated);
        if negated {
            return Condition { source: None, check };
        }
        let source = match self.topics.iter().all(Vec::is_empty) {
            true => Source::Words(phrases(self.words)),
            false => Source::Anywhere(self.parts()),
        };
        Condition { source: Some(source), check }
    }

    fn check(&self, negated: bool) -> Check<'static> {
        const IN_CONTENT: &str =
            "EXISTS (SELECT 1 FROM message_words w WHERE w.message_words MATCH ? AND w.rowid = m.id)";
        const IN_TOPIC: &str =
            "EXISTS (SELECT 1 FROM topic_words t WHERE t.topic_words MATCH ? AND t.rowid = m.conversation_id)";
        let by_place = || self.words.iter().zip(&self.topics);
        let in_content: Vec<&String> =
            by_place().filter(|(_, topics)| topics.is_empty()).map(|(word, _)| word).collect();
        let mut sql: Vec<String> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        if !in_content.is_empty() {
            sql.push(IN_CONTENT.to_owned());
            values.push(phrases(in_content).into());
        }
        for (word, _) in by_place().filter(|(_, topics)| !topics.is_empty()) {
            sql.push(format!("({IN_TOPIC} OR {IN_CONTENT})"));
            values.extend([phrases([word]).into(), phrases([word]).into()]);
        }
        let sql = sql.join(" AND ");
        Check::Row { sql: if negated { format!("NOT ({sql})") } else { sql }.into(), values }
    }

    fn parts(&self) -> Vec<Part> {
        let mut words_of: BTreeMap<u32, WordSet> = BTreeMap::new();
        for (at, topics) in self.topics.iter().enumerate().take(WordSet::BITS as usize) {
            for topic in topics {
                *words_of.entry(*topic).or_default() |= 1 << at;
            }
        }
        let mut topics_of: BTreeMap<WordSet, Vec<u32>> = BTreeMap::new();
        for (topic, words) in words_of {
            topics_of.entry(words).or_default().push(topic);
        }
        let mut parts = vec![Part::Contents(phrases(self.words))];
        for (in_topic, topics) in topics_of {
            let is_left = |at: usize| at >= WordSet::BITS as usize || in_topic & 1 << at == 0;
            let left: Vec<&String> =
                self.words.iter().enumerate().filter(|(at, _)| is_left(*at)).map(|(_, word)| word).collect();
            parts.push(match left.is_empty() {
                true => Part::Conversations(topics),
                false => Part::ContentsIn(phrases(left), topics),
            });
        }
        parts
    }
}

/// A check that messages of these conversations pass.
pub(super) fn in_conversations<'c>(ids: &[u32]) -> Condition<'c> {
    let ids: HashSet<u32> = ids.iter().copied().collect();
    Condition { source: None, check: Check::Conversation { ids, negated: false } }
}

/// A check that messages with this content pass.
pub(super) fn in_content<'c>(text: &str) -> Condition<'c> {
    let sql = "EXISTS (SELECT 1 FROM message_words w WHERE w.message_words MATCH ? AND w.rowid = m.id)";
    Condition { source: None, check: Check::Row { sql: sql.into(), values: vec![text.to_owned().into()] } }
}

/// Words as FTS5 takes them: each in quotes, so that nothing in them is syntax, and all of them required
/// (<https://sqlite.org/fts5.html>, section 3).
fn phrases<'w>(words: impl IntoIterator<Item = &'w String>) -> String {
    let quote = |word: &String| format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " "));
    let quoted: Vec<String> = words.into_iter().map(quote).collect();
    quoted.join(" AND ")
}
