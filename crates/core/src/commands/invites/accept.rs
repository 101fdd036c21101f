//! An account for who was invited.

use super::{remove, tell};
use crate::commands::signup::{self, domains::check_allowed};
use crate::commands::user_groups::members::add_invited;
use crate::commands::users::create::{NewAccount, create_account};
use crate::commands::{Tx, notify};
use crate::equipment::Equipment;
use crate::state::RealmState;
use crate::state::invites::InviteRow;
use std::sync::Arc;
use tidings_types::{ApiError, UserId};

/// Who joins.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The real address; where the invitation was sent to one, that counts. Nobody has proved it, so it is taken only where
    /// no e-mail can be sent.
    pub email: Option<String>,
    /// Display name.
    pub full_name: String,
    /// The password as an Argon2 PHC string.
    pub password: String,
}

/// What is answered for an invitation that is not there, or not any more.
pub(super) fn no_such_invitation() -> ApiError {
    ApiError::NotFound { text: "This invitation does not exist, or is over.".to_owned() }
}

/// The invitation that a link is of.
///
/// # Errors
/// 404 for one that is not open, and what says that the organization is closed.
pub fn find<'a>(state: &'a RealmState, key: &str, now: i64) -> Result<&'a Arc<InviteRow>, ApiError> {
    if state.organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    state.invites.find_open(key, now).ok_or_else(no_such_invitation)
}

/// Accepts an invitation: makes the account, subscribes it, greets it, and tells who invited. An invitation that was sent
/// to an address is over then.
///
/// # Errors
/// As [`find`]; 400 for a name or an address that cannot be, or is not allowed, and for an address to be proved first.
pub fn accept(tx: &mut Tx<'_>, key: &str, new: NewPerson, equipment: &Equipment) -> Result<UserId, ApiError> {
    let invite = Arc::clone(find(&tx.state, key, tx.now)?);
    if invite.wants_proof(equipment) {
        return Err(ApiError::bad_request("Confirm your e-mail address first."));
    }
    let email = invite.email.clone().or(new.email).unwrap_or_default();
    let email = email.trim().to_owned();
    check_allowed(&tx.state, &email)?;
    let mut channels = invite.channels.clone();
    if invite.include_defaults {
        channels.extend(tx.state.realm.settings.default_channels.iter().copied());
        channels.sort_unstable();
        channels.dedup();
    }
    let account = NewAccount {
        delivery_email: email.clone(),
        full_name: new.full_name,
        role: invite.role,
        bot: None,
        password: Some(new.password),
        channels,
    };
    // Who joins makes the account.
    tx.act_as(tx.state.users.next_id());
    let id = create_account(tx, account)?;
    add_invited(tx, id, &invite.groups);
    signup::welcome(tx, id, invite.welcome.clone())?;
    if invite.email.is_some() {
        remove(tx, invite.id);
        tell(tx, std::slice::from_ref(&invite));
    }
    let inviter = tx.state.active_user(invite.invited_by).filter(|_| invite.notify_inviter).cloned();
    if let (Some(inviter), Some(person)) = (inviter, tx.state.users.get(id).cloned()) {
        let shown = if tx.state.can_see_email(&inviter, &person) { format!(" (`{email}`)") } else { String::new() };
        let text = format!("{}{shown} accepted your invitation.", notify::mention(&person));
        notify::send_direct(tx, &inviter, text)?;
    }
    Ok(id)
}
