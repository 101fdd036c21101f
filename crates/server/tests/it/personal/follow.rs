use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, kind};

async fn settings(client: &TestClient, follow: &str, unmute: &str) {
    let params = [
        ("automatically_follow_topics_policy", follow),
        ("automatically_unmute_topics_in_muted_streams_policy", unmute),
    ];
    client.patch("/settings", &params).await.done();
}

async fn send(client: &TestClient, topic: &str) -> Value {
    let params = [("type", "channel"), ("to", "Denmark"), ("topic", topic), ("content", "hello")];
    client.post("/messages", &params).await.ok()
}

fn policy(sent: &Value) -> Value {
    sent["automatic_new_visibility_policy"].clone()
}

#[tokio::test]
async fn topics_are_followed_by_beginning_sending_or_taking_part() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let other = send(&cordelia, "of cordelia").await["id"].to_string();
    let queue = hamlet.register(&[("event_types", r#"["user_topic","message","reaction"]"#)]).await;
    let others = cordelia.register(&[("event_types", r#"["user_topic"]"#)]).await;
    let react = async |name: &str| {
        hamlet.post(&format!("/messages/{other}/reactions"), &[("emoji_name", name)]).await.done();
    };

    settings(&hamlet, "3", "4").await;
    assert_eq!(policy(&send(&hamlet, "new").await), json!(3));
    let events = queue.events().await;
    assert_eq!(events.iter().map(kind).collect::<Vec<_>>(), ["user_topic", "message"]);
    assert_eq!((&events[0]["topic_name"], &events[0]["visibility_policy"]), (&json!("new"), &json!(3)));
    assert_eq!(policy(&send(&hamlet, "NEW").await), Value::Null, "followed already");
    assert_eq!(policy(&send(&hamlet, "of cordelia").await), Value::Null, "somebody else began it");
    react("tada").await;
    assert_eq!(queue.kinds().await, ["message", "message", "reaction/add"]);

    settings(&hamlet, "2", "4").await;
    react("heart").await;
    assert_eq!(queue.kinds().await, ["reaction/add"]);
    assert_eq!(policy(&send(&hamlet, "of cordelia").await), json!(3));

    let poll = [("type", "channel"), ("to", "Denmark"), ("topic", "polls"), ("content", "/poll Tea?\nYes")];
    let poll = cordelia.post("/messages", &poll).await.ok()["id"].to_string();
    settings(&hamlet, "1", "4").await;
    queue.events().await;
    let vote = [
        ("message_id", poll.as_str()),
        ("msg_type", "widget"),
        ("content", r#"{"type":"vote","key":"canned,0","vote":1}"#),
    ];
    hamlet.post("/submessage", &vote).await.done();
    assert_eq!(queue.events().await.iter().filter(|event| event["topic_name"] == "polls").count(), 1);

    settings(&hamlet, "4", "4").await;
    assert_eq!(policy(&send(&hamlet, "fourth").await), Value::Null);
    assert!(others.events().await.is_empty(), "it is nobody else's business");
    let fresh = hamlet.register(&[("fetch_event_types", r#"["user_topic"]"#)]).await.state;
    let followed: Vec<&Value> =
        fresh["user_topics"].as_array().unwrap().iter().map(|topic| &topic["topic_name"]).collect();
    assert_eq!(followed.len(), 3, "{followed:?}");
}

#[tokio::test]
async fn topics_of_muted_channels_are_unmuted_and_what_is_followed_stays_so() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    settings(&hamlet, "4", "2").await;
    assert_eq!(policy(&send(&hamlet, "before").await), Value::Null, "the channel is not muted");
    let mute = r#"[{"stream_id":1,"property":"is_muted","value":true}]"#;
    hamlet.post("/users/me/subscriptions/properties", &[("subscription_data", mute)]).await.done();
    assert_eq!(policy(&send(&hamlet, "t").await), json!(2));
    let choose = async |topic: &str, policy: &str| {
        let params = [("stream_id", "1"), ("topic", topic), ("visibility_policy", policy)];
        hamlet.post("/user_topics", &params).await.done();
    };
    choose("followed", "3").await;
    assert_eq!(policy(&send(&hamlet, "followed").await), Value::Null);
    choose("muted", "1").await;
    assert_eq!(policy(&send(&hamlet, "muted").await), json!(2), "who writes there wants to see the answer");
    settings(&hamlet, "2", "2").await;
    assert_eq!(policy(&send(&hamlet, "t").await), json!(3), "following is more");
    let direct = [("type", "direct"), ("to", "[5]"), ("content", "hello")];
    assert_eq!(policy(&hamlet.post("/messages", &direct).await.ok()), Value::Null);
    settings(&server.client("cordelia"), "1", "4").await;
}

#[tokio::test]
async fn topics_are_followed_by_who_is_mentioned_unless_they_muted_them() {
    let server = TestServer::start().await;
    let members = [("name", "court"), ("description", ""), ("members", "[4,5]")];
    server.client("hamlet").post("/user_groups/create", &members).await.done();
    for who in ["hamlet", "cordelia", "shiva"] {
        let params = [("automatically_follow_topics_where_mentioned", "true")];
        server.client(who).patch("/settings", &params).await.done();
    }
    let mute = [("stream_id", "1"), ("topic", "t"), ("visibility_policy", "1")];
    server.client("cordelia").post("/user_topics", &mute).await.done();
    let types = [("event_types", r#"["user_topic"]"#)];
    let mut queues = Vec::new();
    for who in ["hamlet", "cordelia", "shiva", "desdemona"] {
        queues.push(server.client(who).register(&types).await);
    }
    let told = async || {
        let mut told = Vec::new();
        for queue in &queues {
            told.push(queue.events().await.len());
        }
        told
    };
    let iago = server.client("iago");
    iago.send_to_channel("Denmark", "t", "@**Hamlet** @**Desdemona** @_**Shiva** @**Hamletbot**").await;
    assert_eq!(told().await, [1, 0, 0, 0], "silently named, or not wanting it");
    iago.send_to_channel("Denmark", "t", "@**Hamlet** @**Cordelia** @**all**").await;
    assert_eq!(told().await, [0, 0, 0, 0], "followed already, muted, and everybody is nobody in particular");
    iago.send_to_channel("Denmark", "other", "@*court*").await;
    assert_eq!(told().await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn where_history_is_hidden_only_what_one_knows_makes_a_topic_old() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    hamlet.send_to_channel("secret", "plans", "before othello").await;
    let to = [("subscriptions", r#"[{"name":"secret"}]"#), ("principals", "[6]")];
    hamlet.post("/users/me/subscriptions", &to).await.done();
    settings(&othello, "3", "4").await;
    let params = [("type", "channel"), ("to", "secret"), ("topic", "plans"), ("content", "hello")];
    assert_eq!(policy(&othello.post("/messages", &params).await.ok()), json!(3), "as if it were new");
    hamlet.send_to_channel("secret", "more", "with othello").await;
    let params = [("type", "channel"), ("to", "secret"), ("topic", "more"), ("content", "hello")];
    assert_eq!(policy(&othello.post("/messages", &params).await.ok()), Value::Null);
}

#[tokio::test]
async fn who_is_not_subscribed_follows_nothing_by_taking_part() {
    let server = TestServer::start().await;
    let (othello, cordelia) = (server.client("othello"), server.client("cordelia"));
    let id = send(&cordelia, "of cordelia").await["id"].to_string();
    settings(&othello, "1", "4").await;
    othello.post(&format!("/messages/{id}/reactions"), &[("emoji_name", "tada")]).await.done();
    assert_eq!(othello.register(&[]).await.state["user_topics"], json!([]));
    assert_eq!(policy(&send(&othello, "of cordelia").await), json!(3), "who sends follows");
}

#[tokio::test]
async fn whose_message_begins_a_topic_by_being_moved_follows_it() {
    let server = TestServer::start().await;
    let (hamlet, cordelia, iago) = (server.client("hamlet"), server.client("cordelia"), server.client("iago"));
    settings(&cordelia, "3", "4").await;
    settings(&iago, "2", "4").await;
    send(&hamlet, "lunch").await;
    let of_cordelia = send(&cordelia, "lunch").await["id"].to_string();
    let of_iago = send(&iago, "lunch").await["id"].to_string();
    let again = send(&cordelia, "lunch").await["id"].to_string();
    send(&hamlet, "lunch").await;
    let queue = cordelia.register(&[("event_types", r#"["user_topic"]"#)]).await;
    let other = iago.register(&[("event_types", r#"["user_topic"]"#)]).await;
    let quiet = ("send_notification_to_new_thread", "false");
    for (id, topic) in [(&of_cordelia, "dinner"), (&of_iago, "tea"), (&again, "dinner")] {
        hamlet
            .patch(&format!("/messages/{id}"), &[("topic", topic), ("propagate_mode", "change_one"), quiet])
            .await
            .done();
    }
    let told: Vec<(Value, Value)> = queue
        .events()
        .await
        .iter()
        .map(|event| (event["topic_name"].clone(), event["visibility_policy"].clone()))
        .collect();
    assert_eq!(told, [(json!("dinner"), json!(3))]);
    assert_eq!(other.kinds().await, [""; 0], "only who follows what they begin");
}
