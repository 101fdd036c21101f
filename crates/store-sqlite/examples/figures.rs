//! Measures start-up, commits and searches, and prints the figures with their conditions.
//!
//! `cargo run --release -p tidings-store-sqlite --example figures -- [messages] [folder]`; the folder, if given,
//! decides which disk is measured, and keeps the database for another run.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidings_core::change::{Change, MessageBits, MessageRow};
use tidings_core::event::StoredEntry;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::flags::{Flag, MentionBits};
use tidings_core::state::ids::IdSet;
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::realm::{RealmRow, RealmSettings};
use tidings_core::state::users::UserRow;
use tidings_store::query::{Bounds, Condition, MessageQuery, Page};
use tidings_store::{Batch, Store};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_types::channel::{ChannelPermissions, TopicsPolicy};
use tidings_types::group::GroupSetting;
use tidings_types::settings::UserSettings;
use tidings_types::user::Role;
use tidings_types::{ChannelId, ConversationId, GroupId, MessageId, UserId};

const USERS: u32 = 1_000;
const CHANNELS: u32 = 100;
const TOPICS: u32 = 5_000;
const WORDS: &[&str] = &[
    "deploy", "the", "server", "is", "down", "again", "please", "look", "at", "logs", "when", "you", "have", "time",
    "thanks", "review", "merge", "branch", "release", "meeting", "tomorrow", "lunch", "coffee", "bug", "report",
];

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let messages: u32 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let temporary = tempfile::tempdir()?;
    let folder = arguments.next().map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let path = folder.join(format!("figures-{messages}.db"));
    println!("{messages} messages, {TOPICS} topics, {CHANNELS} channels, {USERS} users; {}", path.display());
    if !path.exists() {
        fill(&path, messages)?;
    }
    let store = SqliteStore::open(&path, SqliteOptions::default())?;
    for _ in 0..3 {
        measure_load(&store)?;
    }
    measure_searches(&store)?;
    measure_raw(&folder)?;
    drop(store);
    for synchronous in [Synchronous::Full, Synchronous::Normal] {
        let store = SqliteStore::open(&path, SqliteOptions { synchronous, ..SqliteOptions::default() })?;
        for count in [1, 8, 64] {
            measure_commits(&store, count, synchronous)?;
        }
    }
    Ok(())
}

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).unwrap_or(0)
    }
}

fn fill(path: &Path, messages: u32) -> Outcome<()> {
    let started = Instant::now();
    let options = SqliteOptions { synchronous: Synchronous::Normal, readers: 1 };
    let store = SqliteStore::open(path, options)?;
    store.commit(&Batch { seq: 1, now: 0, changes: &people(), events: &[] })?;
    let mut random = Random(1);
    for (seq, first) in (2..).zip((1..=messages).step_by(10_000)) {
        let mut changes = Vec::new();
        for id in first..(first + 10_000).min(messages + 1) {
            changes.extend(message(id, &mut random, 60));
        }
        for user in 1..=50 {
            let ids = (first..(first + 10_000).min(messages + 1)).map(MessageId).collect();
            changes.push(Change::Flags { user: UserId(user), flag: Flag::Read, add: true, ids });
        }
        store.commit(&Batch { seq, now: 0, changes: &changes, events: &[] })?;
    }
    println!("filled in {:.1?}", started.elapsed());
    Ok(())
}

fn people() -> Vec<Change> {
    let mut changes = vec![Change::Realm(Arc::new(RealmRow {
        string_id: String::new(),
        name: "Figures".to_owned(),
        description: String::new(),
        date_created: 0,
        imported_at: 0,
        host: "localhost".to_owned(),
        url: "http://localhost".to_owned(),
        settled_until: 0,
        defaults: tidings_types::settings::UserSettings::default(),
        settings: RealmSettings::default(),
    }))];
    for id in 1..=USERS {
        changes.push(Change::User(Arc::new(UserRow {
            id: UserId(id),
            delivery_email: format!("user{id}@example.com"),
            full_name: format!("User {id}"),
            role: Role::Member,
            is_active: true,
            date_joined: 0,
            bot: None,
            avatar_version: 1,
            settings: UserSettings::default(),
        })));
    }
    changes.extend((1..=CHANNELS).map(channel));
    for id in 1..=TOPICS {
        let kind = ConversationKind::Topic { channel: ChannelId(id % CHANNELS + 1), topic: format!("Topic {id}") };
        changes.push(Change::Conversation { id: ConversationId(id), kind: Arc::new(kind) });
    }
    changes
}

fn channel(id: u32) -> Change {
    let anyone = || GroupSetting::Named(GroupId(6));
    Change::Channel(Arc::new(ChannelRow {
        id: ChannelId(id),
        name: format!("channel {id}"),
        description: String::new(),
        rendered_description: String::new(),
        date_created: 0,
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
        permissions: ChannelPermissions {
            can_add_subscribers_group: anyone(),
            can_remove_subscribers_group: anyone(),
            can_administer_channel_group: anyone(),
            can_delete_any_message_group: anyone(),
            can_delete_own_message_group: anyone(),
            can_move_messages_out_of_channel_group: anyone(),
            can_move_messages_within_channel_group: anyone(),
            can_send_message_group: anyone(),
            can_subscribe_group: anyone(),
            can_resolve_topics_group: anyone(),
        },
    }))
}

/// A message and that its sender has read it, as sending one leaves them; one in twenty mentions somebody.
fn message(id: u32, random: &mut Random, words: u32) -> [Change; 2] {
    let count = random.below(words / 3) + 3;
    let content = (0..count).map(|_| WORDS[random.below(25) as usize]).collect::<Vec<_>>().join(" ");
    let sender = UserId(random.below(USERS) + 1);
    let mentions = match random.below(20) {
        0 => vec![(UserId(random.below(USERS) + 1), MentionBits::USER)],
        _ => Vec::new(),
    };
    let row = MessageRow {
        id: MessageId(id),
        conversation: ConversationId(random.below(TOPICS) + 1),
        sender,
        client: "website".to_owned(),
        timestamp: 1_700_000_000 + i64::from(id),
        rendered: format!("<p>{content} marker{}</p>", id % 1000),
        content: format!("{content} marker{}", id % 1000),
        bits: MessageBits { has_link: random.below(10) == 0, ..MessageBits::default() },
        last_edit: None,
        last_moved: None,
        edit_history: Vec::new(),
        reactions: Vec::new(),
        submessages: Vec::new(),
    };
    let read = Change::Flags { user: sender, flag: Flag::Read, add: true, ids: vec![MessageId(id)] };
    [Change::MessageInserted { row: Arc::new(row), mentions }, read]
}

fn measure_load(store: &SqliteStore) -> Outcome<()> {
    let started = Instant::now();
    let loaded = store.load()?.ok_or("no realm")?;
    println!("load: {:.0?} (last message {})", started.elapsed(), loaded.state.messages.last_id());
    Ok(())
}

fn measure_searches(store: &SqliteStore) -> Outcome<()> {
    let index = store.load()?.ok_or("no realm")?.state.messages;
    let last = MessageId(index.last_id());
    let all = Arc::new((1..=last.0).collect::<roaring::RoaringBitmap>());
    let words = |word: &str| Condition::Words { words: vec![word.to_owned()], negated: false };
    let home = Condition::Ids(Arc::clone(&all));
    let topic = || Condition::Ids(Arc::new(index.ids(ConversationId(17)).map(IdSet::to_bitmap).unwrap_or_default()));
    let sent = Condition::Ids(Arc::new(index.sent_by(UserId(7)).map(IdSet::to_bitmap).unwrap_or_default()));
    let cases: Vec<(&str, Vec<Condition>)> = vec![
        ("everything one may see, as a set", vec![home.clone()]),
        ("a topic", vec![topic()]),
        ("a sender", vec![home.clone(), sent]),
        ("with links", vec![home.clone(), Condition::HasLink { negated: false }]),
        ("with reactions (none has)", vec![home.clone(), Condition::HasReaction { negated: false }]),
        ("a word in half of them", vec![home.clone(), words("deploy")]),
        ("a word in one of 1000", vec![home.clone(), words("marker77")]),
        ("a word in one of 1000, in a topic", vec![topic(), words("marker77")]),
        ("a common word in a topic", vec![topic(), words("deploy")]),
        ("a word that no message has", vec![home, words("zebra")]),
    ];
    for (name, conditions) in cases {
        let query = MessageQuery {
            conditions,
            page: Page::Before { upto: last, limit: 100 },
            index: index.clone(),
            bounds: Bounds::PAGE,
        };
        let found = store.search(&query)?.messages.len();
        let started = Instant::now();
        for _ in 0..10 {
            store.search(&query)?;
        }
        println!("search, {name}: {found} found, {:.2?}", started.elapsed() / 10);
    }
    Ok(())
}

/// What the disk itself does: 4 KiB written and synchronized, again and again, without growing the file.
fn measure_raw(folder: &Path) -> Outcome<()> {
    let path = folder.join("raw");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    file.write_all(&[1; 4096])?;
    file.sync_all()?;
    let (mut count, started) = (0_u32, Instant::now());
    while started.elapsed() < Duration::from_secs(2) {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[2; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    println!("disk: {:.0} writes of 4 KiB with fdatasync a second", f64::from(count) / started.elapsed().as_secs_f64());
    std::fs::remove_file(path)?;
    Ok(())
}

fn measure_commits(store: &SqliteStore, messages: u32, synchronous: Synchronous) -> Outcome<()> {
    let state = store.load()?.ok_or("no realm")?.state;
    let (mut id, mut seq, mut random) = (state.messages.last_id(), state.seq, Random(2));
    let mut latencies = Vec::new();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(3) {
        let (mut changes, mut events) = (Vec::new(), Vec::new());
        for _ in 0..messages {
            (id, seq) = (id + 1, seq + 1);
            changes.extend(message(id, &mut random, 60));
            events.push(StoredEntry { seq, created_at: 0, event_type: "message", body: "x".repeat(1_200) });
        }
        let began = Instant::now();
        store.commit(&Batch { seq, now: 0, changes: &changes, events: &events })?;
        latencies.push(began.elapsed());
    }
    latencies.sort();
    let rate = latencies.len() as f64 / started.elapsed().as_secs_f64();
    println!(
        "commits of {messages}, {synchronous:?}: {rate:.0}/s, {:.0} messages/s; median {:.2?}, 99 % {:.2?}, worst {:.2?}",
        rate * f64::from(messages),
        latencies[latencies.len() / 2],
        latencies[latencies.len() * 99 / 100],
        latencies[latencies.len() - 1],
    );
    Ok(())
}
