//! Who is subscribed to which channels, and how each wants them shown.

use super::channels::RetentionDays;
use super::events::IncludeSubscribers;
use crate::ApiError;
use crate::channel::{Subscription, TopicsPolicy};
use crate::endpoint;
use crate::endpoint::Done;
use crate::group::GroupSetting;
use crate::ids::{ChannelId, UserId};
use crate::params::{FromJson, Json, field, object, optional_field};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// An account as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum Principal {
    /// By id.
    Id(i64),
    /// By API address.
    Email(String),
}

impl FromJson for Principal {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        match value {
            Value::String(email) => Ok(Principal::Email(email.clone())),
            Value::Number(_) => i64::from_json(path, value).map(Principal::Id),
            _ => Err(ApiError::bad_request(format!("{path} is not an integer or a string"))),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Principal::Id(id) => Value::from(*id),
            Principal::Email(email) => Value::from(email.as_str()),
        }
    }
}

/// Reads an object, and a field of it that must be there.
/// A channel to subscribe to, or to create.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct SubscribeTo {
    /// Its name.
    pub name: String,
    /// What it is for, if it is created.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The color in which the subscribers see it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

impl FromJson for SubscribeTo {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fields = object(path, value)?;
        Ok(SubscribeTo {
            name: field(path, fields, "name")?,
            description: optional_field(path, fields, "description")?,
            color: optional_field(path, fields, "color")?,
        })
    }

    fn to_json(&self) -> Value {
        let optional = [("description", &self.description), ("color", &self.color)];
        let given = optional.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        let fields = [("name", &self.name)].into_iter().chain(given);
        Value::Object(fields.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).collect())
    }
}

/// One personal setting of one subscription.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
pub struct SubscriptionChange {
    /// Of which channel.
    pub stream_id: ChannelId,
    /// The setting's name.
    pub property: String,
    /// Its new value.
    pub value: Value,
}

impl FromJson for SubscriptionChange {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fields = object(path, value)?;
        Ok(SubscriptionChange {
            stream_id: field(path, fields, "stream_id")?,
            property: field(path, fields, "property")?,
            value: field(path, fields, "value")?,
        })
    }

    fn to_json(&self) -> Value {
        serde_json::json!({ "stream_id": self.stream_id, "property": self.property, "value": self.value })
    }
}

/// Who was subscribed to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubscribeResponse {
    /// Names of channels by user: subscribed now.
    pub subscribed: BTreeMap<UserId, Vec<String>>,
    /// Names of channels by user: subscribed before.
    pub already_subscribed: BTreeMap<UserId, Vec<String>>,
    /// Names of channels that the caller may not reach; only where that is not fatal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unauthorized: Option<Vec<String>>,
    /// Whether the new subscribers were told by message; only where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_subscription_messages_sent: Option<bool>,
}

endpoint! {
    /// Subscribes users to channels. Channels that do not exist are created.
    Subscribe: Post "/users/me/subscriptions", "subscribe", "channels", auth Basic => SubscribeResponse,
        fails UnauthorizedPrincipal;
    SubscribeRequest {
        /// The channels, each with a `name` and, for a new one, a `description`.
        subscriptions: Vec<SubscribeTo>,
        /// Whom, by id or API address; the caller if absent.
        principals?: Vec<Principal>,
        /// Refuse the whole request if one of the channels is not the caller's to use.
        authorization_errors_fatal: bool = true,
        /// Tell by message whom somebody else subscribes to a channel that was there before, if they are not too many
        /// (`max_bulk_new_subscription_messages`); by default they are told.
        send_new_subscription_messages?: bool,
        /// Tell of new channels in the channel for that, if the organization has one, unless they are private.
        announce: bool = false,
        /// For new channels, here and below: private.
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

/// What became of each channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnsubscribeResponse {
    /// Names of channels that somebody was removed from.
    pub removed: Vec<String>,
    /// Names of channels that somebody was not subscribed to.
    pub not_removed: Vec<String>,
}

endpoint! {
    /// Unsubscribes the caller, or others, from channels.
    Unsubscribe: Delete "/users/me/subscriptions", "unsubscribe", "channels", auth Basic => UnsubscribeResponse,
        fails NoSuchChannelName;
    UnsubscribeRequest {
        /// Names of the channels.
        subscriptions: Vec<String>,
        /// Whom, by id or API address; the caller if absent.
        principals?: Vec<Principal>,
    }
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateSubscriptionsResponse {
    /// As in [`SubscribeResponse`].
    pub subscribed: BTreeMap<UserId, Vec<String>>,
    /// As in [`SubscribeResponse`].
    pub already_subscribed: BTreeMap<UserId, Vec<String>>,
    /// As in [`UnsubscribeResponse`].
    pub removed: Vec<String>,
    /// As in [`UnsubscribeResponse`].
    pub not_removed: Vec<String>,
}

endpoint! {
    /// Unsubscribes the caller from some channels and subscribes them to others.
    UpdateSubscriptions: Patch "/users/me/subscriptions", "update-subscriptions", "channels", auth Basic => UpdateSubscriptionsResponse,
        fails NoSuchChannelName | UnauthorizedPrincipal;
    UpdateSubscriptionsRequest {
        /// Names of channels to leave.
        delete: Vec<String> = Vec::new(),
        /// Channels to join, as in `subscriptions` of `subscribe`.
        add: Vec<SubscribeTo> = Vec::new(),
    }
}

/// The caller's subscriptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetSubscriptionsResponse {
    /// By channel id, without archived channels.
    pub subscriptions: Vec<Subscription>,
}

endpoint! {
    /// Lists the channels the caller is subscribed to.
    GetSubscriptions: Get "/users/me/subscriptions", "get-subscriptions", "channels", auth Basic => GetSubscriptionsResponse;
    GetSubscriptionsRequest {
        /// Whether to list each channel's subscribers.
        include_subscribers: IncludeSubscribers = IncludeSubscribers::None,
    }
}

endpoint! {
    /// Changes personal settings of subscriptions: all of them, or none if one is wrong.
    UpdateSubscriptionSettings: Post "/users/me/subscriptions/properties", "update-subscription-settings", "channels", auth Basic => Done;
    UpdateSubscriptionSettingsRequest {
        /// Objects with `stream_id`, `property` and `value`.
        subscription_data: Vec<SubscriptionChange>,
    }
}

/// Whether somebody is subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetSubscriptionStatusResponse {
    /// Whether they are.
    pub is_subscribed: bool,
}

endpoint! {
    /// Says whether a user is subscribed to a channel.
    GetSubscriptionStatus: Get "/users/{user_id}/subscriptions/{stream_id}", "get-subscription-status", "channels", auth Basic => GetSubscriptionStatusResponse;
    GetSubscriptionStatusRequest {
        /// The user.
        user_id: UserId,
        /// The channel.
        stream_id: ChannelId,
    }
}

/// A channel's subscribers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetSubscribersResponse {
    /// Active accounts, ascending.
    pub subscribers: Vec<UserId>,
}

endpoint! {
    /// Lists who is subscribed to a channel.
    GetSubscribers: Get "/streams/{stream_id}/members", "get-subscribers", "channels", auth Basic => GetSubscribersResponse;
    GetSubscribersRequest {
        /// The channel.
        stream_id: ChannelId,
    }
}
