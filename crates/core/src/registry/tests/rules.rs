//! One rule a test.

use super::world::{GUEST, Outcome, World, delete, id, keys, message, options, plain, to, typing, words};
use crate::event::{Gate, MessagePayload, Outgoing, Payload, Reach};
use crate::limits;
use crate::log::EventLog;
use crate::shape::Shape;
use crate::state::flags::MentionBits;
use std::sync::Arc;
use tidings_types::{ApiError, EventId, QueueId, UserId};

const START: EventId = EventId::START;

fn is_bad_queue<T: std::fmt::Debug>(result: Result<T, ApiError>, queue: QueueId) {
    let error = result.expect_err("the queue is gone");
    assert_eq!(error, ApiError::BadEventQueueId { queue_id: queue.to_string() });
}

#[test]
fn events_come_in_order_and_again_until_acknowledged_byte_for_byte() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.publish(vec![to(words("a"), &[1]), to(words("b"), &[1])]);
    let first = world.body(1, queue, START, false).unwrap().unwrap();
    assert_eq!(world.body(1, queue, START, true).unwrap().unwrap(), first);
    world.publish(vec![to(words("c"), &[1])]);
    let events = world.now(1, queue, START);
    assert_eq!(keys(&events), ["a", "b", "c"]);
    assert!(events.is_sorted_by(|a, b| id(a) < id(b)));
    // Any event may be acknowledged, not only the last.
    assert_eq!(keys(&world.now(1, queue, id(&events[0]))), ["b", "c"]);
    assert_eq!(keys(&world.now(1, queue, id(&events[2]))), [""; 0]);
}

#[test]
fn an_acknowledgement_that_goes_back_is_refused_and_disturbs_nobody() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.publish(vec![to(words("a"), &[1]), to(words("b"), &[1])]);
    let events = world.now(1, queue, START);
    let (a, b) = (id(&events[0]), id(&events[1]));
    let (parked, _) = world.park(1, queue, b);
    let refused = world.poll(1, queue, a, true).expect_err("it goes back");
    assert_eq!(refused, ApiError::bad_request(format!("An event newer than {a} has already been pruned!")));
    assert_eq!(world.answered(), []);
    world.publish(vec![to(words("c"), &[1])]);
    let answered = world.answered();
    assert_eq!((answered[0].0, keys(&answered[0].1)), (parked, vec!["c".to_owned()]));
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_loses_nothing() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.publish(vec![to(words("a"), &[1])]);
    world.now(1, queue, START);
    world.publish(vec![to(words("b"), &[1])]);
    assert_eq!(keys(&world.now(1, queue, EventId(i64::MAX))), ["b"]);
    // Before anything was sent at all it acknowledges nothing.
    let fresh = world.register(1, plain());
    world.publish(vec![to(words("c"), &[1])]);
    assert_eq!(keys(&world.now(1, fresh, EventId(1 << 50))), ["c"]);
    // An id between two events acknowledges the first of them.
    let events = world.now(1, fresh, START);
    assert_eq!(keys(&world.now(1, fresh, EventId(id(&events[0]).0 + 1))), [""; 0]);
}

#[test]
fn a_fresh_queue_takes_any_old_position() {
    let mut world = World::new();
    world.publish(vec![to(words("before"), &[1])]);
    let queue = world.register(1, plain());
    for last in [START, EventId(0), EventId(5)] {
        assert_eq!(keys(&world.now(1, queue, last)), [""; 0]);
    }
    world.publish(vec![to(words("a"), &[1])]);
    assert_eq!(keys(&world.now(1, queue, START)), ["a"]);
}

#[test]
fn a_second_poll_ends_the_first_with_no_events() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let (first, _) = world.park(1, queue, START);
    let (second, _) = world.park(1, queue, START);
    assert_eq!(world.answered(), [(first, vec![])]);
    // One that does not block does too.
    assert_eq!(world.poll(1, queue, START, false), Ok(Outcome::Events(vec![])));
    assert_eq!(world.answered(), [(second, vec![])]);
    assert_eq!(world.registry.counts(), (1, 0));
}

#[test]
fn going_away_takes_only_ones_own_poll_out() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let (_, old) = world.park(1, queue, START);
    let (second, new) = world.park(1, queue, START);
    world.answered();
    world.registry.unpark(UserId(1), queue, old, world.now);
    assert_eq!(world.registry.counts(), (1, 1));
    world.publish(vec![to(words("a"), &[1])]);
    assert_eq!(world.answered()[0].0, second);
    // And then there is nobody to answer; the event waits.
    let events = world.now(1, queue, START);
    let (_, third) = world.park(1, queue, id(&events[0]));
    assert_ne!(third, new);
    world.registry.unpark(UserId(1), queue, third, world.now);
    world.publish(vec![to(words("b"), &[1])]);
    assert_eq!(world.answered(), []);
    assert_eq!(keys(&world.now(1, queue, id(&events[0]))), ["b"]);
}

#[test]
fn a_heartbeat_ends_a_poll_and_stays_until_acknowledged() {
    let mut world = World::new();
    let queue = world.register(1, options(Some(&[]), Shape::default(), false, &[]));
    world.park(1, queue, START);
    assert_eq!(world.sweep_after(49).heartbeats, 0);
    assert_eq!(world.sweep_after(1).heartbeats, 1);
    let answered = world.answered();
    assert_eq!(keys(&answered[0].1), ["heartbeat"]);
    assert_eq!(answered[0].1[0].as_object().unwrap().len(), 2, "type and id alone");
    // It passes every filter, and comes again like any event.
    assert_eq!(world.now(1, queue, START), answered[0].1);
    // While nobody waits there is none.
    assert_eq!(world.sweep_after(60).heartbeats, 0);
    assert_eq!(keys(&world.now(1, queue, id(&answered[0].1[0]))), [""; 0]);
}

#[test]
fn a_heartbeat_stands_before_later_events_and_after_earlier_ones() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.publish(vec![to(words("a"), &[1])]);
    let a = id(&world.now(1, queue, START)[0]);
    world.park(1, queue, a);
    world.sweep_after(50);
    let heartbeat = id(&world.answered()[0].1[0]);
    assert!(heartbeat > a && heartbeat.seq() == a.seq());
    world.publish(vec![to(typing("t"), &[1]), to(words("b"), &[1])]);
    let events = world.now(1, queue, a);
    assert_eq!(keys(&events), ["heartbeat", "t", "b"]);
    assert!(events.is_sorted_by(|a, b| id(a) < id(b)));
}

#[test]
fn idle_queues_end_but_never_while_somebody_waits() {
    let mut world = World::new();
    let (idle, parked) = (world.register(1, plain()), world.register(1, plain()));
    world.park(1, parked, START);
    for _ in 0..20 {
        // Heartbeats end the poll; the client polls again at once.
        let swept = world.sweep_after(30);
        assert!(!swept.expired.contains(&(UserId(1), parked)));
        for (_, events) in world.answered() {
            let last = events.last().map_or(START, id);
            world.park(1, parked, last);
        }
    }
    assert_eq!(world.sweep_after(0).expired, []);
    assert_eq!(world.sweep_after(1).expired, [(UserId(1), idle)]);
    is_bad_queue(world.poll(1, idle, START, false), idle);
    assert_eq!(world.registry.counts(), (1, 1));
}

#[test]
fn every_poll_makes_a_queue_live_longer() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    for _ in 0..3 {
        assert_eq!(world.sweep_after(600).expired, []);
        world.now(1, queue, START);
    }
    assert_eq!(world.sweep_after(601).expired.len(), 1);
}

#[test]
fn a_deleted_queue_answers_its_poll_and_is_gone() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let (parked, _) = world.park(1, queue, START);
    is_bad_queue(world.registry.remove(UserId(2), queue), queue);
    world.registry.remove(UserId(1), queue).unwrap();
    assert_eq!(world.answered(), [(parked, vec![])]);
    is_bad_queue(world.registry.remove(UserId(1), queue), queue);
    is_bad_queue(world.poll(1, queue, START, true), queue);
    world.publish(vec![to(words("a"), &[1])]);
    assert_eq!(world.answered(), []);
}

#[test]
fn somebody_elses_queue_does_not_exist() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.park(1, queue, START);
    is_bad_queue(world.poll(2, queue, START, false), queue);
    // In the same shard.
    is_bad_queue(world.poll(5, queue, START, false), queue);
    assert_eq!(world.registry.counts(), (1, 1));
}

#[test]
fn a_user_has_so_many_queues_and_no_more() {
    let mut world = World::new();
    for _ in 0..100 {
        world.registry.check_room(UserId(1)).unwrap();
        world.register(1, plain());
    }
    assert!(world.registry.check_room(UserId(1)).is_err());
    world.registry.check_room(UserId(5)).unwrap();
    assert_eq!(world.registry.remove_all(UserId(1)).len(), 100);
    world.registry.check_room(UserId(1)).unwrap();
}

#[test]
fn the_type_filter_and_the_audience_decide() {
    let mut world = World::new();
    let all = world.register(1, plain());
    let words_only = world.register(1, options(Some(&["alert_words"]), Shape::default(), false, &[]));
    let nothing = world.register(1, options(Some(&[]), Shape::default(), false, &[]));
    let other = world.register(2, plain());
    world.publish(vec![to(words("a"), &[1]), to(typing("t"), &[1, 2]), to(words("b"), &[2])]);
    for (owner, queue, expect) in
        [(1, all, vec!["a", "t"]), (1, words_only, vec!["a"]), (1, nothing, vec![]), (2, other, vec!["t", "b"])]
    {
        assert_eq!(keys(&world.now(owner, queue, START)), expect);
    }
}

#[test]
fn gates_choose_by_capability() {
    let mut world = World::new();
    let bit = Shape::USER_SETTINGS_OBJECT;
    let new = world.register(1, options(None, bit, false, &[]));
    let old = world.register(1, plain());
    let named = world.register(1, options(Some(&["user_topic", "alert_words"]), bit, false, &[]));
    let gated = |word: &str, gate| Outgoing { gate, ..to(words(word), &[1]) };
    world.publish(vec![
        gated("all", Gate::All),
        gated("with", Gate::With(bit)),
        gated("without", Gate::Without(bit)),
        gated("legacy", Gate::LegacyMutedTopics),
    ]);
    assert_eq!(keys(&world.now(1, new, START)), ["all", "with", "legacy"]);
    assert_eq!(keys(&world.now(1, old, START)), ["all", "without", "legacy"]);
    assert_eq!(keys(&world.now(1, named, START)), ["all", "with"]);
}

#[test]
fn queues_of_one_shape_share_a_rendering() {
    let mut world = World::new();
    let queues: Vec<_> = [Shape::default(), Shape::default(), Shape::APPLY_MARKDOWN, Shape::SLIM_PRESENCE]
        .into_iter()
        .map(|shape| world.register(1, options(None, shape, false, &[])))
        .collect();
    world.publish(vec![to(Payload::Message(Arc::new(message(1, "t", Reach::Private))), &[1])]);
    let content: Vec<_> = queues
        .iter()
        .map(|queue| world.now(1, *queue, START)[0]["message"]["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(content, ["message 1", "message 1", "<p>message 1</p>", "message 1"]);
    let entry = &world.stored[0];
    assert_eq!(entry.rendered(Shape::default()).as_ptr(), entry.rendered(Shape::SLIM_PRESENCE).as_ptr());
    assert_ne!(entry.rendered(Shape::default()), entry.rendered(Shape::APPLY_MARKDOWN));
}

#[test]
fn a_long_way_through_the_log_is_gone_in_steps() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let others = || (0..7 * limits::LOG_LOOKED_AT_MAX).map(|_| to(words("other"), &[2])).collect();
    world.publish(others());
    let (first, _) = world.park(1, queue, START);
    world.publish(others());
    assert_eq!(world.answered(), []);
    world.publish(vec![to(words("a"), &[1])]);
    let answered = world.answered();
    assert_eq!((answered[0].0, keys(&answered[0].1)), (first, vec!["a".to_owned()]));
    world.publish(others());
    world.publish(vec![to(words("b"), &[1])]);
    world.publish(others());
    assert_eq!(keys(&world.now(1, queue, START)), ["a", "b"]);
    assert_eq!(keys(&world.now(1, queue, id(&answered[0].1[0]))), ["b"]);
}

fn send(world: &mut World, payload: MessagePayload, users: &[u32]) {
    world.publish(vec![to(Payload::Message(Arc::new(payload)), users)]);
}

#[test]
fn a_narrow_filters_messages_and_nothing_else() {
    let mut world = World::new();
    let narrow = [("channel", "DENMARK"), ("topic", "General Chat")];
    let old = world.register(1, options(None, Shape::default(), false, &narrow));
    let new = world.register(1, options(None, Shape::EMPTY_TOPIC_NAME, false, &narrow));
    let other = world.register(1, options(None, Shape::default(), false, &[("stream", "Verona")]));
    send(&mut world, message(1, "", Reach::Private), &[1]);
    send(&mut world, message(2, "general chat", Reach::Private), &[1]);
    send(&mut world, message(3, "lunch", Reach::Private), &[1]);
    world.publish(vec![to(words("a"), &[1])]);
    assert_eq!(keys(&world.now(1, old, START)), ["m1", "m2", "a"]);
    assert_eq!(keys(&world.now(1, new, START)), ["m2", "a"]);
    assert_eq!(keys(&world.now(1, other, START)), ["a"]);
}

#[test]
fn a_narrow_has_its_bounds() {
    let parse = |terms: usize, bytes: usize| {
        let term = ("topic".to_owned(), "x".repeat(bytes));
        crate::narrow::Narrow::parse(&tidings_types::narrow::QueueNarrow(vec![term; terms])).is_ok()
    };
    assert!(parse(100, 40));
    assert!(!parse(101, 1));
    assert!(!parse(1, 4_097));
    assert!(!parse(5, 1_000));
}

#[test]
fn flags_count_in_a_narrow() {
    let mut world = World::new();
    let narrows = [("is", "unread"), ("is", "mentioned"), ("is", "alerted"), ("is", "anything"), ("is", "dm")];
    let queues = narrows.map(|narrow| world.register(1, options(None, Shape::default(), false, &[narrow])));
    let mut read = message(1, "t", Reach::Private);
    read.marks.read.push(UserId(1));
    let mut mentioned = message(2, "t", Reach::Private);
    mentioned.marks.mentions.push((UserId(1), MentionBits::USER));
    let mut alerted = message(3, "t", Reach::Private);
    alerted.marks.mentions.push((UserId(1), MentionBits::ALERT_WORD));
    for payload in [read, mentioned, alerted] {
        send(&mut world, payload, &[1]);
    }
    let got = queues.map(|queue| keys(&world.now(1, queue, START)));
    assert_eq!(got, [vec!["m2", "m3"], vec!["m2"], vec!["m3"], vec!["m1", "m2", "m3"], vec![]]);
}

#[test]
fn public_channels_are_overheard_but_not_by_guests_and_nothing_private() {
    let mut world = World::new();
    let wide = || options(None, Shape::default(), true, &[]);
    let narrow = || options(None, Shape::default(), false, &[("stream", "Denmark")]);
    let queues = [
        (1, world.register(1, wide())),
        (2, world.register(2, narrow())),
        (3, world.register(3, plain())),
        (GUEST.0, world.register(GUEST.0, narrow())),
    ];
    for (owner, queue) in &queues {
        world.park(*owner, *queue, START);
    }
    let mut seen = message(1, "t", Reach::Public);
    seen.marks.mentions.push((UserId(1), MentionBits::USER));
    send(&mut world, seen, &[5]);
    send(&mut world, message(2, "t", Reach::Private), &[5]);
    send(&mut world, message(3, "t", Reach::WebPublic), &[5]);
    assert_eq!(world.answered().len(), 3, "whom it concerns is woken, others are not");
    let got = queues.map(|(owner, queue)| keys(&world.now(owner, queue, START)));
    assert_eq!(got, [vec!["m1", "m3"], vec!["m1", "m3"], vec![], vec!["m3"]]);
    // Who only overhears has no flags.
    assert_eq!(world.now(1, queues[0].1, START)[0]["flags"], serde_json::json!([]));
}

#[test]
fn a_mirror_does_not_hear_itself() {
    let mut world = World::new();
    let named = |client: &str| {
        let mut options = plain();
        client.clone_into(&mut options.client);
        options
    };
    let (mirror, other) = (world.register(1, named("irc_Mirror")), world.register(1, named("xmpp_mirror")));
    let mut payload = message(1, "t", Reach::Private);
    "IRC_mirror".clone_into(&mut payload.message.client);
    send(&mut world, payload, &[1]);
    assert_eq!(keys(&world.now(1, mirror, START)), [""; 0]);
    assert_eq!(keys(&world.now(1, other, START)), ["m1"]);
}

#[test]
fn local_echo_comes_to_the_queue_that_sent() {
    let mut world = World::new();
    let (sender, other) = (world.register(1, plain()), world.register(1, plain()));
    let mut payload = message(1, "t", Reach::Private);
    payload.sent_from = Some((sender, "12.\"3".to_owned()));
    send(&mut world, payload, &[1]);
    assert_eq!(world.now(1, sender, START)[0]["local_message_id"], "12.\"3");
    assert!(world.now(1, other, START)[0].get("local_message_id").is_none());
}

#[test]
fn deleted_messages_come_at_once_or_one_by_one_with_ids_of_their_own() {
    let mut world = World::new();
    let bulk = world.register(1, options(None, Shape::BULK_MESSAGE_DELETION, false, &[]));
    let single = world.register(1, plain());
    world.publish(vec![to(words("a"), &[1]), to(delete(&[4, 5, 6]), &[1]), to(words("b"), &[1])]);
    let events = world.now(1, bulk, START);
    assert_eq!(keys(&events), ["a", "d[4,5,6]", "b"]);
    let events = world.now(1, single, START);
    assert_eq!(keys(&events), ["a", "d4", "d5", "d6", "b"]);
    assert!(events.is_sorted_by(|a, b| id(a) < id(b)));
    // A part of them can be acknowledged, and does not come again.
    let rest = world.now(1, single, id(&events[2]));
    assert_eq!(rest, events[3..]);
    assert_eq!(world.now(1, single, id(&events[3])), events[4..]);
}

#[test]
fn what_fell_out_of_memory_is_read_from_the_store() {
    let mut world = World::with_log(EventLog::with_limits(0, 3, usize::MAX));
    let queue = world.register(1, plain());
    let other = world.register(2, plain());
    for word in ["a", "b", "c", "d", "e", "f"] {
        world.publish(vec![to(words(word), &[1])]);
    }
    let events = world.now(1, queue, START);
    assert_eq!(keys(&events), ["a", "b", "c"], "first what only the store has");
    assert_eq!(keys(&world.now(1, queue, id(&events[2]))), ["d", "e", "f"]);
    // Nothing for this one in there: it waits for what comes.
    let (parked, _) = world.park(2, other, START);
    world.publish(vec![to(words("g"), &[2])]);
    assert_eq!(world.answered()[0].0, parked);
}

#[test]
fn what_was_looked_at_for_a_quiet_queue_is_not_looked_at_again() {
    let mut world = World::with_log(EventLog::with_limits(0, 3, usize::MAX));
    let quiet = world.register(1, plain());
    for word in ["a", "b", "c"] {
        world.publish(vec![to(words(word), &[2])]);
    }
    // It has nothing to acknowledge, so its client comes with the same position again and again.
    assert_eq!(keys(&world.now(1, quiet, START)), [""; 0]);
    for word in ["d", "e"] {
        world.publish(vec![to(words(word), &[2])]);
    }
    assert_eq!(keys(&world.now(1, quiet, START)), [""; 0]);
    assert_eq!(world.store_reads, 0, "the log is in memory from where it was looked at");
    world.publish(vec![to(words("f"), &[1])]);
    let events = world.now(1, quiet, START);
    assert_eq!(keys(&events), ["f"]);
    assert_eq!(world.now(1, quiet, START), events);
    assert_eq!(keys(&world.now(1, quiet, id(&events[0]))), [""; 0]);
}

#[test]
fn a_poll_is_woken_once_by_a_batch_with_all_of_it() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    world.park(1, queue, START);
    world.publish(vec![to(words("a"), &[1]), to(words("x"), &[2]), to(typing("t"), &[1]), to(words("b"), &[1])]);
    let answered = world.answered();
    assert_eq!(answered.len(), 1);
    assert_eq!(keys(&answered[0].1), ["a", "t", "b"]);
}

#[test]
fn everybody_is_woken_by_an_event_for_the_realm() {
    let mut world = World::new();
    for owner in 1..=8 {
        let queue = world.register(owner, plain());
        world.park(owner, queue, START);
    }
    let event = Outgoing { audience: crate::audience::Audience::realm(), ..to(words("a"), &[]) };
    world.publish(vec![event]);
    assert_eq!(world.answered().len(), 8);
}

#[test]
fn stopping_answers_everybody() {
    let mut world = World::new();
    for owner in 1..=8 {
        let queue = world.register(owner, plain());
        world.park(owner, queue, START);
    }
    world.registry.wake_all();
    assert_eq!(world.answered().len(), 8);
    assert_eq!(world.registry.counts(), (8, 0));
}

#[test]
fn the_same_options_are_kept_once() {
    let world = World::new();
    let (a, b) = (world.registry.share(plain()), world.registry.share(plain()));
    assert!(Arc::ptr_eq(&a, &b));
    let other = world.registry.share(options(None, Shape::APPLY_MARKDOWN, false, &[]));
    assert!(!Arc::ptr_eq(&a, &other));
}

#[test]
fn a_stream_reads_on_and_acknowledges_nothing_by_itself() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let ids = world.publish(vec![to(words("a"), &[1]), to(words("b"), &[1])]);
    let turn = world.registry.begin_stream(UserId(1), queue, world.now).unwrap();
    let Some(Outcome::Events(events)) = world.stream(1, queue, turn, START) else { panic!("two events wait") };
    assert_eq!(keys(&events), ["a", "b"]);
    let Some(Outcome::Parked(number, _)) = world.stream(1, queue, turn, ids[1]) else { panic!("no more are there") };
    world.publish(vec![to(words("c"), &[1])]);
    let answered = world.answered();
    assert_eq!((answered[0].0, keys(&answered[0].1)), (number, vec!["c".to_owned()]));
    // All of it was on its way; none of it is known to have arrived.
    assert_eq!(keys(&world.now(1, queue, START)), ["a", "b", "c"]);
}

#[test]
fn a_stream_goes_on_from_any_id_also_from_before_what_is_acknowledged() {
    let mut world = World::with_log(EventLog::with_limits(0, 2, usize::MAX));
    let queue = world.register(1, plain());
    let words = ["a", "b", "c", "d"].map(|word| world.publish(vec![to(words(word), &[1])])[0]);
    world.now(1, queue, START);
    world.now(1, queue, words[2]);
    for (after, expected) in [(words[2], vec!["d"]), (words[0], vec!["b", "c", "d"]), (START, vec!["a", "b", "c", "d"])]
    {
        let turn = world.registry.begin_stream(UserId(1), queue, world.now).unwrap();
        let mut read = Vec::new();
        let mut after = after;
        while let Some(Outcome::Events(events)) = world.stream(1, queue, turn, after) {
            after = id(events.last().expect("an answer without events is none"));
            read.extend(keys(&events));
        }
        assert_eq!(read, expected);
    }
    assert!(world.store_reads > 0, "the memory holds two of them");
    assert!(world.poll(1, queue, words[0], false).is_err(), "a poll still does not go back");
}

#[test]
fn who_reads_last_reads_and_the_others_are_told() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let (polled, _) = world.park(1, queue, START);
    let first = world.registry.begin_stream(UserId(1), queue, world.now).unwrap();
    assert_eq!(world.answered(), [(polled, vec![])]);
    let Some(Outcome::Parked(number, _)) = world.stream(1, queue, first, START) else { panic!("nothing is there") };
    let second = world.registry.begin_stream(UserId(1), queue, world.now).unwrap();
    assert_eq!(world.answered(), [(number, vec![])]);
    assert_eq!(world.stream(1, queue, first, START), None);
    assert!(matches!(world.stream(1, queue, second, START), Some(Outcome::Parked(..))));
    world.now(1, queue, START);
    assert_eq!(world.stream(1, queue, second, START), None);
}

#[test]
fn the_client_of_a_stream_acknowledges_what_it_was_sent_and_no_more() {
    let mut world = World::new();
    let queue = world.register(1, plain());
    let ids = world.publish(vec![to(words("a"), &[1]), to(words("b"), &[1])]);
    let turn = world.registry.begin_stream(UserId(1), queue, world.now).unwrap();
    world.stream(1, queue, turn, START);
    world.registry.acknowledge(UserId(1), queue, ids[0]).unwrap();
    world.registry.acknowledge(UserId(1), queue, START).unwrap();
    assert_eq!(keys(&world.now(1, queue, ids[0])), ["b"]);
    world.publish(vec![to(words("c"), &[1])]);
    world.registry.acknowledge(UserId(1), queue, EventId(i64::MAX)).unwrap();
    assert_eq!(keys(&world.now(1, queue, EventId(i64::MAX))), ["c"]);
    is_bad_queue(world.registry.acknowledge(UserId(2), queue, ids[0]), queue);
    is_bad_queue(world.registry.begin_stream(UserId(2), queue, 0), queue);
}
