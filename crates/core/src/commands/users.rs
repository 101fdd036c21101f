//! Accounts.
//!
//! # Layout
//! - this file: finding an account, and what its parts may be.
//! - [`create`]: new accounts. [`update`]: names, addresses, roles. [`activity`]: deactivating and reactivating.
//! - [`full_members`]: who has been a member for long enough.

pub mod activity;
pub mod create;
pub mod full_members;
pub mod update;

use super::personal::check_is_person;
use super::send::UserRefIn;
use crate::limits;
use crate::state::RealmState;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::user::Role;
use tidings_types::{ApiError, UserId};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;

/// The account that a request names, if `viewer` may see it: by id, by a real address that `viewer` may know, or by
/// an address made up for the API, which every account has.
///
/// # Errors
/// 400 "No such user": whether it exists is not told.
pub fn find_user(state: &RealmState, viewer: &UserRow, wanted: &UserRefIn) -> Result<Arc<UserRow>, ApiError> {
    let found = match wanted {
        UserRefIn::Id(id) => u32::try_from(*id).ok().and_then(|id| state.users.get(UserId(id))),
        UserRefIn::Email(email) => state
            .users
            .find_by_delivery_email(email)
            .filter(|user| state.can_see_email(viewer, user))
            .or_else(|| state.users.get(made_up_address(email, &state.realm.host)?)),
    };
    let found = found.filter(|user| state.can_see_user(viewer, user));
    found.cloned().ok_or_else(|| ApiError::bad_request("No such user"))
}

/// Whose address `user9@host` is.
fn made_up_address(email: &str, host: &str) -> Option<UserId> {
    let (name, at_host) = email.split_once('@')?;
    let id = name.strip_prefix("user")?.parse().ok()?;
    at_host.eq_ignore_ascii_case(host).then_some(id)
}

/// A display name as it is stored: without spaces around it.
///
/// # Errors
/// 400 for a name that is too short or too long, has characters that mentions are made of or that nobody sees, or,
/// where names have to be unique, is somebody else's than `whose`.
pub fn check_full_name(state: &RealmState, name: &str, whose: Option<UserId>) -> Result<String, ApiError> {
    let name = name.trim();
    let length = name.chars().count();
    if length < limits::FULL_NAME_CHARS_MIN {
        return Err(ApiError::bad_request("Name too short!"));
    }
    if length > limits::FULL_NAME_CHARS_MAX {
        return Err(ApiError::bad_request("Name too long!"));
    }
    if name.chars().any(|c| is_unseen(c) || "*`\\>\"@".contains(c)) {
        return Err(ApiError::bad_request("Invalid characters in name!"));
    }
    if name.rsplit_once('|').is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(ApiError::bad_request("Invalid format!"));
    }
    check_name_is_free(state, name, whose)?;
    Ok(name.to_owned())
}

/// Characters that are not shown, or that change how others are: with them a name looks like another one.
fn is_unseen(c: char) -> bool {
    use GeneralCategory::{Control, Format, PrivateUse, Surrogate, Unassigned};
    !c.is_ascii_graphic() && matches!(get_general_category(c), Control | Format | PrivateUse | Surrogate | Unassigned)
}

/// Where names have to be unique, refuses one that an active account other than `whose` has, or one that looks alike.
///
/// # Errors
/// 400.
fn check_name_is_free(state: &RealmState, name: &str, whose: Option<UserId>) -> Result<(), ApiError> {
    if !state.realm.settings.require_unique_names {
        return Ok(());
    }
    let folded = folded(name);
    // Most names are such that nothing has to be folded.
    let is_same = |other: &str| {
        if other.is_ascii() { other.eq_ignore_ascii_case(&folded) } else { self::folded(other) == folded }
    };
    if state.users.iter().any(|user| user.is_active && Some(user.id) != whose && is_same(&user.full_name)) {
        return Err(ApiError::bad_request("Unique names required in this organization."));
    }
    Ok(())
}

/// A name in the form in which names are compared: full-width letters and ligatures are plain ones, and so are
/// capitals.
fn folded(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase()
}

/// An address as it is stored: without spaces around it.
///
/// # Errors
/// 400 for what is no address, and for one that belongs to an account other than `whose`. Addresses of the form that
/// is made up for the API are nobody's real ones.
pub fn check_email(state: &RealmState, email: &str, whose: Option<UserId>) -> Result<String, ApiError> {
    let email = email.trim();
    check_is_address(state, email)?;
    let own = state.users.find_by_delivery_email(email).is_some_and(|user| Some(user.id) == whose);
    if !own && state.users.is_taken(email) {
        return Err(ApiError::bad_request("Email is already in use."));
    }
    Ok(email.to_owned())
}

/// Refuses what cannot be anybody's address.
///
/// # Errors
/// 400.
pub(super) fn check_is_address(state: &RealmState, email: &str) -> Result<(), ApiError> {
    if !is_address(email) || made_up_address(email, &state.realm.host).is_some() {
        return Err(ApiError::bad_request("Invalid email address."));
    }
    Ok(())
}

/// Something before an `@` and a host after it; nothing that would have to be quoted, and no colon, which separates
/// the address from the key where they are sent.
fn is_address(email: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"()<>[]:;,\\\"@".contains(c);
    let Some((name, host)) = email.rsplit_once('@') else { return false };
    email.len() <= limits::EMAIL_BYTES_MAX
        && !name.is_empty()
        && name.chars().all(plain)
        && !host.is_empty()
        && host.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
}

/// Refuses who may not change an account: administrators may, and owners of bots; whoever has the role of an owner,
/// person or bot, is for owners only, since who has a bot may do what it may.
///
/// # Errors
/// 400 "Insufficient permission", or `UNAUTHORIZED_PRINCIPAL` where it takes an owner.
pub fn check_may_administer(actor: &UserRow, target: &UserRow) -> Result<(), ApiError> {
    let owns = target.bot.as_ref().is_some_and(|bot| bot.owner == Some(actor.id));
    if !actor.role.is_admin() && !owns {
        return Err(ApiError::bad_request("Insufficient permission"));
    }
    if target.role == Role::Owner && actor.role != Role::Owner && actor.id != target.id && !owns {
        return Err(owner_required());
    }
    Ok(())
}

/// Refuses guests and bots, where something is a matter of members.
///
/// # Errors
/// 400 for these.
pub fn check_is_member(actor: &UserRow) -> Result<(), ApiError> {
    if actor.is_guest() {
        return Err(ApiError::bad_request("Not allowed for guest users"));
    }
    check_is_person(actor)
}

pub(super) fn owner_required() -> ApiError {
    ApiError::UnauthorizedPrincipal { text: "Must be an organization owner".to_owned() }
}

pub(super) fn administrator_required() -> ApiError {
    ApiError::UnauthorizedPrincipal { text: "Must be an organization administrator".to_owned() }
}

/// Whether an account is the only active owner that is a person.
fn is_last_owner(state: &RealmState, user: &UserRow) -> bool {
    let is_owner = |row: &UserRow| row.is_active && !row.is_bot() && row.role == Role::Owner;
    is_owner(user) && !state.users.iter().any(|other| other.id != user.id && is_owner(other))
}
