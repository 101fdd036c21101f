//! Groups of users, and who has which permission: other servers have a group for each value of a permission, also where
//! it has no name.

use super::{Tables, columns, row};
use serde_json::{Map, Value, json};
use std::io::Result;
use tidings_core::state::RealmState;
use tidings_core::state::groups::{Group, system};
use tidings_types::GroupId;
use tidings_types::channel::ChannelPermissions;
use tidings_types::group::{GroupPermissions, GroupSetting};
use tidings_types::permission::{self, Permission};
use tidings_types::realm::RealmSettings;

/// Something with permissions.
pub(super) trait Permitting: Sized + 'static {
    /// Which.
    const ALL: &'static [Permission<Self>];
}

impl Permitting for RealmSettings {
    const ALL: &'static [Permission<Self>] = permission::realm::ALL;
}

impl Permitting for ChannelPermissions {
    const ALL: &'static [Permission<Self>] = permission::channel::ALL;
}

impl Permitting for GroupPermissions {
    const ALL: &'static [Permission<Self>] = permission::group::ALL;
}

/// Gives groups to values that have none.
pub(super) struct Settings {
    next: u32,
    nameless: Vec<(u32, GroupSetting)>,
}

impl Settings {
    pub(super) fn new(state: &RealmState) -> Self {
        Settings { next: state.groups.next_id().0, nameless: Vec::new() }
    }

    /// Puts groups where the columns have values of permissions.
    pub(super) fn replace_in<T: Permitting>(&mut self, columns: &mut Map<String, Value>, owner: &T) {
        for permission in T::ALL {
            let id = self.group_of((permission.of)(owner));
            columns.insert(permission.rule.name.to_owned(), json!(id));
        }
    }

    fn group_of(&mut self, setting: &GroupSetting) -> u32 {
        if let GroupSetting::Named(id) = setting {
            return id.0;
        }
        let id = self.next;
        self.next += 1;
        self.nameless.push((id, setting.clone()));
        id
    }

    /// Writes all groups. No permission may come after that.
    pub(super) fn write(mut self, state: &RealmState, tables: &mut Tables<'_>) -> Result<()> {
        let built_in = system::NAMES.iter().map(|(id, name)| self.built_in(*id, name)).collect::<Vec<_>>();
        let made = state.groups.iter().map(|group| self.made(group)).collect::<Vec<_>>();
        tables.table("zerver_namedusergroup", built_in.into_iter().chain(made))?;
        let named = system::NAMES.iter().map(|(id, _)| id.0).chain(state.groups.iter().map(|group| group.row.id.0));
        let all = named.chain(self.nameless.iter().map(|(id, _)| *id));
        tables.table("zerver_usergroup", all.map(|id| json!({ "id": id, "realm": 1 })))?;
        let in_roles = state
            .users
            .iter()
            .flat_map(|user| state.direct_system_groups(user).iter().map(move |group| (group.0, user.id.0)));
        let in_groups =
            state.groups.iter().flat_map(|group| group.members.iter().map(move |user| (group.row.id.0, user)));
        let in_nameless =
            self.nameless.iter().flat_map(|(id, value)| value.parts().0.iter().map(move |user| (*id, user.0)));
        let member = |(group, user): (u32, u32)| json!({ "user_group": group, "user_profile": user });
        tables.table("zerver_usergroupmembership", in_roles.chain(in_groups).chain(in_nameless).map(member))?;
        let in_roles = system::NAMES
            .iter()
            .flat_map(|(id, _)| state.groups.direct_subgroups(*id).into_iter().map(move |subgroup| (id.0, subgroup.0)));
        let in_groups =
            state.groups.iter().flat_map(|group| group.subgroups.iter().map(move |one| (group.row.id.0, one.0)));
        let in_nameless =
            self.nameless.iter().flat_map(|(id, value)| value.parts().1.iter().map(move |one| (*id, one.0)));
        let subgroup = |(outer, inner): (u32, u32)| json!({ "supergroup": outer, "subgroup": inner });
        tables.table("zerver_groupgroupmembership", in_roles.chain(in_groups).chain(in_nameless).map(subgroup))
    }

    fn built_in(&mut self, id: GroupId, name: &str) -> Value {
        let mut permissions = Map::new();
        for permission in GroupPermissions::ALL {
            permissions.insert(permission.rule.name.to_owned(), json!(system::NOBODY));
        }
        let known = json!({
            "id": id, "usergroup_ptr": id, "name": name, "description": "", "is_system_group": true,
            "deactivated": false, "date_created": null, "creator": null, "realm": 1, "realm_for_sharding": 1,
        });
        row(known, permissions)
    }

    fn made(&mut self, group: &Group) -> Value {
        let one = &group.row;
        let mut permissions = columns(&one.permissions);
        self.replace_in(&mut permissions, &one.permissions);
        let known = json!({
            "id": one.id, "usergroup_ptr": one.id, "name": one.name, "description": one.description,
            "is_system_group": false, "deactivated": one.deactivated, "date_created": one.date_created,
            "creator": one.creator, "realm": 1, "realm_for_sharding": 1,
        });
        row(known, permissions)
    }
}
