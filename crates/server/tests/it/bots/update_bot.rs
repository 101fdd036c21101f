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
    server.client("polonius").patch("/bots/8", &[("full_name", "x")]).await.refused(400, "Not allowed for guest users");
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

#[tokio::test]
async fn a_bot_leaves_the_private_channels_that_its_new_owner_is_not_in() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let to = [("subscriptions", r#"[{"name":"secret"},{"name":"history"}]"#), ("principals", "[8]")];
    hamlet.post("/users/me/subscriptions", &to).await.done();
    let defaults = [("default_sending_stream", "history"), ("default_events_register_stream", "secret")];
    hamlet.patch("/bots/8", &defaults).await.done();
    let types = [("event_types", r#"["realm_bot","subscription","stream"]"#)];
    let (bot, owner) = (server.client("hamletbot"), server.client("cordelia"));
    let (own, told) = (bot.register(&types).await, owner.register(&types).await);
    // Cordelia is in "secret", and not in "history".
    hamlet.patch("/bots/8", &[("bot_owner_id", "5")]).await.done();
    assert_eq!(own.kinds().await, ["subscription/remove", "stream/delete"]);
    let events = told.events().await;
    assert_eq!(events.len(), 2, "the bot, and that it has a default channel less: {events:?}");
    assert_eq!(events[1]["bot"], json!({"user_id": 8, "default_sending_stream": null}));
    let listed = owner.get("/bots", &[]).await.ok()["bots"][0].clone();
    assert_eq!(
        (&listed["default_sending_stream"], &listed["default_events_register_stream"]),
        (&json!(null), &json!("secret"))
    );
    let subscribed = async |channel: &str| {
        let path = format!("/users/8/subscriptions/{channel}");
        server.client("desdemona").get(&path, &[]).await.ok()["is_subscribed"].clone()
    };
    assert_eq!(
        (subscribed("1").await, subscribed("3").await, subscribed("4").await),
        (json!(true), json!(true), json!(false))
    );
}

#[tokio::test]
async fn a_default_channel_that_the_owner_no_longer_sees_is_forgotten() {
    let server = TestServer::start().await;
    let (hamlet, owner) = (server.client("hamlet"), server.client("desdemona"));
    let defaults = [("default_sending_stream", "history"), ("default_events_register_stream", "Verona")];
    hamlet.patch("/bots/8", &defaults).await.done();
    let types = [("event_types", r#"["realm_bot","stream"]"#)];
    let (own, admin) = (hamlet.register(&types).await, server.client("iago").register(&types).await);
    let from = [("subscriptions", r#"["history"]"#), ("principals", "[4]")];
    owner.delete("/users/me/subscriptions", &from).await.done();
    owner.patch("/streams/4", &[("new_name", "layoffs")]).await.done();
    let change = json!({"user_id": 8, "default_sending_stream": null});
    let events = own.events().await;
    assert_eq!((events.len(), &events[0]["op"], &events[1]["bot"]), (2, &json!("delete"), &change));
    let events = admin.events().await;
    assert_eq!((&events[0]["bot"], &events[1]["op"], events.len()), (&change, &json!("update"), 3));
    assert_eq!(events[2]["property"], "first_message_id", "the server says there what became of the channel");
    let default = async |field: &str| hamlet.get("/bots", &[]).await.ok()["bots"][0][field].clone();
    assert_eq!(default("default_sending_stream").await, json!(null));
    assert_eq!(default("default_events_register_stream").await, json!("Verona"));
    // What became private while they were away is forgotten when they are back.
    owner.delete("/users/4", &[]).await.done();
    owner.patch("/streams/2", &[("is_private", "true")]).await.done();
    owner.post("/users/4/reactivate", &[]).await.done();
    assert_eq!(default("default_events_register_stream").await, json!(null));
}

#[tokio::test]
async fn who_became_a_guest_can_only_take_their_bots_out_of_use() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    iago.patch("/users/4", &[("role", "600")]).await.done();
    iago.patch("/bots/8", &[("role", "200")]).await.done();
    let (guests, bots) = ("Not allowed for guest users", "This endpoint does not accept bot requests.");
    for (client, why) in [(&hamlet, guests), (&server.client("hamletbot"), bots)] {
        client.post("/bots/8/api_key/regenerate", &[]).await.refused(400, why);
        client.patch("/bots/8", &[("full_name", "Ghost")]).await.refused(400, why);
    }
    hamlet.delete("/bots/8", &[]).await.done();
    hamlet.post("/users/8/reactivate", &[]).await.refused(400, guests);
}
