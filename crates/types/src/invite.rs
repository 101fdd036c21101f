//! Invitations into an organization.

use crate::ids::UserId;
use crate::user::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An invitation that can still be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invite {
    /// Its id; none is given twice.
    pub id: u32,
    /// Who invites.
    pub invited_by_user_id: UserId,
    /// Since when, in UNIX seconds.
    pub invited: i64,
    /// Until when, in UNIX seconds; null for ever.
    pub expiry_date: Option<i64>,
    /// The role of who accepts.
    pub invited_as: Role,
    /// The address it was sent to; absent where it is a link for many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether who invites is told when somebody accepts.
    pub notify_referrer_on_join: bool,
    /// The link; absent where it was sent to an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_url: Option<String>,
    /// Whether it is a link for many.
    pub is_multiuse: bool,
}

/// An address that was sent no invitation: the address, why, and whether there is a deactivated account with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedAddress(pub String, pub String, pub bool);

impl JsonSchema for SkippedAddress {
    fn schema_name() -> Cow<'static, str> {
        "SkippedAddress".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "boolean"}]}})
    }
}
