use super::event;
use serde_json::{Value, json};
use tidings_testkit::TestServer;

const VOTE: &str = r#"{"type":"vote","key":"canned,0","vote":1}"#;

#[tokio::test]
async fn a_poll_is_sent_and_voted_in() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let queues = [hamlet.register(&[]).await, cordelia.register(&[]).await];
    let outside = server.client("othello").register(&[]).await;
    let id = hamlet.send_to_channel("secret", "t", "/poll Lunch?\n- soup\n- bread").await;
    let events = queues[1].events().await;
    let first = event(&events, "message").expect("the poll")["message"]["submessages"][0].clone();
    assert_eq!((&first["message_id"], &first["sender_id"]), (&json!(id), &json!(server.user_id("hamlet"))));
    assert_eq!(first["msg_type"], "widget");
    let content: Value = serde_json::from_str(first["content"].as_str().expect("text")).expect("JSON");
    let data = json!({ "question": "Lunch?", "options": ["soup", "bread"] });
    assert_eq!(content, json!({ "widget_type": "poll", "extra_data": data }));

    let id_text = id.to_string();
    let vote = |content| [("message_id", id_text.as_str()), ("msg_type", "widget"), ("content", content)];
    cordelia.post("/submessage", &vote(VOTE)).await.done();
    let events = queues[0].events().await;
    let added = event(&events, "submessage").expect("the vote");
    assert_eq!((&added["message_id"], &added["content"]), (&json!(id), &json!(VOTE)));
    assert_eq!((&added["sender_id"], &added["msg_type"]), (&json!(server.user_id("cordelia")), &json!("widget")));
    assert!(added["submessage_id"].as_i64() > first["id"].as_i64());
    assert!(outside.kinds().await.iter().all(|kind| kind == "stream/update"));

    server.client("othello").post("/submessage", &vote(VOTE)).await.refused(400, "Invalid message(s)");
    cordelia.post("/submessage", &vote("vote")).await.refused(400, "Invalid json for submessage");
    cordelia.post("/submessage", &vote(r#"{"type":"vote"}"#)).await.refused(400, "key key is missing from poll data");
    let question = r#"{"type":"question","question":"Dinner?"}"#;
    let refused = cordelia.post("/submessage", &vote(question)).await;
    refused.refused(400, "You can't edit a question unless you are the author.");
    hamlet.post("/submessage", &vote(question)).await.done();
    let refused = hamlet.patch(&format!("/messages/{id}"), &[("content", "no poll")]).await;
    refused.refused(400, "Widgets cannot be edited.");
    // Everything survives a restart, in order, and goes with the message.
    let server = server.restart().await;
    let message = server.client("cordelia").get(&format!("/messages/{id}"), &[]).await.ok();
    let contents: Vec<&Value> =
        message["message"]["submessages"].as_array().expect("a list").iter().map(|part| &part["content"]).collect();
    assert_eq!(contents[1..], [&json!(VOTE), &json!(question)]);
    server.client("iago").delete(&format!("/messages/{id}"), &[]).await.refused(400, "Invalid message(s)");
    server.client("hamlet").delete(&format!("/messages/{id}"), &[]).await.done();
}

#[tokio::test]
async fn a_plain_message_gets_parts_from_its_author_only() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let id = hamlet.send_to_channel("secret", "t", "plain").await.to_string();
    let params = [("message_id", id.as_str()), ("msg_type", "whatever"), ("content", "{}")];
    let refused = cordelia.post("/submessage", &params).await;
    refused.refused(400, "You cannot attach a submessage to this message.");
    hamlet.post("/submessage", &params).await.done();
    cordelia.post("/submessage", &params).await.done();
    let widget = r#"{"widget_type":"todo","extra_data":{"task_list_title":"t","tasks":[]}}"#;
    let send = [("type", "channel"), ("to", "secret"), ("topic", "t"), ("content", "x"), ("widget_content", widget)];
    let id = hamlet.post("/messages", &send).await.ok()["id"].to_string();
    let task = r#"{"type":"new_task","key":2,"task":"a","desc":"","completed":false}"#;
    let params = |content| [("message_id", id.as_str()), ("msg_type", "widget"), ("content", content)];
    cordelia.post("/submessage", &params(task)).await.done();
    cordelia.post("/submessage", &params(VOTE)).await.refused(400, "Unknown type for todo data: vote");
    let send = [("type", "channel"), ("to", "secret"), ("topic", "t"), ("content", "x"), ("widget_content", "{")];
    hamlet.post("/messages", &send).await.refused(400, "Widgets: API programmer sent invalid JSON content");
}

#[tokio::test]
async fn all_parts_of_a_message_together_are_bounded() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "/poll Lunch?").await.to_string();
    let part = json!({ "type": "new_option", "idx": 1, "option": "x".repeat(9_000) }).to_string();
    let add = async || {
        let part = [("message_id", id.as_str()), ("msg_type", "widget"), ("content", part.as_str())];
        hamlet.post("/submessage", &part).await
    };
    for _ in 0..28 {
        add().await.done();
    }
    let mut last = add().await;
    if last.status == 200 {
        last = add().await;
    }
    last.refused(400, "Too many submessages");
}
