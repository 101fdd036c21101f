//! Queues that their users find again by a name.

use serde_json::{Map, Value, json};
use tidings_client::State;
use tidings_server::Config;
use tidings_testkit::client::{TestClient, TestQueue};
use tidings_testkit::{TestServer, test_config};
use tidings_types::events::ReceivedEvent;

const MESSAGES: (&str, &str) = ("event_types", r#"["message"]"#);
const NO_STATE: (&str, &str) = ("fetch_event_types", "[]");

async fn named(client: &TestClient, name: &str) -> TestQueue {
    client.register(&[MESSAGES, NO_STATE, ("queue_name", name)]).await
}

async fn say(server: &TestServer, text: &str) {
    server.client("hamlet").send_to_channel("Denmark", "t", text).await;
}

fn contents(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["message"]["content"].as_str()).collect()
}

fn is_resumed(queue: &TestQueue) -> bool {
    queue.state["queue_resumed"].as_bool().expect("it is said")
}

#[tokio::test]
async fn the_same_name_is_the_same_queue_where_it_was() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let first = named(&cordelia, "bot").await;
    assert!(!is_resumed(&first));
    assert_eq!((first.last_event_id(), &first.state["idle_queue_timeout_secs"]), (-1, &json!(604_800)));
    for text in ["one", "two"] {
        say(&server, text).await;
    }
    let events = first.events().await;
    assert_eq!(contents(&events), ["one", "two"]);
    // Only the first is acknowledged; the second was sent, which is not the same.
    first.poll(events[0]["id"].as_i64().unwrap(), true).await.done();

    let second = named(&cordelia, "bot").await;
    assert!(is_resumed(&second));
    assert_eq!((&second.id, second.last_event_id()), (&first.id, events[0]["id"].as_i64().unwrap()));
    say(&server, "three").await;
    assert_eq!(contents(&second.events().await), ["two", "three"]);
    assert_eq!(server.app.realm.registry.counts().0, 1);
}

#[tokio::test]
async fn names_are_of_one_account() {
    let server = TestServer::start().await;
    let cordelias = named(&server.client("cordelia"), "bot").await;
    let hamlets = named(&server.client("hamlet"), "bot").await;
    let other = named(&server.client("cordelia"), "other").await;
    assert!(!is_resumed(&hamlets) && !is_resumed(&other));
    assert!(cordelias.id != hamlets.id && cordelias.id != other.id);
    let plain = server.client("cordelia").register(&[MESSAGES, NO_STATE]).await;
    assert!(plain.state.get("queue_resumed").is_none() && plain.id != cordelias.id);
}

#[tokio::test]
async fn another_wish_is_another_queue() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let mut last = named(&cordelia, "bot").await;
    for changed in [
        vec![("event_types", r#"["message","reaction"]"#)],
        vec![MESSAGES, ("narrow", r#"[["channel","Denmark"]]"#)],
        vec![MESSAGES, ("apply_markdown", "true")],
        vec![MESSAGES, ("all_public_streams", "true")],
        vec![MESSAGES, ("client_capabilities", r#"{"notification_settings_null":true}"#)],
    ] {
        let params = [changed.as_slice(), &[NO_STATE, ("queue_name", "bot")]].concat();
        let queue = cordelia.register(&params).await;
        assert!(!is_resumed(&queue) && queue.id != last.id, "{changed:?}");
        last.poll(-1, true).await.refused_with_code(400, "BAD_EVENT_QUEUE_ID");
        assert!(is_resumed(&cordelia.register(&params).await), "{changed:?}");
        last = queue;
    }
    assert_eq!(server.app.realm.registry.counts().0, 1, "each replaced the one before");
    // What does not change the events is no other wish.
    let fetching = [("event_types", r#"["message"]"#), ("queue_name", "bot"), ("idle_queue_timeout", "60")];
    let queue = cordelia.register(&[&fetching[..], &[("fetch_event_types", r#"["realm"]"#)]].concat()).await;
    assert!(!is_resumed(&queue));
    assert!(is_resumed(&named(&cordelia, "bot").await));
}

#[tokio::test]
async fn it_outlives_pauses_restarts_and_not_its_retention() {
    let config = Config { named_queue_retention_secs: 3_000, ..test_config() };
    let server = TestServer::start_with(config).await;
    let queue = named(&server.client("cordelia"), "bot").await;
    say(&server, "one").await;
    say(&server, "two").await;
    let events = queue.events().await;
    queue.poll(events[0]["id"].as_i64().unwrap(), true).await.done();

    // A clean stop stores the position.
    let server = server.restart().await;
    server.clock.advance(2_000);
    say(&server, "three").await;
    let resumed = named(&server.client("cordelia"), "bot").await;
    assert!(is_resumed(&resumed));
    assert_eq!((&resumed.id, resumed.last_event_id()), (&queue.id, events[0]["id"].as_i64().unwrap()));
    // One answer from before the restart, one from since.
    let events = [resumed.events().await, resumed.events().await].concat();
    assert_eq!(contents(&events), ["two", "three"]);

    server.clock.advance(4_000);
    while server.app.realm.registry.counts().0 > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!is_resumed(&named(&server.client("cordelia"), "bot").await));
}

#[tokio::test]
async fn deleting_it_ends_it() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let queue = named(&cordelia, "bot").await;
    say(&server, "one").await;
    let id = queue.events().await[0]["id"].as_i64().unwrap();
    queue.poll(id, true).await.done();
    cordelia.delete("/events", &[("queue_id", &queue.id)]).await.done();
    // Storing positions does not bring it back.
    let server = server.restart().await;
    assert_eq!(server.app.realm.registry.counts().0, 0);
    assert!(!is_resumed(&named(&server.client("cordelia"), "bot").await));
}

#[tokio::test]
async fn at_once_is_one_after_the_other() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let (a, b, c) = tokio::join!(named(&cordelia, "bot"), named(&cordelia, "bot"), named(&cordelia, "bot"));
    assert!(a.id == b.id && b.id == c.id);
    assert_eq!([&a, &b, &c].into_iter().filter(|queue| is_resumed(queue)).count(), 2);
}

#[tokio::test]
async fn odd_names_are_refused() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    cordelia.post("/register", &[("queue_name", "")]).await.refused(400, "queue_name can't be blank!");
    let long = "x".repeat(101);
    let limit = "queue_name is too long (limit: 100 characters)";
    cordelia.post("/register", &[("queue_name", &long)]).await.refused(400, limit);
}

/// The state of a resumed queue is newer than its first events; it says where to begin.
#[tokio::test]
async fn the_state_of_a_resumed_queue_can_be_folded() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let params = [("queue_name", "dashboard"), ("slim_presence", "true"), ("include_subscribers", "true")];
    cordelia.register(&params).await;
    say(&server, "unread in the state").await;
    let iago = server.client("iago");
    iago.post("/users/me/subscriptions", &[("subscriptions", r#"[{"name":"new"}]"#)]).await.done();

    let resumed = cordelia.register(&params).await;
    assert!(is_resumed(&resumed));
    say(&server, "unread by an event").await;
    let fields = |state: &Value| state.as_object().cloned().unwrap_or_default();
    let mut state = State::from_initial(fields(&resumed.state));
    let events = resumed.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    assert!(kinds.contains(&"stream/create".to_owned()) && contents(&events).len() == 2, "{kinds:?}");
    for event in events {
        state.apply(&serde_json::from_value::<ReceivedEvent>(event).unwrap());
    }
    let fresh = cordelia.register(&params[1..]).await;
    let comparable = |state: &Map<String, Value>| {
        let of_the_queue = ["queue_id", "last_event_id", "queue_resumed", "state_event_id", "idle_queue_timeout_secs"];
        let mut state = state.clone();
        state.retain(|name, _| !of_the_queue.contains(&name.as_str()) && name != "server_timestamp");
        state
    };
    let (folded, fresh) = (comparable(state.fields()), comparable(&fields(&fresh.state)));
    for (name, value) in &fresh {
        assert_eq!(folded.get(name), Some(value), "{name}");
    }
    assert_eq!(folded["unread_msgs"]["streams"][0]["unread_message_ids"].as_array().map(Vec::len), Some(2));
}
