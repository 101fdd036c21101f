//! Fields that an organization adds to profiles, and their values.

use super::organization::AddedResponse;
use crate::endpoint;
use crate::endpoint::Done;
use crate::params::Json;
use crate::profile::{FieldData, NewFieldValue, ProfileField};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fields in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetCustomProfileFieldsResponse {
    /// In their order.
    pub custom_fields: Vec<ProfileField>,
}

endpoint! {
    /// Returns the fields that the organization added to profiles.
    GetCustomProfileFields: Get "/realm/profile_fields", "get-custom-profile-fields", "server_and_organizations",
        auth Basic => GetCustomProfileFieldsResponse;
    GetCustomProfileFieldsRequest {}
}

endpoint! {
    /// Adds a field to profiles, to be shown after the others. For administrators.
    CreateCustomProfileField: Post "/realm/profile_fields", "create-custom-profile-field", "server_and_organizations",
        auth Basic => AddedResponse, fails UnauthorizedPrincipal;
    CreateCustomProfileFieldRequest {
        /// What it is called, at most 40 characters; fields for accounts at services that the server knows have a name.
        name?: String,
        /// What helps to fill it in, at most 80 characters.
        hint?: String,
        /// What values it has: 1 short text, 2 long text, 3 one of several, 4 date, 5 link, 6 users, 7 account
        /// elsewhere, 8 pronouns.
        field_type: i64,
        /// For kind 3 the choices by their keys, each with `text` and `order`. For kind 7 the `subtype`: one of
        /// `realm_default_external_accounts`, or `custom` with a `url_pattern`.
        field_data?: Json<FieldData>,
        /// Show it where only little of a profile is; at most two fields are, none of kinds 2 and 6.
        display_in_profile_summary: bool = false,
        /// Users are asked to fill it in.
        required: bool = false,
        /// Users may change their own value.
        editable_by_user: bool = true,
    }
}

endpoint! {
    /// Says in which order fields are shown. For administrators.
    ReorderCustomProfileFields: Patch "/realm/profile_fields", "reorder-custom-profile-fields",
        "server_and_organizations", auth Basic => Done, fails UnauthorizedPrincipal;
    ReorderCustomProfileFieldsRequest {
        /// The ids of all fields, each once.
        order: Vec<u32>,
    }
}

endpoint! {
    /// Changes a field; its kind stays. Who had a choice that is gone has none. For administrators.
    UpdateCustomProfileField: Patch "/realm/profile_fields/{field_id}", "update-custom-profile-field",
        "server_and_organizations", auth Basic => Done, fails UnauthorizedPrincipal;
    UpdateCustomProfileFieldRequest {
        /// Which.
        field_id: u32,
        /// What it is called, at most 40 characters.
        name?: String,
        /// What helps to fill it in, at most 80 characters.
        hint?: String,
        /// As when it was created.
        field_data?: Json<FieldData>,
        /// Show it where only little of a profile is.
        display_in_profile_summary?: bool,
        /// Users are asked to fill it in.
        required?: bool,
        /// Users may change their own value.
        editable_by_user?: bool,
    }
}

endpoint! {
    /// Removes a field, with everybody's values. For administrators.
    DeleteCustomProfileField: Delete "/realm/profile_fields/{field_id}", "delete-custom-profile-field",
        "server_and_organizations", auth Basic => Done, fails UnauthorizedPrincipal;
    DeleteCustomProfileFieldRequest {
        /// Which.
        field_id: u32,
    }
}

endpoint! {
    /// Fills in one's own profile.
    UpdateProfileData: Patch "/users/me/profile_data", "update-profile-data", "users", auth Basic => Done;
    UpdateProfileDataRequest {
        /// Values by field; the rest stays.
        data: Vec<NewFieldValue>,
    }
}

endpoint! {
    /// Removes values from one's own profile.
    RemoveProfileData: Delete "/users/me/profile_data", "remove-profile-data", "users", auth Basic => Done;
    RemoveProfileDataRequest {
        /// The ids of fields.
        data: Vec<u32>,
    }
}
