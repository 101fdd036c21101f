//! Everybody's alert words as one automaton, built again when they change.

use std::sync::{Arc, Mutex, PoisonError};
use tidings_core::state::RealmState;
use tidings_markdown::AlertWords;
use tidings_types::UserId;

/// Finds whose alert words a message has.
#[derive(Default)]
pub struct AlertWordFinder {
    built: Mutex<Option<Arc<Built>>>,
}

struct Built {
    version: u64,
    words: AlertWords,
    /// Whose each word is.
    users: Vec<UserId>,
}

impl AlertWordFinder {
    /// Users who have a word of `content` as an alert word, ascending.
    pub fn find(&self, state: &RealmState, content: &str) -> Vec<UserId> {
        let Some(built) = self.current(state) else { return Vec::new() };
        let mut users: Vec<UserId> = built.words.find(content).into_iter().map(|at| built.users[at]).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    fn current(&self, state: &RealmState) -> Option<Arc<Built>> {
        let version = state.personal.alert_words_version();
        if version == 0 {
            return None;
        }
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = built.as_ref().filter(|known| known.version >= version) {
            return Some(Arc::clone(known));
        }
        let (mut users, mut words) = (Vec::new(), Vec::new());
        for (user, own) in state.personal.all_alert_words() {
            for word in own {
                users.push(user);
                words.push(word.as_str());
            }
        }
        match AlertWords::new(words) {
            Ok(words) => *built = Some(Arc::new(Built { version, words, users })),
            Err(error) => {
                tracing::error!(%error, "alert words cannot be matched");
                return None;
            }
        }
        built.clone()
    }
}
