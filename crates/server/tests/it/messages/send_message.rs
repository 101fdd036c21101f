use serde_json::json;
use tidings_core::limits;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

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

#[tokio::test]
async fn who_reads_the_history_of_a_channel_may_send_there() {
    let server = TestServer::start().await;
    let (iago, othello, polonius) = (server.client("iago"), server.client("othello"), server.client("polonius"));
    let may_join = json!({"direct_members": [server.user_id("othello")], "direct_subgroups": []}).to_string();
    let params = |name: &str, shown: &'static str| {
        let channel = json!([{"name": name}]).to_string();
        [
            ("subscriptions", channel),
            ("invite_only", "true".to_owned()),
            ("history_public_to_subscribers", shown.to_owned()),
        ]
    };
    for (name, shown) in [("open book", "true"), ("closed book", "false")] {
        let params = params(name, shown);
        let mut params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        params.push(("can_subscribe_group", may_join.as_str()));
        iago.post("/users/me/subscriptions", &params).await.done();
    }
    let send = async |client: &TestClient, to: &str| {
        client.post("/messages", &[("type", "channel"), ("to", to), ("topic", "t"), ("content", "x")]).await
    };
    send(&othello, "open book").await.done();
    send(&othello, "closed book").await.refused(400, "Not authorized to send to channel 'closed book'");
    send(&server.client("hamlet"), "open book").await.refused(400, "Channel 'open book' does not exist");
    send(&polonius, "web").await.done();
    send(&polonius, "Verona").await.refused(400, "Channel 'Verona' does not exist");
}

#[tokio::test]
async fn who_takes_part_in_a_topic_can_be_mentioned_together() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let mut people = Vec::new();
    for n in 0..limits::WILDCARD_FREE_SUBSCRIBERS_MAX {
        let (email, name) = (format!("extra{n}@example.com"), format!("Extra {n}"));
        let params = [("email", email.as_str()), ("password", "correct horse"), ("full_name", name.as_str())];
        people.push(server.client("iago").post("/users", &params).await.ok()["user_id"].clone());
    }
    let users = json!(people).to_string();
    let join = [("subscriptions", r#"[{"name":"Denmark"}]"#), ("principals", users.as_str())];
    server.client("iago").post("/users/me/subscriptions", &join).await.done();
    let first = hamlet.send_to_channel("Denmark", "lunch", "one").await;
    cordelia.post(&format!("/messages/{first}/reactions"), &[("emoji_name", "heart")]).await.done();
    server.client("shiva").send_to_channel("Denmark", "dinner", "two").await;
    let (own, reactor) = (hamlet.register(&[]).await, cordelia.register(&[]).await);
    let other = server.client("shiva").register(&[]).await;
    let mention =
        |content: &'static str| [("type", "channel"), ("to", "Denmark"), ("topic", "lunch"), ("content", content)];
    hamlet.post("/messages", &mention("@**topic** hello")).await.done();
    for (queue, is_mentioned) in [(&own, true), (&reactor, true), (&other, false)] {
        let events = queue.events().await;
        let flags = events[0]["flags"].as_array().expect("a message").clone();
        assert_eq!(flags.contains(&json!("topic_wildcard_mentioned")), is_mentioned, "{flags:?}");
    }
    let all = hamlet.post("/messages", &mention("@**all** hello")).await;
    all.refused_with_code(400, "STREAM_WILDCARD_MENTION_NOT_ALLOWED");
    for n in 0..limits::WILDCARD_FREE_SUBSCRIBERS_MAX {
        let email = format!("extra{n}@example.com");
        let login = [("username", email.as_str()), ("password", "correct horse")];
        let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].as_str().unwrap().to_owned();
        let person = server.client_with(&email, &key);
        person.post("/messages", &mention("me too")).await.done();
    }
    let many = hamlet.post("/messages", &mention("@**topic** hello")).await;
    many.refused_with_code(400, "TOPIC_WILDCARD_MENTION_NOT_ALLOWED");
}

#[tokio::test]
async fn people_are_mentioned_where_they_get_the_message_and_bots_where_they_may_read() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    for name in ["hamlet", "iago"] {
        let join = [("subscriptions", r#"[{"name":"Verona"}]"#)];
        server.client(name).post("/users/me/subscriptions", &join).await.done();
    }
    let bot = server.client("hamletbot").register(&[("event_types", r#"["message"]"#)]).await;
    let messages = [("event_types", r#"["message","update_message_flags"]"#)];
    let (outside, inside) = (cordelia.register(&messages).await, server.client("iago").register(&messages).await);
    let id = hamlet.send_to_channel("Verona", "t", "@**Cordelia** @**Iago** @**Hamletbot**").await;
    assert_eq!(outside.kinds().await, [""; 0]);
    assert_eq!(cordelia.register(&[]).await.state["unread_msgs"]["count"], 0);
    for queue in [inside, bot] {
        let events = queue.events().await;
        assert_eq!((&events[0]["message"]["id"], &events[0]["flags"]), (&json!(id), &json!(["mentioned"])));
    }
    let html = cordelia.get(&format!("/messages/{id}"), &[]).await.ok()["message"]["content"].clone();
    assert!(html.as_str().is_some_and(|html| html.contains(r#"data-user-id="5""#)), "they are shown as mentioned");
}
