use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, TestClient};

/// An incoming webhook bot of hamlet's, with its key.
async fn bot(server: &TestServer) -> (TestClient, String) {
    let params = [("full_name", "Ghost"), ("short_name", "ghost"), ("bot_type", "2"), ("service_name", "json")];
    let answer = server.client("hamlet").post("/bots", &params).await.ok();
    let key = answer["api_key"].as_str().expect("a key").to_owned();
    (server.client_with("ghost-bot@example.com", &key), key)
}

/// Calls an address as another program does: nothing but a key in it, and JSON in the body.
async fn call(server: &TestServer, integration: &str, query: &str, document: &str) -> Reply {
    let anonymous = server.anonymous();
    let request = anonymous.request("POST".parse().expect("a method"), &format!("/external/{integration}?{query}"));
    anonymous.send(request.header("Content-Type", "application/json; charset=utf-8").body(document.to_owned())).await
}

async fn newest(client: &TestClient) -> Value {
    let params = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0"), ("apply_markdown", "false")];
    client.get("/messages", &params).await.ok()["messages"][0].clone()
}

#[tokio::test]
async fn a_document_becomes_a_message_in_a_channel() {
    let server = TestServer::start().await;
    let (_, key) = bot(&server).await;
    let hamlet = server.client("hamlet");
    let document = r#"{"b": [1, "x"], "a": "```"}"#;
    for (query, topic) in [
        (format!("api_key={key}&stream=Denmark&topic=a%20b"), "a b"),
        (format!("api_key={key}&stream=1&topic=a%2520c"), "a c"),
        (format!("api_key={key}&stream=%2544enmark"), "JSON"),
    ] {
        call(&server, "json", &query, document).await.done();
        let message = newest(&hamlet).await;
        assert_eq!((&message["subject"], &message["sender_email"]), (&json!(topic), &json!("ghost-bot@example.com")));
        let content = "```json\n{\n  \"a\": \"```\",\n  \"b\": [\n    1,\n    \"x\"\n  ]\n}\n```";
        assert_eq!(message["content"], content);
        assert_eq!(message["display_recipient"], "Denmark");
    }
    // As a form, too.
    let params = [("api_key", key.as_str()), ("payload", "[1]"), ("stream", "Denmark"), ("topic", "form")];
    server.anonymous().post("/external/json", &params).await.done();
    assert_eq!(newest(&hamlet).await["content"], "```json\n[\n  1\n]\n```");
}

#[tokio::test]
async fn slack_s_form_is_understood_and_without_a_channel_the_owner_gets_it() {
    let server = TestServer::start().await;
    let (_, key) = bot(&server).await;
    let hamlet = server.client("hamlet");
    let query = format!("api_key={key}&stream=Denmark");
    call(&server, "slack_incoming", &query, r##"{"channel": "#ghosts", "text": "*Swear* <https://x.example|it>"}"##)
        .await
        .done();
    let message = newest(&hamlet).await;
    assert_eq!(
        (&message["subject"], &message["content"]),
        (&json!("ghosts"), &json!("**Swear** [it](https://x.example)"))
    );
    let params = [("api_key", key.as_str()), ("payload", r#"{"text": "Adieu"}"#)];
    server.anonymous().post("/external/slack_incoming", &params).await.done();
    let message = newest(&hamlet).await;
    assert_eq!((&message["type"], &message["content"]), (&json!("private"), &json!("Adieu")));
    assert_eq!(newest(&server.client("cordelia")).await["subject"], "ghosts", "nobody else has it");
    // Nothing to say is no message.
    call(&server, "slack_incoming", &query, "{}").await.done();
    assert_eq!(newest(&hamlet).await["id"], message["id"]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_the_owner_is_told_once() {
    let server = TestServer::start().await;
    let (_, key) = bot(&server).await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[("event_types", r#"["message"]"#)]).await;
    let query = format!("api_key={key}&stream=nowhere&topic=x");
    for _ in 0..2 {
        call(&server, "json", &query, "{}").await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    }
    let events = queue.events().await;
    assert_eq!(events.len(), 1);
    let message = &events[0]["message"];
    assert_eq!((&message["type"], &message["sender_full_name"]), (&json!("private"), &json!("Notification Bot")));
    assert!(message["content"].as_str().unwrap().contains("nowhere"));
    let query = format!("api_key={key}&stream=secret&topic=x");
    call(&server, "json", &query, "{}").await.done();
    assert_eq!(newest(&hamlet).await["display_recipient"], "secret", "a bot may send where its owner may");
    server
        .client("iago")
        .delete("/users/me/subscriptions", &[("subscriptions", "[\"secret\"]"), ("principals", "[4]")])
        .await
        .done();
    call(&server, "json", &query, "{}").await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    for (query, status, code) in [
        ("stream=Denmark".to_owned(), 400, "REQUEST_VARIABLE_MISSING"),
        (format!("api_key={}", "x".repeat(32)), 401, "INVALID_API_KEY"),
    ] {
        call(&server, "json", &query, "{}").await.refused_with_code(status, code);
    }
    let query = format!("api_key={key}&stream=Denmark");
    call(&server, "json", &query, "{").await.refused(400, "Malformed payload");
    call(&server, "slack_incoming", &query, "[]").await.refused(400, "Malformed payload");
    call(&server, "slack_incoming", &query, r#"{"text": 5}"#).await.refused(400, "payload: text is not a string");
    server
        .anonymous()
        .post(&format!("/external/json?{query}"), &[])
        .await
        .refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    hamlet.delete("/bots/9", &[]).await.done();
    call(&server, "json", &query, "{}").await.refused_with_code(401, "USER_DEACTIVATED");
}

#[tokio::test]
async fn a_large_document_is_taken_from_who_has_a_key_only() {
    let server = TestServer::start().await;
    let (_, key) = bot(&server).await;
    let document = json!({ "x": "y".repeat(100_000) }).to_string();
    call(&server, "json", &format!("api_key={key}&stream=Denmark"), &document).await.done();
    let content = newest(&server.client("hamlet")).await["content"].as_str().unwrap().to_owned();
    assert!(content.starts_with("```json\n") && content.ends_with("\n```"), "the block is closed");
    call(&server, "json", "api_key=wrong", &document).await.refused(413, "The request is larger than 16384 bytes");
}

#[tokio::test]
async fn the_bot_may_send_and_nothing_else() {
    let server = TestServer::start().await;
    let (bot, _) = bot(&server).await;
    let refusal = "This API is not available to incoming webhook bots.";
    bot.post("/register", &[]).await.refused(401, refusal);
    bot.get("/messages", &[("anchor", "newest"), ("num_before", "1"), ("num_after", "0")]).await.refused(401, refusal);
    bot.get("/users/me", &[]).await.refused(401, refusal);
    bot.get("/users", &[]).await.refused(401, refusal);
    bot.put("/bot_storage", &[("storage", "{}")]).await.refused(401, refusal);
    bot.send_to_channel("Denmark", "t", "by itself").await;
    let state =
        server.client("hamlet").register(&[("fetch_event_types", r#"["realm_incoming_webhook_bots"]"#)]).await.state;
    let names: Vec<&Value> =
        state["realm_incoming_webhook_bots"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [&json!("json"), &json!("slack_incoming")]);
}
