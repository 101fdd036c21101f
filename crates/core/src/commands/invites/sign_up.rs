//! Accounts for who was not invited, where the organization is open: they say their address, and are sent what is an
//! invitation to it by the server itself. Whoever reads the mail of that address opens its link, and joins.

use super::mail::{About, Letter, one_line, queue};
use super::{insert, link, remove_all};
use crate::commands::Tx;
use crate::commands::signup::domains::check_allowed;
use crate::commands::users::check_is_address;
use crate::equipment::Equipment;
use crate::limits;
use crate::state::RealmState;
use crate::state::invites::InviteRow;
use crate::state::users::NOTIFICATION_BOT;
use std::sync::Arc;
use tidings_types::ApiError;
use tidings_types::user::Role;

/// Refuses where people do not get in without an invitation.
///
/// # Errors
/// 403, or what says that the organization is closed.
pub fn check_open(state: &RealmState, equipment: &Equipment) -> Result<(), ApiError> {
    if state.organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    let why = match (state.realm.settings.invite_required, equipment.sends_mail) {
        (true, _) => "You need an invitation to join this organization.",
        (false, false) => "Nobody can sign up at the moment: this server sends no e-mail.",
        (false, true) => return Ok(()),
    };
    Err(ApiError::Forbidden { text: why.to_owned() })
}

/// Has a link sent to an address, with which its owner gets an account. A link that was sent before stays good, and is sent
/// again: nobody can void another's by asking. Whether the address has an account already is told to who reads its mail,
/// and to nobody else. `key` is what a new link ends with.
///
/// # Errors
/// As [`check_open`]; 400 for an address that nobody can have here, and where too many e-mails wait.
pub fn request(
    tx: &mut Tx<'_>,
    email: &str,
    key: String,
    product: &str,
    equipment: &Equipment,
) -> Result<(), ApiError> {
    check_open(&tx.state, equipment)?;
    let email = email.trim();
    check_is_address(&tx.state, email)?;
    check_allowed(&tx.state, email)?;
    let realm = one_line(&tx.state.realm.name);
    if let Some(known) = tx.state.users.find_by_delivery_email(email) {
        let state = match known.is_active {
            true => "It has an account there already: log in with your password.",
            false => "It has an account there, which is out of use: ask an administrator.",
        };
        let body = format!(
            "Hello,\n\nsomebody asked for an account with this address in {realm} on {product}. {state}\n\nIf it was not \
             you, you can ignore this.\n"
        );
        let subject = format!("Your account in {realm}");
        if tx.state.invites.mail().any(|waiting| waiting.to == email && waiting.subject == subject) {
            return Ok(());
        }
        return queue(tx, Letter { to: email.to_owned(), subject, body, about: About::News });
    }
    let row = match of_address(tx, email) {
        Some(known) if tx.state.invites.mail().any(|waiting| waiting.invite == Some(known.id)) => return Ok(()),
        Some(known) => known,
        None => new_row(tx, email, key)?,
    };
    let body = format!(
        "Hello,\n\nsomebody asked for an account with this address in {realm} on {product}.\n\nTo get it, open this \
         address within a day and choose a name and a password:\n\n{}\n\nIf it was not you, you can ignore this.\n",
        link(&tx.state.realm.url, &row.key)
    );
    let subject = format!("Confirm your e-mail address for {realm}");
    queue(tx, Letter { to: email.to_owned(), subject, body, about: About::Invite(row.id) })
}

/// An open row for an address. Of those that are too many, the oldest is forgotten: strangers do not use up what
/// invitations need.
fn new_row(tx: &mut Tx<'_>, email: &str, key: String) -> Result<Arc<InviteRow>, ApiError> {
    let sign_ups: Vec<u32> = tx.state.invites.iter().filter(|row| row.is_sign_up()).map(|row| row.id).collect();
    let many = (sign_ups.len() + 1).saturating_sub(limits::SIGN_UPS_MAX);
    remove_all(tx, &sign_ups.into_iter().take(many).collect());
    let row = InviteRow {
        id: 0,
        key,
        email: Some(email.to_owned()),
        invited_by: NOTIFICATION_BOT,
        invited_at: tx.now,
        expires_at: Some(tx.now + limits::SIGN_UP_SECS),
        role: Role::Member,
        channels: Vec::new(),
        groups: Vec::new(),
        include_defaults: true,
        notify_inviter: false,
        welcome: None,
    };
    insert(tx, row)
}

/// The link that was sent to an address, if it is good still.
fn of_address(tx: &Tx<'_>, email: &str) -> Option<Arc<InviteRow>> {
    let is_it = |row: &&Arc<InviteRow>| {
        row.is_sign_up()
            && row.is_open(tx.now)
            && row.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email))
    };
    tx.state.invites.iter().find(is_it).cloned()
}

/// No link is good any more: the organization was closed to who is not invited.
pub(in crate::commands) fn forget_all(tx: &mut Tx<'_>) {
    let all = tx.state.invites.iter().filter(|row| row.is_sign_up()).map(|row| row.id).collect();
    remove_all(tx, &all);
}
