//! What a page of messages costs, by what is asked for, and how the database finds it.

use crate::Outcome;
use crate::process::Server;
use crate::realm::{self, commit};
use crate::wire::{Connection, encode, request};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tidings_core::change::{Change, MessageBits, MessageRow, ReactionRow};
use tidings_core::state::flags::Flag;
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::personal::TopicPolicy;
use tidings_server::search::narrow::{Scope, filter};
use tidings_store::query::Page;
use tidings_store::{Store, StoreError};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_types::message::ReactionType;
use tidings_types::narrow::NarrowTerm;
use tidings_types::params::FromJson;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};
use tokio::runtime::Runtime;

const MESSAGES: u32 = 1_000_000;
const USERS: u32 = 1_000;
/// Topics of the first channel; the first of them has a third of all messages, and a tenth of them is resolved.
const TOPICS: u32 = 10_000;
/// Conversations between the first user and the others.
const DIRECT: u32 = 200;
const UNREAD: u32 = 100_000;
const ROUNDS: u32 = 20;

/// What it is, the narrow, and the anchor.
const PAGES: &[(&str, &str, &str)] = &[
    ("everything", "[]", "newest"),
    ("everything, from the oldest", "[]", "oldest"),
    ("first_unread of 100,000", "[]", "first_unread"),
    ("channel of 900,000", r#"[["channel", "channel 1"]]"#, "newest"),
    ("channels:public", r#"[["channels", "public"]]"#, "newest"),
    ("topic of 300,000", r#"[["channel", "channel 1"], ["topic", "topic 1"]]"#, "newest"),
    ("topic of 300,000, from the middle", r#"[["channel", "channel 1"], ["topic", "topic 1"]]"#, "500000"),
    ("topic of 60 in a large channel", r#"[["channel", "channel 1"], ["topic", "topic 77"]]"#, "newest"),
    ("not a topic of 300,000", r#"[["channel", "channel 1"], ["-topic", "topic 1"]]"#, "newest"),
    ("with", r#"[["with", "77"]]"#, "newest"),
    ("dm", r#"[["dm", "user.number.7@example.com"]]"#, "newest"),
    ("dm-including", r#"[["dm-including", "user.number.7@example.com"]]"#, "newest"),
    ("is:dm", r#"[["is", "dm"]]"#, "newest"),
    ("sender of 1,000", r#"[["sender", "user.number.500@example.com"]]"#, "newest"),
    ("sender of one, long ago", r#"[["sender", "user.number.2@example.com"]]"#, "newest"),
    ("not the sender of half", r#"[["-sender", "user.number.3@example.com"]]"#, "newest"),
    ("sender in another's direct messages", r#"[["sender", "user.number.3@example.com"], ["is", "dm"]]"#, "newest"),
    ("is:starred, 20", r#"[["is", "starred"]]"#, "newest"),
    ("is:unread, 100,000", r#"[["is", "unread"]]"#, "newest"),
    ("is:mentioned, 1,000", r#"[["is", "mentioned"]]"#, "newest"),
    ("is:resolved, 1,000 topics", r#"[["is", "resolved"]]"#, "newest"),
    ("is:resolved, from the oldest", r#"[["is", "resolved"]]"#, "oldest"),
    ("is:followed, 10 topics", r#"[["is", "followed"]]"#, "newest"),
    ("in:home, 50 muted topics", r#"[["in", "home"]]"#, "newest"),
    ("has:link, a third", r#"[["has", "link"]]"#, "newest"),
    ("has:link of one sender", r#"[["has", "link"], ["sender", "user.number.500@example.com"]]"#, "newest"),
    ("has:image, 20", r#"[["has", "image"]]"#, "newest"),
    ("not has:link", r#"[["-has", "link"]]"#, "newest"),
    ("has:attachment, 100", r#"[["has", "attachment"]]"#, "newest"),
    ("has:reaction, 1,000", r#"[["has", "reaction"]]"#, "newest"),
    ("search, a word of 10", r#"[["search", "quince"]]"#, "newest"),
    ("search, a word of all", r#"[["search", "message"]]"#, "newest"),
    ("search, a word of all, from the oldest", r#"[["search", "message"]]"#, "oldest"),
    ("search, a phrase of all", r#"[["search", "\"ordinary length\""]]"#, "newest"),
    ("search, two words that never meet", r#"[["search", "even odd"]]"#, "newest"),
    ("search, a word of all in a topic of 60", r#"[["search", "message"], ["topic", "topic 77"]]"#, "newest"),
    (
        "search, a word of all of one sender",
        r#"[["search", "message"], ["sender", "user.number.500@example.com"]]"#,
        "newest",
    ),
    ("search, a word of 10,000 topics", r#"[["search", "topic"]]"#, "newest"),
    ("search, a word of topics and one of all", r#"[["search", "topic message"]]"#, "newest"),
    ("search, a word of topics and one of 10", r#"[["search", "topic quince"]]"#, "newest"),
    ("search, not a word of all but one", r#"[["-search", "even"]]"#, "newest"),
];

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(runtime: &Runtime) -> Outcome {
    let dir = realm::create(realm::Size { users: USERS, channels: &[USERS, 100], messages: 0 })?;
    let path = dir.path().join("tidings.db");
    fill(&path)?;
    let plans = plans(&path)?;
    let server = Server::tidings(dir.path(), &[])?;
    println!("{MESSAGES} messages, {:.0} MB", realm::size_of(dir.path()) as f64 / 1e6);
    println!("{:<40} {:>8} {:>9} {:>9} {:>9}", "page of 100", "messages", "ms CPU", "ms", "first CPU");
    for ((what, narrow, anchor), plan) in PAGES.iter().zip(plans) {
        let Measured { messages, cpu, time, first_cpu } = runtime.block_on(measure(&server, narrow, anchor))?;
        println!("{what:<40} {messages:>8} {cpu:>9.2} {time:>9.2} {first_cpu:>9.2}");
        for step in plan {
            println!("        {step}");
        }
    }
    Ok(())
}

/// What a page takes.
struct Measured {
    messages: usize,
    /// Milliseconds of CPU.
    cpu: f64,
    /// Milliseconds.
    time: f64,
    /// Milliseconds of CPU when it is read first.
    first_cpu: f64,
}

async fn measure(server: &Server, narrow: &str, anchor: &str) -> io::Result<Measured> {
    let (before, after) = if anchor == "newest" { (100, 0) } else { (0, 99) };
    let narrow = encode(narrow);
    let query = format!("narrow={narrow}&anchor={anchor}&num_before={before}&num_after={after}");
    let mut connection = Connection::open(server.address).await?;
    let call = request("GET", "/api/v1/messages", &realm::authorization(1), &query);
    let cpu = server.cpu_secs();
    let answer: serde_json::Value = serde_json::from_slice(&connection.call(&call).await?).map_err(io::Error::other)?;
    let found = answer["messages"].as_array().ok_or_else(|| io::Error::other(answer.to_string()))?.len();
    let first_cpu = (server.cpu_secs() - cpu) * 1e3;
    let (cpu, started) = (server.cpu_secs(), Instant::now());
    for _ in 0..ROUNDS {
        connection.call(&call).await?;
    }
    let per_round = 1e3 / f64::from(ROUNDS);
    let (cpu, time) = ((server.cpu_secs() - cpu) * per_round, started.elapsed().as_secs_f64() * per_round);
    Ok(Measured { messages: found, cpu, time, first_cpu })
}

/// The steps of the database for each page.
fn plans(path: &Path) -> Result<Vec<Vec<String>>, Box<dyn std::error::Error>> {
    let store = SqliteStore::open(path, SqliteOptions { synchronous: Synchronous::Normal, readers: 1 })?;
    let state = store.load()?.ok_or("the realm is there")?.state;
    let viewer = state.users.get(UserId(1)).ok_or("the user is there")?;
    let plan = |(_, narrow, anchor): &(&str, &str, &str)| {
        let terms = Vec::<NarrowTerm>::from_json("narrow", &serde_json::from_str(narrow)?)?;
        let filter = filter(&state, viewer, &terms, &Scope::Usual)?;
        let page = match *anchor {
            "newest" => Page::Before { upto: MessageId(u32::MAX), limit: 100 },
            anchor => Page::After { from: MessageId(anchor.parse().unwrap_or(0)), limit: 100 },
        };
        Ok(store.search_plans(&filter.query(&state, page))?)
    };
    PAGES.iter().map(plan).collect()
}

/// Ninety messages of a hundred are in the first channel, five in the second, five between the first user and others.
fn conversation_of(id: u32) -> u32 {
    match id % 100 {
        0..5 => TOPICS + 1,
        5..10 => TOPICS + 2 + id / 100 % DIRECT,
        10..43 => 1,
        _ => 2 + id / 60 % (TOPICS - 1),
    }
}

fn sender_of(id: u32) -> u32 {
    match id % 100 {
        _ if id == 5_011 => 2,
        5..10 => {
            if id.is_multiple_of(2) {
                1
            } else {
                4 + id / 100 % DIRECT
            }
        }
        n if n < 55 => 3,
        _ => 4 + id * 7 % (USERS - 4),
    }
}

fn message(id: u32) -> MessageRow {
    let parity = if id.is_multiple_of(2) { "even" } else { "odd" };
    let rare = if id.is_multiple_of(100_000) { " quince" } else { "" };
    let content = format!(
        "A message of ordinary length, with number {id}, which is {parity}{rare}, as people write them all day."
    );
    let file = if id.is_multiple_of(10_000) { "<a href=\"/user_uploads/1/a.pdf\">a</a>" } else { "" };
    let bits =
        MessageBits { has_link: id.is_multiple_of(3), has_image: id.is_multiple_of(50_000), ..MessageBits::default() };
    MessageRow {
        id: MessageId(id),
        conversation: ConversationId(conversation_of(id)),
        sender: UserId(sender_of(id)),
        client: "bench".to_owned(),
        timestamp: 1_700_000_000 + i64::from(id),
        rendered: format!("<p>{content}</p>{file}"),
        content,
        bits,
        last_edit: None,
        last_moved: None,
        edit_history: Vec::new(),
        reactions: Vec::new(),
        submessages: Vec::new(),
    }
}

fn conversations() -> Vec<Change> {
    let topic = |id: u32, channel, topic: String| Change::Conversation {
        id: ConversationId(id),
        kind: Arc::new(ConversationKind::Topic { channel: ChannelId(channel), topic }),
    };
    let name = |id: u32| format!("{}topic {id}", if id.is_multiple_of(10) { "✔ " } else { "" });
    let mut changes: Vec<Change> = (1..=TOPICS).map(|id| topic(id, 1, name(id))).collect();
    changes.push(topic(TOPICS + 1, 2, "elsewhere".to_owned()));
    changes.extend((0..DIRECT).map(|at| Change::Conversation {
        id: ConversationId(TOPICS + 2 + at),
        kind: Arc::new(ConversationKind::Direct { users: vec![UserId(1), UserId(4 + at)] }),
    }));
    changes
}

fn marks() -> Vec<Change> {
    let flags = |flag, ids| Change::Flags { user: UserId(1), flag, add: true, ids };
    let reaction = ReactionRow {
        user: UserId(9),
        reaction_type: ReactionType::Unicode,
        emoji_code: "1f44d".to_owned(),
        emoji_name: "thumbs_up".to_owned(),
    };
    let policy = |id: u32, policy| Change::UserTopic {
        user: UserId(1),
        channel: ChannelId(1),
        topic: format!("topic {id}"),
        policy: TopicPolicy { policy, last_updated: 0 },
    };
    let mut changes = vec![
        flags(Flag::Read, (1..=MESSAGES - UNREAD).map(MessageId).collect()),
        flags(Flag::Starred, (1..=20).map(|n| MessageId(n * 40_003)).collect()),
    ];
    let reacted = (1..=MESSAGES).step_by(1_000).map(MessageId);
    changes.extend(reacted.map(|message| Change::ReactionAdded { message, reaction: reaction.clone() }));
    changes.extend((0..10).map(|n| policy(n * 900 + 11, 3)));
    changes.extend((0..50).map(|n| policy(n * 100 + 12, 1)));
    changes
}

fn fill(path: &Path) -> Result<(), StoreError> {
    let store = SqliteStore::open(path, SqliteOptions { synchronous: Synchronous::Normal, readers: 1 })?;
    commit(&store, &conversations())?;
    let mentions = |id: u32| match id.is_multiple_of(1_000) {
        true => vec![(UserId(1), tidings_core::state::flags::MentionBits::USER)],
        false => Vec::new(),
    };
    let insert = |id| Change::MessageInserted { row: Arc::new(message(id)), mentions: mentions(id) };
    for first in (1..=MESSAGES).step_by(10_000) {
        commit(&store, &(first..first + 10_000).map(insert).collect::<Vec<_>>())?;
    }
    commit(&store, &marks())
}
