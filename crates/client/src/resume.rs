//! Going on after a restart of the program: where it was in which queue.
//!
//! # What is promised
//! The position of an event is saved after the event was handled and before the server learns of it. So, as long as the
//! server keeps the queue:
//! - **At least once**: a program that is killed between handling an event and saving its position gets that event again
//!   when it starts anew. No other event comes twice, and none is lost.
//! - **Exactly once**, if the program stores what an event causes *together* with the event's id (in one transaction of
//!   its own database, say), and its [`ResumeStore::load`] returns that id: then nothing can be between the two.
//!
//! A queue that the server has no more is registered anew, and [`crate::Item::Reset`] says so.
//!
//! # Layout
//! - this file: the interface. [`state_file`]: a file.

use crate::error::BoxError;
use serde::{Deserialize, Serialize};
use tidings_types::EventId;

pub mod state_file;

pub use state_file::StateFile;

/// Where a program is in an event queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which queue.
    pub queue_id: String,
    /// Everything up to here was handled.
    pub last_event_id: EventId,
    /// Account and options the queue was registered with. One of other options is not resumed. Opaque.
    pub registered_with: String,
}

/// Keeps a [`Position`]. Called from threads that may block.
pub trait ResumeStore: std::fmt::Debug + Send + Sync + 'static {
    /// The position that was saved last, if any.
    ///
    /// # Errors
    /// Ends the events.
    fn load(&self) -> Result<Option<Position>, BoxError>;

    /// Saves a position in the place of the one before. It is to be durable when this returns.
    ///
    /// # Errors
    /// Ends the events; the event whose position it was is not acknowledged.
    fn save(&self, position: &Position) -> Result<(), BoxError>;

    /// Forgets the position.
    ///
    /// # Errors
    /// Are the caller's of [`crate::Events::close`].
    fn clear(&self) -> Result<(), BoxError>;
}
