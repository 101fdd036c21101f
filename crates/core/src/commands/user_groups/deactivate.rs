//! Taking a group out of use. What depends on it has to be changed before.

use super::{access, deactivated, tell_changed};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::event::Gate;
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::groups::GroupRow;
use std::sync::Arc;
use tidings_types::channel::ChannelPermissions;
use tidings_types::events::Event;
use tidings_types::events::group::{GroupChange, GroupRemove};
use tidings_types::group::{GroupPermissions, GroupSetting, Objection};
use tidings_types::permission;
use tidings_types::{ApiError, GroupId, UserId};

/// `deactivate-user-group`.
///
/// # Errors
/// 400 where the actor may not; `CANNOT_DEACTIVATE_GROUP_IN_USE` with what depends on the group.
pub fn deactivate(tx: &mut Tx<'_>, actor: UserId, id: GroupId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let before = Arc::clone(&access(&tx.state, &actor, id, &[])?.row);
    if before.deactivated {
        return Err(deactivated());
    }
    let objections = objections(&tx.state, id);
    if !objections.is_empty() {
        return Err(ApiError::GroupInUse { objections });
    }
    tx.change(Change::Group(Arc::new(GroupRow { deactivated: true, ..GroupRow::clone(&before) })));
    let change = GroupChange { deactivated: Some(true), ..GroupChange::default() };
    tell_changed(tx, id, change, Gate::With(Shape::INCLUDE_DEACTIVATED_GROUPS));
    let gone = Event::GroupRemove(GroupRemove { group_id: id });
    tx.emit_gated(gone, Audience::realm(), Gate::Without(Shape::INCLUDE_DEACTIVATED_GROUPS));
    Ok(())
}

/// What in use depends on a group: groups that it is in, and permissions that name it.
fn objections(state: &RealmState, id: GroupId) -> Vec<Objection> {
    let mut objections = Vec::new();
    let in_use = || state.groups.iter().filter(|group| !group.row.deactivated);
    let around: Vec<GroupId> =
        in_use().filter(|group| group.subgroups.contains(&id)).map(|group| group.row.id).collect();
    if !around.is_empty() {
        objections.push(Objection { kind: "subgroup", supergroup_ids: around, ..Objection::default() });
    }
    let names = |setting: Option<&GroupSetting>| setting.is_some_and(|setting| setting.parts().1.contains(&id));
    for channel in state.channels.iter().filter(|channel| !channel.is_archived) {
        let settings = naming(ChannelPermissions::NAMES, |name| names(channel.permissions.get(name)));
        if !settings.is_empty() {
            let channel_id = Some(channel.id);
            objections.push(Objection { kind: "channel", channel_id, settings, ..Objection::default() });
        }
    }
    for group in in_use() {
        let settings = naming(GroupPermissions::NAMES, |name| names(group.row.permissions.get(name)));
        if !settings.is_empty() {
            let group_id = Some(group.row.id);
            objections.push(Objection { kind: "user_group", group_id, settings, ..Objection::default() });
        }
    }
    let realm = permission::realm::ALL.iter().filter(|one| names(Some((one.of)(&state.realm.settings))));
    let settings: Vec<&'static str> = realm.map(|one| one.rule.name).collect();
    if !settings.is_empty() {
        objections.push(Objection { kind: "realm", settings, ..Objection::default() });
    }
    objections
}

fn naming(all: &[&'static str], names: impl Fn(&str) -> bool) -> Vec<&'static str> {
    all.iter().copied().filter(|name| names(name)).collect()
}
