//! What the tests share.

use std::time::Duration;
use tidings_client::{Client, Config, EventOptions, Events, Item, Pacing, ReceivedEvent};
use tidings_testkit::{TestServer, fixture};

/// A client of this person.
pub(crate) fn client(server: &TestServer, name: &str) -> Client {
    client_at(&server.url, name)
}

/// The same, of any server.
pub(crate) fn client_at(url: &str, name: &str) -> Client {
    Client::new(Config::new(fixture::email(name), fixture::key(name), url).unwrap()).unwrap()
}

/// Messages, and short pauses.
pub(crate) fn messages() -> EventOptions {
    EventOptions::new().event_types(["message"]).pacing(quick())
}

/// Pauses that do not hold tests up.
pub(crate) fn quick() -> Pacing {
    Pacing {
        first: Duration::from_millis(20),
        most: Duration::from_millis(200),
        least: Duration::from_millis(5),
        ..Pacing::default()
    }
}

/// The next item that is no trouble.
pub(crate) async fn item(events: &mut Events) -> Item {
    loop {
        match events.next().await.expect("an item").expect("no error") {
            Item::Trouble { .. } => {}
            item => return item,
        }
    }
}

/// The next item, which must be an event.
pub(crate) async fn event(events: &mut Events) -> ReceivedEvent {
    match item(events).await {
        Item::Event(event) => event,
        other => panic!("no event: {other:?}"),
    }
}

/// The content of the message in an event.
pub(crate) fn content(event: &ReceivedEvent) -> String {
    event.raw()["message"]["content"].as_str().unwrap_or_default().to_owned()
}
