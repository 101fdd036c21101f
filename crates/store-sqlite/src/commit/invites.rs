//! Invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.

use super::Writing;
use crate::row::{Error, to_json};
use rusqlite::params;
use tidings_core::state::invites::{EmailChange, InviteRow, MailRow};
use tidings_types::UserId;

impl Writing<'_> {
    pub(super) fn invite(&self, id: u32, row: Option<&InviteRow>) -> Result<(), Error> {
        let Some(row) = row else { return self.run("DELETE FROM invites WHERE id = ?1", params![id]) };
        self.run(
            "INSERT INTO invites (
                 id, key, email, invited_by, invited_at, expires_at, role, channel_ids, include_defaults, notify_inviter,
                 welcome, group_ids
             ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET
                 key = excluded.key, email = excluded.email, invited_by = excluded.invited_by,
                 invited_at = excluded.invited_at, expires_at = excluded.expires_at, role = excluded.role,
                 channel_ids = excluded.channel_ids, include_defaults = excluded.include_defaults,
                 notify_inviter = excluded.notify_inviter, welcome = excluded.welcome,
                 group_ids = excluded.group_ids",
            params![
                row.id,
                row.key,
                row.email,
                row.invited_by.0,
                row.invited_at,
                row.expires_at,
                u16::from(row.role),
                to_json("invites", &row.channels)?,
                row.include_defaults,
                row.notify_inviter,
                row.welcome,
                to_json("invites", &row.groups)?,
            ],
        )
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
