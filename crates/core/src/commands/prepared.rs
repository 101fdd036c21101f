//! What users prepare for later. Nobody else is told.
//!
//! # Layout
//! [`drafts`], [`snippets`], [`views`]: kept for the user's clients. [`later`]: scheduled messages and reminders.

pub mod drafts;
pub mod later;
pub mod snippets;
pub mod views;

use super::Tx;
use tidings_types::{ApiError, PreparedId};

/// The id of what the next event tells of: that event's position.
fn next_id(tx: &Tx<'_>) -> PreparedId {
    PreparedId(tx.state.seq + 1)
}

fn not_found(what: &str) -> ApiError {
    ApiError::NotFound { text: format!("{what} does not exist") }
}

fn check_count(count: usize, max: usize, what: &str) -> Result<(), ApiError> {
    if count > max {
        return Err(ApiError::bad_request(format!("Too many {what} (limit: {max})")));
    }
    Ok(())
}
