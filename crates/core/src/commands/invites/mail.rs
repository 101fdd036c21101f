//! E-mails: kept until they are sent, tried again with longer and longer pauses.

use super::link;
use crate::change::Change;
use crate::commands::Tx;
use crate::limits;
use crate::state::invites::{InviteRow, MailRow};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::{ApiError, UserId};

/// Has the e-mail for an invitation sent. One that waits for the same invitation is replaced.
///
/// # Errors
/// 400 where too many wait already.
pub(super) fn send_invite(
    tx: &mut Tx<'_>,
    inviter: &UserRow,
    invite: &InviteRow,
    product: &str,
) -> Result<(), ApiError> {
    let waiting = tx.state.invites.mail().find(|row| row.invite == Some(invite.id)).map(|row| row.id);
    if let Some(id) = waiting {
        tx.change(Change::Mail { id, row: None });
    }
    let realm = &tx.state.realm;
    let who = one_line(&inviter.full_name);
    let name = one_line(&realm.name);
    let body = format!(
        "Hello,\n\n{who} invites you to join {name} on {product}.\n\nTo accept, open this address and choose a name and a \
         password:\n\n{}\n\nIf you do not know what this is about, you can ignore it.\n",
        link(&realm.url, &invite.key)
    );
    let to = invite.email.clone().unwrap_or_default();
    let letter = Letter { to, subject: format!("{who} invites you to {name}"), body, about: About::Invite(invite.id) };
    queue(tx, letter)
}

/// An e-mail to be sent.
pub(in crate::commands) struct Letter {
    /// The address.
    pub(in crate::commands) to: String,
    /// On one line.
    pub(in crate::commands) subject: String,
    /// Plain text.
    pub(in crate::commands) body: String,
    /// What it is about.
    pub(in crate::commands) about: About,
}

/// What an e-mail is about: once that is gone, it is not sent any more.
pub(in crate::commands) enum About {
    /// An invitation.
    Invite(u32),
    /// An address that waits to be confirmed.
    EmailChange(UserId),
    /// Something that happened.
    News,
}

/// Has an e-mail sent.
///
/// # Errors
/// 400 where too many wait already.
pub(in crate::commands) fn queue(tx: &mut Tx<'_>, letter: Letter) -> Result<(), ApiError> {
    if tx.state.invites.mail_count() >= limits::MAIL_QUEUE_MAX {
        return Err(ApiError::bad_request("Too many e-mails wait to be sent. Try again later."));
    }
    let Letter { to, subject, body, about } = letter;
    let (invite, confirms) = match about {
        About::Invite(id) => (Some(id), None),
        About::EmailChange(user) => (None, Some(user)),
        About::News => (None, None),
    };
    let id = tx.state.invites.next_mail_id();
    let row = MailRow { id, invite, confirms, to, subject, body, attempts: 0, due_at: tx.now };
    tx.change(Change::Mail { id, row: Some(Arc::new(row)) });
    Ok(())
}

/// Takes back e-mails that wait.
pub(in crate::commands) fn take_back(tx: &mut Tx<'_>, which: impl Fn(&MailRow) -> bool) {
    let waiting: Vec<u32> = tx.state.invites.mail().filter(|row| which(row)).map(|row| row.id).collect();
    for id in waiting {
        tx.change(Change::Mail { id, row: None });
    }
}

pub(in crate::commands) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Notes that an e-mail was sent.
pub fn sent(tx: &mut Tx<'_>, id: u32) {
    if tx.state.invites.get_mail(id).is_some() {
        tx.change(Change::Mail { id, row: None });
    }
}

/// Notes that an e-mail could not be sent: it is tried again later, unless that was the last attempt or there is no
/// hope. Returns whether it is given up.
pub fn not_sent(tx: &mut Tx<'_>, id: u32, is_hopeless: bool) -> bool {
    let Some(row) = tx.state.invites.get_mail(id).cloned() else { return false };
    let attempts = row.attempts + 1;
    let due_at = tx.now + pause_secs(attempts);
    let changes = &tx.state.invites;
    let is_late = |user: UserId| changes.email_change_of(user).is_none_or(|change| !change.is_open(due_at));
    let is_over = is_hopeless || attempts >= limits::MAIL_ATTEMPTS_MAX || row.confirms.is_some_and(is_late);
    let next = (!is_over).then(|| Arc::new(MailRow { attempts, due_at, ..MailRow::clone(&row) }));
    tx.change(Change::Mail { id, row: next });
    is_over
}

/// Seconds to wait after so many attempts.
fn pause_secs(attempts: u32) -> i64 {
    let doubled = limits::MAIL_PAUSE_SECS.checked_shl(attempts.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
    doubled.min(limits::MAIL_PAUSE_SECS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_last_for_days() {
        assert_eq!([1, 2, 3, 99].map(pause_secs), [30, 60, 120, limits::MAIL_PAUSE_SECS_MAX]);
        let all: i64 = (1..limits::MAIL_ATTEMPTS_MAX).map(pause_secs).sum();
        assert!((2 * 86_400..5 * 86_400).contains(&all), "{all}");
    }
}
