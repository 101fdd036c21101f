use super::{event, found};
use serde_json::json;
use tidings_core::commands::Tx;
use tidings_core::commands::send::{self, ChannelRef, Destination, NewMessage};
use tidings_markdown::Rendered;
use tidings_testkit::TestServer;
use tidings_types::MessageId;

#[tokio::test]
async fn a_topic_is_deleted_with_its_messages() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let mut sent = Vec::new();
    for text in ["a", "b", "c"] {
        sent.push(hamlet.send_to_channel("Denmark", "plan", text).await);
    }
    let other = hamlet.send_to_channel("Denmark", "other", "d").await;
    let bulk = [("client_capabilities", r#"{"notification_settings_null":true,"bulk_message_deletion":true}"#)];
    let cordelia = server.client("cordelia").register(&bulk).await;
    let outside = server.client("othello").register(&[("event_types", r#"["delete_message"]"#)]).await;
    let path = format!("/streams/{}/delete_topic", server.channel_id("Denmark"));
    let topic = [("topic_name", "Plan")];
    let refused = server.client("shiva").post(&path, &topic).await;
    refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    let answer = server.client("iago").post(&path, &topic).await.ok();
    assert_eq!(answer["complete"], json!(true));
    let events = cordelia.events().await;
    let gone = event(&events, "delete_message").expect("the deletion");
    assert_eq!((&gone["message_ids"], &gone["topic"]), (&json!(sent), &json!("plan")));
    let first = event(&events, "stream").expect("the oldest message is another");
    assert_eq!((&first["property"], &first["value"]), (&json!("first_message_id"), &json!(other)));
    assert_eq!(outside.kinds().await, [""; 0]);
    assert_eq!(found(&hamlet, r#"[["channel","Denmark"]]"#).await, [other]);
    // Again, and for a topic that never was: nothing is left to do.
    for topic in ["plan", "never"] {
        let answer = server.client("iago").post(&path, &[("topic_name", topic)]).await.ok();
        assert_eq!(answer["complete"], json!(true));
    }
    let secret = format!("/streams/{}/delete_topic", server.channel_id("secret"));
    server.client("iago").post(&secret, &topic).await.refused(400, "Invalid channel ID");
}

/// Sends messages to a topic in one command, for what a request for each would take too long.
pub(super) async fn send_many(server: &TestServer, count: usize) -> Vec<MessageId> {
    let actor = server.user_id("hamlet");
    let send = move |tx: &mut Tx<'_>| {
        let to =
            Destination::Channel { channel: ChannelRef::Name("Denmark".to_owned()), topic: Some("long".to_owned()) };
        let new = || NewMessage {
            content: "x".to_owned(),
            rendered: Rendered::default(),
            alerted: Vec::new(),
            client: "test".to_owned(),
            read_by_sender: true,
            read_by: Vec::new(),
            widget: None,
            sent_from: None,
            keys: Vec::new(),
        };
        (0..count).map(|_| Ok(send::send(tx, actor, &to, new())?.id)).collect()
    };
    server.app.realm.run(send).await.expect("they are sent")
}

#[tokio::test]
async fn a_long_topic_is_deleted_and_moved_in_batches() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (count, first) = (5_050, hamlet.send_to_channel("Denmark", "long", "first").await);
    let sent = send_many(&server, count).await;
    let bulk = [
        ("client_capabilities", r#"{"notification_settings_null":true,"bulk_message_deletion":true}"#),
        ("event_types", r#"["delete_message","update_message"]"#),
    ];
    let queue = server.client("cordelia").register(&bulk).await;
    let params = [("topic", "moved"), ("propagate_mode", "change_all"), ("send_notification_to_new_thread", "false")];
    hamlet.patch(&format!("/messages/{first}"), &params).await.done();
    let events = queue.events().await;
    let moved: Vec<usize> = events.iter().map(|event| event["message_ids"].as_array().expect("ids").len()).collect();
    assert_eq!(moved, [5_000, count + 1 - 5_000]);
    // The one that was named moves last, so that the request can be repeated.
    assert_eq!((&events[0]["message_id"], &events[1]["message_id"]), (&json!(sent[0]), &json!(first)));
    let state = server.client("cordelia").register(&[]).await.state.clone();
    assert_eq!(state["unread_msgs"]["streams"].as_array().map(Vec::len), Some(1));
    let path = format!("/streams/{}/delete_topic", server.channel_id("Denmark"));
    let answer = server.client("iago").post(&path, &[("topic_name", "moved")]).await.ok();
    assert_eq!(answer["complete"], json!(true));
    let deleted: Vec<usize> =
        queue.events().await.iter().map(|event| event["message_ids"].as_array().expect("ids").len()).collect();
    assert_eq!(deleted, [1_000, 1_000, 1_000, 1_000, 1_000, count + 1 - 5_000]);
    assert_eq!(found(&hamlet, r#"[["channel","Denmark"]]"#).await, [0; 0]);
}
