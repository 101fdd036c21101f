//! The realm that tests run in: see the crate's documentation.

use smallvec::SmallVec;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::realm::{RealmRow, RealmSettings};
use tidings_core::state::users::{BotRow, UserRow};
use tidings_server::clock::Clock;
use tidings_server::http::auth::hash_key;
use tidings_store::{Batch, Store};
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::settings::UserSettings;
use tidings_types::user::{BotType, Role};
use tidings_types::{ChannelId, UserId};

/// Somebody in the realm.
pub struct Person {
    /// Short name; the address is `<name>@example.com`, the full name has a capital.
    pub name: &'static str,
    role: Role,
    channels: &'static [&'static str],
    owner: Option<&'static str>,
}

/// Everybody; ids count from 1 in this order.
pub const PEOPLE: &[Person] = &[
    Person { name: "desdemona", role: Role::Owner, channels: &["Denmark"], owner: None },
    Person { name: "iago", role: Role::Admin, channels: &["Denmark"], owner: None },
    Person { name: "shiva", role: Role::Moderator, channels: &["Denmark"], owner: None },
    Person { name: "hamlet", role: Role::Member, channels: &["Denmark", "secret", "history"], owner: None },
    Person { name: "cordelia", role: Role::Member, channels: &["Denmark", "secret"], owner: None },
    Person { name: "othello", role: Role::Member, channels: &[], owner: None },
    Person { name: "polonius", role: Role::Guest, channels: &["Denmark"], owner: None },
    Person { name: "hamletbot", role: Role::Member, channels: &["Denmark"], owner: Some("hamlet") },
];

struct FixedChannel {
    name: &'static str,
    is_private: bool,
    is_web_public: bool,
    history_public: bool,
}

/// All channels; ids count from 1 in this order.
const CHANNELS: &[FixedChannel] = &[
    FixedChannel { name: "Denmark", is_private: false, is_web_public: false, history_public: true },
    FixedChannel { name: "Verona", is_private: false, is_web_public: false, history_public: true },
    FixedChannel { name: "secret", is_private: true, is_web_public: false, history_public: false },
    FixedChannel { name: "history", is_private: true, is_web_public: false, history_public: true },
    FixedChannel { name: "web", is_private: false, is_web_public: true, history_public: true },
];

fn position<T>(list: &[T], is: impl Fn(&T) -> bool) -> u32 {
    u32::try_from(list.iter().position(is).expect("a name of the realm") + 1).expect("a short list")
}

/// The id of the person of this name.
#[must_use]
pub fn user_id(name: &str) -> UserId {
    UserId(position(PEOPLE, |person| person.name == name))
}

/// The id of the channel of this name.
#[must_use]
pub fn channel_id(name: &str) -> ChannelId {
    ChannelId(position(CHANNELS, |channel| channel.name == name))
}

/// The address of the person of this name.
#[must_use]
pub fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// The API key of the person of this name.
#[must_use]
pub fn key(name: &str) -> String {
    format!("{name:x<32}")
}

/// The display name of the person of this name.
#[must_use]
pub fn full_name(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// Writes the realm into an empty store.
pub fn create(store: &impl Store, clock: &Clock) {
    let now = clock.now();
    let mut changes = vec![Change::Realm(Arc::new(realm(now)))];
    changes.extend(CHANNELS.iter().map(|fixed| Change::Channel(Arc::new(channel(fixed, now)))));
    for person in PEOPLE {
        changes.push(Change::User(Arc::new(user(person, now))));
        let hash = hash_key(&key(person.name));
        changes.push(Change::ApiKey { hash, user: user_id(person.name), created_at: now, label: "test".to_owned() });
        changes.extend(person.channels.iter().map(|name| subscription(person, name)));
    }
    store.commit(&Batch { seq: 0, now, changes: &changes, events: &[] }).expect("the realm is written");
}

/// The organization.
pub(crate) fn realm(now: i64) -> RealmRow {
    RealmRow {
        string_id: String::new(),
        name: "Test realm".to_owned(),
        description: "A realm for **tests**".to_owned(),
        date_created: now,
        imported_at: 0,
        host: "example.com".to_owned(),
        url: "http://example.com".to_owned(),
        settled_until: 0,
        defaults: tidings_types::settings::UserSettings::default(),
        settings: RealmSettings::default(),
    }
}

fn user(person: &Person, now: i64) -> UserRow {
    user_row(user_id(person.name), person.name, person.role, person.owner.map(user_id), now)
}

/// An account; a bot if it has an owner.
pub(crate) fn user_row(id: UserId, name: &str, role: Role, owner: Option<UserId>, now: i64) -> UserRow {
    let bot = owner.map(|owner| BotRow::new(BotType::Generic, Some(owner)));
    UserRow {
        id,
        delivery_email: email(name),
        full_name: full_name(name),
        role,
        is_active: true,
        date_joined: now,
        bot,
        avatar_version: 1,
        // So that tests of other things are told of those only.
        settings: UserSettings {
            automatically_follow_topics_policy: 4,
            automatically_unmute_topics_in_muted_streams_policy: 4,
            automatically_follow_topics_where_mentioned: false,
            ..UserSettings::default()
        },
    }
}

fn channel(fixed: &FixedChannel, now: i64) -> ChannelRow {
    ChannelRow {
        is_private: fixed.is_private,
        is_web_public: fixed.is_web_public,
        history_public: fixed.history_public,
        ..channel_row(channel_id(fixed.name), fixed.name, now)
    }
}

/// A public channel.
pub(crate) fn channel_row(id: ChannelId, name: &str, now: i64) -> ChannelRow {
    ChannelRow {
        id,
        name: name.to_owned(),
        description: format!("About {name}"),
        rendered_description: format!("<p>About {name}</p>"),
        date_created: now,
        creator: None,
        is_private: false,
        is_web_public: false,
        history_public: true,
        is_archived: false,
        message_retention_days: None,
        topics_policy: TopicsPolicy::Inherit,
        first_message_id: None,
        folder: None,
        is_recently_active: true,
        weekly_traffic: None,
        permissions: ChannelPermissions::new(None),
    }
}

fn subscription(person: &Person, name: &str) -> Change {
    subscription_row(user_id(person.name), channel_id(name))
}

/// A subscription from the beginning on.
pub(crate) fn subscription_row(user: UserId, channel: ChannelId) -> Change {
    let settings = SubscriptionSettings {
        color: "#76ce90".to_owned(),
        is_muted: false,
        pin_to_top: false,
        desktop_notifications: None,
        email_notifications: None,
        wildcard_mentions_notify: None,
        push_notifications: None,
        audible_notifications: None,
    };
    let mut row = SubscriptionRow { is_active: true, settings, spans: SmallVec::new() };
    row.open_span(0, 0);
    Change::Subscription { user, channel, row: Arc::new(row) }
}
