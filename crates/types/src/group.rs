//! User groups and group-setting values.

use crate::ids::{GroupId, UserId};
use serde::{Deserialize, Serialize};

/// Who a permission is given to: a named group, or members and groups listed in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum GroupSetting {
    /// A named group.
    Named(GroupId),
    /// Members and groups without a name of their own.
    Anonymous {
        /// Users, ascending.
        direct_members: Vec<UserId>,
        /// Groups, ascending.
        direct_subgroups: Vec<GroupId>,
    },
}

/// A user group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Its id.
    pub id: GroupId,
    /// Unique name; built-in groups start with `role:`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// UNIX seconds; null for built-in groups.
    pub date_created: Option<i64>,
    /// Null for built-in groups.
    pub creator_id: Option<UserId>,
    /// Direct, active members, ascending.
    pub members: Vec<UserId>,
    /// Direct subgroups, ascending.
    pub direct_subgroup_ids: Vec<GroupId>,
    /// Whether it is built in.
    pub is_system_group: bool,
    /// Who may add members.
    pub can_add_members_group: GroupSetting,
    /// Who may join.
    pub can_join_group: GroupSetting,
    /// Who may leave.
    pub can_leave_group: GroupSetting,
    /// Who may manage it.
    pub can_manage_group: GroupSetting,
    /// Who may mention it.
    pub can_mention_group: GroupSetting,
    /// Who may remove members.
    pub can_remove_members_group: GroupSetting,
    /// Whether it is out of use.
    pub deactivated: bool,
}
