//! One call with everything typed: compiled, not run.

use openapi_client::apis::Error;
use openapi_client::apis::configuration::Configuration;
use openapi_client::apis::real_time_events_api::{DeleteQueueError, delete_queue};
use openapi_client::models::{Event, RealmUserEvent};

pub async fn delete(configuration: &Configuration, queue_id: &str) -> Result<String, Error<DeleteQueueError>> {
    delete_queue(configuration, queue_id).await.map(|done| done.msg)
}

pub fn name(event: &Event) -> Option<&str> {
    match event {
        Event::Message(event) => Some(&event.message.sender_full_name),
        Event::RealmUser(event) => match &**event {
            RealmUserEvent::Remove(event) => Some(&event.person.full_name),
            _ => None,
        },
        _ => None,
    }
}

fn main() {}
