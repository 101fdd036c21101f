use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn is_told_before_its_subscription_and_to_who_may_know() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    let params = [("name", " plays "), ("description", "*all*\nof them"), ("subscribers", "[4]")];
    let id = server.client("hamlet").post("/channels/create", &params).await.ok()["id"].clone();

    let events = hamlet.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    assert_eq!(kinds, ["stream/create", "subscription/add"]);
    let channel = &events[0]["streams"][0];
    assert_eq!(channel["stream_id"], id);
    assert_eq!(channel["name"], "plays");
    assert_eq!(channel["description"], "*all* of them");
    assert_eq!(channel["rendered_description"], "<p><em>all</em> of them</p>");
    assert_eq!(channel["creator_id"], 4);
    assert_eq!(channel["can_administer_channel_group"], json!({"direct_members": [4], "direct_subgroups": []}));
    assert_eq!(channel["subscriber_count"], 0);
    let subscription = &events[1]["subscriptions"][0];
    assert_eq!((&subscription["subscribers"], &subscription["subscriber_count"]), (&json!([4]), &json!(1)));
    let color = subscription["color"].as_str().unwrap();
    assert!(color.len() == 7 && color.starts_with('#') && color == color.to_lowercase(), "{color}");

    let events = othello.events().await;
    assert_eq!(events[1]["op"], "peer_add");
    assert_eq!((&events[1]["stream_ids"], &events[1]["user_ids"]), (&json!([id]), &json!([4])));
    assert_eq!(events.len(), 2);
    assert_eq!(polonius.kinds().await, NONE);
    let state = server.client("othello").register(&[("fetch_event_types", r#"["stream"]"#)]).await.state;
    assert!(state["streams"].as_array().unwrap().iter().any(|known| known["stream_id"] == id));
}

#[tokio::test]
async fn private_ones_are_known_to_members_and_administrators() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    let iago = server.client("iago").register(&[]).await;
    let othello = server.client("othello").register(&[]).await;
    let params = [("name", "inner circle"), ("invite_only", "true"), ("subscribers", "[4, 7]")];
    server.client("hamlet").post("/channels/create", &params).await.done();
    assert_eq!(hamlet.kinds().await, ["stream/create", "subscription/add"]);
    assert_eq!(polonius.kinds().await, ["stream/create", "subscription/add"]);
    assert_eq!(iago.kinds().await, ["stream/create", "subscription/peer_add"]);
    assert_eq!(othello.kinds().await, NONE);
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let create = async |who: &str, params: &[(&str, &str)]| {
        let mut all = vec![("subscribers", "[]")];
        all.extend(params);
        server.client(who).post("/channels/create", &all).await
    };
    create("hamlet", &[("name", "denmark")]).await.refused_with_code(409, "CHANNEL_ALREADY_EXISTS");
    create("hamlet", &[("name", " ")]).await.refused(400, "Channel name can't be empty.");
    create("hamlet", &[("name", &"x".repeat(61))]).await.refused(400, "Channel name too long (limit: 60 characters).");
    create("hamlet", &[("name", "a\u{1}")]).await.refused(400, "Invalid character in channel name, at position 2.");
    create("polonius", &[("name", "guests")]).await.refused(400, "Insufficient permission");
    let web_public = [("name", "x"), ("is_web_public", "true")];
    create("desdemona", &web_public).await.refused(400, "Web-public channels are not enabled.");
    server.client("iago").patch("/realm", &[("enable_spectator_access", "true")]).await.done();
    create("hamlet", &web_public).await.refused(400, "Insufficient permission");
    create("hamlet", &[("name", "x"), ("is_default_stream", "true")])
        .await
        .refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    create("iago", &[("name", "x"), ("is_default_stream", "true"), ("invite_only", "true")])
        .await
        .refused(400, "A default channel cannot be private.");
    create("iago", &[("name", "x"), ("message_retention_days", "3")])
        .await
        .refused(400, "Must be an organization owner");
    create("hamlet", &[("name", "x"), ("history_public_to_subscribers", "false")])
        .await
        .refused(400, "Invalid parameters");
    create("hamlet", &[("name", "x"), ("can_administer_channel_group", "6")])
        .await
        .refused(400, "'can_administer_channel_group' setting cannot be set to 'role:everyone' group.");
    create("hamlet", &[("name", "x"), ("can_send_message_group", "99")])
        .await
        .refused(400, "Invalid user group ID: 99");
    server
        .client("hamlet")
        .post("/channels/create", &[("name", "x"), ("subscribers", "[999]")])
        .await
        .refused(400, "No such user");
}

#[tokio::test]
async fn owners_create_web_public_channels_and_guests_see_them() {
    let server = TestServer::start().await;
    let polonius = server.client("polonius").register(&[("event_types", r#"["stream"]"#)]).await;
    server.client("iago").patch("/realm", &[("enable_spectator_access", "true")]).await.done();
    let params = [("name", "window"), ("is_web_public", "true"), ("subscribers", "[]")];
    server.client("desdemona").post("/channels/create", &params).await.done();
    let events = polonius.events().await;
    assert_eq!(events[0]["streams"][0]["is_web_public"], true);
    assert_eq!(events[0]["streams"][0]["name"], "window");
}
