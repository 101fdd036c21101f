//! User groups and group-setting values.

use crate::error::ApiError;
use crate::ids::{ChannelId, GroupId, UserId};
use crate::params::FromJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Ids of the built-in groups; the same in every realm.
#[allow(missing_docs, reason = "the names are those of the roles")]
pub mod system {
    use crate::ids::GroupId;

    pub const OWNERS: GroupId = GroupId(1);
    pub const ADMINISTRATORS: GroupId = GroupId(2);
    pub const MODERATORS: GroupId = GroupId(3);
    pub const FULL_MEMBERS: GroupId = GroupId(4);
    pub const MEMBERS: GroupId = GroupId(5);
    pub const EVERYONE: GroupId = GroupId(6);
    pub const INTERNET: GroupId = GroupId(7);
    pub const NOBODY: GroupId = GroupId(8);
    /// Ids of groups that users create start here.
    pub const FIRST_CUSTOM: GroupId = GroupId(100);

    /// Their names on the wire, by id. Each but the last contains those before it.
    pub const NAMES: [(GroupId, &str); 8] = [
        (OWNERS, "role:owners"),
        (ADMINISTRATORS, "role:administrators"),
        (MODERATORS, "role:moderators"),
        (FULL_MEMBERS, "role:fullmembers"),
        (MEMBERS, "role:members"),
        (EVERYONE, "role:everyone"),
        (INTERNET, "role:internet"),
        (NOBODY, "role:nobody"),
    ];

    /// The name of a built-in group.
    #[must_use]
    pub fn name(group: GroupId) -> Option<&'static str> {
        NAMES.iter().find(|(id, _)| *id == group).map(|(_, name)| *name)
    }
}

/// Who a permission is given to: a named group, or members and groups listed in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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

impl GroupSetting {
    /// The users and the groups that are named in it.
    #[must_use]
    pub fn parts(&self) -> (&[UserId], &[GroupId]) {
        match self {
            GroupSetting::Named(group) => (&[], std::slice::from_ref(group)),
            GroupSetting::Anonymous { direct_members, direct_subgroups } => (direct_members, direct_subgroups),
        }
    }

    /// The same in the form in which requests are read: one group alone is that group, and who is nobody is the group of
    /// nobody.
    #[must_use]
    pub fn normal(self) -> Self {
        match self.parts() {
            ([], [one]) => GroupSetting::Named(*one),
            ([], []) => GroupSetting::Named(system::NOBODY),
            _ => self,
        }
    }
}

impl From<GroupId> for GroupSetting {
    fn from(group: GroupId) -> Self {
        GroupSetting::Named(group)
    }
}

impl FromJson for GroupSetting {
    /// The id of a group, or an object with both lists. Lists are sorted; one group alone is that group, and who is
    /// nobody is the group of nobody.
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        if value.is_number() {
            return GroupId::from_json(path, value).map(GroupSetting::Named);
        }
        let fields = value.as_object().ok_or_else(|| ApiError::bad_request(format!("{path} is not a dict")))?;
        let list = |name: &str| fields.get(name).unwrap_or(&Value::Null);
        let path_of = |name: &str| format!("{path}[\"{name}\"]");
        let mut members = Vec::<UserId>::from_json(&path_of("direct_members"), list("direct_members"))?;
        let mut groups = Vec::<GroupId>::from_json(&path_of("direct_subgroups"), list("direct_subgroups"))?;
        members.sort_unstable();
        members.dedup();
        groups.sort_unstable();
        groups.dedup();
        Ok(GroupSetting::Anonymous { direct_members: members, direct_subgroups: groups }.normal())
    }

    fn to_json(&self) -> Value {
        match self {
            GroupSetting::Named(group) => group.to_json(),
            GroupSetting::Anonymous { direct_members, direct_subgroups } => {
                serde_json::json!({ "direct_members": direct_members, "direct_subgroups": direct_subgroups })
            }
        }
    }
}

/// A new value for a permission, and the one it replaces, so that two who change it at once do not overwrite each
/// other.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct GroupSettingUpdate {
    /// From now on.
    pub new: GroupSetting,
    /// What the client believes it to be; not checked if absent.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub old: Option<GroupSetting>,
}

impl FromJson for GroupSettingUpdate {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fields = value.as_object().ok_or_else(|| ApiError::bad_request(format!("{path} is not a dict")))?;
        let missing = || ApiError::bad_request(format!("{path}[\"new\"] is missing"));
        let new = GroupSetting::from_json(&format!("{path}[\"new\"]"), fields.get("new").ok_or_else(missing)?)?;
        let old = fields.get("old").unwrap_or(&Value::Null);
        Ok(GroupSettingUpdate { new, old: Option::from_json(&format!("{path}[\"old\"]"), old)? })
    }

    fn to_json(&self) -> Value {
        let mut fields = serde_json::Map::from_iter([("new".to_owned(), self.new.to_json())]);
        fields.extend(self.old.iter().map(|old| ("old".to_owned(), old.to_json())));
        Value::Object(fields)
    }
}

crate::permission::permission_settings! {
    /// Who may do what with a user group.
    GroupPermissions by group:
    /// May add members.
    can_add_members_group,
    /// May join.
    can_join_group,
    /// May leave.
    can_leave_group,
    /// May manage it: change it, and all that the other permissions are for.
    can_manage_group,
    /// May mention it.
    can_mention_group,
    /// May remove members.
    can_remove_members_group,
}

/// A user group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Who may do what with it.
    #[serde(flatten)]
    pub permissions: GroupPermissions,
    /// Whether it is out of use.
    pub deactivated: bool,
}

/// Why a group cannot be deactivated: what depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Objection {
    /// `subgroup`, `channel`, `user_group` or `realm`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The groups it is a direct part of; only of the type `subgroup`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub supergroup_ids: Vec<GroupId>,
    /// The channel whose permissions name it; only of the type `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// The group whose permissions name it; only of the type `user_group`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The permissions that name it; of all types but `subgroup`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub settings: Vec<&'static str>,
}
