use super::archives::elsewhere;
use serde_json::{Value, json};
use tidings_core::state::messages::ConversationKind;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;
use tidings_types::{MessageId, UserId};

async fn messages(client: &TestClient) -> Vec<Value> {
    let params = [("anchor", "newest"), ("num_before", "100"), ("num_after", "0"), ("apply_markdown", "true")];
    client.get("/messages", &params).await.ok()["messages"].as_array().expect("a list").clone()
}

fn ids(messages: &[Value]) -> Vec<i64> {
    messages.iter().map(|message| message["id"].as_i64().expect("an id")).collect()
}

#[tokio::test]
async fn archives_of_other_servers_become_organizations() {
    let (server, report) = TestServer::import(elsewhere().pack().path()).await.expect("it is imported");
    assert_eq!((report.name.as_str(), report.people, report.channels, report.messages), ("Elsinore", 3, 1, 7));
    assert!(!report.renumbered && report.notes.is_empty(), "{report:?}");
    assert_eq!(report.unknown_tables, [("zerver_useractivity".to_owned(), 2)].into());
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let state = hamlet.register(&[]).await.state;
    for (name, value) in [
        ("realm_name", json!("Elsinore")),
        ("realm_topics_policy", json!("disable_empty_topic")),
        ("realm_message_content_edit_limit_seconds", json!(null)),
        ("realm_message_edit_history_visibility_policy", json!("moves")),
        ("realm_can_create_groups", json!(2)),
        ("realm_can_add_custom_emoji_group", json!({ "direct_members": [32], "direct_subgroups": [3] })),
        ("realm_moderation_request_channel_id", json!(71)),
        ("user_id", json!(31)),
    ] {
        assert_eq!(state[name], value, "{name}");
    }
    assert_eq!(state["user_settings"]["enter_sends"], true);
    assert_eq!(state["user_settings"]["resolved_topic_notice_auto_read_policy"], "always");
    let court = state["realm_user_groups"].as_array().unwrap().iter().find(|group| group["name"] == "court").unwrap();
    assert_eq!(
        (&court["id"], &court["members"], &court["direct_subgroup_ids"]),
        (&json!(540), &json!([32]), &json!([2]))
    );
    assert_eq!(court["can_mention_group"], json!({ "direct_members": [32], "direct_subgroups": [3] }));
    let channel = &state["subscriptions"][0];
    assert_eq!(channel["rendered_description"], "<p>The <strong>walls</strong></p>");
    assert_eq!((&channel["can_send_message_group"], &channel["first_message_id"]), (&json!(6), &json!(1_001)));
    assert_eq!((&channel["color"], &channel["pin_to_top"]), (&json!("#c2c2c2"), &json!(true)));

    let own = messages(&hamlet).await;
    assert_eq!(ids(&own), [1_001, 1_002, 1_003, 1_004, 1_005, 1_006]);
    assert_eq!(own[0]["content"], r#"<p>who goes there? <a href="https://bugs.example.com/7">BUG-7</a></p>"#);
    assert_eq!((&own[0]["last_edit_timestamp"], &own[0]["timestamp"]), (&json!(1_600_001_050), &json!(1_600_001_001)));
    assert_eq!((&own[0]["client"], &own[0]["subject"]), (&json!("ZulipMobile"), &json!("ghost")));
    assert_eq!(own[1]["flags"], json!(["read", "starred"]));
    assert_eq!(own[1]["reactions"][0]["emoji_name"], "octopus");
    // One conversation of two, whoever wrote, and one of oneself.
    let state = server.app.realm.snapshot();
    let with = |id: u32| match state.messages.kind_of_message(MessageId(id)).map(|kind| (**kind).clone()) {
        Some(ConversationKind::Direct { users }) => users.iter().map(|user| user.0).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!((with(1_003), with(1_004), with(1_006)), (vec![31, 32], vec![31, 32], vec![31]));
    assert_eq!((with(1_005), with(1_007)), (vec![31, 32, 33], vec![32, 2_000_000_000]));

    // Cordelia came when there was one message, which she may not read; Polonius left then.
    let hers = messages(&cordelia).await;
    assert_eq!(ids(&hers), [1_002, 1_003, 1_004, 1_005, 1_007]);
    assert_eq!((&hers[0]["flags"], &hers[1]["flags"]), (&json!(["mentioned"]), &json!([])));
    let seen = server.client("polonius").get("/messages/1001", &[]).await;
    seen.refused(400, "Invalid message(s)");
    assert!(state.received(UserId(33), MessageId(1_001)) && !state.received(UserId(33), MessageId(1_002)));
    let all = format!("{own:?}{hers:?}");
    assert!(!all.contains("script"), "what was rendered elsewhere is not believed");
    let history = hamlet.get("/messages/1001/history", &[]).await.ok();
    assert!(!history.to_string().contains("script"), "{history}");

    // It goes on from there.
    assert_eq!(hamlet.send_to_channel("castle", "ghost", "it speaks").await, 1_008);
}

#[tokio::test]
async fn ids_that_are_far_apart_are_others_and_what_names_them_follows() {
    let mut files = elsewhere();
    let far = |id: &mut Value| {
        let known = id.as_u64().expect("an id");
        *id = json!(if known == 1_001 { 1_001 } else { known + 9_000_000_000 });
    };
    files.change("messages-000001.json", |tables| {
        tables["zerver_message"].as_array_mut().unwrap().iter_mut().for_each(|row| far(&mut row["id"]));
        tables["zerver_usermessage"].as_array_mut().unwrap().iter_mut().for_each(|row| far(&mut row["message"]));
    });
    files.change("realm.json", |tables| far(&mut tables["zerver_reaction"][0]["message"]));
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    assert!(report.renumbered);
    let own = messages(&server.client("hamlet")).await;
    assert_eq!(ids(&own), [1, 2, 3, 4, 5, 6]);
    assert_eq!((&own[1]["flags"], own[1]["reactions"].as_array().unwrap().len()), (&json!(["read", "starred"]), 1));
    assert_eq!(ids(&messages(&server.client("cordelia")).await), [2, 3, 4, 5, 7]);
}

#[tokio::test]
async fn of_people_whose_marks_are_not_there_everything_is_read() {
    let mut files = elsewhere();
    files.change("messages-000001.json", |tables| {
        tables["zerver_usermessage"].as_array_mut().unwrap().retain(|row| row["user_profile"] != 32);
    });
    let (server, _) = TestServer::import(files.pack().path()).await.expect("it is imported");
    let cordelia = server.client("cordelia");
    let hers = messages(&cordelia).await;
    // She is mentioned: her name says so.
    assert_eq!(hers[0]["flags"], json!(["read", "mentioned"]));
    assert!(hers.iter().all(|message| message["flags"][0] == "read"), "{hers:?}");
    assert_eq!(cordelia.register(&[]).await.state["unread_msgs"]["count"], 0);
}

#[tokio::test]
async fn an_organization_that_is_closed_stays_closed() {
    let mut files = elsewhere();
    files.change("realm.json", |tables| tables["zerver_realm"][0]["deactivated"] = json!(true));
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    assert!(report.is_closed);
    server.client("hamlet").get("/users/me", &[]).await.refused(401, "This organization has been deactivated");
}

#[tokio::test]
async fn what_this_server_has_no_place_for_is_counted() {
    let mut files = elsewhere();
    files.change("realm.json", |tables| {
        tables["zerver_userprofile"][1]["notification_sound"] = json!("gong");
        tables["zerver_userprofile"][2]["delivery_email"] = json!("user33@zulip.example");
        tables["zerver_realmfilter"][0]["pattern"] = json!("(?=x)");
        tables["zerver_realm"][0]["can_create_groups"] = json!(507);
        tables["zerver_reaction"][0]["reaction_type"] = json!("realm_emoji");
        tables["zerver_realmemoji"] = json!([{ "id": 1, "name": "gone", "file_name": "1.png", "author": 31 }]);
    });
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    let expected = [
        "accounts whose address is not in the archive, or cannot be",
        "custom emoji whose picture is not in the archive, or cannot be shown",
        "linkifiers that this server cannot read",
        "permissions that this server gives to others",
        "personal settings that this server cannot have",
        "reactions with an emoji that is not there",
    ];
    assert_eq!(report.notes, expected.map(|what| (what.to_owned(), 1)).into());
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["realm_can_create_groups"], 5, "what it is by default");
    let polonius = state["realm_users"].as_array().unwrap().iter().find(|user| user["user_id"] == 33).unwrap();
    assert_eq!(polonius["delivery_email"], "account33@unknown.invalid");
}

/// What looks like an address that is made up is a real one, if others are shown another.
#[tokio::test]
async fn real_addresses_may_look_made_up() {
    let mut files = elsewhere();
    files.change("realm.json", |tables| {
        tables["zerver_userprofile"][2]["delivery_email"] = json!("user33@corp.example");
        tables["zerver_userprofile"][2]["email"] = json!("user33@zulip.example");
    });
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    assert!(report.notes.is_empty(), "{report:?}");
    let user = server.app.realm.snapshot().users.get(UserId(33)).cloned().expect("an account");
    assert_eq!(user.delivery_email, "user33@corp.example");
}
