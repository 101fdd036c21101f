//! Accounts: read, create, change, deactivate.

use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::UserId;
use crate::profile::NewFieldValue;
use crate::user::{BotType, ProfileValue, Role, User};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetUsersResponse {
    /// By id.
    pub members: Vec<User>,
}

endpoint! {
    /// Returns all accounts that one may see, deactivated ones included.
    GetUsers: Get "/users", "get-users", "users", auth Spectators => GetUsersResponse;
    GetUsersRequest {
        /// Accepted, and of no effect: clients have nothing to compute, all pictures are here.
        client_gravatar: bool = true,
        /// Include custom profile fields.
        include_custom_profile_fields: bool = false,
        /// Only these accounts.
        user_ids?: Vec<UserId>,
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetUserResponse {
    /// The account.
    pub user: User,
}

endpoint! {
    /// Returns an account by its id or its address.
    GetUser: Get "/users/{user_id_or_email}", "get-user", "users", auth Basic => GetUserResponse;
    GetUserRequest {
        /// The id; or the real address, if one may see it, or the one made up for the API.
        user_id_or_email: String,
        /// Accepted, and of no effect: clients have nothing to compute, all pictures are here.
        client_gravatar: bool = true,
        /// Include custom profile fields.
        include_custom_profile_fields: bool = false,
    }
}

/// The account that asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetOwnUserResponse {
    /// Its id.
    pub user_id: UserId,
    /// The address used in the API.
    pub email: String,
    /// The real address.
    pub delivery_email: String,
    /// Display name.
    pub full_name: String,
    /// Address of its picture.
    pub avatar_url: String,
    /// Changes with the picture.
    pub avatar_version: u32,
    /// The role.
    pub role: Role,
    /// Role is owner.
    pub is_owner: bool,
    /// Role is administrator or owner.
    pub is_admin: bool,
    /// Role is guest.
    pub is_guest: bool,
    /// Whether a program uses the account.
    pub is_bot: bool,
    /// Absent for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_type: Option<BotType>,
    /// Absent for people and for bots nobody owns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_owner_id: Option<UserId>,
    /// True, or the request would not be answered.
    pub is_active: bool,
    /// IANA name, or empty.
    pub timezone: String,
    /// ISO 8601 date and time of sign-up.
    pub date_joined: String,
    /// Deprecated: the newest message the account received; -1 if none.
    pub max_message_id: i64,
    /// Custom profile fields by field id; absent for bots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_data: Option<BTreeMap<String, ProfileValue>>,
}

endpoint! {
    /// Returns the account that asks.
    GetOwnUser: Get "/users/me", "get-own-user", "users", auth Basic => GetOwnUserResponse;
    GetOwnUserRequest {}
}

/// The account that was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateUserResponse {
    /// Its id.
    pub user_id: UserId,
}

endpoint! {
    /// Creates an account, with the role of a member, subscribed to the default channels. For administrators.
    CreateUser: Post "/users", "create-user", "users", auth Basic => CreateUserResponse,
        fails UnauthorizedPrincipal;
    CreateUserRequest {
        /// The real address.
        email: String,
        /// What to log in with.
        password: String,
        /// Display name.
        full_name: String,
    }
}

endpoint! {
    /// Changes an account. For administrators, and for owners of bots.
    UpdateUser: Patch "/users/{user_id_or_email}", "update-user", "users", auth Basic => Done,
        fails UnauthorizedPrincipal;
    UpdateUserRequest {
        /// The id; or the real address, if one may see it, or the one made up for the API.
        user_id_or_email: String,
        /// The new display name.
        full_name?: String,
        /// The new role: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
        role?: i64,
        /// The new real address; for owners.
        new_email?: String,
        /// Values of custom profile fields; the rest stays.
        profile_data?: Vec<NewFieldValue>,
    }
}

endpoint! {
    /// Deactivates an account and the bots it owns: their keys stop working and their event queues end.
    /// For administrators.
    DeactivateUser: Delete "/users/{user_id_or_email}", "deactivate-user", "users", auth Basic => Done,
        fails UnauthorizedPrincipal;
    DeactivateUserRequest {
        /// The account's id.
        user_id_or_email: String,
    }
}

endpoint! {
    /// Deactivates the account that asks.
    DeactivateOwnUser: Delete "/users/me", "deactivate-own-user", "users", auth Basic => Done,
        fails CannotDeactivateLastUser;
    DeactivateOwnUserRequest {}
}

endpoint! {
    /// Makes a deactivated account usable again. For administrators, and for owners of bots.
    ReactivateUser: Post "/users/{user_id}/reactivate", "reactivate-user", "users", auth Basic => Done,
        fails UnauthorizedPrincipal;
    ReactivateUserRequest {
        /// The account.
        user_id: UserId,
    }
}
