//! Changes of accounts, bots, groups, presence and status.

use crate::ids::{GroupId, UserId};
use crate::user::{Bot, BotService, Presence, Role, User, UserStatus};
use schemars::JsonSchema;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A new account, or one that became visible to the viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmUserAdd {
    /// The account.
    pub person: User,
}

/// One aspect of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmUserUpdate {
    /// The account.
    pub person: UserChange,
}

/// The account and what changed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum UserAspect {
    /// The picture.
    Avatar {
        /// Address of the picture.
        avatar_url: String,
        /// Where the picture comes from.
        avatar_source: String,
        /// The same in middle size.
        avatar_url_medium: String,
        /// Changes with the picture.
        avatar_version: u32,
    },
    /// The time zone.
    Timezone {
        /// The address used in the API.
        email: String,
        /// IANA name, or empty.
        timezone: String,
    },
    /// The name.
    FullName {
        /// Display name.
        full_name: String,
    },
    /// Who owns the bot.
    BotOwner {
        /// Who owns the bot.
        bot_owner_id: UserId,
    },
    /// The role.
    Role {
        /// The role.
        role: Role,
    },
    /// The address used in the API.
    NewEmail {
        /// The address used in the API.
        new_email: String,
    },
    /// Whether it may be used.
    Active {
        /// Whether the account may be used.
        is_active: bool,
    },
    /// A value in the profile.
    ProfileValue {
        /// The field and its value.
        custom_profile_field: ChangedProfileValue,
    },
    /// The real address.
    DeliveryEmail {
        /// The real address; null where the viewer may not see it.
        delivery_email: Option<String>,
    },
}

/// A value in a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedProfileValue {
    /// Of which field.
    pub id: u32,
    /// As written; null where there is none any more.
    pub value: Option<String>,
    /// As HTML, for fields that are formatted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_value: Option<String>,
}

/// An account the viewer no longer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmUserRemove {
    /// The account.
    pub person: RemovedUser,
}

/// Who is no longer visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemovedUser {
    /// The account.
    pub user_id: UserId,
    /// Display name.
    pub full_name: String,
}

/// A new bot of the viewer, or of anyone for administrators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmBotAdd {
    /// The bot.
    pub bot: Bot,
}

/// Changed keys of a bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmBotUpdate {
    /// The bot.
    pub bot: BotChange,
}

/// A bot and its changed keys; absent ones did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(clippy::option_option, reason = "a key can be absent, null or there")]
pub struct BotChange {
    /// The account.
    pub user_id: UserId,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Who owns it; absent if that did not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
    /// Whether the account may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Address of its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Whether its queues get the messages of all public channels by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_all_public_streams: Option<bool>,
    /// Name of the channel it sends to by default; null for none.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-may-be-null" = true))]
    pub default_sending_stream: Option<Option<String>>,
    /// Name of the channel its queues are narrowed to by default; null for none.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-may-be-null" = true))]
    pub default_events_register_stream: Option<Option<String>>,
    /// Where an outgoing webhook's requests go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<BotService>>,
}

/// Tells a key that is null from one that is absent.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A bot that was deactivated, as older servers tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmBotRemove {
    /// The bot.
    pub bot: RemovedUser,
}

/// A bot that is no longer the viewer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmBotDelete {
    /// The bot.
    pub bot: DeletedBot,
}

/// Which bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeletedBot {
    /// The account.
    pub user_id: UserId,
}

/// Members who joined or left a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupMembers {
    /// The group.
    pub group_id: GroupId,
    /// Which members.
    pub user_ids: Vec<UserId>,
}

/// Someone was active; one of three forms, by the client's capabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PresenceEvent {
    /// With `simplified_presence_events`: by user id.
    Modern {
        /// One or more users.
        #[serde(deserialize_with = "by_id")]
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

/// Keys of objects are text; where forms are told apart, serde does not take them for numbers by itself.
fn by_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<UserId, Presence>, D::Error> {
    let by_text = BTreeMap::<String, Presence>::deserialize(deserializer)?;
    by_text.into_iter().map(|(id, presence)| Ok((id.parse().map_err(D::Error::custom)?, presence))).collect()
}

/// The older description of a presence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserStatusEvent {
    /// Whose.
    pub user_id: UserId,
    /// The changed parts.
    #[serde(flatten)]
    pub status: UserStatus,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Event, ReceivedEvent};
    use serde_json::json;

    #[test]
    fn both_forms_of_presence_are_understood() {
        let times = json!({ "active_timestamp": 7, "idle_timestamp": 8 });
        let modern = json!({ "id": 1, "type": "presence", "presences": { "4": times } });
        let website = json!({ "client": "website", "status": "active", "timestamp": 7, "pushable": false });
        let legacy = json!({
            "id": 1, "type": "presence", "user_id": 4, "email": "a@x.example", "server_timestamp": 9.0,
            "presence": { "website": website }
        });
        for (event, is_modern) in [(modern, true), (legacy, false)] {
            let received: ReceivedEvent = serde_json::from_value(event).unwrap();
            let Event::Presence(presence) = received.event else { panic!("it is unknown") };
            assert_eq!(matches!(presence, PresenceEvent::Modern { .. }), is_modern);
        }
    }
}
