//! Message searches: one condition that an index answers drives the search, in the order of the page; the others
//! are checked on what it yields, until the page is full.
//!
//! No search reads a whole table unless nothing narrows it down. What a message's id tells is checked without the
//! database; words are looked up for many messages at once, so that they are found where they stand together in the index.

mod common;
mod condition;
mod words;

use crate::message;
use crate::row::{Error, get};
use common::Began;
pub(crate) use common::CommonWords;
use condition::{Check, Condition, Source};
use roaring::RoaringBitmap;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::borrow::Cow;
use std::collections::BTreeSet;
use tidings_core::state::ids::IdSet;
use tidings_core::state::messages::MessageIndex;
use tidings_store::query::{MessageQuery, Page, Rows};
use tidings_types::ConversationId;
use words::{Part, Words};

/// How far the messages of a source are counted to find the best one: a fraction of a millisecond.
const COUNT_MAX: u64 = 2_000;

/// How many ids of a set one statement looks up after the first, which looks up a page.
const IDS_PER_STATEMENT: usize = 1_000;

/// Topics whose messages are put together. The messages of more of them are found by going through all messages, since many
/// topics mostly have many; that takes some 50 nanoseconds for a message.
const TOPICS_UNITED_MAX: u64 = 1_000;

/// Messages whose words are looked up at once, at most. The first time it is as many as the page has.
const BATCH_MAX: usize = 4_000;

pub(crate) fn search(connection: &mut Connection, common: &CommonWords, query: &MessageQuery) -> Result<Rows, Error> {
    let began = common.began();
    // One transaction, so that what is found is also there to be read.
    let transaction = connection.transaction()?;
    let mut search = Search::new(&transaction, (common, began), query)?;
    search.run()?;
    let ids: Vec<u32> = search.found.into_iter().collect();
    let newest_first = matches!(query.page, Page::Before { .. });
    message::read_in(&transaction, &ids, newest_first, query.bounds)
}

/// The plans of all statements that a search runs, each once: lines as `EXPLAIN QUERY PLAN` writes them.
pub(crate) fn plans(
    connection: &mut Connection,
    common: &CommonWords,
    query: &MessageQuery,
) -> Result<Vec<String>, Error> {
    let began = common.began();
    let transaction = connection.transaction()?;
    let mut search = Search::new(&transaction, (common, began), query)?;
    search.plans = Some(Vec::new());
    search.run()?;
    Ok(search.plans.unwrap_or_default())
}

/// Where matching messages can still be, and how many are wanted.
struct Window {
    low: u32,
    high: u32,
    newest_first: bool,
    limit: usize,
}

impl Window {
    fn new(page: Page) -> Self {
        let limit = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        match page {
            Page::Before { upto, limit: max } => Window { low: 0, high: upto.0, newest_first: true, limit: limit(max) },
            Page::After { from, limit: max } => {
                Window { low: from.0, high: u32::MAX, newest_first: false, limit: limit(max) }
            }
        }
    }
}

impl Window {
    /// How many of these messages are in it, up to [`COUNT_MAX`].
    fn count(&self, ids: &RoaringBitmap) -> u64 {
        if self.low > self.high { 0 } else { ids.range_cardinality(self.low..=self.high).min(COUNT_MAX) }
    }
}

struct Search<'a> {
    connection: &'a Connection,
    index: &'a MessageIndex,
    conditions: Vec<Condition<'a>>,
    window: Window,
    found: BTreeSet<u32>,
    /// Plans of the statements so far, where somebody asks for them.
    plans: Option<Vec<String>>,
}

impl<'a> Search<'a> {
    fn new(
        connection: &'a Connection,
        (common, began): (&CommonWords, Began),
        query: &'a MessageQuery,
    ) -> Result<Self, Error> {
        let window = Window::new(query.page);
        // Those that few messages can have which all have are listed; more are found soon enough.
        let list = |phrases: &[&str]| -> Result<Option<RoaringBitmap>, Error> {
            let all = common.candidates(connection, began, phrases)?;
            Ok(all.filter(|ids| window.count(ids) < COUNT_MAX))
        };
        let conditions = query.conditions.iter().map(|condition| Condition::new(connection, condition, &list));
        Ok(Search {
            connection,
            index: &query.index,
            conditions: conditions.collect::<Result<_, _>>()?,
            window,
            found: BTreeSet::new(),
            plans: None,
        })
    }

    fn run(&mut self) -> Result<(), Error> {
        if self.window.limit == 0 {
            return Ok(());
        }
        let driver = self.best_source()?;
        let source = driver.and_then(|at| self.conditions[at].source.take());
        if let Some(at) = driver {
            self.conditions.remove(at);
        }
        match source.unwrap_or(Source::All) {
            Source::Ids(ids) => self.run_ids(ids),
            Source::Listed(ids, words) => self.run_listed(&ids, words),
            Source::Anywhere(parts) => parts.into_iter().try_for_each(|part| self.run_part(part)),
            source => self.run_range(&source),
        }
    }

    fn run_part(&mut self, part: Part) -> Result<(), Error> {
        match part {
            Part::Contents(text) => self.run_range(&Source::Words(text)),
            Part::Listed(ids, words) => self.run_listed(&ids, words),
            Part::Topics(topics) => self.run_topics(topics),
            Part::ContentsIn { words, topics, others: Some(others) } => self
                .with(Check::Words { words: others, negated: false }, |search| {
                    search.run_part(Part::ContentsIn { words, topics, others: None })
                }),
            // From the side where there is less to look at.
            Part::ContentsIn { words, topics, others: None } => {
                let source = Source::Words(words.text());
                let few = self.messages_of(&topics).filter(|ids| self.count_ids(ids) < COUNT_MAX);
                match few {
                    Some(ids) if self.count(&source)? >= COUNT_MAX => {
                        self.with(Check::Words { words, negated: false }, |search| search.run_ids(&ids))
                    }
                    _ => self.with(Check::Topics(topics), |search| search.run_range(&source)),
                }
            }
        }
    }

    /// Messages that may have words.
    fn run_listed(&mut self, ids: &RoaringBitmap, words: Words) -> Result<(), Error> {
        self.with(Check::Words { words, negated: false }, |search| search.run_ids(ids))
    }

    /// All messages of topics.
    fn run_topics(&mut self, topics: RoaringBitmap) -> Result<(), Error> {
        if let Some(ids) = self.messages_of(&topics) {
            return self.run_ids(&ids);
        }
        let wanted = self.conditions.iter().find_map(|condition| match condition.check {
            Check::Ids { ids, negated: false } => Some(ids),
            _ => None,
        });
        let all = || (1..=self.index.last_id()).collect::<RoaringBitmap>();
        let ids = wanted.map_or_else(|| Cow::Owned(all()), Cow::Borrowed);
        self.with(Check::Topics(topics), |search| search.run_ids(&ids))
    }

    /// The messages of topics, if these are few enough to be put together.
    fn messages_of(&self, topics: &RoaringBitmap) -> Option<RoaringBitmap> {
        let sets = topics.iter().filter_map(|id| self.index.ids(ConversationId(id)));
        (topics.len() <= TOPICS_UNITED_MAX).then(|| IdSet::union_of(sets))
    }

    /// Runs with one more condition.
    fn with(&mut self, check: Check<'a>, run: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.conditions.push(Condition { source: None, check });
        let outcome = run(self);
        self.conditions.pop();
        outcome
    }

    /// The condition whose source yields least; where none is short, the first that is cheap to read.
    fn best_source(&self) -> Result<Option<usize>, Error> {
        let mut sources: Vec<(usize, &Source<'_>)> = self
            .conditions
            .iter()
            .enumerate()
            .filter_map(|(at, condition)| Some((at, condition.source.as_ref()?)))
            .collect();
        sources.sort_by_key(|(_, source)| source.rank());
        let mut best = None;
        if let [(only, _)] = sources[..] {
            return Ok(Some(only));
        }
        for (at, source) in sources {
            let count = self.count(source)?;
            if best.is_none_or(|(_, least)| count < least) {
                best = Some((at, count));
            }
        }
        Ok(best.map(|(at, _)| at))
    }

    /// How many of these messages are in the window, up to [`COUNT_MAX`].
    fn count_ids(&self, ids: &RoaringBitmap) -> u64 {
        self.window.count(ids)
    }

    /// How many messages a source yields, up to [`COUNT_MAX`].
    fn count(&self, source: &Source<'_>) -> Result<u64, Error> {
        match source {
            Source::Ids(ids) => Ok(self.count_ids(ids)),
            Source::Listed(ids, _) => Ok(self.count_ids(ids)),
            Source::Anywhere(parts) => {
                let mut count = 0;
                for part in parts {
                    if count >= COUNT_MAX {
                        break;
                    }
                    count += match part {
                        Part::Listed(ids, _) => self.count_ids(ids),
                        Part::Contents(text) => self.count(&Source::Words(text.clone()))?,
                        Part::ContentsIn { words, .. } => self.count(&Source::Words(words.text()))?,
                        Part::Topics(topics) => self.messages_of(topics).map_or(COUNT_MAX, |ids| self.count_ids(&ids)),
                    };
                }
                Ok(count.min(COUNT_MAX))
            }
            _ => {
                let Window { low, high, .. } = self.window;
                let (table, id, condition, value) = source.sql();
                let sql = format!(
                    "SELECT count(*) FROM (
                         SELECT 1 FROM {table} WHERE {condition} AND {id} BETWEEN ? AND ? LIMIT {COUNT_MAX}
                     )"
                );
                let values = value.into_iter().chain([low.into(), high.into()]);
                Ok(self
                    .connection
                    .prepare_cached(&sql)?
                    .query_row(params_from_iter(values), |row| row.get::<_, i64>(0))
                    .map(crate::row::seq)?)
            }
        }
    }

    /// Whether a message meets all conditions that its id decides.
    fn passes(&self, id: u32) -> bool {
        self.conditions.iter().all(|condition| condition.check.passes(id, self.index))
    }

    /// Looks the ids of a set up, in the order of the page, a statement's worth at a time.
    fn run_ids(&mut self, ids: &RoaringBitmap) -> Result<(), Error> {
        let Window { low, high, newest_first, limit } = self.window;
        if low > high {
            return Ok(());
        }
        let mut range = ids.range(low..=high);
        let mut next = || if newest_first { range.next_back() } else { range.next() };
        let mut count = limit.min(IDS_PER_STATEMENT);
        loop {
            let mut some = Vec::with_capacity(count);
            while some.len() < count {
                let Some(id) = next() else { break };
                if self.passes(id) {
                    some.push(id);
                }
            }
            let Some(last) = some.last() else { return Ok(()) };
            self.run_range(&Source::IdList(message::json_list(some.iter().copied())))?;
            // What comes after the last one is no nearer to where the page begins.
            if !(self.window.low..=self.window.high).contains(last) {
                return Ok(());
            }
            count = IDS_PER_STATEMENT;
        }
    }

    /// Reads a source in the order of the page, until it cannot add to the page any more.
    fn run_range(&mut self, source: &Source<'_>) -> Result<(), Error> {
        if self.window.low > self.window.high {
            return Ok(());
        }
        let (sql, values) = self.statement(source);
        self.note_plan(&sql, &values)?;
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let has_words = self.conditions.iter().any(|condition| matches!(condition.check, Check::Words { .. }));
        let mut batch_size = if has_words { self.window.limit.clamp(1, BATCH_MAX) } else { 1 };
        let mut batch = Vec::new();
        while let Some(row) = rows.next()? {
            let id: u32 = get(row, 0, "messages")?;
            if !self.passes(id) {
                continue;
            }
            batch.push(id);
            if batch.len() >= batch_size {
                if !self.add_those_with_words(&mut batch)? {
                    return Ok(());
                }
                batch_size = if has_words { (batch_size * 2).min(BATCH_MAX) } else { 1 };
            }
        }
        self.add_those_with_words(&mut batch)?;
        Ok(())
    }

    /// Takes messages into the page if they meet the conditions about words; false if what follows them has no place there
    /// any more.
    fn add_those_with_words(&mut self, batch: &mut Vec<u32>) -> Result<bool, Error> {
        let mut ascending = None;
        for condition in &self.conditions {
            let Check::Words { words, negated } = &condition.check else { continue };
            let ids = ascending.get_or_insert_with(|| {
                let mut ids = batch.clone();
                ids.sort_unstable();
                ids
            });
            let matching = words.matching(self.connection, self.index, ids)?;
            batch.retain(|id| matching.contains(*id) != *negated);
            ids.retain(|id| matching.contains(*id) != *negated);
        }
        Ok(batch.drain(..).all(|id| self.add(id)))
    }

    fn note_plan(&mut self, sql: &str, values: &[Value]) -> Result<(), Error> {
        if self.plans.is_none() {
            return Ok(());
        }
        self.note_steps(sql, values)?;
        let (low, high) = (self.window.low, self.window.high);
        let words = self.conditions.iter().filter_map(|condition| match &condition.check {
            Check::Words { words, .. } => Some(words.plans()),
            _ => None,
        });
        for (sql, text) in words.flatten().collect::<Vec<_>>() {
            match text {
                Some(text) => self.note_steps(sql, &[text.into(), low.into(), high.into()])?,
                None => self.note_steps(sql, &[low.into()])?,
            }
        }
        Ok(())
    }

    fn note_steps(&mut self, sql: &str, values: &[Value]) -> Result<(), Error> {
        let Some(plans) = &mut self.plans else { return Ok(()) };
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let detail: String = row.get(3)?;
            if !plans.contains(&detail) {
                plans.push(detail);
            }
        }
        Ok(())
    }

    fn statement(&self, source: &Source<'_>) -> (String, Vec<Value>) {
        let (table, id, condition, value) = source.sql();
        let values: Vec<Value> = value.into_iter().chain([self.window.low.into(), self.window.high.into()]).collect();
        let mut conditions = format!("{condition} AND {id} BETWEEN ? AND ?");
        let mut needs_row = false;
        for condition in &self.conditions {
            if let Check::Row(sql) = condition.check {
                conditions = format!("{conditions} AND {sql}");
                needs_row = id != "m.id";
            }
        }
        // CROSS keeps the order of the join (https://sqlite.org/lang_select.html, section 2.2).
        let join = if needs_row { format!(" CROSS JOIN messages m ON m.id = {id}") } else { String::new() };
        let order = if self.window.newest_first { "DESC" } else { "ASC" };
        let sql = format!("SELECT {id} FROM {table}{join} WHERE {conditions} ORDER BY {id} {order}");
        (sql, values)
    }

    /// Takes a message into the page; false if what follows it in the same order has no place there any more.
    fn add(&mut self, id: u32) -> bool {
        self.found.insert(id);
        if self.found.len() > self.window.limit {
            if self.window.newest_first {
                self.found.pop_first()
            } else {
                self.found.pop_last()
            };
        }
        if self.found.len() < self.window.limit {
            return true;
        }
        let Some(worst) = (if self.window.newest_first { self.found.first() } else { self.found.last() }) else {
            return false;
        };
        if self.window.newest_first {
            self.window.low = worst.saturating_add(1);
            id > *worst
        } else {
            self.window.high = worst.saturating_sub(1);
            id < *worst
        }
    }
}
