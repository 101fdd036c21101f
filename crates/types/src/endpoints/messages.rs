//! Messages: send, read, change.
//!
//! # Layout
//! - this file: sending. [`fetch`]: reading. [`change`]: editing, deleting, reacting. [`flags`]: read, starred.

use crate::ApiError;
use crate::endpoint;
use crate::ids::MessageId;
use crate::params::{Encoding, FromParam};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

pub mod change;
pub mod fetch;
pub mod flags;

pub use change::PropagateMode;

crate::text_enum! {
    /// Where a message goes.
    MessageType {
        /// To a channel.
        Channel = "channel" | "stream",
        /// To users.
        Direct = "direct" | "private",
    }
}

/// To whom a message goes, as it was written: a name, an id, or a list of names or ids.
#[derive(Clone, Debug, PartialEq)]
pub enum Addressee {
    /// A channel's name, or an e-mail address.
    Name(String),
    /// A channel or a user.
    Id(i64),
    /// Users (or one channel) by address.
    Names(Vec<String>),
    /// Users (or one channel) by id.
    Ids(Vec<i64>),
}

impl JsonSchema for Addressee {
    fn schema_name() -> Cow<'static, str> {
        "Addressee".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

impl FromParam for Addressee {
    const ENCODING: Encoding = Encoding::Plain;

    /// Text that is not JSON is a name; JSON says what it is.
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let text = values.last().copied().unwrap_or_default();
        let invalid = || ApiError::bad_request(format!("Invalid data type for {name}"));
        let value = crate::params::parse_value(name, text).unwrap_or_else(|_| Value::from(text));
        match value {
            Value::String(name) => Ok(Addressee::Name(name)),
            Value::Number(number) => number.as_i64().map(Addressee::Id).ok_or_else(invalid),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                Ok(Addressee::Names(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
            }
            Value::Array(items) => {
                items.iter().map(Value::as_i64).collect::<Option<Vec<i64>>>().map(Addressee::Ids).ok_or_else(invalid)
            }
            _ => Err(invalid()),
        }
    }

    /// Always JSON, so that a name that looks like a number stays a name.
    fn to_param(&self) -> String {
        match self {
            Addressee::Name(name) => Value::from(name.as_str()).to_string(),
            Addressee::Id(id) => id.to_string(),
            Addressee::Names(names) => Value::from(names.as_slice()).to_string(),
            Addressee::Ids(ids) => Value::from(ids.as_slice()).to_string(),
        }
    }
}

/// The message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SendMessageResponse {
    /// Its id.
    pub id: MessageId,
    /// The policy the topic got by itself, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_new_visibility_policy: Option<u8>,
}

endpoint! {
    /// Sends a message to a channel or to users.
    ///
    /// A send that is repeated, because its answer did not arrive, makes no second message: it is answered with the id
    /// of the first. Two sends of an account are the same within a day if they have the same `Idempotency-Key` header
    /// (1 to 255 printable characters, for example a random UUID), or the same `queue_id` and `local_id` and also the
    /// same recipients, topic and content. A key that was used for another message is refused with status 422 and code
    /// `IDEMPOTENCY_KEY_REUSED`; a `local_id` that was used for another message just sends.
    SendMessage: Post "/messages", "send-message", "messages", auth Basic => SendMessageResponse,
        fails NoSuchChannelName | NoSuchChannelId | IdempotencyKeyReused | ChannelWildcardNotAllowed | TopicWildcardNotAllowed;
    SendMessageRequest {
        /// `channel` or `direct`.
        message_type as "type": MessageType,
        /// The channel's name or id, or a list of users' ids or addresses.
        to: Addressee,
        /// In Markdown, at most 10,000 characters.
        content: String,
        /// The topic, for channels.
        topic?: String,
        /// The older name of `topic`.
        subject?: String,
        /// The sender's queue, which gets `local_id` back with the message.
        queue_id?: String,
        /// Names the message for the queue; repeated with the same message, it is sent once.
        local_id?: String,
        /// JSON that makes the message a poll, a list of tasks or a row of buttons, instead of what its text says.
        widget_content?: String,
        /// Whether the sender has read it; by default where a person's client sends it.
        read_by_sender?: bool,
    }
}
