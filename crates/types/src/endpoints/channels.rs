//! Channels: find, create, change, archive. The wire calls a channel `stream`.

use crate::ApiError;
use crate::channel::{Channel, TopicsPolicy};
use crate::endpoint;
use crate::endpoint::Done;
use crate::group::{GroupSetting, GroupSettingUpdate};
use crate::ids::{ChannelId, MessageId, UserId};
use crate::params::{Encoding, FromParam, Json, Nullable};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How long messages of a channel are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionDays {
    /// As the realm says.
    RealmDefault,
    /// For ever.
    Unlimited,
    /// So many days, at least one.
    Days(u32),
}

impl RetentionDays {
    /// The value of the channel's property: null, -1, or the days.
    #[must_use]
    pub fn to_property(self) -> Option<i64> {
        match self {
            RetentionDays::RealmDefault => None,
            RetentionDays::Unlimited => Some(-1),
            RetentionDays::Days(days) => Some(i64::from(days)),
        }
    }
}

impl JsonSchema for RetentionDays {
    fn schema_name() -> Cow<'static, str> {
        "RetentionDays".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^(realm_default|unlimited|forever|[1-9][0-9]*)$"})
    }
}

impl FromParam for RetentionDays {
    const ENCODING: Encoding = Encoding::Plain;
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        let text = values.last().copied().unwrap_or_default().trim_matches('"');
        let invalid = || ApiError::bad_request(format!("Bad value for '{name}': {text}"));
        match text {
            "realm_default" => Ok(RetentionDays::RealmDefault),
            "unlimited" | "forever" => Ok(RetentionDays::Unlimited),
            days => match days.parse::<u32>() {
                Ok(days) if days > 0 && i32::try_from(days).is_ok() => Ok(RetentionDays::Days(days)),
                _ => Err(invalid()),
            },
        }
    }

    fn to_param(&self) -> String {
        match self {
            RetentionDays::RealmDefault => "\"realm_default\"".to_owned(),
            RetentionDays::Unlimited => "\"unlimited\"".to_owned(),
            RetentionDays::Days(days) => days.to_string(),
        }
    }
}

/// The id of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the name says it")]
pub struct GetStreamIdResponse {
    /// The channel.
    pub stream_id: ChannelId,
}

endpoint! {
    /// Returns the id of the channel with a name.
    GetStreamId: Get "/get_stream_id", "get-stream-id", "channels", auth Basic => GetStreamIdResponse;
    GetStreamIdRequest {
        /// The name, without regard to case.
        stream: String,
    }
}

/// A channel in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ListedChannel {
    /// The channel.
    #[serde(flatten)]
    pub channel: Channel,
    /// Whether new accounts are subscribed; only where default channels were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// Channels by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the name says it")]
pub struct GetStreamsResponse {
    /// The channels.
    pub streams: Vec<ListedChannel>,
}

endpoint! {
    /// Lists channels that the caller may know of: those of the kinds asked for.
    GetStreams: Get "/streams", "get-streams", "channels", auth Basic => GetStreamsResponse;
    GetStreamsRequest {
        /// Public ones.
        include_public: bool = true,
        /// Web-public ones.
        include_web_public: bool = false,
        /// Those the caller is subscribed to.
        include_subscribed: bool = true,
        /// Leave out archived ones.
        exclude_archived: bool = true,
        /// The older name of `include_all`, for administrators only.
        include_all_active: bool = false,
        /// All that the caller may know of.
        include_all: bool = false,
        /// Default channels.
        include_default: bool = false,
        /// For bots: those the owner is subscribed to.
        include_owner_subscribed: bool = false,
        /// Those whose messages the caller may read.
        include_can_access_content: bool = false,
    }
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the name says it")]
pub struct GetStreamByIdResponse {
    /// The channel.
    pub stream: Channel,
}

endpoint! {
    /// Returns one channel.
    GetStreamById: Get "/streams/{stream_id}", "get-stream-by-id", "channels", auth Basic => GetStreamByIdResponse;
    GetStreamByIdRequest {
        /// The channel.
        stream_id: ChannelId,
    }
}

/// Where mail to a channel goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetStreamEmailAddressResponse {
    /// The address.
    pub email: String,
}

endpoint! {
    /// Returns the address at which a channel takes mail. Always refused: the server receives none.
    GetStreamEmailAddress: Get "/streams/{stream_id}/email_address", "get-stream-email-address", "channels", auth Basic
        => GetStreamEmailAddressResponse;
    GetStreamEmailAddressRequest {
        /// The channel.
        stream_id: ChannelId,
        /// In whose name messages are to be sent: oneself, or a bot of one's own.
        sender_id?: UserId,
    }
}

/// The new channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the name says it")]
pub struct CreateChannelResponse {
    /// Its id.
    pub id: ChannelId,
}

endpoint! {
    /// Creates a channel.
    CreateChannel: Post "/channels/create", "create-channel", "channels", auth Basic => CreateChannelResponse,
        fails ChannelAlreadyExists | UnauthorizedPrincipal;
    CreateChannelRequest {
        /// Its name, at most 60 characters.
        name: String,
        /// What it is for, at most 1024 characters.
        description?: String,
        /// Whom to subscribe.
        subscribers: Vec<UserId>,
        /// For the sake of clients that say it: of a channel that the same request makes, nobody is told by message.
        send_new_subscription_messages?: bool,
        /// Tell of it in the channel for that, if the organization has one, unless it is private.
        announce: bool = false,
        /// Private.
        invite_only: bool = false,
        /// Readable without an account.
        is_web_public: bool = false,
        /// New accounts are subscribed.
        is_default_stream: bool = false,
        /// Whether new subscribers see earlier messages; by default unless the channel is private.
        history_public_to_subscribers?: bool,
        /// Days that messages are kept, `realm_default` or `unlimited`.
        message_retention_days?: RetentionDays,
        /// The folder it is shown in.
        folder_id?: u32,
        /// Whether messages without a topic are allowed.
        topics_policy?: TopicsPolicy,
        /// Who may add subscribers.
        can_add_subscribers_group?: Json<GroupSetting>,
        /// Who may remove subscribers.
        can_remove_subscribers_group?: Json<GroupSetting>,
        /// Who may change the channel's settings.
        can_administer_channel_group?: Json<GroupSetting>,
        /// Who may delete anyone's messages.
        can_delete_any_message_group?: Json<GroupSetting>,
        /// Who may delete their own messages.
        can_delete_own_message_group?: Json<GroupSetting>,
        /// Who may move messages to other channels.
        can_move_messages_out_of_channel_group?: Json<GroupSetting>,
        /// Who may move messages between topics.
        can_move_messages_within_channel_group?: Json<GroupSetting>,
        /// Who may send messages.
        can_send_message_group?: Json<GroupSetting>,
        /// Who may subscribe themselves.
        can_subscribe_group?: Json<GroupSetting>,
        /// Who may resolve topics.
        can_resolve_topics_group?: Json<GroupSetting>,
    }
}

endpoint! {
    /// Changes a channel.
    UpdateStream: Patch "/streams/{stream_id}", "update-stream", "channels", auth Basic => Done,
        fails UnauthorizedPrincipal | SettingMismatch | CannotSetTopicsPolicy;
    UpdateStreamRequest {
        /// The channel.
        stream_id: ChannelId,
        /// What it is for, at most 1024 characters.
        description?: String,
        /// Its name, at most 60 characters.
        new_name?: String,
        /// Private.
        is_private?: bool,
        /// Readable without an account.
        is_web_public?: bool,
        /// Whether new subscribers see earlier messages.
        history_public_to_subscribers?: bool,
        /// New accounts are subscribed.
        is_default_stream?: bool,
        /// Days that messages are kept, `realm_default` or `unlimited`.
        message_retention_days?: RetentionDays,
        /// Out of use, or in use again.
        is_archived?: bool,
        /// The folder it is shown in; null for none.
        folder_id?: Nullable<u32>,
        /// Whether messages without a topic are allowed.
        topics_policy?: TopicsPolicy,
        /// Who may add subscribers.
        can_add_subscribers_group?: Json<GroupSettingUpdate>,
        /// Who may remove subscribers.
        can_remove_subscribers_group?: Json<GroupSettingUpdate>,
        /// Who may change the channel's settings.
        can_administer_channel_group?: Json<GroupSettingUpdate>,
        /// Who may delete anyone's messages.
        can_delete_any_message_group?: Json<GroupSettingUpdate>,
        /// Who may delete their own messages.
        can_delete_own_message_group?: Json<GroupSettingUpdate>,
        /// Who may move messages to other channels.
        can_move_messages_out_of_channel_group?: Json<GroupSettingUpdate>,
        /// Who may move messages between topics.
        can_move_messages_within_channel_group?: Json<GroupSettingUpdate>,
        /// Who may send messages.
        can_send_message_group?: Json<GroupSettingUpdate>,
        /// Who may subscribe themselves.
        can_subscribe_group?: Json<GroupSettingUpdate>,
        /// Who may resolve topics.
        can_resolve_topics_group?: Json<GroupSettingUpdate>,
    }
}

endpoint! {
    /// Archives a channel: it can be read, but nothing is sent there.
    ArchiveStream: Delete "/streams/{stream_id}", "archive-stream", "channels", auth Basic => Done;
    ArchiveStreamRequest {
        /// The channel.
        stream_id: ChannelId,
    }
}

/// A topic and its newest message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicEntry {
    /// Its name.
    pub name: String,
    /// The newest message in it.
    pub max_id: MessageId,
}

/// Topics, the one with the newest message first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the name says it")]
pub struct GetStreamTopicsResponse {
    /// The one with the newest message first.
    pub topics: Vec<TopicEntry>,
}

endpoint! {
    /// Lists the topics of a channel in which the caller may read a message.
    GetStreamTopics: Get "/users/me/{stream_id}/topics", "get-stream-topics", "channels", auth Spectators => GetStreamTopicsResponse;
    GetStreamTopicsRequest {
        /// The channel.
        stream_id: ChannelId,
        /// Whether an empty topic is named by the empty string instead of its display name.
        allow_empty_topic_name: bool = false,
    }
}

endpoint! {
    /// Makes a channel one that new accounts are subscribed to.
    AddDefaultStream: Post "/default_streams", "add-default-stream", "channels", auth Basic => Done,
        fails UnauthorizedPrincipal;
    AddDefaultStreamRequest {
        /// The channel.
        stream_id: ChannelId,
    }
}

endpoint! {
    /// New accounts are no longer subscribed to a channel.
    RemoveDefaultStream: Delete "/default_streams", "remove-default-stream", "channels", auth Basic => Done,
        fails UnauthorizedPrincipal;
    RemoveDefaultStreamRequest {
        /// The channel.
        stream_id: ChannelId,
    }
}

/// Whether everything is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeleteTopicResponse {
    /// False where time ran out: the newest messages are deleted, and the same request goes on.
    pub complete: bool,
}

endpoint! {
    /// Deletes the messages of a topic, the newest first. For administrators.
    DeleteTopic: Post "/streams/{stream_id}/delete_topic", "delete-topic", "channels", auth Basic => DeleteTopicResponse,
        fails UnauthorizedPrincipal;
    DeleteTopicRequest {
        /// The channel.
        stream_id: ChannelId,
        /// The topic.
        topic_name: String,
    }
}
