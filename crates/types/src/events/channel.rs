//! Changes of channels and subscriptions.

use crate::channel::{Channel, Subscription};
use crate::folder::ChannelFolder;
use crate::ids::{ChannelId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The user was subscribed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionAdd {
    /// The channels.
    pub subscriptions: Vec<Subscription>,
}

/// The user was unsubscribed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionRemove {
    /// The channels.
    pub subscriptions: Vec<RemovedSubscription>,
}

/// Which channel was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemovedSubscription {
    /// The channel.
    pub stream_id: ChannelId,
    /// Its name.
    pub name: String,
}

/// One personal setting of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionUpdate {
    /// The channel.
    pub stream_id: ChannelId,
    /// The name of the setting.
    pub property: String,
    /// The new value.
    pub value: Value,
}

/// Others were subscribed or unsubscribed: each of the users, each of the channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeerChange {
    /// Which channels.
    pub stream_ids: Vec<ChannelId>,
    /// Which users.
    pub user_ids: Vec<UserId>,
}

/// Channels that are new to the viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StreamCreate {
    /// The channels.
    pub streams: Vec<Channel>,
}

/// Channels the viewer no longer sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamDelete {
    /// Deprecated form of the same.
    pub streams: Vec<DeletedChannel>,
    /// Which.
    pub stream_ids: Vec<ChannelId>,
}

/// Deprecated: a channel as an object with only its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeletedChannel {
    /// The channel.
    pub stream_id: ChannelId,
}

/// One property of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefaultStreams {
    /// All of them, ascending.
    pub default_streams: Vec<ChannelId>,
}

/// A new folder of channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFolderAdd {
    /// The folder.
    pub channel_folder: ChannelFolder,
}

/// A folder of channels was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFolderUpdate {
    /// Which.
    pub channel_folder_id: u32,
    /// What is new.
    pub data: ChannelFolderData,
}

/// What is new of a folder of channels; what did not change is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFolderData {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The same as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_description: Option<String>,
    /// Out of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
}

/// Folders of channels have another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFolderReorder {
    /// The ids of all folders; the place of each is its new `order`.
    pub order: Vec<u32>,
}
