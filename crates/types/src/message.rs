//! Messages as answers and events show them.

use crate::ids::{ChannelId, MessageId, UserId};
use crate::linkifier::TopicLink;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Prefix of topics that are marked as done.
pub const RESOLVED_TOPIC_PREFIX: &str = "✔ ";

/// Characters in a topic.
pub const TOPIC_CHARS_MAX: usize = 60;

crate::text_enum! {
    /// What the emoji of a reaction or a status is.
    #[derive(PartialOrd, Ord, Hash)]
    ReactionType {
        /// A Unicode emoji; the code is its code points.
        Unicode = "unicode_emoji",
        /// An emoji of the realm; the code is its id.
        Realm = "realm_emoji",
        /// An emoji that comes with the software; the code is its name.
        Extra = "zulip_extra_emoji",
    }
}

/// A message as one viewer sees it.
///
/// Fields that clients can do without may be absent when read: other versions of the API leave some out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Increasing in the order of sending.
    pub id: MessageId,
    /// Who sent it.
    pub sender_id: UserId,
    /// HTML or Markdown, see `content_type`.
    pub content: String,
    /// Opaque id of the channel or the set of direct-message participants.
    #[serde(default)]
    pub recipient_id: u32,
    /// UNIX seconds.
    pub timestamp: i64,
    /// The program it was sent with.
    #[serde(default)]
    pub client: String,
    /// The topic; empty for direct messages.
    pub subject: String,
    /// Links found in the topic.
    #[serde(default)]
    pub topic_links: Vec<TopicLink>,
    /// Starts with `/me `.
    #[serde(default)]
    pub is_me_message: bool,
    /// In the order they were added.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// Parts of a poll or a list of tasks, in the order they were added.
    #[serde(default)]
    pub submessages: Vec<Submessage>,
    /// Name at the time of sending.
    pub sender_full_name: String,
    /// API address of the sender.
    pub sender_email: String,
    /// The realm's short name.
    #[serde(default)]
    pub sender_realm_str: String,
    /// Name of the channel, or all participants.
    pub display_recipient: DisplayRecipient,
    /// Channel messages only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_id: Option<ChannelId>,
    /// `stream` or `private`.
    #[serde(rename = "type")]
    pub message_type: String,
    /// Address of the picture, below that of the server.
    pub avatar_url: Option<String>,
    /// `text/html` or `text/x-markdown`.
    #[serde(default)]
    pub content_type: String,
    /// UNIX seconds; only if the content was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_edit_timestamp: Option<i64>,
    /// UNIX seconds; only if it was moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_moved_timestamp: Option<i64>,
    /// Newest first; only if it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_history: Option<Vec<Edit>>,
    /// The viewer's marks; in events they stand beside the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<Vec<String>>,
}

/// Where a message was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DisplayRecipient {
    /// A channel's name.
    Channel(String),
    /// All participants of a direct message, the sender included.
    Users(Vec<Participant>),
}

/// Someone a direct message was sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Participant {
    /// The account.
    pub id: UserId,
    /// API address.
    pub email: String,
    /// Display name.
    pub full_name: String,
    /// Always false.
    #[serde(default)]
    pub is_mirror_dummy: bool,
}

/// A reaction inside a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    /// Name for display.
    pub emoji_name: String,
    /// Together with type and user, what identifies the reaction.
    pub emoji_code: String,
    /// Kind of emoji.
    pub reaction_type: ReactionType,
    /// Who reacted.
    pub user_id: UserId,
    /// Deprecated form of the same.
    #[serde(default)]
    pub user: ReactionUser,
}

/// Deprecated description of who reacted; inside messages the id is called `id`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReactionUser {
    /// The account.
    pub id: UserId,
    /// API address.
    pub email: String,
    /// Display name.
    pub full_name: String,
    /// Always false.
    #[serde(default)]
    pub is_mirror_dummy: bool,
}

/// A part of a poll or of a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Submessage {
    /// Its id.
    pub id: u32,
    /// The message.
    pub message_id: MessageId,
    /// Who added it.
    pub sender_id: UserId,
    /// What clients call the kind.
    pub msg_type: String,
    /// JSON.
    pub content: String,
}

/// One change in a message's history; only what changed is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Who did it.
    pub user_id: Option<UserId>,
    /// UNIX seconds.
    pub timestamp: i64,
    /// Content before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_content: Option<String>,
    /// Content before, as HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_rendered_content: Option<String>,
    /// Topic after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Topic before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_topic: Option<String>,
    /// Channel after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<ChannelId>,
    /// Channel before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_stream: Option<ChannelId>,
}

impl Edit {
    /// The message went to another place.
    #[must_use]
    pub fn is_move(&self) -> bool {
        self.prev_topic.is_some() || self.prev_stream.is_some()
    }

    /// The message went elsewhere: its topic was not just marked as done, or as not done.
    #[must_use]
    pub fn is_shown_as_move(&self) -> bool {
        let (Some(from), Some(to)) = (&self.prev_topic, &self.topic) else { return self.is_move() };
        let bare = |topic: &'_ str| topic.trim_start_matches(RESOLVED_TOPIC_PREFIX).to_owned();
        // A mark may make a long topic too long, so that its end is cut off.
        let cut = to.strip_suffix("...").filter(|_| to.chars().count() == TOPIC_CHARS_MAX).map(bare);
        let is_same = bare(from) == bare(to) || cut.is_some_and(|start| bare(from).starts_with(&start));
        self.prev_stream.is_some() || !is_same
    }

    /// The content and the place may be changed by one request: takes the other's part over, and says whether it did.
    pub fn join(&mut self, other: &Edit) -> bool {
        let is_other_part =
            self.is_move() != other.is_move() && self.prev_content.is_some() != other.prev_content.is_some();
        if !is_other_part || (self.user_id, self.timestamp) != (other.user_id, other.timestamp) {
            return false;
        }
        let (content, place) = if other.is_move() { (&*self, other) } else { (other, &*self) };
        *self = Edit {
            prev_content: content.prev_content.clone(),
            prev_rendered_content: content.prev_rendered_content.clone(),
            ..place.clone()
        };
        true
    }
}

/// A user's unread messages, grouped by conversation; every list of ids is ascending and without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnreadMessages {
    /// Direct messages plus messages of channels and topics that are not muted.
    pub count: u32,
    /// One-to-one conversations.
    pub pms: Vec<UnreadDirect>,
    /// Topics, muted ones included.
    pub streams: Vec<UnreadTopic>,
    /// Conversations of three or more.
    pub huddles: Vec<UnreadGroup>,
    /// Messages that mention the user.
    pub mentions: Vec<MessageId>,
    /// More unread messages exist than are listed.
    pub old_unreads_missing: bool,
}

/// Unread messages of a one-to-one conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnreadDirect {
    /// The other one.
    pub other_user_id: UserId,
    /// Deprecated copy of `other_user_id`, which the terminal client still reads.
    pub sender_id: UserId,
    /// The messages, ascending.
    pub unread_message_ids: Vec<MessageId>,
}

/// Unread messages of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnreadTopic {
    /// The channel.
    pub stream_id: ChannelId,
    /// The topic.
    pub topic: String,
    /// The messages, ascending.
    pub unread_message_ids: Vec<MessageId>,
}

/// Unread messages of a group conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnreadGroup {
    /// All participants, ascending, joined by commas.
    pub user_ids_string: String,
    /// The messages.
    pub unread_message_ids: Vec<MessageId>,
}

/// A direct-message conversation and its newest message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecentConversation {
    /// The newest message.
    pub max_message_id: MessageId,
    /// The other participants, ascending; empty for messages to oneself.
    pub user_ids: Vec<UserId>,
}
