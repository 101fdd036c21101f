//! Names, addresses and roles.

use super::{
    administrator_required, check_email, check_full_name, check_may_administer, find_user, is_last_owner,
    owner_required,
};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::personal::email;
use crate::commands::profile::{self, values::Filled};
use crate::commands::send::UserRefIn;
use crate::commands::signup::{check_is_owner, domains::check_allowed};
use crate::commands::visibility::{self, Membership, user_update};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::user::{BotChange, RealmBotUpdate, UserAspect};
use tidings_types::user::Role;
use tidings_types::{ApiError, UserId};

/// What is to change; the rest stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserChanges {
    /// Display name.
    pub full_name: Option<String>,
    /// The number of the role.
    pub role: Option<i64>,
    /// The real address.
    pub new_email: Option<String>,
    /// Values in the profile.
    pub profile: Vec<Filled>,
}

/// `update-user`.
///
/// # Errors
/// 400 where the actor may not, where a value cannot be, and where no owner would be left.
pub fn update_user(tx: &mut Tx<'_>, actor: UserId, target: &UserRefIn, changes: UserChanges) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let target = find_user(&tx.state, &actor, target)?;
    check_may_administer(&actor, &target)?;
    if let Some(number) = changes.role {
        give_role(tx, &actor, &target, number)?;
    }
    if let Some(name) = &changes.full_name {
        change_full_name(tx, target.id, name)?;
    }
    if let Some(email) = &changes.new_email {
        check_is_owner(&actor)?;
        check_allowed(&tx.state, email.trim())?;
        change_delivery_email(tx, target.id, email)?;
    }
    if !changes.profile.is_empty() {
        profile::values::fill(tx, &actor, &target, changes.profile)?;
    }
    Ok(())
}

/// Gives an account the role with a number.
///
/// # Errors
/// 400 for a number that is none, `UNAUTHORIZED_PRINCIPAL` for all but administrators, and for those where an owner is
/// made or unmade; 400 where no owner would be left.
pub(in crate::commands) fn give_role(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    target: &UserRow,
    number: i64,
) -> Result<(), ApiError> {
    let role = u16::try_from(number).ok().and_then(|number| Role::try_from(number).ok());
    let role = role.ok_or_else(|| ApiError::invalid("role"))?;
    check_may_give_role(tx, actor, target, role)?;
    change_role(tx, target.id, role);
    Ok(())
}

fn check_may_give_role(tx: &Tx<'_>, actor: &UserRow, target: &UserRow, role: Role) -> Result<(), ApiError> {
    if role == target.role {
        return Ok(());
    }
    if !actor.role.is_admin() {
        return Err(administrator_required());
    }
    if (role == Role::Owner || target.role == Role::Owner) && actor.role != Role::Owner {
        return Err(owner_required());
    }
    if is_last_owner(&tx.state, target) {
        return Err(ApiError::bad_request("The owner permission cannot be removed from the only organization owner."));
    }
    Ok(())
}

fn current(tx: &Tx<'_>, user: UserId) -> Option<Arc<UserRow>> {
    tx.state.users.get(user).cloned()
}

/// Gives an account a role, and tells everybody of it and the account of what it sees now.
pub fn change_role(tx: &mut Tx<'_>, user: UserId, role: Role) {
    let Some(was) = current(tx, user).filter(|row| row.role != role) else { return };
    let before = tx.state.clone();
    let is = Arc::new(UserRow { role, ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    let audience = tx.state.who_sees_user(&is).plus([user]);
    tx.emit(user_update(user, UserAspect::Role { role }), audience);
    if is.is_active {
        let (left, joined) = (before.direct_system_groups(&was), tx.state.direct_system_groups(&is));
        visibility::emit_group_members(tx, user, left, Membership::Left, &Audience::realm());
        visibility::emit_group_members(tx, user, joined, Membership::Joined, &Audience::realm());
        visibility::tell_differences(tx, &before, user);
    }
}

/// Gives an account a display name.
///
/// # Errors
/// As [`check_full_name`].
pub fn change_full_name(tx: &mut Tx<'_>, user: UserId, name: &str) -> Result<(), ApiError> {
    let full_name = check_full_name(&tx.state, name, Some(user))?;
    let Some(was) = current(tx, user).filter(|row| row.full_name != full_name) else { return Ok(()) };
    let is = Arc::new(UserRow { full_name: full_name.clone(), ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    let audience = tx.state.who_sees_user(&is);
    tx.emit(user_update(user, UserAspect::FullName { full_name: full_name.clone() }), audience);
    if is.is_bot() {
        let bot = BotChange { user_id: user, full_name: Some(full_name), ..BotChange::default() };
        let audience = tx.state.who_manages_bot(&is);
        tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot }), audience);
    }
    Ok(())
}

/// Gives a person another real address.
///
/// # Errors
/// As [`check_email`]; 400 for bots, whose address is their name.
pub fn change_delivery_email(tx: &mut Tx<'_>, user: UserId, email: &str) -> Result<(), ApiError> {
    let delivery_email = check_email(&tx.state, email, Some(user))?;
    let Some(was) = current(tx, user).filter(|row| row.delivery_email != delivery_email) else { return Ok(()) };
    if was.is_bot() {
        return Err(ApiError::bad_request("The address of a bot cannot be changed."));
    }
    let is = Arc::new(UserRow { delivery_email: delivery_email.clone(), ..UserRow::clone(&was) });
    tx.change(Change::User(Arc::clone(&is)));
    email::forget(tx, user);
    let state = &tx.state;
    let told = state.who(|viewer| state.can_see_user(viewer, &is) && state.can_see_email(viewer, &is));
    tx.emit(user_update(user, UserAspect::DeliveryEmail { delivery_email: Some(delivery_email) }), told);
    if tx.state.api_email(&was) != tx.state.api_email(&is) {
        tell_api_email(tx, &is);
    }
    Ok(())
}

/// Tells everybody who sees an account of its new address in the API.
pub fn tell_api_email(tx: &mut Tx<'_>, user: &UserRow) {
    let audience = tx.state.who_sees_user(user);
    let new_email = tx.state.api_email(user);
    tx.emit(user_update(user.id, UserAspect::NewEmail { new_email }), audience);
}
