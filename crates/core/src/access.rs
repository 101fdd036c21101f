//! Who may see what, and, from the same rules, who is told.
//!
//! Every `can_see_*` has a `who_sees_*` beside it that gives the audience of an event about the same thing; a test
//! holds each pair equal for every user.

use crate::audience::Audience;
use crate::limits;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::files::FileRow;
use crate::state::groups::system;
use crate::state::invites::InviteRow;
use crate::state::messages::ConversationKind;
use crate::state::users::UserRow;
use crate::unread::Wanted;
use std::sync::Arc;
use tidings_types::group::GroupSetting;
use tidings_types::permission::channel as permission;
use tidings_types::user::Role;
use tidings_types::{ApiError, ChannelId, MessageId, UserId};

impl RealmState {
    /// An active account.
    #[must_use]
    pub fn active_user(&self, id: UserId) -> Option<&Arc<UserRow>> {
        self.users.get(id).filter(|row| row.is_active)
    }

    /// Active accounts that pass a test, as an audience.
    pub fn who(&self, test: impl Fn(&UserRow) -> bool) -> Audience {
        Audience::users(self.users.iter().filter(|row| row.is_active && test(row)).map(|row| row.id))
    }

    /// Whether guests are shown only the accounts they have to do with.
    fn guests_see_few(&self) -> bool {
        self.realm.settings.can_access_all_users_group != GroupSetting::Named(system::EVERYONE)
    }

    /// Whether guests, too, may know of every account.
    #[must_use]
    pub fn everybody_sees_all_users(&self) -> bool {
        !self.guests_see_few()
    }

    /// Whether `viewer` may know of every account.
    #[must_use]
    pub fn sees_all_users(&self, viewer: &UserRow) -> bool {
        !viewer.is_guest() || !self.guests_see_few()
    }

    /// Whether `viewer` may know of an account.
    ///
    /// All but guests see all; guests too unless the realm restricts them to those who share a channel or a
    /// direct conversation with them; spectators, then, those who are in a channel that they see. Bots are always visible.
    #[must_use]
    pub fn can_see_user(&self, viewer: &UserRow, target: &UserRow) -> bool {
        if viewer.is_spectator() && !target.is_bot() && self.guests_see_few() {
            let is_open = |id: ChannelId| self.channels.get(id).is_some_and(|channel| self.is_open_to_all(channel));
            let mut channels = self.channels.subscriptions_of(target.id);
            return channels.any(|(id, _)| self.channels.is_subscribed(target.id, id) && is_open(id));
        }
        if self.sees_all_users(viewer) || viewer.id == target.id || target.is_bot() {
            return true;
        }
        let share_channel = self
            .channels
            .subscriptions_of(viewer.id)
            .any(|(channel, row)| row.is_active && self.channels.is_subscribed(target.id, channel));
        share_channel
            || self.messages.direct_of(viewer.id).any(|conversation| {
                matches!(self.messages.kind(conversation).map(|kind| &**kind),
                    Some(ConversationKind::Direct { users }) if users.contains(&target.id))
            })
    }

    /// Who is told of changes of an account.
    #[must_use]
    pub fn who_sees_user(&self, target: &UserRow) -> Audience {
        if self.guests_see_few() { self.who(|viewer| self.can_see_user(viewer, target)) } else { Audience::realm() }
    }

    /// Guests among those who are told of something, who may not know of an account, ascending.
    pub fn strangers_to(&self, target: &UserRow, is_told: impl Fn(UserId) -> bool) -> Vec<UserId> {
        if !self.guests_see_few() || target.is_bot() {
            return Vec::new();
        }
        let guests = self.users.iter().filter(|user| user.is_active && user.is_guest() && is_told(user.id));
        guests.filter(|guest| !self.can_see_user(guest, target)).map(|guest| guest.id).collect()
    }

    /// Whether `viewer` may know the real address of an account. One always sees one's own, and that of one's bots.
    #[must_use]
    pub fn can_see_email(&self, viewer: &UserRow, target: &UserRow) -> bool {
        if viewer.is_spectator() {
            return false;
        }
        if viewer.id == target.id || target.is_bot() {
            return true;
        }
        match target.settings.email_address_visibility {
            1 => true,
            2 => !viewer.is_guest(),
            3 => viewer.role.is_admin(),
            5 => viewer.role <= Role::Moderator,
            _ => false,
        }
    }

    /// Administrators and owners that are people.
    #[must_use]
    pub fn who_administers(&self) -> Audience {
        self.who(|user| user.role.is_admin() && !user.is_bot())
    }

    /// Everybody but guests.
    #[must_use]
    pub fn who_is_member(&self) -> Audience {
        self.who(|user| !user.is_guest())
    }

    /// Whether `user` may invite others by e-mail; bots never.
    #[must_use]
    pub fn may_invite(&self, user: &UserRow) -> bool {
        !user.is_guest() && !user.is_bot() && self.in_setting(user, &self.realm.settings.can_invite_users_group)
    }

    /// Whether `user` may make links by which many can join; bots never.
    #[must_use]
    pub fn may_make_invite_links(&self, user: &UserRow) -> bool {
        !user.is_guest() && !user.is_bot() && self.in_setting(user, &self.realm.settings.create_multiuse_invite_group)
    }

    /// Whether `viewer`, who is no bot, may see and change an invitation, with whose link one can join: one's own, and
    /// administrators all but those of owners.
    #[must_use]
    pub fn can_manage_invite(&self, viewer: &UserRow, invite: &InviteRow) -> bool {
        let is_within = invite.role != Role::Owner || viewer.role == Role::Owner;
        let is_within = is_within && !invite.is_sign_up();
        is_within && !viewer.is_bot() && (viewer.role.is_admin() || viewer.id == invite.invited_by)
    }

    /// Who is told that one of these invitations changed.
    #[must_use]
    pub fn who_manages_any(&self, invites: &[Arc<InviteRow>]) -> Audience {
        self.who(|viewer| invites.iter().any(|invite| self.can_manage_invite(viewer, invite)))
    }

    /// Whether `viewer` manages a bot: its owner, and administrators.
    #[must_use]
    pub fn can_manage_bot(&self, viewer: &UserRow, bot: &UserRow) -> bool {
        viewer.role.is_admin() || bot.bot.as_ref().is_some_and(|bot| bot.owner == Some(viewer.id))
    }

    /// Whether a bot is in `viewer`'s list of bots: people have those they manage.
    #[must_use]
    pub fn lists_bot(&self, viewer: &UserRow, bot: &UserRow) -> bool {
        bot.is_bot() && !viewer.is_bot() && self.can_manage_bot(viewer, bot)
    }

    /// Who is told of a bot's inner life.
    #[must_use]
    pub fn who_manages_bot(&self, bot: &UserRow) -> Audience {
        self.who(|viewer| self.lists_bot(viewer, bot))
    }

    /// Whether `viewer` may know of a channel, its settings and its subscribers.
    ///
    /// Public channels: all but guests. Web-public ones: everybody. Private ones: subscribers, administrators, and
    /// who has a right to administer it or to bring people in. Guests besides see what they are subscribed to.
    #[must_use]
    pub fn can_see_channel(&self, viewer: &UserRow, channel: &ChannelRow) -> bool {
        if viewer.is_spectator() {
            return self.is_open_to_all(channel);
        }
        // What is cheap to tell comes first: this is asked for everybody when something is told of a public channel.
        let is_open = channel.is_web_public || !(channel.is_private || viewer.is_guest());
        if is_open || self.channels.is_subscribed(viewer.id, channel.id) {
            return true;
        }
        if viewer.is_guest() {
            return false;
        }
        viewer.role.is_admin()
            || self.has(viewer, &permission::can_administer_channel_group, &channel.permissions)
            || self.has_content_right(viewer, channel)
    }

    fn has_content_right(&self, viewer: &UserRow, channel: &ChannelRow) -> bool {
        self.has(viewer, &permission::can_add_subscribers_group, &channel.permissions)
            || self.has(viewer, &permission::can_subscribe_group, &channel.permissions)
    }

    /// Who is told of changes of a channel and of its subscribers.
    #[must_use]
    pub fn who_sees_channel(&self, channel: &ChannelRow) -> Audience {
        if channel.is_web_public { Audience::realm() } else { self.who(|viewer| self.can_see_channel(viewer, channel)) }
    }

    /// Whether `viewer` may read the messages of a channel (those they may read at all, see
    /// [`RealmState::can_read_message`]).
    #[must_use]
    pub fn can_read_channel(&self, viewer: &UserRow, channel: &ChannelRow) -> bool {
        if viewer.is_spectator() {
            return self.is_open_to_all(channel);
        }
        self.channels.is_subscribed(viewer.id, channel.id)
            || channel.is_web_public
            || (!channel.is_private && !viewer.is_guest())
            || self.has_content_right(viewer, channel)
    }

    /// Whether somebody who may read the channel sees messages from before they came.
    #[must_use]
    pub fn shows_history(&self, channel: &ChannelRow) -> bool {
        !channel.is_private || channel.history_public
    }

    /// Whether `viewer` may read a message.
    ///
    /// Direct messages: participants. Channels: who may read the channel, if its history is shown or the message came
    /// to them ([`RealmState::was_there`]).
    #[must_use]
    pub fn can_read_message(&self, viewer: &UserRow, id: MessageId) -> bool {
        match self.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(ConversationKind::Direct { users }) => users.contains(&viewer.id),
            Some(ConversationKind::Topic { channel, .. }) => self.channels.get(*channel).is_some_and(|channel| {
                self.can_read_channel(viewer, channel) && (self.shows_history(channel) || self.was_there(viewer.id, id))
            }),
            None => false,
        }
    }

    /// Whether `viewer` may read an uploaded file: its owner, and who may read a message that refers to it.
    #[must_use]
    pub fn can_read_file(&self, viewer: &UserRow, file: &FileRow) -> bool {
        // Newest first: whoever asks has mostly just been shown it.
        let newest = || self.files.uses(file.id).rev().take(limits::FILE_MESSAGES_LOOKED_AT_MAX);
        let is_told = || newest().any(|(message, _)| self.can_read_message(viewer, message));
        file.owner == viewer.id || is_told()
    }

    /// Whether people without an account may read an uploaded file: where the organization has visitors, and a message
    /// in a web-public channel refers to it.
    #[must_use]
    pub fn is_file_public(&self, file: &FileRow) -> bool {
        let is_public = |message| match self.messages.kind_of_message(message).map(|kind| &**kind) {
            Some(ConversationKind::Topic { channel, .. }) => {
                self.channels.get(*channel).is_some_and(|channel| self.is_open_to_all(channel))
            }
            _ => false,
        };
        let newest = || self.files.uses(file.id).rev().take(limits::FILE_MESSAGES_LOOKED_AT_MAX);
        self.realm.settings.enable_spectator_access && newest().any(|(message, _)| is_public(message))
    }

    /// Who is told of changes of a message and of its reactions: participants, or subscribers who may read it, and
    /// who else was mentioned, took part or was subscribed when it came, and may read it still.
    #[must_use]
    pub fn who_holds_message(&self, id: MessageId) -> Audience {
        match self.messages.kind_of_message(id).map(|kind| &**kind) {
            Some(ConversationKind::Direct { users }) => Audience::users(users.iter().copied()),
            Some(ConversationKind::Topic { channel, .. }) => {
                let may_read =
                    |user: &UserId| self.active_user(*user).is_some_and(|row| self.can_read_message(row, id));
                let mut others: Vec<UserId> = self.flags.others_who_hold(id).filter(may_read).collect();
                others.extend(self.former_holders(*channel, &[id]));
                let shown = self.channels.get(*channel).is_some_and(|channel| self.shows_history(channel));
                if shown {
                    return Audience::subscribers(self, *channel).plus_all(&others);
                }
                others.extend(self.channels.subscribers(*channel).iter().copied().filter(may_read));
                Audience::users(others)
            }
            None => Audience::users([]),
        }
    }

    /// Who was subscribed to a channel when one of these messages came there, is not any more, and reads it still.
    pub(crate) fn former_holders(&self, channel: ChannelId, ids: &[MessageId]) -> Vec<UserId> {
        let (Some(row), Some(oldest)) = (self.channels.get(channel), ids.iter().min()) else { return Vec::new() };
        let mut former = self.channels.former_subscribers(channel, *oldest).peekable();
        if former.peek().is_none() {
            return Vec::new();
        }
        let wanted = Wanted::new(self, ids);
        let holds = |user: &UserId| {
            self.was_there_for_any(*user, channel, &wanted)
                && self.active_user(*user).is_some_and(|viewer| self.can_read_channel(viewer, row))
        };
        let mut holders: Vec<UserId> = former.filter(holds).collect();
        holders.sort_unstable();
        holders
    }

    /// Who is told of what happens to several messages of one channel: who holds at least one of them.
    #[must_use]
    pub fn who_holds_any(&self, channel: &ChannelRow, ids: &[MessageId]) -> Audience {
        if let [id] = ids {
            return self.who_holds_message(*id);
        }
        let may_read =
            |user: UserId, id: MessageId| self.active_user(user).is_some_and(|row| self.can_read_message(row, id));
        let mut holders: Vec<UserId> = Vec::new();
        for id in ids {
            holders.extend(self.flags.others_who_hold(*id).filter(|user| may_read(*user, *id)));
        }
        holders.extend(self.former_holders(channel.id, ids));
        let shown = self.shows_history(channel);
        if !shown {
            let wanted = Wanted::new(self, ids);
            let reads =
                |user: &UserId| self.active_user(*user).is_some_and(|row| self.reads_any(row, channel, &wanted));
            holders.extend(self.channels.subscribers(channel.id).iter().copied().filter(reads));
        }
        holders.sort_unstable();
        holders.dedup();
        if shown { Audience::subscribers(self, channel.id).plus_all(&holders) } else { Audience::users(holders) }
    }

    /// Whether `viewer` may read at least one of these messages of a channel.
    #[must_use]
    pub fn reads_any(&self, viewer: &UserRow, channel: &ChannelRow, wanted: &Wanted) -> bool {
        self.can_read_channel(viewer, channel)
            && (self.shows_history(channel) || self.was_there_for_any(viewer.id, channel.id, wanted))
    }

    /// A channel that `viewer` may know of.
    ///
    /// # Errors
    /// 400 `STREAM_DOES_NOT_EXIST` or "Invalid channel ID": whether it exists is not told.
    pub fn access_channel(&self, viewer: &UserRow, id: ChannelId) -> Result<&Arc<ChannelRow>, ApiError> {
        let found = self.channels.get(id).filter(|channel| self.can_see_channel(viewer, channel));
        found.ok_or_else(|| ApiError::bad_request("Invalid channel ID"))
    }

    /// A channel that `viewer` may know of, by name.
    ///
    /// # Errors
    /// 400 "Invalid channel name '…'": whether it exists is not told.
    pub fn access_channel_by_name(&self, viewer: &UserRow, name: &str) -> Result<&Arc<ChannelRow>, ApiError> {
        let found = self.channels.find_by_name(name).filter(|channel| self.can_see_channel(viewer, channel));
        found.ok_or_else(|| ApiError::bad_request(format!("Invalid channel name '{name}'")))
    }

    /// An account that `viewer` may know of.
    ///
    /// # Errors
    /// 400 "No such user": whether it exists is not told.
    pub fn access_user(&self, viewer: &UserRow, id: UserId) -> Result<&Arc<UserRow>, ApiError> {
        let found = self.users.get(id).filter(|target| self.can_see_user(viewer, target));
        found.ok_or_else(|| ApiError::bad_request("No such user"))
    }

    /// Refuses who may not read a message; whether it exists is not told.
    ///
    /// # Errors
    /// 400 "Invalid message(s)".
    pub fn check_can_read(&self, viewer: &UserRow, id: MessageId) -> Result<(), ApiError> {
        if self.can_read_message(viewer, id) { Ok(()) } else { Err(ApiError::bad_request("Invalid message(s)")) }
    }

    /// Refuses who may not read a message, and whoever would change one in a channel that is out of use.
    ///
    /// # Errors
    /// 400 "Invalid message(s)".
    pub fn check_can_change(&self, viewer: &UserRow, id: MessageId) -> Result<(), ApiError> {
        let channel = self.messages.conversation_of(id).and_then(|conversation| self.messages.channel_of(conversation));
        if channel.and_then(|id| self.channels.get(id)).is_some_and(|channel| channel.is_archived) {
            return Err(ApiError::bad_request("Invalid message(s)"));
        }
        self.check_can_read(viewer, id)
    }
}
