//! Invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.

use super::users::{KeyHash, NOTIFICATION_BOT};
use crate::equipment::Equipment;
use imbl::OrdMap;
use std::sync::Arc;
use tidings_types::user::Role;
use tidings_types::{ChannelId, GroupId, UserId};

/// An invitation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteRow {
    /// Its id.
    pub id: u32,
    /// What its link ends with; whoever knows it may join.
    pub key: String,
    /// Whom it was sent to; none for a link for many.
    pub email: Option<String>,
    /// The link for many by which the one asked for this whom it was sent to; gone when that is.
    pub via: Option<u32>,
    /// Who invites.
    pub invited_by: UserId,
    /// UNIX seconds.
    pub invited_at: i64,
    /// UNIX seconds; none for ever.
    pub expires_at: Option<i64>,
    /// The role of who accepts.
    pub role: Role,
    /// Channels to subscribe who accepts to.
    pub channels: Vec<ChannelId>,
    /// Groups that who accepts becomes a member of.
    pub groups: Vec<GroupId>,
    /// Subscribe who accepts to the default channels, too.
    pub include_defaults: bool,
    /// Tell who invites when somebody accepts.
    pub notify_inviter: bool,
    /// What to greet who accepts with, in place of what the organization says.
    pub welcome: Option<String>,
}

impl InviteRow {
    /// Whether somebody asked for it themselves: where the organization is open, or by a link for many. Nobody manages
    /// these.
    #[must_use]
    pub fn is_sign_up(&self) -> bool {
        self.invited_by == NOTIFICATION_BOT || self.via.is_some()
    }

    /// Whether it can be accepted by who proves an address only: who comes by a link for many, where the server can send
    /// a link to that address.
    #[must_use]
    pub fn wants_proof(&self, equipment: &Equipment) -> bool {
        self.email.is_none() && equipment.sends_mail
    }

    /// Whether it can be accepted at this time, in UNIX seconds.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// An e-mail that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: u32,
    /// The invitation it is about; without that it is not sent.
    pub invite: Option<u32>,
    /// Whose new address it asks to confirm; without that it is not sent. Its text has the key until it is sent.
    pub confirms: Option<UserId>,
    /// The address.
    pub to: String,
    /// On one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// How often it was tried to send it.
    pub attempts: u32,
    /// When it is to be tried next, in UNIX seconds.
    pub due_at: i64,
}

/// An address that somebody wants to have, which is theirs once they open a link that was sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    /// Who.
    pub user: UserId,
    /// Of the key that the link ends with.
    pub hash: KeyHash,
    /// The new address.
    pub email: String,
    /// UNIX seconds.
    pub expires_at: i64,
}

impl EmailChange {
    /// Whether it can be confirmed at this time, in UNIX seconds.
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        now < self.expires_at
    }
}

/// How many e-mails with invitations somebody had sent within a day of the first, wherever the invitations are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentInvites {
    /// When the first was sent, in UNIX seconds.
    pub since: i64,
    /// How many.
    pub count: u32,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Invites {
    rows: OrdMap<u32, Arc<InviteRow>>,
    email_changes: OrdMap<UserId, Arc<EmailChange>>,
    mail: OrdMap<u32, Arc<MailRow>>,
    sent: OrdMap<UserId, SentInvites>,
    last_id: u32,
    last_mail: u32,
}

impl Invites {
    /// Invitations, by id, those that are over included.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<InviteRow>> {
        self.rows.values()
    }

    /// The invitation with this id, also if it is over.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Arc<InviteRow>> {
        self.rows.get(&id)
    }

    /// The invitation whose link ends with this, if it can be accepted at this time.
    #[must_use]
    pub fn find_open(&self, key: &str, now: i64) -> Option<&Arc<InviteRow>> {
        self.rows.values().find(|row| row.key == key && row.is_open(now))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The id the next one gets.
    #[must_use]
    pub fn next_id(&self) -> u32 {
        self.last_id + 1
    }

    /// Addresses that wait to be confirmed, those whose time is over included; one for each user at most.
    pub fn email_changes(&self) -> impl Iterator<Item = &Arc<EmailChange>> {
        self.email_changes.values()
    }

    /// The address that a user waits for, also if its time is over.
    #[must_use]
    pub fn email_change_of(&self, user: UserId) -> Option<&Arc<EmailChange>> {
        self.email_changes.get(&user)
    }

    /// E-mails that wait, by id.
    pub fn mail(&self) -> impl Iterator<Item = &Arc<MailRow>> {
        self.mail.values()
    }

    /// The e-mail with this id.
    #[must_use]
    pub fn get_mail(&self, id: u32) -> Option<&Arc<MailRow>> {
        self.mail.get(&id)
    }

    /// How many e-mails wait.
    #[must_use]
    pub fn mail_count(&self) -> usize {
        self.mail.len()
    }

    /// What somebody had sent, also if its day is over.
    #[must_use]
    pub fn sent_by(&self, user: UserId) -> Option<SentInvites> {
        self.sent.get(&user).copied()
    }

    /// The id the next e-mail gets.
    #[must_use]
    pub fn next_mail_id(&self) -> u32 {
        self.last_mail + 1
    }

    pub(super) fn put(&mut self, id: u32, row: Option<Arc<InviteRow>>) {
        self.last_id = self.last_id.max(id);
        match row {
            Some(row) => self.rows.insert(id, row),
            None => self.rows.remove(&id),
        };
    }

    pub(super) fn put_email_change(&mut self, user: UserId, row: Option<Arc<EmailChange>>) {
        match row {
            Some(row) => self.email_changes.insert(user, row),
            None => self.email_changes.remove(&user),
        };
    }

    pub(super) fn put_sent(&mut self, user: UserId, sent: SentInvites) {
        self.sent.insert(user, sent);
    }

    pub(super) fn put_mail(&mut self, id: u32, row: Option<Arc<MailRow>>) {
        self.last_mail = self.last_mail.max(id);
        match row {
            Some(row) => self.mail.insert(id, row),
            None => self.mail.remove(&id),
        };
    }
}
