//! Register, then fold every event, equals a fresh register: for random operations by people of all roles, over
//! every section of the initial state, for clients of today and of long ago.

mod comings;
mod operate;

use operate::operate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use tidings_client::State;
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, TestQueue};
use tidings_types::UserId;

const MODERN: &str = r#"{"notification_settings_null":true,"bulk_message_deletion":true,"user_avatar_url_field_optional":false,
    "stream_typing_notifications":true,"user_settings_object":true,"linkifier_url_template":true,"user_list_incomplete":true,
    "include_deactivated_groups":true,"archived_channels":true,"empty_topic_name":true,"simplified_presence_events":true}"#;

/// Without translation of notification settings, which events do not do either.
const OLD: &str = r#"{"notification_settings_null":true}"#;

const VIEWERS: [&str; 7] = ["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius"];
const CHANNELS: [&str; 8] = ["Denmark", "Verona", "secret", "history", "web", "fresh", "closed", "Renamed"];
const OPERATIONS: usize = 60;

/// A person who watches, with what they know.
struct Viewer {
    id: UserId,
    client: TestClient,
    capabilities: &'static str,
    queue: TestQueue,
    state: State,
}

fn params(capabilities: &str) -> [(&str, &str); 4] {
    [
        ("client_capabilities", capabilities),
        ("include_subscribers", "true"),
        ("client_gravatar", "false"),
        ("apply_markdown", "true"),
    ]
}

fn state_of(answer: &Value) -> State {
    State::from_initial(answer.as_object().cloned().unwrap_or_default())
}

async fn watch(id: UserId, client: TestClient, capabilities: &'static str) -> Viewer {
    let queue = client.register(&params(capabilities)).await;
    let state = state_of(&queue.state);
    Viewer { id, client, capabilities, queue, state }
}

/// What the same state looks like however its lists are ordered, without what says when it was asked for.
fn normal(state: &State, after_deletion: bool) -> Map<String, Value> {
    let mut fields = state.fields().clone();
    for name in ["queue_id", "last_event_id", "server_timestamp", "presence_last_update_id"] {
        fields.remove(name);
    }
    if after_deletion {
        // What a deletion, or a move to another channel, leaves as the newest cannot be told from events.
        fields.remove("max_message_id");
        fields.remove("recent_private_conversations");
    }
    for value in fields.values_mut() {
        sort(value);
    }
    fields
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_key(Value::to_string);
        }
        Value::Object(fields) => fields.values_mut().for_each(sort),
        _ => {}
    }
}

/// The first places where two states differ, for a message one can read.
fn differences(path: &str, folded: &Value, fresh: &Value, found: &mut Vec<String>) {
    match (folded, fresh) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let none = json!("(absent)");
                differences(&format!("{path}.{key}"), a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, found);
            }
        }
        _ if folded != fresh => found.push(format!("{path}: folded {folded}, fresh {fresh}")),
        _ => {}
    }
}

async fn check(server: &TestServer, viewer: &mut Viewer, after_deletion: bool, history: &[String], seed: u64) {
    // Somebody who was deactivated meanwhile has no queue any more, and nothing to compare with.
    let active = server.app.realm.state().users.get(viewer.id).is_some_and(|user| user.is_active);
    if !active {
        return;
    }
    loop {
        let reply = viewer.queue.poll(viewer.queue.last_event_id(), true).await;
        if reply.json["code"] == "BAD_EVENT_QUEUE_ID" {
            viewer.queue = viewer.client.register(&params(viewer.capabilities)).await;
            viewer.state = state_of(&viewer.queue.state);
            return;
        }
        drop(reply);
        let events = viewer.queue.events().await;
        if events.is_empty() {
            break;
        }
        for event in events {
            let received = serde_json::from_value(event).expect("an event");
            viewer.state.apply(&received);
        }
    }
    let fresh = viewer.client.register(&params(viewer.capabilities)).await;
    let fresh = normal(&state_of(&fresh.state), after_deletion);
    let folded = normal(&viewer.state, after_deletion);
    let mut found = Vec::new();
    differences("", &Value::Object(folded), &Value::Object(fresh), &mut found);
    assert!(
        found.is_empty(),
        "seed {seed}: user {} (modern: {}) differs:\n{}\nafter:\n{}",
        viewer.id,
        viewer.capabilities == MODERN,
        found.iter().take(12).cloned().collect::<Vec<_>>().join("\n"),
        history.join("\n")
    );
}

async fn run(seed: u64) {
    let server = TestServer::start_with(comings::config()).await;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut viewers = Vec::new();
    for name in VIEWERS {
        for capabilities in [MODERN, OLD] {
            viewers.push(watch(server.user_id(name), server.client(name), capabilities).await);
        }
    }
    let mut history = Vec::new();
    let (mut deleted, mut accepted) = (false, 0);
    for step in 0..OPERATIONS {
        let (what, status) = operate(&server, &mut rng).await;
        deleted |= ["delete", "move_channel", "expire"].iter().any(|kind| what.starts_with(kind));
        // Who takes back that a topic is done has the notice of it deleted.
        deleted |= what.starts_with("move_topic");
        accepted += usize::from(status == 200);
        if let Some((id, client)) = comings::newcomer(&server, &what, status).await {
            viewers.push(watch(id, client, MODERN).await);
        }
        history.push(format!("{step}: {status} {what}"));
        if step % 5 == 4 {
            for viewer in &mut viewers {
                check(&server, viewer, deleted, &history, seed).await;
            }
        }
    }
    assert!(
        accepted * 4 > OPERATIONS,
        "seed {seed}: most operations were refused, so little was tested:\n{}",
        history.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn register_plus_fold_equals_fresh_register() {
    let seeds: Vec<u64> = match std::env::var("FOLD_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => vec![seed],
        None => (1..=8).collect(),
    };
    for seed in seeds {
        run(seed).await;
    }
}
