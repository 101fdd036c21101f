//! Texts that programs store for their accounts. They are few and short, so they are in memory, and how much an account
//! has is known to the writer.

use imbl::{HashMap, OrdMap};
use std::sync::Arc;
use tidings_types::UserId;

/// What one account has stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// Texts by name.
    pub texts: OrdMap<String, Arc<str>>,
    /// Bytes of all names and texts.
    pub bytes: usize,
}

/// What all accounts have stored.
#[derive(Clone, Debug, Default)]
pub struct BotStorage(HashMap<UserId, Stored>);

impl BotStorage {
    /// What an account has stored; none if that is nothing.
    #[must_use]
    pub fn of(&self, user: UserId) -> Option<&Stored> {
        self.0.get(&user)
    }

    pub(super) fn put(&mut self, user: UserId, key: &str, value: Option<Arc<str>>) {
        let mut stored = self.0.get(&user).cloned().unwrap_or_default();
        if let Some(before) = stored.texts.remove(key) {
            stored.bytes -= key.len() + before.len();
        }
        if let Some(value) = value {
            stored.bytes += key.len() + value.len();
            stored.texts.insert(key.to_owned(), value);
        }
        if stored.texts.is_empty() {
            self.0.remove(&user);
        } else {
            self.0.insert(user, stored);
        }
    }
}
