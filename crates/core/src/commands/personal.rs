//! What users keep for themselves, and what they tell others of themselves.
//!
//! # Layout
//! [`alert_words`], [`muted_users`], [`user_topics`], [`settings`]: told to nobody else. [`email`]: one's address. [`status`], [`presence`]:
//! told to everybody who sees the user. [`typing`]: told to who would get the message.

pub mod alert_words;
pub mod email;
pub mod muted_users;
pub mod presence;
pub mod settings;
pub mod status;
pub mod typing;
pub mod user_topics;

use crate::state::users::UserRow;
use tidings_types::ApiError;

/// Some of this is for people only.
///
/// # Errors
/// 400 for bots.
pub(super) fn check_is_person(user: &UserRow) -> Result<(), ApiError> {
    if user.is_bot() {
        return Err(ApiError::bad_request("This endpoint does not accept bot requests."));
    }
    Ok(())
}
