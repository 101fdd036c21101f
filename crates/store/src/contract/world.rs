//! A store, and beside it what it should hold.

use super::picture::picture;
use super::{Backend, samples};
use crate::{Batch, Store};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_core::change::{Change, MessageRow};
use tidings_core::event::StoredEntry;
use tidings_core::queue::QueueRow;
use tidings_core::state::RealmState;
use tidings_types::{MessageId, QueueId, UserId};

/// A store, and beside it what it should hold.
pub struct World<'a, B: Backend> {
    backend: &'a B,
    store: Option<B::Store>,
    /// What loading should give.
    pub state: RealmState,
    /// Messages that should be there.
    pub messages: BTreeMap<MessageId, MessageRow>,
    /// Queues that should be there.
    pub queues: BTreeMap<QueueId, QueueRow>,
    /// Passwords that should be there.
    pub passwords: BTreeMap<UserId, String>,
}

impl<'a, B: Backend> World<'a, B> {
    /// A realm with so many users.
    pub fn new(backend: &'a B, users: u32) -> Self {
        let mut world = World {
            backend,
            store: Some(backend.open()),
            state: RealmState::new(samples::realm(0)),
            messages: BTreeMap::new(),
            queues: BTreeMap::new(),
            passwords: BTreeMap::new(),
        };
        world.commit(&samples::first_batch(users));
        world
    }

    /// The open store.
    pub fn store(&self) -> &B::Store {
        self.store.as_ref().unwrap()
    }

    /// Commits changes without events, one position further.
    pub fn commit(&mut self, changes: &[Change]) {
        self.commit_with(changes, &[]);
    }

    /// Commits changes and events, one position further.
    pub fn commit_with(&mut self, changes: &[Change], events: &[StoredEntry]) {
        let seq = self.state.seq + 1;
        self.store().commit(&Batch { seq, now: 1, changes, events }).unwrap();
        self.state.seq = seq;
        for change in changes {
            self.fold(change);
        }
    }

    fn fold(&mut self, change: &Change) {
        self.state.apply(change);
        match change {
            Change::MessageInserted { row, .. } => {
                self.messages.insert(row.id, (**row).clone());
            }
            Change::MessageUpdated { row, edit, .. } => {
                let message = self.messages.get_mut(&row.id).unwrap();
                let mut edit_history = std::mem::take(&mut message.edit_history);
                edit_history.insert(0, edit.clone());
                let (reactions, submessages) = (message.reactions.clone(), message.submessages.clone());
                *message = MessageRow { edit_history, reactions, submessages, ..(**row).clone() };
            }
            Change::MessagesMoved { ids, to, edit, .. } => {
                for id in ids.iter() {
                    let message = self.messages.get_mut(id).unwrap();
                    message.conversation = *to;
                    if edit.is_shown_as_move() {
                        message.last_moved = Some(edit.timestamp);
                    }
                    message.edit_history.insert(0, edit.clone());
                }
            }
            Change::SubmessageAdded { message, row } => {
                self.messages.get_mut(message).unwrap().submessages.push(row.clone());
            }
            Change::MessageDeleted { id } => {
                self.messages.remove(id);
            }
            Change::ReactionAdded { message, reaction } => {
                self.messages.get_mut(message).unwrap().reactions.push(reaction.clone());
            }
            Change::ReactionRemoved { message, reaction } => {
                self.messages.get_mut(message).unwrap().reactions.retain(|known| known != reaction);
            }
            Change::Queue(row) => {
                self.queues.insert(row.id, (**row).clone());
            }
            Change::QueueStart { id, start } => {
                if let Some(queue) = self.queues.get_mut(id) {
                    queue.start = *start;
                }
            }
            Change::QueueDeleted(id) => {
                self.queues.remove(id);
            }
            Change::Password { user, phc } => {
                self.passwords.insert(*user, phc.clone());
            }
            _ => {}
        }
    }

    /// Drops the store without any farewell, and opens it again.
    pub fn reopen(&mut self) {
        self.store = None;
        self.store = Some(self.backend.open());
    }

    /// Reads everything back, from the open store and from one that is opened anew.
    pub fn check(&mut self) {
        self.check_open();
        self.reopen();
        self.check_open();
    }

    fn check_open(&self) {
        let loaded = self.store().load().unwrap().unwrap();
        for (stored, folded) in picture(&loaded.state).into_iter().zip(picture(&self.state)) {
            assert_eq!(stored, folded, "loaded, and folded");
        }
        assert_eq!(picture(&loaded.state).len(), picture(&self.state).len());
        let queues: BTreeMap<_, _> = loaded.queues.into_iter().map(|row| (row.id, row)).collect();
        assert_eq!(queues, self.queues);
        for id in (1..=self.state.messages.last_id()).map(MessageId) {
            if self.state.messages.conversation_of(id).is_some() || id.0 < 1000 {
                assert_eq!(self.store().message(id).unwrap().as_deref(), self.messages.get(&id), "message {id}");
            }
        }
        for user in self.state.users.iter() {
            assert_eq!(self.store().password(user.id).unwrap().as_ref(), self.passwords.get(&user.id));
        }
    }
}

/// A message as a change, without mentions.
#[must_use]
pub fn inserted(row: MessageRow) -> Change {
    Change::MessageInserted { row: Arc::new(row), mentions: Vec::new() }
}
