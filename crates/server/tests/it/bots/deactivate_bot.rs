use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn its_key_stops_working_and_its_queues_end() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_user","realm_bot"]"#)];
    let bot = server.client("hamletbot").register(&[]).await;
    let (hamlet, cordelia) =
        (server.client("hamlet").register(&types).await, server.client("cordelia").register(&types).await);
    server.client("cordelia").delete("/bots/8", &[]).await.refused(400, "Insufficient permission");
    server.client("hamlet").delete("/bots/4", &[]).await.refused(400, "No such bot");
    server.client("hamlet").delete("/bots/8", &[]).await.done();
    bot.poll(-1, true).await.refused(401, "Account is deactivated");
    assert_eq!(server.app.realm.registry.counts().0, 2);
    let events = hamlet.events().await;
    assert_eq!(events[0]["person"], json!({"user_id": 8, "is_active": false}));
    assert_eq!(events[1]["bot"], json!({"user_id": 8, "is_active": false}));
    assert_eq!(cordelia.kinds().await, ["realm_user/update"]);
    server.client("hamlet").delete("/bots/8", &[]).await.refused(400, "No such bot");
    server.client("hamlet").post("/users/8/reactivate", &[]).await.done();
    server.client("hamletbot").get("/users/me", &[]).await.done();
    assert_eq!(hamlet.kinds().await, ["realm_user/update", "realm_bot/update"]);
}
