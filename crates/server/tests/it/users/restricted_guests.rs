//! Realms in which guests see only the accounts they have to do with.

use serde_json::{Value, json};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::groups::system;
use tidings_testkit::TestServer;

async fn restrict(server: &TestServer) {
    let command = |tx: &mut Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.can_access_all_users_group = system::MEMBERS.into();
        tx.change(Change::Realm(Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(command).await.expect("the realm changes");
}

const INCOMPLETE: (&str, &str) =
    ("client_capabilities", r#"{"notification_settings_null":true,"user_list_incomplete":true}"#);

fn names(state: &Value) -> Vec<(i64, &str)> {
    let users = state["realm_users"].as_array().expect("a list");
    users
        .iter()
        .map(|user| (user["user_id"].as_i64().expect("an id"), user["full_name"].as_str().expect("a name")))
        .collect()
}

#[tokio::test]
async fn others_are_left_out_or_unknown() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let polonius = server.client("polonius");
    let state = polonius.register(&[INCOMPLETE]).await.state;
    assert_eq!(state["realm_users"].as_array().unwrap().len(), 7);
    let state = polonius.register(&[]).await.state;
    assert_eq!(names(&state)[5], (6, "Unknown user"));
    assert_eq!(state["realm_users"][5]["delivery_email"], Value::Null);
    polonius.get("/users/6", &[]).await.refused(400, "No such user");
    assert_eq!(polonius.get("/users", &[]).await.ok()["members"].as_array().unwrap().len(), 7);
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(names(&state)[5], (6, "Othello"));
}

#[tokio::test]
async fn new_accounts_and_changes_are_kept_from_them() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let polonius = server.client("polonius");
    let types = ("event_types", r#"["realm_user"]"#);
    let (with, without) = (polonius.register(&[types, INCOMPLETE]).await, polonius.register(&[types]).await);
    let ophelia = [("email", "ophelia@example.com"), ("password", "correct horse"), ("full_name", "Ophelia")];
    server.client("iago").post("/users", &ophelia).await.done();
    server.client("iago").patch("/users/6", &[("full_name", "Moor")]).await.done();
    assert_eq!(with.kinds().await, [""; 0]);
    let events = without.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["op"], &events[0]["person"]["full_name"]), (&json!("add"), &json!("Unknown user")));
    assert_eq!(events[0]["person"]["delivery_email"], Value::Null);
}

#[tokio::test]
async fn becoming_a_guest_takes_accounts_away_and_back() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let queue = server.client("cordelia").register(&[("event_types", r#"["realm_user"]"#), INCOMPLETE]).await;
    server.client("iago").patch("/users/5", &[("role", "600")]).await.done();
    let events = queue.events().await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["op"], "remove");
    assert_eq!(events[1]["person"], json!({"user_id": 6, "full_name": "Unknown user"}));
    server.client("iago").patch("/users/5", &[("role", "400")]).await.done();
    let events = queue.events().await;
    assert_eq!((&events[1]["op"], &events[1]["person"]["full_name"]), (&json!("add"), &json!("Othello")));
}

#[tokio::test]
async fn a_deactivated_account_disappears_for_who_shared_only_a_channel() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let types = ("event_types", r#"["realm_user","user_group"]"#);
    let polonius = server.client("polonius").register(&[types, INCOMPLETE]).await;
    let hamlet = server.client("hamlet").register(&[types]).await;
    server.client("iago").delete("/users/5", &[]).await.done();
    let kinds = ["realm_user/remove", "user_group/remove_members", "user_group/remove_members"];
    assert_eq!(polonius.kinds().await, kinds);
    assert_eq!(hamlet.kinds().await, ["realm_user/update"]);
    server.client("iago").post("/users/5/reactivate", &[]).await.done();
    let kinds = ["realm_user/add", "user_group/add_members", "user_group/add_members"];
    assert_eq!(polonius.kinds().await, kinds);
}

#[tokio::test]
async fn a_direct_message_makes_its_sender_known() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let polonius = server.client("polonius");
    let queue = polonius.register(&[("event_types", r#"["realm_user","message"]"#), INCOMPLETE]).await;
    server.client("othello").send_to_users(&[server.user_id("polonius")], "hello").await;
    let events = queue.events().await;
    assert_eq!((events.len(), &events[0]["type"], &events[1]["type"]), (2, &json!("realm_user"), &json!("message")));
    assert_eq!((&events[0]["op"], &events[0]["person"]["full_name"]), (&json!("add"), &json!("Othello")));
    let fresh = polonius.register(&[INCOMPLETE]).await.state;
    assert!(names(&fresh).contains(&(6, "Othello")));
    server.client("othello").send_to_users(&[server.user_id("polonius")], "again").await;
    assert_eq!(queue.kinds().await, ["message"]);
}

#[tokio::test]
async fn senders_and_who_reacts_are_unknown_where_they_are_not_subscribed() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let (polonius, hamlet, othello) = (server.client("polonius"), server.client("hamlet"), server.client("othello"));
    let types = ("event_types", r#"["message","reaction"]"#);
    let (guest, member) = (polonius.register(&[types, INCOMPLETE]).await, hamlet.register(&[types]).await);
    let message = [("type", "stream"), ("to", "Denmark"), ("topic", "a"), ("content", "hello")];
    let id = othello.post("/messages", &message).await.ok()["id"].clone();
    let reacted = format!("/messages/{id}/reactions");
    othello.post(&reacted, &[("emoji_name", "heart")]).await.done();
    othello.delete(&reacted, &[("emoji_name", "heart")]).await.done();
    othello.post(&reacted, &[("emoji_name", "tada")]).await.done();

    let (unknown, known) = (guest.events().await, member.events().await);
    assert_eq!((unknown.len(), known.len()), (4, 4));
    for (unknown, known) in unknown[1..].iter().zip(&known[1..]) {
        let hidden =
            json!({"user_id": 6, "email": "user6@example.com", "full_name": "Unknown user", "is_mirror_dummy": false});
        assert_eq!((&unknown["user"], &unknown["emoji_name"]), (&hidden, &known["emoji_name"]));
        assert_eq!(known["user"]["full_name"], "Othello");
    }
    let (mine, theirs) = (&unknown[0]["message"], &known[0]["message"]);
    assert_eq!(
        (&mine["sender_full_name"], &mine["sender_email"]),
        (&json!("Unknown user"), &json!("user6@example.com"))
    );
    assert_eq!((&theirs["sender_full_name"], &theirs["sender_id"]), (&json!("Othello"), &mine["sender_id"]));
    assert_ne!(mine["avatar_url"], theirs["avatar_url"]);

    let fetched =
        polonius.get("/messages", &[("anchor", "newest"), ("num_before", "1"), ("num_after", "0")]).await.ok();
    let fetched = &fetched["messages"][0];
    for field in ["sender_full_name", "sender_email", "avatar_url"] {
        assert_eq!(fetched[field], mine[field], "{field}");
    }
    assert_eq!(fetched["reactions"][0]["user"]["full_name"], "Unknown user");
    let single = polonius.get(&format!("/messages/{id}"), &[]).await.ok();
    assert_eq!(single["message"]["sender_full_name"], "Unknown user");
    let single = hamlet.get(&format!("/messages/{id}"), &[]).await.ok();
    assert_eq!(single["message"]["reactions"][0]["user"]["full_name"], "Othello");
}

#[tokio::test]
async fn no_narrow_of_a_queue_tells_who_a_stranger_is() {
    let server = TestServer::start().await;
    restrict(&server).await;
    let (polonius, othello) = (server.client("polonius"), server.client("othello"));
    let id = othello.send_to_channel("Denmark", "t", "first").await;
    let shown = polonius.get(&format!("/messages/{id}"), &[]).await.ok()["message"]["sender_email"].clone();
    let narrow = |email: &str| json!([["sender", email]]).to_string();
    let (real, made_up) = (narrow("othello@example.com"), narrow(shown.as_str().expect("an address")));
    let by_real = polonius.register(&[("narrow", &real)]).await;
    let by_shown = polonius.register(&[("narrow", &made_up)]).await;
    let of_member = server.client("hamlet").register(&[("narrow", &real)]).await;
    othello.send_to_channel("Denmark", "t", "second").await;
    assert_eq!(by_real.kinds().await, [""; 0]);
    assert_eq!(
        (by_shown.kinds().await, of_member.kinds().await),
        (vec!["message".to_owned()], vec!["message".to_owned()])
    );
}
