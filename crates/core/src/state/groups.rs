//! User groups: the built-in ones, whose members follow from roles, and those that users made.
//!
//! Who is in a group is asked all the time: at every message, and for every user when something is told of a private
//! channel. So what a group comes to with all its subgroups is kept beside it ([`Reach`]), and made anew when the group,
//! or a group in it, changes. Built-in groups contain each other in a chain, so all built-in groups in a group
//! come down to one.

use crate::state::RealmState;
use crate::state::users::UserRow;
use imbl::{HashMap, OrdMap, OrdSet};
use roaring::RoaringBitmap;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::group::{GroupPermissions, GroupSetting, UserGroup};
use tidings_types::permission::Permission;
use tidings_types::realm::RealmSettings;
use tidings_types::user::Role;
use tidings_types::{GroupId, UserId};

pub use tidings_types::group::system;

/// A group that users made, as it is stored; who is in it is stored beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRow {
    /// Its id.
    pub id: GroupId,
    /// Unique without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// UNIX seconds.
    pub date_created: i64,
    /// Who made it; none if the account did not.
    pub creator: Option<UserId>,
    /// Out of use.
    pub deactivated: bool,
    /// Who may do what with it.
    pub permissions: GroupPermissions,
}

/// A group with who is in it.
#[derive(Clone, Debug)]
pub struct Group {
    /// What is told of it.
    pub row: Arc<GroupRow>,
    /// Direct members, those whose account is deactivated included.
    pub members: Arc<RoaringBitmap>,
    /// Direct subgroups; built-in ones are possible.
    pub subgroups: OrdSet<GroupId>,
    reach: Arc<Reach>,
}

impl Group {
    /// Whether everybody of some role is in it.
    #[must_use]
    pub fn has_role(&self) -> bool {
        self.reach.system.is_some()
    }
}

/// What a group comes to, with everything in it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reach {
    users: RoaringBitmap,
    /// The largest built-in group in it.
    system: Option<GroupId>,
}

/// The groups that users made.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    rows: OrdMap<GroupId, Group>,
    by_name: HashMap<String, GroupId>,
}

impl Groups {
    /// The group with this id, if users made it.
    #[must_use]
    pub fn get(&self, id: GroupId) -> Option<&Group> {
        self.rows.get(&id)
    }

    /// All of them, by id, those out of use included.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.rows.values()
    }

    /// The group with this name, without regard to case.
    #[must_use]
    pub fn find_by_name(&self, name: &str) -> Option<&Group> {
        self.by_name.get(&name.to_lowercase()).and_then(|id| self.rows.get(id))
    }

    /// How many there are, those out of use included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The id the next group gets.
    #[must_use]
    pub fn next_id(&self) -> GroupId {
        self.rows.get_max().map_or(system::FIRST_CUSTOM, |(id, _)| GroupId(id.0 + 1))
    }

    /// Who is in a group now and was not `before`, or the other way round; nobody else is in, or out of, a group around it
    /// for that. None if that may be everybody of some role.
    #[must_use]
    pub fn who_differs(&self, before: &Groups, group: GroupId) -> Option<RoaringBitmap> {
        let (was, is) = (&before.get(group)?.reach, &self.get(group)?.reach);
        (was.system == is.system).then(|| &was.users ^ &is.users)
    }

    /// The groups that a user is a direct member of, by id.
    pub fn of_user(&self, user: UserId) -> impl Iterator<Item = GroupId> {
        self.rows.values().filter(move |group| group.members.contains(user.0)).map(|group| group.row.id)
    }

    /// The group and all groups that it is in, however deep.
    #[must_use]
    pub fn with_supergroups(&self, group: GroupId) -> BTreeSet<GroupId> {
        let mut found = BTreeSet::from([group]);
        let mut wave = vec![group];
        while let Some(inner) = wave.pop() {
            for outer in self.rows.values().filter(|outer| outer.subgroups.contains(&inner)) {
                if found.insert(outer.row.id) {
                    wave.push(outer.row.id);
                }
            }
        }
        found
    }

    /// All groups in a group, however deep, built-in ones included, but without itself.
    #[must_use]
    pub fn all_subgroups(&self, group: GroupId) -> BTreeSet<GroupId> {
        let mut found = BTreeSet::new();
        let mut wave = vec![group];
        while let Some(outer) = wave.pop() {
            for inner in self.direct_subgroups(outer) {
                if found.insert(inner) {
                    wave.push(inner);
                }
            }
        }
        found
    }

    /// The groups directly in a group, by id.
    #[must_use]
    pub fn direct_subgroups(&self, group: GroupId) -> Vec<GroupId> {
        match self.rows.get(&group) {
            Some(group) => group.subgroups.iter().copied().collect(),
            None => system_subgroup(group).into_iter().collect(),
        }
    }

    pub(super) fn put(&mut self, row: &Arc<GroupRow>) {
        if let Some(before) = self.rows.get(&row.id) {
            self.by_name.remove(&before.row.name.to_lowercase());
        }
        self.by_name.insert(row.name.to_lowercase(), row.id);
        match self.rows.get_mut(&row.id) {
            Some(group) => group.row = Arc::clone(row),
            None => {
                let (members, subgroups, reach) = (Arc::default(), OrdSet::new(), Arc::default());
                self.rows.insert(row.id, Group { row: Arc::clone(row), members, subgroups, reach });
            }
        }
    }

    pub(super) fn change_members(&mut self, group: GroupId, users: &[UserId], add: bool) {
        if let Some(known) = self.rows.get_mut(&group) {
            let members = Arc::make_mut(&mut known.members);
            for user in users {
                if add {
                    members.insert(user.0);
                } else {
                    members.remove(user.0);
                }
            }
            self.reach_anew(group);
        }
    }

    pub(super) fn change_subgroups(&mut self, group: GroupId, subgroups: &[GroupId], add: bool) {
        if let Some(known) = self.rows.get_mut(&group) {
            for subgroup in subgroups {
                if add {
                    known.subgroups.insert(*subgroup);
                } else {
                    known.subgroups.remove(subgroup);
                }
            }
            self.reach_anew(group);
        }
    }

    /// Computes what a group comes to, and then the groups that it is directly in, as far as that makes a difference.
    fn reach_anew(&mut self, changed: GroupId) {
        let mut wave = vec![changed];
        while let Some(id) = wave.pop() {
            let Some(group) = self.rows.get(&id) else { continue };
            let mut reach = Reach { users: RoaringBitmap::clone(&group.members), system: None };
            for subgroup in &group.subgroups {
                match self.rows.get(subgroup) {
                    Some(inner) => {
                        reach.users |= &inner.reach.users;
                        reach.system = reach.system.max(inner.reach.system);
                    }
                    // By their ids, each contains those before it; nobody is in none.
                    None if *subgroup != system::NOBODY => reach.system = reach.system.max(Some(*subgroup)),
                    None => {}
                }
            }
            if *group.reach == reach {
                continue;
            }
            if let Some(group) = self.rows.get_mut(&id) {
                group.reach = Arc::new(reach);
            }
            wave.extend(self.rows.values().filter(|outer| outer.subgroups.contains(&id)).map(|outer| outer.row.id));
        }
    }
}

struct SystemGroup {
    id: GroupId,
    /// What people call it.
    title: &'static str,
    description: &'static str,
}

/// Each group contains the one before it in the chain of roles; the last stands alone.
const SYSTEM_GROUPS: &[SystemGroup] = &[
    SystemGroup { id: system::OWNERS, title: "Owners", description: "Owners of this organization" },
    SystemGroup {
        id: system::ADMINISTRATORS,
        title: "Administrators",
        description: "Administrators of this organization, including owners",
    },
    SystemGroup {
        id: system::MODERATORS,
        title: "Moderators",
        description: "Moderators of this organization, including administrators",
    },
    SystemGroup {
        id: system::FULL_MEMBERS,
        title: "Full members",
        description: "Members of this organization, not including new accounts and guests",
    },
    SystemGroup {
        id: system::MEMBERS,
        title: "Members",
        description: "Members of this organization, not including guests",
    },
    SystemGroup {
        id: system::EVERYONE,
        title: "Everyone",
        description: "Everyone in this organization, including guests",
    },
    SystemGroup { id: system::INTERNET, title: "Everyone on the internet", description: "Everyone on the Internet" },
    SystemGroup { id: system::NOBODY, title: "Nobody", description: "Nobody" },
];

/// The group directly in a built-in group.
fn system_subgroup(group: GroupId) -> Option<GroupId> {
    let chain = system::OWNERS.0 + 1..=system::INTERNET.0;
    chain.contains(&group.0).then(|| GroupId(group.0 - 1))
}

/// The built-in group of this name, with what people call it.
#[must_use]
pub fn find_by_name(name: &str) -> Option<(GroupId, &'static str)> {
    let id = system::NAMES.iter().find(|(_, known)| *known == name)?.0;
    Some((id, title(id)?))
}

/// What people call a built-in group.
#[must_use]
pub fn title(group: GroupId) -> Option<&'static str> {
    SYSTEM_GROUPS.iter().find(|known| known.id == group).map(|known| known.title)
}

impl RealmState {
    /// Whether an account of a member has been one for as long as the organization wants. Those with other roles count as
    /// if they had.
    #[must_use]
    pub fn is_full_member(&self, user: &UserRow) -> bool {
        let realm = &self.realm;
        let has_waited = || realm.settings.waiting_period_threshold == 0 || user.date_joined <= realm.settled_until;
        user.role <= Role::Moderator || (user.role == Role::Member && has_waited())
    }

    /// The built-in groups that an account is a direct member of.
    #[must_use]
    pub fn direct_system_groups(&self, user: &UserRow) -> &'static [GroupId] {
        match user.role {
            Role::Owner => &[system::OWNERS],
            Role::Admin => &[system::ADMINISTRATORS],
            Role::Moderator => &[system::MODERATORS],
            Role::Member if self.is_full_member(user) => &[system::MEMBERS, system::FULL_MEMBERS],
            Role::Member => &[system::MEMBERS],
            Role::Guest => &[system::EVERYONE],
        }
    }

    /// Whether an active account belongs to a named group, directly or through subgroups.
    #[must_use]
    pub fn in_group(&self, user: &UserRow, group: GroupId) -> bool {
        let role = user.role;
        match group {
            system::OWNERS => role <= Role::Owner,
            system::ADMINISTRATORS => role <= Role::Admin,
            system::MODERATORS => role <= Role::Moderator,
            system::FULL_MEMBERS => self.is_full_member(user),
            system::MEMBERS => role <= Role::Member,
            system::EVERYONE | system::INTERNET => true,
            system::NOBODY => false,
            _ => self.groups.get(group).is_some_and(|group| {
                group.reach.users.contains(user.id.0)
                    || group.reach.system.is_some_and(|system| self.in_group(user, system))
            }),
        }
    }

    /// Whether an active account is meant by the value of a permission.
    #[must_use]
    pub fn in_setting(&self, user: &UserRow, setting: &GroupSetting) -> bool {
        let (members, groups) = setting.parts();
        // Members are ascending.
        members.binary_search(&user.id).is_ok() || groups.iter().any(|group| self.in_group(user, *group))
    }

    /// Whether an active account has a permission in a channel or a group.
    #[must_use]
    pub fn has<T>(&self, user: &UserRow, permission: &Permission<T>, owner: &T) -> bool {
        (permission.rule.allows_guests || !user.is_guest()) && self.in_setting(user, (permission.of)(owner))
    }

    /// Whether an active account has a permission in the organization.
    #[must_use]
    pub fn may(&self, user: &UserRow, permission: &Permission<RealmSettings>) -> bool {
        self.has(user, permission, &self.realm.settings)
    }

    /// The value of a permission as it is shown: without users whose accounts are deactivated. They have it again when
    /// they are back.
    #[must_use]
    pub fn shown_setting(&self, setting: &GroupSetting) -> GroupSetting {
        let mut shown = setting.clone();
        self.leave_out_inactive(&mut shown);
        shown
    }

    /// See [`RealmState::shown_setting`].
    pub(crate) fn leave_out_inactive(&self, setting: &mut GroupSetting) {
        if let GroupSetting::Anonymous { direct_members, .. } = setting {
            direct_members.retain(|user| self.active_user(*user).is_some());
        }
    }

    /// Whether a group with this id exists.
    #[must_use]
    pub fn group_exists(&self, group: GroupId) -> bool {
        system::name(group).is_some() || self.groups.get(group).is_some()
    }

    /// What people call a group.
    #[must_use]
    pub fn group_name(&self, group: GroupId) -> Option<&str> {
        title(group).or_else(|| self.groups.get(group).map(|group| group.row.name.as_str()))
    }

    /// Active accounts in a group, ascending; with `direct`, without those in subgroups only.
    #[must_use]
    pub fn group_members(&self, group: GroupId, direct: bool) -> Vec<UserId> {
        if let Some(known) = self.groups.get(group).filter(|known| direct || known.reach.system.is_none()) {
            let users = if direct { &*known.members } else { &known.reach.users };
            return users.iter().map(UserId).filter(|id| self.active_user(*id).is_some()).collect();
        }
        let is_in = |user: &UserRow| match self.groups.get(group) {
            None if direct => self.direct_system_groups(user).contains(&group),
            _ => self.in_group(user, group),
        };
        self.users.iter().filter(|user| user.is_active && is_in(user)).map(|user| user.id).collect()
    }

    /// The groups as they are listed, by id; those out of use too, if `deactivated`.
    #[must_use]
    pub fn list_groups(&self, deactivated: bool) -> Vec<UserGroup> {
        let shown = self.groups.iter().filter(|group| deactivated || !group.row.deactivated);
        SYSTEM_GROUPS
            .iter()
            .map(|group| self.system_group(group))
            .chain(shown.map(|group| self.group_view(group)))
            .collect()
    }

    /// A group as it is shown.
    #[must_use]
    pub fn group_view(&self, group: &Group) -> UserGroup {
        let row = &group.row;
        let is_active = |id: &UserId| self.active_user(*id).is_some();
        let mut permissions = row.permissions.clone();
        permissions.for_each_mut(|setting| self.leave_out_inactive(setting));
        UserGroup {
            id: row.id,
            name: row.name.clone(),
            description: row.description.clone(),
            date_created: Some(row.date_created),
            creator_id: row.creator,
            members: group.members.iter().map(UserId).filter(is_active).collect(),
            direct_subgroup_ids: group.subgroups.iter().copied().collect(),
            is_system_group: false,
            permissions,
            deactivated: row.deactivated,
        }
    }

    fn system_group(&self, group: &SystemGroup) -> UserGroup {
        let nobody = || GroupSetting::Named(system::NOBODY);
        UserGroup {
            id: group.id,
            name: system::name(group.id).unwrap_or_default().to_owned(),
            description: group.description.to_owned(),
            date_created: None,
            creator_id: None,
            members: self.group_members(group.id, true),
            direct_subgroup_ids: system_subgroup(group.id).into_iter().collect(),
            is_system_group: true,
            permissions: GroupPermissions {
                can_add_members_group: nobody(),
                can_join_group: nobody(),
                can_leave_group: nobody(),
                can_manage_group: nobody(),
                can_mention_group: nobody(),
                can_remove_members_group: nobody(),
            },
            deactivated: false,
        }
    }
}

#[cfg(test)]
mod tests;
