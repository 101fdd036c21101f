//! The server and its organization, as anyone may know them.

use crate::endpoint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a log-in page needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetServerSettingsResponse {
    /// Ways to log in, each with whether it is there.
    pub authentication_methods: BTreeMap<String, bool>,
    /// Ways to log in through other services; there are none.
    pub external_authentication_methods: Vec<serde_json::Value>,
    /// What the server understands.
    pub zulip_feature_level: u32,
    /// The version of the server it is compatible with.
    pub zulip_version: String,
    /// The same, without our own version.
    pub zulip_merge_base: String,
    /// Whether mobile notifications can be sent.
    pub push_notifications_enabled: bool,
    /// Whether the client that asks is too old.
    pub is_incompatible: bool,
    /// Whether one logs in with address and password.
    pub email_auth_enabled: bool,
    /// Whether the name to log in with is an address.
    pub require_email_format_usernames: bool,
    /// The older name of `realm_url`.
    pub realm_uri: String,
    /// Where clients reach the organization.
    pub realm_url: String,
    /// The organization's name.
    pub realm_name: String,
    /// Address of its picture.
    pub realm_icon: String,
    /// What it says of itself, as HTML.
    pub realm_description: String,
    /// Whether there are channels that can be read without an account.
    pub realm_web_public_access_enabled: bool,
}

endpoint! {
    /// Returns what a client needs to know before anybody has logged in.
    GetServerSettings: Get "/server_settings", "get-server-settings", "server_and_organizations", auth None
        => GetServerSettingsResponse;
    GetServerSettingsRequest {}
}
