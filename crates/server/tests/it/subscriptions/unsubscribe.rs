use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

const NONE: [&str; 0] = [];
const PATH: &str = "/users/me/subscriptions";

#[tokio::test]
async fn oneself() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let answer = server.client("hamlet").delete(PATH, &[("subscriptions", r#"["Denmark", "Verona"]"#)]).await.ok();
    assert_eq!((&answer["removed"], &answer["not_removed"]), (&json!(["Denmark"]), &json!(["Verona"])));
    let events = hamlet.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["subscriptions"], json!([{"stream_id": 1, "name": "Denmark"}]));
    let events = othello.events().await;
    assert_eq!((&events[0]["op"], &events[0]["stream_ids"]), (&json!("peer_remove"), &json!([1])));
    assert_eq!(cordelia.kinds().await, ["subscription/peer_remove"]);
    server.client("cordelia").send_to_channel("Denmark", "t", "x").await;
    assert!(!hamlet.kinds().await.contains(&"message".to_owned()));
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["unsubscribed"][0]["stream_id"], 1);
}

#[tokio::test]
async fn what_one_no_longer_sees_is_gone() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    server.client("cordelia").delete(PATH, &[("subscriptions", r#"["secret"]"#)]).await.done();
    assert_eq!(cordelia.kinds().await, ["subscription/remove", "stream/delete"]);
    assert_eq!(othello.kinds().await, NONE);
    server.client("polonius").delete(PATH, &[("subscriptions", r#"["Denmark"]"#)]).await.done();
    assert_eq!(polonius.kinds().await, ["subscription/remove", "stream/delete"]);
    server.client("cordelia").send_to_channel("Denmark", "t", "x").await;
    assert_eq!(polonius.kinds().await, NONE);
}

#[tokio::test]
async fn several_at_once_hear_of_each_other() {
    let server = TestServer::start().await;
    let mut queues = Vec::new();
    for name in ["shiva", "hamlet", "cordelia"] {
        queues.push((server.user_id(name).0, server.client(name).register(&[]).await));
    }
    let params = [("subscriptions", r#"["Denmark"]"#), ("principals", "[3, 4, 5]")];
    server.client("iago").delete(PATH, &params).await.done();
    for (own, queue) in queues {
        let events = queue.events().await;
        assert_eq!(kind(&events[0]), "subscription/remove");
        let mut told: Vec<u64> = Vec::new();
        for event in &events[1..] {
            assert_eq!(kind(event), "subscription/peer_remove");
            told.extend(event["user_ids"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64));
        }
        told.sort_unstable();
        let others: Vec<u64> = [3, 4, 5].into_iter().filter(|id| *id != u64::from(own)).collect();
        assert_eq!(told, others);
    }
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let remove = async |who: &str, name: &str, user: &str| {
        let names = json!([name]).to_string();
        server.client(who).delete(PATH, &[("subscriptions", &names), ("principals", user)]).await
    };
    remove("hamlet", "Denmark", "[5]").await.refused(400, "Insufficient permission");
    remove("polonius", "Denmark", "[5]").await.refused(400, "Insufficient permission");
    remove("hamlet", "nowhere", "[4]").await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    remove("othello", "secret", "[6]").await.refused(400, "Channel 'secret' does not exist");
    remove("iago", "Denmark", "[99]").await.refused(400, "No such user");
    // One's own bot, and anybody by an administrator, also from a channel that is only known to exist.
    remove("hamlet", "Denmark", "[8]").await.done();
    remove("iago", "secret", "[5]").await.done();
}

#[tokio::test]
async fn update_joins_and_leaves_in_one() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let params = [("delete", r#"["Denmark"]"#), ("add", r#"[{"name": "Verona"}]"#)];
    let answer = hamlet.patch(PATH, &params).await.ok();
    assert_eq!((&answer["subscribed"], &answer["removed"]), (&json!({"4": ["Verona"]}), &json!(["Denmark"])));
    hamlet.patch(PATH, &[]).await.refused(400, "Nothing to do. Specify at least one of \"add\" or \"delete\".");
    // Nothing is done where a part of it is refused.
    let params = [("delete", r#"["nowhere"]"#), ("add", r#"[{"name": "Denmark"}]"#)];
    hamlet.patch(PATH, &params).await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    let status = hamlet.get("/users/4/subscriptions/1", &[]).await.ok();
    assert_eq!(status["is_subscribed"], false);
}

#[tokio::test]
async fn guests_send_nobody_out() {
    let server = TestServer::start().await;
    let everybody = [("can_remove_subscribers_group", r#"{"new": 6}"#)];
    server.client("iago").patch("/streams/1", &everybody).await.done();
    let out = [("subscriptions", r#"["Denmark"]"#), ("principals", "[5]")];
    server.client("polonius").delete(PATH, &out).await.refused(400, "Insufficient permission");
    server.client("hamlet").delete(PATH, &out).await.done();
}
