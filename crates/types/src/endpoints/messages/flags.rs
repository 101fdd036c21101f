//! Flags that users set on messages for themselves.

use super::fetch::Anchor;
use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::{ChannelId, MessageId};
use crate::narrow::NarrowTerm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// Whether a flag is set or removed.
    FlagOp {
        /// Set.
        Add = "add",
        /// Removed.
        Remove = "remove",
    }
}

/// Flags were changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateFlagsResponse {
    /// Messages whose flag is another now, ascending.
    pub messages: Vec<MessageId>,
    /// Only where messages are made unread: channels in which that is not possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_because_not_subscribed_channels: Option<Vec<ChannelId>>,
}

endpoint! {
    /// Sets or removes a flag on messages.
    UpdateFlags: Post "/messages/flags", "update-message-flags", "messages", auth Basic => UpdateFlagsResponse;
    UpdateFlagsRequest {
        /// Which messages.
        messages: Vec<MessageId>,
        /// `add` or `remove`.
        op: FlagOp,
        /// `read`, `starred` or `collapsed`.
        flag: String,
    }
}

/// Flags were changed on a page of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateFlagsNarrowResponse {
    /// How many messages the page had.
    pub processed_count: u32,
    /// How many of them have another flag now.
    pub updated_count: u32,
    /// The oldest of the page; null if it was empty.
    pub first_processed_id: Option<MessageId>,
    /// The newest of the page; null if it was empty.
    pub last_processed_id: Option<MessageId>,
    /// Nothing older matches.
    pub found_oldest: bool,
    /// Nothing newer matches.
    pub found_newest: bool,
    /// Only where messages are made unread: channels in which that is not possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored_because_not_subscribed_channels: Option<Vec<ChannelId>>,
}

endpoint! {
    /// Sets or removes a flag on a page of the messages that match a narrow.
    UpdateFlagsNarrow: Post "/messages/flags/narrow", "update-message-flags-for-narrow", "messages", auth Basic => UpdateFlagsNarrowResponse,
        fails BadNarrow;
    UpdateFlagsNarrowRequest {
        /// A message's id, `newest`, `oldest` or `first_unread`.
        anchor: Anchor,
        /// Whether the anchor itself is meant.
        include_anchor: bool = true,
        /// How many before the anchor.
        num_before: u32,
        /// How many after the anchor.
        num_after: u32,
        /// What must match.
        narrow: Vec<NarrowTerm>,
        /// `add` or `remove`.
        op: FlagOp,
        /// `read`, `starred` or `collapsed`.
        flag: String,
    }
}

/// Everything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MarkAllAsReadResponse {
    /// Whether all is read. False where there was so much that time ran out: the newest is read, and the request may be made again.
    pub complete: bool,
}

endpoint! {
    /// Marks all messages as read.
    MarkAllAsRead: Post "/mark_all_as_read", "mark-all-as-read", "messages", auth Basic => MarkAllAsReadResponse;
    MarkAllAsReadRequest {}
}

endpoint! {
    /// Marks all messages of a channel as read.
    MarkChannelAsRead: Post "/mark_stream_as_read", "mark-stream-as-read", "messages", auth Basic => Done;
    MarkChannelAsReadRequest {
        /// Which.
        stream_id: ChannelId,
    }
}

endpoint! {
    /// Marks all messages of a topic as read.
    MarkTopicAsRead: Post "/mark_topic_as_read", "mark-topic-as-read", "messages", auth Basic => Done;
    MarkTopicAsReadRequest {
        /// In which channel.
        stream_id: ChannelId,
        /// Which.
        topic_name: String,
    }
}
