//! Messages.

mod delete_message;
mod delete_topic;
mod flags;
mod fold;
mod get_message;
mod get_messages;
mod move_messages;
mod narrow;
mod narrow_model;
mod reactions;
mod repeats;
mod report_message;
mod send_message;
mod submessages;
mod update_message;

use serde_json::Value;
use tidings_testkit::client::TestClient;

/// The ids of the messages that a narrow finds, oldest first.
async fn found(client: &TestClient, narrow: &str) -> Vec<i64> {
    let params = [("anchor", "newest"), ("num_before", "100"), ("num_after", "0"), ("narrow", narrow)];
    ids(&client.get("/messages", &params).await.ok())
}

/// The ids of an answer's messages.
fn ids(answer: &Value) -> Vec<i64> {
    answer["messages"].as_array().expect("messages").iter().map(|it| it["id"].as_i64().expect("an id")).collect()
}

/// The first event of a type.
fn event<'a>(events: &'a [Value], event_type: &str) -> Option<&'a Value> {
    events.iter().find(|event| event["type"] == event_type)
}
