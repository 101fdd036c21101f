//! Sending messages.
//!
//! # Layout
//! - here: where to, by whom, and what follows. `mentions`: whom a message concerns in particular.

mod mentions;

pub(super) use mentions::{check_groups, check_wildcards, mentions};

use super::repeats::{self, SendKey};
use super::{Tx, files, follow, visibility, webhooks};
use crate::audience::Audience;
use crate::change::{Change, MessageBits, MessageRow, SubmessageRow};
use crate::event::{Gate, Marks, MessagePayload, Payload, Reach, Stranger};
use crate::limits;
use crate::shape::{EMPTY_TOPIC_DISPLAY_NAME, Shape};
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::flags::{Flag, MentionBits};
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_markdown::Rendered;
use tidings_types::channel::TopicsPolicy;
use tidings_types::events::Event;
use tidings_types::events::channel::StreamUpdate;
use tidings_types::{ApiError, ChannelId, ConversationId, MessageId, QueueId, UserId, permission};

/// Where a message goes, as the request named it.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    /// A topic of a channel.
    Channel {
        /// Which.
        channel: ChannelRef,
        /// The topic as written; none where the request has none.
        topic: Option<String>,
    },
    /// Users.
    Direct(Vec<UserRefIn>),
}

/// A channel as a request names it.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelRef {
    /// By id.
    Id(i64),
    /// By name.
    Name(String),
}

/// A user as a request names them.
#[derive(Clone, Debug, PartialEq)]
pub enum UserRefIn {
    /// By id.
    Id(i64),
    /// By API address.
    Email(String),
}

/// A message to be sent. Rendered before, since that takes time the writer does not have.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// As written, checked by [`check_content`].
    pub content: String,
    /// The same, rendered for the sender.
    pub rendered: Rendered,
    /// Users with an alert word in it.
    pub alerted: Vec<UserId>,
    /// Name of the program.
    pub client: String,
    /// Whether the sender has read it.
    pub read_by_sender: bool,
    /// Others for whom it is read at once.
    pub read_by: Vec<UserId>,
    /// What makes it a poll or a list of tasks, as [`super::submessages::widget_of`] has it.
    pub widget: Option<String>,
    /// The sender's queue and what it calls the message.
    pub sent_from: Option<(QueueId, String)>,
    /// What the client calls this send, so that it can be repeated.
    pub keys: Vec<SendKey>,
}

/// The content as it is sent: without spaces at the end, and cut to the longest that is allowed.
///
/// # Errors
/// 400 for a message that is empty or has null bytes.
pub fn check_content(content: &str) -> Result<String, ApiError> {
    const CUT: &str = "\n[message truncated]";
    let content = content.trim_end();
    if content.is_empty() {
        return Err(ApiError::bad_request("Message must not be empty"));
    }
    if content.contains('\0') {
        return Err(ApiError::bad_request("Message must not contain null bytes"));
    }
    if content.chars().count() <= limits::MESSAGE_CHARS_MAX {
        return Ok(content.to_owned());
    }
    let kept: String = content.chars().take(limits::MESSAGE_CHARS_MAX - CUT.len()).collect();
    Ok(kept + CUT)
}

/// A topic as it is stored: trimmed, cut, and empty for the names that stand for none.
///
/// # Errors
/// 400 for characters that cannot be shown.
pub fn check_topic(topic: &str) -> Result<String, ApiError> {
    let topic = topic.trim();
    if let Some(at) = topic.chars().position(|c| c.is_control() || c == '\u{fffe}' || c == '\u{ffff}') {
        return Err(ApiError::bad_request(format!("Invalid character in topic, at position {}!", at + 1)));
    }
    if topic == "(no topic)" || topic == EMPTY_TOPIC_DISPLAY_NAME {
        return Ok(String::new());
    }
    if topic.chars().count() <= limits::TOPIC_CHARS_MAX {
        return Ok(topic.to_owned());
    }
    let kept: String = topic.chars().take(limits::TOPIC_CHARS_MAX - 3).collect();
    Ok(kept + "...")
}

/// What a send made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message.
    pub id: MessageId,
    /// What the sender has chosen for its topic by sending it: 2 unmuted, 3 followed.
    pub new_topic_policy: Option<u8>,
}

/// `send-message`: returns the new message, or the one which this send made before.
///
/// # Errors
/// 400 where the sender may not send there, or nobody is there to send to; 422 for an idempotency key that was used for
/// another message.
pub fn send(tx: &mut Tx<'_>, actor: UserId, to: &Destination, mut new: NewMessage) -> Result<Sent, ApiError> {
    let sender = tx.actor(actor)?;
    let keys = std::mem::take(&mut new.keys);
    if let Some(id) = repeats::find(tx, actor, &keys)? {
        return Ok(Sent { id, new_topic_policy: None });
    }
    let place = check_place(tx, &sender, to)?;
    check_wildcards(tx, &sender, &place, &new.rendered)?;
    check_groups(tx, &sender, &new.rendered)?;
    files::check_count(&new.rendered.linked_uploads)?;
    let sent = deliver(tx, &sender, &place, new)?;
    repeats::remember(tx, actor, &keys, sent.id);
    Ok(sent)
}

/// Where a message goes, if its sender may send there.
pub(super) fn check_place(tx: &Tx<'_>, sender: &UserRow, to: &Destination) -> Result<Place, ApiError> {
    match to {
        Destination::Channel { channel, topic } => {
            let channel = find_channel(tx, sender, channel)?;
            check_may_send(tx, sender, &channel)?;
            let topic = check_topic(topic.as_deref().unwrap_or_default())?;
            check_topic_allowed(tx, &channel, &topic)?;
            Ok(Place::Topic { channel, topic })
        }
        Destination::Direct(users) => Ok(Place::Direct { users: check_recipients(tx, sender, users)? }),
    }
}

/// Sends a message to where it may go.
pub(super) fn deliver(tx: &mut Tx<'_>, sender: &UserRow, place: &Place, new: NewMessage) -> Result<Sent, ApiError> {
    let mut new_topic_policy = None;
    if let Place::Topic { channel, topic } = place {
        new_topic_policy = follow::sends(tx, sender, channel, topic);
    }
    let conversation = open_conversation(tx, place);
    let mentions = mentions(tx, place, sender.id, &new.rendered, &new.alerted, |_| false)?;
    if let Place::Topic { channel, topic } = place {
        follow::mentions(tx, &mentions, channel.id, topic);
    }
    let id = insert(tx, sender, place, conversation, mentions.clone(), new);
    webhooks::enqueue(tx, sender, place, id, &mentions);
    Ok(Sent { id, new_topic_policy })
}

/// Where a message is or goes, as rows.
pub(super) enum Place {
    Topic { channel: Arc<ChannelRow>, topic: String },
    Direct { users: Vec<UserId> },
}

impl Place {
    /// Where a conversation is.
    pub(super) fn of(tx: &Tx<'_>, conversation: ConversationId) -> Option<Self> {
        match &**tx.state.messages.kind(conversation)? {
            ConversationKind::Topic { channel, topic } => {
                let channel = Arc::clone(tx.state.channels.get(*channel)?);
                Some(Place::Topic { channel, topic: topic.clone() })
            }
            ConversationKind::Direct { users } => Some(Place::Direct { users: users.clone() }),
        }
    }

    fn may_read(&self, tx: &Tx<'_>, user: UserId) -> bool {
        let Some(row) = tx.state.active_user(user) else { return false };
        match self {
            Place::Topic { channel, .. } => tx.state.can_read_channel(row, channel),
            Place::Direct { users } => users.contains(&user),
        }
    }

    fn is_recipient(&self, tx: &Tx<'_>, user: UserId) -> bool {
        match self {
            Place::Topic { channel, .. } => tx.state.channels.is_subscribed(user, channel.id),
            Place::Direct { users } => users.contains(&user),
        }
    }
}

/// The channel a message is sent to. Its existence is no secret from who may send there only.
pub(super) fn find_channel(tx: &Tx<'_>, sender: &UserRow, wanted: &ChannelRef) -> Result<Arc<ChannelRow>, ApiError> {
    let found = match wanted {
        ChannelRef::Id(id) => u32::try_from(*id).ok().and_then(|id| tx.state.channels.get(ChannelId(id))),
        ChannelRef::Name(name) => tx.state.channels.find_by_name(name),
    };
    let owner = sender.bot.as_ref().and_then(|bot| bot.owner).and_then(|id| tx.state.active_user(id));
    let visible = |channel: &&Arc<ChannelRow>| {
        tx.state.can_see_channel(sender, channel) || owner.is_some_and(|owner| tx.state.can_see_channel(owner, channel))
    };
    found.filter(visible).cloned().ok_or_else(|| match wanted {
        ChannelRef::Id(id) => ApiError::NoSuchChannelId { stream_id: u32::try_from(*id).unwrap_or_default() },
        ChannelRef::Name(name) => ApiError::NoSuchChannelName { stream: name.clone() },
    })
}

/// Who may send: subscribers, everybody who may read a public channel or the history of a private one, and bots where
/// their owner may; of these, those whom the channel's permission names.
pub(super) fn check_may_send(tx: &Tx<'_>, sender: &UserRow, channel: &ChannelRow) -> Result<(), ApiError> {
    let refused = || Err(ApiError::bad_request(format!("Not authorized to send to channel '{}'", channel.name)));
    if channel.is_archived {
        return refused();
    }
    let reads_history = |user: &UserRow| {
        channel.is_web_public
            || (!user.is_guest() && tx.state.shows_history(channel) && tx.state.can_read_channel(user, channel))
    };
    let reaches = |user: &UserRow| tx.state.channels.is_subscribed(user.id, channel.id) || reads_history(user);
    let permitted =
        |user: &UserRow| tx.state.has(user, &permission::channel::can_send_message_group, &channel.permissions);
    let owner = sender.bot.as_ref().and_then(|bot| bot.owner).and_then(|id| tx.state.active_user(id));
    let by_owner = |test: &dyn Fn(&UserRow) -> bool| owner.is_some_and(|owner| test(owner));
    if (reaches(sender) || by_owner(&reaches)) && (permitted(sender) || by_owner(&permitted)) {
        return Ok(());
    }
    refused()
}

pub(super) fn check_topic_allowed(tx: &Tx<'_>, channel: &ChannelRow, topic: &str) -> Result<(), ApiError> {
    let allows_empty = match channel.topics_policy {
        TopicsPolicy::Inherit => tx.state.realm.settings.topics_policy == "allow_empty_topic",
        TopicsPolicy::AllowEmpty | TopicsPolicy::EmptyOnly => true,
        TopicsPolicy::DisableEmpty => false,
    };
    if topic.is_empty() && !allows_empty {
        return Err(ApiError::bad_request("Sending messages to the general chat is not allowed in this channel."));
    }
    if !topic.is_empty() && channel.topics_policy == TopicsPolicy::EmptyOnly {
        return Err(ApiError::bad_request("Only the general chat topic is allowed in this channel."));
    }
    Ok(())
}

/// All participants, the sender included, ascending.
pub(super) fn check_recipients(tx: &Tx<'_>, sender: &UserRow, wanted: &[UserRefIn]) -> Result<Vec<UserId>, ApiError> {
    if wanted.is_empty() {
        return Err(ApiError::bad_request("Message must have recipients!"));
    }
    if wanted.len() > limits::DIRECT_RECIPIENTS_MAX {
        return Err(ApiError::bad_request("Too many recipients"));
    }
    let mut users = vec![sender.id];
    for one in wanted {
        users.push(find_recipient(tx, sender, one)?);
    }
    users.sort_unstable();
    users.dedup();
    let others: Vec<&Arc<UserRow>> =
        users.iter().filter(|id| **id != sender.id).filter_map(|id| tx.state.users.get(*id)).collect();
    if others.iter().all(|other| other.is_bot()) {
        return Ok(users);
    }
    let permitted = |user: &UserRow| tx.state.may(user, &permission::realm::direct_message_permission_group);
    if !permitted(sender) && !others.iter().any(|other| permitted(other)) {
        return Err(ApiError::bad_request("You do not have permission to send direct messages to this recipient."));
    }
    if tx.state.messages.direct(&users).is_none()
        && !tx.state.may(sender, &permission::realm::direct_message_initiator_group)
    {
        return Err(ApiError::bad_request("You do not have permission to initiate direct message conversations."));
    }
    Ok(users)
}

fn find_recipient(tx: &Tx<'_>, sender: &UserRow, wanted: &UserRefIn) -> Result<UserId, ApiError> {
    let found = match wanted {
        UserRefIn::Id(id) => u32::try_from(*id).ok().and_then(|id| tx.state.users.get(UserId(id))),
        UserRefIn::Email(email) => tx.state.users.find_by_api_email(email, &tx.state.realm.host).or_else(|| {
            tx.state.users.find_by_delivery_email(email).filter(|user| tx.state.can_see_email(sender, user))
        }),
    };
    let user = found.filter(|user| tx.state.can_see_user(sender, user)).ok_or_else(|| match wanted {
        UserRefIn::Id(id) => ApiError::bad_request(format!("Invalid user ID {id}")),
        UserRefIn::Email(email) => ApiError::bad_request(format!("Invalid email '{email}'")),
    })?;
    if !user.is_active {
        return Err(ApiError::bad_request(format!("'{}' is no longer using this organization.", user.full_name)));
    }
    Ok(user.id)
}

fn open_conversation(tx: &mut Tx<'_>, place: &Place) -> ConversationId {
    match place {
        Place::Topic { channel, topic } => topic_conversation(tx, channel.id, topic),
        Place::Direct { users } => {
            let known = tx.state.messages.direct(users);
            known.unwrap_or_else(|| new_direct_conversation(tx, users))
        }
    }
}

/// Guests who know few accounts know those with whom they are in a conversation: they are told of them before the
/// first message.
fn new_direct_conversation(tx: &mut Tx<'_>, users: &[UserId]) -> ConversationId {
    let before = tx.state.clone();
    let conversation = new_conversation(tx, ConversationKind::Direct { users: users.to_vec() });
    if !tx.state.everybody_sees_all_users() {
        let among = users.iter().map(|id| id.0).collect();
        visibility::tell_guests_of_some(tx, &before, &among, &users.iter().copied().collect());
    }
    conversation
}

/// The conversation of a topic, which may be a new one.
pub(super) fn topic_conversation(tx: &mut Tx<'_>, channel: ChannelId, topic: &str) -> ConversationId {
    let known = tx.state.messages.topic(channel, topic).map(|topic| topic.conversation);
    known.unwrap_or_else(|| new_conversation(tx, ConversationKind::Topic { channel, topic: topic.to_owned() }))
}

fn new_conversation(tx: &mut Tx<'_>, kind: ConversationKind) -> ConversationId {
    let id = tx.state.messages.next_conversation();
    tx.change(Change::Conversation { id, kind: Arc::new(kind) });
    id
}

fn insert(
    tx: &mut Tx<'_>,
    sender: &UserRow,
    place: &Place,
    conversation: ConversationId,
    mentions: Vec<(UserId, MentionBits)>,
    new: NewMessage,
) -> MessageId {
    let id = tx.state.next_message_id();
    let in_channel = matches!(place, Place::Topic { .. });
    let bits = MessageBits {
        is_me: new.rendered.is_me_message,
        has_link: new.rendered.has_link,
        has_image: new.rendered.has_image,
        channel_wildcard: new.rendered.channel_wildcard && in_channel,
        topic_wildcard: new.rendered.topic_wildcard && in_channel,
    };
    let row = Arc::new(MessageRow {
        id,
        conversation,
        sender: sender.id,
        client: new.client,
        timestamp: tx.now,
        content: new.content,
        rendered: new.rendered.html.clone(),
        bits,
        last_edit: None,
        last_moved: None,
        edit_history: Vec::new(),
        reactions: Vec::new(),
        submessages: new.widget.map(|content| first_submessage(tx, sender, content)).into_iter().collect(),
    });
    tx.change(Change::MessageInserted { row: Arc::clone(&row), mentions: mentions.clone() });
    files::refer(tx, sender, id, row.timestamp, &new.rendered.linked_uploads);
    let mut read: Vec<UserId> = tx.state.personal.muted_by(sender.id).collect();
    if new.read_by_sender {
        read.push(sender.id);
    }
    read.extend(new.read_by);
    read.retain(|user| tx.state.received(*user, id));
    read.sort_unstable();
    read.dedup();
    for user in &read {
        tx.change(Change::Flags { user: *user, flag: Flag::Read, add: true, ids: vec![id] });
    }
    let marks = Marks { read, mentions, channel_wildcard: bits.channel_wildcard };
    let (audience, reach) = audience(tx, place, &marks);
    if let Place::Topic { channel, .. } = place {
        note_first_message(tx, channel, id);
        if !channel.is_recently_active {
            super::channels::traffic::wake(tx, channel.id);
        }
    }
    let whole = Shape::APPLY_MARKDOWN.with(Shape::EMPTY_TOPIC_NAME);
    let message = tx.state.message_view(&row, whole).expect("sender and conversation are there");
    let stranger = stranger(&tx.state, sender, place);
    let payload =
        MessagePayload { message, markdown: row.content.clone(), reach, marks, sent_from: new.sent_from, stranger };
    tx.emit_payload(Payload::Message(Arc::new(payload)), audience, Gate::All);
    id
}

/// Who may read the message without knowing the sender: guests who know few accounts, where the sender is not
/// subscribed, or they are not.
fn stranger(state: &RealmState, sender: &UserRow, place: &Place) -> Option<Stranger> {
    let Place::Topic { channel, .. } = place else { return None };
    if state.everybody_sees_all_users() {
        return None;
    }
    if !channel.is_web_public && state.channels.is_subscribed(sender.id, channel.id) {
        return None;
    }
    let is_told = |guest: UserId| channel.is_web_public || state.channels.is_subscribed(guest, channel.id);
    let to = state.strangers_to(sender, is_told);
    (!to.is_empty()).then(|| Stranger { to, stand_in: state.stand_in(sender.id) })
}

fn audience(tx: &Tx<'_>, place: &Place, marks: &Marks) -> (Audience, Reach) {
    match place {
        Place::Direct { users } => (Audience::users(users.iter().copied()), Reach::Private),
        Place::Topic { channel, .. } => {
            let mentioned =
                marks.mentions.iter().filter(|(_, bits)| bits.has(MentionBits::USER)).map(|(user, _)| *user);
            let reach = match (channel.is_web_public, channel.is_private) {
                (true, _) => Reach::WebPublic,
                (false, false) => Reach::Public,
                (false, true) => Reach::Private,
            };
            (Audience::subscribers(&tx.state, channel.id).plus(mentioned), reach)
        }
    }
}

fn first_submessage(tx: &Tx<'_>, sender: &UserRow, content: String) -> SubmessageRow {
    let id = tx.state.messages.next_submessage();
    SubmessageRow { id, sender: sender.id, msg_type: "widget".to_owned(), content }
}

/// The first message of a channel changes what everybody sees of the channel.
fn note_first_message(tx: &mut Tx<'_>, channel: &ChannelRow, id: MessageId) {
    if channel.first_message_id.is_none() {
        set_first_message(tx, channel, Some(id));
    }
}

/// After messages came or went: the oldest message of a channel may be another.
pub(super) fn refresh_first_message(tx: &mut Tx<'_>, channel: ChannelId) {
    let Some(row) = tx.state.channels.get(channel).cloned() else { return };
    let first = tx.state.messages.channel_ids(channel).and_then(crate::state::ids::IdSet::min);
    if row.first_message_id != first {
        set_first_message(tx, &row, first);
    }
}

/// Says which message of a channel is its oldest.
fn set_first_message(tx: &mut Tx<'_>, channel: &ChannelRow, id: Option<MessageId>) {
    let audience = tx.state.who_sees_channel(channel);
    tx.change(Change::Channel(Arc::new(ChannelRow { first_message_id: id, ..channel.clone() })));
    let event = StreamUpdate {
        stream_id: channel.id,
        name: channel.name.clone(),
        property: "first_message_id".to_owned(),
        value: serde_json::json!(id),
        rendered_description: None,
        history_public_to_subscribers: None,
        is_web_public: None,
    };
    tx.emit_gated(Event::StreamUpdate(event), audience, super::channels::gate(channel));
}
