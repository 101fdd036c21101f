use serde_json::{Value, json};
use tidings_testkit::TestServer;

/// A server where new channels are announced in `Denmark`.
async fn start() -> TestServer {
    let server = TestServer::start().await;
    let place = i64::from(server.channel_id("Denmark").0);
    server.set_realm(move |settings| settings.new_stream_announcements_stream_id = place).await;
    server
}

async fn announcements(server: &TestServer) -> Vec<Value> {
    let narrow = r#"[["channel", "Denmark"], ["topic", "new channels"]]"#;
    let params = [("anchor", "oldest"), ("num_before", "0"), ("num_after", "50"), ("narrow", narrow)];
    let answer =
        server.client("hamlet").get("/messages", &[&params[..], &[("apply_markdown", "false")]].concat()).await.ok();
    answer["messages"].as_array().expect("a list").iter().map(|message| message["content"].clone()).collect()
}

#[tokio::test]
async fn new_channels_are_announced_where_that_is_asked_for() {
    let server = start().await;
    let hamlet = server.client("hamlet");
    let initial = hamlet.register(&[]).await;
    assert_eq!(initial.state["realm_new_stream_announcements_stream_id"], 1);
    let create = async |name: &str, announce: &str, private: &str| {
        let params = [("name", name), ("subscribers", "[4]"), ("announce", announce), ("invite_only", private)];
        hamlet.post("/channels/create", &params).await.done();
    };
    create("quiet", "false", "false").await;
    create("secret plans", "true", "true").await;
    assert_eq!(announcements(&server).await, Vec::<Value>::new(), "nobody learns of a private channel");
    create("plays", "true", "false").await;
    let both =
        [("subscriptions", r#"[{"name": "acts"}, {"name": "plays"}, {"name": "*scenes*"}]"#), ("announce", "true")];
    hamlet.post("/users/me/subscriptions", &both).await.done();
    hamlet.post("/users/me/subscriptions", &both).await.done();
    let scenes = server.app.realm.state().channels.find_by_name("*scenes*").expect("it is new").id;
    assert_eq!(
        announcements(&server).await,
        [
            json!("@_**Hamlet|4** created a new channel: #**plays**"),
            json!(format!(
                "@_**Hamlet|4** created new channels: #**acts**, [#·scenes·](#narrow/channel/{scenes}-.2Ascenes.2A)"
            )),
        ]
    );
}

#[tokio::test]
async fn nothing_is_announced_where_there_is_no_channel_for_it() {
    let server = TestServer::start().await;
    let before = server.app.realm.state().messages.last_id();
    let params = [("name", "plays"), ("subscribers", "[4]"), ("announce", "true")];
    server.client("hamlet").post("/channels/create", &params).await.done();
    assert_eq!(server.app.realm.state().messages.last_id(), before);
}
