//! Stored messages as the commands of one batch see them: the store's, with what earlier commands of the batch did.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use tidings_core::change::{Change, MessageRow};
use tidings_core::commands::repeats::NamedSend;
use tidings_core::commands::{MessageReader, ReadFailed};
use tidings_store::{Store, StoreError};
use tidings_types::message::Edit;
use tidings_types::{ConversationId, MessageId, UserId};

/// The store's messages and a batch's changes over them.
pub struct Overlay<'a> {
    store: &'a dyn Store,
    /// None for a message that is gone.
    rows: RefCell<HashMap<MessageId, Option<Arc<MessageRow>>>>,
    /// What was moved, in order, of what is not among the rows.
    moves: Vec<Moved>,
    named_sends: HashMap<(UserId, String), NamedSend>,
}

struct Moved {
    ids: Arc<[MessageId]>,
    to: ConversationId,
    edit: Edit,
}

impl Moved {
    fn apply(&self, row: &mut MessageRow) {
        row.conversation = self.to;
        if self.edit.is_shown_as_move() {
            row.last_moved = Some(self.edit.timestamp);
        }
        row.edit_history.insert(0, self.edit.clone());
    }
}

fn failed(error: &StoreError) -> ReadFailed {
    tracing::error!(%error, "reading a message failed");
    ReadFailed
}

impl<'a> Overlay<'a> {
    /// Nothing changed yet.
    #[must_use]
    pub fn new(store: &'a dyn Store) -> Self {
        Overlay { store, rows: RefCell::default(), moves: Vec::new(), named_sends: HashMap::new() }
    }

    /// Takes in what a command did.
    pub fn record(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::MessageInserted { row, .. } | Change::MessageUpdated { row, .. } => {
                    self.rows.get_mut().insert(row.id, Some(Arc::clone(row)));
                }
                Change::MessagesMoved { ids, to, edit, .. } => {
                    let moved = Moved { ids: Arc::clone(ids), to: *to, edit: edit.clone() };
                    // What is known is changed at once; what is read later, when it is read.
                    for id in ids.iter() {
                        self.change_row(*id, |row| moved.apply(row));
                    }
                    self.moves.push(moved);
                }
                Change::SubmessageAdded { message, row: submessage } => {
                    self.change_row(*message, |row| row.submessages.push(submessage.clone()));
                }
                Change::MessageDeleted { id } => {
                    self.rows.get_mut().insert(*id, None);
                }
                Change::ReactionAdded { message, reaction } => {
                    self.change_row(*message, |row| row.reactions.push(reaction.clone()));
                }
                Change::ReactionRemoved { message, reaction } => {
                    self.change_row(*message, |row| row.reactions.retain(|known| known != reaction));
                }
                Change::NamedSend { sender, name, send } => {
                    self.named_sends.insert((*sender, name.clone()), *send);
                }
                _ => {}
            }
        }
    }

    fn change_row(&mut self, id: MessageId, change: impl FnOnce(&mut MessageRow)) {
        // A command that changed the reactions of a message has read it, so it is here.
        if let Some(Some(row)) = self.rows.get_mut().get_mut(&id) {
            change(Arc::make_mut(row));
        }
    }
}

impl MessageReader for Overlay<'_> {
    fn message(&self, id: MessageId) -> Result<Option<Arc<MessageRow>>, ReadFailed> {
        if let Some(row) = self.rows.borrow().get(&id) {
            return Ok(row.clone());
        }
        let mut row = self.store.message(id).map_err(|error| failed(&error))?;
        for moved in self.moves.iter().filter(|moved| moved.ids.binary_search(&id).is_ok()) {
            if let Some(row) = &mut row {
                moved.apply(Arc::make_mut(row));
            }
        }
        self.rows.borrow_mut().insert(id, row.clone());
        Ok(row)
    }

    fn reactors_of(&self, ids: &[MessageId]) -> Result<Vec<UserId>, ReadFailed> {
        let mut reactors = self.store.reactors_of(ids).map_err(|error| failed(&error))?;
        let rows = self.rows.borrow();
        let known = ids.iter().filter_map(|id| rows.get(id)).flatten();
        reactors.extend(known.flat_map(|row| &row.reactions).map(|reaction| reaction.user));
        reactors.sort_unstable();
        reactors.dedup();
        Ok(reactors)
    }

    fn named_send(&self, sender: UserId, name: &str) -> Result<Option<NamedSend>, ReadFailed> {
        if let Some(send) = self.named_sends.get(&(sender, name.to_owned())) {
            return Ok(Some(*send));
        }
        self.store.named_send(sender, name).map_err(|error| failed(&error))
    }
}
