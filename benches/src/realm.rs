//! Data folders of any size, written directly to the store.

use base64::Engine;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tidings_core::change::{Change, MessageBits, MessageRow};
use tidings_core::state::channels::{ChannelRow, SubscriptionRow};
use tidings_core::state::groups::system;
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::realm::{RealmRow, RealmSettings};
use tidings_core::state::users::UserRow;
use tidings_server::http::auth::hash_key;
use tidings_store::{Batch, Store, StoreError};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::group::GroupSetting;
use tidings_types::settings::UserSettings;
use tidings_types::user::Role;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// How large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Accounts; all are members, the first is an owner.
    pub(crate) users: u32,
    /// For each channel, how many of the first users are subscribed.
    pub(crate) channels: &'static [u32],
    /// Messages in the first channel, spread over a thousand topics.
    pub(crate) messages: u32,
}

/// A data folder that goes away when dropped.
pub(crate) fn create(size: Size) -> Result<TempDir, Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let store = SqliteStore::open(
        &dir.path().join("tidings.db"),
        SqliteOptions { synchronous: Synchronous::Normal, readers: 1 },
    )?;
    let mut changes = vec![Change::Realm(Arc::new(realm()))];
    changes.extend((1..=size.users).flat_map(user));
    for (at, subscribers) in (1..).zip(size.channels) {
        changes.push(Change::Channel(Arc::new(channel(at))));
        changes.extend((1..=(*subscribers).min(size.users)).map(|user| subscription(user, at)));
    }
    commit(&store, &changes)?;
    if size.messages > 0 {
        write_messages(&store, size.messages)?;
    }
    Ok(dir)
}

pub(crate) fn commit(store: &SqliteStore, changes: &[Change]) -> Result<(), StoreError> {
    store.commit(&Batch { seq: 0, now: 1_700_000_000, changes, events: &[] })
}

const TOPICS: u32 = 1_000;

fn write_messages(store: &SqliteStore, count: u32) -> Result<(), StoreError> {
    let topic = |id| Change::Conversation {
        id: ConversationId(id),
        kind: Arc::new(ConversationKind::Topic { channel: ChannelId(1), topic: format!("topic {id}") }),
    };
    let topics: Vec<Change> = (1..=TOPICS).map(topic).collect();
    commit(store, &topics)?;
    let content = "A message of a hundred characters or so, as people write them when they tell each other about work.";
    for first in (1..=count).step_by(10_000) {
        let row = |id| MessageRow {
            id: MessageId(id),
            // Topics live for a while and then end, as they do.
            conversation: ConversationId((id / 500 + id % 7) % TOPICS + 1),
            sender: UserId(1),
            client: "bench".to_owned(),
            timestamp: 1_700_000_000 + i64::from(id),
            content: content.to_owned(),
            rendered: format!("<p>{content}</p>"),
            bits: MessageBits::default(),
            last_edit: None,
            last_moved: None,
            edit_history: Vec::new(),
            reactions: Vec::new(),
            submessages: Vec::new(),
        };
        let insert = |id| Change::MessageInserted { row: Arc::new(row(id)), mentions: Vec::new() };
        let batch: Vec<Change> = (first..(first + 10_000).min(count + 1)).map(insert).collect();
        commit(store, &batch)?;
    }
    Ok(())
}

fn realm() -> RealmRow {
    RealmRow {
        string_id: String::new(),
        name: "Bench".to_owned(),
        description: String::new(),
        date_created: 1_700_000_000,
        imported_at: 0,
        host: "localhost".to_owned(),
        url: "http://localhost".to_owned(),
        settled_until: 0,
        defaults: tidings_types::settings::UserSettings::default(),
        settings: RealmSettings::default(),
    }
}

fn email(user: u32) -> String {
    format!("user.number.{user}@example.com")
}

fn key(user: u32) -> String {
    format!("{user:0>32}")
}

/// The `Authorization` header of a user.
pub(crate) fn authorization(user: u32) -> String {
    let text = format!("{}:{}", email(user), key(user));
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

fn user(id: u32) -> [Change; 2] {
    let row = UserRow {
        id: UserId(id),
        delivery_email: email(id),
        full_name: format!("User Number {id}"),
        role: if id == 1 { Role::Owner } else { Role::Member },
        is_active: true,
        date_joined: 1_700_000_000,
        bot: None,
        avatar_version: 1,
        settings: UserSettings::default(),
    };
    let key = Change::ApiKey { hash: hash_key(&key(id)), user: UserId(id), created_at: 0, label: "bench".to_owned() };
    [Change::User(Arc::new(row)), key]
}

fn channel(id: u32) -> ChannelRow {
    let nobody = || GroupSetting::Named(system::NOBODY);
    ChannelRow {
        id: ChannelId(id),
        name: format!("channel {id}"),
        description: "A channel".to_owned(),
        rendered_description: "<p>A channel</p>".to_owned(),
        date_created: 1_700_000_000,
        creator: None,
        is_private: false,
        is_web_public: false,
        history_public: true,
        is_archived: false,
        message_retention_days: None,
        topics_policy: TopicsPolicy::Inherit,
        folder: None,
        is_recently_active: true,
        weekly_traffic: None,
        // So that a send measures a send.
        first_message_id: Some(MessageId(1)),
        permissions: ChannelPermissions {
            can_add_subscribers_group: nobody(),
            can_remove_subscribers_group: nobody(),
            can_administer_channel_group: nobody(),
            can_delete_any_message_group: nobody(),
            can_delete_own_message_group: nobody(),
            can_move_messages_out_of_channel_group: nobody(),
            can_move_messages_within_channel_group: nobody(),
            can_send_message_group: GroupSetting::Named(system::EVERYONE),
            can_subscribe_group: nobody(),
            can_resolve_topics_group: nobody(),
        },
    }
}

fn subscription(user: u32, channel: u32) -> Change {
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
    let mut row = SubscriptionRow { is_active: true, settings, spans: Default::default() };
    row.open_span(0, 0);
    Change::Subscription { user: UserId(user), channel: ChannelId(channel), row: Arc::new(row) }
}

/// Bytes in a data folder.
pub(crate) fn size_of(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}
