use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn reaches_subscribers_and_nobody_else() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let id = server.client("hamlet").send_to_channel("secret", "plans", "the **play**").await;

    let events = cordelia.events().await;
    let message = events.iter().find(|event| event["type"] == "message").expect("the message");
    assert_eq!(message["message"]["id"], id);
    assert_eq!(message["message"]["content"], "the **play**");
    assert_eq!(message["message"]["display_recipient"], "secret");
    assert_eq!(message["flags"], json!([]));
    assert_eq!(othello.kinds().await, [""; 0]);
}

#[tokio::test]
async fn direct_messages_reach_all_participants() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let cordelia = server.client("cordelia").register(&[("apply_markdown", "true")]).await;
    let iago = server.client("iago").register(&[]).await;
    server.client("hamlet").send_to_users(&[server.user_id("cordelia")], "*hello*").await;

    assert_eq!(hamlet.kinds().await, ["message"]);
    let events = cordelia.events().await;
    assert_eq!(events[0]["message"]["content"], "<p><em>hello</em></p>");
    assert_eq!(events[0]["message"]["type"], "private");
    assert_eq!(iago.kinds().await, [""; 0]);
}

#[tokio::test]
async fn the_sending_queue_gets_its_local_id_back() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (sending, other) = (hamlet.register(&[]).await, hamlet.register(&[]).await);
    let params = [
        ("type", "stream"),
        ("to", "Denmark"),
        ("subject", "t"),
        ("content", "hi"),
        ("queue_id", sending.id.as_str()),
        ("local_id", "77.01"),
    ];
    hamlet.post("/messages", &params).await.done();
    let of = |events: Vec<serde_json::Value>| {
        events.into_iter().find(|event| event["type"] == "message").map(|event| event["local_message_id"].clone())
    };
    assert_eq!(of(sending.events().await), Some(json!("77.01")));
    assert_eq!(of(other.events().await), Some(json!(null)));
}

#[tokio::test]
async fn refuses_what_cannot_be_sent() {
    let server = TestServer::start().await;
    let othello = server.client("othello");
    let send = async |to: &str, content: &str| {
        othello.post("/messages", &[("type", "channel"), ("to", to), ("topic", "t"), ("content", content)]).await
    };
    send("Denmark", "  \n").await.refused(400, "Message must not be empty");
    send("nowhere", "x").await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    // That a private channel exists is not told.
    send("secret", "x").await.refused(400, "Channel 'secret' does not exist");
    let direct = async |to: &str| othello.post("/messages", &[("type", "direct"), ("to", to), ("content", "x")]).await;
    direct("[999]").await.refused(400, "Invalid user ID 999");
    direct("[]").await.refused(400, "Message must have recipients!");
    direct("nobody@example.com").await.refused(400, "Invalid email 'nobody@example.com'");
    let polonius = server.client("polonius");
    let guest =
        polonius.post("/messages", &[("type", "channel"), ("to", "Verona"), ("topic", "t"), ("content", "x")]).await;
    guest.refused(400, "Channel 'Verona' does not exist");
}
