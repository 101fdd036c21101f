use super::{assert_silent, events, legacy, modern};
use serde_json::json;
use tidings_core::limits;
use tidings_testkit::TestServer;

#[tokio::test]
async fn participants_of_a_direct_conversation_are_told() {
    let server = TestServer::start().await;
    let (hamlet, cordelia, othello) = (server.client("hamlet"), server.client("cordelia"), server.client("othello"));
    let (own, other, outside) = (legacy(&hamlet).await, legacy(&cordelia).await, modern(&othello).await);
    hamlet.post("/typing", &[("op", "start"), ("to", "[5]")]).await.done();
    let people =
        json!([{"user_id": 4, "email": "hamlet@example.com"}, {"user_id": 5, "email": "cordelia@example.com"}]);
    let start =
        json!({"type": "typing", "op": "start", "message_type": "direct", "sender": people[0], "recipients": people});
    assert_eq!(events(&other).await, std::slice::from_ref(&start));
    assert_eq!(events(&own).await, [start]);
    // One client sends a single id without brackets.
    hamlet.post("/typing", &[("type", "direct"), ("op", "stop"), ("to", "5")]).await.done();
    assert_eq!(other.kinds().await, ["typing/stop"]);
    cordelia.patch("/settings", &[("receives_typing_notifications", "false")]).await.done();
    let _ = other.events().await;
    hamlet.post("/typing", &[("op", "start"), ("to", "[5]")]).await.done();
    assert_silent(&other).await;
    assert_silent(&outside).await;
}

#[tokio::test]
async fn in_a_private_channel_only_subscribers_who_know_it_are_told() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let (knows, knows_not) = (modern(&cordelia).await, legacy(&cordelia).await);
    let outside = [modern(&server.client("iago")).await, modern(&server.client("othello")).await];
    let place = [("type", "channel"), ("op", "start"), ("stream_id", "3"), ("topic", "plot")];
    server.client("hamlet").post("/typing", &place).await.done();
    let sender = json!({"user_id": 4, "email": "hamlet@example.com"});
    let start = json!({"type": "typing", "op": "start", "message_type": "stream", "sender": sender, "stream_id": 3, "topic": "plot"});
    assert_eq!(events(&knows).await, [start]);
    assert_silent(&knows_not).await;
    for queue in &outside {
        assert_silent(queue).await;
    }
}

#[tokio::test]
async fn where_one_may_not_send_one_does_not_type() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let secret = [("type", "stream"), ("op", "start"), ("stream_id", "3"), ("topic", "plot")];
    othello.post("/typing", &secret).await.refused(400, "Channel with ID '3' does not exist");
    let no_channel = [("type", "channel"), ("op", "start"), ("topic", "plot")];
    hamlet.post("/typing", &no_channel).await.refused(400, "Missing channel ID");
    let no_topic = [("type", "channel"), ("op", "start"), ("stream_id", "3")];
    hamlet.post("/typing", &no_topic).await.refused(400, "Missing topic");
    hamlet.post("/typing", &[("op", "start")]).await.refused(400, "Missing 'to' argument");
    hamlet.post("/typing", &[("op", "start"), ("to", "[]")]).await.refused(400, "Empty 'to' list");
    hamlet.post("/typing", &[("op", "start"), ("to", "[999]")]).await.refused(400, "Invalid user ID 999");
    hamlet.post("/typing", &[("op", "pause"), ("to", "[5]")]).await.refused(400, "Invalid op");
}

#[tokio::test]
async fn who_does_not_want_others_to_be_told_is_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let off = [("send_private_typing_notifications", "false"), ("send_stream_typing_notifications", "false")];
    hamlet.patch("/settings", &off).await.done();
    let direct = hamlet.post("/typing", &[("op", "start"), ("to", "[5]")]).await;
    direct.refused(400, "User has disabled typing notifications for direct messages");
    let place = [("type", "channel"), ("op", "start"), ("stream_id", "3"), ("topic", "plot")];
    hamlet.post("/typing", &place).await.refused(400, "User has disabled typing notifications for channel messages");
}

#[tokio::test]
async fn editing_is_told_to_who_has_the_message() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let id = hamlet.send_to_channel("secret", "plot", "a ghost").await;
    let direct = hamlet.send_to_users(&[server.user_id("cordelia")], "psst").await;
    let (knows, knows_not) = (modern(&cordelia).await, legacy(&cordelia).await);
    let outside = modern(&server.client("iago")).await;
    hamlet.post(&format!("/messages/{id}/typing"), &[("op", "start")]).await.done();
    let place = json!({"type": "channel", "channel_id": 3, "topic": "plot"});
    let start =
        json!({"type": "typing_edit_message", "op": "start", "sender_id": 4, "message_id": id, "recipient": place});
    assert_eq!(events(&knows).await, std::slice::from_ref(&start));
    assert_eq!(events(&knows_not).await, [start], "no capability is asked for");
    hamlet.post(&format!("/messages/{direct}/typing"), &[("op", "stop")]).await.done();
    let place = json!({"type": "direct", "user_ids": [4, 5]});
    let stop =
        json!({"type": "typing_edit_message", "op": "stop", "sender_id": 4, "message_id": direct, "recipient": place});
    assert_eq!(events(&knows_not).await, [stop]);
    assert_silent(&outside).await;
    let path = format!("/messages/{id}/typing");
    let others = cordelia.post(&path, &[("op", "start")]).await;
    others.refused(400, "You don't have permission to edit this message");
    server.client("iago").post(&path, &[("op", "start")]).await.refused(400, "Invalid message(s)");
}

#[tokio::test]
async fn nobody_is_told_in_large_channels() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let id = hamlet.send_to_channel("Denmark", "plot", "a ghost").await;
    let place = [("op", "start"), ("type", "channel"), ("stream_id", "1"), ("topic", "plot")];
    let queue = modern(&cordelia).await;
    let mut people = Vec::new();
    for n in 0..limits::TYPING_SUBSCRIBERS_MAX {
        let (email, name) = (format!("extra{n}@example.com"), format!("Extra {n}"));
        let params = [("email", email.as_str()), ("password", "correct horse"), ("full_name", name.as_str())];
        people.push(server.client("iago").post("/users", &params).await.ok()["user_id"].clone());
    }
    let users = serde_json::to_string(&people).expect("ids");
    let channel = [("subscriptions", r#"[{"name":"Denmark"}]"#), ("principals", users.as_str())];
    queue.events().await;
    hamlet.post("/typing", &place).await.done();
    assert_eq!(queue.kinds().await, ["typing/start"]);
    server.client("iago").post("/users/me/subscriptions", &channel).await.done();
    queue.events().await;
    hamlet.post("/typing", &place).await.done();
    hamlet.post(&format!("/messages/{id}/typing"), &[("op", "start")]).await.done();
    assert_silent(&queue).await;
}
