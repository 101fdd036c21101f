use super::{ARCHIVED, ids};
use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn looks_as_each_client_can_parse_it() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    iago.post("/default_streams", &[("stream_id", "1")]).await.done();
    let knowing = server.client("hamlet").register(&[ARCHIVED]).await;
    let unknowing = server.client("hamlet").register(&[]).await;
    let peer = server.client("othello").register(&[]).await;
    iago.delete("/streams/1", &[]).await.done();
    let events = knowing.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    assert_eq!(kinds, ["stream/update", "message", "default_streams", "stream/update"]);
    assert_eq!((&events[0]["property"], &events[2]["default_streams"]), (&json!("first_message_id"), &json!([])));
    assert_eq!((&events[3]["property"], &events[3]["value"]), (&json!("is_archived"), &json!(true)));
    assert_eq!(unknowing.kinds().await, ["stream/update", "message", "default_streams", "stream/delete"]);
    assert_eq!(peer.kinds().await, ["stream/update", "default_streams", "stream/delete"]);
    let state = server.client("hamlet").register(&[ARCHIVED]).await.state;
    assert_eq!(ids(&state["subscriptions"]), [1, 3, 4]);
    assert_eq!(state["subscriptions"][0]["is_archived"], true);
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!((ids(&state["subscriptions"]), ids(&state["streams"])), (vec![3, 4], vec![2, 3, 4, 5]));

    // What happens in an archived channel is told only to who knows it.
    iago.patch("/streams/1", &[("description", "old")]).await.done();
    assert_eq!(knowing.kinds().await, ["stream/update"]);
    assert_eq!(unknowing.kinds().await, NONE);

    iago.patch("/streams/1", &[("is_archived", "false")]).await.done();
    assert_eq!(knowing.events().await[0]["value"], false);
    let events = unknowing.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    assert_eq!(kinds, ["stream/create", "subscription/add", "message"]);
    assert_eq!(events[1]["subscriptions"][0]["subscribers"], json!([1, 2, 3, 4, 5, 7, 8]));
    assert_eq!(peer.kinds().await, ["stream/create", "subscription/peer_add"]);
}

#[tokio::test]
async fn nothing_can_be_sent_there_and_reading_goes_on() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_channel("Denmark", "t", "x").await;
    server.client("iago").delete("/streams/1", &[]).await.done();
    let params = [("type", "channel"), ("to", "Denmark"), ("topic", "t"), ("content", "y")];
    server
        .client("hamlet")
        .post("/messages", &params)
        .await
        .refused(400, "Not authorized to send to channel 'Denmark'");
    let topics = server.client("hamlet").get("/users/me/1/topics", &[]).await.ok();
    assert_eq!(topics["topics"], json!([{"name": "channel events", "max_id": id + 1}, {"name": "t", "max_id": id}]));
}

#[tokio::test]
async fn messages_there_stay_as_they_are() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let id = hamlet.send_to_channel("Denmark", "t", "x").await;
    let poll = hamlet.send_to_channel("Denmark", "t", "/poll tea?").await;
    let (message, heart) = (format!("/messages/{id}"), [("emoji_name", "heart")]);
    let reactions = format!("{message}/reactions");
    hamlet.post(&reactions, &heart).await.done();
    iago.delete("/streams/1", &[]).await.done();
    let queue = hamlet.register(&[ARCHIVED]).await;
    let vote = json!({"type": "new_option", "idx": 1, "option": "yes"}).to_string();
    let poll_id = poll.to_string();
    let part = [("message_id", poll_id.as_str()), ("msg_type", "widget"), ("content", vote.as_str())];
    let gone = "Invalid message(s)";
    hamlet.patch(&message, &[("content", "y")]).await.refused(400, gone);
    iago.delete(&message, &[]).await.refused(400, gone);
    hamlet.post(&reactions, &[("emoji_name", "tada")]).await.refused(400, gone);
    hamlet.delete(&reactions, &heart).await.refused(400, gone);
    hamlet.post("/submessage", &part).await.refused(400, gone);
    hamlet.post(&format!("{message}/typing"), &[("op", "start")]).await.refused(400, gone);
    iago.post("/streams/1/delete_topic", &[("topic_name", "t")]).await.refused(400, "Invalid channel ID");
    assert_eq!(queue.kinds().await, NONE);
    let starred = [("messages", format!("[{id}]")), ("op", "add".to_owned()), ("flag", "starred".to_owned())];
    let starred: Vec<(&str, &str)> = starred.iter().map(|(name, value)| (*name, value.as_str())).collect();
    hamlet.post("/messages/flags", &starred).await.done();
    assert_eq!(hamlet.get(&message, &[]).await.ok()["message"]["reactions"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let archive = async |who: &str, id: u32| server.client(who).delete(&format!("/streams/{id}"), &[]).await;
    archive("hamlet", 1).await.refused(400, "You do not have permission to administer this channel.");
    archive("othello", 3).await.refused(400, "Invalid channel ID");
    archive("iago", 2).await.done();
    archive("iago", 2).await.refused(400, "Channel is already deactivated");
}

#[tokio::test]
async fn settings_of_the_organization_name_no_archived_channel() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    owner
        .patch("/realm", &[("new_stream_announcements_stream_id", "1"), ("signup_announcements_stream_id", "1")])
        .await
        .done();
    let queue = server.client("hamlet").register(&[ARCHIVED]).await;
    owner.delete("/streams/1", &[]).await.done();
    let events = queue.events().await;
    let data = json!({"new_stream_announcements_stream_id": -1, "signup_announcements_stream_id": -1});
    // After the message that says so.
    let (kind, told) = (tidings_testkit::client::kind(&events[2]), &events[2]);
    assert_eq!((kind.as_str(), &told["property"], &told["data"]), ("realm/update_dict", &json!("default"), &data));
    assert_eq!(events.len(), 4);
    owner.patch("/streams/1", &[("is_archived", "false")]).await.done();
    let state = owner.register(&[]).await.state;
    assert_eq!(state["realm_new_stream_announcements_stream_id"], -1, "nobody has said that it is to be so again");
    assert_eq!(state["realm_signup_announcements_stream_id"], -1);
    owner.delete("/streams/2", &[]).await.done();
    let kinds: Vec<String> = queue.kinds().await;
    assert!(!kinds.contains(&"realm/update_dict".to_owned()), "no setting named it");
}

#[tokio::test]
async fn a_private_channel_that_nobody_is_in_stays_archived() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    let left = [("subscriptions", r#"["history"]"#), ("principals", "[4]")];
    owner.delete("/users/me/subscriptions", &left).await.done();
    for (channel, comes_back) in [("/streams/4", false), ("/streams/3", true)] {
        owner.delete(channel, &[]).await.done();
        let reply = owner.patch(channel, &[("is_archived", "false")]).await;
        if comes_back {
            reply.done();
        } else {
            reply.refused(400, "The channel is private and has no subscribers.");
        }
    }
}
