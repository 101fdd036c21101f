//! User groups: create, change, who is in them.

use crate::endpoint;
use crate::endpoint::Done;
use crate::group::{GroupSetting, GroupSettingUpdate, UserGroup};
use crate::ids::{GroupId, UserId};
use crate::params::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The group that was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateUserGroupResponse {
    /// Its id.
    pub group_id: GroupId,
}

endpoint! {
    /// Creates a group of users. For who is in `can_create_groups` of the organization.
    CreateUserGroup: Post "/user_groups/create", "create-user-group", "users", auth Basic => CreateUserGroupResponse;
    CreateUserGroupRequest {
        /// Its name, unique without regard to case. It cannot start with `@`, `role:`, `user:`, `stream:` or `channel:`.
        name: String,
        /// What it is for.
        description: String,
        /// Who is in it at first.
        members: Vec<UserId>,
        /// Which groups are in it at first.
        subgroups?: Vec<GroupId>,
        /// Who may add members; who creates it, by default.
        can_add_members_group?: Json<GroupSetting>,
        /// Who may join; nobody, by default.
        can_join_group?: Json<GroupSetting>,
        /// Who may leave; everybody, by default.
        can_leave_group?: Json<GroupSetting>,
        /// Who may manage it; who creates it, by default.
        can_manage_group?: Json<GroupSetting>,
        /// Who may mention it; everybody, by default.
        can_mention_group?: Json<GroupSetting>,
        /// Who may remove members; only who may manage it, by default.
        can_remove_members_group?: Json<GroupSetting>,
    }
}

endpoint! {
    /// Changes a group, or takes one into use again. For who may manage it.
    UpdateUserGroup: Patch "/user_groups/{user_group_id}", "update-user-group", "users", auth Basic => Done,
        fails SettingMismatch;
    UpdateUserGroupRequest {
        /// The group.
        user_group_id: GroupId,
        /// Its new name.
        name?: String,
        /// What it is for.
        description?: String,
        /// Who may add members.
        can_add_members_group?: Json<GroupSettingUpdate>,
        /// Who may join.
        can_join_group?: Json<GroupSettingUpdate>,
        /// Who may leave.
        can_leave_group?: Json<GroupSettingUpdate>,
        /// Who may manage it.
        can_manage_group?: Json<GroupSettingUpdate>,
        /// Who may mention it.
        can_mention_group?: Json<GroupSettingUpdate>,
        /// Who may remove members.
        can_remove_members_group?: Json<GroupSettingUpdate>,
        /// False to take a group into use again; true changes nothing.
        deactivated?: bool,
    }
}

endpoint! {
    /// Takes a group out of use: it cannot be mentioned any more, nor be given permissions. For who may manage it.
    DeactivateUserGroup: Post "/user_groups/{user_group_id}/deactivate", "deactivate-user-group", "users", auth Basic
        => Done, fails GroupInUse;
    DeactivateUserGroupRequest {
        /// The group.
        user_group_id: GroupId,
    }
}

endpoint! {
    /// Deprecated: takes a group out of use, as `deactivate-user-group` does.
    RemoveUserGroup: Delete "/user_groups/{user_group_id}", "remove-user-group", "users", auth Basic,
        DeactivateUserGroupRequest => Done, fails GroupInUse
}

/// The groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetUserGroupsResponse {
    /// By id.
    pub user_groups: Vec<UserGroup>,
}

endpoint! {
    /// Returns all groups, the built-in ones included. For members, not for guests.
    GetUserGroups: Get "/user_groups", "get-user-groups", "users", auth Basic => GetUserGroupsResponse;
    GetUserGroupsRequest {
        /// Include those that are out of use.
        include_deactivated_groups: bool = false,
    }
}

/// Who is in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetUserGroupMembersResponse {
    /// Active accounts, ascending.
    pub members: Vec<UserId>,
}

endpoint! {
    /// Returns who is in a group. For members, not for guests.
    GetUserGroupMembers: Get "/user_groups/{user_group_id}/members", "get-user-group-members", "users", auth Basic
        => GetUserGroupMembersResponse;
    GetUserGroupMembersRequest {
        /// The group.
        user_group_id: GroupId,
        /// Leave out who is in it only because they are in a subgroup.
        direct_member_only: bool = false,
    }
}

endpoint! {
    /// Adds users and groups to a group, and removes others. All that is asked for is done, or nothing.
    UpdateUserGroupMembers: Post "/user_groups/{user_group_id}/members", "update-user-group-members", "users",
        auth Basic => Done;
    UpdateUserGroupMembersRequest {
        /// The group.
        user_group_id: GroupId,
        /// Who is to leave.
        delete?: Vec<UserId>,
        /// Who is to join.
        add?: Vec<UserId>,
        /// Groups that are to leave.
        delete_subgroups?: Vec<GroupId>,
        /// Groups that are to join.
        add_subgroups?: Vec<GroupId>,
    }
}

/// Whether a user is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetIsUserGroupMemberResponse {
    /// Whether they are; of a deactivated account, false.
    pub is_user_group_member: bool,
}

endpoint! {
    /// Returns whether a user is in a group. For members, not for guests.
    GetIsUserGroupMember: Get "/user_groups/{user_group_id}/members/{user_id}", "get-is-user-group-member", "users",
        auth Basic => GetIsUserGroupMemberResponse;
    GetIsUserGroupMemberRequest {
        /// The group.
        user_group_id: GroupId,
        /// The user.
        user_id: UserId,
        /// Being in a subgroup does not count.
        direct_member_only: bool = false,
    }
}

/// Which groups are in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetUserGroupSubgroupsResponse {
    /// Ascending.
    pub subgroups: Vec<GroupId>,
}

endpoint! {
    /// Returns which groups are in a group. For members, not for guests.
    GetUserGroupSubgroups: Get "/user_groups/{user_group_id}/subgroups", "get-user-group-subgroups", "users",
        auth Basic => GetUserGroupSubgroupsResponse;
    GetUserGroupSubgroupsRequest {
        /// The group.
        user_group_id: GroupId,
        /// Leave out subgroups of subgroups.
        direct_subgroup_only: bool = false,
    }
}

endpoint! {
    /// Adds groups to a group, and removes others. All that is asked for is done, or nothing.
    UpdateUserGroupSubgroups: Post "/user_groups/{user_group_id}/subgroups", "update-user-group-subgroups", "users",
        auth Basic => Done;
    UpdateUserGroupSubgroupsRequest {
        /// The group.
        user_group_id: GroupId,
        /// Groups that are to leave.
        delete?: Vec<GroupId>,
        /// Groups that are to join.
        add?: Vec<GroupId>,
    }
}
