//! Who is in a group: users, and other groups.

use super::{access, deactivated, tell_channels};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::users::check_is_member;
use crate::commands::{Tx, notify, visibility};
use crate::limits;
use crate::state::groups::Group;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::group::GroupSubgroups;
use tidings_types::events::user::GroupMembers;
use tidings_types::permission::group as rules;
use tidings_types::{ApiError, GroupId, UserId};

/// Who is to join and to leave a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Users who join.
    pub add: Vec<UserId>,
    /// Users who leave.
    pub delete: Vec<UserId>,
    /// Groups that join.
    pub add_subgroups: Vec<GroupId>,
    /// Groups that leave.
    pub delete_subgroups: Vec<GroupId>,
}

/// `update-user-group-members` and `update-user-group-subgroups`: all that was asked for, or nothing.
///
/// # Errors
/// 400 where the actor may not, for who is a member already or is none, and for a group that would be in itself.
pub fn update_members(tx: &mut Tx<'_>, actor: UserId, id: GroupId, wanted: &Membership) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    check_is_member(&actor)?;
    if *wanted == Membership::default() {
        let text =
            "Nothing to do. Specify at least one of \"add\", \"delete\", \"add_subgroups\" or \"delete_subgroups\".";
        return Err(ApiError::bad_request(text));
    }
    let before = tx.state.clone();
    let mut notices = Vec::new();
    if !wanted.add.is_empty() {
        notices.push((add_users(tx, &actor, id, &wanted.add)?, "added you to"));
    }
    if !wanted.delete.is_empty() {
        notices.push((remove_users(tx, &actor, id, &wanted.delete)?, "removed you from"));
    }
    if !wanted.add_subgroups.is_empty() {
        add_subgroups(tx, &actor, id, &wanted.add_subgroups)?;
    }
    if !wanted.delete_subgroups.is_empty() {
        remove_subgroups(tx, &actor, id, &wanted.delete_subgroups)?;
    }
    tell_channels(tx, &before, id);
    notices.into_iter().try_for_each(|(users, what)| notify_users(tx, &actor, id, &users, what))
}

/// Refuses groups that `actor` may not bring others into.
///
/// # Errors
/// 400 with the reason.
pub(in crate::commands) fn check_may_add(tx: &Tx<'_>, actor: &UserRow, groups: &[GroupId]) -> Result<(), ApiError> {
    groups.iter().try_for_each(|id| access(&tx.state, actor, *id, &[&rules::can_add_members_group]).map(drop))
}

/// Adds somebody who joined with an invitation that named these groups. Groups that are out of use since are left out.
pub(in crate::commands) fn add_invited(tx: &mut Tx<'_>, user: UserId, groups: &[GroupId]) {
    for id in groups.iter().copied() {
        let is_open = |group: &Group| !group.row.deactivated && !group.members.contains(user.0);
        if !tx.state.groups.get(id).is_some_and(is_open) {
            continue;
        }
        let before = tx.state.clone();
        tx.change(Change::GroupMembers { group: id, users: vec![user], add: true });
        tell(tx, id, Event::GroupAddMembers(GroupMembers { group_id: id, user_ids: vec![user] }));
        tell_channels(tx, &before, id);
    }
}

fn add_users(tx: &mut Tx<'_>, actor: &UserRow, id: GroupId, wanted: &[UserId]) -> Result<Vec<UserId>, ApiError> {
    let enough: &[_] = match wanted {
        [one] if *one == actor.id => &[&rules::can_join_group, &rules::can_add_members_group],
        _ => &[&rules::can_add_members_group],
    };
    let group = access(&tx.state, actor, id, enough)?;
    let users = check_users(tx, wanted)?;
    if let Some(user) = users.iter().find(|user| group.members.contains(user.0)) {
        return Err(ApiError::bad_request(format!("User {user} is already a member of this group")));
    }
    tx.change(Change::GroupMembers { group: id, users: users.clone(), add: true });
    let event = GroupMembers { group_id: id, user_ids: users.clone() };
    tell(tx, id, Event::GroupAddMembers(event));
    Ok(users)
}

fn remove_users(tx: &mut Tx<'_>, actor: &UserRow, id: GroupId, wanted: &[UserId]) -> Result<Vec<UserId>, ApiError> {
    let users = check_users(tx, wanted)?;
    let enough: &[_] = match wanted {
        [one] if *one == actor.id => &[&rules::can_leave_group, &rules::can_remove_members_group],
        _ => &[&rules::can_remove_members_group],
    };
    let group = access(&tx.state, actor, id, enough)?;
    if let Some(user) = users.iter().find(|user| !group.members.contains(user.0)) {
        return Err(ApiError::bad_request(format!("There is no member '{user}' in this user group")));
    }
    tx.change(Change::GroupMembers { group: id, users: users.clone(), add: false });
    let event = GroupMembers { group_id: id, user_ids: users.clone() };
    tell(tx, id, Event::GroupRemoveMembers(event));
    Ok(users)
}

fn add_subgroups(tx: &mut Tx<'_>, actor: &UserRow, id: GroupId, wanted: &[GroupId]) -> Result<(), ApiError> {
    let group = access(&tx.state, actor, id, &[&rules::can_add_members_group])?;
    let subgroups = check_subgroups(tx, wanted)?;
    if let Some(known) = subgroups.iter().find(|subgroup| group.subgroups.contains(*subgroup)) {
        return Err(ApiError::bad_request(format!("User group {known} is already a subgroup of this group.")));
    }
    let around = tx.state.groups.with_supergroups(id);
    if subgroups.iter().any(|subgroup| around.contains(subgroup)) {
        let text = format!("User group {id} is already a subgroup of one of the passed subgroups.");
        return Err(ApiError::bad_request(text));
    }
    tx.change(Change::GroupSubgroups { group: id, subgroups: subgroups.clone(), add: true });
    tell(tx, id, Event::GroupAddSubgroups(GroupSubgroups { group_id: id, direct_subgroup_ids: subgroups }));
    Ok(())
}

fn remove_subgroups(tx: &mut Tx<'_>, actor: &UserRow, id: GroupId, wanted: &[GroupId]) -> Result<(), ApiError> {
    let group = access(&tx.state, actor, id, &[])?;
    let subgroups = distinct(wanted);
    if let Some(unknown) = subgroups.iter().find(|subgroup| !tx.state.group_exists(**subgroup)) {
        return Err(ApiError::bad_request(format!("Invalid user group ID: {unknown}")));
    }
    if let Some(other) = subgroups.iter().find(|subgroup| !group.subgroups.contains(*subgroup)) {
        return Err(ApiError::bad_request(format!("User group {other} is not a subgroup of this group.")));
    }
    tx.change(Change::GroupSubgroups { group: id, subgroups: subgroups.clone(), add: false });
    tell(tx, id, Event::GroupRemoveSubgroups(GroupSubgroups { group_id: id, direct_subgroup_ids: subgroups }));
    Ok(())
}

fn tell(tx: &mut Tx<'_>, group: GroupId, event: Event) {
    let gate = visibility::group_gate(&tx.state, group);
    tx.emit_gated(event, Audience::realm(), gate);
}

/// Tells people of it by message, unless they did it themselves; many at once are told by events only.
fn notify_users(
    tx: &mut Tx<'_>,
    actor: &UserRow,
    group: GroupId,
    users: &[UserId],
    what: &str,
) -> Result<(), ApiError> {
    let Some(name) = tx.state.groups.get(group).map(|group: &Group| group.row.name.clone()) else { return Ok(()) };
    let told = users.iter().filter(|user| **user != actor.id).filter_map(|user| tx.state.active_user(*user));
    let told: Vec<Arc<UserRow>> = told.filter(|user| !user.is_bot()).cloned().collect();
    if told.len() > limits::GROUP_NOTICES_MAX {
        return Ok(());
    }
    for user in told {
        let text = format!("{} {what} the group {}.", notify::mention(actor), notify::group_name(&name));
        notify::send_direct(tx, &user, text)?;
    }
    Ok(())
}

/// Active accounts, ascending, each once.
pub(super) fn check_users(tx: &Tx<'_>, wanted: &[UserId]) -> Result<Vec<UserId>, ApiError> {
    let users = distinct(wanted);
    match users.iter().find(|user| tx.state.active_user(**user).is_none()) {
        Some(user) => Err(ApiError::bad_request(format!("Invalid user ID: {user}"))),
        None => Ok(users),
    }
}

/// Groups in use, ascending, each once.
pub(super) fn check_subgroups(tx: &Tx<'_>, wanted: &[GroupId]) -> Result<Vec<GroupId>, ApiError> {
    let groups = distinct(wanted);
    for group in &groups {
        if !tx.state.group_exists(*group) {
            return Err(ApiError::bad_request(format!("Invalid user group ID: {group}")));
        }
        if tx.state.groups.get(*group).is_some_and(|known| known.row.deactivated) {
            return Err(deactivated());
        }
    }
    Ok(groups)
}

fn distinct<T: Ord + Copy>(wanted: &[T]) -> Vec<T> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}
