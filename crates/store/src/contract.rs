//! What every backend promises, as tests. A backend runs all of them with one line:
//!
//! ```text
//! tidings_store::contract_tests!(NewDatabase::create());
//! ```
//!
//! where the expression gives a [`Backend`] with a database of its own.
//!
//! # Layout
//! - this file: [`Backend`], the list of tests, and [`world::World`], which they act on.
//! - `changes`: what is committed is loaded again. `log`: the event log. `search`: message searches.
//! - `random`: random sequences of changes. `samples`: rows to commit. `picture`: a state as text, to compare.

#![allow(clippy::unwrap_used, reason = "these are tests")]
#![allow(clippy::missing_panics_doc, reason = "that is how tests fail")]

use crate::Store;

pub mod changes;
pub mod log;
pub mod picture;
pub mod random;
pub mod samples;
pub mod search;
pub mod world;

/// A database of one test, which can be opened again and again.
pub trait Backend {
    /// What opening it gives.
    type Store: Store;

    /// Opens it. What was opened before has been dropped, as if its process had ended.
    fn open(&self) -> Self::Store;
}

/// Makes a test of every promise; the expression gives each a new [`Backend`].
#[macro_export]
macro_rules! contract_tests {
    ($backend:expr) => {
        $crate::contract_tests! { @each $backend;
            changes::a_new_database_has_no_realm
            changes::every_change_is_loaded_again
            changes::rows_are_replaced_and_removed
            changes::many_times_in_a_channel
            changes::a_failed_commit_leaves_nothing
            changes::a_position_does_not_go_back
            changes::message_ids_are_never_given_twice
            changes::flags_across_chunks
            changes::queues_are_kept_and_deleted
            changes::passwords_are_kept
            changes::what_administrators_did_is_kept
            changes::sends_are_known_by_name
            changes::messages_are_read_whole
            changes::messages_are_found_by_age
            log::entries_come_in_order_and_in_ranges
            log::trimming_moves_the_floor
            search::pages_of_every_condition
            search::words_are_words
            search::words_of_many_topics
            search::words_of_very_many_messages
            search::many_messages_and_flags
            search::pages_and_histories_are_bounded
            search::reactors
        }

        #[test]
        fn folding_and_loading_agree() {
            $crate::contract::random::folding_and_loading_agree(|| $backend);
        }
    };
    (@each $backend:expr; $($module:ident::$test:ident)*) => {$(
        #[test]
        fn $test() {
            $crate::contract::$module::$test(&$backend);
        }
    )*};
}
