//! Changes of channels and subscriptions.

use crate::channel::{Channel, Subscription};
use crate::ids::{ChannelId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The user was subscribed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SubscriptionAdd {
    pub subscriptions: Vec<Subscription>,
}

/// The user was unsubscribed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SubscriptionRemove {
    pub subscriptions: Vec<RemovedSubscription>,
}

/// Which channel was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RemovedSubscription {
    pub stream_id: ChannelId,
    pub name: String,
}

/// One personal setting of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SubscriptionUpdate {
    pub stream_id: ChannelId,
    pub property: String,
    pub value: Value,
}

/// Others were subscribed or unsubscribed: each of the users, each of the channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PeerChange {
    pub stream_ids: Vec<ChannelId>,
    pub user_ids: Vec<UserId>,
}

/// Channels that are new to the viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StreamCreate {
    pub streams: Vec<Channel>,
}

/// Channels the viewer no longer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamDelete {
    /// Deprecated form of the same.
    pub streams: Vec<DeletedChannel>,
    /// Which.
    pub stream_ids: Vec<ChannelId>,
}

/// Deprecated: a channel as an object with only its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DeletedChannel {
    pub stream_id: ChannelId,
}

/// One property of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamUpdate {
    /// Which channel.
    pub stream_id: ChannelId,
    /// Its name (before, if that is what changed).
    pub name: String,
    /// The property's name.
    pub property: String,
    /// The new value.
    pub value: Value,
    /// With `description`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_description: Option<String>,
    /// With `invite_only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_public_to_subscribers: Option<bool>,
    /// With `invite_only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_web_public: Option<bool>,
}

/// The full new list of default channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DefaultStreams {
    pub default_streams: Vec<ChannelId>,
}
