//! Changes of accounts, bots, groups, presence and status.

use crate::ids::{GroupId, UserId};
use crate::user::{Bot, Presence, Role, User, UserStatus};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A new account, or one that became visible to the viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmUserAdd {
    pub person: User,
}

/// One aspect of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmUserUpdate {
    pub person: UserChange,
}

/// The account and what changed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChange {
    /// Whose.
    pub user_id: UserId,
    /// What.
    #[serde(flatten)]
    pub aspect: UserAspect,
}

/// Exactly one aspect of an account.
///
/// The order matters for reading: the first variant whose fields are there is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the names are those of the account's fields")]
pub enum UserAspect {
    Avatar { avatar_url: String, avatar_source: String, avatar_url_medium: String, avatar_version: u32 },
    Timezone { email: String, timezone: String },
    FullName { full_name: String },
    BotOwner { bot_owner_id: UserId },
    Role { role: Role },
    NewEmail { new_email: String },
    Active { is_active: bool },
    DeliveryEmail { delivery_email: Option<String> },
}

/// An account the viewer no longer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmUserRemove {
    pub person: RemovedUser,
}

/// Who is no longer visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RemovedUser {
    pub user_id: UserId,
    pub full_name: String,
}

/// A new bot of the viewer, or of anyone for administrators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmBotAdd {
    pub bot: Bot,
}

/// Changed keys of a bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmBotUpdate {
    pub bot: BotChange,
}

/// A bot and its changed keys; absent ones did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "a key can be absent, null or there")]
#[allow(missing_docs, reason = "the names are those of the bot's fields")]
pub struct BotChange {
    pub user_id: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_all_public_streams: Option<bool>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default_sending_stream: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default_events_register_stream: Option<Option<String>>,
}

/// Tells a key that is null from one that is absent.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A bot that is no longer the viewer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RealmBotDelete {
    pub bot: DeletedBot,
}

/// Which bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DeletedBot {
    pub user_id: UserId,
}

/// Members who joined or left a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GroupMembers {
    pub group_id: GroupId,
    pub user_ids: Vec<UserId>,
}

/// Someone was active; one of three forms, by the client's capabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PresenceEvent {
    /// With `simplified_presence_events`: by user id.
    Modern {
        /// One or more users.
        presences: BTreeMap<UserId, Presence>,
    },
    /// Otherwise; `email` only without `slim_presence`.
    Legacy {
        /// Who.
        user_id: UserId,
        /// API address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// UNIX seconds.
        server_timestamp: f64,
        /// By client name; always the one key `website`.
        presence: BTreeMap<String, LegacyPresence>,
    },
}

/// The older description of a presence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyPresence {
    /// Always `website`.
    pub client: String,
    /// `active` or `idle`.
    pub status: String,
    /// UNIX seconds.
    pub timestamp: i64,
    /// Whether a mobile device can be reached; always false.
    #[serde(default)]
    pub pushable: bool,
}

/// What changed of someone's status; an empty text is a cleared part, an absent one did not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserStatusEvent {
    /// Whose.
    pub user_id: UserId,
    /// The changed parts.
    #[serde(flatten)]
    pub status: UserStatus,
}
