//! Channels and subscriptions.

use crate::limits;
use imbl::{HashMap, OrdMap, OrdSet};
use serde_json::value::RawValue;
use smallvec::SmallVec;
use std::sync::{Arc, OnceLock};
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::{ChannelId, MessageId, UserId};

/// A channel as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Unique without regard to case.
    pub name: String,
    /// As written.
    pub description: String,
    /// As HTML.
    pub rendered_description: String,
    /// UNIX seconds.
    pub date_created: i64,
    /// None for channels that came with the realm.
    pub creator: Option<UserId>,
    /// Only for invited users.
    pub is_private: bool,
    /// Readable without an account.
    pub is_web_public: bool,
    /// Whether new subscribers see earlier messages.
    pub history_public: bool,
    /// Out of use.
    pub is_archived: bool,
    /// None is as the realm has it; -1 keeps for ever.
    pub message_retention_days: Option<i64>,
    /// Whether messages without a topic are allowed.
    pub topics_policy: TopicsPolicy,
    /// The oldest message.
    pub first_message_id: Option<MessageId>,
    /// The folder it is shown in.
    pub folder: Option<u32>,
    /// Something was sent there lately, or it is new; see [`crate::commands::channels::traffic`].
    pub is_recently_active: bool,
    /// Messages a week; none while it is too new to say.
    pub weekly_traffic: Option<i64>,
    /// Who may do what.
    pub permissions: ChannelPermissions,
}

/// A time during which a user was subscribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The last durable event before it.
    pub from_seq: u64,
    /// The last durable event in it; `u64::MAX` while it lasts.
    pub to_seq: u64,
    /// The last message before it.
    pub from_message: u32,
    /// The last message in it; `u32::MAX` while it lasts.
    pub to_message: u32,
}

impl Span {
    /// Whether the durable event `seq` happened in it.
    #[must_use]
    pub fn covers_seq(&self, seq: u64) -> bool {
        self.from_seq < seq && seq <= self.to_seq
    }

    /// Whether the message was sent in it.
    #[must_use]
    pub fn covers_message(&self, id: MessageId) -> bool {
        self.from_message < id.0 && id.0 <= self.to_message
    }

    /// Whether it lasts.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.to_seq == u64::MAX
    }
}

/// A user's relation to a channel, present or past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Subscribed now.
    pub is_active: bool,
    /// Personal settings, kept after unsubscribing.
    pub settings: SubscriptionSettings,
    /// When the user was subscribed, oldest first, disjoint.
    pub spans: SmallVec<[Span; 1]>,
}

impl SubscriptionRow {
    /// Starts a span after event `seq` and message `message`. Of very many, the oldest are forgotten: what came then is
    /// as if it had been sent before the user came.
    pub fn open_span(&mut self, seq: u64, message: u32) {
        if !self.spans.last().is_some_and(Span::is_open) {
            if self.spans.len() >= limits::SUBSCRIPTION_SPANS_MAX {
                self.spans.drain(..limits::SUBSCRIPTION_SPANS_FORGOTTEN);
            }
            self.spans.push(Span { from_seq: seq, to_seq: u64::MAX, from_message: message, to_message: u32::MAX });
        }
    }

    /// Ends the span with event `seq` and message `message`.
    pub fn close_span(&mut self, seq: u64, message: u32) {
        if let Some(span) = self.spans.last_mut().filter(|span| span.is_open()) {
            span.to_seq = seq;
            span.to_message = message;
        }
    }
}

/// Who is subscribed to a channel, and the same as JSON once somebody has asked for it. Snapshots with the same
/// subscribers share the text.
#[derive(Clone, Debug, Default)]
struct Subscribers {
    users: OrdSet<UserId>,
    json: Arc<OnceLock<Arc<RawValue>>>,
}

impl Subscribers {
    fn set(&mut self, user: UserId, is_subscribed: bool) {
        if self.users.contains(&user) == is_subscribed {
            return;
        }
        if is_subscribed {
            self.users.insert(user);
        } else {
            self.users.remove(&user);
        }
        match Arc::get_mut(&mut self.json) {
            Some(own) => *own = OnceLock::new(),
            None => self.json = Arc::default(),
        }
    }

    fn json(&self) -> Arc<RawValue> {
        Arc::clone(self.json.get_or_init(|| {
            let mut text = String::with_capacity(self.users.len() * 6 + 2);
            text.push('[');
            for (at, user) in self.users.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                push_number(&mut text, user.0);
            }
            text.push(']');
            RawValue::from_string(text).map_or_else(|_| RawValue::NULL.to_owned().into(), Arc::from)
        }))
    }
}

/// Appends a number; several times faster than the formatter, which matters for lists of ten thousand.
fn push_number(text: &mut String, mut number: u32) {
    let (mut digits, mut start) = ([0u8; 10], 10);
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.extend(digits[start..].iter().copied().map(char::from));
}

/// All channels of a realm and who is subscribed.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    rows: OrdMap<ChannelId, Arc<ChannelRow>>,
    by_name: HashMap<String, ChannelId>,
    subscriptions: HashMap<UserId, OrdMap<ChannelId, Arc<SubscriptionRow>>>,
    /// Active accounts with an active subscription.
    subscribers: HashMap<ChannelId, Subscribers>,
    /// Who left each channel, by the last message that can have come to them there.
    former: HashMap<ChannelId, OrdSet<(u32, UserId)>>,
}

impl Channels {
    /// The channel with this id.
    #[must_use]
    pub fn get(&self, id: ChannelId) -> Option<&Arc<ChannelRow>> {
        self.rows.get(&id)
    }

    /// All channels, by id, archived ones included.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<ChannelRow>> {
        self.rows.values()
    }

    /// How many channels there are, archived ones included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The channel with this name, without regard to case.
    #[must_use]
    pub fn find_by_name(&self, name: &str) -> Option<&Arc<ChannelRow>> {
        self.by_name.get(&name.to_lowercase()).and_then(|id| self.rows.get(id))
    }

    /// The relation of a user to a channel, present or past.
    #[must_use]
    pub fn subscription(&self, user: UserId, channel: ChannelId) -> Option<&Arc<SubscriptionRow>> {
        self.subscriptions.get(&user)?.get(&channel)
    }

    /// All relations of a user to channels, present and past, by channel.
    pub fn subscriptions_of(&self, user: UserId) -> impl Iterator<Item = (ChannelId, &Arc<SubscriptionRow>)> {
        self.subscriptions.get(&user).into_iter().flat_map(|rows| rows.iter().map(|(id, row)| (*id, row)))
    }

    /// Active accounts subscribed to a channel, ascending. Cheap to clone.
    #[must_use]
    pub fn subscribers(&self, channel: ChannelId) -> OrdSet<UserId> {
        self.subscribers.get(&channel).map(|known| known.users.clone()).unwrap_or_default()
    }

    /// Who left a channel after a message came there that is as old as this one. It may have come before they joined.
    pub fn former_subscribers(&self, channel: ChannelId, oldest: MessageId) -> impl Iterator<Item = UserId> {
        let former = self.former.get(&channel).into_iter();
        former.flat_map(move |former| former.range((oldest.0, UserId(0))..)).map(|(_, user)| *user)
    }

    /// The same as a JSON list, made once for as long as it does not change.
    #[must_use]
    pub fn subscribers_json(&self, channel: ChannelId) -> Arc<RawValue> {
        self.subscribers.get(&channel).map_or_else(|| Subscribers::default().json(), Subscribers::json)
    }

    /// How many active accounts are subscribed.
    #[must_use]
    pub fn subscriber_count(&self, channel: ChannelId) -> usize {
        self.subscribers.get(&channel).map_or(0, |known| known.users.len())
    }

    /// Whether an active account is subscribed.
    #[must_use]
    pub fn is_subscribed(&self, user: UserId, channel: ChannelId) -> bool {
        self.subscribers.get(&channel).is_some_and(|known| known.users.contains(&user))
    }

    /// The id the next channel gets.
    #[must_use]
    pub fn next_id(&self) -> ChannelId {
        ChannelId(self.rows.get_max().map_or(1, |(id, _)| id.0 + 1))
    }

    pub(super) fn put(&mut self, row: Arc<ChannelRow>) {
        if let Some(before) = self.rows.get(&row.id) {
            self.by_name.remove(&before.name.to_lowercase());
        }
        self.by_name.insert(row.name.to_lowercase(), row.id);
        self.rows.insert(row.id, row);
    }

    pub(super) fn put_subscription(
        &mut self,
        user: UserId,
        channel: ChannelId,
        row: Arc<SubscriptionRow>,
        user_is_active: bool,
    ) {
        self.subscribers.entry(channel).or_default().set(user, row.is_active && user_is_active);
        let left = |row: &SubscriptionRow| (row.spans.last().map_or(0, |span| span.to_message), user);
        let before = self.subscription(user, channel).filter(|before| !before.is_active).map(|before| left(before));
        if let (Some(before), Some(former)) = (before, self.former.get_mut(&channel)) {
            former.remove(&before);
        }
        if !row.is_active {
            self.former.entry(channel).or_default().insert(left(&row));
        }
        self.subscriptions.entry(user).or_default().insert(channel, row);
    }

    /// Takes a user in or out of the lists of subscribers when the account is reactivated or deactivated.
    pub(super) fn set_active(&mut self, user: UserId, is_active: bool) {
        let Some(rows) = self.subscriptions.get(&user) else { return };
        for (channel, _) in rows.iter().filter(|(_, row)| row.is_active) {
            self.subscribers.entry(*channel).or_default().set(user, is_active);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_subscribers_follow_every_change_and_snapshots_keep_theirs() {
        let mut subscribers = Subscribers::default();
        assert_eq!(subscribers.json().get(), "[]");
        for user in [4_294_967_295, 0, 10_000, 7] {
            subscribers.set(UserId(user), true);
        }
        let before = subscribers.clone();
        subscribers.set(UserId(7), false);
        assert_eq!(subscribers.json().get(), "[0,10000,4294967295]");
        assert_eq!(before.json().get(), "[0,7,10000,4294967295]");
        assert!(Arc::ptr_eq(&before.json(), &before.clone().json()));
    }
}
