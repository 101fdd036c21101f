//! Pictures of users and of the organization.

use crate::endpoint;
use crate::endpoint::Done;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One's picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnAvatarResponse {
    /// Where it is now.
    pub avatar_url: String,
}

endpoint! {
    /// Makes the file in the form one's picture.
    UploadOwnAvatar: Post "/users/me/avatar", "upload-own-avatar", "users", auth Basic => OwnAvatarResponse,
        fails BadImage, takes picture;
    UploadOwnAvatarRequest {}
}

endpoint! {
    /// Removes one's picture. What is shown then is made by the server.
    DeleteOwnAvatar: Delete "/users/me/avatar", "delete-own-avatar", "users", auth Basic => OwnAvatarResponse;
    DeleteOwnAvatarRequest {}
}

/// The organization's picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmIconResponse {
    /// Where it is now.
    pub icon_url: String,
}

endpoint! {
    /// Makes the file in the form the organization's picture. For administrators.
    UploadRealmIcon: Post "/realm/icon", "upload-realm-icon", "server_and_organizations", auth Basic
        => RealmIconResponse, fails BadImage | UnauthorizedPrincipal, takes picture;
    UploadRealmIconRequest {}
}

endpoint! {
    /// Removes the organization's picture. What is shown then is made by the server. For administrators.
    DeleteRealmIcon: Delete "/realm/icon", "delete-realm-icon", "server_and_organizations", auth Basic
        => RealmIconResponse, fails UnauthorizedPrincipal;
    DeleteRealmIconRequest {}
}

endpoint! {
    /// Makes the file in the form the organization's logo, which is wider than its picture. For administrators.
    UploadRealmLogo: Post "/realm/logo", "upload-realm-logo", "server_and_organizations", auth Basic
        => Done, fails BadImage | UnauthorizedPrincipal, takes picture;
    UploadRealmLogoRequest {
        /// Whether it is the one for dark colors.
        night: bool = false,
    }
}

endpoint! {
    /// Removes the organization's logo. For administrators.
    DeleteRealmLogo: Delete "/realm/logo", "delete-realm-logo", "server_and_organizations", auth Basic
        => Done, fails UnauthorizedPrincipal;
    DeleteRealmLogoRequest {
        /// Whether it is the one for dark colors.
        night: bool = false,
    }
}
