use serde_json::{Value, json};
use tidings_core::audit::AuditRow;
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};

/// What was noted, the oldest first: who and what.
fn noted(server: &TestServer) -> Vec<(Option<u32>, String)> {
    let mut rows = server.app.realm.store.audit(100).expect("it is read");
    rows.reverse();
    rows.into_iter().map(|row| (row.actor.map(|id| id.0), row.what)).collect()
}

#[tokio::test]
async fn what_administrators_do_is_noted_with_who_did_it() {
    let server = TestServer::start().await;
    let (iago, owner, hamlet) = (server.client("iago"), server.client("desdemona"), server.client("hamlet"));
    // Everyday things are not noted.
    hamlet.send_to_channel("Denmark", "t", "hello").await;
    hamlet.patch("/settings", &[("full_name", "Prince"), ("enter_sends", "true")]).await.done();
    hamlet.post("/users/me/subscriptions", &[("subscriptions", r#"[{"name": "Verona"}]"#)]).await.done();
    hamlet.post("/users/me/status", &[("status_text", "brooding")]).await.done();
    assert_eq!(noted(&server), []);

    iago.patch("/realm", &[("allow_message_editing", "false")]).await.done();
    iago.post("/channel_folders/create", &[("name", "Plays")]).await.done();
    iago.patch("/users/4", &[("role", "600"), ("full_name", "Hamlet")]).await.done();
    iago.delete("/users/6", &[]).await.done();
    iago.patch("/streams/2", &[("new_name", "Padua")]).await.done();
    owner.post("/realm/domains", &[("domain", "x.example")]).await.done();
    iago.patch("/realm", &[("presence_disabled", "maybe")]).await;
    let by = |who: u32, what: &str| (Some(who), what.to_owned());
    let told = [
        by(2, "realm/update_dict"),
        by(2, "channel_folder/add"),
        by(2, "realm_user/update"),
        by(2, "realm_user/update"),
        by(2, "realm_user/update"),
        by(2, "stream/update"),
        by(1, "realm_domains/add"),
    ];
    assert_eq!(noted(&server), told);
    let newest = server.app.realm.store.audit(1).expect("it is read").remove(0);
    assert!((server.clock.now() - newest.at).abs() < 60);
    assert!(newest.detail.contains("x.example"), "{}", newest.detail);
    let server = server.restart().await;
    assert_eq!(noted(&server), told);
}

/// What was noted since, with the details.
fn noted_since(server: &TestServer, from: usize) -> Vec<(Option<u32>, String, Value)> {
    let mut rows = server.app.realm.store.audit(100).expect("it is read");
    rows.reverse();
    let one =
        |row: AuditRow| (row.actor.map(|id| id.0), row.what, serde_json::from_str(&row.detail).expect("it is JSON"));
    rows.into_iter().skip(from).map(one).collect()
}

#[tokio::test]
async fn channels_bots_keys_passwords_and_exports_are_noted() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let from = noted(&server).len();
    let secret = "rosemary, for remembrance";
    let new = [("email", "ophelia@example.com"), ("full_name", "Ophelia"), ("password", secret)];
    iago.post("/users", &new).await.done();
    let login = [("username", "ophelia@example.com"), ("password", secret)];
    let key =
        server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].as_str().expect("a key").to_owned();
    let ophelia = server.client_with("ophelia@example.com", &key);
    let other = [("old_password", secret), ("new_password", "pansies, for thoughts")];
    ophelia.patch("/settings", &other).await.done();
    let key =
        ophelia.post("/users/me/api_key/regenerate", &[]).await.ok()["api_key"].as_str().expect("a key").to_owned();
    let seen = noted_since(&server, from);
    let what: Vec<(Option<u32>, &str)> = seen.iter().map(|(who, what, _)| (*who, what.as_str())).collect();
    let (admin, own) = (Some(2), Some(9));
    let told = [
        (admin, "password/update"),
        (admin, "realm_user/add"),
        (own, "api_key/add"),
        (own, "password/update"),
        (own, "api_key/remove"),
        (own, "api_key/add"),
    ];
    assert_eq!(what, told);
    assert_eq!(seen[0].2, json!({ "user_id": 9 }));
    let all = format!("{seen:?}");
    assert!(
        !all.contains(secret) && !all.contains("pansies") && !all.contains(&key) && !all.contains("argon2"),
        "{all}"
    );

    let from = noted(&server).len();
    let private = [("name", "Crypt"), ("subscribers", "[4]"), ("invite_only", "true")];
    let id = hamlet.post("/channels/create", &private).await.ok()["id"].clone();
    let nobody = r#"{"new": {"direct_members": [4], "direct_subgroups": []}}"#;
    let path = format!("/streams/{id}");
    hamlet.patch(&path, &[("can_send_message_group", nobody)]).await.done();
    hamlet.delete(&path, &[]).await.done();
    let seen = noted_since(&server, from);
    let what: Vec<(Option<u32>, &str)> = seen.iter().map(|(who, what, _)| (*who, what.as_str())).collect();
    assert_eq!(what, [(Some(4), "stream/create"), (Some(4), "stream/update"), (Some(4), "stream/update")]);
    let privacy = json!({ "invite_only": true, "is_web_public": false });
    assert_eq!(seen[0].2, json!({ "stream_id": id, "name": "Crypt", "privacy": privacy }));
    assert_eq!(seen[1].2["property"], "can_send_message_group");
    assert_eq!((&seen[2].2["property"], &seen[2].2["value"]), (&json!("is_archived"), &json!(true)));

    let from = noted(&server).len();
    let bot = hamlet.post("/bots", &[("full_name", "Yorick"), ("short_name", "yorick")]).await.ok()["user_id"].clone();
    iago.patch(&format!("/bots/{bot}"), &[("bot_owner_id", "2")]).await.done();
    iago.delete(&format!("/bots/{bot}"), &[]).await.done();
    let seen = noted_since(&server, from);
    let what: Vec<(Option<u32>, &str)> = seen.iter().map(|(who, what, _)| (*who, what.as_str())).collect();
    let told = [
        (Some(4), "realm_user/add"),
        (Some(4), "api_key/add"),
        (Some(2), "realm_user/update"),
        (Some(2), "realm_user/update"),
    ];
    assert_eq!(what, told);
    assert_eq!(seen[2].2["person"], json!({ "user_id": bot, "bot_owner_id": 2 }));
    assert_eq!(seen[3].2["person"], json!({ "user_id": bot, "is_active": false }));

    let from = noted(&server).len();
    let queue = iago.register(&[("event_types", r#"["realm_export"]"#)]).await;
    iago.post("/export/realm", &[]).await.done();
    while queue.wait().await.iter().all(|event| event["exports"][0]["pending"] != json!(false)) {}
    iago.delete("/export/realm/1", &[]).await.done();
    let seen = noted_since(&server, from);
    let what: Vec<(Option<u32>, &str)> = seen.iter().map(|(who, what, _)| (*who, what.as_str())).collect();
    assert_eq!(what, [(Some(2), "realm_export/add"), (None, "realm_export/done"), (Some(2), "realm_export/remove")]);
    assert_eq!(seen[0].2["acting_user_id"], 2);
}

#[tokio::test]
async fn what_was_done_long_ago_is_forgotten() {
    let server = TestServer::start_with(Config { audit_retention_days: 30, ..test_config() }).await;
    let folder = async |name: &str| {
        server.client("iago").post("/channel_folders/create", &[("name", name)]).await.done();
    };
    let trim = async || tidings_server::retention::trim_audit(&server.app).await.expect("the store works");
    folder("Plays").await;
    server.clock.advance(20 * 86_400);
    folder("Poems").await;
    assert_eq!((trim().await, noted(&server).len()), (0, 2));
    server.clock.advance(11 * 86_400);
    assert_eq!((trim().await, noted(&server).len()), (1, 1));
    let rest = server.app.realm.store.audit(9).expect("it is read");
    assert!(rest[0].detail.contains("Poems"), "{}", rest[0].detail);
}

#[tokio::test]
async fn an_address_that_somebody_else_changes_is_noted_also_where_nobody_sees_it() {
    let server = TestServer::start().await;
    let (desdemona, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    hamlet.patch("/settings", &[("email_address_visibility", "4")]).await.done();
    hamlet.patch("/settings", &[("email", "prince@example.com")]).await.done();
    let from = noted(&server).len();
    desdemona.patch("/users/4", &[("new_email", "dane@example.com")]).await.done();
    let address = json!({ "user_id": 4, "delivery_email": "dane@example.com" });
    assert_eq!(noted_since(&server, from), [(Some(1), "realm_user/delivery_email".to_owned(), address)]);
}

#[tokio::test]
async fn who_joins_is_noted_as_who_did_it() {
    let server = TestServer::start().await;
    let answer = server.client("iago").post("/invites/multiuse", &[("invite_as", "400")]).await.ok();
    let link = answer["invite_link"].as_str().expect("a link").replace("http://example.com", &server.url);
    let from = noted(&server).len();
    let form = "email=ophelia%40x.example&full_name=Ophelia&password=rosemary%2C%20for%20remembrance";
    let request = reqwest::Client::new().post(link).header("Content-Type", "application/x-www-form-urlencoded");
    assert!(request.body(form).send().await.expect("an answer").status().is_success());
    let seen = noted_since(&server, from);
    let what: Vec<(Option<u32>, &str)> = seen.iter().map(|(who, what, _)| (*who, what.as_str())).collect();
    assert_eq!(what, [(Some(9), "password/update"), (Some(9), "realm_user/add")]);
    assert_eq!(seen[1].2["person"]["user_id"], 9);
}

/// That guests begin to see accounts, or cease to, nobody did to those accounts.
#[tokio::test]
async fn what_guests_see_is_not_noted() {
    let server = TestServer::start().await;
    let (owner, iago) = (server.client("desdemona"), server.client("iago"));
    // A second guest, so that more than one is told.
    iago.patch("/users/5", &[("role", "600")]).await.done();
    let polonius = server.client("polonius").register(&[("event_types", r#"["realm_user"]"#)]).await;
    let from = noted(&server).len();
    for group in ["5", "6", "5"] {
        owner.patch("/realm", &[("can_access_all_users_group", &format!(r#"{{"new": {group}}}"#))]).await.done();
    }
    let to = [("subscriptions", r#"[{"name":"Denmark"}]"#), ("principals", "[6]")];
    owner.post("/users/me/subscriptions", &to).await.done();
    assert!(polonius.kinds().await.len() >= 4, "they are told");
    let what: Vec<_> = noted_since(&server, from).into_iter().map(|(who, what, _)| (who, what)).collect();
    assert_eq!(what, vec![(Some(1), "realm/update_dict".to_owned()); 3]);
}
