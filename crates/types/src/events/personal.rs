//! Changes that only the user themselves is told of.

use crate::user::MutedUser;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The full new list of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertWords {
    /// All words, in the order they were added.
    pub alert_words: Vec<String>,
}

/// One personal setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserSetting {
    /// Its name.
    pub property: String,
    /// The new value.
    pub value: Value,
    /// Only for `default_language`: the language's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_name: Option<String>,
}

/// Deprecated form for clients without `user_settings_object`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegacyDisplaySetting {
    /// API address of the user.
    pub user: String,
    /// The name of the setting.
    pub setting_name: String,
    /// The new value.
    pub setting: Value,
    /// Only for `default_language`: the language's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_name: Option<String>,
}

/// Deprecated form for clients without `user_settings_object`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegacyNotificationSetting {
    /// API address of the user.
    pub user: String,
    /// The name of the setting.
    pub notification_name: String,
    /// The new value.
    pub setting: Value,
}

/// The full new list, as `[channel name, topic, UNIX seconds]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutedTopics {
    /// All of them, as `[channel name, topic, UNIX seconds]`.
    pub muted_topics: Vec<(String, String, i64)>,
}

/// The full new list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutedUsers {
    /// All of them.
    pub muted_users: Vec<MutedUser>,
}

/// The registration of a device for notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PushDevice {
    /// The number that the device made up, as text.
    pub push_account_id: String,
    /// How far it is.
    pub status: PushStatus,
    /// Why it failed; null or absent if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}

/// How far a registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushStatus {
    /// Notifications are sent.
    Active,
    /// It did not work.
    Failed,
    /// It is not known yet.
    Pending,
}

/// Whether an account for video calls is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HasZoomToken {
    /// Whether it is.
    pub value: bool,
}
