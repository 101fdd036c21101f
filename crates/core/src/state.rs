//! The live state of one realm: an immutable snapshot made of persistent maps.
//!
//! Cloning a snapshot copies a few dozen pointers, so readers take one without a lock and the writer changes its
//! own copy. A snapshot carries the log position up to which it is folded ([`RealmState::seq`]), so what is
//! rendered from it is exact at that position.
//!
//! The only way to change a state is [`RealmState::apply`], with the same [`Change`]s that the store writes as
//! rows: loading a realm is applying its stored rows, and a cluster node follows the others by applying theirs.
//!
//! # Layout
//! - [`realm`]: the organization. [`users`]: accounts and keys. [`channels`]: channels and subscriptions.
//! - [`messages`]: where every message is; the messages themselves are in the database.
//! - [`flags`]: what each user has read, starred and so on. [`personal`]: alert words, muted users, topics, status.
//! - [`groups`]: the built-in groups, derived from roles. [`ids`]: sets of message ids.

use crate::change::Change;
use std::sync::Arc;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

pub mod channels;
pub mod flags;
pub mod groups;
pub mod ids;
pub mod messages;
pub mod personal;
pub mod realm;
pub mod users;

use channels::Channels;
use flags::Flags;
use messages::MessageIndex;
use personal::Personal;
use realm::RealmRow;
use users::Users;

/// Everything about a realm that is held in memory, at one position of its log.
#[derive(Clone, Debug)]
pub struct RealmState {
    /// The newest durable event that is folded in; 0 before the first.
    pub seq: u64,
    /// The organization itself.
    pub realm: Arc<RealmRow>,
    /// Accounts and API keys.
    pub users: Users,
    /// Channels and who is subscribed.
    pub channels: Channels,
    /// Where every message is.
    pub messages: MessageIndex,
    /// Read, starred and other marks.
    pub flags: Flags,
    /// Alert words, muted users, topic policies, status, presence.
    pub personal: Personal,
}

impl RealmState {
    /// A realm with nothing in it but its own description.
    #[must_use]
    pub fn new(realm: RealmRow) -> Self {
        RealmState {
            seq: 0,
            realm: Arc::new(realm),
            users: Users::default(),
            channels: Channels::default(),
            messages: MessageIndex::default(),
            flags: Flags::default(),
            personal: Personal::default(),
        }
    }

    /// Folds one change in. Every change is valid here: commands refuse the others.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Realm(row) => self.realm = Arc::clone(row),
            Change::User(row) => {
                self.users.put(Arc::clone(row));
                self.channels.set_active(row.id, row.is_active);
            }
            Change::ApiKey { hash, user, .. } => self.users.put_key(*hash, *user),
            Change::ApiKeyRevoked { hash, user } => self.users.remove_key(hash, *user),
            Change::Password { .. }
            | Change::NamedSend { .. }
            | Change::Queue(_)
            | Change::QueueStart { .. }
            | Change::QueueDeleted(_) => {}
            Change::Channel(row) => self.channels.put(Arc::clone(row)),
            Change::Subscription { user, channel, row } => {
                let is_active = self.users.get(*user).is_some_and(|user| user.is_active);
                self.channels.put_subscription(*user, *channel, Arc::clone(row), is_active);
            }
            Change::Conversation { id, kind } => self.messages.put_conversation(*id, Arc::clone(kind)),
            Change::MessageInserted { row, mentions } => {
                self.messages.insert(row.id, row.conversation);
                self.flags.put_mentions(row.id, row.bits.channel_wildcard, mentions);
            }
            Change::MessageUpdated { row, mentions, .. } => {
                self.messages.relocate(row.id, row.conversation);
                self.flags.clear_mentions(row.id);
                self.flags.put_mentions(row.id, row.bits.channel_wildcard, mentions);
            }
            Change::MessageDeleted { id, newest_left } => {
                self.messages.remove(*id, *newest_left);
                self.flags.forget(*id);
            }
            Change::ReactionAdded { .. } | Change::ReactionRemoved { .. } => {}
            Change::Flags { user, flag, add, ids } => self.flags.set(*user, *flag, *add, ids),
            Change::AlertWords { user, words } => self.personal.put_alert_words(*user, words),
            Change::MutedUsers { user, muted } => self.personal.put_muted_users(*user, Arc::clone(muted)),
            Change::UserTopic { user, channel, topic, policy } => {
                self.personal.put_user_topic(*user, *channel, topic, *policy);
            }
            Change::Status { user, status } => self.personal.put_status(*user, status),
            Change::Presence { user, presence } => self.personal.put_presence(*user, *presence),
        }
    }

    /// The id the next message gets.
    #[must_use]
    pub fn next_message_id(&self) -> MessageId {
        self.messages.next_id()
    }

    /// Whether `user` was subscribed to `channel` when the durable event `seq` happened.
    #[must_use]
    pub fn was_subscribed_at(&self, user: UserId, channel: ChannelId, seq: u64) -> bool {
        self.channels.subscription(user, channel).is_some_and(|row| row.spans.iter().any(|span| span.covers_seq(seq)))
    }

    /// Whether `user` received message `id`, that is, was told of it when it was sent.
    ///
    /// Direct messages are received by their participants, channel messages by who was subscribed then and by
    /// who was mentioned.
    #[must_use]
    pub fn received(&self, user: UserId, id: MessageId) -> bool {
        let Some(conversation) = self.messages.conversation_of(id) else { return false };
        self.received_in(user, id, conversation)
    }

    /// The newest message that `user` received.
    #[must_use]
    pub fn newest_received(&self, user: UserId) -> Option<MessageId> {
        let in_channels = self.channels.subscriptions_of(user).filter_map(|(channel, row)| {
            let ids = self.messages.channel_ids(channel)?;
            row.spans.iter().rev().find_map(|span| ids.max_within(span.from_message, span.to_message))
        });
        let direct = self.messages.direct_of(user).filter_map(|id| self.messages.direct_ids(id)?.max());
        let mentioned = self.flags.of(user).and_then(|flags| flags.mentioned().max()).map(MessageId);
        in_channels.chain(direct).chain(mentioned).max()
    }

    fn received_in(&self, user: UserId, id: MessageId, conversation: ConversationId) -> bool {
        match self.messages.kind(conversation).map(|kind| &**kind) {
            Some(messages::ConversationKind::Direct { users }) => users.contains(&user),
            Some(messages::ConversationKind::Topic { channel, .. }) => {
                let subscribed = self
                    .channels
                    .subscription(user, *channel)
                    .is_some_and(|row| row.spans.iter().any(|span| span.covers_message(id)));
                subscribed || self.flags.of(user).is_some_and(|flags| flags.is_mentioned(id))
            }
            None => false,
        }
    }
}
