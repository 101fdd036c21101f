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
//! - [`files`]: uploaded files and who refers to them. [`pictures`]: of users and the organization; custom emoji.
//! - [`linkifiers`]: what the organization lets text become.
//! - [`organization`]: what administrators keep for everybody, beside settings.
//! - [`invites`]: invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.
//! - [`prepared`]: drafts, snippets, views, scheduled messages, reminders.
//! - [`bot_storage`]: what programs store for their accounts.
//! - [`push`]: devices that notifications are to be sent to.
//! - [`exports`]: exports of the organization's data.
//! - [`webhooks`]: requests of outgoing webhooks that are still to be made.
//! - [`groups`]: the built-in groups, derived from roles, and those of users. [`ids`]: sets of message ids.

use crate::change::Change;
use std::sync::Arc;
use tidings_types::{ChannelId, MessageId, UserId};

pub mod bot_storage;
pub mod channels;
pub mod exports;
pub mod files;
pub mod flags;
pub mod groups;
pub mod ids;
pub mod invites;
pub mod linkifiers;
pub mod messages;
pub mod organization;
pub mod personal;
pub mod pictures;
pub mod prepared;
pub mod push;
pub mod realm;
pub mod users;
pub mod webhooks;

use bot_storage::BotStorage;
use channels::Channels;
use exports::Exports;
use files::Files;
use flags::Flags;
use groups::Groups;
use invites::Invites;
use linkifiers::{Linkifiers, Playgrounds};
use messages::MessageIndex;
use organization::Organization;
use personal::Personal;
use pictures::Pictures;
use prepared::{Kept, Prepared};
use push::{PushKind, PushToken};
use realm::RealmRow;
use users::Users;
use webhooks::Webhooks;

/// Everything about a realm that is held in memory, at one position of its log.
#[derive(Clone, Debug)]
pub struct RealmState {
    /// The newest durable event that is folded in; 0 before the first.
    pub seq: u64,
    /// The organization itself.
    pub realm: Arc<RealmRow>,
    /// Patterns that become links.
    pub linkifiers: Linkifiers,
    /// Places where code can be run.
    pub playgrounds: Arc<Playgrounds>,
    /// What administrators keep for everybody: folders, profile fields, domains, default groups of channels.
    pub organization: Organization,
    /// Invitations, addresses that wait to be confirmed, and e-mails that wait to be sent.
    pub invites: Invites,
    /// Accounts and API keys.
    pub users: Users,
    /// What programs store for their accounts.
    pub bot_storage: BotStorage,
    /// The groups that users made.
    pub groups: Groups,
    /// Channels and who is subscribed.
    pub channels: Channels,
    /// Where every message is.
    pub messages: MessageIndex,
    /// Read, starred and other marks.
    pub flags: Flags,
    /// Alert words, muted users, topic policies, status, presence.
    pub personal: Personal,
    /// Drafts, snippets, views, scheduled messages, reminders.
    pub prepared: Prepared,
    /// Devices that notifications are to be sent to.
    pub push_tokens: Kept<(PushKind, String), PushToken>,
    /// Exports of the organization's data.
    pub exports: Exports,
    /// Requests of outgoing webhooks that are still to be made.
    pub webhooks: Webhooks,
    /// Uploaded files.
    pub files: Files,
    /// Pictures of users and of the organization, custom emoji.
    pub pictures: Pictures,
}

impl RealmState {
    /// A realm with nothing in it but its own description.
    #[must_use]
    pub fn new(realm: RealmRow) -> Self {
        let mut users = Users::default();
        users.set_realm(&realm);
        RealmState {
            seq: 0,
            realm: Arc::new(realm),
            linkifiers: Linkifiers::default(),
            playgrounds: Arc::default(),
            organization: Organization::default(),
            invites: Invites::default(),
            users,
            bot_storage: BotStorage::default(),
            groups: Groups::default(),
            channels: Channels::default(),
            messages: MessageIndex::default(),
            flags: Flags::default(),
            personal: Personal::default(),
            prepared: Prepared::default(),
            push_tokens: Kept::default(),
            exports: Exports::default(),
            webhooks: Webhooks::default(),
            files: Files::default(),
            pictures: Pictures::default(),
        }
    }

    /// Folds one change in. Every change is valid here: commands refuse the others.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Realm(row) => {
                self.users.set_realm(row);
                self.realm = Arc::clone(row);
            }
            Change::Linkifiers(list) => self.linkifiers.put(Arc::clone(list)),
            Change::Playgrounds(list) => self.playgrounds = Arc::clone(list),
            Change::ChannelFolders(list) => self.organization.folders = Arc::clone(list),
            Change::Invite { id, row } => self.invites.put(*id, row.clone()),
            Change::InvitesSent { user, sent } => self.invites.put_sent(*user, *sent),
            Change::EmailChange { user, row } => self.invites.put_email_change(*user, row.clone()),
            Change::Mail { id, row } => self.invites.put_mail(*id, row.clone()),
            Change::Domains(list) => self.organization.domains = Arc::clone(list),
            Change::DefaultGroups(list) => self.organization.default_groups = Arc::clone(list),
            Change::OnboardingStep { user, step, .. } => self.personal.put_seen_step(*user, step),
            Change::Deactivated(closed) => self.organization.is_deactivated = *closed,
            Change::ProfileFields(list) => {
                self.users.keep_profile_values(|field| list.items.iter().any(|known| known.id == field));
                self.organization.profile_fields = Arc::clone(list);
            }
            Change::Profile { user, values } => self.users.put_profile(*user, Arc::clone(values)),
            Change::User(row) => {
                self.users.put(Arc::clone(row));
                self.channels.set_active(row.id, row.is_active);
            }
            Change::Group(row) => self.groups.put(row),
            Change::GroupMembers { group, users, add } => self.groups.change_members(*group, users, *add),
            Change::GroupSubgroups { group, subgroups, add } => self.groups.change_subgroups(*group, subgroups, *add),
            Change::ApiKey { hash, user, .. } => self.users.put_key(*hash, *user),
            Change::ApiKeyRevoked { hash, user } => self.users.remove_key(hash, *user),
            Change::Audit(_)
            | Change::Password { .. }
            | Change::NamedSend { .. }
            | Change::Queue(_)
            | Change::QueueStart { .. }
            | Change::QueueDeleted(_) => {}
            Change::BotStorage { user, key, value } => self.bot_storage.put(*user, key, value.clone()),
            Change::Channel(row) => self.channels.put(Arc::clone(row)),
            Change::Subscription { user, channel, row } => {
                let is_active = self.users.get(*user).is_some_and(|user| user.is_active);
                self.channels.put_subscription(*user, *channel, Arc::clone(row), is_active);
            }
            Change::Conversation { id, kind } => self.messages.put_conversation(*id, Arc::clone(kind)),
            Change::MessageInserted { row, mentions } => {
                self.messages.insert(row.id, row.conversation, row.sender);
                row.submessages.iter().for_each(|submessage| self.messages.note_submessage(submessage.id));
                self.flags.put_mentions(row.id, row.bits.channel_wildcard, mentions);
            }
            Change::MessageUpdated { row, mentions, .. } => {
                self.flags.clear_mentions(row.id);
                self.flags.put_mentions(row.id, row.bits.channel_wildcard, mentions);
            }
            Change::MessagesMoved { ids, to, seq, .. } => self.messages.relocate(ids, *to, *seq),
            Change::MessageDeleted { id } => {
                self.messages.remove(*id);
                self.files.put_uses(*id, 0, &[]);
                self.flags.forget(*id);
            }
            Change::SubmessageAdded { row, .. } => self.messages.note_submessage(row.id),
            Change::ReactionAdded { .. } | Change::ReactionRemoved { .. } => {}
            Change::Flags { user, flag, add, ids } => self.flags.set(*user, *flag, *add, ids),
            Change::AlertWords { user, words } => self.personal.put_alert_words(*user, words),
            Change::MutedUsers { user, muted } => self.personal.put_muted_users(*user, Arc::clone(muted)),
            Change::UserTopic { user, channel, topic, policy } => {
                self.personal.put_user_topic(*user, *channel, topic, *policy);
            }
            Change::Status { user, status } => self.personal.put_status(*user, status),
            Change::Presence { user, presence } => self.personal.put_presence(*user, *presence),
            Change::Draft { user, id, draft } => self.prepared.put_draft(*user, *id, draft.clone()),
            Change::Snippet { user, id, snippet } => self.prepared.put_snippet(*user, *id, snippet.clone()),
            Change::View { user, fragment, view } => self.prepared.put_view(*user, fragment, view.clone()),
            Change::PushToken { user, kind, token, row } => {
                self.push_tokens.put(*user, &(*kind, token.clone()), row.clone());
            }
            Change::Export(row) => self.exports.put(Arc::clone(row)),
            Change::Webhook { message, bot, row } => self.webhooks.put(*message, *bot, row.clone()),
            Change::Picture { of, picture } => self.pictures.put(*of, Arc::clone(picture)),
            Change::Emoji(row) => self.pictures.put_emoji(Arc::clone(row)),
            Change::File(row) => self.files.put(Arc::clone(row)),
            Change::FileRemoved(id) => self.files.remove(*id),
            Change::FileUses { message, sent_at, files } => self.files.put_uses(*message, *sent_at, files),
            Change::Later { user, id, row } => self.prepared.put_later(*user, *id, row.clone()),
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

    /// Whether `user` received message `id`, that is, was told of it when it was sent, and has it since.
    ///
    /// Direct messages are received by their participants, channel messages by who was subscribed then and by
    /// who was mentioned. Who has it still where it was moved to another channel is who was subscribed there, too,
    /// when it came; to the others who may read it, it is as if it had been sent before they came.
    #[must_use]
    pub fn received(&self, user: UserId, id: MessageId) -> bool {
        self.received_by_place(user, id) || self.is_mentioned_in_channel(user, id)
    }

    /// As [`RealmState::received`], but for being mentioned, which can come with an edit.
    #[must_use]
    pub fn received_by_place(&self, user: UserId, id: MessageId) -> bool {
        self.came_to(user, id, |channel| match self.messages.way_of(id) {
            None => self.was_subscribed_when_sent(user, channel, id),
            Some(way) => self.was_subscribed_when_sent(user, way.sent_to, id) && self.followed(user, way),
        })
    }

    /// Whether a message came to `user`: they were subscribed to its channel when it was sent there or moved there,
    /// were mentioned, or take part in the direct conversation. Where history is not shown, these may read it.
    #[must_use]
    pub fn was_there(&self, user: UserId, id: MessageId) -> bool {
        let by_place =
            self.came_to(user, id, |channel| match self.messages.way_of(id).and_then(|way| way.moves.last()) {
                None => self.was_subscribed_when_sent(user, channel, id),
                Some((channel, seq)) => self.was_subscribed_at(user, *channel, *seq),
            });
        by_place || self.is_mentioned_in_channel(user, id)
    }

    /// Whether `user` was subscribed to all channels on a message's way when it came there.
    pub(crate) fn followed(&self, user: UserId, way: &messages::Way) -> bool {
        way.moves.iter().all(|(channel, seq)| self.was_subscribed_at(user, *channel, *seq))
    }

    fn was_subscribed_when_sent(&self, user: UserId, channel: ChannelId, id: MessageId) -> bool {
        let row = self.channels.subscription(user, channel);
        row.is_some_and(|row| row.spans.iter().any(|span| span.covers_message(id)))
    }

    fn came_to(&self, user: UserId, id: MessageId, by_channel: impl FnOnce(ChannelId) -> bool) -> bool {
        match self.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(messages::ConversationKind::Direct { users }) => users.contains(&user),
            Some(messages::ConversationKind::Topic { channel, .. }) => by_channel(*channel),
            None => false,
        }
    }

    fn is_mentioned_in_channel(&self, user: UserId, id: MessageId) -> bool {
        let is_in_channel = || {
            let kind = self.messages.kind_of_message(id).map(|kind| &**kind);
            matches!(kind, Some(messages::ConversationKind::Topic { .. }))
        };
        self.flags.of(user).is_some_and(|flags| flags.is_mentioned(id)) && is_in_channel()
    }

    /// The newest message that `user` received.
    #[must_use]
    pub fn newest_received(&self, user: UserId) -> Option<MessageId> {
        let in_channels = self.channels.subscriptions_of(user).filter_map(|(channel, row)| {
            if self.messages.came_into(channel).next().is_some() {
                let mut received = roaring::RoaringBitmap::new();
                self.add_received_in(user, channel, &mut received);
                return received.max().map(MessageId);
            }
            let ids = self.messages.channel_ids(channel)?;
            row.spans.iter().rev().find_map(|span| ids.max_within(span.from_message, span.to_message))
        });
        let direct = self.messages.direct_of(user).filter_map(|id| self.messages.newest(id));
        let mentioned = self.flags.of(user).and_then(|flags| flags.mentioned().max()).map(MessageId);
        in_channels.chain(direct).chain(mentioned).max()
    }
}
