//! What users prepare for later: drafts, saved snippets, scheduled messages, reminders, and views of their own.
//!
//! Nobody else is told of any of them.

use crate::ApiError;
use crate::ids::{MessageId, PreparedId, UserId};
use crate::params::{FromJson, FromParam, field, object, optional_field};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

crate::text_enum! {
    /// Where a draft goes.
    DraftType {
        /// Nowhere yet.
        Unaddressed = "",
        /// To a channel.
        Channel = "stream" | "channel",
        /// To users.
        Direct = "private" | "direct",
    }
}

/// A message that is not sent yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    /// Its id.
    pub id: PreparedId,
    /// Where it goes: `""` where that is open, `stream` or `private`.
    #[serde(rename = "type")]
    pub draft_type: DraftType,
    /// The channel's id, or the users' ids; empty where that is open.
    pub to: Vec<u32>,
    /// The topic; empty where it goes to users.
    pub topic: String,
    /// As written so far, in Markdown.
    pub content: String,
    /// When it was last edited, in UNIX seconds.
    pub timestamp: i64,
}

/// A draft as a client sends it. An `id` is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct DraftContent {
    /// Where it goes: `""` where that is open, `stream` or `private`.
    #[schemars(rename = "type")]
    pub draft_type: DraftType,
    /// The one channel's id, or the users' ids; not looked at where the type is `""`.
    pub to: Vec<u32>,
    /// The topic; not looked at where it does not go to a channel.
    pub topic: String,
    /// As written so far, in Markdown.
    pub content: String,
    /// When it was last edited, in UNIX seconds, whose fraction is not kept; now, if absent.
    #[schemars(with = "i64")]
    pub timestamp: Option<i64>,
}

/// UNIX seconds, perhaps with a fraction, as clocks of some languages tell them.
#[derive(JsonSchema)]
struct Seconds(i64);

impl FromJson for Seconds {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        match value.as_f64().filter(|_| value.is_f64()) {
            #[expect(clippy::cast_possible_truncation, reason = "what is too large is checked like any other number")]
            Some(seconds) => Ok(Seconds(seconds.floor() as i64)),
            None => i64::from_json(path, value).map(Seconds),
        }
    }

    fn to_json(&self) -> Value {
        self.0.into()
    }
}

impl FromJson for DraftContent {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fields = object(path, value)?;
        Ok(DraftContent {
            draft_type: draft_type(path, fields)?,
            to: field(path, fields, "to")?,
            topic: field(path, fields, "topic")?,
            content: field(path, fields, "content")?,
            timestamp: optional_field::<Seconds>(path, fields, "timestamp")?.map(|seconds| seconds.0),
        })
    }

    fn to_json(&self) -> Value {
        let mut json = serde_json::json!({
            "type": self.draft_type, "to": self.to, "topic": self.topic, "content": self.content,
        });
        if let Some(timestamp) = self.timestamp {
            json["timestamp"] = timestamp.into();
        }
        json
    }
}

fn draft_type(path: &str, fields: &Map<String, Value>) -> Result<DraftType, ApiError> {
    let text: String = field(path, fields, "type")?;
    DraftType::from_param(&format!("{path}[\"type\"]"), &[&text])
}

/// A text to be used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedSnippet {
    /// Its id.
    pub id: PreparedId,
    /// What it is listed under.
    pub title: String,
    /// The text, in Markdown.
    pub content: String,
    /// UNIX seconds.
    pub date_created: i64,
}

/// A view that clients offer for navigation: a built-in one that the user changed, or one of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NavigationView {
    /// What stands behind `#` in the address of the view; identifies it.
    pub fragment: String,
    /// Whether it is always shown, as opposed to listed among others.
    pub is_pinned: bool,
    /// Its name; null for a built-in one.
    pub name: Option<String>,
}

crate::text_enum! {
    /// Where a scheduled message goes.
    ScheduledType {
        /// To a channel.
        Channel = "stream",
        /// To users.
        Direct = "private",
    }
}

/// Where a scheduled message goes: the id of a channel, or the ids of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum ScheduledTo {
    /// A channel.
    Channel(crate::ids::ChannelId),
    /// Users; without the one who scheduled it, unless it is for them alone.
    Users(Vec<UserId>),
}

/// A message that is going to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledMessage {
    /// Its id, which is not that of the message it becomes.
    pub scheduled_message_id: PreparedId,
    /// Where it goes: `stream` or `private`.
    #[serde(rename = "type")]
    pub message_type: ScheduledType,
    /// The channel's id; or the users' ids, without one's own unless there are no others.
    pub to: ScheduledTo,
    /// The topic; only where it goes to a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// As written, in Markdown.
    pub content: String,
    /// As HTML. It is rendered anew when it is sent.
    pub rendered_content: String,
    /// When it is sent, in UNIX seconds.
    pub scheduled_delivery_timestamp: i64,
    /// Whether it could not be sent. It is kept, for its author to do something about it.
    pub failed: bool,
}

crate::text_enum! {
    /// Where a reminder goes.
    ReminderType {
        /// To users.
        Direct = "private",
    }
}

/// A message that the user wants to be reminded of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reminder {
    /// Its id, which is not that of the message it becomes.
    pub reminder_id: PreparedId,
    /// Always `private`.
    #[serde(rename = "type")]
    pub message_type: ReminderType,
    /// The user's own id.
    pub to: Vec<UserId>,
    /// What it is going to say, in Markdown.
    pub content: String,
    /// The same as HTML. It is rendered anew when it is sent.
    pub rendered_content: String,
    /// When it is sent, in UNIX seconds.
    pub scheduled_delivery_timestamp: i64,
    /// Whether it could not be sent.
    pub failed: bool,
    /// The message it is about.
    pub reminder_target_message_id: MessageId,
}
