//! How many e-mails with invitations people had sent lately, so that nobody floods strangers with them.

use std::collections::HashMap;
use std::sync::Mutex;
use tidings_core::commands::invites;
use tidings_core::limits;
use tidings_core::state::users::UserRow;
use tidings_types::{ApiError, UserId};

const DAY_SECS: i64 = 86_400;

/// What each person had sent within a day of their first; forgotten when the server stops.
#[derive(Debug, Default)]
pub struct Invited {
    by: Mutex<HashMap<UserId, Day>>,
}

#[derive(Clone, Copy, Debug)]
struct Day {
    since: i64,
    sent: usize,
}

impl Invited {
    /// Whether somebody may have so many more sent now, in UNIX seconds.
    ///
    /// # Errors
    /// `INVITATION_FAILED` that says so.
    pub fn check(&self, user: &UserRow, more: usize, now: i64) -> Result<(), ApiError> {
        let most = match user.role.is_admin() {
            true => limits::INVITED_PER_DAY_BY_ADMINISTRATORS_MAX,
            false => limits::INVITED_PER_DAY_MAX,
        };
        let mut by = self.by.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        by.retain(|_, day| now < day.since + DAY_SECS);
        let sent = by.get(&user.id).map_or(0, |day| day.sent);
        if sent + more > most { Err(invites::too_many_today()) } else { Ok(()) }
    }

    /// Counts what was sent.
    pub fn count(&self, user: UserId, sent: usize, now: i64) {
        let mut by = self.by.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        by.entry(user).or_insert(Day { since: now, sent: 0 }).sent += sent;
    }
}
