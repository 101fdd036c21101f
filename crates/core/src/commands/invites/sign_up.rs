//! Links to addresses that their owners say themselves: where the organization is open, and for who comes by a link for
//! many. They are sent what is an invitation to that address: whoever reads its mail opens the link, and joins.

use super::accept::{self, no_such_invitation};
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

/// Who asks for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Anybody, where the organization is open.
    Anybody,
    /// Who has a link for many; with what that ends with.
    WithLink(String),
}

/// Refuses who cannot have a link sent to an address; returns the link for many that they come by.
///
/// # Errors
/// As [`check_open`] for anybody; 404 for a link for many that is not open; 400 for an address that nobody can have here.
pub fn check(
    state: &RealmState,
    asker: &Asker,
    email: &str,
    equipment: &Equipment,
    now: i64,
) -> Result<Option<Arc<InviteRow>>, ApiError> {
    let via = match asker {
        Asker::Anybody => {
            check_open(state, equipment)?;
            None
        }
        Asker::WithLink(key) => {
            let row = Some(accept::find(state, key, now)?).filter(|row| row.wants_proof(equipment));
            Some(Arc::clone(row.ok_or_else(no_such_invitation)?))
        }
    };
    check_is_address(state, email)?;
    check_allowed(state, email)?;
    Ok(via)
}

/// Has a link sent to an address, with which its owner gets an account. A link that was sent before stays good, and is sent
/// again: nobody can void another's by asking. Whether the address has an account already is told to who reads its mail,
/// and to nobody else. `key` is what a new link ends with.
///
/// # Errors
/// As [`check`]; 400 where too many e-mails wait.
pub fn request(
    tx: &mut Tx<'_>,
    asker: &Asker,
    email: &str,
    key: String,
    product: &str,
    equipment: &Equipment,
) -> Result<(), ApiError> {
    let email = email.trim();
    let via = check(&tx.state, asker, email, equipment, tx.now)?;
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
    let row = match of_address(tx, via.as_deref(), email) {
        Some(known) if tx.state.invites.mail().any(|waiting| waiting.invite == Some(known.id)) => return Ok(()),
        Some(known) => known,
        None => new_row(tx, via.as_deref(), email, key)?,
    };
    let time = if via.is_some() { "within a day, while your invitation is good," } else { "within a day" };
    let body = format!(
        "Hello,\n\nsomebody asked for an account with this address in {realm} on {product}.\n\nTo get it, open this \
         address {time} and choose a name and a password:\n\n{}\n\nIf it was not you, you can ignore this.\n",
        link(&tx.state.realm.url, &row.key)
    );
    let subject = format!("Confirm your e-mail address for {realm}");
    queue(tx, Letter { to: email.to_owned(), subject, body, about: About::Invite(row.id) })
}

/// An open row for an address, with what the link for many says that it was asked for by. Of those that are too many, the
/// oldest is forgotten: strangers do not use up what invitations need, nor what those need who have a link.
fn new_row(tx: &mut Tx<'_>, via: Option<&InviteRow>, email: &str, key: String) -> Result<Arc<InviteRow>, ApiError> {
    let is_alike = |row: &&Arc<InviteRow>| row.is_sign_up() && row.via.is_some() == via.is_some();
    let alike: Vec<u32> = tx.state.invites.iter().filter(is_alike).map(|row| row.id).collect();
    let many = (alike.len() + 1).saturating_sub(limits::SIGN_UPS_MAX);
    remove_all(tx, &alike.into_iter().take(many).collect());
    let (to, end) = (Some(email.to_owned()), tx.now + limits::SIGN_UP_SECS);
    let row = match via {
        Some(link) => InviteRow {
            key,
            email: to,
            via: Some(link.id),
            invited_at: tx.now,
            expires_at: Some(link.expires_at.map_or(end, |at| at.min(end))),
            ..link.clone()
        },
        None => InviteRow {
            id: 0,
            key,
            email: to,
            via: None,
            invited_by: NOTIFICATION_BOT,
            invited_at: tx.now,
            expires_at: Some(end),
            role: Role::Member,
            channels: Vec::new(),
            groups: Vec::new(),
            include_defaults: true,
            notify_inviter: false,
            welcome: None,
        },
    };
    insert(tx, row)
}

/// The link that was sent to an address, if it is good still.
fn of_address(tx: &Tx<'_>, via: Option<&InviteRow>, email: &str) -> Option<Arc<InviteRow>> {
    let is_it = |row: &&Arc<InviteRow>| {
        row.is_sign_up()
            && row.via == via.map(|link| link.id)
            && row.is_open(tx.now)
            && row.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email))
    };
    tx.state.invites.iter().find(is_it).cloned()
}

/// No link is good any more that strangers asked for: the organization was closed to who is not invited.
pub(in crate::commands) fn forget_all(tx: &mut Tx<'_>) {
    let is_strangers = |row: &&Arc<InviteRow>| row.is_sign_up() && row.via.is_none();
    let all = tx.state.invites.iter().filter(is_strangers).map(|row| row.id).collect();
    remove_all(tx, &all);
}
