//! Invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.

use super::for_each;
use crate::row::{Error, bad_row, from_json, get};
use rusqlite::Connection;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::invites::{EmailChange, InviteRow, MailRow, SentInvites};
use tidings_types::UserId;

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    invites(connection, state)?;
    sent(connection, state)?;
    email_changes(connection, state)?;
    mail(connection, state)?;
    // The ids that were given last, also if what had them is gone.
    for_each(connection, "SELECT name, seq FROM sqlite_sequence", |row| {
        let (name, id): (String, u32) = (get(row, 0, "sqlite_sequence")?, get(row, 1, "sqlite_sequence")?);
        match name.as_str() {
            "invites" if state.invites.get(id).is_none() => state.apply(&Change::Invite { id, row: None }),
            "mail" if state.invites.get_mail(id).is_none() => state.apply(&Change::Mail { id, row: None }),
            _ => {}
        }
        Ok(())
    })
}

fn invites(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "invites";
    let sql = "SELECT id, key, email, invited_by, invited_at, expires_at, role, channel_ids, include_defaults,
                   notify_inviter, welcome, group_ids, via_id
               FROM invites ORDER BY id";
    for_each(connection, sql, |row| {
        let (role, channels): (u16, String) = (get(row, 6, TABLE)?, get(row, 7, TABLE)?);
        let groups: String = get(row, 11, TABLE)?;
        let invite = InviteRow {
            id: get(row, 0, TABLE)?,
            key: get(row, 1, TABLE)?,
            email: get(row, 2, TABLE)?,
            via: get(row, 12, TABLE)?,
            invited_by: UserId(get(row, 3, TABLE)?),
            invited_at: get(row, 4, TABLE)?,
            expires_at: get(row, 5, TABLE)?,
            role: role.try_into().map_err(|error| bad_row(TABLE, error))?,
            channels: from_json(TABLE, &channels)?,
            groups: from_json(TABLE, &groups)?,
            include_defaults: get(row, 8, TABLE)?,
            notify_inviter: get(row, 9, TABLE)?,
            welcome: get(row, 10, TABLE)?,
        };
        state.apply(&Change::Invite { id: invite.id, row: Some(Arc::new(invite)) });
        Ok(())
    })
}

fn sent(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "invites_sent";
    for_each(connection, "SELECT user_id, since, sent FROM invites_sent", |row| {
        let user = UserId(get(row, 0, TABLE)?);
        let sent = SentInvites { since: get(row, 1, TABLE)?, count: get(row, 2, TABLE)? };
        state.apply(&Change::InvitesSent { user, sent });
        Ok(())
    })
}

fn email_changes(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "email_changes";
    for_each(connection, "SELECT user_id, hash, email, expires_at FROM email_changes", |row| {
        let user = UserId(get(row, 0, TABLE)?);
        let change = EmailChange {
            user,
            hash: get(row, 1, TABLE)?,
            email: get(row, 2, TABLE)?,
            expires_at: get(row, 3, TABLE)?,
        };
        state.apply(&Change::EmailChange { user, row: Some(Arc::new(change)) });
        Ok(())
    })
}

fn mail(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    const TABLE: &str = "mail";
    let sql =
        "SELECT id, invite_id, recipient, subject, body, attempts, due_at, confirms_user_id FROM mail ORDER BY id";
    for_each(connection, sql, |row| {
        let mail = MailRow {
            id: get(row, 0, TABLE)?,
            invite: get(row, 1, TABLE)?,
            confirms: get::<Option<u32>>(row, 7, TABLE)?.map(UserId),
            to: get(row, 2, TABLE)?,
            subject: get(row, 3, TABLE)?,
            body: get(row, 4, TABLE)?,
            attempts: get(row, 5, TABLE)?,
            due_at: get(row, 6, TABLE)?,
        };
        state.apply(&Change::Mail { id: mail.id, row: Some(Arc::new(mail)) });
        Ok(())
    })
}
