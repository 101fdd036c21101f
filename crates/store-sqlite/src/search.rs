//! Message searches: one condition that an index answers drives the search, in the order of the page; the others
//! are checked on what it yields, until the page is full.
//!
//! Words are [`words`]. No search reads a whole table unless nothing narrows it down. Several conversations are read one after the
//! other, each only as far as it can still add to the page, so that many of them cost little more than one.

mod condition;
mod words;

use crate::message;
use crate::row::{Error, get};
use condition::{Check, Condition, Source};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_store::query::{MessageQuery, Page};
use words::Part;

/// How far the messages of a source are counted to find the best one: a fraction of a millisecond.
const COUNT_MAX: u64 = 2_000;

/// How many ids of a set one statement looks up after the first, which looks up a page.
const IDS_PER_STATEMENT: usize = 1_000;

/// Conversations that are counted one by one; more of them are taken for many messages.
const CONVERSATIONS_COUNTED_MAX: usize = 100;

pub(crate) fn search(connection: &mut Connection, query: &MessageQuery) -> Result<Vec<Arc<MessageRow>>, Error> {
    // One transaction, so that what is found is also there to be read.
    let transaction = connection.transaction()?;
    let mut search = Search::new(&transaction, query)?;
    search.run()?;
    let ids: Vec<u32> = search.found.into_iter().collect();
    message::read_in(&transaction, &ids)
}

/// The plans of all statements that a search runs, each once: lines as `EXPLAIN QUERY PLAN` writes them.
pub(crate) fn plans(connection: &mut Connection, query: &MessageQuery) -> Result<Vec<String>, Error> {
    let transaction = connection.transaction()?;
    let mut search = Search::new(&transaction, query)?;
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

struct Search<'a> {
    connection: &'a Connection,
    conditions: Vec<Condition<'a>>,
    window: Window,
    found: BTreeSet<u32>,
    /// Plans of the statements so far, where somebody asks for them.
    plans: Option<Vec<String>>,
}

impl<'a> Search<'a> {
    fn new(connection: &'a Connection, query: &'a MessageQuery) -> Result<Self, Error> {
        let conditions = query.conditions.iter().map(|condition| Condition::new(connection, condition));
        Ok(Search {
            connection,
            conditions: conditions.collect::<Result<_, _>>()?,
            window: Window::new(query.page),
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
            Source::Conversations(conversations) => self.run_conversations(conversations),
            Source::Anywhere(parts) => parts.into_iter().try_for_each(|part| self.run_part(part)),
            source => self.run_range(&source),
        }
    }

    /// Newer conversations mostly have newer messages, and what fills the page first shortens the rest.
    fn run_conversations(&mut self, mut conversations: Vec<u32>) -> Result<(), Error> {
        conversations.sort_unstable();
        if self.window.newest_first {
            conversations.reverse();
        }
        conversations.into_iter().try_for_each(|id| self.run_range(&Source::Conversation(id)))
    }

    fn run_part(&mut self, part: Part) -> Result<(), Error> {
        match part {
            Part::Contents(text) => self.run_range(&Source::Words(text)),
            Part::Conversations(conversations) => self.run_conversations(conversations),
            // From the side where there is less to look at.
            Part::ContentsIn(text, conversations) => {
                let source = Source::Words(text.clone());
                if self.count(&source)? < COUNT_MAX {
                    self.with(words::in_conversations(&conversations), |search| search.run_range(&source))
                } else {
                    self.with(words::in_content(&text), |search| search.run_conversations(conversations))
                }
            }
        }
    }

    /// Runs with one more condition.
    fn with(
        &mut self,
        condition: Condition<'a>,
        run: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.conditions.push(condition);
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

    /// How many messages a source yields, up to [`COUNT_MAX`].
    fn count(&self, source: &Source<'_>) -> Result<u64, Error> {
        let Window { low, high, .. } = self.window;
        match source {
            Source::Ids(ids) if low <= high => Ok(ids.range_cardinality(low..=high).min(COUNT_MAX)),
            Source::Ids(_) => Ok(0),
            Source::Conversations(conversations) => self.count_conversations(conversations),
            Source::Anywhere(parts) => {
                let mut count = 0;
                for part in parts {
                    if count >= COUNT_MAX {
                        break;
                    }
                    count += match part {
                        Part::Contents(text) | Part::ContentsIn(text, _) => self.count(&Source::Words(text.clone()))?,
                        Part::Conversations(conversations) => self.count_conversations(conversations)?,
                    };
                }
                Ok(count.min(COUNT_MAX))
            }
            _ => {
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

    fn count_conversations(&self, conversations: &[u32]) -> Result<u64, Error> {
        if conversations.len() > CONVERSATIONS_COUNTED_MAX {
            return Ok(COUNT_MAX);
        }
        let mut count = 0;
        for id in conversations {
            if count >= COUNT_MAX {
                break;
            }
            count += self.count(&Source::Conversation(*id))?;
        }
        Ok(count.min(COUNT_MAX))
    }

    /// Looks the ids of a set up, in the order of the page, a statement's worth at a time.
    fn run_ids(&mut self, ids: &roaring::RoaringBitmap) -> Result<(), Error> {
        let Window { low, high, newest_first, limit } = self.window;
        if low > high {
            return Ok(());
        }
        let mut range = ids.range(low..=high);
        let mut count = limit.min(IDS_PER_STATEMENT);
        while self.found.len() < limit {
            let some: Vec<u32> = match newest_first {
                true => range.by_ref().rev().take(count).collect(),
                false => range.by_ref().take(count).collect(),
            };
            if some.is_empty() {
                break;
            }
            self.run_range(&Source::IdList(message::json_list(&some)))?;
            count = IDS_PER_STATEMENT;
        }
        Ok(())
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
        while let Some(row) = rows.next()? {
            let id: u32 = get(row, 0, "messages")?;
            let conversation: u32 = get(row, 1, "messages")?;
            if self.conditions.iter().all(|condition| condition.check.passes(id, conversation)) && !self.add(id) {
                break;
            }
        }
        Ok(())
    }

    fn note_plan(&mut self, sql: &str, values: &[Value]) -> Result<(), Error> {
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
        let mut values: Vec<Value> =
            value.into_iter().chain([self.window.low.into(), self.window.high.into()]).collect();
        let mut conditions = format!("{condition} AND {id} BETWEEN ? AND ?");
        for check in self.conditions.iter().map(|condition| &condition.check) {
            if let Check::Row { sql, values: more } = check {
                conditions = format!("{conditions} AND {sql}");
                values.extend(more.iter().cloned());
            }
        }
        let needs_row = id != "m.id" && self.conditions.iter().any(|condition| condition.check.needs_row());
        // CROSS keeps the order of the join (https://sqlite.org/lang_select.html, section 2.2).
        let join = if needs_row { format!(" CROSS JOIN messages m ON m.id = {id}") } else { String::new() };
        let has_conversation = self.conditions.iter().any(|condition| condition.check.needs_conversation());
        let conversation = if has_conversation { "m.conversation_id" } else { "0" };
        let order = if self.window.newest_first { "DESC" } else { "ASC" };
        let sql = format!("SELECT {id}, {conversation} FROM {table}{join} WHERE {conditions} ORDER BY {id} {order}");
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
