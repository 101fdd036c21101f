//! Invitations: sending, taking back, accepting.
//!
//! Keys of links are made before, since they are random. Whoever knows the key of an invitation that is open may join.
//!
//! # Layout
//! - [`accept`]: an account for who was invited. [`mail`]: the e-mails. [`sign_up`]: links for who was not, or not by mail.
//! - here: making invitations, and taking them back.

pub mod accept;
pub mod mail;
pub mod sign_up;

use super::Tx;
use super::signup::check_is_owner;
use super::signup::domains::check_allowed;
use super::subscriptions::may_subscribe_others;
use super::user_groups::members::check_may_add;
use super::users::{administrator_required, check_is_address};
use crate::change::Change;
use crate::limits;
use crate::state::RealmState;
use crate::state::invites::{InviteRow, SentInvites};
use crate::state::users::UserRow;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::InvitesChanged;
use tidings_types::invite::SkippedAddress;
use tidings_types::realm::WELCOME_CHARS_MAX;
use tidings_types::user::Role;
use tidings_types::{ApiError, ChannelId, GroupId, UserId};

const DAY_SECS: i64 = 86_400;

/// What an invitation is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Minutes until it is over; none for ever.
    pub minutes: Option<i64>,
    /// The number of the role of who accepts.
    pub role: i64,
    /// Channels to subscribe who accepts to.
    pub channels: Vec<ChannelId>,
    /// User groups to add who accepts to.
    pub groups: Vec<GroupId>,
    /// Subscribe who accepts to the default channels, too.
    pub include_defaults: bool,
    /// Tell who invites when somebody accepts.
    pub notify_inviter: bool,
    /// What to greet who accepts with, in place of what the organization says.
    pub welcome: Option<String>,
}

/// Addresses as a request has them, each once: separated by commas and line breaks, perhaps with names.
///
/// # Errors
/// 400 for none, and for too many.
pub fn addresses(text: &str) -> Result<Vec<String>, ApiError> {
    let one = |part: &str| {
        let bare = part.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(part, |(inside, _)| inside);
        bare.trim().to_owned()
    };
    let mut all: Vec<String> = Vec::new();
    for address in text.split([',', '\n', '\r']).map(one).filter(|address| !address.is_empty()) {
        if all.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            continue;
        }
        if all.len() == limits::INVITED_AT_ONCE_MAX {
            let why = format!("You can invite at most {} people at once.", limits::INVITED_AT_ONCE_MAX);
            return Err(ApiError::bad_request(why));
        }
        all.push(address);
    }
    if all.is_empty() {
        return Err(ApiError::bad_request("You must specify at least one email address."));
    }
    Ok(all)
}

/// Whether somebody may have invitations sent by e-mail at this time, in UNIX seconds. In an open organization accounts cost
/// nothing, so new ones are not lent its name to write to strangers; administrators always are. Links for many are made
/// by whom the organization lets: what is sent to those who open them is the server's text, and bounded by itself.
///
/// # Errors
/// 400 where the organization does not let them; `INVITATION_FAILED` for an account that is too new.
pub fn check_may_send(state: &RealmState, actor: &UserRow, now: i64) -> Result<(), ApiError> {
    if !state.may_invite(actor) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    let is_new = now - actor.date_joined < limits::INVITES_MIN_ACCOUNT_AGE_SECS;
    if is_new && !state.realm.settings.invite_required && !actor.role.is_admin() {
        let why = "Your account is too new to invite people to this organization. Ask an administrator to do so.";
        return Err(failure(why, Vec::new(), false, false));
    }
    Ok(())
}

/// `send-invites`: addresses, each with a key. Returns those that got none, of which there are fewer than all.
///
/// # Errors
/// 400 where the actor may not; `INVITATION_FAILED` where nobody can be sent one.
pub fn send(
    tx: &mut Tx<'_>,
    actor: UserId,
    people: Vec<(String, String)>,
    wanted: &Wanted,
    product: &str,
) -> Result<Vec<SkippedAddress>, ApiError> {
    let actor = tx.actor(actor)?;
    check_may_send(&tx.state, &actor, tx.now)?;
    let row = check(tx, &actor, wanted)?;
    let (mut skipped, mut invited) = (Vec::new(), Vec::new());
    for (email, key) in people {
        match skip(tx, &email) {
            Some(why) => skipped.push(why),
            None => invited.push((email, key)),
        }
    }
    if invited.is_empty() {
        return Err(failed(skipped, false));
    }
    count_sent(tx, &actor, invited.len())?;
    for (email, key) in invited {
        replace_own(tx, actor.id, &email);
        let invite = insert(tx, InviteRow { email: Some(email), key, ..row.clone() })?;
        mail::send_invite(tx, &actor, &invite, product)?;
    }
    tell(tx, &[Arc::new(row)]);
    Ok(skipped)
}

/// What is answered where some or all were sent no invitation.
#[must_use]
pub fn failed(errors: Vec<SkippedAddress>, sent_invitations: bool) -> ApiError {
    let text = if sent_invitations {
        "Some of those addresses were sent no invitation; everybody else was."
    } else {
        "We weren't able to invite anyone."
    };
    failure(text, errors, sent_invitations, false)
}

/// Counts e-mails with invitations that somebody has sent now, so that nobody floods strangers with them.
///
/// # Errors
/// `INVITATION_FAILED` where that is more than they may have sent in a day; none of them is sent then.
fn count_sent(tx: &mut Tx<'_>, actor: &UserRow, more: usize) -> Result<(), ApiError> {
    let most = match actor.role.is_admin() {
        true => limits::INVITED_PER_DAY_BY_ADMINISTRATORS_MAX,
        false => limits::INVITED_PER_DAY_MAX,
    };
    let today = tx.state.invites.sent_by(actor.id).filter(|sent| tx.now < sent.since + DAY_SECS);
    let today = today.unwrap_or(SentInvites { since: tx.now, count: 0 });
    let count = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(today.count);
    if count > most {
        return Err(too_many_today());
    }
    tx.change(Change::InvitesSent { user: actor.id, sent: SentInvites { count, ..today } });
    Ok(())
}

fn too_many_today() -> ApiError {
    failure("You have sent as many invitations as one can in a day. Nobody was invited.", Vec::new(), false, true)
}

fn failure(text: &str, errors: Vec<SkippedAddress>, sent_invitations: bool, daily_limit_reached: bool) -> ApiError {
    let text = text.to_owned();
    ApiError::InvitationFailed { text, errors, sent_invitations, daily_limit_reached, license_limit_reached: false }
}

/// Why an address is sent no invitation.
fn skip(tx: &Tx<'_>, email: &str) -> Option<SkippedAddress> {
    let because = |why: String, deactivated| Some(SkippedAddress(email.to_owned(), why, deactivated));
    if check_is_address(&tx.state, email).is_err() {
        return because("Invalid address.".to_owned(), false);
    }
    if let Some(known) = tx.state.users.find_by_delivery_email(email) {
        return match known.is_active {
            true => because("Already has an account.".to_owned(), false),
            false => because("Account has been deactivated.".to_owned(), true),
        };
    }
    check_allowed(&tx.state, email).err().and_then(|error| because(error.to_string(), false))
}

/// `create-invite-link`: returns the invitation.
///
/// # Errors
/// 400 where the actor may not.
pub fn create_link(tx: &mut Tx<'_>, actor: UserId, key: String, wanted: &Wanted) -> Result<Arc<InviteRow>, ApiError> {
    let actor = tx.actor(actor)?;
    if !tx.state.may_make_invite_links(&actor) {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    let row = check(tx, &actor, wanted)?;
    let invite = insert(tx, InviteRow { key, ..row })?;
    tell(tx, std::slice::from_ref(&invite));
    Ok(invite)
}

/// Where the link of an invitation leads.
#[must_use]
pub fn link(realm_url: &str, key: &str) -> String {
    format!("{realm_url}/join/{key}")
}

/// An invitation as wanted, without id, key and address.
fn check(tx: &Tx<'_>, actor: &UserRow, wanted: &Wanted) -> Result<InviteRow, ApiError> {
    let role = u16::try_from(wanted.role).ok().and_then(|number| Role::try_from(number).ok());
    let role = role.ok_or_else(|| ApiError::invalid("invite_as"))?;
    match role {
        Role::Owner => check_is_owner(actor)?,
        Role::Admin | Role::Moderator if !actor.role.is_admin() => return Err(administrator_required()),
        _ => {}
    }
    if wanted.minutes.is_some_and(|minutes| !(1..=limits::INVITE_MINUTES_MAX).contains(&minutes)) {
        return Err(ApiError::invalid("invite_expires_in_minutes"));
    }
    check_channels(tx, actor, &wanted.channels)?;
    check_may_add(tx, actor, &wanted.groups)?;
    if wanted.welcome.is_some() && !actor.role.is_admin() {
        return Err(administrator_required());
    }
    if wanted.welcome.as_ref().is_some_and(|text| text.chars().count() > WELCOME_CHARS_MAX) {
        let why = format!("welcome_message_custom_text is too long (limit: {WELCOME_CHARS_MAX} characters)");
        return Err(ApiError::bad_request(why));
    }
    Ok(InviteRow {
        id: 0,
        key: String::new(),
        email: None,
        via: None,
        invited_by: actor.id,
        invited_at: tx.now,
        expires_at: wanted.minutes.map(|minutes| tx.now + 60 * minutes),
        role,
        channels: wanted.channels.clone(),
        groups: wanted.groups.clone(),
        include_defaults: wanted.include_defaults,
        notify_inviter: wanted.notify_inviter,
        welcome: wanted.welcome.clone(),
    })
}

/// Default channels, and those that the actor may bring others into.
fn check_channels(tx: &Tx<'_>, actor: &UserRow, channels: &[ChannelId]) -> Result<(), ApiError> {
    for id in channels {
        let channel = tx.state.access_channel(actor, *id).ok().filter(|channel| !channel.is_archived);
        let invalid = || ApiError::bad_request(format!("Invalid channel ID {id}. No invites were sent."));
        let channel = channel.ok_or_else(invalid)?;
        let is_default = tx.state.realm.settings.default_channels.contains(id);
        if !is_default && !may_subscribe_others(&tx.state, actor, channel) {
            return Err(ApiError::bad_request("You do not have permission to subscribe other users to channels."));
        }
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, row: InviteRow) -> Result<Arc<InviteRow>, ApiError> {
    forget_old(tx);
    if tx.state.invites.count() >= limits::INVITES_MAX {
        return Err(ApiError::bad_request("There are too many invitations."));
    }
    let row = Arc::new(InviteRow { id: tx.state.invites.next_id(), ..row });
    tx.change(Change::Invite { id: row.id, row: Some(Arc::clone(&row)) });
    Ok(row)
}

/// A new invitation of the same person to the same address takes the place of the one before.
fn replace_own(tx: &mut Tx<'_>, inviter: UserId, email: &str) {
    let is_same = |row: &&Arc<InviteRow>| {
        row.invited_by == inviter
            && !row.is_sign_up()
            && row.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email))
    };
    let same = tx.state.invites.iter().filter(is_same).map(|row| row.id).collect();
    remove_all(tx, &same);
}

/// Invitations that are over are not kept for ever.
fn forget_old(tx: &mut Tx<'_>) {
    let over = tx.state.invites.iter().filter(|row| !row.is_open(tx.now)).map(|row| row.id).collect();
    remove_all(tx, &over);
}

fn remove(tx: &mut Tx<'_>, id: u32) {
    remove_all(tx, &BTreeSet::from([id]));
}

/// Removes invitations; with a link for many, what was asked for by it.
fn remove_all(tx: &mut Tx<'_>, ids: &BTreeSet<u32>) {
    if ids.is_empty() {
        return;
    }
    let goes = |row: &&Arc<InviteRow>| ids.contains(&row.id) || row.via.is_some_and(|via| ids.contains(&via));
    let ids: BTreeSet<u32> = tx.state.invites.iter().filter(goes).map(|row| row.id).collect();
    for id in &ids {
        tx.change(Change::Invite { id: *id, row: None });
    }
    mail::take_back(tx, |row| row.invite.is_some_and(|id| ids.contains(&id)));
}

fn tell(tx: &mut Tx<'_>, invites: &[Arc<InviteRow>]) {
    let audience = tx.state.who_manages_any(invites);
    tx.emit(Event::InvitesChanged(InvitesChanged {}), audience);
}

/// An open invitation that the actor may change: one's own; administrators all, but for those of owners.
fn access(tx: &Tx<'_>, actor: &UserRow, id: u32, is_link: bool) -> Result<Arc<InviteRow>, ApiError> {
    let found = tx.state.invites.get(id).filter(|row| row.email.is_none() == is_link && row.is_open(tx.now));
    let row = found.cloned().ok_or_else(|| ApiError::bad_request("No such invitation"))?;
    if tx.state.can_manage_invite(actor, &row) {
        return Ok(row);
    }
    if row.role == Role::Owner {
        check_is_owner(actor)?;
    }
    Err(administrator_required())
}

/// `revoke-email-invite` and `revoke-invite-link`. An e-mail that was not sent yet is not sent any more.
///
/// # Errors
/// 400 for what is not there (any more), and where the actor may not.
pub fn revoke(tx: &mut Tx<'_>, actor: UserId, id: u32, is_link: bool) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let row = access(tx, &actor, id, is_link)?;
    remove(tx, row.id);
    tell(tx, &[row]);
    Ok(())
}

/// `resend-email-invite`.
///
/// # Errors
/// 400 for what is not there (any more), where the actor may not, and where it is one e-mail too many today.
pub fn resend(tx: &mut Tx<'_>, actor: UserId, id: u32, product: &str) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let row = access(tx, &actor, id, false)?;
    // The description of this operation has no form for more than what went wrong.
    count_sent(tx, &actor, 1).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let inviter = tx.state.users.get(row.invited_by).cloned().unwrap_or(actor);
    mail::send_invite(tx, &inviter, &row, product)
}

/// Takes back all invitations of somebody who is deactivated.
pub(super) fn revoke_all_of(tx: &mut Tx<'_>, user: UserId) {
    let own: Vec<Arc<InviteRow>> = tx.state.invites.iter().filter(|row| row.invited_by == user).cloned().collect();
    if own.is_empty() {
        return;
    }
    remove_all(tx, &own.iter().map(|row| row.id).collect());
    tell(tx, &own);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_with_commas_lines_and_names() {
        let text = "a@x.example, B <b@x.example>\r\n\nA@X.example,\"C, D\" <c@x.example>";
        assert_eq!(addresses(text).unwrap(), ["a@x.example", "b@x.example", "\"C", "c@x.example"]);
        assert!(addresses(" ,\n").is_err());
        assert!(addresses(&"x,".repeat(300)).is_ok(), "the same address counts once");
        let many: Vec<String> = (0..=limits::INVITED_AT_ONCE_MAX).map(|n| format!("{n}@x.example")).collect();
        assert!(addresses(&many.join(",")).is_err());
        // A whole body of them is refused as fast.
        let many: Vec<String> = (0..200_000).map(|n| format!("{n:x}")).collect();
        assert!(addresses(&many.join(",")).is_err());
    }
}
