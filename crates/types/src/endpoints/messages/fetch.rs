//! Reading messages.

use crate::endpoint;
use crate::error::ApiError;
use crate::ids::{ChannelId, MessageId, UserId};
use crate::message::Message;
use crate::narrow::NarrowTerm;
use crate::params::{Encoding, FromParam};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::{IntErrorKind, ParseIntError};

/// The point around which messages are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A message's id, or where it would be.
    Id(i64),
    /// After all messages.
    Newest,
    /// Before all messages.
    Oldest,
    /// The oldest unread message, or the newest one.
    FirstUnread,
}

impl JsonSchema for Anchor {
    fn schema_name() -> Cow<'static, str> {
        "Anchor".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^(newest|oldest|first_unread|-?[0-9]+)$"})
    }
}

impl FromParam for Anchor {
    const ENCODING: Encoding = Encoding::Plain;

    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        match values.last().copied().unwrap_or_default().trim_matches('"') {
            "newest" => Ok(Anchor::Newest),
            "oldest" => Ok(Anchor::Oldest),
            "first_unread" => Ok(Anchor::FirstUnread),
            // As far as numbers go: before all messages, or after them.
            text => text
                .parse()
                .or_else(|error: ParseIntError| match error.kind() {
                    IntErrorKind::PosOverflow => Ok(i64::MAX),
                    IntErrorKind::NegOverflow => Ok(i64::MIN),
                    _ => Err(ApiError::invalid(name)),
                })
                .map(Anchor::Id),
        }
    }

    fn to_param(&self) -> String {
        match self {
            Anchor::Id(id) => id.to_string(),
            Anchor::Newest => "newest".to_owned(),
            Anchor::Oldest => "oldest".to_owned(),
            Anchor::FirstUnread => "first_unread".to_owned(),
        }
    }
}

/// A message as a search finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FoundMessage {
    /// The message, with the viewer's flags.
    #[serde(flatten)]
    pub message: Message,
    /// The content as HTML; only if words were searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_content: Option<String>,
    /// The topic as HTML; only if words were searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub match_subject: Option<String>,
}

/// A page of messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetMessagesResponse {
    /// The anchor as it was understood; absent where messages were asked for by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<i64>,
    /// Nothing newer matches.
    pub found_newest: bool,
    /// Nothing older matches.
    pub found_oldest: bool,
    /// The anchor is among the messages.
    pub found_anchor: bool,
    /// Older messages exist that this organization may not see; never.
    pub history_limited: bool,
    /// Ascending.
    pub messages: Vec<FoundMessage>,
}

endpoint! {
    /// Fetches a page of the messages that match a narrow, or messages by id.
    GetMessages: Get "/messages", "get-messages", "messages", auth Spectators => GetMessagesResponse,
        fails BadNarrow | IncompatibleParameters | MissingParameter;
    GetMessagesRequest {
        /// A message's id, `newest`, `oldest` or `first_unread`.
        anchor?: Anchor,
        /// Whether the anchor itself is wanted.
        include_anchor?: bool,
        /// How many before the anchor.
        num_before?: u32,
        /// How many after the anchor.
        num_after?: u32,
        /// What must match.
        narrow?: Vec<NarrowTerm>,
        /// Accepted, and of no effect: clients have nothing to compute, all pictures are here.
        client_gravatar: bool = true,
        /// HTML rather than Markdown.
        apply_markdown: bool = true,
        /// Deprecated way to say `first_unread`.
        use_first_unread_anchor?: bool,
        /// These messages instead of a page.
        message_ids?: Vec<MessageId>,
        /// Whether the client knows empty topics.
        allow_empty_topic_name: bool = false,
    }
}

/// A message and its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GetMessageResponse {
    /// As written.
    pub raw_content: String,
    /// The message, with the viewer's flags.
    pub message: Message,
}

endpoint! {
    /// Fetches one message.
    GetMessage: Get "/messages/{message_id}", "get-message", "messages", auth Spectators => GetMessageResponse;
    GetMessageRequest {
        /// Which.
        message_id: MessageId,
        /// HTML rather than Markdown.
        apply_markdown: bool = true,
        /// Whether the client knows empty topics.
        allow_empty_topic_name: bool = false,
    }
}

/// Content and topic with what was found marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchFields {
    /// The content as HTML.
    pub match_content: String,
    /// The topic as HTML.
    pub match_subject: String,
}

/// Which messages match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchesNarrowResponse {
    /// Those that match.
    pub messages: BTreeMap<MessageId, MatchFields>,
}

endpoint! {
    /// Tells which of some messages match a narrow.
    MatchesNarrow: Get "/messages/matches_narrow", "check-messages-match-narrow", "messages", auth Basic => MatchesNarrowResponse,
        fails BadNarrow;
    MatchesNarrowRequest {
        /// The messages.
        msg_ids: Vec<MessageId>,
        /// What must match.
        narrow: Vec<NarrowTerm>,
    }
}

/// A message after one of its changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The topic; empty for direct messages.
    pub topic: String,
    /// The topic before, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_topic: Option<String>,
    /// The channel, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<ChannelId>,
    /// The channel before, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_stream: Option<ChannelId>,
    /// As written.
    pub content: String,
    /// As HTML.
    pub rendered_content: String,
    /// The content before, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_content: Option<String>,
    /// The content before as HTML, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_rendered_content: Option<String>,
    /// What changed, if the content did: the new HTML with what came in spans of the class `highlight_text_inserted`
    /// and what went in spans of the class `highlight_text_deleted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_html_diff: Option<String>,
    /// Who changed it.
    pub user_id: Option<UserId>,
    /// UNIX seconds.
    pub timestamp: i64,
}

/// How a message changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetMessageHistoryResponse {
    /// Oldest first; the first is the message as it was sent.
    pub message_history: Vec<Snapshot>,
}

endpoint! {
    /// Fetches how a message changed.
    GetMessageHistory: Get "/messages/{message_id}/history", "get-message-history", "messages", auth Basic => GetMessageHistoryResponse;
    GetMessageHistoryRequest {
        /// Which.
        message_id: MessageId,
        /// Whether the client knows empty topics.
        allow_empty_topic_name: bool = false,
    }
}

/// Rendered text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RenderMessageResponse {
    /// HTML.
    pub rendered: String,
}

endpoint! {
    /// Renders text as a message would be.
    RenderMessage: Post "/messages/render", "render-message", "messages", auth Basic => RenderMessageResponse;
    RenderMessageRequest {
        /// In Markdown.
        content: String,
    }
}

/// Who has read a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetReadReceiptsResponse {
    /// Ascending; without the sender and without those who keep it to themselves.
    pub user_ids: Vec<UserId>,
}

endpoint! {
    /// Tells who has read a message.
    GetReadReceipts: Get "/messages/{message_id}/read_receipts", "get-read-receipts", "messages", auth Basic => GetReadReceiptsResponse;
    GetReadReceiptsRequest {
        /// Which.
        message_id: MessageId,
    }
}
