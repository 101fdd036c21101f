//! Searches for words, each of which may be in a message's content or in its topic.
//!
//! A message is found by its content alone, or because it is in one of the topics that have some of the words, where its
//! content needs to have the others only. Few words are in topics, so most searches are one of contents.

use super::condition::Source;
use crate::row::{Error, get};
use roaring::RoaringBitmap;
use rusqlite::{CachedStatement, Connection};
use tidings_core::state::messages::MessageIndex;
use tidings_types::MessageId;

/// Messages this near to each other are looked up in the index of words together: to find one there takes as long as to go
/// on by a thousand.
const GAP_MAX: u32 = 1_000;
/// The same where contents can be read instead, and how many it is worth it for: to read one takes as long as to go on by
/// some dozens.
const GAP_OF_PLAIN_MAX: u32 = 64;
const NEAR_MIN: usize = 32;

/// Kinds of topics, by the words that they have, each of which is asked about by a statement of its own.
const GROUPS_MAX: usize = 16;

/// The words of a search, and the topics they are in.
#[derive(Clone)]
pub(super) struct Words {
    words: Vec<Word>,
}

/// A word or a phrase.
#[derive(Clone)]
struct Word {
    /// As FTS5 takes it.
    phrase: String,
    /// Its words one after the other, in lowercase, if all of them are ASCII.
    plain: Option<Vec<String>>,
    /// The topics that have it.
    topics: RoaringBitmap,
}

/// Some of the messages that a search finds.
pub(super) enum Part {
    /// Content that matches this text of FTS5.
    Contents(String),
    /// Messages of which some have these words in their content.
    Listed(RoaringBitmap, Words),
    /// All messages of these topics.
    Topics(RoaringBitmap),
    /// Contents with these words, in these topics; what is found there may still have to have others.
    ContentsIn { words: Words, topics: RoaringBitmap, others: Option<Words> },
}

/// Lists the few messages that may have all of some phrases; none where that is not known, or they are not few.
pub(super) type List<'a> = dyn Fn(&[&str]) -> Result<Option<RoaringBitmap>, Error> + 'a;

/// Whether a message is in one of these topics.
pub(super) fn is_in(topics: &RoaringBitmap, id: u32, index: &MessageIndex) -> bool {
    index.conversation_of(MessageId(id)).is_some_and(|conversation| topics.contains(conversation.0))
}

impl Words {
    pub(super) fn find(connection: &Connection, words: &[String]) -> Result<Self, Error> {
        let mut statement = connection.prepare_cached("SELECT rowid FROM topic_words WHERE topic_words MATCH ?")?;
        let mut found = Vec::with_capacity(words.len());
        for word in words {
            let mut word = Word::new(word);
            let mut rows = statement.query([&word.phrase])?;
            while let Some(row) = rows.next()? {
                word.topics.insert(get(row, 0, "topic_words")?);
            }
            found.push(word);
        }
        Ok(Words { words: found })
    }

    /// One text of FTS5: all words are required.
    pub(super) fn text(&self) -> String {
        self.words.iter().map(|word| word.phrase.as_str()).collect::<Vec<_>>().join(" AND ")
    }

    /// Some of the words, in contents only.
    fn in_content(&self, at: &[usize]) -> Self {
        let words = at.iter().filter_map(|at| self.words.get(*at));
        Words { words: words.map(|word| Word { topics: RoaringBitmap::new(), ..word.clone() }).collect() }
    }

    /// What finds the messages that have all words.
    pub(super) fn source<'s>(&self, list: &List<'_>) -> Result<Source<'s>, Error> {
        let phrases: Vec<&str> = self.words.iter().map(|word| word.phrase.as_str()).collect();
        let listed = list(&phrases)?.map(|ids| (ids, self.in_content(&(0..phrases.len()).collect::<Vec<_>>())));
        if self.words.iter().all(|word| word.topics.is_empty()) {
            return Ok(listed.map_or_else(|| Source::Words(self.text()), |(ids, words)| Source::Listed(ids, words)));
        }
        let contents = listed.map_or_else(|| Part::Contents(self.text()), |(ids, words)| Part::Listed(ids, words));
        let mut parts = vec![contents];
        let (groups, others) = match self.groups() {
            Some(groups) => (groups, None),
            None => (self.by_one_word(), Some(self)),
        };
        for (topics, left) in groups {
            parts.push(match left.is_empty() {
                true => Part::Topics(topics),
                false => Part::ContentsIn { words: self.in_content(&left), topics, others: others.cloned() },
            });
        }
        Ok(Source::Anywhere(parts))
    }

    /// The topics that have any of the words.
    fn all_topics(&self) -> RoaringBitmap {
        self.words.iter().fold(RoaringBitmap::new(), |any, word| any | &word.topics)
    }

    /// Topics that have some of the words, by one word each that they do not have, the longer ones first: these are in
    /// fewer messages, as a rule. As many as there are words, and one.
    fn by_one_word(&self) -> Vec<(RoaringBitmap, Vec<usize>)> {
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.words[*at].phrase.len()));
        let mut left = self.all_topics();
        let mut groups = Vec::with_capacity(order.len() + 1);
        for at in order {
            let without = &left - &self.words[at].topics;
            left -= &without;
            groups.push((without, vec![at]));
        }
        groups.push((left, Vec::new()));
        groups.retain(|(topics, _)| !topics.is_empty());
        groups
    }

    /// Topics that have some of the words, by the words that they do not have; none if those are too many sets of words.
    fn groups(&self) -> Option<Vec<(RoaringBitmap, Vec<usize>)>> {
        let mut groups = vec![(self.all_topics(), Vec::new())];
        for (at, Word { topics, .. }) in self.words.iter().enumerate() {
            let mut split = Vec::with_capacity(groups.len());
            for (group, left) in groups {
                let without = &group - topics;
                if !without.is_empty() {
                    split.push((without, left.iter().copied().chain([at]).collect()));
                }
                split.push((group & topics, left));
            }
            split.retain(|(group, _)| !group.is_empty());
            if split.len() > GROUPS_MAX {
                return None;
            }
            groups = split;
        }
        Some(groups)
    }

    /// Those of some messages that have all words. `ids` ascend.
    pub(super) fn matching(
        &self,
        connection: &Connection,
        index: &MessageIndex,
        ids: &[u32],
    ) -> Result<RoaringBitmap, Error> {
        let (in_content, others): (Vec<&Word>, Vec<&Word>) = self.words.iter().partition(|word| word.topics.is_empty());
        let mut found: Vec<u32> = ids.to_vec();
        if !in_content.is_empty() {
            found = with_content(connection, &in_content, &found)?;
        }
        for word in others {
            let (by_topic, others): (Vec<u32>, Vec<u32>) =
                found.iter().partition(|id| is_in(&word.topics, **id, index));
            found = with_content(connection, &[word], &others)?;
            found.extend(by_topic);
            found.sort_unstable();
        }
        Ok(found.into_iter().collect())
    }

    /// What [`Words::matching`] asks the database, with the text for it.
    pub(super) fn plans(&self) -> [(&'static str, Option<String>); 2] {
        [(CONTENT_OF, None), (WITH_CONTENT, Some(self.text()))]
    }
}

impl Word {
    fn new(word: &str) -> Self {
        // In quotes, so that nothing in it is syntax (https://sqlite.org/fts5.html, section 3).
        let phrase = format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " "));
        let plain: Vec<String> = plain_words(word).map(str::to_ascii_lowercase).collect();
        let plain = (word.is_ascii() && !plain.is_empty()).then_some(plain);
        Word { phrase, plain, topics: RoaringBitmap::new() }
    }
}

/// The words of a text that is ASCII, as FTS5 tells them apart (<https://sqlite.org/fts5.html>, section 4.3.1).
fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a text that is ASCII has each of these phrases.
fn has_all(text: &str, phrases: &[&Vec<String>]) -> bool {
    let words: Vec<&str> = plain_words(text).collect();
    let stands_at = |part: &[&str], phrase: &[String]| part.iter().zip(phrase).all(|(a, b)| a.eq_ignore_ascii_case(b));
    phrases.iter().all(|phrase| words.windows(phrase.len()).any(|part| stands_at(part, phrase)))
}

/// Messages in a range whose content matches a text of FTS5.
const WITH_CONTENT: &str = "SELECT rowid FROM message_words WHERE message_words MATCH ? AND rowid BETWEEN ? AND ?";
const CONTENT_OF: &str = "SELECT content FROM messages WHERE id = ?";

/// Those of some messages whose content has all these words. `ids` ascend, and so does what is found.
fn with_content(connection: &Connection, words: &[&Word], ids: &[u32]) -> Result<Vec<u32>, Error> {
    let plain: Option<Vec<&Vec<String>>> = words.iter().map(|word| word.plain.as_ref()).collect();
    let text = words.iter().map(|word| word.phrase.as_str()).collect::<Vec<_>>().join(" AND ");
    let mut lookup = Lookup { with_content: connection.prepare_cached(WITH_CONTENT)?, text, found: Vec::new() };
    let Some(plain) = plain else {
        ids.chunk_by(|one, next| next - one <= GAP_MAX).try_for_each(|near| lookup.among(near))?;
        return Ok(lookup.found);
    };
    let mut content_of = connection.prepare_cached(CONTENT_OF)?;
    for near in ids.chunk_by(|one, next| next - one <= GAP_OF_PLAIN_MAX) {
        if near.len() >= NEAR_MIN {
            lookup.among(near)?;
            continue;
        }
        for id in near {
            let mut rows = content_of.query([id])?;
            let Some(row) = rows.next()? else { continue };
            match row.get_ref(0)?.as_str() {
                Ok(content) if content.is_ascii() => lookup.found.extend(has_all(content, &plain).then_some(*id)),
                _ => lookup.among(&[*id])?,
            }
        }
    }
    Ok(lookup.found)
}

/// Looks words up in the index of contents.
struct Lookup<'c> {
    with_content: CachedStatement<'c>,
    text: String,
    found: Vec<u32>,
}

impl Lookup<'_> {
    /// Adds those of some messages that the text of FTS5 matches.
    fn among(&mut self, ids: &[u32]) -> Result<(), Error> {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(()) };
        let mut rows = self.with_content.query((&self.text, first, last))?;
        while let Some(row) = rows.next()? {
            let id: u32 = get(row, 0, "message_words")?;
            if ids.binary_search(&id).is_ok() {
                self.found.push(id);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read in a content is what FTS5 would find in it.
    #[test]
    fn plain_contents_are_read_as_the_index_reads_them() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("../../migrations/0002_message_words.sql")).unwrap();
        let mut contents: Vec<String> = (0..=127_u8).map(|byte| format!("ab{}cd", char::from(byte))).collect();
        contents
            .extend(["ab cd", "AB-CD ab", "abcd", "", "cd, ab\ncd", "x_ab cd", "ab 'cd'", "1ab cd2"].map(String::from));
        for (id, content) in (1_u32..).zip(&contents) {
            connection
                .execute("INSERT INTO message_words (rowid, content) VALUES (?, ?)", (id, content.as_str()))
                .unwrap();
        }
        let ids: Vec<u32> = (1..).take(contents.len()).collect();
        for search in
            [&["ab"][..], &["cd", "AB"], &["ab cd"], &["ab\0cd"], &["ab_cd"], &["abcd"], &["x", "ab-cd"], &["1ab"]]
        {
            let words: Vec<Word> = search.iter().map(|word| Word::new(word)).collect();
            let all: Vec<&Word> = words.iter().collect();
            let text = Words { words: words.clone() }.text();
            let mut lookup =
                Lookup { with_content: connection.prepare_cached(WITH_CONTENT).unwrap(), text, found: Vec::new() };
            lookup.among(&ids).unwrap();
            let plain: Vec<&Vec<String>> = all.iter().map(|word| word.plain.as_ref().unwrap()).collect();
            let read: Vec<u32> =
                ids.iter().copied().filter(|id| has_all(&contents[*id as usize - 1], &plain)).collect();
            assert!(!read.is_empty(), "{search:?}");
            assert_eq!(read, lookup.found, "{search:?}");
        }
        assert!(Word::new("été").plain.is_none() && Word::new("!?").plain.is_none());
    }
}
