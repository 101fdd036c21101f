use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn lists_ones_own() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let answer = hamlet.get("/users/me/subscriptions", &[]).await.ok();
    let names: Vec<_> = answer["subscriptions"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["Denmark", "secret", "history"]);
    assert_eq!(answer["subscriptions"][0].get("subscribers"), None);
    let answer = hamlet.get("/users/me/subscriptions", &[("include_subscribers", "true")]).await.ok();
    assert_eq!(answer["subscriptions"][1]["subscribers"], json!([4, 5]));
    server.client("iago").delete("/streams/1", &[]).await.done();
    let answer = hamlet.get("/users/me/subscriptions", &[]).await.ok();
    assert_eq!(answer["subscriptions"][0]["name"], "secret");
}

#[tokio::test]
async fn who_is_subscribed_is_told_to_who_sees_the_channel() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    assert_eq!(iago.get("/streams/3/members", &[]).await.ok()["subscribers"], json!([4, 5]));
    assert_eq!(iago.get("/users/5/subscriptions/3", &[]).await.ok()["is_subscribed"], true);
    assert_eq!(iago.get("/users/6/subscriptions/3", &[]).await.ok()["is_subscribed"], false);
    iago.get("/users/99/subscriptions/3", &[]).await.refused(400, "No such user");
    let othello = server.client("othello");
    othello.get("/streams/3/members", &[]).await.refused(400, "Invalid channel ID");
    othello.get("/users/4/subscriptions/3", &[]).await.refused(400, "Invalid channel ID");
    server.client("polonius").get("/streams/2/members", &[]).await.refused(400, "Invalid channel ID");
}

#[tokio::test]
async fn the_initial_state_suits_the_client() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let state = hamlet.register(&[("fetch_event_types", r#"["subscription"]"#)]).await.state;
    assert_eq!(state["subscriptions"][0]["desktop_notifications"], false);
    assert_eq!(state["subscriptions"][0]["wildcard_mentions_notify"], true);
    assert_eq!(state["subscriptions"][0].get("subscribers"), None);
    assert_eq!(state["subscriptions"][0]["subscriber_count"], 7);
    assert_eq!(state.get("streams"), None);
    let capabilities = ("client_capabilities", r#"{"notification_settings_null": true}"#);
    for include in ["true", "partial"] {
        let state = hamlet.register(&[capabilities, ("include_subscribers", include)]).await.state;
        assert_eq!(state["subscriptions"][0]["desktop_notifications"], json!(null));
        assert_eq!(state["subscriptions"][0]["subscribers"], json!([1, 2, 3, 4, 5, 7, 8]));
        assert_eq!(state["never_subscribed"][0]["subscribers"], json!([]));
    }
}
