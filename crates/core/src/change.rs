//! Changes of stored state: what a command wants written, as typed rows.
//!
//! A change has two interpreters that must agree: [`RealmState::apply`](crate::state::RealmState::apply) folds it
//! into the live state, and each store writes it as rows. Loading a realm is applying its rows.

use crate::audit::AuditRow;
use crate::commands::repeats::NamedSend;
use crate::queue::QueueRow;
use crate::state::channels::{ChannelRow, SubscriptionRow};
use crate::state::exports::ExportRow;
use crate::state::files::FileRow;
use crate::state::flags::{Flag, MentionBits};
use crate::state::groups::GroupRow;
use crate::state::invites::{EmailChange, InviteRow, MailRow, SentInvites};
use crate::state::linkifiers::{Numbered, Playgrounds};
use crate::state::messages::ConversationKind;
use crate::state::organization::{DefaultGroups, Folders, ProfileFields};
use crate::state::personal::TopicPolicy;
use crate::state::pictures::{EmojiRow, Picture, PictureOf};
use crate::state::prepared::LaterRow;
use crate::state::push::{PushKind, PushToken};
use crate::state::realm::RealmRow;
use crate::state::users::{KeyHash, Profile, UserRow};
use crate::state::webhooks::WebhookRow;
use std::sync::Arc;
use tidings_types::linkifier::Linkifier;
use tidings_types::message::{Edit, ReactionType};
use tidings_types::prepared::{Draft, NavigationView, SavedSnippet};
use tidings_types::signup::RealmDomain;
use tidings_types::user::{MutedUser, Presence, UserStatus};
use tidings_types::{
    AttachmentId, ChannelId, ConversationId, EventId, GroupId, MessageId, PreparedId, QueueId, UserId,
};

/// One change of stored state.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The organization, whole.
    Realm(Arc<RealmRow>),
    /// All linkifiers.
    Linkifiers(Arc<Numbered<Linkifier>>),
    /// All folders of channels.
    ChannelFolders(Arc<Folders>),
    /// All fields of profiles. Values of fields that are not in it are gone.
    ProfileFields(Arc<ProfileFields>),
    /// A user's profile, all values.
    Profile {
        /// Whose.
        user: UserId,
        /// The values.
        values: Arc<Profile>,
    },
    /// All domains that addresses of new accounts may be of.
    Domains(Arc<Vec<RealmDomain>>),
    /// All groups of channels that new users can choose together.
    DefaultGroups(Arc<DefaultGroups>),
    /// A user has seen something that is shown once.
    OnboardingStep {
        /// Who.
        user: UserId,
        /// What.
        step: String,
        /// UNIX seconds.
        seen_at: i64,
    },
    /// The organization is closed, or open again.
    Deactivated(bool),
    /// An invitation, whole; new, or gone.
    Invite {
        /// Which.
        id: u32,
        /// The invitation; none if it is gone.
        row: Option<Arc<InviteRow>>,
    },
    /// How many e-mails with invitations somebody had sent in a day.
    InvitesSent {
        /// Who.
        user: UserId,
        /// How many, and since when.
        sent: SentInvites,
    },
    /// An address that waits to be confirmed; new, or gone.
    EmailChange {
        /// Whose.
        user: UserId,
        /// What waits; none if it is confirmed, or given up.
        row: Option<Arc<EmailChange>>,
    },
    /// An e-mail that waits to be sent, whole; new, changed or gone.
    Mail {
        /// Which.
        id: u32,
        /// The e-mail; none if it was sent, or is not going to be.
        row: Option<Arc<MailRow>>,
    },
    /// Somebody did something administrative. Not in the live state.
    Audit(Arc<AuditRow>),
    /// All code playgrounds.
    Playgrounds(Arc<Playgrounds>),
    /// An account, whole; new or changed.
    User(Arc<UserRow>),
    /// A group that users made, whole but for who is in it; new or changed.
    Group(Arc<GroupRow>),
    /// Users join or leave a group.
    GroupMembers {
        /// Which.
        group: GroupId,
        /// Who.
        users: Vec<UserId>,
        /// Join or leave.
        add: bool,
    },
    /// Groups join or leave a group.
    GroupSubgroups {
        /// Which.
        group: GroupId,
        /// Which join or leave; none of them has it in itself.
        subgroups: Vec<GroupId>,
        /// Join or leave.
        add: bool,
    },
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
    /// A text that a program stored for its account; new, changed or gone.
    BotStorage {
        /// Whose.
        user: UserId,
        /// Its name.
        key: String,
        /// The text; none if it is gone.
        value: Option<Arc<str>>,
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
    /// A message was edited; it stays where it is.
    MessageUpdated {
        /// The message afterwards.
        row: Arc<MessageRow>,
        /// Whom it concerns in particular; ascending.
        mentions: Vec<(UserId, MentionBits)>,
        /// What its history gets.
        edit: Edit,
    },
    /// Messages of one topic were moved to another.
    MessagesMoved {
        /// Which, ascending; not empty.
        ids: Arc<[MessageId]>,
        /// The topic they are in now.
        to: ConversationId,
        /// What the history of each gets; its time is when they were moved.
        edit: Edit,
        /// The durable event that tells of it: who is subscribed to the channel then is there when they come.
        seq: u64,
    },
    /// A part was added to a poll or a list of tasks.
    SubmessageAdded {
        /// To which message.
        message: MessageId,
        /// The part.
        row: SubmessageRow,
    },
    /// A message is gone, with its history and reactions.
    MessageDeleted {
        /// Which.
        id: MessageId,
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
    /// A draft, whole; new, changed or gone.
    Draft {
        /// Whose.
        user: UserId,
        /// Which.
        id: PreparedId,
        /// The draft; none if it is gone.
        draft: Option<Arc<Draft>>,
    },
    /// A text to be used again, whole; new, changed or gone.
    Snippet {
        /// Whose.
        user: UserId,
        /// Which.
        id: PreparedId,
        /// The text; none if it is gone.
        snippet: Option<Arc<SavedSnippet>>,
    },
    /// A view for navigation, whole; new, changed or gone.
    View {
        /// Whose.
        user: UserId,
        /// Which.
        fragment: String,
        /// The view; none if it is gone.
        view: Option<Arc<NavigationView>>,
    },
    /// A scheduled message or a reminder, whole; new, changed or gone.
    Later {
        /// Whose.
        user: UserId,
        /// Which.
        id: PreparedId,
        /// The message; none if it was sent or is not going to be.
        row: Option<Arc<LaterRow>>,
    },
    /// A device that notifications are to be sent to; new, changed or gone.
    PushToken {
        /// Whose.
        user: UserId,
        /// Whose service it is reached by.
        kind: PushKind,
        /// What it is known by there.
        token: String,
        /// The rest; none if it is gone.
        row: Option<Arc<PushToken>>,
    },
    /// An export, whole; new or changed.
    Export(Arc<ExportRow>),
    /// A request of an outgoing webhook, whole; new, to be tried again, or done with.
    Webhook {
        /// The message that it tells of.
        message: MessageId,
        /// Whose service is told.
        bot: UserId,
        /// The request; none if it is done with.
        row: Option<Arc<WebhookRow>>,
    },
    /// A picture, or that there is none any more. Whose account it is comes after it, whole: what was rendered of the
    /// account shows the picture.
    Picture {
        /// Whose.
        of: PictureOf,
        /// The picture.
        picture: Arc<Picture>,
    },
    /// A custom emoji, whole; new or changed.
    Emoji(Arc<EmojiRow>),
    /// An uploaded file, whole; new or changed.
    File(Arc<FileRow>),
    /// A file is gone, and no message refers to it any more.
    FileRemoved(AttachmentId),
    /// Which files a message refers to, all of them. A message that is deleted refers to none.
    FileUses {
        /// The message.
        message: MessageId,
        /// When it was sent, in UNIX seconds.
        sent_at: i64,
        /// The files, ascending.
        files: Vec<AttachmentId>,
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
    /// Parts of a poll or of a list of tasks, in the order they were added; empty for other messages.
    pub submessages: Vec<SubmessageRow>,
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

/// A part of a poll or of a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmessageRow {
    /// Its id; ascending, none is given twice.
    pub id: u32,
    /// Who added it.
    pub sender: UserId,
    /// What clients call the kind.
    pub msg_type: String,
    /// JSON.
    pub content: String,
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
