//! Everybody's alert words.

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::sync::Arc;
use tidings_types::UserId;

/// The alert words of all users; a copy costs nothing, and says later what changed since.
#[derive(Clone, Debug, Default)]
pub struct AlertWords {
    lists: OrdMap<UserId, Arc<Vec<String>>>,
    version: u64,
}

impl AlertWords {
    /// Those of a user, in the order they were added.
    #[must_use]
    pub fn of(&self, user: UserId) -> &[String] {
        self.lists.get(&user).map_or(&[], |words| words)
    }

    /// Increases with every change, from 0 on.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whose words are others than `before`, and which they are now, by user. Costs what has changed, not what there is.
    pub fn changed_since<'a>(&'a self, before: &'a AlertWords) -> impl Iterator<Item = (UserId, &'a [String])> {
        before.lists.diff(&self.lists).map(|change| match change {
            DiffItem::Add(user, words) | DiffItem::Update { new: (user, words), .. } => (*user, words.as_slice()),
            DiffItem::Remove(user, _) => (*user, &[][..]),
        })
    }

    pub(super) fn put(&mut self, user: UserId, words: &[String]) {
        self.version += 1;
        if words.is_empty() {
            self.lists.remove(&user);
        } else {
            self.lists.insert(user, Arc::new(words.to_vec()));
        }
    }
}
