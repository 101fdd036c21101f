//! Random operations, against a model in which every queue keeps a list of all its events.

use super::world::{Outcome, World, delete, events, id, key, message, options, to, typing, words};
use crate::event::{Outgoing, Payload, Reach};
use crate::log::EventLog;
use crate::queue::QueueOptions;
use crate::shape::Shape;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;
use tidings_types::{EventId, QueueId, UserId};

#[derive(Clone, Debug)]
enum Kind {
    Words,
    Typing,
    Message { public: bool },
    Delete(u32),
}

#[derive(Clone, Debug)]
enum Op {
    Register {
        user: u32,
        words_only: bool,
        bulk: bool,
        all_public: bool,
    },
    Publish(Vec<(Kind, Vec<u32>)>),
    /// At the queue number so-and-so, acknowledging all that was seen but for so many events.
    Poll {
        queue: usize,
        behind: usize,
        block: bool,
    },
    GoAway {
        queue: usize,
    },
    Delete {
        queue: usize,
    },
    Wait {
        secs: u32,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let kind = prop_oneof![
        3 => Just(Kind::Words),
        2 => Just(Kind::Typing),
        3 => any::<bool>().prop_map(|public| Kind::Message { public }),
        1 => (1..5u32).prop_map(Kind::Delete),
    ];
    let event = (kind, proptest::sample::subsequence(vec![1, 2, 3, 5], 0..=4));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let user = proptest::sample::select(vec![1, 2, 3, 5]);
    prop_oneof![
        2 => (user, flags).prop_map(|(user, (words_only, bulk, all_public))| {
            Op::Register { user, words_only, bulk, all_public }
        }),
        6 => vec(event, 1..4).prop_map(Op::Publish),
        10 => (0..8usize, 0..3usize, any::<bool>()).prop_map(|(queue, behind, block)| {
            Op::Poll { queue, behind, block }
        }),
        1 => (0..8usize).prop_map(|queue| Op::GoAway { queue }),
        1 => (0..8usize).prop_map(|queue| Op::Delete { queue }),
        2 => (1..300u32).prop_map(|secs| Op::Wait { secs }),
    ]
}

/// A queue as it should be.
struct Model {
    id: QueueId,
    owner: u32,
    options: QueueOptions,
    /// Everything it ever was to get; heartbeats too, once they were sent.
    all: Vec<(EventId, String)>,
    acknowledged: EventId,
    seen: usize,
    parked: Option<(u64, u32, u32)>,
    last_poll: u32,
    /// Exactly what was answered last, to be repeated.
    answered: Vec<Value>,
}

impl Model {
    fn unacknowledged(&self) -> &[(EventId, String)] {
        &self.all[self.all.partition_point(|(id, _)| *id <= self.acknowledged)..]
    }

    fn note(&mut self, event: EventId, key: String) {
        self.all.push((event, key));
    }

    fn takes(&self, kind: &Kind, audience: &[u32]) -> bool {
        let is_words = matches!(kind, Kind::Words);
        let words_only = self.options.types_listed;
        let overhears = matches!(kind, Kind::Message { public: true }) && self.options.all_public;
        (is_words || !words_only) && (audience.contains(&self.owner) || overhears)
    }

    /// Compares an answer with what is not acknowledged, and remembers it.
    fn check(&mut self, answer: &[Value], complete: bool) {
        let got: Vec<(EventId, String)> = answer.iter().map(|event| (id(event), key(event))).collect();
        let expect = self.unacknowledged();
        assert_eq!(got, expect[..got.len().min(expect.len())]);
        assert!(!complete || got.len() == expect.len(), "{got:?} of {expect:?}");
        assert!(expect.is_empty() || !got.is_empty());
        let first = self.all.len() - self.unacknowledged().len();
        self.seen = self.seen.max(first + got.len());
        for (before, again) in self.answered.iter().zip(answer) {
            if id(before) == id(again) {
                assert_eq!(before, again, "what is repeated is the same");
            }
        }
        self.answered = answer.to_vec();
    }
}

struct Run {
    world: World,
    queues: Vec<Model>,
    /// Everything is in memory.
    complete: bool,
    number: u32,
}

impl Run {
    fn step(&mut self, op: Op) {
        match op {
            Op::Register { user, words_only, bulk, all_public } => {
                if self.queues.len() == 8 {
                    return;
                }
                let types: Option<&[&str]> = if words_only { Some(&["alert_words"]) } else { None };
                let shape = Shape::default().with_if(Shape::BULK_MESSAGE_DELETION, bulk);
                let options = options(types, shape, all_public, &[]);
                let id = self.world.register(user, options.clone());
                let start = self.world.log.head();
                self.queues.push(Model {
                    id,
                    owner: user,
                    options,
                    all: Vec::new(),
                    acknowledged: start,
                    seen: 0,
                    parked: None,
                    last_poll: self.world.now,
                    answered: Vec::new(),
                });
            }
            Op::Publish(batch) => self.publish(batch),
            Op::Poll { queue, behind, block } => self.poll(queue, behind, block),
            Op::GoAway { queue } => {
                let now = self.world.now;
                let Some(queue) = self.queues.get_mut(queue) else { return };
                if let Some((_, generation, _)) = queue.parked.take() {
                    self.world.registry.unpark(UserId(queue.owner), queue.id, generation, now);
                    queue.last_poll = now;
                }
            }
            Op::Delete { queue } => {
                if queue < self.queues.len() {
                    let queue = self.queues.remove(queue);
                    self.world.registry.remove(UserId(queue.owner), queue.id).expect("it is there");
                    let expect: Vec<_> = queue.parked.iter().map(|(number, ..)| (*number, vec![])).collect();
                    assert_eq!(self.world.answered(), expect);
                    assert!(self.world.poll(queue.owner, queue.id, EventId::START, true).is_err());
                }
            }
            Op::Wait { secs } => self.wait(secs),
        }
        assert_eq!(self.world.answered(), [], "nobody is answered without a reason");
        let parked = self.queues.iter().filter(|queue| queue.parked.is_some()).count();
        assert_eq!(self.world.registry.counts(), (self.queues.len(), parked));
    }

    fn payload(&mut self, kind: &Kind) -> Payload {
        self.number += 10;
        let number = self.number;
        match kind {
            Kind::Words => words(&format!("w{number}")),
            Kind::Typing => typing(&format!("t{number}")),
            Kind::Message { public } => {
                let reach = if *public { Reach::Public } else { Reach::Private };
                Payload::Message(Arc::new(message(number, "t", reach)))
            }
            Kind::Delete(many) => delete(&(number..number + many).collect::<Vec<_>>()),
        }
    }

    fn publish(&mut self, mut batch: Vec<(Kind, Vec<u32>)>) {
        if !self.complete {
            // What is ephemeral is only in memory, so a small memory may lose it.
            batch.retain(|(kind, _)| !matches!(kind, Kind::Typing));
        }
        let (mut seq, mut last) = (self.world.state.seq, self.world.log.head());
        let mut outgoing: Vec<Outgoing> = Vec::new();
        for (kind, audience) in &batch {
            let payload = self.payload(kind);
            let event = to(payload, audience);
            let number = self.number;
            if event.is_ephemeral() {
                last = EventId(last.0 + 1);
            } else {
                seq += event.span();
                last = EventId::durable(seq);
            }
            for queue in self.queues.iter_mut().filter(|queue| queue.takes(kind, audience)) {
                match kind {
                    Kind::Words => queue.note(last, format!("w{number}")),
                    Kind::Typing => queue.note(last, format!("t{number}")),
                    Kind::Message { .. } => queue.note(last, format!("m{number}")),
                    Kind::Delete(many) if queue.options.shape.has(Shape::BULK_MESSAGE_DELETION) => {
                        let ids: Vec<String> = (number..number + many).map(|id| id.to_string()).collect();
                        queue.note(last, format!("d[{}]", ids.join(",")));
                    }
                    Kind::Delete(many) => {
                        for at in 0..*many {
                            let behind = u64::from(many - 1 - at);
                            queue.note(EventId::durable(seq - behind), format!("d{}", number + at));
                        }
                    }
                }
            }
            outgoing.push(event);
        }
        self.world.publish(outgoing);
        let mut answers = self.world.answered();
        for queue in &mut self.queues {
            let Some((number, ..)) = queue.parked else { continue };
            let at = answers.iter().position(|(answered, _)| *answered == number);
            assert_eq!(at.is_some(), !queue.unacknowledged().is_empty(), "woken if and only if it concerns it");
            if let Some(at) = at {
                let (_, answer) = answers.remove(at);
                queue.check(&answer, true);
                queue.parked = None;
                queue.last_poll = self.world.now;
            }
        }
        assert_eq!(answers, []);
    }

    fn poll(&mut self, queue: usize, behind: usize, block: bool) {
        let Some(queue) = self.queues.get_mut(queue) else { return };
        let seen = queue.seen.saturating_sub(behind);
        let last = queue.all[..seen].last().map_or(queue.acknowledged, |(id, _)| *id).max(queue.acknowledged);
        queue.acknowledged = last;
        queue.answered.retain(|event| id(event) > last);
        let polled = self.world.poll(queue.owner, queue.id, last, block).expect("the queue is there");
        let superseded: Vec<_> = queue.parked.take().iter().map(|(number, ..)| (*number, vec![])).collect();
        assert_eq!(self.world.answered(), superseded);
        queue.last_poll = self.world.now;
        match polled {
            Outcome::Events(answer) => {
                assert!(!block || !answer.is_empty());
                queue.check(&answer, self.complete);
            }
            Outcome::Parked(number, generation) => {
                assert!(block && queue.unacknowledged().is_empty());
                queue.parked = Some((number, generation, self.world.now + 50));
            }
        }
    }

    fn wait(&mut self, secs: u32) {
        let swept = self.world.sweep_after(secs);
        let now = self.world.now;
        let mut answers = self.world.answered();
        for queue in &mut self.queues {
            let Some((number, _, at)) = queue.parked else { continue };
            let answer = answers.iter().position(|(answered, _)| *answered == number);
            assert_eq!(answer.is_some(), at <= now);
            if let Some(at) = answer {
                let (_, answer) = answers.remove(at);
                assert!(id(&answer[0]) > queue.all.last().map_or(queue.acknowledged, |(id, _)| *id));
                queue.note(id(&answer[0]), "heartbeat".to_owned());
                queue.check(&answer, true);
                queue.parked = None;
                queue.last_poll = now;
            }
        }
        assert_eq!(answers, []);
        let is_over = |queue: &Model| queue.parked.is_none() && now - queue.last_poll > 600;
        let mut expired: Vec<_> = self.queues.iter().filter(|queue| is_over(queue)).map(|queue| queue.id).collect();
        let mut swept: Vec<_> = swept.expired.iter().map(|(_, id)| *id).collect();
        expired.sort_unstable();
        swept.sort_unstable();
        assert_eq!(swept, expired);
        self.queues.retain(|queue| !is_over(queue));
    }

    /// In the end everybody reads all there is.
    fn finish(mut self) {
        for at in 0..self.queues.len() {
            loop {
                self.poll(at, 0, false);
                if self.queues[at].unacknowledged().is_empty() {
                    break;
                }
            }
        }
    }
}

fn run(ops: Vec<Op>, log: EventLog, complete: bool) {
    let mut run = Run { world: World::with_log(log), queues: Vec::new(), complete, number: 0 };
    for op in ops {
        run.step(op);
    }
    run.finish();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn every_queue_gets_exactly_its_events(ops in vec(op(), 1..80)) {
        run(ops, EventLog::new(0), true);
    }

    #[test]
    fn so_it_does_when_memory_holds_little(ops in vec(op(), 1..80)) {
        run(ops, EventLog::with_limits(0, 4, usize::MAX), false);
    }
}

#[test]
fn an_empty_answer_is_well_formed() {
    let mut world = World::new();
    let queue = world.register(1, super::world::plain());
    let body = world.body(1, queue, EventId::START, false).unwrap().unwrap();
    assert_eq!(events(&body), Vec::<Value>::new());
    assert!(body.ends_with(b"}\n"));
}
