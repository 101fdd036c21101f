//! The event log.

use super::Backend;
use super::world::World;
use crate::Store;
use tidings_core::audience::Audience;
use tidings_core::event::{Entry, Gate, Outgoing, Payload, StoredEntry};
use tidings_types::events::Event;
use tidings_types::{EventId, UserId};

fn entry(seq: u64, created_at: i64) -> StoredEntry {
    let json = serde_json::json!({ "type": "realm", "op": "update", "property": "name", "value": format!("№{seq}") });
    let serde_json::Value::Object(fields) = json else { panic!("an object") };
    let payload = Payload::Plain(Event::from_json(fields));
    let event = Outgoing { payload, audience: Audience::user(UserId(1)), gate: Gate::All };
    Entry::new(EventId::durable(seq), event, created_at).unwrap().to_stored().unwrap().unwrap()
}

/// Entries at all positions but multiples of three, in batches of five positions; position 1 made the realm.
fn world<B: Backend>(backend: &B, upto: u64) -> World<'_, B> {
    let mut world = World::new(backend, 1);
    while world.state.seq < upto {
        let from = world.state.seq + 1;
        let events: Vec<_> = (from..from + 5).filter(|seq| seq % 3 != 0).map(|seq| entry(seq, at(seq))).collect();
        world.state.seq += 4;
        world.commit_with(&[], &events);
    }
    world
}

/// When the entry at a position was made.
fn at(seq: u64) -> i64 {
    i64::try_from(seq / 4).unwrap()
}

fn seqs<B: Backend>(world: &World<'_, B>, after: u64, upto: u64, limit: usize) -> Vec<u64> {
    let entries = world.store().read_log(after, upto, limit).unwrap();
    for found in &entries {
        assert_eq!(found.to_stored().unwrap(), Some(entry(found.id.seq(), at(found.id.seq()))));
    }
    entries.iter().map(|entry| entry.id.seq()).collect()
}

/// In order, after one position and up to another, and no more than asked for.
pub fn entries_come_in_order_and_in_ranges(backend: &impl Backend) {
    let mut world = world(backend, 40);
    for _ in 0..2 {
        assert_eq!(seqs(&world, 0, 12, 100), [2, 4, 5, 7, 8, 10, 11]);
        assert_eq!(seqs(&world, 4, 10, 100), [5, 7, 8, 10]);
        assert_eq!(seqs(&world, 4, u64::MAX, 3), [5, 7, 8]);
        assert_eq!(seqs(&world, 3, 3, 100), [0_u64; 0]);
        assert_eq!(seqs(&world, 9, 4, 100), [0_u64; 0]);
        assert_eq!(seqs(&world, 40, u64::MAX, 100), [41]);
        assert_eq!(seqs(&world, 0, u64::MAX, 0), [0_u64; 0]);
        world.check();
    }
}

/// Trimming takes the oldest, and the floor says up to where.
pub fn trimming_moves_the_floor(backend: &impl Backend) {
    let mut world = world(backend, 40);
    assert_eq!(world.store().trim_log(0).unwrap(), 0);
    assert_eq!(world.store().log_floor().unwrap(), 0);
    // Entries 2, 4, 5, 7, 8, 10 and 11 are older.
    assert_eq!(world.store().trim_log(3).unwrap(), 7);
    for _ in 0..2 {
        let floor = world.store().log_floor().unwrap();
        assert!((11..13).contains(&floor), "the log is complete after {floor}");
        assert_eq!(seqs(&world, floor, u64::MAX, 3), [13, 14, 16]);
        world.check();
    }
    while world.store().trim_log(i64::MAX).unwrap() > 0 {}
    let floor = world.store().log_floor().unwrap();
    assert_eq!(floor, 41);
    assert_eq!(seqs(&world, floor, u64::MAX, 10), [0_u64; 0]);
    world.commit_with(&[], &[entry(42, at(42))]);
    assert_eq!(seqs(&world, floor, u64::MAX, 10), [42]);
    world.check();
}
