use super::delete_topic::send_many;
use super::event;
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, TestClient};

async fn flag(client: &TestClient, op: &str, flag: &str, ids: &[i64]) -> Reply {
    let ids = json!(ids).to_string();
    client.post("/messages/flags", &[("messages", ids.as_str()), ("op", op), ("flag", flag)]).await
}

async fn unread(client: &TestClient) -> Value {
    client.register(&[]).await.state["unread_msgs"].clone()
}

#[tokio::test]
async fn reading_is_told_to_oneself_only() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let (one, two) = (
        cordelia.send_to_channel("secret", "t", "one").await,
        cordelia.send_to_users(&[server.user_id("hamlet")], "two").await,
    );
    let hamlet = server.client("hamlet");
    let (queue, other) = (hamlet.register(&[]).await, cordelia.register(&[]).await);
    assert_eq!(unread(&hamlet).await["count"], 2);
    let answer = flag(&hamlet, "add", "read", &[one, two]).await.ok();
    assert_eq!(answer["messages"], json!([one, two]));
    let answer = flag(&hamlet, "add", "read", &[one]).await.ok();
    assert_eq!(answer["messages"], json!([]));
    let mut events = queue.events().await;
    assert_eq!(events.len(), 1);
    events[0]["id"].take();
    let expect = json!({"type": "update_message_flags", "op": "add", "operation": "add", "flag": "read", "messages": [one, two], "all": false, "id": null});
    assert_eq!(events[0], expect);
    assert_eq!(unread(&hamlet).await["count"], 0);

    let answer = flag(&hamlet, "remove", "read", &[one, two]).await.ok();
    assert_eq!(answer["ignored_because_not_subscribed_channels"], json!([]));
    let events = queue.events().await;
    let details = &events[0]["message_details"];
    let channel = server.channel_id("secret");
    assert_eq!(
        details[one.to_string()],
        json!({"type": "stream", "stream_id": channel, "topic": "t", "unmuted_stream_msg": true})
    );
    assert_eq!(details[two.to_string()], json!({"type": "private", "user_ids": [server.user_id("cordelia")]}));
    let state = unread(&hamlet).await;
    assert_eq!(state["streams"][0]["unread_message_ids"], json!([one]));
    assert_eq!(state["pms"][0]["unread_message_ids"], json!([two]));
    assert_eq!(other.kinds().await, [""; 0]);
}

#[tokio::test]
async fn starring_what_one_never_received() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_channel("Denmark", "t", "one").await;
    let othello = server.client("othello");
    let queue = othello.register(&[]).await;
    assert_eq!(flag(&othello, "add", "read", &[id]).await.ok()["messages"], json!([]));
    flag(&othello, "add", "starred", &[id]).await.done();
    let events = queue.events().await;
    let told = event(&events, "update_message_flags").expect("the star");
    assert_eq!((&told["flag"], &told["messages"], events.len()), (&json!("starred"), &json!([id]), 1));
    let message = othello.get(&format!("/messages/{id}"), &[]).await.ok()["message"].clone();
    assert_eq!(message["flags"], json!(["read", "starred", "historical"]));
    assert_eq!(othello.register(&[]).await.state["starred_messages"], json!([id]));
    flag(&othello, "remove", "starred", &[id]).await.done();
    assert_eq!(othello.register(&[]).await.state["starred_messages"], json!([]));
    let server = server.restart().await;
    assert_eq!(super::found(&server.client("othello"), "[]").await, [id]);
}

#[tokio::test]
async fn refuses_foreign_messages_and_other_flags() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let secret = hamlet.send_to_channel("secret", "t", "one").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "two").await;
    let public = hamlet.send_to_channel("Denmark", "t", "three").await;
    let iago = server.client("iago");
    for ids in [&[secret][..], &[direct], &[public, direct], &[999]] {
        for (op, name) in [("remove", "read"), ("add", "starred"), ("add", "collapsed")] {
            flag(&iago, op, name, ids).await.refused(400, "Invalid message(s)");
        }
    }
    flag(&hamlet, "add", "mentioned", &[public]).await.refused(400, "Flag not editable: 'mentioned'");
    flag(&hamlet, "add", "shiny", &[public]).await.refused(400, "Invalid flag: 'shiny'");
    flag(&hamlet, "flip", "read", &[public]).await.refused(400, "Invalid op");
}

#[tokio::test]
async fn what_is_gone_meanwhile_does_not_keep_the_rest_unread() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let mut ids = Vec::new();
    for text in ["a", "b", "c"] {
        ids.push(cordelia.send_to_channel("Denmark", "t", text).await);
    }
    let elsewhere = cordelia.send_to_users(&[server.user_id("othello")], "psst").await;
    let asked = [ids[0], ids[1], ids[2], elsewhere, 999];
    flag(&hamlet, "add", "starred", &ids).await.done();
    server.client("iago").delete(&format!("/messages/{}", ids[1]), &[]).await.done();
    let left = json!([ids[0], ids[2]]);
    assert_eq!(flag(&hamlet, "add", "read", &asked).await.ok()["messages"], left);
    assert_eq!(flag(&hamlet, "remove", "starred", &asked).await.ok()["messages"], left);
    assert_eq!(unread(&hamlet).await["count"], 0);
}

#[tokio::test]
async fn much_is_marked_in_parts_the_newest_first() {
    let server = TestServer::start().await;
    let ids = send_many(&server, 12_000).await;
    let cordelia = server.client("cordelia");
    let queue = cordelia.register(&[("event_types", r#"["update_message_flags"]"#)]).await;
    let topic = [("stream_id", "1"), ("topic_name", "long")];
    cordelia.post("/mark_topic_as_read", &topic).await.done();
    let told: Vec<Value> = queue.events().await.iter().map(|event| event["messages"].clone()).collect();
    assert_eq!(told, [json!(ids[2_000..]), json!(ids[..2_000])]);
    let all = server.client("shiva").post("/mark_all_as_read", &[]).await.ok();
    assert_eq!(all["complete"], true);
    for name in ["cordelia", "shiva"] {
        assert_eq!(unread(&server.client(name)).await["count"], 0, "{name}");
    }
    // Who leaves is told of much in parts, too.
    let iago = server.client("iago");
    let queue = iago.register(&[("event_types", r#"["update_message_flags"]"#)]).await;
    iago.delete("/users/me/subscriptions", &[("subscriptions", r#"["Denmark"]"#)]).await.done();
    let told: Vec<usize> =
        queue.events().await.iter().map(|event| event["messages"].as_array().unwrap().len()).collect();
    assert_eq!(told, [10_000, 2_000]);
}

#[tokio::test]
async fn a_page_of_a_narrow() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(cordelia.send_to_channel("Denmark", "t", &number.to_string()).await);
        cordelia.send_to_channel("Denmark", "other", "noise").await;
    }
    let hamlet = server.client("hamlet");
    flag(&hamlet, "add", "read", &ids[..1]).await.done();
    let queue = hamlet.register(&[]).await;
    let narrow = r#"[["channel", "Denmark"], ["topic", "t"]]"#;
    let post = async |anchor: &str, after: &str| {
        let params = [
            ("anchor", anchor),
            ("num_before", "0"),
            ("num_after", after),
            ("narrow", narrow),
            ("op", "add"),
            ("flag", "read"),
        ];
        hamlet.post("/messages/flags/narrow", &params).await
    };
    let mut answer = post("oldest", "3").await.ok();
    let brief = |answer: &mut Value| {
        ["processed_count", "updated_count", "first_processed_id", "last_processed_id", "found_oldest", "found_newest"]
            .map(|name| answer[name].take())
    };
    assert_eq!(brief(&mut answer), [json!(3), json!(2), json!(ids[0]), json!(ids[2]), json!(true), json!(false)]);
    let mut answer = post(&ids[2].to_string(), "10").await.ok();
    assert_eq!(brief(&mut answer), [json!(3), json!(2), json!(ids[2]), json!(ids[4]), json!(false), json!(true)]);
    let told: Vec<Value> = queue.events().await.iter().map(|event| event["messages"].clone()).collect();
    assert_eq!(told, [json!(ids[1..3]), json!(ids[3..5])]);
    let mut answer = post("newest", "10").await.ok();
    assert_eq!(brief(&mut answer), [json!(0), json!(0), json!(null), json!(null), json!(false), json!(true)]);
    let state = unread(&hamlet).await;
    assert_eq!((&state["count"], &state["streams"][0]["topic"]), (&json!(5), &json!("other")));
    // What is more than the server changes at once is for the next request.
    let mut answer = post("oldest", "5001").await.ok();
    assert_eq!(brief(&mut answer)[..2], [json!(5), json!(0)]);
}

#[tokio::test]
async fn everything_at_once() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let a = cordelia.send_to_channel("Denmark", "a", "one").await;
    let b = cordelia.send_to_channel("Denmark", "b", "two").await;
    let c = cordelia.send_to_channel("secret", "c", "three").await;
    let d = cordelia.send_to_users(&[server.user_id("hamlet")], "four").await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[]).await;
    let channel = server.channel_id("Denmark").to_string();
    let topic = [("stream_id", channel.as_str()), ("topic_name", "A")];
    hamlet.post("/mark_topic_as_read", &topic).await.done();
    let missing = [("stream_id", channel.as_str()), ("topic_name", "zzz")];
    hamlet.post("/mark_topic_as_read", &missing).await.refused(400, "No such topic 'zzz'");
    hamlet.post("/mark_stream_as_read", &[("stream_id", channel.as_str())]).await.done();
    let secret = server.channel_id("secret").to_string();
    server
        .client("othello")
        .post("/mark_stream_as_read", &[("stream_id", secret.as_str())])
        .await
        .refused(400, "Invalid channel ID");
    let answer = hamlet.post("/mark_all_as_read", &[]).await.ok();
    assert_eq!(answer["complete"], true);
    hamlet.post("/mark_all_as_read", &[]).await.done();
    let told: Vec<Value> = queue.events().await.iter().map(|event| event["messages"].clone()).collect();
    assert_eq!(told, [json!([a]), json!([b]), json!([c, d])]);
    assert_eq!(unread(&hamlet).await["count"], 0);
}

#[tokio::test]
async fn more_than_is_marked_at_once_is_marked_in_parts() {
    let server = TestServer::start().await;
    let sent = send_many(&server, 10_005).await;
    let (cordelia, shiva) = (server.client("cordelia"), server.client("shiva"));
    let kinds = [("event_types", r#"["update_message_flags","muted_users"]"#)];
    let (muting, marking) = (cordelia.register(&kinds).await, shiva.register(&kinds).await);
    cordelia.post(&format!("/users/me/muted_users/{}", server.user_id("hamlet")), &[]).await.done();
    let answer = shiva.post("/mark_all_as_read", &[]).await.ok();
    assert_eq!(answer["complete"], true);
    for (queue, more) in [(muting, 1), (marking, 0)] {
        let events = queue.events().await;
        let (parts, rest) = events.split_at(events.len() - more);
        let mut marked: Vec<u64> = parts
            .iter()
            .flat_map(|event| event["messages"].as_array().expect("ids"))
            .filter_map(Value::as_u64)
            .collect();
        // The newest come first.
        assert_eq!(parts[0]["messages"][0], json!(sent[5]));
        marked.sort_unstable();
        assert_eq!(marked, sent.iter().map(|id| u64::from(id.0)).collect::<Vec<_>>());
        assert_eq!((parts.len(), rest.iter().all(|event| event["type"] == "muted_users")), (2, true));
    }
    for client in [cordelia, shiva] {
        assert_eq!(unread(&client).await["count"], 0);
    }
}
