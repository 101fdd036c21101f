//! Groups of users.

use crate::http::pipeline::Ctx;
use tidings_core::commands::user_groups::members::{Membership, update_members};
use tidings_core::commands::user_groups::{self, GroupPatch, NewGroup, check_may_read};
use tidings_core::commands::users::check_is_member;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::user_groups::{
    CreateUserGroupRequest, CreateUserGroupResponse, DeactivateUserGroupRequest, GetIsUserGroupMemberRequest,
    GetIsUserGroupMemberResponse, GetUserGroupMembersRequest, GetUserGroupMembersResponse,
    GetUserGroupSubgroupsRequest, GetUserGroupSubgroupsResponse, GetUserGroupsRequest, GetUserGroupsResponse,
    UpdateUserGroupMembersRequest, UpdateUserGroupRequest, UpdateUserGroupSubgroupsRequest,
};
use tidings_types::{ApiError, GroupId};

/// The permissions that a request names.
macro_rules! permissions {
    ($request:ident) => {
        [
            ("can_add_members_group", $request.can_add_members_group),
            ("can_join_group", $request.can_join_group),
            ("can_leave_group", $request.can_leave_group),
            ("can_manage_group", $request.can_manage_group),
            ("can_mention_group", $request.can_mention_group),
            ("can_remove_members_group", $request.can_remove_members_group),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.0)))
        .collect()
    };
}

/// `POST /user_groups/create`.
pub async fn create_user_group(ctx: Ctx, request: CreateUserGroupRequest) -> Result<CreateUserGroupResponse, ApiError> {
    let new = NewGroup {
        name: request.name,
        description: request.description,
        members: request.members,
        subgroups: request.subgroups.unwrap_or_default(),
        permissions: permissions!(request),
    };
    let actor = ctx.user.id;
    let group_id = ctx.app.realm.run(move |tx| user_groups::create(tx, actor, new)).await?;
    Ok(CreateUserGroupResponse { group_id })
}

/// `PATCH /user_groups/{user_group_id}`.
pub async fn update_user_group(ctx: Ctx, request: UpdateUserGroupRequest) -> Result<Done, ApiError> {
    let (actor, id) = (ctx.user.id, request.user_group_id);
    let patch = GroupPatch {
        name: request.name,
        description: request.description,
        permissions: permissions!(request),
        reactivate: request.deactivated == Some(false),
    };
    let says_nothing = patch.name.is_none() && patch.description.is_none() && patch.permissions.is_empty();
    if says_nothing && request.deactivated.is_none() {
        return Err(ApiError::bad_request("No new data supplied"));
    }
    ctx.app.realm.run(move |tx| user_groups::update(tx, actor, id, &patch)).await?;
    Ok(Done {})
}

/// `POST /user_groups/{user_group_id}/deactivate`, `DELETE /user_groups/{user_group_id}`.
pub async fn deactivate_user_group(ctx: Ctx, request: DeactivateUserGroupRequest) -> Result<Done, ApiError> {
    let (actor, id) = (ctx.user.id, request.user_group_id);
    ctx.app.realm.run(move |tx| user_groups::deactivate::deactivate(tx, actor, id)).await?;
    Ok(Done {})
}

/// `GET /user_groups`.
pub async fn get_user_groups(ctx: Ctx, request: GetUserGroupsRequest) -> Result<GetUserGroupsResponse, ApiError> {
    check_is_member(&ctx.user)?;
    Ok(GetUserGroupsResponse { user_groups: ctx.app.realm.state().list_groups(request.include_deactivated_groups) })
}

/// `GET /user_groups/{user_group_id}/members`.
pub async fn get_user_group_members(
    ctx: Ctx,
    request: GetUserGroupMembersRequest,
) -> Result<GetUserGroupMembersResponse, ApiError> {
    let state = ctx.app.realm.state();
    check_may_read(&state, &ctx.user, request.user_group_id)?;
    Ok(GetUserGroupMembersResponse { members: state.group_members(request.user_group_id, request.direct_member_only) })
}

/// `POST /user_groups/{user_group_id}/members`.
pub async fn update_user_group_members(ctx: Ctx, request: UpdateUserGroupMembersRequest) -> Result<Done, ApiError> {
    let wanted = Membership {
        add: request.add.unwrap_or_default(),
        delete: request.delete.unwrap_or_default(),
        add_subgroups: request.add_subgroups.unwrap_or_default(),
        delete_subgroups: request.delete_subgroups.unwrap_or_default(),
    };
    change_members(ctx, request.user_group_id, wanted).await
}

/// `GET /user_groups/{user_group_id}/members/{user_id}`.
pub async fn get_is_user_group_member(
    ctx: Ctx,
    request: GetIsUserGroupMemberRequest,
) -> Result<GetIsUserGroupMemberResponse, ApiError> {
    let (state, group) = (ctx.app.realm.state(), request.user_group_id);
    check_may_read(&state, &ctx.user, group)?;
    let user = state.access_user(&ctx.user, request.user_id)?;
    let is_user_group_member = user.is_active
        && if request.direct_member_only {
            state.group_members(group, true).contains(&user.id)
        } else {
            state.in_group(user, group)
        };
    Ok(GetIsUserGroupMemberResponse { is_user_group_member })
}

/// `GET /user_groups/{user_group_id}/subgroups`.
pub async fn get_user_group_subgroups(
    ctx: Ctx,
    request: GetUserGroupSubgroupsRequest,
) -> Result<GetUserGroupSubgroupsResponse, ApiError> {
    let state = ctx.app.realm.state();
    check_may_read(&state, &ctx.user, request.user_group_id)?;
    let subgroups = if request.direct_subgroup_only {
        state.groups.direct_subgroups(request.user_group_id)
    } else {
        state.groups.all_subgroups(request.user_group_id).into_iter().collect()
    };
    Ok(GetUserGroupSubgroupsResponse { subgroups })
}

/// `POST /user_groups/{user_group_id}/subgroups`.
pub async fn update_user_group_subgroups(ctx: Ctx, request: UpdateUserGroupSubgroupsRequest) -> Result<Done, ApiError> {
    let (add_subgroups, delete_subgroups) = (request.add.unwrap_or_default(), request.delete.unwrap_or_default());
    let wanted = Membership { add_subgroups, delete_subgroups, ..Membership::default() };
    change_members(ctx, request.user_group_id, wanted).await
}

async fn change_members(ctx: Ctx, group: GroupId, wanted: Membership) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| update_members(tx, actor, group, &wanted)).await?;
    Ok(Done {})
}
