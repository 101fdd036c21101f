use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_new_name_is_told_to_everybody() {
    let server = TestServer::start().await;
    let queue = server.client("polonius").register(&[("event_types", r#"["realm_user","realm_bot"]"#)]).await;
    server.client("iago").patch("/users/5", &[("full_name", "Cordelia of France")]).await.done();
    let events = queue.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["person"], json!({"user_id": 5, "full_name": "Cordelia of France"}));
    server.client("iago").patch("/users/5", &[("full_name", "Cordelia of France")]).await.done();
    assert_eq!(queue.kinds().await, [""; 0], "nothing changed");
    let state = server.client("polonius").register(&[]).await.state;
    assert_eq!(state["realm_users"][4]["full_name"], "Cordelia of France");
}

#[tokio::test]
async fn a_new_address_is_told_and_changes_no_picture() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["realm_user"]"#)]).await;
    let desdemona = server.client("desdemona");
    desdemona.patch("/users/cordelia@example.com", &[("new_email", "queen@example.com")]).await.done();
    let events = queue.events().await;
    let people: Vec<_> = events.iter().map(|event| &event["person"]).collect();
    assert_eq!(people[0], &json!({"user_id": 5, "delivery_email": "queen@example.com"}));
    assert_eq!(people[1], &json!({"user_id": 5, "new_email": "queen@example.com"}));
    assert_eq!(people.len(), 2);
    let users = server.client("hamlet").register(&[]).await.state["realm_users"].clone();
    assert_eq!((&users[4]["avatar_version"], &users[4]["user_id"]), (&json!(1), &json!(5)));
    assert_eq!(
        (&users[4]["email"], &users[4]["delivery_email"]),
        (&json!("queen@example.com"), &json!("queen@example.com"))
    );
    desdemona.patch("/users/5", &[("new_email", "hamlet@example.com")]).await.refused(400, "Email is already in use.");
    let bot = desdemona.patch("/users/8", &[("new_email", "bot@example.com")]).await;
    bot.refused(400, "The address of a bot cannot be changed.");
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let server = TestServer::start().await;
    for who in ["shiva", "hamlet", "polonius"] {
        let reply = server.client(who).patch("/users/5", &[("full_name", "Mallory")]).await;
        reply.refused(400, "Insufficient permission");
    }
    let reply = server.client("iago").patch("/users/1", &[("full_name", "Mallory")]).await;
    assert_eq!(reply.json["msg"], "Must be an organization owner");
    reply.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    server.client("iago").patch("/users/99", &[("full_name", "Mallory")]).await.refused(400, "No such user");
    server.client("iago").patch("/users/5", &[("full_name", "")]).await.refused(400, "Name too short!");
    let reply = server.client("hamlet").patch("/users/8", &[("role", "200")]).await;
    reply.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    assert_eq!(server.app.realm.state().seq, 0, "nothing happened");
}

#[tokio::test]
async fn a_renamed_bot_is_told_to_who_manages_it() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_user","realm_bot"]"#)];
    let hamlet = server.client("hamlet").register(&types).await;
    let iago = server.client("iago").register(&types).await;
    let cordelia = server.client("cordelia").register(&types).await;
    server.client("hamlet").patch("/users/8", &[("full_name", "Yorick")]).await.done();
    assert_eq!(hamlet.kinds().await, ["realm_user/update", "realm_bot/update"]);
    assert_eq!(iago.kinds().await, ["realm_user/update", "realm_bot/update"]);
    assert_eq!(cordelia.kinds().await, ["realm_user/update"]);
}

#[tokio::test]
async fn addresses_of_others_are_changed_by_owners_and_as_the_organization_has_them() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    let address = [("new_email", "queen@elsewhere.example")];
    for (who, user) in [("iago", "/users/5"), ("hamlet", "/users/8")] {
        server.client(who).patch(user, &address).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    owner.post("/realm/domains", &[("domain", "example.com"), ("allow_subdomains", "false")]).await.done();
    owner.patch("/realm", &[("emails_restricted_to_domains", "true")]).await.done();
    let why = "Email 'queen@elsewhere.example' not allowed in this organization";
    owner.patch("/users/5", &address).await.refused(400, why);
    owner.patch("/users/5", &[("new_email", "queen@example.com")]).await.done();
}

#[tokio::test]
async fn names_are_such_that_one_sees_whose_they_are() {
    let server = TestServer::start().await;
    let (hamlet, owner) = (server.client("hamlet"), server.client("desdemona"));
    for hidden in [
        "\u{200b}",
        "\u{200d}",
        "\u{202e}",
        "\u{2066}",
        "\u{feff}",
        "\u{ad}",
        "\u{e0041}",
        "\u{e000}",
        "\u{378}",
        "\u{7}",
    ] {
        let name = format!("Ia{hidden}go");
        hamlet.patch("/settings", &[("full_name", &name)]).await.refused(400, "Invalid characters in name!");
    }
    hamlet.patch("/settings", &[("full_name", "I")]).await.refused(400, "Name too short!");
    owner.patch("/realm", &[("require_unique_names", "true")]).await.done();
    for name in ["IAGO", "\u{ff29}\u{ff41}\u{ff47}\u{ff4f}", "\u{2110}ago"] {
        hamlet
            .patch("/settings", &[("full_name", name)])
            .await
            .refused(400, "Unique names required in this organization.");
    }
    for name in ["Élodie Ærø", "李白", "Hamlet 🎭", "hAMLET"] {
        hamlet.patch("/settings", &[("full_name", name)]).await.done();
    }
}
