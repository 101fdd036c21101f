//! Presence: who is there, and who was when.

use crate::endpoint;
use crate::user::Presence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::text_enum! {
    /// How much somebody is there.
    PresenceStatus {
        /// A client is open.
        Idle = "idle",
        /// A client is in use.
        Active = "active",
    }
}

/// One entry of the older description of a presence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientPresence {
    /// Always `website`; absent where one user alone is described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// `active` or `idle`.
    pub status: String,
    /// UNIX seconds.
    pub timestamp: i64,
    /// Whether a mobile device can be reached; always false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushable: Option<bool>,
}

/// The older description of a user: by client, and `aggregated` over all.
pub type LegacyUserPresence = BTreeMap<String, ClientPresence>;

/// Many users, in one of two forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Presences {
    /// By user id.
    Modern(BTreeMap<String, Presence>),
    /// By API address.
    Legacy(BTreeMap<String, LegacyUserPresence>),
}

/// Who is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdatePresenceResponse {
    /// What to ask with next time, to be told only of changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_last_update_id: Option<i64>,
    /// UNIX seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_timestamp: Option<f64>,
    /// The users; absent if one only reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presences: Option<Presences>,
}

endpoint! {
    /// Reports that one is there, and returns who else is.
    UpdatePresence: Post "/users/me/presence", "update-presence", "users", auth Basic => UpdatePresenceResponse;
    UpdatePresenceRequest {
        /// Whether a client is in use, or only open.
        status: PresenceStatus,
        /// Return only what is newer than an earlier answer; -1 for everything. Makes the answer the current form.
        last_update_id?: i64,
        /// How many days back the answer goes, if it is not for changes.
        history_limit_days: i64 = 14,
        /// Whether one did something since the last report. For statistics, which are not kept.
        new_user_input: bool = false,
        /// Only report.
        ping_only: bool = false,
        /// Deprecated: ask for the current form.
        slim_presence: bool = false,
    }
}

/// When one user was last there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserPresenceResponse {
    /// By client, and `aggregated` over all.
    pub presence: LegacyUserPresence,
}

endpoint! {
    /// Returns when one user was last there.
    GetUserPresence: Get "/users/{user_id_or_email}/presence", "get-user-presence", "users",
        auth Basic => UserPresenceResponse;
    GetUserPresenceRequest {
        /// Id or API address.
        user_id_or_email: String,
    }
}

/// When everybody was last there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmPresenceResponse {
    /// UNIX seconds.
    pub server_timestamp: f64,
    /// By API address.
    pub presences: Presences,
}

endpoint! {
    /// Returns when everybody was last there.
    GetPresence: Get "/realm/presence", "get-presence", "server_and_organizations", auth Basic => RealmPresenceResponse;
    GetPresenceRequest {}
}
