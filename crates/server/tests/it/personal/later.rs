//! Scheduled messages and reminders.

use super::{assert_silent, events, modern, without_id};
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, TestQueue};

/// Less than the time after which a queue that nobody asks is gone.
const SOON: i64 = 300;

/// Schedules a message to Denmark; returns its id.
async fn schedule(client: &TestClient, at: i64, more: &[(&str, &str)]) -> Value {
    let at = at.to_string();
    let channel = tidings_testkit::fixture::channel_id("Denmark").to_string();
    let usual = [("type", "channel"), ("to", &*channel), ("topic", "plans"), ("content", "*Later*")];
    let mut params: Vec<(&str, &str)> = vec![("scheduled_delivery_timestamp", &at)];
    params.extend(usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)));
    params.extend(more);
    client.post("/scheduled_messages", &params).await.ok()["scheduled_message_id"].clone()
}

/// Waits for events until one has this type; returns all of them, without ids.
async fn until(queue: &TestQueue, event_type: &str) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    while !found.iter().any(|event| event["type"] == event_type) {
        found.extend(queue.wait().await.iter().map(without_id));
    }
    found
}

fn soon(server: &TestServer) -> i64 {
    server.clock.now() + SOON
}

#[tokio::test]
async fn a_scheduled_message_is_sent_at_its_time_and_its_author_alone_knows_before() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let (own, other) = (modern(&hamlet).await, modern(&cordelia).await);
    let at = soon(&server);
    let id = schedule(&hamlet, at, &[]).await;
    let scheduled = json!({
        "scheduled_message_id": id, "type": "stream", "to": server.channel_id("Denmark"), "topic": "plans",
        "content": "*Later*", "rendered_content": "<p><em>Later</em></p>", "scheduled_delivery_timestamp": at,
        "failed": false,
    });
    let add = json!({ "type": "scheduled_messages", "op": "add", "scheduled_messages": [scheduled] });
    assert_eq!(events(&own).await, [add]);
    assert_eq!(hamlet.get("/scheduled_messages", &[]).await.ok()["scheduled_messages"], json!([scheduled]));
    assert_eq!(modern(&hamlet).await.state["scheduled_messages"], json!([scheduled]));
    assert_silent(&other).await;

    server.clock.advance(SOON);
    let told = until(&own, "message").await;
    let remove = json!({ "type": "scheduled_messages", "op": "remove", "scheduled_message_id": id });
    assert!(told.contains(&remove) || events(&own).await.contains(&remove));
    let told = until(&other, "message").await;
    let message = &told.iter().find(|event| event["type"] == "message").expect("a message")["message"];
    assert_eq!((&message["content"], &message["subject"]), (&json!("<p><em>Later</em></p>"), &json!("plans")));
    assert_eq!(message["sender_id"], json!(server.user_id("hamlet")));
    assert_eq!(modern(&hamlet).await.state["scheduled_messages"], json!([]));
    assert_eq!(modern(&cordelia).await.state["scheduled_messages"], json!([]));
}

#[tokio::test]
async fn a_scheduled_message_is_changed_and_taken_back_by_its_author_alone() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let own = modern(&hamlet).await;
    let at = soon(&server);
    let id = schedule(&hamlet, at, &[]).await;
    let path = format!("/scheduled_messages/{id}");
    hamlet.patch(&path, &[("topic", "other"), ("content", "Later **still**")]).await.done();
    let told = events(&own).await;
    let now = &told.last().expect("an event")["scheduled_message"];
    assert_eq!((&now["topic"], &now["content"]), (&json!("other"), &json!("Later **still**")));
    assert_eq!(now["rendered_content"], "<p>Later <strong>still</strong></p>");

    let to_iago = format!("[{}]", server.user_id("iago"));
    hamlet.patch(&path, &[("type", "direct"), ("to", &to_iago)]).await.done();
    let now = &events(&own).await[0]["scheduled_message"].clone();
    assert_eq!((&now["type"], &now["to"]), (&json!("private"), &json!([server.user_id("iago")])));
    assert!(now.get("topic").is_none());

    hamlet.patch(&path, &[]).await.refused(400, "Nothing to change");
    let text = "Recipient required when updating type of scheduled message.";
    hamlet.patch(&path, &[("type", "direct")]).await.refused(400, text);
    let text = "Topic required when updating scheduled message type to stream.";
    hamlet.patch(&path, &[("type", "channel"), ("to", "1")]).await.refused(400, text);
    let past = hamlet.patch(&path, &[("scheduled_delivery_timestamp", "1000")]).await;
    past.refused_with_code(400, "DELIVERY_TIME_NOT_IN_FUTURE");
    iago.patch(&path, &[("content", "x")]).await.refused(404, "Scheduled message does not exist");
    iago.delete(&path, &[]).await.refused(404, "Scheduled message does not exist");
    assert_silent(&own).await;

    hamlet.delete(&path, &[]).await.done();
    let remove = json!({ "type": "scheduled_messages", "op": "remove", "scheduled_message_id": id });
    assert_eq!(events(&own).await, [remove]);
    hamlet.delete(&path, &[]).await.refused_with_code(404, "BAD_REQUEST");
}

#[tokio::test]
async fn what_could_not_be_sent_cannot_be_scheduled() {
    let server = TestServer::start().await;
    let othello = server.client("othello");
    let at = soon(&server).to_string();
    let secret = server.channel_id("secret").to_string();
    let denmark = server.channel_id("Denmark").to_string();
    for (params, code) in [
        (
            [("type", "channel"), ("to", &*secret), ("content", "x"), ("scheduled_delivery_timestamp", &*at)],
            "STREAM_DOES_NOT_EXIST",
        ),
        (
            [("type", "direct"), ("to", "[4711]"), ("content", "x"), ("scheduled_delivery_timestamp", &*at)],
            "BAD_REQUEST",
        ),
        (
            [("type", "channel"), ("to", &*denmark), ("content", " "), ("scheduled_delivery_timestamp", &*at)],
            "BAD_REQUEST",
        ),
        (
            [("type", "channel"), ("to", &*denmark), ("content", "x"), ("scheduled_delivery_timestamp", "5")],
            "DELIVERY_TIME_NOT_IN_FUTURE",
        ),
    ] {
        othello.post("/scheduled_messages", &params).await.refused_with_code(400, code);
    }
    assert_eq!(othello.get("/scheduled_messages", &[]).await.ok()["scheduled_messages"], json!([]));
}

#[tokio::test]
async fn a_message_that_may_not_be_sent_any_more_fails_and_its_author_is_told() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let own = modern(&cordelia).await;
    let secret = server.channel_id("secret").to_string();
    let id = schedule(&cordelia, soon(&server), &[("to", &secret)]).await;
    cordelia.delete("/users/me/subscriptions", &[("subscriptions", r#"["secret"]"#)]).await.done();
    own.events().await;
    server.clock.advance(SOON);
    let told = until(&own, "message").await;
    let update = told.iter().find(|event| event["op"] == "update" && event["type"] == "scheduled_messages");
    assert_eq!(update.expect("it is told that it failed")["scheduled_message"]["failed"], true);
    let notice = told.iter().find(|event| event["type"] == "message").expect("a notice");
    assert_eq!(notice["message"]["type"], "private");
    assert!(notice["message"]["content"].as_str().is_some_and(|text| text.contains("could not be sent")));
    let listed = modern(&cordelia).await.state["scheduled_messages"].clone();
    assert_eq!((&listed[0]["scheduled_message_id"], &listed[0]["failed"]), (&id, &json!(true)));

    let path = format!("/scheduled_messages/{id}");
    let refused = cordelia.patch(&path, &[("content", "again")]).await;
    refused.refused_with_code(400, "DELIVERY_TIME_NOT_IN_FUTURE");
    let (denmark, at) = (server.channel_id("Denmark").to_string(), soon(&server).to_string());
    cordelia.patch(&path, &[("to", &denmark), ("scheduled_delivery_timestamp", &at)]).await.done();
    server.clock.advance(SOON);
    let told = until(&own, "message").await;
    let sent = told.iter().find(|event| event["type"] == "message").expect("it is sent");
    assert_eq!(sent["message"]["display_recipient"], "Denmark");
}

#[tokio::test]
async fn a_message_is_sent_once_after_a_restart_unless_it_would_be_too_late() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let at = soon(&server) + 1_200;
    schedule(&hamlet, at, &[("content", "in time")]).await;
    let late = schedule(&hamlet, at - 1_200, &[("content", "too late")]).await;
    let mut server = server;
    server.stop().await;
    server.clock.advance(SOON + 1_260);
    let server = server.restart().await;
    let hamlet = server.client("hamlet");
    let own = modern(&hamlet).await;
    // Either it was sent before the queue was registered, or the queue is told.
    let is_done = own.state["scheduled_messages"].as_array().is_some_and(|list| list.len() == 1);
    let is_told = |event: &Value| event["type"] == "scheduled_messages" && event["op"] == "remove";
    while !is_done && !own.wait().await.iter().any(is_told) {}
    let listed = modern(&hamlet).await.state["scheduled_messages"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!((&listed[0]["scheduled_message_id"], &listed[0]["failed"]), (&late, &json!(true)));
    let narrow = r#"[["channel", "Denmark"], ["topic", "plans"]]"#;
    let page = [("anchor", "newest"), ("num_before", "10"), ("num_after", "0"), ("narrow", narrow)];
    let sent = hamlet.get("/messages", &page).await.ok()["messages"].clone();
    let sent: Vec<&Value> = sent.as_array().expect("messages").iter().map(|message| &message["content"]).collect();
    assert_eq!(sent, ["<p>in time</p>"]);
}

#[tokio::test]
async fn a_reminder_quotes_the_message_to_who_asked_for_it() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let message = iago.send_to_channel("Denmark", "plans", "Remember @**all**!").await.to_string();
    let (own, other) = (modern(&hamlet).await, modern(&iago).await);
    let at = soon(&server);
    let params =
        [("message_id", &*message), ("scheduled_delivery_timestamp", &at.to_string()), ("note", "bring a skull")];
    let id = hamlet.post("/reminders", &params).await.ok()["reminder_id"].clone();
    let reminder = hamlet.get("/reminders", &[]).await.ok()["reminders"][0].clone();
    assert_eq!((&reminder["reminder_id"], &reminder["type"]), (&id, &json!("private")));
    assert_eq!(reminder["to"], json!([server.user_id("hamlet")]));
    assert_eq!(reminder["reminder_target_message_id"].to_string(), message);
    assert_eq!(events(&own).await, [json!({ "type": "reminders", "op": "add", "reminders": [reminder] })]);
    assert_eq!(modern(&hamlet).await.state["reminders"], json!([reminder]));

    let path = format!("/reminders/{id}");
    iago.delete(&path, &[]).await.refused(404, "Reminder does not exist");
    hamlet.delete(&format!("/scheduled_messages/{id}"), &[]).await.refused_with_code(404, "BAD_REQUEST");
    assert_silent(&other).await;

    server.clock.advance(SOON);
    let told = until(&own, "message").await;
    let sent = told.iter().find(|event| event["type"] == "message").expect("a reminder");
    let text = sent["message"]["content"].as_str().expect("a text");
    assert!(text.contains("bring a skull") && text.contains("Remember") && text.contains("plans"), "{text}");
    assert_eq!(sent["flags"], json!([]), "nobody is mentioned by what is quoted");
    assert_eq!(modern(&hamlet).await.state["reminders"], json!([]));
    assert!(other.events().await.iter().all(|event| event["type"] != "message"));
}

#[tokio::test]
async fn reminders_of_what_one_may_not_read_and_of_the_past_are_refused() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let hidden = hamlet.send_to_channel("secret", "plans", "Nobody knows").await.to_string();
    let at = soon(&server).to_string();
    let refused = othello.post("/reminders", &[("message_id", &hidden), ("scheduled_delivery_timestamp", &at)]).await;
    refused.refused(400, "Invalid message(s)");
    let past = hamlet.post("/reminders", &[("message_id", &hidden), ("scheduled_delivery_timestamp", "5")]).await;
    past.refused_with_code(400, "DELIVERY_TIME_NOT_IN_FUTURE");
    let note = "x".repeat(501);
    let params = [("message_id", &*hidden), ("scheduled_delivery_timestamp", &*at), ("note", &*note)];
    hamlet.post("/reminders", &params).await.refused(400, "Maximum reminder note length: 500 characters");
    hamlet.delete("/reminders/9999", &[]).await.refused(404, "Reminder does not exist");
}
