//! Message searches, against a filter that looks at every message.

use super::changes::places;
use super::world::{World, inserted};
use super::{Backend, samples};
use crate::Store;
use crate::query::{Bounds, Condition, MessageQuery, Page};
use roaring::RoaringBitmap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidings_core::change::{Change, MessageRow};
use tidings_core::state::flags::Flag;
use tidings_core::state::messages::{ConversationKind, MessageIndex};
use tidings_types::message::Edit;
use tidings_types::{ChannelId, ConversationId, MessageId, UserId};

/// Whether a message meets a condition, by the words of [`crate::query`].
fn meets(row: &MessageRow, topic: &str, condition: &Condition) -> bool {
    match condition {
        Condition::Ids(ids) => ids.contains(row.id.0),
        Condition::NotIds(ids) => !ids.contains(row.id.0),
        Condition::HasLink { negated } => row.bits.has_link != *negated,
        Condition::HasImage { negated } => row.bits.has_image != *negated,
        Condition::HasReaction { negated } => row.reactions.is_empty() == *negated,
        Condition::Words { words, negated } => {
            words.iter().all(|word| occurs(word, &row.content) || occurs(word, topic)) != *negated
        }
    }
}

/// Whether the words of `phrase` stand one after the other in `content`.
fn occurs(phrase: &str, content: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (phrase, content) = (words(phrase), words(content));
    !phrase.is_empty() && content.windows(phrase.len()).any(|part| part == phrase)
}

/// The topic of a message; empty for direct messages.
fn topic_of<B: Backend>(world: &World<'_, B>, row: &MessageRow) -> String {
    match world.state.messages.kind(row.conversation).map(|kind| &**kind) {
        Some(ConversationKind::Topic { topic, .. }) => topic.clone(),
        _ => String::new(),
    }
}

fn check<B: Backend>(world: &World<'_, B>, conditions: &[Condition]) {
    let meets_all = |row: &MessageRow| {
        let topic = topic_of(world, row);
        conditions.iter().all(|one| meets(row, &topic, one))
    };
    for bound in [0, 1, 2, 50, 199, 200, 500, u32::MAX].map(MessageId) {
        for limit in [0, 1, 7, 100, 1_000] {
            let matching = || world.messages.values().filter(|row| meets_all(row));
            let before = Page::Before { upto: bound, limit };
            let mut newest: Vec<&MessageRow> =
                matching().rev().filter(|row| row.id <= bound).take(limit as usize).collect();
            newest.reverse();
            let after = Page::After { from: bound, limit };
            let oldest: Vec<&MessageRow> = matching().filter(|row| row.id >= bound).take(limit as usize).collect();
            for (page, expected) in [(before, newest), (after, oldest)] {
                let query = MessageQuery {
                    conditions: conditions.to_vec(),
                    page,
                    index: world.state.messages.clone(),
                    bounds: Bounds::PAGE,
                };
                let found = world.store().search(&query).unwrap().messages;
                let found: Vec<&MessageRow> = found.iter().map(|row| &**row).collect();
                assert_eq!(found, expected, "{query:?}");
            }
        }
    }
}

/// 200 messages in five conversations, some edited, with reactions, or deleted. Two of the topics have words
/// that contents have as well.
fn world<B: Backend>(backend: &B) -> World<'_, B> {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    world.commit(&[topic(4, "Birne: apple pie"), topic(5, "✔ else, ÉTAT")]);
    let row = |id: u32| {
        let conversation = ConversationId(if id.is_multiple_of(6) { 4 + id % 4 / 2 } else { id * id % 7 % 3 + 1 });
        samples::message(MessageId(id), conversation, UserId(id % 5 % 3 + 1), id * 7 % 31)
    };
    world.commit(&(1..=200).map(|id| inserted(row(id))).collect::<Vec<_>>());
    let reacted = (1..=200_u32).filter(|id| id.is_multiple_of(9)).flat_map(|id| {
        let reaction = |n| Change::ReactionAdded { message: MessageId(id), reaction: samples::reaction(UserId(1), n) };
        [reaction(0), reaction(1)]
    });
    world.commit(&reacted.collect::<Vec<_>>());
    for id in (1..=200_u32).filter(|id| id.is_multiple_of(13)) {
        let row = world.messages[&MessageId(id)].clone();
        let edit = tidings_types::message::Edit { prev_content: Some(row.content.clone()), ..Default::default() };
        let row = Arc::new(MessageRow { content: "something Else entirely".to_owned(), ..row });
        world.commit(&[Change::MessageUpdated { row, mentions: Vec::new(), edit }]);
    }
    for id in (1..=200_u32).filter(|id| id.is_multiple_of(11)).map(MessageId) {
        world.commit(&[Change::MessageDeleted { id }]);
    }
    world
}

fn topic(id: u32, topic: &str) -> Change {
    let kind = ConversationKind::Topic { channel: ChannelId(1), topic: topic.to_owned() };
    Change::Conversation { id: ConversationId(id), kind: Arc::new(kind) }
}

fn words(words: &[&str], negated: bool) -> Condition {
    Condition::Words { words: words.iter().map(|word| (*word).to_owned()).collect(), negated }
}

/// Every condition alone and every two together, in both directions, from every side, in pages of all sizes.
pub fn pages_of_every_condition(backend: &impl Backend) {
    let world = world(backend);
    let ids = |step: usize| Arc::new((1..=210).step_by(step).collect::<RoaringBitmap>());
    let mut conditions = vec![
        Condition::Ids(ids(1)),
        Condition::Ids(ids(17)),
        Condition::Ids(Arc::default()),
        Condition::NotIds(ids(2)),
        words(&["birne"], false),
        words(&["birne"], true),
        words(&["apfel", "pie"], false),
        words(&["birne", "état", "apple pie"], true),
    ];
    for negated in [false, true] {
        conditions.extend([
            Condition::HasLink { negated },
            Condition::HasImage { negated },
            Condition::HasReaction { negated },
        ]);
    }
    check(&world, &[]);
    for (at, one) in conditions.iter().enumerate() {
        check(&world, std::slice::from_ref(one));
        for other in &conditions[at + 1..] {
            let query = [one.clone(), other.clone()];
            check(&world, &query);
        }
    }
    check(&world, &conditions[..2]);
}

/// Whole words, all of them, without regard to case; nothing in them is syntax; edits count, old contents do not.
pub fn words_are_words(backend: &impl Backend) {
    let world = world(backend);
    let searches: &[&[&str]] = &[
        &["apfel"],
        &["APFEL", "Birne"],
        &["Apf"],
        &["apple"],
        &["pie"],
        &["apple-pie"],
        &["pie apple"],
        &["apple pie", "birne"],
        &["birne apple"],
        &["birne", "apfel", "else"],
        &["else", "état"],
        &["mittagessen", "x1"],
        &["ÉTAT"],
        &["etat"],
        &["naïve", "日本語"],
        &["x1"],
        &["else"],
        &["entirely", "something"],
        &["apfel OR birne"],
        &["\"apfel\""],
        &["apfel*"],
        &["content:apfel"],
        &["NOT"],
        &["!!!"],
        &["!!!", "apfel"],
        &[""],
        &["nul\0apfel"],
        &["apfel\0"],
        &["it's (a) ^test"],
    ];
    for search in searches {
        let limit = 300;
        for negated in [false, true] {
            let condition = words(search, negated);
            let expected: Vec<MessageId> = world
                .messages
                .values()
                .filter(|row| meets(row, &topic_of(&world, row), &condition))
                .map(|row| row.id)
                .collect();
            let page = Page::After { from: MessageId(0), limit };
            let query = MessageQuery {
                conditions: vec![condition],
                page,
                index: world.state.messages.clone(),
                bounds: Bounds::PAGE,
            };
            let found: Vec<MessageId> =
                world.store().search(&query).unwrap().messages.iter().map(|row| row.id).collect();
            assert_eq!(found, expected, "{search:?}, negated {negated}");
        }
    }
}

/// Words that many topics have, and words that many messages have, in whatever order they are found: among all messages,
/// among few that are far from each other, and among neighbors.
pub fn words_of_many_topics(backend: &impl Backend) {
    let mut world = World::new(backend, 2);
    world.commit(&places());
    // Each set of the last six is in some topics, which is more sets than a search asks about one by one.
    let letters = ["alfa", "bravo", "cargo", "dock", "east", "ferry"];
    let some = |bits: u32| -> String {
        (0..6).filter(|bit| bits >> bit & 1 == 1).map(|bit| format!(" {}", letters[bit])).collect()
    };
    let name = |id: u32| format!("release {}{id}{}", if id.is_multiple_of(3) { "notes " } else { "" }, some(id));
    let topics = (4..1_300).map(|id| topic(id, &name(id)));
    world.commit(&topics.collect::<Vec<_>>());
    let row = |id: u32| {
        let row = samples::message(MessageId(id), ConversationId(id * 7 % 1_299 + 1), UserId(1), id);
        let parity = if id.is_multiple_of(2) { "even" } else { "odd, état" };
        MessageRow { content: format!("{} common {parity}{}", row.content, some(id / 64)), ..row }
    };
    world.commit(&(1..=4_000).map(|id| inserted(row(id))).collect::<Vec<_>>());
    let searches = [
        &["release"][..],
        &["release", "common"],
        &["release", "notes", "birne"],
        &["notes", "apfel"],
        &["notes", "even"],
        &["Common ODD"],
        &["even", "odd"],
        &["common", "état"],
        &letters,
        &["common", "alfa", "bravo", "cargo", "dock", "east", "ferry"],
        &["birne", "ferry", "alfa", "bravo", "cargo", "dock", "east"],
        &["alfa", "cargo"],
    ];
    let among = [1..=4_000, 300..=900].map(|ids| Arc::new(ids.collect::<RoaringBitmap>()));
    let far = Arc::new((1..=4_000).step_by(97).collect::<RoaringBitmap>());
    for (search, negated) in searches.into_iter().flat_map(|search| [(search, false), (search, true)]) {
        for ids in among.iter().chain([&far]) {
            let condition = words(search, negated);
            let matching = |row: &&MessageRow| ids.contains(row.id.0) && meets(row, &topic_of(&world, row), &condition);
            let mut expected: Vec<MessageId> =
                world.messages.values().rev().filter(matching).take(100).map(|row| row.id).collect();
            expected.reverse();
            let query = MessageQuery {
                conditions: vec![condition, Condition::Ids(Arc::clone(ids))],
                page: Page::Before { upto: MessageId(u32::MAX), limit: 100 },
                index: world.state.messages.clone(),
                bounds: Bounds::PAGE,
            };
            let found: Vec<MessageId> =
                world.store().search(&query).unwrap().messages.iter().map(|row| row.id).collect();
            assert_eq!(found, expected, "{search:?}, negated {negated}, among {}", ids.len());
        }
    }
}

/// A search of a few messages does not read the others, and marking much at once does not take a row each.
pub fn many_messages_and_flags(backend: &impl Backend) {
    let mut world = World::new(backend, 2);
    world.commit(&places());
    let row = |id: u32| {
        let conversation = ConversationId(if id.is_multiple_of(1_000) { 2 } else { 1 });
        samples::message(MessageId(id), conversation, UserId(1), id)
    };
    world.commit(&(1..=20_000).map(|id| inserted(row(id))).collect::<Vec<_>>());
    let ids = (1..=20_000).map(MessageId).collect();
    let started = Instant::now();
    world.commit(&[Change::Flags { user: UserId(1), flag: Flag::Read, add: true, ids }]);
    for _ in 0..100 {
        let conditions = vec![Condition::Ids(Arc::new((1_000..=20_000).step_by(1_000).collect()))];
        let page = Page::Before { upto: MessageId(u32::MAX), limit: 15 };
        let found = world
            .store()
            .search(&MessageQuery { conditions, page, index: MessageIndex::default(), bounds: Bounds::PAGE })
            .unwrap()
            .messages;
        assert_eq!(found.iter().map(|row| row.id.0 / 1_000).collect::<Vec<_>>(), (6..=20).collect::<Vec<_>>());
    }
    // Generous, for slow machines: with a row each, or a scan each, it takes far longer.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

/// Words that most messages have, some of which hardly ever meet, while messages come, change and go: whatever a store
/// keeps of such words stays true.
pub fn words_of_very_many_messages(backend: &impl Backend) {
    const WORDS: [&str; 5] = ["even", "odd", "third", "many", "rare"];
    let mut world = World::new(backend, 2);
    world.commit(&places());
    let mut seed = 7_u32;
    let mut random = move |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) % below
    };
    let row = |id: u32, has: &[bool; 5]| {
        let row = samples::message(MessageId(id), ConversationId(id % 3 + 1), UserId(1), 1);
        let content: Vec<&str> = WORDS.iter().zip(has).filter(|(_, has)| **has).map(|(word, _)| *word).collect();
        MessageRow { content: format!("ünd {}", content.join(" ")), ..row }
    };
    let usual = |id: u32| {
        let is = |by: u32| id.is_multiple_of(by);
        [is(2), !is(2), is(3), !is(9), is(50)]
    };
    let mut last = 4_000;
    world.commit(&(1..=last).map(|id| inserted(row(id, &usual(id)))).collect::<Vec<_>>());
    for round in 0..12 {
        for (at, one) in WORDS.iter().enumerate() {
            for other in &WORDS[at + 1..] {
                for page in [
                    Page::Before { upto: MessageId(u32::MAX), limit: 100 },
                    Page::After { from: MessageId(9), limit: 3 },
                ] {
                    let condition = words(&[one, other], false);
                    let matching = |row: &&MessageRow| meets(row, &topic_of(&world, row), &condition);
                    let all = world.messages.values().filter(matching).map(|row| row.id);
                    let expected: Vec<MessageId> = match page {
                        Page::Before { limit, .. } => {
                            let all: Vec<MessageId> = all.collect();
                            all[all.len().saturating_sub(limit as usize)..].to_vec()
                        }
                        Page::After { from, limit } => all.filter(|id| *id >= from).take(limit as usize).collect(),
                    };
                    let (conditions, index) = (vec![condition], world.state.messages.clone());
                    let query = MessageQuery { conditions, page, index, bounds: Bounds::PAGE };
                    let found = world.store().search(&query).unwrap().messages;
                    let found: Vec<MessageId> = found.iter().map(|row| row.id).collect();
                    assert_eq!(found, expected, "{one} and {other}, round {round}");
                }
            }
        }
        // New ones, some that change what they say, and some that go.
        let mut changes: Vec<Change> = (last + 1..=last + 100).map(|id| inserted(row(id, &usual(id)))).collect();
        last += 100;
        let known: Vec<u32> = world.messages.keys().map(|id| id.0).collect();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..if round == 5 { 1_200 } else { 40 } {
            let id = known[random(u32::try_from(known.len()).unwrap()) as usize];
            if !seen.insert(id) {
                continue;
            }
            if random(8) == 0 {
                changes.push(Change::MessageDeleted { id: MessageId(id) });
                continue;
            }
            let mut has = usual(id);
            has[random(5) as usize] ^= true;
            let before = &world.messages[&MessageId(id)];
            let edit = Edit { prev_content: Some(before.content.clone()), ..Edit::default() };
            let row = MessageRow { content: row(id, &has).content, ..before.clone() };
            changes.push(Change::MessageUpdated { row: Arc::new(row), mentions: Vec::new(), edit });
        }
        world.commit(&changes);
    }
}

/// Nobody's long messages, or long histories, are read without a bound: a page ends at the far end, one message at least.
pub fn pages_and_histories_are_bounded(backend: &impl Backend) {
    let mut world = World::new(backend, 2);
    world.commit(&places());
    let text = "x".repeat(1_000);
    let row = |id: u32| {
        let row = samples::message(MessageId(id), ConversationId(1), UserId(1), id);
        MessageRow { content: text.clone(), rendered: text.clone(), ..row }
    };
    world.commit(&(1..=20).map(|id| inserted(row(id))).collect::<Vec<_>>());
    let edit = |timestamp: i64| Edit { timestamp, prev_content: Some(text.clone()), ..Edit::default() };
    let edits =
        (1..=30).map(|at| Change::MessageUpdated { row: Arc::new(row(20)), mentions: Vec::new(), edit: edit(at) });
    world.commit(&edits.collect::<Vec<_>>());
    let ids = |page: Page, page_bytes: usize| {
        let bounds = Bounds { page_bytes, ..Bounds::PAGE };
        let index = world.state.messages.clone();
        let found = world.store().search(&MessageQuery { conditions: Vec::new(), page, index, bounds }).unwrap();
        let ids: Vec<u32> = found.messages.iter().map(|row| row.id.0).collect();
        (ids, found.is_cut)
    };
    let after = Page::After { from: MessageId(1), limit: 6 };
    assert_eq!(ids(after, 100_000), ((1..=6).collect(), false));
    assert_eq!(ids(after, 5_000), ((1..=3).collect(), true));
    assert_eq!(ids(after, 0), (vec![1], true));
    let before = Page::Before { upto: MessageId(19), limit: 6 };
    assert_eq!(ids(before, 5_000), ((17..=19).collect(), true));
    assert_eq!(ids(Page::Before { upto: MessageId(1), limit: 6 }, 1), (vec![1], false), "there is no other");

    let newest = |bounds: Bounds| {
        let page = Page::Before { upto: MessageId(20), limit: 1 };
        let index = world.state.messages.clone();
        let found = world.store().search(&MessageQuery { conditions: Vec::new(), page, index, bounds }).unwrap();
        found.messages[0].edit_history.iter().map(|edit| edit.timestamp).collect::<Vec<i64>>()
    };
    assert_eq!(newest(Bounds::PAGE).len(), 30);
    assert_eq!(newest(Bounds { edits: 3, ..Bounds::PAGE }), [30, 29, 28]);
    assert_eq!(newest(Bounds { edits_bytes: 4_500, ..Bounds::PAGE }), [30, 29, 28, 27]);
    let history: Vec<i64> = world.store().history(MessageId(20)).unwrap().0.iter().map(|edit| edit.timestamp).collect();
    assert!(history.into_iter().eq((1..=30).rev()));
}

/// Who reacted to some messages.
pub fn reactors(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    let row = |id: u32| samples::message(MessageId(id), ConversationId(1), UserId(1), 0);
    world.commit(&(1..=3).map(|id| inserted(row(id))).collect::<Vec<_>>());
    let reaction = |message: u32, user: u32, n: u32| Change::ReactionAdded {
        message: MessageId(message),
        reaction: samples::reaction(UserId(user), n),
    };
    world.commit(&[reaction(1, 3, 0), reaction(1, 1, 0), reaction(1, 3, 1), reaction(3, 2, 1)]);
    let of = |ids: &[u32]| world.store().reactors_of(&ids.iter().map(|id| MessageId(*id)).collect::<Vec<_>>()).unwrap();
    assert_eq!((of(&[1]), of(&[2]), of(&[])), (vec![UserId(1), UserId(3)], Vec::new(), Vec::new()));
    assert_eq!(of(&[1, 2, 3]), [UserId(1), UserId(2), UserId(3)]);
}
