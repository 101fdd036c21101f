use super::{event, found};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_deletion_reaches_those_who_held_the_message() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (first, second) =
        (hamlet.send_to_channel("secret", "", "one").await, hamlet.send_to_channel("secret", "t", "two").await);
    let bulk = r#"{"notification_settings_null":true,"bulk_message_deletion":true,"empty_topic_name":true}"#;
    let modern = server.client("cordelia").register(&[("client_capabilities", bulk)]).await;
    let legacy = server.client("cordelia").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    hamlet.delete(&format!("/messages/{first}"), &[]).await.done();

    let channel = server.channel_id("secret");
    let events = modern.events().await;
    let mut deleted = event(&events, "delete_message").expect("the deletion").clone();
    let id = deleted["id"].take();
    let expect = json!({"type": "delete_message", "message_type": "stream", "stream_id": channel, "topic": "", "message_ids": [first], "id": null});
    assert_eq!(deleted, expect);
    let update = event(&events, "stream").expect("the channel's first message");
    assert_eq!((&update["property"], &update["value"]), (&json!("first_message_id"), &json!(second)));
    let events = legacy.events().await;
    let mut deleted = event(&events, "delete_message").expect("the deletion").clone();
    assert_eq!(deleted["id"].take(), id);
    let expect = json!({"type": "delete_message", "message_type": "stream", "stream_id": channel, "topic": "general chat", "message_id": first, "id": null});
    assert_eq!(deleted, expect);
    assert_eq!(othello.kinds().await, [""; 0]);
    assert_eq!(found(&hamlet, r#"[["channel", "secret"]]"#).await, [second]);
    hamlet.delete(&format!("/messages/{first}"), &[]).await.refused(400, "Invalid message(s)");
}

#[tokio::test]
async fn direct_messages_go_for_all_participants() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let one = hamlet.send_to_users(&[server.user_id("cordelia")], "one").await;
    let two = hamlet.send_to_users(&[server.user_id("cordelia")], "two").await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let iago = server.client("iago").register(&[]).await;
    hamlet.delete(&format!("/messages/{two}"), &[]).await.done();
    let events = cordelia.events().await;
    assert_eq!((&events[0]["message_type"], &events[0]["message_id"]), (&json!("private"), &json!(two)));
    assert_eq!(iago.kinds().await, [""; 0]);
    let state = server.client("cordelia").register(&[]).await.state.clone();
    assert_eq!(state["unread_msgs"]["pms"][0]["unread_message_ids"], json!([one]));
    assert_eq!(state["max_message_id"], one);
}

#[tokio::test]
async fn who_may_delete() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let no = "You don't have permission to delete this message";
    let id = hamlet.send_to_channel("Denmark", "t", "one").await;
    let path = format!("/messages/{id}");
    for name in ["cordelia", "shiva", "polonius", "othello"] {
        server.client(name).delete(&path, &[]).await.refused(400, no);
    }
    server.clock.advance(700);
    hamlet.delete(&path, &[]).await.refused(400, "The time limit for deleting this message has passed");
    let iago = server.client("iago").register(&[]).await;
    server.client("iago").delete(&path, &[]).await.done();
    assert_eq!(iago.kinds().await.first().map(String::as_str), Some("delete_message"));
    // The right to delete everything is not the right to know of everything.
    let secret = hamlet.send_to_channel("secret", "t", "two").await;
    server.client("iago").delete(&format!("/messages/{secret}"), &[]).await.refused(400, "Invalid message(s)");
    let of_bot = server.client("hamletbot").send_to_channel("Denmark", "t", "beep").await;
    server.client("cordelia").delete(&format!("/messages/{of_bot}"), &[]).await.refused(400, no);
    hamlet.delete(&format!("/messages/{of_bot}"), &[]).await.done();
    use tidings_core::state::groups::system;
    server.set_realm(|settings| settings.can_delete_own_message_group = system::ADMINISTRATORS.into()).await;
    hamlet.delete(&format!("/messages/{secret}"), &[]).await.refused(400, no);
}
