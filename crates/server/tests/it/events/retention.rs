use tidings_server::{Config, retention};
use tidings_testkit::{TestServer, test_config};

const DAY_SECS: i64 = 86_400;

/// Moves the clock on by so many days, and counts what is removed then.
async fn removed_after(server: &TestServer, days: i64) -> usize {
    server.clock.advance(days * DAY_SECS);
    retention::trim(&server.app).await.expect("the log is trimmed")
}

#[tokio::test]
async fn events_are_removed_when_no_queue_can_ask_for_them() {
    let server = TestServer::start_with(Config { log_retention_days: 1, ..test_config() }).await;
    server.client("iago").send_to_channel("Denmark", "t", "old").await;
    assert_eq!(removed_after(&server, 6).await, 0, "a queue may be idle for seven days, whatever is configured");
    server.client("iago").send_to_channel("Denmark", "t", "younger").await;
    assert!(removed_after(&server, 2).await > 0);
    let (floor, seq) = (server.app.realm.store.log_floor().unwrap(), server.app.realm.state().seq);
    assert!(0 < floor && floor < seq, "the younger one is kept");
}

#[tokio::test]
async fn events_are_kept_as_long_as_configured() {
    let server = TestServer::start_with(Config { log_retention_days: 30, ..test_config() }).await;
    server.client("iago").send_to_channel("Denmark", "t", "old").await;
    assert_eq!(removed_after(&server, 29).await, 0);
    assert!(removed_after(&server, 2).await > 0);
}
