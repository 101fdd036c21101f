//! Words that are in very many messages: which messages, kept in memory.
//!
//! The index of words reads two lists of messages to the end to see that they have nothing in common. For words that are in
//! more than one message in [`SHARE`], sets of messages are made of these lists the first time they are needed, and put
//! together instead. What comes of that is only looked at: every message is checked, so a set may hold too many, and
//! nothing has to be done for what is deleted. It must not hold too few:
//!
//! - A set goes up to a message; what is newer is read from the index, and added, when the word is searched for again.
//!   So a send costs nothing.
//! - A message whose content changes is noted before the change is committed, and is a candidate for every word from
//!   then on. If that are many, all is forgotten, and begun anew with what is read from then on.

use crate::row::{Error, get};
use roaring::RoaringBitmap;
use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// With fewer messages the lists are short.
const MESSAGES_MIN: u32 = 2_000;
/// A word has a set if it is in more than one in so many messages.
const SHARE: u32 = 16;
/// What all sets may take together, as if each had a bit for every message; those that were not asked for longest go.
const BYTES_MAX: u64 = 16 << 20;
/// Messages that changed after which all is forgotten.
const CHANGED_MAX: u64 = 1_000;
/// How far a list is read to see whether it is short.
const PROBE_MAX: u32 = 2_000;
/// Words that are known not to be that common, before they are forgotten.
const RARE_MAX: usize = 1_000;

/// The sets, shared by all who search.
#[derive(Debug, Default)]
pub(crate) struct CommonWords(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Goes up when all is forgotten.
    generation: u64,
    /// Goes up with each use.
    uses: u64,
    words: HashMap<String, Common>,
    /// Words that are in few messages, and how many messages there were then.
    rare: HashMap<String, u32>,
    changed: RoaringBitmap,
}

#[derive(Clone, Debug)]
struct Common {
    /// Every message up to `upto` that had the word when it was read; perhaps others.
    ids: Arc<RoaringBitmap>,
    upto: u32,
    used: u64,
}

/// What was known before a search began to read: sets that it makes are of no use to others if that is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began(u64);

impl CommonWords {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be asked before a transaction that reads begins.
    pub(crate) fn began(&self) -> Began {
        Began(self.known().generation)
    }

    /// Notes that contents are about to change. To be called by the writer, before it commits.
    pub(crate) fn change(&self, ids: impl IntoIterator<Item = u32>) {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_none() {
            return;
        }
        let mut known = self.known();
        if known.changed.len() > CHANGED_MAX {
            let Known { generation, uses, .. } = *known;
            *known = Known { generation: generation + 1, uses, ..Known::default() };
        }
        known.changed.extend(ids);
    }

    /// Messages of which those with all phrases are some, as a transaction that began after `began` sees them; none if
    /// one of the phrases is not common. Phrases are as FTS5 takes them.
    pub(crate) fn candidates(
        &self,
        connection: &Connection,
        began: Began,
        phrases: &[&str],
    ) -> Result<Option<RoaringBitmap>, Error> {
        let last: u32 = connection.query_row("SELECT coalesce(max(id), 0) FROM messages", [], |row| row.get(0))?;
        if phrases.len() < 2 || last < MESSAGES_MIN {
            return Ok(None);
        }
        for phrase in phrases {
            if !self.may_be_common(connection, began, phrase, last)? {
                return Ok(None);
            }
        }
        let mut all: Option<RoaringBitmap> = None;
        for phrase in phrases {
            let Some(ids) = self.ids(connection, began, phrase, last)? else { return Ok(None) };
            all = Some(match all {
                Some(all) => all & &*ids,
                None => RoaringBitmap::clone(&ids),
            });
        }
        let known = self.known();
        // What changed before all was forgotten is not known any more.
        Ok(all.filter(|_| known.generation == began.0).map(|all| all | &known.changed))
    }

    /// Whether a phrase is not known to be in few messages, and is not seen to be.
    fn may_be_common(&self, connection: &Connection, began: Began, phrase: &str, last: u32) -> Result<bool, Error> {
        {
            let known = self.known();
            // What was read before all was forgotten may lack what changed since.
            if known.generation != began.0 || known.rare.get(phrase).is_some_and(|then| last / 5 * 4 < *then) {
                return Ok(false);
            }
            if known.words.contains_key(phrase) {
                return Ok(true);
            }
        }
        let enough = PROBE_MAX.min(last / SHARE);
        let sql = "SELECT count(*) FROM (SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT ?)";
        let count: u32 = connection.prepare_cached(sql)?.query_row((phrase, enough), |row| row.get(0))?;
        if count < enough {
            self.known().note_rare(phrase, last);
        }
        Ok(count >= enough)
    }

    /// The messages with one phrase, and perhaps others; none if they are not that many.
    fn ids(
        &self,
        connection: &Connection,
        began: Began,
        phrase: &str,
        last: u32,
    ) -> Result<Option<Arc<RoaringBitmap>>, Error> {
        let common = {
            let mut known = self.known();
            known.uses += 1;
            let used = known.uses;
            known.words.get_mut(phrase).map(|common| {
                common.used = used;
                common.clone()
            })
        };
        let (mut ids, upto) = common.map_or_else(Default::default, |common| (common.ids, common.upto));
        if upto >= last {
            return Ok(Some(ids));
        }
        let sql = "SELECT rowid FROM message_words WHERE message_words MATCH ? AND rowid > ? AND rowid <= ?";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query((phrase, upto, last))?;
        let mut newer: Vec<u32> = Vec::new();
        while let Some(row) = rows.next()? {
            newer.push(get(row, 0, "message_words")?);
        }
        Arc::make_mut(&mut ids).extend(newer);
        let mut known = self.known();
        if known.generation != began.0 {
            return Ok(None);
        }
        if ids.len() <= u64::from(last / SHARE) {
            known.words.remove(phrase);
            known.note_rare(phrase, last);
            return Ok(None);
        }
        let used = known.uses;
        known.words.insert(phrase.to_owned(), Common { ids: Arc::clone(&ids), upto: last, used });
        known.make_room();
        Ok(Some(ids))
    }
}

impl Known {
    fn note_rare(&mut self, phrase: &str, last: u32) {
        if self.rare.len() >= RARE_MAX {
            self.rare.clear();
        }
        self.rare.insert(phrase.to_owned(), last);
    }

    fn make_room(&mut self) {
        let bytes =
            |words: &HashMap<String, Common>| -> u64 { words.values().map(|common| u64::from(common.upto / 8)).sum() };
        while bytes(&self.words) > BYTES_MAX && self.words.len() > 2 {
            let oldest = self.words.iter().min_by_key(|(_, common)| common.used).map(|(phrase, _)| phrase.clone());
            oldest.map(|phrase| self.words.remove(&phrase));
        }
    }
}
