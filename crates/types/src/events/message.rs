//! Messages, their changes, flags and reactions; typing.

use crate::ids::{ChannelId, MessageId, UserId};
use crate::linkifier::TopicLink;
use crate::message::{Message, ReactionType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A message, with the viewer's flags beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageEvent {
    /// The message.
    pub message: Message,
    /// Your marks on the message, as in `get-messages`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Only for the queue named in the request that sent it: that request's `local_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_message_id: Option<String>,
}

/// Content or place of messages changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateMessage {
    /// Who did it; null for the server itself.
    pub user_id: Option<UserId>,
    /// Only the HTML changed, by the server.
    pub rendering_only: bool,
    /// The message the request named.
    pub message_id: MessageId,
    /// All messages it applies to, ascending.
    pub message_ids: Vec<MessageId>,
    /// The viewer's marks on `message_id` afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// UNIX seconds.
    pub edit_timestamp: i64,
    /// The channel before; channel messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_name: Option<String>,
    /// The channel before; channel messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<ChannelId>,
    /// The channel after, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_stream_id: Option<ChannelId>,
    /// Which messages moved along; only if something moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagate_mode: Option<String>,
    /// The topic before, if something moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_subject: Option<String>,
    /// The topic after, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Links in the new topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_links: Option<Vec<TopicLink>>,
    /// Content before, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_content: Option<String>,
    /// Content before as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_rendered_content: Option<String>,
    /// Content after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Content after as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_content: Option<String>,
    /// Whether the new content starts with `/me `.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_me_message: Option<bool>,
}

/// Messages of one conversation are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteMessage {
    /// With `bulk_message_deletion`: all, ascending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ids: Option<Vec<MessageId>>,
    /// Without it: one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// `stream` or `private`.
    pub message_type: String,
    /// Channel messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<ChannelId>,
    /// Channel messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// Somebody added a part to a poll or a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubmessageEvent {
    /// What clients call the kind.
    pub msg_type: String,
    /// To which message.
    pub message_id: MessageId,
    /// The part's id.
    pub submessage_id: u32,
    /// Who.
    pub sender_id: UserId,
    /// JSON.
    pub content: String,
}

/// A reaction was added or taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReactionEvent {
    /// On which message.
    pub message_id: MessageId,
    /// Name for display.
    pub emoji_name: String,
    /// Together with type and user, what identifies the reaction.
    pub emoji_code: String,
    /// Kind of emoji.
    pub reaction_type: ReactionType,
    /// Who.
    pub user_id: UserId,
    /// Deprecated form of the same.
    #[serde(default)]
    pub user: ReactionEventUser,
}

/// Deprecated description of who reacted; in events the id is called `user_id`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReactionEventUser {
    /// The account.
    pub user_id: UserId,
    /// API address.
    pub email: String,
    /// Display name.
    pub full_name: String,
    /// Always false.
    #[serde(default)]
    pub is_mirror_dummy: bool,
}

/// A flag was set on messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlagsAdd {
    /// Deprecated copy of `op`.
    #[serde(default)]
    pub operation: String,
    /// The flag.
    pub flag: String,
    /// Which messages.
    pub messages: Vec<MessageId>,
    /// Every message; then the list is empty.
    pub all: bool,
}

/// A flag was removed from messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlagsRemove {
    /// Deprecated copy of `op`.
    #[serde(default)]
    pub operation: String,
    /// The flag.
    pub flag: String,
    /// Which messages.
    pub messages: Vec<MessageId>,
    /// Always false.
    pub all: bool,
    /// For `read`: where each message is, so that clients can count it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_details: Option<BTreeMap<MessageId, MessageDetails>>,
}

/// Where a message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageDetails {
    /// `stream` or `private`.
    #[serde(rename = "type")]
    pub message_type: String,
    /// It mentions the viewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentioned: Option<bool>,
    /// Direct messages: the other participants, ascending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// Channel messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<ChannelId>,
    /// Channel messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Channel messages: neither channel nor topic is muted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmuted_stream_msg: Option<bool>,
}

/// Someone composes, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Typing {
    /// `direct` or `stream`.
    pub message_type: String,
    /// Who.
    pub sender: TypingUser,
    /// Direct messages: all participants, the sender included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<TypingUser>>,
    /// Channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<ChannelId>,
    /// Channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// A participant of a conversation in which someone composes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TypingUser {
    /// The account.
    pub user_id: UserId,
    /// API address.
    pub email: String,
}

/// Someone is editing a message, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TypingEdit {
    /// Who.
    pub sender_id: UserId,
    /// The message.
    pub message_id: MessageId,
    /// Where the message is.
    pub recipient: EditedIn,
}

/// Where the message is that someone edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum EditedIn {
    /// Direct messages.
    Direct {
        /// All participants, the editor included.
        user_ids: Vec<UserId>,
    },
    /// A channel.
    Channel {
        /// The channel.
        channel_id: ChannelId,
        /// The topic.
        topic: String,
    },
}
