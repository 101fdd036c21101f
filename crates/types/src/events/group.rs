//! User groups.

use crate::group::{GroupSetting, UserGroup};
use crate::ids::GroupId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A new group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupAdd {
    /// The group.
    pub group: UserGroup,
}

/// Changed keys of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupUpdate {
    /// The group.
    pub group_id: GroupId,
    /// What changed; absent keys did not.
    pub data: GroupChange,
}

/// Changed keys of a group; absent ones did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupChange {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who may add members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_add_members_group: Option<GroupSetting>,
    /// Who may join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_join_group: Option<GroupSetting>,
    /// Who may leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_leave_group: Option<GroupSetting>,
    /// Who may manage it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_manage_group: Option<GroupSetting>,
    /// Who may mention it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_mention_group: Option<GroupSetting>,
    /// Who may remove members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub can_remove_members_group: Option<GroupSetting>,
    /// Whether it is out of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivated: Option<bool>,
}

/// Groups that became direct subgroups of another, or no longer are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupSubgroups {
    /// The group that has them.
    pub group_id: GroupId,
    /// Which groups.
    pub direct_subgroup_ids: Vec<GroupId>,
}

/// A group that is out of use, for clients that do not know what that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRemove {
    /// The group.
    pub group_id: GroupId,
}
