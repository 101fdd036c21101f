//! Connections and answers that break: no event is lost, none comes twice.

use crate::common::{client_at, content, event, item, messages};
use crate::proxy::{Mode, Proxy};
use std::time::Duration;
use tidings_client::{Error, Item, ResetReason};
use tidings_testkit::TestServer;

#[tokio::test]
async fn nothing_is_lost_or_doubled_whatever_breaks() {
    let server = TestServer::start().await;
    let proxy = Proxy::to(&server.url).await;
    let mut events = client_at(&proxy.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));

    let breakages = [
        Mode::CutAfter(0),
        Mode::CutAfter(20),
        Mode::CutAfter(300),
        Mode::CutAfter(900),
        Mode::Drop,
        Mode::Answer("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\nno"),
        Mode::Answer("HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
        Mode::Answer("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n\u{1}\u{2}{{{"),
        Mode::Answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        Mode::Answer("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"result\": \"success\", \"events\": ["),
        Mode::Answer("HTTP/1.1 302 Found\r\nlocation: http://portal.example/\r\ncontent-length: 0\r\n\r\n"),
        Mode::Answer("what is HTTP?"),
    ];
    let hamlet = server.client("hamlet");
    let mut sent = Vec::new();
    let mut received = Vec::new();
    for (round, breakage) in breakages.into_iter().enumerate() {
        proxy.set(breakage);
        for n in 0..3 {
            let text = format!("{round}-{n}");
            hamlet.send_to_channel("Denmark", "t", &text).await;
            sent.push(text);
        }
        // Enough failures for the breakage to have been met; none of them brings an event.
        for _ in 0..2 {
            match events.next().await {
                Some(Ok(Item::Trouble { .. })) => {}
                // The poll that was waiting when the connection was still whole.
                Some(Ok(Item::Event(event))) => received.push(content(&event)),
                other => panic!("{round}: {other:?}"),
            }
        }
        proxy.set(Mode::Pass);
        while received.len() < sent.len() {
            received.push(content(&event(&mut events).await));
        }
    }
    assert_eq!(received, sent);
}

#[tokio::test]
async fn a_server_that_restarts_keeps_the_queue() {
    let mut server = TestServer::start().await;
    let proxy = Proxy::to(&server.url).await;
    let mut events = client_at(&proxy.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    let mut sent = Vec::new();
    let mut received = Vec::new();
    for round in 0..3 {
        let before = format!("before {round}");
        server.client("hamlet").send_to_channel("Denmark", "t", &before).await;
        received.push(content(&event(&mut events).await));
        let missed = format!("missed {round}");
        server.client("hamlet").send_to_channel("Denmark", "t", &missed).await;
        server = server.restart().await;
        proxy.lead_to(&server.url);
        sent.extend([before, missed]);
        received.push(content(&event(&mut events).await));
    }
    assert_eq!(received, sent);
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for_and_not_stormed() {
    let server = TestServer::start().await;
    let proxy = Proxy::to(&server.url).await;
    let mut events = client_at(&proxy.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    proxy.set(Mode::Drop);
    let before = proxy.connections();
    let mut troubles = 0;
    while troubles < 5 {
        assert!(matches!(events.next().await, Some(Ok(Item::Trouble { error: Error::Unreachable { .. }, .. }))));
        troubles += 1;
    }
    // A kept connection that breaks before anything was sent may be replaced once.
    assert!(proxy.connections() - before <= 2 * troubles, "{} connections", proxy.connections() - before);
    proxy.set(Mode::Pass);
    server.client("hamlet").send_to_channel("Denmark", "t", "back").await;
    assert_eq!(content(&event(&mut events).await), "back");
}

#[tokio::test]
async fn an_expired_queue_is_registered_anew_and_that_is_said() {
    let server = TestServer::start().await;
    let mut events = client_at(&server.url, "cordelia").events(messages().fetch(["realm_user"]));
    assert!(matches!(item(&mut events).await, Item::Reset { reason: ResetReason::Started, .. }));
    server.clock.advance(8 * 24 * 3600);
    while server.app.realm.registry.counts().0 > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.client("hamlet").send_to_channel("Denmark", "t", "missed").await;
    let Item::Reset { reason: ResetReason::QueueLost, registered } = item(&mut events).await else {
        panic!("no reset")
    };
    assert!(registered.answer["realm_users"].is_array() && registered.state().get("realm_users").is_some());
    server.client("hamlet").send_to_channel("Denmark", "t", "seen").await;
    assert_eq!(content(&event(&mut events).await), "seen");
}

#[tokio::test]
async fn a_deleted_queue_is_registered_anew_while_a_poll_waits() {
    let server = TestServer::start().await;
    let mut events = client_at(&server.url, "cordelia").events(messages());
    let Item::Reset { registered, .. } = item(&mut events).await else { panic!("not registered") };
    let queue = registered.queue_id;
    let waiting = tokio::spawn(async move { (item(&mut events).await, events) });
    while server.app.realm.registry.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    client_at(&server.url, "cordelia").deregister(&queue).await.unwrap();
    let (item, _events) = waiting.await.unwrap();
    assert!(matches!(item, Item::Reset { reason: ResetReason::QueueLost, .. }), "{item:?}");
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing() {
    let server = TestServer::start().await;
    let mut events = client_at(&server.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    for jump in [3600, -7200, 90, 500] {
        let text = format!("after {jump}");
        let next = tokio::spawn(async move { (event(&mut events).await, events) });
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        server.clock.advance(jump);
        server.client("hamlet").send_to_channel("Denmark", "t", &text).await;
        let received;
        (received, events) = next.await.unwrap();
        assert_eq!(content(&received), text);
    }
}

#[tokio::test]
async fn an_account_that_is_deactivated_ends_the_events() {
    let server = TestServer::start().await;
    let mut events = client_at(&server.url, "othello").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    let path = format!("/users/{}", server.user_id("othello"));
    server.client("desdemona").delete(&path, &[]).await.done();
    let error = loop {
        match events.next().await.expect("an error") {
            Err(error) => break error,
            Ok(item) => assert!(matches!(item, Item::Trouble { .. }), "{item:?}"),
        }
    };
    assert!(error.is_unauthorized() && error.to_string().contains("deactivated"), "{error}");
    assert!(events.next().await.is_none());
}
