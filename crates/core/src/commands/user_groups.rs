//! Groups of users.
//!
//! Who is in a group may see private channels by it, so whoever changes who is in one compares who saw those channels
//! before and after, and tells the difference ([`super::visibility`]).
//!
//! # Layout
//! - here: creating and changing a group, and who may. [`members`]: who is in it. [`deactivate`]: taking it out of use.

use super::users::check_is_member;
use super::{Tx, permissions, visibility};
use crate::audience::Audience;
use crate::change::Change;
use crate::event::Gate;
use crate::limits;
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::groups::{Group, GroupRow, system};
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::group::{GroupAdd, GroupChange, GroupUpdate};
use tidings_types::group::{GroupPermissions, GroupSetting, GroupSettingUpdate};
use tidings_types::permission::{self, Permission, group as rules};
use tidings_types::{ApiError, GroupId, UserId};

pub mod deactivate;
pub mod members;

/// A group to be created.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who is in it.
    pub members: Vec<UserId>,
    /// Which groups are in it.
    pub subgroups: Vec<GroupId>,
    /// Permissions other than the default, by name.
    pub permissions: Vec<(&'static str, GroupSetting)>,
}

/// What is to change of a group; none leaves a property as it is.
#[derive(Clone, Debug, Default)]
pub struct GroupPatch {
    /// Another name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Permissions by name.
    pub permissions: Vec<(&'static str, GroupSettingUpdate)>,
    /// Take it into use again.
    pub reactivate: bool,
}

/// `create-user-group`: returns the new group's id.
///
/// # Errors
/// 400 where the actor may not, or a value cannot be.
pub fn create(tx: &mut Tx<'_>, actor: UserId, new: NewGroup) -> Result<GroupId, ApiError> {
    let actor = tx.actor(actor)?;
    check_is_member(&actor)?;
    if !tx.state.may(&actor, &permission::realm::can_create_groups) {
        return Err(insufficient_permission());
    }
    if tx.state.groups.len() >= limits::GROUPS_MAX {
        return Err(ApiError::bad_request("Too many user groups"));
    }
    let name = check_name(&tx.state, &new.name, None)?;
    let description = check_description(&new.description)?;
    let mut settings = GroupPermissions::new(Some(actor.id));
    for (name, setting) in new.permissions {
        permissions::check(tx, rules::RULES, name, &setting, None)?;
        if let Some(place) = settings.get_mut(name) {
            *place = setting;
        }
    }
    let users = members::check_users(tx, &new.members)?;
    let subgroups = members::check_subgroups(tx, &new.subgroups)?;
    let id = tx.state.groups.next_id();
    let row = GroupRow {
        id,
        name,
        description,
        date_created: tx.now,
        creator: Some(actor.id),
        deactivated: false,
        permissions: settings,
    };
    tx.change(Change::Group(Arc::new(row)));
    if !users.is_empty() {
        tx.change(Change::GroupMembers { group: id, users, add: true });
    }
    if !subgroups.is_empty() {
        tx.change(Change::GroupSubgroups { group: id, subgroups, add: true });
    }
    tell_added(tx, id, Gate::All);
    Ok(id)
}

/// `update-user-group`: all that was asked for, or nothing.
///
/// # Errors
/// 400 where the actor may not, or a value cannot be.
pub fn update(tx: &mut Tx<'_>, actor: UserId, id: GroupId, patch: &GroupPatch) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    check_is_member(&actor)?;
    let before = access(&tx.state, &actor, id, &[])?.row.clone();
    let (after, change) = patched(tx, &before, patch)?;
    if *before == after {
        return Ok(());
    }
    let (was, is) = (before.deactivated, after.deactivated);
    tx.change(Change::Group(Arc::new(after)));
    let knows = Gate::With(Shape::INCLUDE_DEACTIVATED_GROUPS);
    if change != GroupChange::default() {
        tell_changed(tx, id, change, if was { knows } else { Gate::All });
    }
    if was && !is {
        tell_changed(tx, id, GroupChange { deactivated: Some(false), ..GroupChange::default() }, knows);
        tell_added(tx, id, Gate::Without(Shape::INCLUDE_DEACTIVATED_GROUPS));
    }
    Ok(())
}

/// The group as it shall be, and what of it is new beside that it is in use.
fn patched(tx: &Tx<'_>, before: &GroupRow, patch: &GroupPatch) -> Result<(GroupRow, GroupChange), ApiError> {
    let (mut after, mut change) = (before.clone(), GroupChange::default());
    if let Some(name) = patch.name.as_ref().filter(|name| **name != before.name) {
        after.name = check_name(&tx.state, name, Some(before.id))?;
        change.name = Some(after.name.clone());
    }
    if let Some(description) = &patch.description {
        after.description = check_description(description)?;
        change.description = (after.description != before.description).then(|| after.description.clone());
    }
    for (name, update) in &patch.permissions {
        let place = after.permissions.get_mut(name).ok_or_else(|| ApiError::invalid(name))?;
        permissions::check_change(tx, rules::RULES, name, place, update)?;
        if *place != update.new {
            place.clone_from(&update.new);
            if let Some(told) = told(&mut change, name) {
                *told = Some(tx.state.shown_setting(&update.new));
            }
        }
    }
    after.deactivated &= !patch.reactivate;
    Ok((after, change))
}

pub(super) fn told<'a>(change: &'a mut GroupChange, name: &str) -> Option<&'a mut Option<GroupSetting>> {
    Some(match name {
        "can_add_members_group" => &mut change.can_add_members_group,
        "can_join_group" => &mut change.can_join_group,
        "can_leave_group" => &mut change.can_leave_group,
        "can_manage_group" => &mut change.can_manage_group,
        "can_mention_group" => &mut change.can_mention_group,
        "can_remove_members_group" => &mut change.can_remove_members_group,
        _ => return None,
    })
}

pub(super) fn tell_changed(tx: &mut Tx<'_>, group_id: GroupId, data: GroupChange, gate: Gate) {
    tx.emit_gated(Event::GroupUpdate(Box::new(GroupUpdate { group_id, data })), Audience::realm(), gate);
}

fn tell_added(tx: &mut Tx<'_>, id: GroupId, gate: Gate) {
    if let Some(group) = tx.state.groups.get(id) {
        let event = GroupAdd { group: tx.state.group_view(group) };
        tx.emit_gated(Event::GroupAdd(Box::new(event)), Audience::realm(), gate);
    }
}

/// A group that `actor` may change: managing it is enough for everything, and one of the permissions `enough` as well.
fn access<'a>(
    state: &'a RealmState,
    actor: &UserRow,
    id: GroupId,
    enough: &[&Permission<GroupPermissions>],
) -> Result<&'a Group, ApiError> {
    if !state.group_exists(id) {
        return Err(ApiError::bad_request("Invalid user group"));
    }
    // Who is in a built-in group follows from roles.
    let group = state.groups.get(id).ok_or_else(insufficient_permission)?;
    let has = |permission: &Permission<GroupPermissions>| state.has(actor, permission, &group.row.permissions);
    let may = state.may(actor, &permission::realm::can_manage_all_groups)
        || has(&rules::can_manage_group)
        || enough.iter().any(|permission| has(permission));
    if may { Ok(group) } else { Err(insufficient_permission()) }
}

/// Refuses to look into a group that is not there or out of use.
///
/// # Errors
/// 400 with the reason.
pub fn check_may_read(state: &RealmState, viewer: &UserRow, id: GroupId) -> Result<(), ApiError> {
    check_is_member(viewer)?;
    if !state.group_exists(id) {
        return Err(ApiError::bad_request("Invalid user group"));
    }
    if state.groups.get(id).is_some_and(|group| group.row.deactivated) {
        return Err(deactivated());
    }
    Ok(())
}

fn insufficient_permission() -> ApiError {
    ApiError::bad_request("Insufficient permission")
}

fn deactivated() -> ApiError {
    ApiError::bad_request("User group is deactivated.")
}

/// A group's name as it is stored.
fn check_name(state: &RealmState, name: &str, whose: Option<GroupId>) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::bad_request("User group name can't be empty!"));
    }
    let most = limits::GROUP_NAME_CHARS_MAX;
    if name.chars().count() > most {
        return Err(ApiError::bad_request(format!("User group name cannot exceed {most} characters.")));
    }
    if let Some(prefix) =
        ["@", "role:", "user:", "stream:", "channel:"].iter().find(|prefix| name.starts_with(**prefix))
    {
        return Err(ApiError::bad_request(format!("User group name cannot start with '{prefix}'.")));
    }
    if name.chars().any(char::is_control) {
        return Err(ApiError::bad_request("Invalid characters in user group name!"));
    }
    if state.groups.find_by_name(name).is_some_and(|known| Some(known.row.id) != whose) {
        return Err(ApiError::bad_request(format!("User group '{name}' already exists.")));
    }
    Ok(name.to_owned())
}

fn check_description(description: &str) -> Result<String, ApiError> {
    let most = limits::GROUP_DESCRIPTION_CHARS_MAX;
    if description.chars().count() > most {
        return Err(ApiError::bad_request(format!("description is too long (limit: {most} characters)")));
    }
    Ok(description.to_owned())
}

/// Tells everybody of the private channels that they see, or see no longer, by being in a group since `before`.
pub(super) fn tell_channels(tx: &mut Tx<'_>, before: &RealmState, group: GroupId) {
    let mut groups = tx.state.groups.with_supergroups(group);
    // Who is in a built-in group is in those around it, too.
    if group < system::NOBODY {
        (group.0..system::NOBODY.0).for_each(|around| groups.extend(tx.state.groups.with_supergroups(GroupId(around))));
    }
    let names = |setting: &GroupSetting| setting.parts().1.iter().any(|group| groups.contains(group));
    let by_group = tx.state.channels.iter().filter(|channel| {
        let permissions = &channel.permissions;
        names(&permissions.can_administer_channel_group)
            || names(&permissions.can_add_subscribers_group)
            || names(&permissions.can_subscribe_group)
    });
    let channels: Vec<_> = by_group.filter(|channel| channel.is_private).map(|channel| channel.id).collect();
    let concerned = tx.state.groups.who_differs(&before.groups, group);
    visibility::tell_channels_to_all(tx, before, &channels, concerned.as_ref());
}
