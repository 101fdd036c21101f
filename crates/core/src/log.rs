//! The newest part of the realm's event log, in memory. What is older is in the store.
//!
//! Entries are appended after their changes were committed, in the order of their ids. The lock is held for a few
//! lines only; a reader takes shared entries out and renders them outside of it.

use crate::event::{Entry, Outgoing};
use crate::limits;
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use tidings_types::EventId;

/// The newest part of the log.
#[derive(Debug)]
pub struct EventLog {
    inner: RwLock<Inner>,
    entries_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Inner {
    entries: VecDeque<Arc<Entry>>,
    /// Entries up to here are not in memory.
    floor: EventId,
    /// The newest id that was given.
    head: EventId,
    bytes: usize,
}

/// An event on its way into the log.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a value lives only while its batch is appended")]
pub enum Numbered {
    /// It is committed under the id it has.
    Durable(Arc<Entry>),
    /// It gets the next id, with this time in UNIX seconds.
    Ephemeral(Outgoing, i64),
}

/// What [`EventLog::append`] takes.
#[derive(Debug, Default)]
pub struct Appending {
    /// Durable event `seq` took place though it has no entry: ephemeral ids start anew behind it.
    pub after: Option<u64>,
    /// In order.
    pub events: Vec<Numbered>,
}

impl Appending {
    /// Durable entries alone.
    #[must_use]
    pub fn durable(entries: impl IntoIterator<Item = Arc<Entry>>) -> Self {
        Appending { after: None, events: entries.into_iter().map(Numbered::Durable).collect() }
    }
}

/// Part of the log.
#[derive(Debug, Default)]
pub struct Page {
    /// In order.
    pub entries: Vec<Arc<Entry>>,
    /// Up to where the log was looked at; where no more was there, the newest id.
    pub upto: Option<EventId>,
    /// There is more behind that.
    pub is_cut: bool,
}

impl EventLog {
    /// An empty log after durable event `seq`; everything up to there is in the store.
    #[must_use]
    pub fn new(seq: u64) -> Self {
        Self::with_limits(seq, limits::LOG_ENTRIES_MAX, limits::LOG_BYTES_MAX)
    }

    /// As [`EventLog::new`], keeping at most so many entries and about so many bytes.
    #[must_use]
    pub fn with_limits(seq: u64, entries_max: usize, bytes_max: usize) -> Self {
        let at = EventId::durable(seq);
        let inner = Inner { entries: VecDeque::new(), floor: at, head: at, bytes: 0 };
        EventLog { inner: RwLock::new(inner), entries_max, bytes_max }
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest id that was given.
    #[must_use]
    pub fn head(&self) -> EventId {
        self.read().head
    }

    /// Entries up to here are only in the store.
    #[must_use]
    pub fn floor(&self) -> EventId {
        self.read().floor
    }

    /// How many entries are in memory, and about how many bytes they take.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let inner = self.read();
        (inner.entries.len(), inner.bytes)
    }

    /// Gives the next ephemeral id; none if there are no more before the next durable event.
    #[must_use]
    pub fn next_ephemeral(&self) -> Option<EventId> {
        let mut inner = self.write();
        let next = EventId(inner.head.0 + 1);
        if next.is_durable() {
            return None;
        }
        inner.head = next;
        Some(next)
    }

    /// How many ephemeral ids are left before the next durable event.
    #[must_use]
    pub fn ephemeral_left(&self) -> i64 {
        EventId::PER_SEQ - 1 - self.head().0.rem_euclid(EventId::PER_SEQ)
    }

    /// Appends a batch and returns its entries with their places.
    ///
    /// All of it happens under one lock: an id that was given, but whose entry is not here yet, would look to a
    /// poll as if there were nothing.
    ///
    /// # Panics
    /// If the ids of durable entries do not increase: clients would lose events.
    pub fn append(&self, batch: Appending) -> Vec<Arc<Entry>> {
        let mut inner = self.write();
        if let Some(seq) = batch.after {
            inner.head = inner.head.max(EventId::durable(seq));
        }
        let mut entries = Vec::with_capacity(batch.events.len());
        for event in batch.events {
            let entry = match event {
                Numbered::Durable(entry) => Some(entry),
                Numbered::Ephemeral(event, created_at) => {
                    // Without an id left an ephemeral event is dropped, as typing and presence may be.
                    let id = EventId(inner.head.0 + 1);
                    Entry::new(id, event, created_at).filter(|_| !id.is_durable()).map(Arc::new)
                }
            };
            let Some(entry) = entry else { continue };
            assert!(entry.id > inner.head, "event ids strictly increase: {} after {}", entry.id, inner.head);
            inner.head = entry.id;
            inner.bytes += entry.weight();
            inner.entries.push_back(Arc::clone(&entry));
            entries.push(entry);
        }
        while inner.entries.len() > self.entries_max || inner.bytes > self.bytes_max && inner.entries.len() > 1 {
            let Some(oldest) = inner.entries.pop_front() else { break };
            inner.bytes -= oldest.weight();
            inner.floor = oldest.id;
        }
        entries
    }

    /// Entries after `after` that `wanted` accepts, at most `look_at_max` looked at and `take_max` taken; none if
    /// some of them are only in the store.
    #[must_use]
    pub fn after(
        &self,
        after: EventId,
        look_at_max: usize,
        take_max: usize,
        mut wanted: impl FnMut(&Arc<Entry>) -> bool,
    ) -> Option<Page> {
        let inner = self.read();
        if after < inner.floor {
            return None;
        }
        let from = inner.entries.partition_point(|entry| entry.id <= after);
        let mut page = Page { entries: Vec::new(), upto: Some(inner.head.max(after)), is_cut: false };
        for (looked_at, entry) in inner.entries.range(from..).enumerate() {
            if looked_at == look_at_max || page.entries.len() == take_max {
                page.upto = Some(inner.entries[from + looked_at - 1].id);
                page.is_cut = true;
                break;
            }
            if wanted(entry) {
                page.entries.push(Arc::clone(entry));
            }
        }
        Some(page)
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
