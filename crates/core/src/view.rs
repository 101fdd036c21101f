//! Objects as one user sees them: what the API shows of a row.
//!
//! # Layout
//! - [`personal`]: topics, statuses and presences. Here: users, bots, channels and messages.

use crate::change::{MessageRow, ReactionRow, SubmessageRow};
use crate::event::StandIn;
use crate::limits;
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::channels::{ChannelRow, SubscriptionRow};
use crate::state::files::FileRow;
use crate::state::messages::ConversationKind;
use crate::state::pictures::{EmojiRow, PictureOf};
use crate::state::users::UserRow;
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_types::attachment::{Attachment, AttachmentMessage};
use tidings_types::channel::{Channel, Subscription};
use tidings_types::emoji::{EmojiMap, RealmEmoji};
use tidings_types::endpoints::users::GetOwnUserResponse;
use tidings_types::group::GroupSetting;
use tidings_types::message::{DisplayRecipient, Edit, Message, Participant, Reaction, ReactionUser, Submessage};
use tidings_types::user::{Bot, ProfileValue, Role, SystemBot, User};
use tidings_types::{MessageId, UserId};

pub mod personal;

/// Whom a reader of messages may know of, found out once for all messages of an answer.
pub struct PageReader<'a> {
    /// What there is to read.
    pub state: &'a RealmState,
    /// Who reads.
    pub viewer: &'a UserRow,
    sees_all: bool,
    known: BTreeMap<UserId, bool>,
}

impl<'a> PageReader<'a> {
    /// Somebody who reads messages of a state.
    #[must_use]
    pub fn new(state: &'a RealmState, viewer: &'a UserRow) -> Self {
        PageReader { state, viewer, sees_all: state.sees_all_users(viewer), known: BTreeMap::new() }
    }

    fn knows(&mut self, id: UserId) -> bool {
        let (state, viewer) = (self.state, self.viewer);
        let sees = || state.users.sender(id).is_some_and(|user| state.can_see_user(viewer, user));
        *self.known.entry(id).or_insert_with(sees)
    }

    /// Hides whom they may not know of: the sender, and who reacted.
    pub fn hide_strangers(&mut self, message: &mut Message) {
        if self.sees_all {
            return;
        }
        if !self.knows(message.sender_id) {
            self.state.stand_in(message.sender_id).hide_sender(message);
        }
        for reaction in &mut message.reactions {
            if !self.knows(reaction.user_id) {
                let StandIn { full_name, email, .. } = self.state.stand_in(reaction.user_id);
                reaction.user = ReactionUser { full_name, email, ..reaction.user.clone() };
            }
        }
    }
}

/// The address of a picture that the server makes: everybody has another one, and always the same.
fn made_picture(seed: &str, size: &str, version: u32) -> String {
    let hash = md5::compute(seed);
    format!("/user_avatars/made/{hash:x}{size}.png?version={version}")
}

/// ISO 8601 date and time in UTC.
fn iso_date_time(unix_secs: i64) -> String {
    jiff::Timestamp::from_second(unix_secs).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

impl RealmState {
    /// The address of an account as the API shows it.
    #[must_use]
    pub fn api_email(&self, user: &UserRow) -> String {
        user.api_email(&self.realm.host)
    }

    /// The address of an account's picture, below that of the server.
    #[must_use]
    pub fn avatar_url(&self, user: &UserRow) -> String {
        self.avatar_url_of(user, "")
    }

    /// The address of an account's picture in a larger size.
    #[must_use]
    pub fn avatar_url_medium(&self, user: &UserRow) -> String {
        self.avatar_url_of(user, "-medium")
    }

    fn avatar_url_of(&self, user: &UserRow, size: &str) -> String {
        let version = user.avatar_version;
        match self.pictures.file(PictureOf::User(user.id)) {
            Some(file) => format!("/user_avatars/1/{file}{size}.png?version={version}"),
            None => made_picture(&format!("{}@{}", user.id, self.realm.host), size, version),
        }
    }

    /// Where an account's picture comes from: `U`, uploaded, or `G`, made.
    #[must_use]
    pub fn avatar_source(&self, user: &UserRow) -> &'static str {
        if self.pictures.file(PictureOf::User(user.id)).is_some() { "U" } else { "G" }
    }

    /// A file as its owner sees it, with the newest messages that refer to it.
    #[must_use]
    pub fn attachment_view(&self, row: &FileRow) -> Attachment {
        let message = |(id, sent_at): (MessageId, i64)| AttachmentMessage { date_sent: sent_at * 1_000, id };
        let newest = self.files.uses(row.id).rev().take(limits::FILE_MESSAGES_SHOWN_MAX);
        let mut messages: Vec<AttachmentMessage> = newest.map(message).collect();
        messages.reverse();
        Attachment {
            id: row.id,
            name: row.name.clone(),
            path_id: row.path.clone(),
            size: row.size,
            create_time: row.created_at * 1_000,
            messages,
        }
    }

    /// The address of the organization's picture, below that of the server.
    #[must_use]
    pub fn icon_url(&self) -> String {
        self.realm_picture(PictureOf::Icon).unwrap_or_else(|| made_picture(&self.realm.host, "", 1))
    }

    /// The address of the organization's logo, below that of the server; empty if it has none.
    #[must_use]
    pub fn logo_url(&self, of: PictureOf) -> String {
        self.realm_picture(of).unwrap_or_default()
    }

    fn realm_picture(&self, of: PictureOf) -> Option<String> {
        let picture = self.pictures.get(of)?;
        let file = picture.file.as_ref()?;
        Some(format!("/user_avatars/1/realm/{file}.png?version={}", picture.version))
    }

    /// All custom emoji.
    #[must_use]
    pub fn emoji_view(&self) -> EmojiMap {
        let view = |row: &Arc<EmojiRow>| RealmEmoji {
            id: row.id.to_string(),
            name: row.name.clone(),
            source_url: row.source_url(),
            still_url: row.still_url(),
            deactivated: row.is_deactivated,
            author_id: Some(row.author),
        };
        self.pictures.emoji().map(|row| (row.id.to_string(), view(row))).collect()
    }

    /// An account as `viewer` sees it, without `is_active`.
    #[must_use]
    pub fn user_view(&self, viewer: &UserRow, user: &UserRow) -> User {
        if viewer.is_spectator() {
            return self.user_for_spectators(user);
        }
        self.user_view_as(user, self.can_see_email(viewer, user))
    }

    /// An account as those see it who may (or may not) see its real address.
    #[must_use]
    pub fn user_view_as(&self, user: &UserRow, sees_email: bool) -> User {
        User {
            user_id: user.id,
            delivery_email: sees_email.then(|| user.delivery_email.clone()),
            email: self.api_email(user),
            full_name: user.full_name.clone(),
            date_joined: iso_date_time(user.date_joined),
            is_active: None,
            is_owner: user.role == Role::Owner,
            is_admin: user.role.is_admin(),
            is_guest: user.is_guest(),
            is_bot: user.is_bot(),
            bot_type: user.bot.as_ref().map(|bot| bot.bot_type),
            bot_owner_id: user.bot.as_ref().and_then(|bot| bot.owner),
            role: user.role,
            timezone: user.settings.timezone.clone(),
            avatar_url: Some(self.avatar_url(user)),
            avatar_version: user.avatar_version,
            profile_data: (!user.is_bot()).then(|| self.profile_view(user.id)),
        }
    }

    /// The values in a user's profile, by field.
    fn profile_view(&self, user: UserId) -> BTreeMap<String, ProfileValue> {
        self.users.profile(user).iter().map(|(field, value)| (field.to_string(), value.clone())).collect()
    }

    /// What is shown of an account to who may not know of it.
    #[must_use]
    pub fn stand_in(&self, user: UserId) -> StandIn {
        StandIn {
            full_name: "Unknown user".to_owned(),
            email: self.made_up_email(user),
            avatar_url: made_picture("unknown", "", 1),
        }
    }

    /// An account as those see it who are told that it exists, but nothing else of it.
    #[must_use]
    pub fn unknown_user_view(&self, user: &UserRow) -> User {
        let StandIn { full_name, email, avatar_url } = self.stand_in(user.id);
        User {
            user_id: user.id,
            delivery_email: None,
            email,
            full_name,
            date_joined: iso_date_time(self.realm.date_created),
            is_active: None,
            is_owner: false,
            is_admin: false,
            is_guest: false,
            is_bot: false,
            bot_type: None,
            bot_owner_id: None,
            role: Role::Member,
            timezone: String::new(),
            avatar_url: Some(avatar_url),
            avatar_version: 1,
            profile_data: Some(BTreeMap::new()),
        }
    }

    /// An account of the server itself, as everybody sees it.
    #[must_use]
    pub fn system_bot_view(&self, user: &UserRow) -> SystemBot {
        let user = User { is_active: Some(true), ..self.user_view_as(user, true) };
        SystemBot { user, is_system_bot: true }
    }

    /// The account that asks, as it sees itself.
    #[must_use]
    pub fn own_user_view(&self, user: &UserRow) -> GetOwnUserResponse {
        let shown = self.user_view_as(user, true);
        GetOwnUserResponse {
            user_id: user.id,
            email: shown.email,
            delivery_email: user.delivery_email.clone(),
            full_name: shown.full_name,
            avatar_url: self.avatar_url(user),
            avatar_version: user.avatar_version,
            role: user.role,
            is_owner: shown.is_owner,
            is_admin: shown.is_admin,
            is_guest: shown.is_guest,
            is_bot: shown.is_bot,
            bot_type: shown.bot_type,
            bot_owner_id: shown.bot_owner_id,
            is_active: user.is_active,
            timezone: shown.timezone,
            date_joined: shown.date_joined,
            max_message_id: self.newest_received(user.id).map_or(-1, |id| i64::from(id.0)),
            profile_data: shown.profile_data,
        }
    }

    /// A bot as its owner and administrators see it.
    #[must_use]
    pub fn bot_view(&self, user: &UserRow) -> Option<Bot> {
        let bot = user.bot.as_ref()?;
        let name = |id| self.channels.get(id).map(|channel: &Arc<ChannelRow>| channel.name.clone());
        Some(Bot {
            user_id: user.id,
            full_name: user.full_name.clone(),
            api_key: String::new(),
            default_sending_stream: bot.default_sending_channel.and_then(name),
            default_events_register_stream: bot.default_events_channel.and_then(name),
            default_all_public_streams: bot.default_all_public,
            avatar_url: self.avatar_url(user),
            owner_id: bot.owner,
            services: bot.service.iter().cloned().collect(),
            email: self.api_email(user),
            bot_type: Some(bot.bot_type),
            is_active: user.is_active,
        })
    }

    /// A channel, without subscribers.
    #[must_use]
    pub fn channel_view(&self, channel: &ChannelRow) -> Channel {
        let count = u32::try_from(self.channels.subscriber_count(channel.id)).unwrap_or(u32::MAX);
        let mut permissions = channel.permissions.clone();
        permissions.for_each_mut(|setting| self.leave_out_inactive(setting));
        let post_policy = post_policy(&channel.permissions.can_send_message_group);
        Channel {
            stream_id: channel.id,
            name: channel.name.clone(),
            is_archived: channel.is_archived,
            description: channel.description.clone(),
            rendered_description: channel.rendered_description.clone(),
            date_created: channel.date_created,
            creator_id: channel.creator,
            invite_only: channel.is_private,
            is_web_public: channel.is_web_public,
            stream_post_policy: post_policy,
            is_announcement_only: post_policy == 2,
            message_retention_days: channel.message_retention_days,
            history_public_to_subscribers: self.shows_history(channel),
            topics_policy: channel.topics_policy,
            first_message_id: channel.first_message_id,
            folder_id: channel.folder,
            is_recently_active: channel.is_recently_active,
            stream_weekly_traffic: channel.weekly_traffic,
            subscriber_count: count,
            permissions,
            subscribers: None,
        }
    }

    /// Active subscribers, ascending, as those see them who may see the channel.
    #[must_use]
    pub fn subscriber_ids(&self, channel: &ChannelRow) -> Vec<UserId> {
        self.channels.subscribers(channel.id).iter().copied().collect()
    }

    /// A channel with the personal settings of somebody who is, or was, subscribed.
    #[must_use]
    pub fn subscription_view(&self, channel: &ChannelRow, row: &SubscriptionRow) -> Subscription {
        Subscription {
            channel: self.channel_view(channel),
            settings: row.settings.clone(),
            in_home_view: !row.settings.is_muted,
        }
    }

    /// All participants of a direct conversation as messages list them: two by address, more by id.
    #[must_use]
    pub fn participants(&self, users: &[UserId]) -> Vec<Participant> {
        let participant = |id: &UserId| {
            let row = self.users.sender(*id)?;
            Some(Participant {
                id: *id,
                email: self.api_email(row),
                full_name: row.full_name.clone(),
                is_mirror_dummy: false,
            })
        };
        let mut all: Vec<Participant> = users.iter().filter_map(participant).collect();
        if all.len() <= 2 {
            all.sort_by(|a, b| a.email.cmp(&b.email));
        }
        all
    }

    /// A message as a client of this shape is shown it, without flags. None if its sender or its conversation is
    /// not there, which cannot be.
    #[must_use]
    pub fn message_view(&self, row: &MessageRow, shape: Shape) -> Option<Message> {
        let sender = self.users.sender(row.sender)?;
        let kind = self.messages.kind(row.conversation)?;
        let (display_recipient, channel, topic, recipient_id) = match &**kind {
            ConversationKind::Direct { users } => {
                // Even numbers for direct conversations, odd ones for channels: both opaque, none given twice.
                (DisplayRecipient::Users(self.participants(users)), None, "", row.conversation.0.wrapping_mul(2))
            }
            ConversationKind::Topic { channel, topic } => {
                let name = self.channels.get(*channel)?.name.clone();
                (DisplayRecipient::Channel(name), Some(*channel), shape.topic(topic), channel.0.wrapping_mul(2) + 1)
            }
        };
        let html = shape.has(Shape::APPLY_MARKDOWN);
        Some(Message {
            id: row.id,
            sender_id: row.sender,
            content: if html { row.rendered.clone() } else { row.content.clone() },
            recipient_id,
            timestamp: row.timestamp,
            client: row.client.clone(),
            subject: topic.to_owned(),
            topic_links: self.linkifiers.topic_links(topic),
            is_me_message: row.bits.is_me,
            reactions: row.reactions.iter().map(|reaction| self.reaction_view(reaction)).collect(),
            submessages: row.submessages.iter().map(|submessage| submessage_view(row.id, submessage)).collect(),
            sender_full_name: sender.full_name.clone(),
            sender_email: self.api_email(sender),
            sender_realm_str: self.realm.string_id.clone(),
            display_recipient,
            stream_id: channel,
            message_type: if channel.is_some() { "stream" } else { "private" }.to_owned(),
            avatar_url: Some(self.avatar_url(sender)),
            content_type: if html { "text/html" } else { "text/x-markdown" }.to_owned(),
            last_edit_timestamp: row.last_edit,
            last_moved_timestamp: row.last_moved,
            edit_history: Some(self.visible_history(row, limits::EDITS_SHOWN_MAX))
                .filter(|history| !history.is_empty()),
            flags: None,
        })
    }

    /// How the message changed, newest first, as far as the realm shows it: its `newest` changes of a request each.
    #[must_use]
    pub fn visible_history(&self, row: &MessageRow, newest: usize) -> Vec<Edit> {
        let is_shown = |edit: &&Edit| match self.realm.settings.message_edit_history_visibility_policy.as_str() {
            "all" => true,
            "moves" => edit.is_move(),
            _ => false,
        };
        let mut history: Vec<Edit> = Vec::new();
        for edit in row.edit_history.iter().filter(is_shown) {
            if history.last_mut().is_some_and(|later| later.join(edit)) {
                continue;
            }
            if history.len() == newest {
                break;
            }
            history.push(edit.clone());
        }
        history
    }

    fn reaction_view(&self, reaction: &ReactionRow) -> Reaction {
        let user = self.users.get(reaction.user);
        Reaction {
            emoji_name: reaction.emoji_name.clone(),
            emoji_code: reaction.emoji_code.clone(),
            reaction_type: reaction.reaction_type,
            user_id: reaction.user,
            user: ReactionUser {
                id: reaction.user,
                email: user.map(|user| self.api_email(user)).unwrap_or_default(),
                full_name: user.map(|user| user.full_name.clone()).unwrap_or_default(),
                is_mirror_dummy: false,
            },
        }
    }
}

fn submessage_view(message_id: MessageId, row: &SubmessageRow) -> Submessage {
    Submessage {
        id: row.id,
        message_id,
        sender_id: row.sender,
        msg_type: row.msg_type.clone(),
        content: row.content.clone(),
    }
}

/// The deprecated number for who may send: 1 everyone, 2 administrators, 3 full members, 4 moderators.
fn post_policy(can_send: &GroupSetting) -> u8 {
    use crate::state::groups::system;
    match can_send {
        GroupSetting::Named(system::ADMINISTRATORS | system::OWNERS | system::NOBODY) => 2,
        GroupSetting::Named(system::FULL_MEMBERS) => 3,
        GroupSetting::Named(system::MODERATORS) => 4,
        _ => 1,
    }
}
