use serde_json::json;
use tidings_testkit::TestServer;
use tidings_types::ChannelId;

const OPHELIA: [(&str, &str); 3] =
    [("email", "ophelia@example.com"), ("password", "correct horse"), ("full_name", " Ophelia ")];

/// Makes a channel one that new users are subscribed to.
async fn make_default(server: &TestServer, channel: ChannelId) {
    let command = move |tx: &mut tidings_core::commands::Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.default_channels = vec![channel];
        tx.change(tidings_core::change::Change::Realm(std::sync::Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(command).await.expect("the realm changes");
}

#[tokio::test]
async fn everybody_is_told_and_the_account_is_a_subscribed_member() {
    let server = TestServer::start().await;
    make_default(&server, server.channel_id("Verona")).await;
    let types = [("event_types", r#"["realm_user","realm_bot","user_group","subscription"]"#)];
    let hamlet = server.client("hamlet").register(&types).await;
    let polonius = server.client("polonius").register(&types).await;
    let id = server.client("iago").post("/users", &OPHELIA).await.ok()["user_id"].as_i64().unwrap();
    assert_eq!(id, 9);

    let events = hamlet.events().await;
    let person = &events[0]["person"];
    assert_eq!((&events[0]["type"], &events[0]["op"]), (&json!("realm_user"), &json!("add")));
    assert_eq!(
        (&person["user_id"], &person["full_name"], &person["role"], &person["is_active"], &person["delivery_email"]),
        (&json!(9), &json!("Ophelia"), &json!(400), &json!(true), &json!("ophelia@example.com"))
    );
    assert!(person["avatar_url"].is_string());
    let rest: Vec<_> =
        events[1..].iter().map(|event| (tidings_testkit::client::kind(event), event["group_id"].clone())).collect();
    assert_eq!(
        rest,
        [
            ("user_group/add_members".to_owned(), json!(5)),
            ("user_group/add_members".to_owned(), json!(4)),
            ("subscription/peer_add".to_owned(), json!(null)),
        ]
    );
    assert_eq!((&events[3]["stream_ids"], &events[3]["user_ids"]), (&json!([2]), &json!([9])));
    assert_eq!(
        polonius.kinds().await,
        ["realm_user/add", "user_group/add_members", "user_group/add_members"],
        "a guest does not see who is subscribed to a channel they do not see"
    );

    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["realm_users"][8]["user_id"], 9);
    let me = server.app.realm.snapshot();
    assert!(me.channels.is_subscribed(tidings_types::UserId(9), server.channel_id("Verona")));
}

#[tokio::test]
async fn only_administrators_create_accounts() {
    let server = TestServer::start().await;
    for who in ["shiva", "hamlet", "polonius", "hamletbot"] {
        let reply = server.client(who).post("/users", &OPHELIA).await;
        assert_eq!(reply.json["msg"], "Must be an organization administrator");
        reply.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    server.anonymous().post("/users", &OPHELIA).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn bad_values_are_refused() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let long = "x".repeat(101);
    for (email, password, full_name, msg) in [
        ("hamlet@example.com", "correct horse", "Other", "Email is already in use."),
        ("HAMLET@example.com", "correct horse", "Other", "Email is already in use."),
        ("nonsense", "correct horse", "Other", "Invalid email address."),
        ("a:b@example.com", "correct horse", "Other", "Invalid email address."),
        ("user3@example.com", "correct horse", "Other", "Invalid email address."),
        ("new@example.com", "short", "Other", "Password must have at least 6 characters."),
        ("new@example.com", long.as_str(), "Other", "Password must have at most 100 characters."),
        ("new@example.com", "correct horse", "  ", "Name too short!"),
        ("new@example.com", "correct horse", long.as_str(), "Name too long!"),
        ("new@example.com", "correct horse", "a*b", "Invalid characters in name!"),
        ("new@example.com", "correct horse", "a|12", "Invalid format!"),
    ] {
        let params = [("email", email), ("password", password), ("full_name", full_name)];
        iago.post("/users", &params).await.refused(400, msg);
    }
    assert_eq!(server.app.realm.state().users.len(), 8);
}
