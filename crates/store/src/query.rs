//! Message searches, as the server asks the store. Who may see what is decided before: a query names the messages that a
//! user has access to. Where messages are and who sent them is known without asking the store, so what a narrow says of
//! that is in these ids, too.

use roaring::RoaringBitmap;
use std::sync::Arc;
use tidings_core::change::MessageRow;
use tidings_core::state::messages::MessageIndex;
use tidings_types::MessageId;

/// Which page of the matching messages is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest `limit` messages with ids up to `upto` (inclusive).
    Before {
        /// Largest id.
        upto: MessageId,
        /// How many at most.
        limit: u32,
    },
    /// The oldest `limit` messages with ids from `from` (inclusive).
    After {
        /// Smallest id.
        from: MessageId,
        /// How many at most.
        limit: u32,
    },
}

/// One condition; all of a query's must hold.
#[derive(Clone, Debug)]
pub enum Condition {
    /// One of these messages.
    Ids(Arc<RoaringBitmap>),
    /// None of these messages.
    NotIds(Arc<RoaringBitmap>),
    /// Has a link (or not).
    HasLink {
        /// Has none.
        negated: bool,
    },
    /// Has a picture (or not).
    HasImage {
        /// Has none.
        negated: bool,
    },
    /// Has a reaction (or not).
    HasReaction {
        /// Has none.
        negated: bool,
    },
    /// Each of these words occurs in the content or in the topic (or not so), without regard to case.
    ///
    /// A word is a run of letters and digits; only whole words count. A search word that has other characters in
    /// it, as `tidings-store` or a phrase, stands for its words one after the other; one that has no letters or
    /// digits at all occurs nowhere.
    Words {
        /// The words.
        words: Vec<String>,
        /// Not all of them occur.
        negated: bool,
    },
}

/// A message search.
#[derive(Clone, Debug)]
pub struct MessageQuery {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Which page.
    pub page: Page,
    /// Where messages are, for words that topics have. A copy is cheap, as of all of the state.
    pub index: MessageIndex,
    /// How much is read.
    pub bounds: Bounds,
}

/// How much of messages is read at once, so that nobody can fill the memory with a few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of texts with which a page ends before it is full. It has one message at least.
    pub page_bytes: usize,
    /// Changes of a message, the newest first.
    pub edits: usize,
    /// Bytes of texts in these.
    pub edits_bytes: usize,
}

impl Bounds {
    /// What people look at.
    pub const PAGE: Bounds = Bounds { page_bytes: 32 << 20, edits: 200, edits_bytes: 256 << 10 };
    /// The history of a message, as far as it is ever told.
    pub const HISTORY: Bounds = Bounds { edits: 10_000, edits_bytes: 4 << 20, ..Bounds::PAGE };
    /// What is exported.
    pub const EXPORT: Bounds = Bounds { edits: 100_000, edits_bytes: 64 << 20, ..Bounds::PAGE };
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Ascending.
    pub messages: Vec<Arc<MessageRow>>,
    /// The page ended because it has enough bytes: there are more.
    pub is_cut: bool,
}
