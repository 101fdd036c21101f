use super::{event, found};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn an_edit_reaches_those_who_hold_the_message() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("secret", "t", "one").await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let others = [server.client("othello").register(&[]).await, server.client("iago").register(&[]).await];
    let path = format!("/messages/{id}");
    let answer = hamlet.patch(&path, &[("content", "**two** @**Cordelia**")]).await.ok();
    assert_eq!(answer["detached_uploads"], json!([]));

    let events = cordelia.events().await;
    let update = event(&events, "update_message").expect("the edit");
    assert_eq!((&update["orig_content"], &update["content"]), (&json!("one"), &json!("**two** @**Cordelia**")));
    assert_eq!(update["orig_rendered_content"], "<p>one</p>");
    assert!(update["rendered_content"].as_str().expect("HTML").contains("<strong>two</strong>"));
    assert_eq!((&update["message_id"], &update["message_ids"]), (&json!(id), &json!([id])));
    assert_eq!((&update["user_id"], &update["rendering_only"]), (&json!(server.user_id("hamlet")), &json!(false)));
    assert_eq!((&update["stream_name"], &update["flags"]), (&json!("secret"), &json!(["mentioned"])));
    assert!(update.get("propagate_mode").is_none() && update["edit_timestamp"].is_i64());
    for other in &others {
        assert_eq!(other.kinds().await, [""; 0]);
    }
    let message = server.client("cordelia").get(&path, &[("apply_markdown", "false")]).await.ok()["message"].clone();
    assert_eq!((&message["content"], &message["flags"]), (&json!("**two** @**Cordelia**"), &json!(["mentioned"])));
    assert_eq!(message["edit_history"][0]["prev_content"], "one");
    assert!(message["last_edit_timestamp"].is_i64());
    let state = server.client("cordelia").register(&[]).await.state.clone();
    assert_eq!(state["unread_msgs"]["mentions"], json!([id]));
}

#[tokio::test]
async fn only_the_sender_edits_and_only_for_a_while() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("secret", "t", "one").await;
    let path = format!("/messages/{id}");
    let two = [("content", "two")];
    for name in ["cordelia"] {
        server.client(name).patch(&path, &two).await.refused(400, "You don't have permission to edit this message");
    }
    for name in ["othello", "desdemona"] {
        server.client(name).patch(&path, &two).await.refused(400, "Invalid message(s)");
    }
    hamlet.patch(&path, &[]).await.refused(400, "Nothing to change");
    let wrong = [("content", "two"), ("prev_content_sha256", "00")];
    hamlet.patch(&path, &wrong).await.refused_with_code(400, "EXPECTATION_MISMATCH");
    let hash = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
    hamlet.patch(&path, &[("content", "two"), ("prev_content_sha256", hash)]).await.done();
    hamlet.patch(&path, &[("content", " \n")]).await.done();
    let message = hamlet.get(&path, &[]).await.ok();
    assert_eq!(message["raw_content"], "(deleted)");
    server.clock.advance(700);
    hamlet.patch(&path, &two).await.refused(400, "The time limit for editing this message has passed");
    server.set_realm(|settings| settings.allow_message_editing = false).await;
    hamlet.patch(&path, &two).await.refused(400, "Your organization has turned off message editing");
}

#[tokio::test]
async fn a_mention_in_an_edit_opens_nothing() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("secret", "t", "one").await;
    hamlet.patch(&format!("/messages/{id}"), &[("content", "two @**Othello** @**Iago**")]).await.done();
    for name in ["othello", "iago"] {
        server.client(name).get(&format!("/messages/{id}"), &[]).await.refused(400, "Invalid message(s)");
    }
}

#[tokio::test]
async fn topics_move_as_asked() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let mut sent = Vec::new();
    for text in ["a", "b", "c", "d"] {
        sent.push(cordelia.send_to_channel("Denmark", "old", text).await);
    }
    let (iago, othello) = (server.client("iago").register(&[]).await, server.client("othello").register(&[]).await);
    let topic = async |name: &str| found(&hamlet, &json!([["channel", "Denmark"], ["topic", name]]).to_string()).await;
    let patch = async |id: i64, topic: &str, mode: &str| {
        let path = format!("/messages/{id}");
        let quiet = ("send_notification_to_new_thread", "false");
        hamlet.patch(&path, &[("topic", topic), ("propagate_mode", mode), quiet]).await.done();
    };
    patch(sent[3], "one", "change_one").await;
    assert_eq!((topic("old").await, topic("one").await), (sent[..3].to_vec(), vec![sent[3]]));
    let events = iago.events().await;
    let update = event(&events, "update_message").expect("the move");
    assert_eq!((&update["orig_subject"], &update["subject"]), (&json!("old"), &json!("one")));
    assert_eq!((&update["propagate_mode"], &update["message_ids"]), (&json!("change_one"), &json!([sent[3]])));
    assert!(update.get("content").is_none() && update["stream_id"] == json!(server.channel_id("Denmark")));
    assert_eq!(othello.kinds().await, [""; 0]);
    patch(sent[1], "later", "change_later").await;
    assert_eq!((topic("old").await, topic("later").await), (vec![sent[0]], sent[1..3].to_vec()));
    patch(sent[2], "✔ later", "change_all").await;
    // A message of the server's own says that the topic is done.
    assert_eq!((topic("later").await, topic("✔ later").await), (vec![], vec![sent[1], sent[2], sent[3] + 1]));
    let state = hamlet.register(&[]).await.state.clone();
    let topics: Vec<_> =
        state["unread_msgs"]["streams"].as_array().expect("a list").iter().map(|it| it["topic"].clone()).collect();
    assert_eq!(topics, ["old", "one", "✔ later"]);
    // The place survives a restart.
    let server = server.restart().await;
    let narrow = json!([["channel", "Denmark"], ["topic", "✔ later"]]).to_string();
    assert_eq!(found(&server.client("hamlet"), &narrow).await, [sent[1], sent[2], sent[3] + 1]);
}

#[tokio::test]
async fn what_does_not_move() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "one").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "two").await;
    let path = format!("/messages/{id}");
    let refused = hamlet.patch(&format!("/messages/{direct}"), &[("topic", "x")]).await;
    refused.refused(400, "Direct messages cannot have topics.");
    let secret = hamlet.send_to_channel("secret", "t", "three").await;
    let refused = server.client("othello").patch(&format!("/messages/{secret}"), &[("topic", "x")]).await;
    refused.refused(400, "Invalid message(s)");
    hamlet.patch(&path, &[("topic", "x"), ("propagate_mode", "some")]).await.refused(400, "Invalid propagate_mode");
    use tidings_core::state::groups::system;
    server.set_realm(|settings| settings.can_move_messages_between_topics_group = system::MODERATORS.into()).await;
    hamlet.patch(&path, &[("topic", "x")]).await.refused(400, "You don't have permission to edit this message");
    server.client("shiva").patch(&path, &[("topic", "x")]).await.done();
    // The topic it is in anyway is no move.
    hamlet.patch(&path, &[("topic", "X"), ("content", "four")]).await.done();
}

#[tokio::test]
async fn where_an_unreadable_message_is_cannot_be_found_out() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_channel("secret", "t", "one").await;
    let othello = server.client("othello");
    for channel in ["secret", "Denmark"] {
        let channel = server.channel_id(channel).to_string();
        let params = [("stream_id", channel.as_str()), ("topic", "x")];
        othello.patch(&format!("/messages/{id}"), &params).await.refused(400, "Invalid message(s)");
    }
}

#[tokio::test]
async fn a_message_carries_its_newest_edits_only_and_its_history_has_all() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "count", "0").await;
    for number in 1..=101 {
        hamlet.patch(&format!("/messages/{id}"), &[("content", &number.to_string())]).await.done();
    }
    let message = hamlet.get(&format!("/messages/{id}"), &[]).await.ok();
    let edits = message["message"]["edit_history"].as_array().expect("edits");
    assert_eq!((edits.len(), &edits[0]["prev_content"]), (100, &"100".into()));
    let history = hamlet.get(&format!("/messages/{id}/history"), &[]).await.ok();
    assert_eq!(history["message_history"].as_array().expect("versions").len(), 102);
}

#[tokio::test]
async fn a_content_and_a_topic_are_changed_by_one_event() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (first, second) =
        (hamlet.send_to_channel("secret", "old", "one two").await, hamlet.send_to_channel("secret", "old", "x").await);
    let cordelia = server.client("cordelia").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let both = [("content", "one 2"), ("topic", "new"), ("send_notification_to_new_thread", "false")];
    hamlet.patch(&format!("/messages/{first}"), &both).await.done();
    let events = cordelia.events().await;
    assert_eq!(events.len(), 1, "{events:?}");
    let update = &events[0];
    assert_eq!((&update["orig_content"], &update["content"]), (&json!("one two"), &json!("one 2")));
    assert_eq!((&update["orig_subject"], &update["subject"]), (&json!("old"), &json!("new")));
    assert_eq!((&update["message_ids"], &update["propagate_mode"]), (&json!([first]), &json!("change_one")));
    assert_eq!(othello.kinds().await, [""; 0]);

    let history = hamlet.get(&format!("/messages/{first}/history"), &[]).await.ok()["message_history"].clone();
    let versions = history.as_array().expect("versions");
    assert_eq!(versions.len(), 2, "{history}");
    assert_eq!((&versions[1]["prev_content"], &versions[1]["prev_topic"]), (&json!("one two"), &json!("old")));
    assert_eq!((&versions[0]["content"], &versions[0]["topic"]), (&json!("one two"), &json!("old")));
    assert_eq!(
        versions[1]["content_html_diff"],
        "<div><p>one <span class=\"highlight_text_inserted\">2</span>\
         <span class=\"highlight_text_deleted\">two</span></p></div>"
    );
    let message = hamlet.get(&format!("/messages/{first}"), &[]).await.ok()["message"].clone();
    assert_eq!(message["edit_history"].as_array().map(Vec::len), Some(1), "{message}");
    // Who sees moves only is not shown what it was.
    server.set_realm(|settings| settings.message_edit_history_visibility_policy = "moves".to_owned()).await;
    let history = hamlet.get(&format!("/messages/{first}/history"), &[]).await.ok()["message_history"].clone();
    assert_eq!((&history[1]["prev_topic"], history[1].get("prev_content")), (&json!("old"), None));
    assert!(!history.to_string().contains("one two"));

    // Where others move along, those who hold them may not hold this one: it is told for itself.
    let third = hamlet.send_to_channel("secret", "old", "three").await;
    cordelia.events().await;
    let all = [("content", "y"), ("topic", "newer"), ("propagate_mode", "change_all")];
    hamlet.patch(&format!("/messages/{second}"), &all).await.done();
    let events = cordelia.events().await;
    let updates: Vec<_> = events.iter().filter(|event| event["type"] == "update_message").collect();
    assert_eq!(updates.len(), 2, "{updates:?}");
    assert_eq!((&updates[0]["content"], updates[0].get("subject")), (&json!("y"), None));
    assert_eq!((&updates[1]["message_ids"], updates[1].get("content")), (&json!([second, third]), None));
}
