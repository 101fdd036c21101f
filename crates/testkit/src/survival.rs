//! What a start after `kill -9` would find. When a test's server goes away, its database is read as at a start, and
//! compared with what the server had in memory: whatever a test did, every event is in the log and looks to each
//! queue as it did, and everybody's initial state is the same.
//!
//! That a commit is on the disk when it is acknowledged is another matter, which the crash test of the binary is for.

use crate::client::{kind, record_line};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tidings_core::equipment::Equipment;
use tidings_core::event::Entry;
use tidings_core::queue::QueueOptions;
use tidings_core::register::{Fetch, InitialStateRequest, UploadLimits, write_initial_state};
use tidings_core::shape::{CAPABILITIES, Shape};
use tidings_core::state::RealmState;
use tidings_server::realm::Realm;
use tidings_types::endpoints::events::IncludeSubscribers;
use tidings_types::{EventId, QueueId, UserId};

/// Fields of the initial state of what is written to disk now and then only: who is there says so again soon.
const NOT_KEPT: &[&str] = &["presences", "presence_last_update_id"];

/// Compares what is stored with what is in memory.
///
/// # Panics
/// They differ, also after a while: what was just going on may be stored and not yet shown.
pub(crate) fn check(realm: &Realm) {
    for _ in 0..100 {
        match compare(realm) {
            Ok(kinds) => return record_line(&format!("[\"SURVIVED\", {}]", Value::from(kinds))),
            Err(Difference::Busy) => std::thread::sleep(Duration::from_millis(10)),
            Err(Difference::Found(how)) => panic!("a start after a crash would not find what there was: {how}"),
        }
    }
    panic!("the server does not come to rest");
}

enum Difference {
    /// Something was committed while this looked.
    Busy,
    Found(String),
}

/// The kinds of events that are in the log.
fn compare(realm: &Realm) -> Result<Vec<String>, Difference> {
    let found = |how: String| Err(Difference::Found(how));
    let state = realm.snapshot();
    let entries = realm.log.after(realm.log.floor(), usize::MAX, usize::MAX, |_| true).map(|page| page.entries);
    let entries = entries.unwrap_or_default();
    let newest = entries.iter().rev().find(|entry| entry.id.is_durable()).map_or(state.seq, |entry| entry.id.seq());
    let loaded = realm.store.load().expect("the store loads").expect("the realm exists").state;
    if realm.snapshot().seq != state.seq || loaded.seq != state.seq || newest > state.seq {
        return Err(Difference::Busy);
    }

    let now = realm.clock.now();
    for user in state.users.iter().map(|user| user.id) {
        let (had, has) = (initial_state(realm, &state, user, now), initial_state(realm, &loaded, user, now));
        if had != has {
            return found(format!("the initial state of user {user}: {}", differences(&had, &has)));
        }
    }

    let mut kinds = Vec::new();
    // What is older was removed because nobody can ask for it.
    let kept_after = realm.store.log_floor().expect("the log is read");
    let stored = realm.store.read_log(realm.log.floor().seq(), state.seq, usize::MAX).expect("the log is read");
    let mut stored = stored.iter();
    for entry in entries.iter().filter(|entry| !entry.event.is_ephemeral() && entry.id.seq() > kept_after) {
        let Some(again) = stored.next().filter(|again| again.id == entry.id) else {
            return found(format!("the event {} is not in the log: {:?}", entry.id, entry.event));
        };
        for user in state.users.iter().map(|user| user.id) {
            for queue in realm.registry.queues_of(user) {
                // A queue may be over meanwhile; then it is sent nothing, now or after a start.
                let Ok(options) = realm.registry.options(user, queue) else { continue };
                let shown = |state, entry| shown(state, user, queue, &options, entry);
                let (had, has) = (shown(&state, entry), shown(&loaded, again));
                if had != has {
                    return found(format!("an event in a queue of user {user}: {had:?} became {has:?}"));
                }
                // One entry may be several events.
                let events = serde_json::from_str::<Vec<Value>>(&format!("[{}]", had.unwrap_or_default()));
                kinds.extend(events.expect("events are JSON").iter().map(kind));
            }
        }
    }
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

/// An entry as a queue gets it.
fn shown(
    state: &RealmState,
    user: UserId,
    queue: QueueId,
    options: &QueueOptions,
    entry: &Arc<Entry>,
) -> Option<String> {
    let reader = options.reader(user, queue, entry, state)?;
    let mut json = Vec::new();
    entry.write(&reader, &mut json);
    Some(String::from_utf8(json).expect("events are UTF-8"))
}

fn initial_state(realm: &Realm, state: &RealmState, user: UserId, now: i64) -> Map<String, Value> {
    let request = InitialStateRequest {
        user,
        queue: Some(QueueId(0)),
        last_event_id: EventId(-1),
        resumed: None,
        idle_timeout_secs: 600,
        shape: CAPABILITIES.iter().fold(Shape::default(), |shape, (_, one)| shape.with(*one)),
        fetch: Fetch::new(None),
        include_subscribers: IncludeSubscribers::All,
        presence_history_limit_days: 365,
        now,
        generation: realm.generation,
        equipment: Equipment::default(),
        uploads: UploadLimits::default(),
    };
    let mut json = write_initial_state(state, &request, b"{\"result\":\"success\"".to_vec()).expect("it is JSON");
    json.push(b'}');
    let mut state: Map<String, Value> = serde_json::from_slice(&json).expect("it is JSON");
    for name in NOT_KEPT {
        state.remove(*name);
    }
    state
}

fn differences(had: &Map<String, Value>, has: &Map<String, Value>) -> String {
    let differing = had.iter().filter(|(name, value)| has.get(*name) != Some(*value));
    differing.map(|(name, value)| format!("{name}: {value} became {:?}", has.get(name))).collect::<Vec<_>>().join("\n")
}
