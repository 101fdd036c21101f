//! The state as typed objects.
//!
//! Each call reads them from the state's JSON: cheap for one, some milliseconds for ten thousand. Of a section that was
//! not fetched there are none. An object of a shape that this version does not know is left out; [`State::get`] has it.

use super::State;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidings_types::channel::{Channel, Subscription};
use tidings_types::group::UserGroup;
use tidings_types::message::{RecentConversation, UnreadMessages};
use tidings_types::user::{Bot, User, UserTopic};
use tidings_types::{ChannelId, UserId};

impl State {
    /// One's own id; needs the part `realm_user`.
    #[must_use]
    pub fn own_id(&self) -> Option<UserId> {
        self.get("user_id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).map(UserId)
    }

    /// Active accounts; needs the part `realm_user`.
    pub fn users(&self) -> impl Iterator<Item = User> {
        self.objects("realm_users")
    }

    /// An account, deactivated ones and bots of the server included.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<User> {
        let sections = ["realm_users", "realm_non_active_users", "cross_realm_bots"];
        sections.iter().find_map(|section| self.object(section, "user_id", json!(id)))
    }

    /// One's bots; needs the part `realm_bot`.
    pub fn bots(&self) -> impl Iterator<Item = Bot> {
        self.objects("realm_bots")
    }

    /// Groups, the built-in ones included; needs the part `realm_user_groups`.
    pub fn groups(&self) -> impl Iterator<Item = UserGroup> {
        self.objects("realm_user_groups")
    }

    /// Channels one can see; needs the part `stream`.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.objects("streams")
    }

    /// A channel one can see; needs the part `stream` or `subscription`.
    #[must_use]
    pub fn channel(&self, id: ChannelId) -> Option<Channel> {
        super::channels::ALL.iter().find_map(|section| self.object(section, "stream_id", json!(id)))
    }

    /// What one is subscribed to; needs the part `subscription`.
    pub fn subscriptions(&self) -> impl Iterator<Item = Subscription> {
        self.objects("subscriptions")
    }

    /// The subscription to a channel, if there is one.
    #[must_use]
    pub fn subscription(&self, id: ChannelId) -> Option<Subscription> {
        self.object("subscriptions", "stream_id", json!(id))
    }

    /// Choices for topics; needs the part `user_topic`.
    pub fn user_topics(&self) -> impl Iterator<Item = UserTopic> {
        self.objects("user_topics")
    }

    /// Unread messages by conversation; needs the parts `message` and `update_message_flags`. Empty without.
    #[must_use]
    pub fn unread(&self) -> UnreadMessages {
        self.get("unread_msgs").and_then(read).unwrap_or_default()
    }

    /// How many messages are unread, those of muted channels and topics not counted.
    #[must_use]
    pub fn unread_count(&self) -> u32 {
        let count = self.get("unread_msgs").and_then(|unread| unread["count"].as_u64());
        count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
    }

    /// Conversations of direct messages; needs the part `recent_private_conversations`.
    pub fn recent_conversations(&self) -> impl Iterator<Item = RecentConversation> {
        self.objects("recent_private_conversations")
    }

    fn objects<'a, T: DeserializeOwned + 'a>(&'a self, section: &str) -> impl Iterator<Item = T> + use<'a, T> {
        self.list(section).iter().filter_map(read)
    }

    fn object<T: DeserializeOwned>(&self, section: &str, key: &str, value: Value) -> Option<T> {
        self.list(section).iter().find(|item| item[key] == value).and_then(read)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}
