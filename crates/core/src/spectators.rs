//! People without an account, who look at what is web-public, where the organization lets them.
//!
//! To [`crate::access`] a spectator is an account that no list has: a guest's, who is subscribed to nothing. What differs
//! is said here: they see web-public channels that are in use, and of people neither addresses nor profiles.

use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use std::sync::{Arc, LazyLock};
use tidings_types::UserId;
use tidings_types::message::Message;
use tidings_types::settings::UserSettings;
use tidings_types::user::{Role, User};

/// The id that spectators have; no account has it.
pub const SPECTATOR: UserId = UserId(0);

/// Who looks without an account.
#[must_use]
pub fn spectator() -> Arc<UserRow> {
    static ROW: LazyLock<Arc<UserRow>> = LazyLock::new(|| {
        Arc::new(UserRow {
            id: SPECTATOR,
            delivery_email: String::new(),
            full_name: "Anonymous User".to_owned(),
            role: Role::Guest,
            is_active: true,
            date_joined: 0,
            bot: None,
            avatar_version: 1,
            // So that nothing is made up of an address that is empty.
            settings: UserSettings {
                email_address_visibility: 5,
                web_home_view: "recent_topics".to_owned(),
                ..UserSettings::default()
            },
        })
    });
    Arc::clone(&ROW)
}

impl UserRow {
    /// Whether this is nobody's account, but who looks without one.
    #[must_use]
    pub fn is_spectator(&self) -> bool {
        self.id == SPECTATOR
    }
}

impl RealmState {
    /// Whether there is something that people without an account may look at.
    #[must_use]
    pub fn allows_spectators(&self) -> bool {
        !self.organization.is_deactivated && self.channels.iter().any(|channel| self.is_open_to_all(channel))
    }

    /// Whether people without an account may read a channel.
    #[must_use]
    pub fn is_open_to_all(&self, channel: &ChannelRow) -> bool {
        self.realm.settings.enable_spectator_access && channel.is_web_public && !channel.is_archived
    }

    /// The address that an account has in the API where its real one is not shown.
    #[must_use]
    pub fn made_up_email(&self, user: UserId) -> String {
        format!("user{user}@{}", self.realm.host)
    }

    /// An account as spectators see it: day and not time of its beginning, and nothing that tells who or where somebody is
    /// besides their name and picture.
    #[must_use]
    pub(crate) fn user_for_spectators(&self, user: &UserRow) -> User {
        let shown = self.user_view_as(user, false);
        let day = shown.date_joined.split('T').next().unwrap_or_default().to_owned();
        User {
            email: self.made_up_email(user.id),
            date_joined: day,
            timezone: String::new(),
            bot_owner_id: None,
            profile_data: None,
            ..shown
        }
    }

    /// A message as spectators see it: read, as it is now, and without addresses of people.
    #[must_use]
    pub fn message_for_spectators(&self, mut message: Message) -> Message {
        message.sender_email = self.made_up_email(message.sender_id);
        for reaction in &mut message.reactions {
            reaction.user.email = self.made_up_email(reaction.user.id);
        }
        message.edit_history = None;
        message.flags = Some(vec!["read".to_owned()]);
        message
    }
}
