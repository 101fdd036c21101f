use super::ids;
use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn tells_each_property_to_who_sees_the_channel() {
    let server = TestServer::start().await;
    let othello = server.client("othello").register(&[]).await;
    let guest = server.client("polonius").register(&[]).await;
    let params = [
        ("new_name", "verona"),
        ("description", "a **city**"),
        ("topics_policy", "disable_empty_topic"),
        ("can_send_message_group", r#"{"new": 2, "old": 6}"#),
    ];
    server.client("iago").patch("/streams/2", &params).await.done();
    let mut events = othello.events().await;
    // The server says there what became of the channel, which is its first message.
    assert_eq!(events.pop().expect("an event")["property"], "first_message_id");
    let told: Vec<_> = events.iter().map(|event| (event["property"].as_str().unwrap(), &event["value"])).collect();
    let expected = [
        ("name", json!("verona")),
        ("description", json!("a **city**")),
        ("topics_policy", json!("disable_empty_topic")),
        ("stream_post_policy", json!(2)),
        ("is_announcement_only", json!(true)),
        ("can_send_message_group", json!(2)),
    ];
    assert_eq!(told, expected.each_ref().map(|(name, value)| (*name, value)));
    assert!(events.iter().all(|event| event["name"] == "Verona" && event["stream_id"] == 2));
    assert_eq!(events[1]["rendered_description"], "<p>a <strong>city</strong></p>");
    assert_eq!(guest.kinds().await, NONE);
    let channel = server.client("othello").get("/streams/2", &[]).await.ok();
    assert_eq!((&channel["stream"]["name"], &channel["stream"]["stream_post_policy"]), (&json!("verona"), &json!(2)));
}

#[tokio::test]
async fn a_channel_made_public_appears_with_its_subscribers() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    server
        .client("iago")
        .post(
            "/users/me/subscriptions",
            &[("subscriptions", r#"[{"name": "own"}]"#), ("invite_only", "true"), ("principals", "[2, 5]")],
        )
        .await
        .done();
    cordelia.events().await;
    assert_eq!(othello.kinds().await, NONE);
    server.client("iago").patch("/streams/6", &[("is_private", "false")]).await.done();
    let events = cordelia.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    assert_eq!(kinds, ["stream/update", "stream/update", "message"]);
    assert_eq!((&events[0]["property"], &events[0]["value"]), (&json!("invite_only"), &json!(false)));
    assert_eq!(
        (&events[0]["history_public_to_subscribers"], &events[0]["is_web_public"]),
        (&json!(true), &json!(false))
    );
    let events = othello.events().await;
    assert_eq!(events[0]["streams"][0]["name"], "own");
    assert_eq!((&events[1]["op"], &events[1]["user_ids"]), (&json!("peer_add"), &json!([2, 5])));
    assert_eq!(polonius.kinds().await, NONE);
    othello.events().await;

    server.client("iago").patch("/streams/6", &[("is_private", "true")]).await.done();
    let events = othello.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["op"], &events[0]["stream_ids"]), (&json!("delete"), &json!([6])));
    assert_eq!(cordelia.events().await[0]["history_public_to_subscribers"], false);
}

#[tokio::test]
async fn a_permission_can_show_a_private_channel() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let params = [("name", "club"), ("invite_only", "true"), ("subscribers", "[4]")];
    let id = hamlet.post("/channels/create", &params).await.ok()["id"].clone();
    let path = format!("/streams/{id}");
    let othello = server.client("othello").register(&[]).await;
    let setting = |new: &str| format!(r#"{{"new": {new}}}"#);
    let members = setting(r#"{"direct_members": [6], "direct_subgroups": []}"#);
    hamlet.patch(&path, &[("can_subscribe_group", &members)]).await.done();
    assert_eq!(othello.kinds().await, ["stream/create", "subscription/peer_add"]);
    hamlet.patch(&path, &[("can_subscribe_group", &setting("8"))]).await.done();
    assert_eq!(othello.kinds().await, ["stream/delete"]);
}

#[tokio::test]
async fn administrators_see_a_private_channel_but_cannot_let_themselves_in() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let state = iago.register(&[("include_subscribers", "true")]).await.state;
    assert_eq!(ids(&state["never_subscribed"]), [2, 3, 4, 5]);
    assert_eq!(state["never_subscribed"][1]["subscribers"], json!([4, 5]));
    iago.patch("/streams/3", &[("description", "known to exist")]).await.done();
    let refused = "Channel content access is required.";
    iago.patch("/streams/3", &[("is_private", "false")]).await.refused(400, refused);
    iago.patch("/streams/3", &[("can_add_subscribers_group", r#"{"new": 2}"#)]).await.refused(400, refused);
    iago.patch("/streams/3", &[("can_subscribe_group", r#"{"new": 2}"#)]).await.refused(400, refused);
    // What stays as it is, is no change.
    let same = json!({ "new": state["never_subscribed"][1]["can_subscribe_group"] }).to_string();
    iago.patch("/streams/3", &[("can_subscribe_group", &same), ("description", "known")]).await.done();
    iago.get("/users/me/3/topics", &[]).await.refused(400, "Invalid channel ID");
    let join = [("subscriptions", r#"[{"name": "secret"}]"#)];
    iago.post("/users/me/subscriptions", &join).await.refused(400, "Unable to access channel (secret).");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let update = async |who: &str, id: u32, params: &[(&str, &str)]| {
        server.client(who).patch(&format!("/streams/{id}"), params).await
    };
    let not_yours = "You do not have permission to administer this channel.";
    update("hamlet", 1, &[("new_name", "x")]).await.refused(400, not_yours);
    update("polonius", 1, &[("new_name", "x")]).await.refused(400, not_yours);
    update("othello", 3, &[("new_name", "x")]).await.refused(400, "Invalid channel ID");
    update("iago", 99, &[("new_name", "x")]).await.refused(400, "Invalid channel ID");
    update("iago", 1, &[("new_name", "verona")]).await.refused(400, "Channel name is already in use.");
    update("iago", 1, &[("new_name", "Denmark")]).await.refused(400, "Channel already has that name.");
    update("iago", 1, &[("message_retention_days", "30")]).await.refused(400, "Must be an organization owner");
    update("desdemona", 1, &[("message_retention_days", "0")])
        .await
        .refused(400, "Bad value for 'message_retention_days': 0");
    update("iago", 1, &[("is_private", "true"), ("is_web_public", "true")]).await.refused(400, "Invalid parameters");
    update("iago", 1, &[("history_public_to_subscribers", "false")]).await.refused(400, "Invalid parameters");
    update("iago", 1, &[("can_send_message_group", r#"{"new": 2, "old": 5}"#)])
        .await
        .refused(400, "'old' value does not match the expected value.");
    update("iago", 1, &[("can_send_message_group", "2")]).await.refused(400, "can_send_message_group is not a dict");
    update("iago", 1, &[("description", &"x".repeat(1025))])
        .await
        .refused(400, "description is too long (limit: 1024 characters)");
}
