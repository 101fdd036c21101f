//! Pictures of users and of the organization, custom emoji.

mod avatars;
mod emoji;
mod realm;

use serde_json::Value;
use tidings_testkit::client::TestQueue;

/// Events without their ids.
async fn events(queue: &TestQueue) -> Vec<Value> {
    let mut events = queue.events().await;
    for event in &mut events {
        event.as_object_mut().expect("an event").remove("id");
    }
    events
}
