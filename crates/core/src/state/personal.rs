//! What users keep for themselves, and what they tell others of themselves.

use imbl::{HashMap, OrdMap, OrdSet};
use std::sync::Arc;
use tidings_types::signup::{ONBOARDING_STEPS, OnboardingStep};
use tidings_types::user::{MutedUser, Presence, UserStatus};
use tidings_types::{ChannelId, UserId};

mod alert_words;

pub use alert_words::AlertWords;

/// A user's choice for one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicPolicy {
    /// 1 muted, 2 unmuted, 3 followed; 0 only in changes, where it removes the choice.
    pub policy: u8,
    /// UNIX seconds.
    pub last_updated: i64,
}

/// A topic as a user chose it: as they wrote it, and the choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenTopic {
    /// As written.
    pub name: String,
    /// The choice.
    pub policy: TopicPolicy,
}

/// Everything personal of all users.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    alert_words: AlertWords,
    muted_users: HashMap<UserId, Arc<Vec<MutedUser>>>,
    /// The same the other way round: who muted each user.
    muted_by: HashMap<UserId, OrdSet<UserId>>,
    user_topics: HashMap<UserId, OrdMap<(ChannelId, String), ChosenTopic>>,
    /// The same the other way round: who made a choice for each topic.
    chosen_by: HashMap<(ChannelId, String), OrdSet<UserId>>,
    statuses: OrdMap<UserId, UserStatus>,
    presences: OrdMap<UserId, PresenceRow>,
    presence_last_update: i64,
    /// What is shown once and was seen.
    seen_steps: HashMap<UserId, OrdSet<String>>,
}

/// When a user was last seen, and how new that knowledge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PresenceRow {
    /// When.
    pub presence: Presence,
    /// Increases with every change of any presence; not kept across restarts.
    pub update_id: i64,
}

impl Personal {
    /// A user's alert words, in the order they were added.
    #[must_use]
    pub fn alert_words(&self, user: UserId) -> &[String] {
        self.alert_words.of(user)
    }

    /// Everybody's alert words.
    #[must_use]
    pub fn everybodys_alert_words(&self) -> &AlertWords {
        &self.alert_words
    }

    /// Whom a user muted, in the order they were muted.
    #[must_use]
    pub fn muted_users(&self, user: UserId) -> &[MutedUser] {
        self.muted_users.get(&user).map_or(&[], |muted| muted)
    }

    /// Everybody who muted `user`.
    pub fn muted_by(&self, user: UserId) -> impl Iterator<Item = UserId> {
        self.muted_by.get(&user).into_iter().flatten().copied()
    }

    /// Topics a user made a choice for, by channel and lower-case name.
    pub fn user_topics(&self, user: UserId) -> impl Iterator<Item = (ChannelId, &ChosenTopic)> {
        self.user_topics
            .get(&user)
            .into_iter()
            .flat_map(|topics| topics.iter().map(|((channel, _), topic)| (*channel, topic)))
    }

    /// Everybody who made a choice for a topic, ascending.
    #[must_use]
    pub fn who_chose(&self, channel: ChannelId, topic: &str) -> Vec<UserId> {
        self.chosen_by.get(&(channel, topic.to_lowercase())).into_iter().flatten().copied().collect()
    }

    /// A user's choice for a topic: 0 none, 1 muted, 2 unmuted, 3 followed.
    #[must_use]
    pub fn topic_policy(&self, user: UserId, channel: ChannelId, topic: &str) -> u8 {
        let topics = self.user_topics.get(&user);
        topics.and_then(|topics| topics.get(&(channel, topic.to_lowercase()))).map_or(0, |topic| topic.policy.policy)
    }

    /// What is shown once and the user has not seen yet, in its order.
    #[must_use]
    pub fn onboarding_steps(&self, user: UserId) -> Vec<OnboardingStep> {
        let seen = self.seen_steps.get(&user);
        let unseen = ONBOARDING_STEPS.iter().filter(|name| !seen.is_some_and(|seen| seen.contains(**name)));
        unseen.map(|name| OnboardingStep { kind: "one_time_notice".to_owned(), name: (*name).to_owned() }).collect()
    }

    /// What is shown once and the user has seen.
    pub fn seen_steps(&self, user: UserId) -> impl Iterator<Item = &str> {
        self.seen_steps.get(&user).into_iter().flatten().map(String::as_str)
    }

    pub(super) fn put_seen_step(&mut self, user: UserId, step: &str) {
        self.seen_steps.entry(user).or_default().insert(step.to_owned());
    }

    /// What a user says of themselves; none if nothing.
    #[must_use]
    pub fn status(&self, user: UserId) -> Option<&UserStatus> {
        self.statuses.get(&user)
    }

    /// What all users say of themselves, by id.
    pub fn statuses(&self) -> impl Iterator<Item = (UserId, &UserStatus)> {
        self.statuses.iter().map(|(user, status)| (*user, status))
    }

    /// When a user was last seen.
    #[must_use]
    pub fn presence(&self, user: UserId) -> Option<PresenceRow> {
        self.presences.get(&user).copied()
    }

    /// When all users were last seen, by id.
    pub fn presences(&self) -> impl Iterator<Item = (UserId, PresenceRow)> {
        self.presences.iter().map(|(user, row)| (*user, *row))
    }

    /// The newest `update_id`; -1 if none.
    #[must_use]
    pub fn presence_last_update(&self) -> i64 {
        self.presence_last_update - 1
    }

    pub(super) fn put_alert_words(&mut self, user: UserId, words: &[String]) {
        self.alert_words.put(user, words);
    }

    pub(super) fn put_muted_users(&mut self, user: UserId, muted: Arc<Vec<MutedUser>>) {
        for before in self.muted_users.get(&user).cloned().iter().flat_map(|list| list.iter()) {
            self.muted_by.entry(before.id).or_default().remove(&user);
        }
        for now in muted.iter() {
            self.muted_by.entry(now.id).or_default().insert(user);
        }
        if muted.is_empty() {
            self.muted_users.remove(&user);
        } else {
            self.muted_users.insert(user, muted);
        }
    }

    pub(super) fn put_user_topic(&mut self, user: UserId, channel: ChannelId, topic: &str, policy: TopicPolicy) {
        let key = (channel, topic.to_lowercase());
        let topics = self.user_topics.entry(user).or_default();
        if policy.policy == 0 {
            topics.remove(&key);
            if let Some(users) = self.chosen_by.get_mut(&key) {
                users.remove(&user);
            }
        } else {
            self.chosen_by.entry(key.clone()).or_default().insert(user);
            topics.insert(key, ChosenTopic { name: topic.to_owned(), policy });
        }
    }

    pub(super) fn put_status(&mut self, user: UserId, status: &UserStatus) {
        if *status == UserStatus::default() {
            self.statuses.remove(&user);
        } else {
            self.statuses.insert(user, status.clone());
        }
    }

    pub(super) fn put_presence(&mut self, user: UserId, presence: Presence) {
        let update_id = self.presence_last_update;
        self.presence_last_update += 1;
        self.presences.insert(user, PresenceRow { presence, update_id });
    }
}
