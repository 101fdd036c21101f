//! Invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.

use super::Writing;
use crate::row::{Error, to_json};
use rusqlite::params;
use tidings_core::state::invites::{EmailChange, InviteRow, MailRow, SentInvites};
use tidings_types::UserId;

const INVITE_COLUMNS: &[&str] = &[
    "id",
    "key",
    "email",
    "via_id",
    "invited_by",
    "invited_at",
    "expires_at",
    "role",
    "channel_ids",
    "group_ids",
    "include_defaults",
    "notify_inviter",
    "welcome",
];

impl Writing<'_> {
    pub(super) fn invite(&self, id: u32, row: Option<&InviteRow>) -> Result<(), Error> {
        let Some(row) = row else { return self.run("DELETE FROM invites WHERE id = ?1", params![id]) };
        self.run(
            &super::upsert("invites", INVITE_COLUMNS),
            params![
                row.id,
                row.key,
                row.email,
                row.via,
                row.invited_by.0,
                row.invited_at,
                row.expires_at,
                u16::from(row.role),
                to_json("invites", &row.channels)?,
                to_json("invites", &row.groups)?,
                row.include_defaults,
                row.notify_inviter,
                row.welcome,
            ],
        )
    }

    pub(super) fn invites_sent(&self, user: UserId, sent: SentInvites) -> Result<(), Error> {
        self.run(&super::upsert("invites_sent", &["user_id", "since", "sent"]), params![user.0, sent.since, sent.count])
    }

    pub(super) fn mail(&self, id: u32, row: Option<&MailRow>) -> Result<(), Error> {
        let Some(row) = row else { return self.run("DELETE FROM mail WHERE id = ?1", params![id]) };
        self.run(
            "INSERT INTO mail (id, invite_id, recipient, subject, body, attempts, due_at, confirms_user_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET
                 invite_id = excluded.invite_id, confirms_user_id = excluded.confirms_user_id, recipient = excluded.recipient, subject = excluded.subject,
                 body = excluded.body, attempts = excluded.attempts, due_at = excluded.due_at",
            params![
                row.id,
                row.invite,
                row.to,
                row.subject,
                row.body,
                row.attempts,
                row.due_at,
                row.confirms.map(|user| user.0)
            ],
        )
    }

    pub(super) fn email_change(&self, user: UserId, row: Option<&EmailChange>) -> Result<(), Error> {
        let Some(row) = row else {
            return self.run("DELETE FROM email_changes WHERE user_id = ?1", params![user.0]);
        };
        self.run(
            &super::upsert("email_changes", &["user_id", "hash", "email", "expires_at"]),
            params![row.user.0, row.hash, row.email, row.expires_at],
        )
    }
}
