//! Accounts as answers and events show them.

use crate::ids::UserId;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What an account may do, as the numbers the API uses; a smaller number may do more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Role {
    Owner = 100,
    Admin = 200,
    Moderator = 300,
    Member = 400,
    Guest = 600,
}

impl Role {
    /// All roles, the mightiest first.
    pub const ALL: [Role; 5] = [Role::Owner, Role::Admin, Role::Moderator, Role::Member, Role::Guest];

    /// Administrators and owners.
    #[must_use]
    pub fn is_admin(self) -> bool {
        self <= Role::Admin
    }
}

impl JsonSchema for Role {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "enum": [100, 200, 300, 400, 600]})
    }
}

impl From<Role> for u16 {
    fn from(role: Role) -> u16 {
        role as u16
    }
}

impl TryFrom<u16> for Role {
    type Error = &'static str;
    fn try_from(number: u16) -> Result<Self, Self::Error> {
        Role::ALL.into_iter().find(|role| *role as u16 == number).ok_or("not a role")
    }
}

/// What kind of bot an account is, as the numbers the API uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum BotType {
    Generic = 1,
    IncomingWebhook = 2,
    OutgoingWebhook = 3,
    Embedded = 4,
}

impl JsonSchema for BotType {
    fn schema_name() -> Cow<'static, str> {
        "BotType".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "enum": [1, 2, 3, 4]})
    }
}

impl From<BotType> for u16 {
    fn from(bot_type: BotType) -> u16 {
        bot_type as u16
    }
}

impl TryFrom<u16> for BotType {
    type Error = &'static str;
    fn try_from(number: u16) -> Result<Self, Self::Error> {
        use BotType::{Embedded, Generic, IncomingWebhook, OutgoingWebhook};
        [Generic, IncomingWebhook, OutgoingWebhook, Embedded]
            .into_iter()
            .find(|bot_type| *bot_type as u16 == number)
            .ok_or("not a bot type")
    }
}

/// An account as one viewer may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Its id.
    pub user_id: UserId,
    /// The real address; null where the viewer may not see it.
    pub delivery_email: Option<String>,
    /// The address used in the API; the real one only where everyone may see that.
    pub email: String,
    /// Display name.
    pub full_name: String,
    /// ISO 8601 date and time of sign-up.
    pub date_joined: String,
    /// Absent in the initial state, where the list it is in says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Role is owner.
    pub is_owner: bool,
    /// Role is administrator or owner.
    pub is_admin: bool,
    /// Role is guest.
    pub is_guest: bool,
    /// Whether a program uses the account.
    pub is_bot: bool,
    /// Null for people.
    pub bot_type: Option<BotType>,
    /// Null for people and for bots nobody owns.
    pub bot_owner_id: Option<UserId>,
    /// The role.
    pub role: Role,
    /// IANA name, or empty.
    pub timezone: String,
    /// Address of the picture, below that of the server.
    pub avatar_url: Option<String>,
    /// Changes with the picture.
    pub avatar_version: u32,
    /// Custom profile fields by field id; absent for bots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_data: Option<BTreeMap<String, ProfileValue>>,
}

/// The value of one custom profile field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileValue {
    /// As written.
    pub value: String,
    /// As HTML, for fields that are formatted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_value: Option<String>,
}

/// An account of the server itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SystemBot {
    /// The account.
    #[serde(flatten)]
    pub user: User,
    /// Always true.
    pub is_system_bot: bool,
}

/// A bot as its owner and administrators see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bot {
    /// Its id.
    pub user_id: UserId,
    /// Display name.
    pub full_name: String,
    /// Always empty: keys are stored as hashes only, and shown once, in the answer that creates them.
    pub api_key: String,
    /// Name of the channel it sends to by default.
    pub default_sending_stream: Option<String>,
    /// Name of the channel its queues are narrowed to by default.
    pub default_events_register_stream: Option<String>,
    /// Whether its queues get the messages of all public channels by default.
    pub default_all_public_streams: bool,
    /// Its picture.
    pub avatar_url: String,
    /// Who owns it.
    pub owner_id: Option<UserId>,
    /// Outgoing services; always empty for generic bots.
    pub services: Vec<serde_json::Value>,
    /// Its address.
    pub email: String,
    /// Its kind.
    pub bot_type: Option<BotType>,
    /// Whether it may be used.
    pub is_active: bool,
}

/// What a user says about themselves; absent parts are not set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserStatus {
    /// Deprecated: "invisible".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<bool>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// Name of the emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji_name: Option<String>,
    /// Code of the emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji_code: Option<String>,
    /// Kind of the emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction_type: Option<String>,
}

/// Somebody muted, and since when (UNIX seconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutedUser {
    /// Who.
    pub id: UserId,
    /// UNIX seconds.
    pub timestamp: i64,
}

/// When a user was last seen (UNIX seconds), in the current form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Presence {
    /// Last used a client.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub active_timestamp: i64,
    /// Last had a client open.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub idle_timestamp: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

/// A user's choice for one topic. `visibility_policy`: 0 none, 1 muted, 2 unmuted, 3 followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserTopic {
    /// The channel.
    pub stream_id: crate::ids::ChannelId,
    /// The topic.
    pub topic_name: String,
    /// UNIX seconds.
    pub last_updated: i64,
    /// 0 none, 1 muted, 2 unmuted, 3 followed.
    pub visibility_policy: u8,
}
