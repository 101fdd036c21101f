//! Accounts.

use super::profile;
use crate::http::pipeline::Ctx;
use crate::{passwords, queues};
use std::collections::HashSet;
use std::sync::Arc;
use tidings_core::commands::Tx;
use tidings_core::commands::send::UserRefIn;
use tidings_core::commands::users::activity::{deactivate_own_user as deactivate_own, reactivate_user as reactivate};
use tidings_core::commands::users::create::{NewUser, check_may_create, create_user as create};
use tidings_core::commands::users::update::{UserChanges, update_user as update};
use tidings_core::commands::users::{activity, find_user};
use tidings_core::state::RealmState;
use tidings_core::state::users::UserRow;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::users::{
    CreateUserRequest, CreateUserResponse, DeactivateOwnUserRequest, DeactivateUserRequest, GetOwnUserRequest,
    GetOwnUserResponse, GetUserRequest, GetUserResponse, GetUsersRequest, GetUsersResponse, ReactivateUserRequest,
    UpdateUserRequest,
};
use tidings_types::user::User;
use tidings_types::{ApiError, UserId};

/// What stands in a path is an id if it is a number, and an address otherwise.
fn named(id_or_email: &str) -> UserRefIn {
    id_or_email.parse().map_or_else(|_| UserRefIn::Email(id_or_email.to_owned()), UserRefIn::Id)
}

fn shown(state: &RealmState, viewer: &UserRow, user: &UserRow, profile_fields: bool) -> User {
    let view = state.user_view(viewer, user);
    let profile_data = view.profile_data.filter(|_| profile_fields);
    User { is_active: Some(user.is_active), profile_data, ..view }
}

/// `GET /users`.
pub async fn get_users(ctx: Ctx, request: GetUsersRequest) -> Result<GetUsersResponse, ApiError> {
    let profile_fields = request.include_custom_profile_fields && !ctx.user.is_spectator();
    let (state, viewer) = (ctx.app.realm.snapshot(), ctx.user);
    let ids: Option<HashSet<UserId>> = request.user_ids.map(HashSet::from_iter);
    let wanted = move |user: &UserRow| ids.as_ref().is_none_or(|ids| ids.contains(&user.id));
    // At ten thousand users this is milliseconds of work; it must not hold up the polls.
    let list = move || {
        let visible = state.users.iter().filter(|user| wanted(user) && state.can_see_user(&viewer, user));
        visible.map(|user| shown(&state, &viewer, user, profile_fields)).collect()
    };
    let members = tokio::task::spawn_blocking(list).await.map_err(|_| ApiError::Internal {})?;
    Ok(GetUsersResponse { members })
}

/// `GET /users/{user_id_or_email}`.
pub async fn get_user(ctx: Ctx, request: GetUserRequest) -> Result<GetUserResponse, ApiError> {
    let profile_fields = request.include_custom_profile_fields;
    let state = ctx.app.realm.state();
    let user = find_user(&state, &ctx.user, &named(&request.user_id_or_email))?;
    Ok(GetUserResponse { user: shown(&state, &ctx.user, &user, profile_fields) })
}

/// `GET /users/me`.
pub async fn get_own_user(ctx: Ctx, _request: GetOwnUserRequest) -> Result<GetOwnUserResponse, ApiError> {
    Ok(ctx.app.realm.state().own_user_view(&ctx.user))
}

/// `POST /users`.
pub async fn create_user(ctx: Ctx, request: CreateUserRequest) -> Result<CreateUserResponse, ApiError> {
    check_may_create(&ctx.user)?;
    passwords::check(&request.password)?;
    let password = passwords::hash(request.password).await?;
    let new = NewUser { email: request.email, full_name: request.full_name, password };
    let actor = ctx.user.id;
    let user_id = ctx.app.realm.run_rehearsed(move |tx| create(tx, actor, new.clone())).await?;
    Ok(CreateUserResponse { user_id })
}

/// `PATCH /users/{user_id_or_email}`.
pub async fn update_user(ctx: Ctx, request: UpdateUserRequest) -> Result<Done, ApiError> {
    let target = named(&request.user_id_or_email);
    let profile = profile::filled(&ctx, request.profile_data.unwrap_or_default())?;
    let changes =
        UserChanges { full_name: request.full_name, role: request.role, new_email: request.new_email, profile };
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| update(tx, actor, &target, changes)).await?;
    Ok(Done {})
}

/// `DELETE /users/{user_id_or_email}`.
pub async fn deactivate_user(ctx: Ctx, request: DeactivateUserRequest) -> Result<Done, ApiError> {
    let (actor, target) = (ctx.user.id, named(&request.user_id_or_email));
    deactivate(&ctx, move |tx| activity::deactivate_user(tx, actor, &target)).await
}

/// `DELETE /users/me`.
pub async fn deactivate_own_user(ctx: Ctx, _request: DeactivateOwnUserRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    deactivate(&ctx, move |tx| deactivate_own(tx, actor)).await
}

/// `POST /users/{user_id}/reactivate`.
pub async fn reactivate_user(ctx: Ctx, request: ReactivateUserRequest) -> Result<Done, ApiError> {
    let (actor, target) = (ctx.user.id, request.user_id);
    ctx.app.realm.run(move |tx| reactivate(tx, actor, target)).await?;
    Ok(Done {})
}

/// Runs a command that deactivates accounts, and ends their event queues with it.
pub(super) async fn deactivate(
    ctx: &Ctx,
    command: impl FnOnce(&mut Tx<'_>) -> Result<Vec<UserId>, ApiError> + Send + 'static,
) -> Result<Done, ApiError> {
    let realm = Arc::clone(&ctx.app.realm);
    let users = ctx.app.realm.run(move |tx| {
        let users = command(tx)?;
        queues::record_end(tx, &realm, &users);
        Ok(users)
    });
    for user in users.await? {
        ctx.app.realm.registry.remove_all(user);
    }
    Ok(Done {})
}
