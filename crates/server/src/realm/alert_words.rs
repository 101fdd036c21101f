//! Everybody's alert words as an automaton that finds them all in one pass over a message.
//!
//! It takes long to build where people have many words, and each message needs it. So there are two: one of all words as
//! they were at some time, and one of the words of those who changed theirs since, which is built by the next message.
//! When that has grown, the first is built anew, beside the messages.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tidings_core::state::RealmState;
use tidings_core::state::personal::AlertWords as Lists;
use tidings_markdown::AlertWords;
use tidings_types::UserId;

/// Bytes of words that changed, above which all are built anew.
const RECENT_BYTES_MAX: usize = 16 << 10;

/// Finds whose alert words a message has.
#[derive(Default)]
pub struct AlertWordFinder {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    known: Mutex<Option<Arc<Known>>>,
    is_building: AtomicBool,
}

/// Words, and whose each is.
struct Built {
    words: AlertWords,
    users: Vec<UserId>,
    bytes: usize,
}

struct Known {
    /// The words that `all` has.
    lists: Lists,
    all: Arc<Built>,
    /// Who changed theirs since then, until this version.
    changed: HashSet<UserId>,
    version: u64,
    recent: Built,
}

impl AlertWordFinder {
    /// Users who have a word of `content` as an alert word, ascending.
    pub fn find(&self, state: &RealmState, content: &str) -> Vec<UserId> {
        let lists = state.personal.everybodys_alert_words();
        let Some(known) = self.shared.current(lists) else { return Vec::new() };
        let mut users = known.all.find(content);
        if !known.changed.is_empty() {
            users.retain(|user| !known.changed.contains(user));
            users.extend(known.recent.find(content));
        }
        users.sort_unstable();
        users.dedup();
        users
    }
}

impl Shared {
    /// What is known of these lists, or of newer ones. None where nobody has a word.
    fn current(self: &Arc<Self>, lists: &Lists) -> Option<Arc<Known>> {
        if lists.version() == 0 {
            return None;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.version >= lists.version()) {
            return Some(Arc::clone(known));
        }
        let now = match known.as_ref() {
            Some(before) => Known::since(before.lists.clone(), Arc::clone(&before.all), lists),
            None => Known::of(lists),
        };
        // If it cannot be built, what is known is better than nothing.
        let Some(now) = now.map(Arc::new) else { return known.clone() };
        *known = Some(Arc::clone(&now));
        drop(known);
        if now.recent.bytes > RECENT_BYTES_MAX && !self.is_building.swap(true, Ordering::AcqRel) {
            let (building, lists) = (Building(Arc::clone(self)), lists.clone());
            let build = move || building.0.build(&lists);
            if let Err(error) = std::thread::Builder::new().name("alert words".to_owned()).spawn(build) {
                tracing::error!(%error, "no thread for alert words");
            }
        }
        Some(now)
    }

    /// Builds all of them anew. What changed meanwhile is found with the next message.
    fn build(&self, lists: &Lists) {
        if let Some(built) = Known::of(lists) {
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(built));
        }
    }
}

/// Held while all are built anew.
struct Building(Arc<Shared>);

impl Drop for Building {
    fn drop(&mut self) {
        self.0.is_building.store(false, Ordering::Release);
    }
}

impl Known {
    fn of(lists: &Lists) -> Option<Self> {
        let all = Arc::new(Built::of(lists.changed_since(&Lists::default()))?);
        Self::since(lists.clone(), all, lists)
    }

    fn since(before: Lists, all: Arc<Built>, lists: &Lists) -> Option<Self> {
        let changed = lists.changed_since(&before).map(|(user, _)| user).collect();
        let recent = Built::of(lists.changed_since(&before))?;
        Some(Known { all, changed, version: lists.version(), recent, lists: before })
    }
}

impl Built {
    /// None if they are too large for an automaton.
    fn of<'a>(lists: impl Iterator<Item = (UserId, &'a [String])>) -> Option<Self> {
        let (mut users, mut words) = (Vec::new(), Vec::new());
        for (user, own) in lists {
            users.extend(own.iter().map(|_| user));
            words.extend(own.iter().map(String::as_str));
        }
        let bytes = words.iter().map(|word| word.len()).sum();
        match AlertWords::new(words) {
            Ok(words) => Some(Built { words, users, bytes }),
            Err(error) => {
                tracing::error!(%error, "alert words cannot be matched");
                None
            }
        }
    }

    fn find(&self, content: &str) -> Vec<UserId> {
        self.words.find(content).into_iter().map(|at| self.users[at]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_core::change::Change;
    use tidings_core::state::realm::RealmRow;

    const WORDS: [&str; 5] = ["ghost", "skull", "poison", "arras", "rue"];

    fn set(state: &mut RealmState, user: u32, words: &[&str]) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        state.apply(&Change::AlertWords { user: UserId(user), words });
    }

    /// As [`AlertWordFinder::find`], without anything that was built before.
    fn anew(state: &RealmState, content: &str) -> Vec<UserId> {
        AlertWordFinder::default().find(state, content)
    }

    #[test]
    fn whoever_changes_theirs_is_found_by_the_new_ones_at_once() {
        let finder = AlertWordFinder::default();
        let mut state = RealmState::new(RealmRow::default());
        assert_eq!(finder.find(&state, "ghost"), []);
        set(&mut state, 1, &["ghost"]);
        set(&mut state, 2, &["ghost", "skull"]);
        let older = state.clone();
        assert_eq!(finder.find(&state, "a ghost"), [UserId(1), UserId(2)]);
        set(&mut state, 1, &["skull"]);
        set(&mut state, 2, &[]);
        assert_eq!(finder.find(&state, "a ghost"), []);
        assert_eq!(finder.find(&state, "a skull"), [UserId(1)]);
        assert_eq!(finder.find(&older, "a skull"), [UserId(1)], "it does not go back to what was");
    }

    #[test]
    fn when_much_has_changed_all_is_built_anew_beside() {
        let finder = AlertWordFinder::default();
        let mut state = RealmState::new(RealmRow::default());
        set(&mut state, 1, &["ghost"]);
        assert_eq!(finder.find(&state, "ghost"), [UserId(1)]);
        let many: Vec<String> = (0..RECENT_BYTES_MAX / 4).map(|n| format!("w{n:04}")).collect();
        set(&mut state, 2, &many.iter().map(String::as_str).collect::<Vec<_>>());
        let is_recent = || {
            let known = finder.shared.known.lock().expect("no thread panicked");
            known.as_ref().is_some_and(|known| !known.changed.is_empty())
        };
        assert_eq!(finder.find(&state, "w0007 ghost"), [UserId(1), UserId(2)]);
        while is_recent() {
            std::thread::yield_now();
        }
        assert_eq!(finder.find(&state, "w0007 ghost"), [UserId(1), UserId(2)]);
        set(&mut state, 2, &["ghost"]);
        assert_eq!((finder.find(&state, "w0007"), finder.find(&state, "ghost").len()), (Vec::new(), 2));
    }

    #[test]
    fn it_finds_what_one_built_anew_finds() {
        let finder = AlertWordFinder::default();
        let mut state = RealmState::new(RealmRow::default());
        let mut before = Lists::default();
        for n in 0..400_u32 {
            let which = n.wrapping_mul(2_654_435_761) >> 13;
            let own: Vec<&str> = (0..5).filter(|at| which >> at & 1 == 1).map(|at| WORDS[at]).collect();
            if n == 150 {
                before = state.personal.everybodys_alert_words().clone();
            }
            set(&mut state, 1 + which % 150, &own);
            if n % 50 == 49 {
                // As if that had taken until now.
                finder.shared.build(&before);
            }
            for word in WORDS {
                assert_eq!(finder.find(&state, word), anew(&state, word), "{n} {word}");
            }
        }
    }
}
