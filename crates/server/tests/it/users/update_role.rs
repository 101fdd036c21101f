use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

const TYPES: [(&str, &str); 1] =
    [("event_types", r#"["realm_user","realm_bot","user_group","stream","subscription","default_streams"]"#)];

fn summary(event: &Value) -> (String, Value) {
    let detail = ["person", "group_id", "stream_ids", "bot"].iter().find_map(|name| event.get(name)).cloned();
    let streams = || event["streams"].as_array().map(|all| all.iter().map(|one| one["stream_id"].clone()).collect());
    (kind(event), detail.or_else(streams).unwrap_or_default())
}

#[tokio::test]
async fn a_member_who_becomes_a_guest_loses_public_channels() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&TYPES).await;
    let cordelia = server.client("cordelia").register(&TYPES).await;
    server.client("iago").patch("/users/4", &[("role", "600")]).await.done();
    let change = ("realm_user/update".to_owned(), json!({"user_id": 4, "role": 600}));
    let groups = [
        ("user_group/remove_members".to_owned(), json!(5)),
        ("user_group/remove_members".to_owned(), json!(4)),
        ("user_group/add_members".to_owned(), json!(6)),
    ];
    let told: Vec<_> = hamlet.events().await.iter().map(summary).collect();
    assert_eq!(told[0], change);
    assert_eq!(told[1..4], groups);
    assert_eq!(told[4..], [("stream/delete".to_owned(), json!([2]))], "Verona, but not the web-public channel");
    let told: Vec<_> = cordelia.events().await.iter().map(summary).collect();
    assert_eq!((&told[0], &told[1..]), (&change, &groups[..]), "nothing else is told to others");

    server.client("iago").patch("/users/4", &[("role", "400")]).await.done();
    let told: Vec<_> = hamlet.events().await.iter().map(summary).collect();
    assert_eq!(told[4..], [("stream/create".to_owned(), json!([2]))]);
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!((&state["is_guest"], &state["realm_users"][3]["role"]), (&json!(false), &json!(400)));
}

#[tokio::test]
async fn an_administrator_sees_private_channels_and_all_bots() {
    let server = TestServer::start().await;
    let queue = server.client("othello").register(&TYPES).await;
    assert_eq!(queue.state["realm_bots"], json!([]));
    server.client("desdemona").patch("/users/6", &[("role", "200")]).await.done();
    let events = queue.events().await;
    let told: Vec<_> = events.iter().map(summary).collect();
    let kinds: Vec<_> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "realm_user/update",
            "user_group/remove_members",
            "user_group/remove_members",
            "user_group/add_members",
            "realm_bot/add",
            "stream/create",
            "subscription/peer_add",
            "subscription/peer_add",
        ]
    );
    assert_eq!(events[4]["bot"]["user_id"], 8);
    assert_eq!((&events[4]["bot"]["api_key"], &events[4]["bot"]["is_active"]), (&json!(""), &json!(true)));
    assert_eq!(told[5].1, json!([3, 4]));
    assert_eq!((&events[6]["stream_ids"], &events[6]["user_ids"]), (&json!([3]), &json!([4, 5])));
    let state = server.client("othello").register(&[]).await.state;
    assert_eq!((&state["is_admin"], state["realm_bots"].as_array().unwrap().len()), (&json!(true), 1));

    server.client("desdemona").patch("/users/6", &[("role", "300")]).await.done();
    let told: Vec<_> = queue.events().await.iter().map(summary).collect();
    assert_eq!(
        told[3..],
        [("realm_bot/delete".to_owned(), json!({"user_id": 8})), ("stream/delete".to_owned(), json!([3, 4]))]
    );
    let state = server.client("othello").register(&[]).await.state;
    assert_eq!((&state["is_moderator"], &state["realm_bots"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn addresses_are_shown_and_hidden_with_the_role() {
    let server = TestServer::start().await;
    let command = |tx: &mut tidings_core::commands::Tx<'_>| {
        let mut row = (**tx.state.users.get(tidings_types::UserId(5)).unwrap()).clone();
        row.settings.email_address_visibility = 3;
        tx.change(tidings_core::change::Change::User(std::sync::Arc::new(row)));
        Ok(())
    };
    server.app.realm.run(command).await.unwrap();
    let queue = server.client("othello").register(&[("event_types", r#"["realm_user"]"#)]).await;
    assert_eq!(queue.state["realm_users"][4]["delivery_email"], Value::Null);
    assert_eq!(queue.state["realm_users"][4]["email"], "user5@example.com");
    server.client("othello").get("/users/cordelia@example.com", &[]).await.refused(400, "No such user");
    let desdemona = server.client("desdemona");
    desdemona.patch("/users/6", &[("role", "200")]).await.done();
    let events = queue.events().await;
    assert_eq!(events[1]["person"], json!({"user_id": 5, "delivery_email": "cordelia@example.com"}));
    desdemona.patch("/users/6", &[("role", "400")]).await.done();
    let events = queue.events().await;
    assert_eq!(events[1]["person"], json!({"user_id": 5, "delivery_email": null}));
}

#[tokio::test]
async fn owners_are_made_and_unmade_by_owners() {
    let server = TestServer::start().await;
    let (desdemona, iago) = (server.client("desdemona"), server.client("iago"));
    iago.patch("/users/5", &[("role", "100")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.patch("/users/1", &[("role", "400")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.patch("/users/5", &[("role", "150")]).await.refused(400, "Invalid role");
    let last = "The owner permission cannot be removed from the only organization owner.";
    desdemona.patch("/users/1", &[("role", "200")]).await.refused(400, last);
    desdemona.patch("/users/2", &[("role", "100")]).await.done();
    desdemona.patch("/users/1", &[("role", "200")]).await.done();
    assert_eq!(desdemona.register(&[]).await.state["is_owner"], false);
}
