//! The organization that an import makes: each change is folded into a state, as when a realm is loaded, and written
//! to the store, some thousand at a time.

use super::problem::ImportError;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::realm::RealmRow;
use tidings_store::{Batch, Store};
use tidings_types::message::Edit;

/// Changes in one transaction.
const BATCH: usize = 2_000;

/// Bytes of their texts, about: rows may have some megabytes each, and these wait in memory.
const BATCH_BYTES: usize = 32 << 20;

/// Bytes of what a change has more than others.
fn bytes(change: &Change) -> usize {
    match change {
        Change::MessageInserted { row, .. } => {
            let edit = |edit: &Edit| {
                edit.prev_content.as_ref().map_or(0, String::len)
                    + edit.prev_rendered_content.as_ref().map_or(0, String::len)
            };
            row.content.len()
                + row.rendered.len()
                + row.edit_history.iter().map(edit).sum::<usize>()
                + row.submessages.iter().map(|part| part.content.len()).sum::<usize>()
        }
        Change::BotStorage { value, .. } => value.as_ref().map_or(0, |value| value.len()),
        Change::Snippet { snippet, .. } => snippet.as_ref().map_or(0, |snippet| snippet.content.len()),
        Change::Later { row, .. } => row.as_ref().map_or(0, |row| row.content.len() + row.rendered.len()),
        Change::AlertWords { words, .. } => words.iter().map(String::len).sum(),
        Change::Profile { values, .. } => {
            let rendered = |text: &Option<String>| text.as_ref().map_or(0, String::len);
            values.values().map(|one| one.value.len() + rendered(&one.rendered_value)).sum()
        }
        Change::Flags { ids, .. } => ids.len() * 4,
        Change::MutedUsers { muted, .. } => muted.len() * 16,
        _ => 0,
    }
}

/// Changes that are not written yet.
#[derive(Default)]
struct Pending {
    changes: Vec<Change>,
    bytes: usize,
}

impl Pending {
    /// Returns whether it is time to write them.
    fn push(&mut self, change: Change) -> bool {
        self.bytes += bytes(&change);
        self.changes.push(change);
        self.changes.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

/// An organization in the making.
pub(super) struct Building<'a> {
    /// As far as it is.
    pub state: RealmState,
    store: &'a dyn Store,
    pending: Pending,
    now: i64,
}

impl<'a> Building<'a> {
    pub(super) fn new(store: &'a dyn Store, row: RealmRow, now: i64) -> Self {
        let row = Arc::new(row);
        let state = RealmState::new((*row).clone());
        let pending = Pending { changes: vec![Change::Realm(row)], bytes: 0 };
        Building { state, store, pending, now }
    }

    pub(super) fn change(&mut self, change: Change) -> Result<(), ImportError> {
        self.state.apply(&change);
        if self.pending.push(change) { self.commit() } else { Ok(()) }
    }

    /// Writes what is not written yet.
    pub(super) fn commit(&mut self) -> Result<(), ImportError> {
        let changes = std::mem::take(&mut self.pending).changes;
        if !changes.is_empty() {
            self.store.commit(&Batch { seq: self.state.seq, now: self.now, changes: &changes, events: &[] })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_types::UserId;

    #[test]
    fn long_texts_do_not_wait_until_there_are_many() {
        let mut pending = Pending::default();
        let words = |bytes: usize| Change::AlertWords { user: UserId(1), words: vec!["x".repeat(bytes)] };
        assert!(!pending.push(words(20 << 20)));
        assert!(pending.push(words(20 << 20)), "two of these are enough");
        let mut pending = Pending::default();
        assert_eq!((1..).find(|_| pending.push(words(1))), Some(BATCH));
    }
}
