//! The organization that an import makes: each change is folded into a state, as when a realm is loaded, and written
//! to the store, some thousand at a time.

use super::problem::ImportError;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::realm::RealmRow;
use tidings_store::{Batch, Store};

/// Changes in one transaction.
const BATCH: usize = 2_000;

/// An organization in the making.
pub(super) struct Building<'a> {
    /// As far as it is.
    pub state: RealmState,
    store: &'a dyn Store,
    pending: Vec<Change>,
    now: i64,
}

impl<'a> Building<'a> {
    pub(super) fn new(store: &'a dyn Store, row: RealmRow, now: i64) -> Self {
        let row = Arc::new(row);
        let state = RealmState::new((*row).clone());
        Building { state, store, pending: vec![Change::Realm(row)], now }
    }

    pub(super) fn change(&mut self, change: Change) -> Result<(), ImportError> {
        self.state.apply(&change);
        self.pending.push(change);
        if self.pending.len() >= BATCH { self.commit() } else { Ok(()) }
    }

    /// Writes what is not written yet.
    pub(super) fn commit(&mut self) -> Result<(), ImportError> {
        if !self.pending.is_empty() {
            let changes = std::mem::take(&mut self.pending);
            self.store.commit(&Batch { seq: self.state.seq, now: self.now, changes: &changes, events: &[] })?;
        }
        Ok(())
    }
}
