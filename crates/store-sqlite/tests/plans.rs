//! How searches are done: by an index and in order, whatever is searched for.

use roaring::RoaringBitmap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::messages::ConversationKind;
use tidings_store::contract::samples;
use tidings_store::query::{Bounds, Condition, MessageQuery, Page};
use tidings_store::{Batch, Store};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

const CONVERSATIONS: u32 = 50;

fn filled(path: &std::path::Path) -> SqliteStore {
    let store =
        SqliteStore::open(path, SqliteOptions { synchronous: Synchronous::Normal, readers: 1 }).expect("it opens");
    let mut changes = samples::first_batch(5);
    changes.push(Change::Channel(Arc::new(samples::channel(ChannelId(1), 2))));
    changes.extend((1..=CONVERSATIONS).map(|id| {
        let kind = ConversationKind::Topic { channel: ChannelId(1), topic: format!("birne topic {id}") };
        Change::Conversation { id: ConversationId(id), kind: Arc::new(kind) }
    }));
    changes.extend((1..=5_000).map(|id| {
        let row = samples::message(MessageId(id), ConversationId(id % CONVERSATIONS + 1), UserId(id % 5 + 1), id);
        Change::MessageInserted { row: Arc::new(row), mentions: Vec::new() }
    }));
    let reacted = (1..=5_000).filter(|id| id % 50 == 0).map(MessageId);
    changes.extend(reacted.map(|message| Change::ReactionAdded { message, reaction: samples::reaction(UserId(1), 0) }));
    store.commit(&Batch { seq: 1, now: 0, changes: &changes, events: &[] }).expect("it is written");
    store
}

/// A step that reads a table from one end to the other, or sorts what it read.
fn is_bad(step: &str) -> bool {
    let reads_all = step.starts_with("SCAN ") && !step.contains("VIRTUAL TABLE INDEX");
    // An index of FTS5 that is asked for nothing in particular is read whole.
    let reads_all_words = step.ends_with("VIRTUAL TABLE INDEX 0:");
    reads_all || reads_all_words && !step.contains("json_each") || step.contains("TEMP B-TREE")
}

fn words(words: &[&str], negated: bool) -> Condition {
    Condition::Words { words: words.iter().map(|word| (*word).to_owned()).collect(), negated }
}

#[test]
fn no_search_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("tidings.db"));
    let ids = |step: usize| Condition::Ids(Arc::new((1..=5_000).step_by(step).collect::<RoaringBitmap>()));
    let mut conditions = vec![
        Condition::NotIds(Arc::default()),
        words(&["quitte"], false),
        words(&["quitte"], true),
        words(&["birne", "quitte"], false),
        words(&["birne", "topic"], false),
    ];
    for negated in [false, true] {
        conditions.extend([
            Condition::HasLink { negated },
            Condition::HasImage { negated },
            Condition::HasReaction { negated },
        ]);
    }
    let index = store.load().unwrap().expect("a realm").state.messages;
    let mut driven = std::collections::BTreeSet::new();
    let pages = [
        Page::Before { upto: MessageId(4_000), limit: 100 },
        Page::After { from: MessageId(1_000), limit: 100 },
        Page::After { from: MessageId(0), limit: u32::MAX },
    ];
    for page in pages {
        let mut queries = vec![vec![], vec![ids(1)], vec![ids(400)]];
        for (at, one) in conditions.iter().enumerate() {
            queries.extend([vec![one.clone()], vec![one.clone(), ids(1)], vec![one.clone(), ids(400)]]);
            queries.extend(conditions[at + 1..].iter().map(|other| vec![one.clone(), other.clone(), ids(1)]));
        }
        for conditions in queries {
            let query = MessageQuery { conditions, page, index: index.clone(), bounds: Bounds::PAGE };
            let plan = store.search_plans(&query).unwrap();
            assert!(!plan.is_empty() && !plan.iter().any(|step| is_bad(step)), "{:?}: {plan:#?}", query.conditions);
            driven.extend(plan.first().cloned());
        }
    }
    // So that the test is of more than one way.
    for index in ["with_link", "with_image", "reactions", "PRIMARY KEY", "VIRTUAL TABLE"] {
        assert!(driven.iter().any(|step| step.contains(index)), "{index} in {driven:#?}");
    }
}
