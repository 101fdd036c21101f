use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::Reply;

async fn set(server: &TestServer, who: &str, changes: &serde_json::Value) -> Reply {
    let changes = changes.to_string();
    server.client(who).post("/users/me/subscriptions/properties", &[("subscription_data", &changes)]).await
}

#[tokio::test]
async fn several_at_once_told_to_oneself_only() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let changes = json!([
        {"stream_id": 1, "property": "color", "value": "#F00"},
        {"stream_id": 1, "property": "is_muted", "value": true},
        {"stream_id": 3, "property": "pin_to_top", "value": true},
        {"stream_id": 3, "property": "audible_notifications", "value": false},
        {"stream_id": 3, "property": "in_home_view", "value": true},
    ]);
    set(&server, "hamlet", &changes).await.done();
    let events = hamlet.events().await;
    let told: Vec<_> = events
        .iter()
        .map(|event| json!([event["op"], event["stream_id"], event["property"], event["value"]]))
        .collect();
    let expected = [
        json!(["update", 1, "color", "#ff0000"]),
        json!(["update", 1, "in_home_view", false]),
        json!(["update", 1, "is_muted", true]),
        json!(["update", 3, "pin_to_top", true]),
        json!(["update", 3, "audible_notifications", false]),
    ];
    assert_eq!(told, expected);
    assert_eq!(cordelia.kinds().await, [""; 0]);
    let state = server.client("hamlet").register(&[]).await.state;
    let row = &state["subscriptions"][0];
    assert_eq!(
        (&row["color"], &row["is_muted"], &row["in_home_view"]),
        (&json!("#ff0000"), &json!(true), &json!(false))
    );
}

#[tokio::test]
async fn refusals_change_nothing() {
    let server = TestServer::start().await;
    let one = |id: i64, property: &str, value: serde_json::Value| {
        json!([
            {"stream_id": 1, "property": "pin_to_top", "value": true},
            {"stream_id": id, "property": property, "value": value},
        ])
    };
    let hamlet = server.client("hamlet").register(&[]).await;
    let check =
        async |changes: serde_json::Value, text: &str| set(&server, "hamlet", &changes).await.refused(400, text);
    check(one(2, "pin_to_top", json!(true)), "Not subscribed to channel id 2").await;
    check(one(99, "pin_to_top", json!(true)), "Not subscribed to channel id 99").await;
    check(one(1, "volume", json!(11)), "Unknown subscription property: volume").await;
    check(one(1, "is_muted", json!("yes")), "is_muted is not a boolean").await;
    check(one(1, "color", json!("red")), "color is not a valid hex color code").await;
    check(one(1, "color", json!(1)), "color is not a string").await;
    assert_eq!(hamlet.kinds().await, [""; 0]);
}

#[tokio::test]
async fn so_many_changes_at_once() {
    let server = TestServer::start().await;
    let change = json!({"stream_id": 1, "property": "pin_to_top", "value": true});
    for (count, fits) in [(1_000, true), (1_001, false)] {
        let changes = json!(vec![&change; count]).to_string();
        let reply = server
            .client("hamlet")
            .post("/users/me/subscriptions/properties", &[("subscription_data", &changes)])
            .await;
        if fits {
            reply.done();
        } else {
            reply.refused(400, "Too many changes in one request (limit: 1000).");
        }
    }
}
