//! What users keep for themselves, and what they tell others of themselves.

mod alert_words;
mod emoji_data;
mod follow;
mod later;
mod muted_users;
mod prepared;
mod presence;
mod register_fields;
mod settings;
mod status;
mod typing;
mod user_topics;

use serde_json::{Value, json};
use tidings_testkit::client::{TestClient, TestQueue};

/// Every capability that changes what personal events look like.
const MODERN: &str = r#"{"notification_settings_null": true, "user_settings_object": true,
    "stream_typing_notifications": true, "simplified_presence_events": true, "empty_topic_name": true}"#;

/// A queue of a client that knows everything.
async fn modern(client: &TestClient) -> TestQueue {
    client.register(&[("client_capabilities", MODERN), ("slim_presence", "true")]).await
}

/// A queue of a client that knows nothing new.
async fn legacy(client: &TestClient) -> TestQueue {
    client.register(&[]).await
}

/// An event without its id.
fn without_id(event: &Value) -> Value {
    let mut event = event.clone();
    event.as_object_mut().expect("an event is an object").remove("id");
    event
}

/// The events that are there now, without ids.
async fn events(queue: &TestQueue) -> Vec<Value> {
    queue.events().await.iter().map(without_id).collect()
}

/// Asserts that nothing was told.
async fn assert_silent(queue: &TestQueue) {
    assert_eq!(events(queue).await, Vec::<Value>::new());
}

/// A personal setting as its event tells it.
fn setting(property: &str, value: &Value) -> Value {
    json!({"type": "user_settings", "op": "update", "property": property, "value": value})
}
