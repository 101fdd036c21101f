use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn newest_first_and_only_what_one_may_read() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let first = hamlet.send_to_channel("secret", "plans", "1").await;
    let second = hamlet.send_to_channel("secret", "", "2").await;
    let third = hamlet.send_to_channel("secret", "PLANS", "3").await;
    assert!(first < second);
    let topics = hamlet.get("/users/me/3/topics", &[]).await.ok()["topics"].clone();
    let expected = json!([{"name": "plans", "max_id": third}, {"name": "general chat", "max_id": second}]);
    assert_eq!(topics, expected);
    let topics = hamlet.get("/users/me/3/topics", &[("allow_empty_topic_name", "true")]).await.ok();
    assert_eq!(topics["topics"][1]["name"], "");

    // The channel shows no history: who joins later sees what was sent since.
    let params = [("subscriptions", r#"[{"name": "secret"}]"#), ("principals", "[6]")];
    hamlet.post("/users/me/subscriptions", &params).await.done();
    let othello = server.client("othello");
    assert_eq!(othello.get("/users/me/3/topics", &[]).await.ok()["topics"], json!([]));
    let fourth = hamlet.send_to_channel("secret", "plans", "4").await;
    let topics = othello.get("/users/me/3/topics", &[]).await.ok();
    assert_eq!(topics["topics"], json!([{"name": "plans", "max_id": fourth}]));
    server.client("shiva").get("/users/me/3/topics", &[]).await.refused(400, "Invalid channel ID");
}
