//! Changes of stored state: what a command wants written, as typed rows.
//!
//! A change has two interpreters that must agree: [`RealmState::apply`](crate::state::RealmState::apply) folds it
//! into the live state, and each store writes it as rows. Loading a realm is applying its rows.

use crate::commands::repeats::NamedSend;
use crate::queue::QueueRow;
use crate::state::channels::{ChannelRow, SubscriptionRow};
use crate::state::flags::{Flag, MentionBits};
use crate::state::messages::ConversationKind;
use crate::state::personal::TopicPolicy;
use crate::state::realm::RealmRow;
use crate::state::users::{KeyHash, UserRow};
use std::sync::Arc;
use tidings_types::message::{Edit, ReactionType};
use tidings_types::user::{MutedUser, Presence, UserStatus};
use tidings_types::{ChannelId, ConversationId, EventId, MessageId, QueueId, UserId};

/// One change of stored state.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The organization, whole.
    Realm(Arc<RealmRow>),
    /// An account, whole; new or changed.
    User(Arc<UserRow>),
    /// A new API key. Several keys per account are allowed.
    ApiKey {
        /// Of the key.
        hash: KeyHash,
        /// Whose.
        user: UserId,
        /// UNIX seconds.
        created_at: i64,
        /// Where it comes from, for the owner to tell keys apart.
        label: String,
    },
    /// A key no longer works.
    ApiKeyRevoked {
        /// Of the key.
        hash: KeyHash,
        /// Whose.
        user: UserId,
    },
    /// A password, as an Argon2 PHC string. Not in the live state.
    Password {
        /// Whose.
        user: UserId,
        /// The PHC string.
        phc: String,
    },
    /// A channel, whole; new or changed.
    Channel(Arc<ChannelRow>),
    /// A user's relation to a channel, whole; new or changed.
    Subscription {
        /// Whose.
        user: UserId,
        /// To which channel.
        channel: ChannelId,
        /// The relation.
        row: Arc<SubscriptionRow>,
    },
    /// A new topic or a new set of direct-message participants.
    Conversation {
        /// Its id.
        id: ConversationId,
        /// What it is.
        kind: Arc<ConversationKind>,
    },
    /// A new message.
    MessageInserted {
        /// The message.
        row: Arc<MessageRow>,
        /// Whom it concerns in particular; ascending.
        mentions: Vec<(UserId, MentionBits)>,
    },
    /// A message was edited or moved.
    MessageUpdated {
        /// The message afterwards.
        row: Arc<MessageRow>,
        /// Whom it concerns in particular; ascending.
        mentions: Vec<(UserId, MentionBits)>,
        /// What its history gets.
        edit: Edit,
    },
    /// A message is gone, with its history and reactions.
    MessageDeleted {
        /// Which.
        id: MessageId,
        /// The newest one left in its conversation.
        newest_left: Option<MessageId>,
    },
    /// A reaction was added.
    ReactionAdded {
        /// To which message.
        message: MessageId,
        /// The reaction.
        reaction: ReactionRow,
    },
    /// A reaction was taken back.
    ReactionRemoved {
        /// From which message.
        message: MessageId,
        /// The reaction.
        reaction: ReactionRow,
    },
    /// What its client calls the send of a message. Not in the live state.
    NamedSend {
        /// Whose.
        sender: UserId,
        /// One send of this sender has this name; it takes the place of an older one.
        name: String,
        /// What it made.
        send: NamedSend,
    },
    /// A user set or removed a flag.
    Flags {
        /// Whose.
        user: UserId,
        /// Which flag.
        flag: Flag,
        /// Set or removed.
        add: bool,
        /// On which messages.
        ids: Vec<MessageId>,
    },
    /// A user's alert words, all of them.
    AlertWords {
        /// Whose.
        user: UserId,
        /// In the order they were added.
        words: Vec<String>,
    },
    /// Whom a user muted, all of them.
    MutedUsers {
        /// Whose.
        user: UserId,
        /// In the order they were muted.
        muted: Arc<Vec<MutedUser>>,
    },
    /// A user's choice for a topic.
    UserTopic {
        /// Whose.
        user: UserId,
        /// In which channel.
        channel: ChannelId,
        /// As the user wrote it.
        topic: String,
        /// The choice; policy 0 removes it.
        policy: TopicPolicy,
    },
    /// What a user says of themselves, all of it.
    Status {
        /// Whose.
        user: UserId,
        /// The status; empty for none.
        status: UserStatus,
    },
    /// When a user was last seen. Not durable by itself: it is written along with the next batch that is.
    Presence {
        /// Who.
        user: UserId,
        /// When.
        presence: Presence,
    },
    /// A registered event queue.
    Queue(Arc<QueueRow>),
    /// A queue, if it is still there, starts later: its client has everything up to here.
    QueueStart {
        /// Which queue.
        id: QueueId,
        /// It gets what comes after this.
        start: EventId,
    },
    /// An event queue is gone.
    QueueDeleted(QueueId),
}

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// Where it is.
    pub conversation: ConversationId,
    /// Who sent it.
    pub sender: UserId,
    /// The program it was sent with.
    pub client: String,
    /// UNIX seconds.
    pub timestamp: i64,
    /// As written, in Markdown.
    pub content: String,
    /// As HTML.
    pub rendered: String,
    /// What is known about its content.
    pub bits: MessageBits,
    /// UNIX seconds of the last change of content.
    pub last_edit: Option<i64>,
    /// UNIX seconds of the last move.
    pub last_moved: Option<i64>,
    /// Newest first.
    pub edit_history: Vec<Edit>,
    /// In the order they were added.
    pub reactions: Vec<ReactionRow>,
}

/// What is known about a message's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageBits {
    /// Starts with `/me `.
    pub is_me: bool,
    /// Has a link.
    pub has_link: bool,
    /// Has a picture.
    pub has_image: bool,
    /// Mentions the whole channel.
    pub channel_wildcard: bool,
    /// Mentions the participants of the topic.
    pub topic_wildcard: bool,
}

/// A reaction as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionRow {
    /// Who reacted.
    pub user: UserId,
    /// Kind of emoji.
    pub reaction_type: ReactionType,
    /// Together with user and type, what identifies the reaction.
    pub emoji_code: String,
    /// Name for display.
    pub emoji_name: String,
}
