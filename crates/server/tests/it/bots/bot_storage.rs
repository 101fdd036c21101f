use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn what_is_stored_is_there_for_its_account_and_after_a_restart() {
    let server = TestServer::start().await;
    let bot = server.client("hamletbot");
    assert_eq!(bot.get("/bot_storage", &[]).await.ok()["storage"], json!({}));
    bot.put("/bot_storage", &[("storage", r#"{"a": "1", "b": "2"}"#)]).await.done();
    bot.put("/bot_storage", &[("storage", r#"{"b": "3", "ü": ""}"#)]).await.done();
    let server = server.restart().await;
    let bot = server.client("hamletbot");
    assert_eq!(bot.get("/bot_storage", &[]).await.ok()["storage"], json!({"a": "1", "b": "3", "ü": ""}));
    assert_eq!(bot.get("/bot_storage", &[("keys", r#"["b"]"#)]).await.ok()["storage"], json!({"b": "3"}));
    assert_eq!(
        server.client("hamlet").get("/bot_storage", &[]).await.ok()["storage"],
        json!({}),
        "it is the bot's own"
    );
    bot.delete("/bot_storage", &[("keys", r#"["a"]"#)]).await.done();
    bot.get("/bot_storage", &[("keys", r#"["a"]"#)]).await.refused(400, "Key does not exist.");
    bot.delete("/bot_storage", &[("keys", r#"["a"]"#)]).await.refused(400, "Key does not exist.");
    bot.delete("/bot_storage", &[]).await.done();
    assert_eq!(bot.get("/bot_storage", &[]).await.ok()["storage"], json!({}));
}

#[tokio::test]
async fn there_is_a_limit_and_what_exceeds_it_changes_nothing() {
    let server = TestServer::start().await;
    let bot = server.client("hamletbot");
    let half = "x".repeat(500_000);
    bot.put("/bot_storage", &[("storage", &json!({ "a": half }).to_string())]).await.done();
    let more = json!({ "b": half, "a": "short" }).to_string();
    bot.put("/bot_storage", &[("storage", &more)]).await.done();
    let too_much = json!({ "a": half }).to_string();
    let refusal = "Request exceeds storage limit by 2 bytes. The limit is 1000000 bytes.";
    bot.put("/bot_storage", &[("storage", &too_much)]).await.refused(400, refusal);
    assert_eq!(bot.get("/bot_storage", &[("keys", r#"["a"]"#)]).await.ok()["storage"]["a"], "short");
    let many: serde_json::Map<_, _> = (0..1_001).map(|n| (n.to_string(), json!(""))).collect();
    bot.put("/bot_storage", &[("storage", &json!(many).to_string())])
        .await
        .refused(400, "Too many entries. The limit is 1000.");
    bot.put("/bot_storage", &[("storage", r#"{"a": 1}"#)]).await.refused(400, "storage[\"a\"] is not a string");
    bot.put("/bot_storage", &[("storage", "[]")]).await.refused(400, "storage is not a dict");
}
