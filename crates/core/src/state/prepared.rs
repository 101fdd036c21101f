//! What users prepare for later.

use imbl::{HashMap, OrdMap, OrdSet};
use std::sync::Arc;
use tidings_types::prepared::{
    Draft, NavigationView, Reminder, ReminderType, SavedSnippet, ScheduledMessage, ScheduledTo, ScheduledType,
};
use tidings_types::{ChannelId, MessageId, PreparedId, UserId};

/// Things of which each belongs to a user and has a name among theirs.
#[derive(Clone, Debug)]
pub struct Kept<K: Ord, T>(HashMap<UserId, OrdMap<K, Arc<T>>>);

impl<K: Ord, T> Default for Kept<K, T> {
    fn default() -> Self {
        Kept(HashMap::new())
    }
}

impl<K: Ord + Clone, T> Kept<K, T> {
    /// A user's, by name.
    pub fn of(&self, user: UserId) -> impl Iterator<Item = &Arc<T>> {
        self.0.get(&user).into_iter().flat_map(OrdMap::values)
    }

    /// All users'.
    pub fn all(&self) -> impl Iterator<Item = &Arc<T>> {
        self.0.values().flat_map(OrdMap::values)
    }

    /// How many a user has.
    #[must_use]
    pub fn count(&self, user: UserId) -> usize {
        self.0.get(&user).map_or(0, OrdMap::len)
    }

    /// The one of a user with this name.
    #[must_use]
    pub fn get(&self, user: UserId, key: &K) -> Option<&Arc<T>> {
        self.0.get(&user)?.get(key)
    }

    /// Puts one there, or takes it away.
    fn put(&mut self, user: UserId, key: &K, item: Option<Arc<T>>) {
        let mut items = self.0.get(&user).cloned().unwrap_or_default();
        match item {
            Some(item) => items.insert(key.clone(), item),
            None => items.remove(key),
        };
        if items.is_empty() {
            self.0.remove(&user);
        } else {
            self.0.insert(user, items);
        }
    }
}

/// What all users prepared.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// Drafts.
    pub drafts: Kept<PreparedId, Draft>,
    /// Texts to be used again.
    pub snippets: Kept<PreparedId, SavedSnippet>,
    /// Views for navigation, by fragment.
    pub views: Kept<String, NavigationView>,
    /// Scheduled messages and reminders.
    pub later: Kept<PreparedId, LaterRow>,
    /// Those that are still to be sent, by time.
    due: OrdSet<(i64, PreparedId, UserId)>,
}

impl Prepared {
    /// When the next of all scheduled messages and reminders is to be sent, in UNIX seconds.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.due.get_min().map(|(at, ..)| *at)
    }

    /// The scheduled messages and reminders that are to be sent by `now`, the oldest first.
    pub fn due(&self, now: i64) -> impl Iterator<Item = &Arc<LaterRow>> {
        let due = self.due.iter().take_while(move |(at, ..)| *at <= now);
        due.filter_map(|(_, id, user)| self.later.get(*user, id))
    }

    /// A user's scheduled messages, the next one first.
    #[must_use]
    pub fn scheduled_of(&self, user: UserId) -> Vec<ScheduledMessage> {
        self.by_time(user).iter().filter_map(|row| row.scheduled()).collect()
    }

    /// A user's reminders, the next one first.
    #[must_use]
    pub fn reminders_of(&self, user: UserId) -> Vec<Reminder> {
        self.by_time(user).iter().filter_map(|row| row.reminder()).collect()
    }

    fn by_time(&self, user: UserId) -> Vec<&Arc<LaterRow>> {
        let mut rows: Vec<&Arc<LaterRow>> = self.later.of(user).collect();
        rows.sort_by_key(|row| (row.at, row.id));
        rows
    }

    /// A user's drafts, the one that was edited last first.
    #[must_use]
    pub fn drafts_of(&self, user: UserId) -> Vec<&Draft> {
        let mut drafts: Vec<&Draft> = self.drafts.of(user).map(|draft| &**draft).collect();
        drafts.sort_by_key(|draft| std::cmp::Reverse((draft.timestamp, draft.id)));
        drafts
    }

    /// Every text that somebody keeps for a message: drafts, snippets, what is to be sent later.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let drafts = self.drafts.all().map(|draft| draft.content.as_str());
        let snippets = self.snippets.all().map(|snippet| snippet.content.as_str());
        drafts.chain(snippets).chain(self.later.all().map(|row| row.content.as_str()))
    }

    pub(super) fn put_draft(&mut self, user: UserId, id: PreparedId, draft: Option<Arc<Draft>>) {
        self.drafts.put(user, &id, draft);
    }

    pub(super) fn put_snippet(&mut self, user: UserId, id: PreparedId, snippet: Option<Arc<SavedSnippet>>) {
        self.snippets.put(user, &id, snippet);
    }

    pub(super) fn put_view(&mut self, user: UserId, fragment: &String, view: Option<Arc<NavigationView>>) {
        self.views.put(user, fragment, view);
    }

    pub(super) fn put_later(&mut self, user: UserId, id: PreparedId, row: Option<Arc<LaterRow>>) {
        if let Some(before) = self.later.get(user, &id) {
            self.due.remove(&(before.at, id, user));
        }
        if let Some(row) = row.as_ref().filter(|row| row.failure.is_none()) {
            self.due.insert((row.at, id, user));
        }
        self.later.put(user, &id, row);
    }
}

/// A message that the server sends at its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterRow {
    /// Its id.
    pub id: PreparedId,
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub what: Later,
    /// In Markdown. Of a reminder, what it would have said when it was made; it is written anew when it is sent.
    pub content: String,
    /// As HTML, as it looked when it was written.
    pub rendered: String,
    /// When it is to be sent, in UNIX seconds.
    pub at: i64,
    /// The program it was written with.
    pub client: String,
    /// Why it could not be sent; it is not tried again.
    pub failure: Option<String>,
}

/// What is sent later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Later {
    /// A message of the user's.
    Message {
        /// Where it goes.
        to: LaterTo,
        /// Whether its sender has read it.
        read_by_sender: bool,
    },
    /// A message to the user, about another one.
    Reminder {
        /// About which.
        message: MessageId,
        /// What the user wants to tell themselves; empty for nothing.
        note: String,
    },
}

/// Where a scheduled message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaterTo {
    /// A topic of a channel.
    Topic {
        /// The channel.
        channel: ChannelId,
        /// The topic.
        topic: String,
    },
    /// All participants, the sender included, ascending.
    Users(Vec<UserId>),
}

impl LaterRow {
    /// As clients are shown it; none for a reminder.
    #[must_use]
    pub fn scheduled(&self) -> Option<ScheduledMessage> {
        let Later::Message { to, .. } = &self.what else { return None };
        let (message_type, to, topic) = match to {
            LaterTo::Topic { channel, topic } => {
                (ScheduledType::Channel, ScheduledTo::Channel(*channel), Some(topic.clone()))
            }
            LaterTo::Users(users) => {
                let others: Vec<UserId> = users.iter().copied().filter(|user| *user != self.user).collect();
                let shown = if others.is_empty() { users.clone() } else { others };
                (ScheduledType::Direct, ScheduledTo::Users(shown), None)
            }
        };
        Some(ScheduledMessage {
            scheduled_message_id: self.id,
            message_type,
            to,
            topic,
            content: self.content.clone(),
            rendered_content: self.rendered.clone(),
            scheduled_delivery_timestamp: self.at,
            failed: self.failure.is_some(),
        })
    }

    /// As clients are shown it; none for a scheduled message.
    #[must_use]
    pub fn reminder(&self) -> Option<Reminder> {
        let Later::Reminder { message, .. } = &self.what else { return None };
        Some(Reminder {
            reminder_id: self.id,
            message_type: ReminderType::Direct,
            to: vec![self.user],
            content: self.content.clone(),
            rendered_content: self.rendered.clone(),
            scheduled_delivery_timestamp: self.at,
            failed: self.failure.is_some(),
            reminder_target_message_id: *message,
        })
    }
}
