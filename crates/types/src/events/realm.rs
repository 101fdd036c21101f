//! Changes of the organization and of the server.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Ends an idle poll, so that neither client nor router takes the connection for dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {}

/// The server was started anew; clients update what they know of its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Restart {
    pub zulip_version: String,
    pub zulip_merge_base: String,
    pub zulip_feature_level: u32,
    /// UNIX seconds of the start.
    pub server_generation: i64,
}

/// One setting of the realm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmUpdate {
    pub property: String,
    pub value: Value,
}
