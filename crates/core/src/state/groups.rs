//! The built-in user groups. Their members follow from roles, so they are not stored.

use crate::state::RealmState;
use crate::state::users::UserRow;
use tidings_types::group::{GroupSetting, UserGroup};
use tidings_types::user::Role;
use tidings_types::{GroupId, UserId};

pub use tidings_types::group::system;

struct SystemGroup {
    id: GroupId,
    name: &'static str,
    /// What people call it.
    title: &'static str,
    description: &'static str,
    subgroup: Option<GroupId>,
}

/// Each group contains the one before it in the chain of roles.
const SYSTEM_GROUPS: &[SystemGroup] = &[
    SystemGroup {
        id: system::OWNERS,
        name: "role:owners",
        title: "Owners",
        description: "Owners of this organization",
        subgroup: None,
    },
    SystemGroup {
        id: system::ADMINISTRATORS,
        name: "role:administrators",
        title: "Administrators",
        description: "Administrators of this organization, including owners",
        subgroup: Some(system::OWNERS),
    },
    SystemGroup {
        id: system::MODERATORS,
        name: "role:moderators",
        title: "Moderators",
        description: "Moderators of this organization, including administrators",
        subgroup: Some(system::ADMINISTRATORS),
    },
    SystemGroup {
        id: system::FULL_MEMBERS,
        name: "role:fullmembers",
        title: "Full members",
        description: "Members of this organization, not including new accounts and guests",
        subgroup: Some(system::MODERATORS),
    },
    SystemGroup {
        id: system::MEMBERS,
        name: "role:members",
        title: "Members",
        description: "Members of this organization, not including guests",
        subgroup: Some(system::FULL_MEMBERS),
    },
    SystemGroup {
        id: system::EVERYONE,
        name: "role:everyone",
        title: "Everyone",
        description: "Everyone in this organization, including guests",
        subgroup: Some(system::MEMBERS),
    },
    SystemGroup {
        id: system::INTERNET,
        name: "role:internet",
        title: "Everyone on the internet",
        description: "Everyone on the Internet",
        subgroup: Some(system::EVERYONE),
    },
    SystemGroup { id: system::NOBODY, name: "role:nobody", title: "Nobody", description: "Nobody", subgroup: None },
];

/// The built-in group that has accounts of this role as direct members.
///
/// Members past the waiting period would be full members; the period is zero days, so all are in both.
#[must_use]
pub fn group_of_role(role: Role) -> GroupId {
    match role {
        Role::Owner => system::OWNERS,
        Role::Admin => system::ADMINISTRATORS,
        Role::Moderator => system::MODERATORS,
        Role::Member => system::MEMBERS,
        Role::Guest => system::EVERYONE,
    }
}

/// All built-in groups that have accounts of this role as direct members.
///
/// See [`group_of_role`]: every member is a full member, too.
#[must_use]
pub fn direct_groups_of_role(role: Role) -> &'static [GroupId] {
    match role {
        Role::Owner => &[system::OWNERS],
        Role::Admin => &[system::ADMINISTRATORS],
        Role::Moderator => &[system::MODERATORS],
        Role::Member => &[system::MEMBERS, system::FULL_MEMBERS],
        Role::Guest => &[system::EVERYONE],
    }
}

/// The built-in group of this name, with what people call it.
#[must_use]
pub fn find_by_name(name: &str) -> Option<(GroupId, &'static str)> {
    let found = SYSTEM_GROUPS.iter().find(|group| group.name == name)?;
    Some((found.id, found.title))
}

/// What people call a built-in group.
#[must_use]
pub fn title(group: GroupId) -> Option<&'static str> {
    SYSTEM_GROUPS.iter().find(|known| known.id == group).map(|known| known.title)
}

impl RealmState {
    /// Whether an active account belongs to a named group, directly or through subgroups.
    #[must_use]
    pub fn in_group(&self, user: &UserRow, group: GroupId) -> bool {
        let role = user.role;
        match group {
            system::OWNERS => role <= Role::Owner,
            system::ADMINISTRATORS => role <= Role::Admin,
            system::MODERATORS => role <= Role::Moderator,
            system::FULL_MEMBERS | system::MEMBERS => role <= Role::Member,
            system::EVERYONE | system::INTERNET => true,
            _ => false,
        }
    }

    /// Whether an active account is meant by a permission.
    #[must_use]
    pub fn in_setting(&self, user: &UserRow, setting: &GroupSetting) -> bool {
        match setting {
            GroupSetting::Named(group) => self.in_group(user, *group),
            GroupSetting::Anonymous { direct_members, direct_subgroups } => {
                direct_members.contains(&user.id) || direct_subgroups.iter().any(|group| self.in_group(user, *group))
            }
        }
    }

    /// Whether a group with this id exists.
    #[must_use]
    pub fn group_exists(&self, group: GroupId) -> bool {
        SYSTEM_GROUPS.iter().any(|known| known.id == group)
    }

    /// The groups as the initial state lists them, by id.
    #[must_use]
    pub fn list_groups(&self) -> Vec<UserGroup> {
        SYSTEM_GROUPS.iter().map(|group| self.system_group(group)).collect()
    }

    fn system_group(&self, group: &SystemGroup) -> UserGroup {
        let nobody = || GroupSetting::Named(system::NOBODY);
        let is_member = |user: &UserRow| user.is_active && direct_groups_of_role(user.role).contains(&group.id);
        let members: Vec<UserId> = self.users.iter().filter(|user| is_member(user)).map(|user| user.id).collect();
        UserGroup {
            id: group.id,
            name: group.name.to_owned(),
            description: group.description.to_owned(),
            date_created: None,
            creator_id: None,
            members,
            direct_subgroup_ids: group.subgroup.into_iter().collect(),
            is_system_group: true,
            can_add_members_group: nobody(),
            can_join_group: nobody(),
            can_leave_group: nobody(),
            can_manage_group: nobody(),
            can_mention_group: nobody(),
            can_remove_members_group: nobody(),
            deactivated: false,
        }
    }
}
