//! Another address of one's own: at once where no e-mail is set up; else once a link that was sent there is opened.

use crate::change::Change;
use crate::commands::Tx;
use crate::commands::invites::mail::{About, Letter, one_line, queue, take_back};
use crate::commands::signup::domains::check_allowed;
use crate::commands::users::check_email;
use crate::commands::users::update::change_delivery_email;
use crate::limits;
use crate::state::RealmState;
use crate::state::invites::EmailChange;
use crate::state::users::{KeyHash, UserRow};
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::{ApiError, UserId};

/// An address that somebody wants to have.
#[derive(Clone, Debug)]
pub struct NewEmail {
    /// The address.
    pub address: String,
    /// What it takes to have it confirmed; none where it is to be taken as it is.
    pub confirmation: Option<Confirmation>,
}

/// What a link for confirming is made of.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// What the link ends with: random, and nowhere but in the e-mail.
    pub key: String,
    /// Its hash.
    pub hash: KeyHash,
    /// The product's name.
    pub product: String,
}

/// Where the link leads.
#[must_use]
pub fn link(realm_url: &str, key: &str) -> String {
    format!("{realm_url}/confirm/{key}")
}

/// Changes one's own address, or sends a link to the new one. Only the newest link is good. Who wants the address that
/// they have gives up the other one.
///
/// # Errors
/// 400 where addresses cannot be changed, and for one that cannot be anybody's, is not allowed, or is taken.
pub(super) fn change(tx: &mut Tx<'_>, user: &UserRow, new: NewEmail) -> Result<(), ApiError> {
    if new.address == user.delivery_email {
        forget(tx, user.id);
        return Ok(());
    }
    let email = check(&tx.state, user, &new.address)?;
    let Some(confirmation) = new.confirmation else { return change_delivery_email(tx, user.id, &email) };
    forget_old(tx);
    forget(tx, user.id);
    let Confirmation { key, hash, product } = confirmation;
    let expires_at = tx.now + limits::EMAIL_CHANGE_SECS;
    let row = Arc::new(EmailChange { user: user.id, hash, email: email.clone(), expires_at });
    tx.change(Change::EmailChange { user: user.id, row: Some(row) });
    let (name, realm) = (one_line(&user.full_name), one_line(&tx.state.realm.name));
    let body = format!(
        "Hello {name},\n\nyou asked to be reached at this address in {realm} on {product}.\n\nTo confirm that it is yours, \
         open this address within a day:\n\n{}\n\nIf you did not ask for that, you can ignore it.\n",
        link(&tx.state.realm.url, &key)
    );
    let subject = format!("Confirm your new e-mail address for {realm}");
    queue(tx, Letter { to: email, subject, body, about: About::EmailChange(user.id) })
}

fn check(state: &RealmState, user: &UserRow, email: &str) -> Result<String, ApiError> {
    if state.realm.settings.email_changes_disabled && !user.role.is_admin() {
        return Err(ApiError::bad_request("Email address changes are disabled in this organization."));
    }
    check_allowed(state, email)?;
    check_email(state, email, Some(user.id))
}

/// The change that a key confirms, if its time is not over.
///
/// # Errors
/// 404 for a key that is not known, was used, or is over, and where its account is out of use.
pub fn find<'a>(state: &'a RealmState, hash: &KeyHash, now: i64) -> Result<&'a Arc<EmailChange>, ApiError> {
    let open = state.invites.email_changes().find(|row| row.hash == *hash && row.is_open(now));
    let open = open.filter(|row| state.active_user(row.user).is_some());
    open.ok_or_else(|| ApiError::NotFound { text: "This link does not exist, was used, or is over.".to_owned() })
}

/// Makes an address its owner's, and tells whom it belonged to under the old one. The link is used up then.
///
/// # Errors
/// As [`find`]; 400 where the address cannot be theirs any more.
pub fn confirm(tx: &mut Tx<'_>, hash: &KeyHash, product: &str) -> Result<(), ApiError> {
    let row = Arc::clone(find(&tx.state, hash, tx.now)?);
    let user = tx.actor(row.user)?;
    let email = check(&tx.state, &user, &row.email)?;
    // That also uses up the link.
    change_delivery_email(tx, user.id, &email)?;
    let (name, realm) = (one_line(&user.full_name), one_line(&tx.state.realm.name));
    let body = format!(
        "Hello {name},\n\nyour address in {realm} on {product} is another one now: {email}\n\nIf you did not change it, \
         ask an administrator of {realm} for help.\n"
    );
    let subject = format!("Your e-mail address for {realm} was changed");
    // The address is changed, whether there is room for this or not.
    let _ = queue(tx, Letter { to: user.delivery_email.clone(), subject, body, about: About::News });
    Ok(())
}

/// Forgets the address that a user waits for, if there is one; what was not sent yet is not sent any more.
pub(in crate::commands) fn forget(tx: &mut Tx<'_>, user: UserId) {
    if tx.state.invites.email_change_of(user).is_some() {
        forget_all(tx, &BTreeSet::from([user]));
    }
}

fn forget_all(tx: &mut Tx<'_>, users: &BTreeSet<UserId>) {
    for user in users {
        tx.change(Change::EmailChange { user: *user, row: None });
    }
    if !users.is_empty() {
        take_back(tx, |row| row.confirms.is_some_and(|user| users.contains(&user)));
    }
}

/// What is over is not kept for ever.
fn forget_old(tx: &mut Tx<'_>) {
    let now = tx.now;
    let over = tx.state.invites.email_changes().filter(|row| !row.is_open(now)).map(|row| row.user).collect();
    forget_all(tx, &over);
}
