use super::create;
use serde_json::{Value, json};
use tidings_testkit::TestServer;

async fn flags_of(server: &TestServer, who: &str, id: i64) -> Value {
    server.client(who).get(&format!("/messages/{id}"), &[]).await.ok()["message"]["flags"].clone()
}

#[tokio::test]
async fn who_is_in_a_group_and_gets_the_message_is_mentioned() {
    let server = TestServer::start().await;
    let inner = create(&server, "hamlet", "inner", "[5]").await;
    let params = [("name", "Court"), ("description", ""), ("members", "[4,6]"), ("subgroups", &format!("[{inner}]"))];
    let id = server.client("hamlet").post("/user_groups/create", &params).await.ok()["group_id"].clone();
    let sent = server.client("iago").send_to_channel("Denmark", "t", "hello @*court*").await;
    for (who, mentioned) in [("hamlet", true), ("cordelia", true), ("desdemona", false)] {
        assert_eq!(
            flags_of(&server, who, sent).await,
            if mentioned { json!(["mentioned"]) } else { json!([]) },
            "{who}"
        );
    }
    let othello =
        server.client("othello").register(&[("fetch_event_types", r#"["message","update_message_flags"]"#)]).await;
    assert_eq!(othello.state["unread_msgs"]["mentions"], json!([]), "who is not subscribed is not drawn in");
    let html = server.client("iago").get(&format!("/messages/{sent}"), &[]).await.ok()["message"]["content"].clone();
    let expected = format!(r#"<span class="user-group-mention" data-user-group-id="{id}">@Court</span>"#);
    assert!(html.as_str().unwrap().contains(&expected), "{html}");
    let silent = server.client("iago").send_to_channel("Denmark", "t", "hello @_*court*").await;
    assert_eq!(flags_of(&server, "hamlet", silent).await, json!([]));
}

#[tokio::test]
async fn a_group_says_who_may_mention_it() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    let path = format!("/user_groups/{id}");
    server.client("hamlet").patch(&path, &[("can_mention_group", r#"{"new":3}"#)]).await.done();
    let params = [("type", "channel"), ("to", "Denmark"), ("topic", "t"), ("content", "@*court*")];
    let refused = "You are not allowed to mention user group 'court'.";
    server.client("cordelia").post("/messages", &params).await.refused(400, refused);
    server.client("polonius").post("/messages", &params).await.refused(400, refused);
    let sent = server.client("cordelia").send_to_channel("Denmark", "t", "@_*court*").await;
    let edit = [("content", "@*court*")];
    server.client("cordelia").patch(&format!("/messages/{sent}"), &edit).await.refused(400, refused);
    server.client("shiva").post("/messages", &params).await.done();
    server.client("hamlet").post(&format!("{path}/deactivate"), &[]).await.done();
    let sent = server.client("cordelia").send_to_channel("Denmark", "t", "@*court*").await;
    assert_eq!(flags_of(&server, "hamlet", sent).await, json!([]), "out of use, it is named only");
}
