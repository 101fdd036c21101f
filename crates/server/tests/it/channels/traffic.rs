use serde_json::{Value, json};
use tidings_server::traffic;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const DAY_SECS: i64 = 86_400;

async fn shown(client: &TestClient, id: u32) -> (Value, Value) {
    let answer = client.get("/streams", &[]).await.ok();
    let channel = answer["streams"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["stream_id"] == id)
        .expect("it is there")
        .clone();
    (channel["is_recently_active"].clone(), channel["stream_weekly_traffic"].clone())
}

#[tokio::test]
async fn what_is_sent_is_counted_and_quiet_channels_are_told_of() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    traffic::count(&server.app).await.expect("counted");
    assert_eq!(shown(&hamlet, 1).await, (json!(true), Value::Null), "it is too new");
    server.clock.advance(14 * DAY_SECS);
    for text in ["a", "b", "c", "d"] {
        hamlet.send_to_channel("Denmark", "t", text).await;
    }
    traffic::count(&server.app).await.expect("counted");
    assert_eq!(shown(&hamlet, 1).await, (json!(true), json!(2)));
    assert_eq!(shown(&hamlet, 2).await, (json!(true), json!(0)));

    server.clock.advance(170 * DAY_SECS);
    let (queue, guest) = (hamlet.register(&[]).await, server.client("polonius").register(&[]).await);
    traffic::count(&server.app).await.expect("counted");
    let told: Vec<(Value, Value)> =
        queue.events().await.iter().map(|event| (event["stream_id"].clone(), event["value"].clone())).collect();
    let quiet = |id: u32| (json!(id), json!(false));
    assert_eq!(told, [quiet(2), quiet(3), quiet(4), quiet(5)], "something was sent in the first one");
    let told = guest.events().await;
    assert_eq!((told.len(), &told[0]["stream_id"]), (1, &json!(5)), "a guest is told of what a guest sees");
    assert_eq!(shown(&hamlet, 1).await, (json!(true), json!(0)));
    assert_eq!(shown(&hamlet, 2).await, (json!(false), json!(0)));

    hamlet.send_to_channel("Verona", "t", "anybody here?").await;
    let told = queue.events().await;
    let awake = told.iter().find(|event| event["property"] == "is_recently_active").expect("an event");
    assert_eq!((&awake["stream_id"], &awake["value"]), (&json!(2), &json!(true)));
    let server = server.restart().await;
    let hamlet = server.client("hamlet");
    assert_eq!(shown(&hamlet, 2).await.0, json!(true));
    assert_eq!(shown(&hamlet, 4).await.0, json!(false));
    traffic::count(&server.app).await.expect("counted");
    assert_eq!(shown(&hamlet, 2).await, (json!(true), json!(1)));
}
