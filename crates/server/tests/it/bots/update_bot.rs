use serde_json::{Value, json};
use tidings_testkit::TestServer;

const TYPES: [(&str, &str); 1] = [("event_types", r#"["realm_user","realm_bot"]"#)];

#[tokio::test]
async fn defaults_are_set_and_cleared() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (queue, outsider) =
        (server.client("iago").register(&TYPES).await, server.client("shiva").register(&TYPES).await);
    let params = [("default_sending_stream", "secret"), ("default_all_public_streams", "true")];
    let answer = hamlet.patch("/bots/8", &params).await.ok();
    assert_eq!((&answer["default_sending_stream"], &answer["full_name"]), (&json!("secret"), &json!("Hamletbot")));
    hamlet.patch("/bots/8", &[("default_sending_stream", "")]).await.done();
    hamlet.patch("/bots/8", &[("default_sending_stream", "")]).await.done();
    let events = queue.events().await;
    let bots: Vec<&Value> = events.iter().map(|event| &event["bot"]).collect();
    assert_eq!(
        bots,
        [
            &json!({"user_id": 8, "default_sending_stream": "secret", "default_all_public_streams": true}),
            &json!({"user_id": 8, "default_sending_stream": null}),
        ]
    );
    assert_eq!(outsider.kinds().await, [""; 0]);
    let state = hamlet.register(&[]).await.state;
    assert_eq!(state["realm_bots"][0]["default_all_public_streams"], true);
}

#[tokio::test]
async fn a_default_channel_that_is_renamed_is_told_to_who_lists_the_bot() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.patch("/bots/8", &[("default_sending_stream", "Denmark")]).await.done();
    let (queue, outsider) = (hamlet.register(&TYPES).await, server.client("cordelia").register(&TYPES).await);
    let renamed = format!("/streams/{}", server.channel_id("Denmark"));
    server.client("iago").patch(&renamed, &[("new_name", "Danmark")]).await.done();
    let events = queue.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["bot"], json!({"user_id": 8, "default_sending_stream": "Danmark"}));
    assert_eq!(outsider.kinds().await, [""; 0]);
    assert_eq!(hamlet.register(&[]).await.state["realm_bots"][0]["default_sending_stream"], "Danmark");
}

#[tokio::test]
async fn a_new_owner_gets_the_bot_and_the_old_one_loses_it() {
    let server = TestServer::start().await;
    let mut queues = Vec::new();
    for who in ["hamlet", "cordelia", "iago", "othello"] {
        queues.push(server.client(who).register(&TYPES).await);
    }
    server.client("hamlet").patch("/bots/8", &[("bot_owner_id", "5")]).await.done();
    for (queue, kind) in queues.iter().zip([Some("delete"), Some("add"), Some("update"), None]) {
        let events = queue.events().await;
        let told: Vec<&str> = events
            .iter()
            .filter(|event| event["type"] == "realm_bot")
            .map(|event| event["op"].as_str().unwrap())
            .collect();
        assert_eq!(told, kind.into_iter().collect::<Vec<_>>());
        assert_eq!(events.last().unwrap()["person"], json!({"user_id": 8, "bot_owner_id": 5}));
    }
    server.client("hamlet").patch("/bots/8", &[("full_name", "x")]).await.refused(400, "Insufficient permission");
    assert_eq!(server.client("cordelia").get("/bots", &[]).await.ok()["bots"][0]["owner_id"], 5);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for (owner, msg) in
        [("99", "Failed to change owner, no such user"), ("8", "Failed to change owner, bots can't own other bots")]
    {
        hamlet.patch("/bots/8", &[("bot_owner_id", owner)]).await.refused(400, msg);
    }
    server.client("iago").delete("/users/5", &[]).await.done();
    let msg = "Failed to change owner, user is deactivated";
    hamlet.patch("/bots/8", &[("bot_owner_id", "5")]).await.refused(400, msg);
    hamlet.patch("/bots/6", &[("full_name", "x")]).await.refused(400, "No such bot");
    server.client("othello").patch("/bots/8", &[("full_name", "x")]).await.refused(400, "Insufficient permission");
    server.client("polonius").patch("/bots/8", &[("full_name", "x")]).await.refused(400, "Insufficient permission");
}

#[tokio::test]
async fn where_requests_go_is_changed_for_outgoing_webhooks_only() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let webhook =
        [("full_name", "Ghost"), ("short_name", "ghost"), ("bot_type", "3"), ("payload_url", "https://x.example")];
    hamlet.post("/bots", &webhook).await.done();
    let (admin, other) = (server.client("iago").register(&TYPES).await, server.client("shiva").register(&TYPES).await);
    let params = [("service_payload_url", r#""https://y.example""#), ("service_interface", "2")];
    let answer = hamlet.patch("/bots/9", &params).await.ok();
    assert_eq!(
        (&answer["service_payload_url"], &answer["service_interface"]),
        (&json!("https://y.example"), &json!(2))
    );
    hamlet.patch("/bots/9", &params).await.done();
    let events = admin.events().await;
    assert_eq!(events.len(), 1, "what stays as it is, is not told");
    let state = hamlet.register(&[]).await.state;
    let services = &state["realm_bots"][1]["services"];
    assert_eq!(events[0]["bot"], json!({ "user_id": 9, "services": services }));
    assert_eq!(services[0]["base_url"], "https://y.example");
    assert_eq!(other.kinds().await, [""; 0]);
    hamlet.patch("/bots/8", &params).await.refused(400, "This bot is not an outgoing webhook.");
    hamlet.patch("/bots/9", &[("service_payload_url", "y")]).await.refused(400, "service_payload_url is not a URL");
    hamlet.patch("/bots/9", &[("service_interface", "0")]).await.refused(400, "Invalid interface type");
    server.client("othello").patch("/bots/9", &params).await.refused(400, "Insufficient permission");
    let answer = hamlet.patch("/bots/9", &[("bot_owner_id", "6")]).await.ok();
    assert_eq!(answer["bot_owner"], "othello@example.com");
}

#[tokio::test]
async fn administrators_give_bots_roles_and_only_owners_make_owners() {
    let server = TestServer::start().await;
    let (hamlet, iago, owner) = (server.client("hamlet"), server.client("iago"), server.client("desdemona"));
    let (queue, outsider) =
        (server.client("shiva").register(&TYPES).await, server.client("cordelia").register(&TYPES).await);
    let role = async |client: &tidings_testkit::client::TestClient, role: &str| {
        client.patch("/bots/8", &[("role", role), ("full_name", "Renamed")]).await
    };
    for (client, number) in [(&hamlet, "200"), (&hamlet, "600"), (&iago, "100")] {
        role(client, number).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    role(&server.client("shiva"), "200").await.refused(400, "Insufficient permission");
    role(&iago, "250").await.refused(400, "Invalid role");
    assert_eq!(queue.kinds().await, [""; 0], "nothing changed, the name neither");
    // The role that it has is no change, so its owner may say it.
    hamlet.patch("/bots/8", &[("role", "400")]).await.done();
    assert_eq!(queue.kinds().await, [""; 0]);

    role(&iago, "300").await.done();
    role(&owner, "100").await.done();
    for queue in [&queue, &outsider] {
        let told: Vec<Value> = queue.events().await.iter().map(|event| event["person"].clone()).collect();
        let person = |name: &str, value: Value| json!({ "user_id": 8, name: value });
        let roles: Vec<&Value> = told.iter().filter(|person| !person["role"].is_null()).collect();
        assert_eq!(roles, [&person("role", json!(300)), &person("role", json!(100))]);
    }
    let users = hamlet.get("/users/8", &[]).await.ok();
    assert_eq!((&users["user"]["role"], &users["user"]["full_name"]), (&json!(100), &json!("Renamed")));
    role(&iago, "400").await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    // Nor can they become what it is, by its key or as its owner.
    iago.post("/bots/8/api_key/regenerate", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.patch("/bots/8", &[("bot_owner_id", "2")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    role(&owner, "400").await.done();
    iago.post("/bots/8/api_key/regenerate", &[]).await.done();
}
