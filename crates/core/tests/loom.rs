//! Every interleaving of polls, publishing, heartbeats, deletion and expiry, up to a bound of preemptions, tried by
//! a model checker. In its own target folder, because all crates are built differently:
//!
//! ```sh
//! RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test -p tidings-core --test loom
//! ```
//!
//! The tests that should panic publish in a wrong order: they show that the check finds what it is for.
#![cfg(loom)]

use loom::thread;
use std::sync::{Arc, Mutex, OnceLock};
use tidings_core::audience::Audience;
use tidings_core::event::{Entry, Gate, Outgoing, Payload};
use tidings_core::log::{Appending, EventLog};
use tidings_core::queue::{QueueOptions, QueueRow};
use tidings_core::registry::{Poll, Polled, Registry, Waiter};
use tidings_core::shape::Shape;
use tidings_core::state::RealmState;
use tidings_core::state::realm::RealmRow;
use tidings_types::events::Event;
use tidings_types::events::personal::AlertWords;
use tidings_types::narrow::QueueNarrow;
use tidings_types::{ApiError, EventId, QueueId, UserId};

const USER: UserId = UserId(1);
const QUEUE: QueueId = QueueId(1);
const NOW: u32 = 1_000;
/// When parked polls get a heartbeat and idle queues end.
const LATER: u32 = NOW + 1_000;

/// Answers of parked polls: number of the poll, and the ids of its events.
type Answers = Arc<Mutex<Vec<(u32, Vec<i64>)>>>;

struct Parked(u32, Answers);

impl Waiter for Parked {
    fn answer(self, body: Vec<u8>) {
        self.1.lock().unwrap().push((self.0, ids(&body)));
    }
}

fn ids(body: &[u8]) -> Vec<i64> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body["events"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap()).collect()
}

fn state() -> &'static RealmState {
    static STATE: OnceLock<RealmState> = OnceLock::new();
    STATE.get_or_init(|| RealmState::new(RealmRow::default()))
}

struct World {
    registry: Registry<Parked>,
    log: EventLog,
    answers: Answers,
}

fn entry(seq: u64) -> Arc<Entry> {
    let payload = Payload::Plain(Event::AlertWords(AlertWords { alert_words: Vec::new() }));
    let event = Outgoing { payload, audience: Audience::user(USER), gate: Gate::All };
    Arc::new(Entry::new(EventId::durable(seq), event, 0).unwrap())
}

fn id(seq: u64) -> i64 {
    EventId::durable(seq).0
}

/// What a poll was told at once: events, or that it waits.
#[derive(Debug, PartialEq)]
enum Told {
    Events(Vec<i64>),
    Parked(u32),
    Refused,
    /// The stream is over.
    Superseded,
}

impl World {
    fn new() -> Arc<Self> {
        let options = QueueOptions::new(String::new(), None, Shape::default(), false, QueueNarrow::default()).unwrap();
        let row = QueueRow {
            id: QUEUE,
            user: USER,
            options: Arc::new(options),
            start: EventId(0),
            idle_timeout_secs: 600,
            created_at: 0,
            name: None,
        };
        let world = World { registry: Registry::new(10, 1), log: EventLog::new(0), answers: Answers::default() };
        world.registry.insert(&row, row.start, NOW);
        Arc::new(world)
    }

    fn poll(&self, number: u32, last: i64, block: bool, now: u32) -> Told {
        self.poll_as(None, number, last, block, now)
    }

    /// As a part of a stream, or a poll of its own.
    fn poll_as(&self, stream: Option<u32>, number: u32, last: i64, block: bool, now: u32) -> Told {
        let poll = Poll {
            user: USER,
            queue: QUEUE,
            last_event_id: EventId(last),
            stream,
            dont_block: !block,
            now,
            heartbeat_secs: 50,
        };
        match self.registry.poll(poll, &self.log, state(), || Parked(number, Arc::clone(&self.answers))) {
            Ok(Polled::Answer(body)) => Told::Events(ids(&body)),
            Ok(Polled::Parked(turn)) => Told::Parked(turn),
            Ok(Polled::Behind(..)) => panic!("everything is in memory"),
            Ok(Polled::Superseded) => Told::Superseded,
            Err(ApiError::BadEventQueueId { .. }) => Told::Refused,
            Err(error) => panic!("{error:?}"),
        }
    }

    fn publish(&self, seq: u64) {
        self.registry.publish(Appending::durable([entry(seq)]), &self.log, state(), NOW);
    }

    /// Wakes polls before the event is in the log.
    fn publish_too_early(&self, seq: u64) {
        self.registry.publish(Appending::durable([entry(seq)]), &EventLog::new(0), state(), NOW);
        self.log.append(Appending::durable([entry(seq)]));
    }

    /// Puts the event into the log without keeping heartbeats away until polls are woken.
    fn publish_in_two_steps(&self, seq: u64) {
        self.log.append(Appending::durable([entry(seq)]));
        self.registry.publish(Appending::durable([entry(seq)]), &EventLog::new(0), state(), NOW);
    }

    fn answers_to(&self, number: u32) -> Vec<Vec<i64>> {
        let answers = self.answers.lock().unwrap();
        answers.iter().filter(|(answered, _)| *answered == number).map(|(_, ids)| ids.clone()).collect()
    }

    /// The one answer a poll got in the end; none if it still waits.
    fn answer(&self, number: u32, told: &Told) -> Option<Vec<i64>> {
        let answers = self.answers_to(number);
        assert!(answers.len() <= 1, "a poll is answered once");
        match told {
            Told::Events(ids) => {
                assert!(answers.is_empty(), "a poll is answered once");
                Some(ids.clone())
            }
            Told::Parked(_) => answers.into_iter().next(),
            Told::Refused | Told::Superseded => panic!("the queue is there"),
        }
    }

    fn is_parked(&self) -> bool {
        self.registry.counts().1 > 0
    }
}

fn check(scenario: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(scenario);
}

/// A client that polls, acknowledges and polls again gets each of two events once, and is never left waiting.
fn publish_and_poll(publish: fn(&World, u64)) {
    let world = World::new();
    let publisher = {
        let world = Arc::clone(&world);
        thread::spawn(move || {
            publish(&world, 1);
            publish(&world, 2);
        })
    };
    let told = world.poll(1, -1, true, NOW);
    publisher.join().unwrap();
    let mut got = world.answer(1, &told).expect("a poll that waits is woken");
    let last = *got.last().expect("with an event");
    if let Told::Events(more) = world.poll(2, last, false, NOW) {
        got.extend(more);
    }
    assert_eq!(got, [id(1), id(2)]);
}

#[test]
fn publishing_races_with_a_poll() {
    check(|| publish_and_poll(World::publish));
}

#[test]
#[should_panic(expected = "a poll that waits is woken")]
fn waking_before_appending_is_found() {
    // With one event: a second one would wake the poll late, with both.
    check(|| {
        let world = World::new();
        let publisher = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.publish_too_early(1))
        };
        let told = world.poll(1, -1, true, NOW);
        publisher.join().unwrap();
        world.answer(1, &told).expect("a poll that waits is woken");
    });
}

#[test]
fn two_polls_and_publishing_race() {
    check(|| {
        let world = World::new();
        let polls = [1, 2].map(|number| {
            let world = Arc::clone(&world);
            thread::spawn(move || world.poll(number, -1, true, NOW))
        });
        world.publish(1);
        let told = polls.map(|poll| poll.join().unwrap());
        let answers = [1, 2].map(|number| world.answer(number, &told[number as usize - 1]).expect("nobody waits"));
        // One may be ended by the other with nothing; it would poll again.
        assert!(answers.iter().any(|ids| ids == &[id(1)]), "{answers:?}");
        assert!(answers.iter().all(|ids| ids.is_empty() || ids == &[id(1)]), "{answers:?}");
        assert!(!world.is_parked());
    });
}

#[test]
fn a_stream_a_poll_and_publishing_race() {
    check(|| {
        let world = World::new();
        let turn = world.registry.begin_stream(USER, QUEUE, NOW).unwrap();
        let streaming = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.poll_as(Some(turn), 1, -1, true, NOW))
        };
        let publishing = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.publish(1))
        };
        let told = world.poll(2, -1, true, NOW);
        let streamed = streaming.join().unwrap();
        publishing.join().unwrap();
        assert_eq!(world.answer(2, &told), Some(vec![id(1)]), "whoever came last gets the event");
        if streamed != Told::Superseded {
            let ids = world.answer(1, &streamed).expect("a stream that is over does not wait");
            assert!(ids.is_empty() || ids == [id(1)]);
        }
        assert_eq!(world.poll_as(Some(turn), 3, -1, true, NOW), Told::Superseded);
        assert!(!world.is_parked());
    });
}

#[test]
fn deletion_races_with_a_poll_and_publishing() {
    check(|| {
        let world = World::new();
        let polling = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.poll(1, -1, true, NOW))
        };
        let deleting = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.registry.remove(USER, QUEUE).unwrap())
        };
        world.publish(1);
        let told = polling.join().unwrap();
        deleting.join().unwrap();
        if told == Told::Refused {
            assert!(world.answers_to(1).is_empty());
        } else {
            let ids = world.answer(1, &told).expect("nobody waits at a queue that is gone");
            assert!(ids.is_empty() || ids == [id(1)]);
        }
        assert_eq!(world.registry.counts(), (0, 0));
    });
}

#[test]
fn expiry_races_with_a_poll() {
    check(|| {
        let world = World::new();
        let sweeping = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.registry.sweep(LATER, &world.log))
        };
        let told = world.poll(1, -1, true, LATER);
        let swept = sweeping.join().unwrap();
        assert!(world.answers_to(1).is_empty());
        match told {
            Told::Refused => assert_eq!((swept.expired.len(), world.registry.counts()), (1, (0, 0))),
            Told::Parked(_) => assert_eq!((swept.expired.len(), world.registry.counts()), (0, (1, 1))),
            other => panic!("there are no events: {other:?}"),
        }
    });
}

#[test]
fn going_away_races_with_publishing() {
    check(|| {
        let world = World::new();
        let Told::Parked(turn) = world.poll(1, -1, true, NOW) else { panic!("there are no events") };
        let leaving = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.registry.unpark(USER, QUEUE, turn, NOW))
        };
        world.publish(1);
        leaving.join().unwrap();
        assert!(!world.is_parked());
        assert!(world.answers_to(1).len() <= 1);
        // Whether or not it was sent in vain, it is there.
        assert_eq!(world.poll(2, -1, false, NOW), Told::Events(vec![id(1)]));
    });
}

#[test]
fn going_away_late_does_not_take_the_next_poll_out() {
    check(|| {
        let world = World::new();
        let Told::Parked(turn) = world.poll(1, -1, true, NOW) else { panic!("there are no events") };
        let leaving = {
            let world = Arc::clone(&world);
            thread::spawn(move || world.registry.unpark(USER, QUEUE, turn, NOW))
        };
        let told = world.poll(2, -1, true, NOW);
        world.publish(1);
        leaving.join().unwrap();
        assert_eq!(world.answer(2, &told), Some(vec![id(1)]));
    });
}

/// A heartbeat that is acknowledged does not acknowledge an event that was not sent.
fn heartbeat_and_publish(publish: fn(&World, u64)) {
    let world = World::new();
    world.poll(1, -1, true, NOW);
    let sweeping = {
        let world = Arc::clone(&world);
        thread::spawn(move || world.registry.sweep(LATER, &world.log).heartbeats)
    };
    publish(&world, 1);
    let heartbeats = sweeping.join().unwrap();
    let mut got = world.answers_to(1).concat();
    assert_eq!(got.len(), 1, "the poll has its answer: the heartbeat or the event");
    assert_eq!(heartbeats == 1, got[0] != id(1));
    if let Told::Events(more) = world.poll(2, got[0], false, LATER) {
        got.extend(more);
    }
    assert!(got.is_sorted_by(|a, b| a < b));
    assert_eq!(got.iter().filter(|got| **got == id(1)).count(), 1, "the event comes once");
}

#[test]
fn a_heartbeat_races_with_publishing() {
    check(|| heartbeat_and_publish(World::publish));
}

#[test]
#[should_panic(expected = "the event comes once")]
fn a_heartbeat_that_overtakes_is_found() {
    check(|| heartbeat_and_publish(World::publish_in_two_steps));
}
