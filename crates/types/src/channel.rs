//! Channels and subscriptions as answers and events show them. The wire calls a channel `stream`.

use crate::ids::{ChannelId, MessageId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// Whether messages without a topic are allowed.
    #[derive(Default, Hash)]
    TopicsPolicy {
        /// As the realm says.
        #[default]
        Inherit = "inherit",
        /// Allowed.
        AllowEmpty = "allow_empty_topic",
        /// Not allowed.
        DisableEmpty = "disable_empty_topic",
        /// Required.
        EmptyOnly = "empty_topic_only",
    }
}

crate::permission::permission_settings! {
    /// Who may do what in a channel.
    ChannelPermissions by channel:
    /// May add subscribers.
    can_add_subscribers_group,
    /// May remove subscribers.
    can_remove_subscribers_group,
    /// May change the channel's settings.
    can_administer_channel_group,
    /// May delete anyone's messages.
    can_delete_any_message_group,
    /// May delete their own messages.
    can_delete_own_message_group,
    /// May move messages to other channels.
    can_move_messages_out_of_channel_group,
    /// May move messages between topics.
    can_move_messages_within_channel_group,
    /// May send messages.
    can_send_message_group,
    /// May subscribe themselves, also to a private channel.
    can_subscribe_group,
    /// May resolve topics.
    can_resolve_topics_group,
}

/// A channel, without anything personal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// Its id.
    pub stream_id: ChannelId,
    /// Unique name, at most 60 characters.
    pub name: String,
    /// Out of use, but readable.
    pub is_archived: bool,
    /// As written.
    pub description: String,
    /// As HTML.
    pub rendered_description: String,
    /// UNIX seconds.
    pub date_created: i64,
    /// Null for channels that came with the realm.
    pub creator_id: Option<UserId>,
    /// Private.
    pub invite_only: bool,
    /// Readable without an account.
    pub is_web_public: bool,
    /// Deprecated: 1 everyone, 2 administrators, 3 full members, 4 moderators.
    pub stream_post_policy: u8,
    /// Deprecated: only administrators may send.
    pub is_announcement_only: bool,
    /// Null is as the realm has it; -1 keeps for ever.
    pub message_retention_days: Option<i64>,
    /// Whether new subscribers see earlier messages.
    pub history_public_to_subscribers: bool,
    /// Whether messages without a topic are allowed.
    pub topics_policy: TopicsPolicy,
    /// The oldest message, null where there is none.
    pub first_message_id: Option<MessageId>,
    /// The folder it is shown in.
    pub folder_id: Option<u32>,
    /// Whether it had messages lately.
    pub is_recently_active: bool,
    /// Messages a week; null for new channels.
    pub stream_weekly_traffic: Option<i64>,
    /// How many active users are subscribed.
    pub subscriber_count: u32,
    /// Who may do what.
    #[serde(flatten)]
    pub permissions: ChannelPermissions,
    /// Who is subscribed, ascending; absent unless asked for or in a subscription event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<Vec<UserId>>,
}

/// A user's personal settings for a channel they are, or were, subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionSettings {
    /// `#rrggbb`, lower case.
    pub color: String,
    /// Muted for this user.
    pub is_muted: bool,
    /// Kept on top.
    pub pin_to_top: bool,
    /// Null is as the user's general setting, for all five.
    pub desktop_notifications: Option<bool>,
    /// See above.
    pub email_notifications: Option<bool>,
    /// See above.
    pub wildcard_mentions_notify: Option<bool>,
    /// See above.
    pub push_notifications: Option<bool>,
    /// See above.
    pub audible_notifications: Option<bool>,
}

/// A channel together with the personal settings of the viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subscription {
    /// The channel.
    #[serde(flatten)]
    pub channel: Channel,
    /// The settings.
    #[serde(flatten)]
    pub settings: SubscriptionSettings,
    /// Deprecated: not muted.
    pub in_home_view: bool,
}
