use serde_json::json;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_testkit::TestServer;

#[tokio::test]
async fn one_message_with_its_source() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_channel("secret", "t", "*one*").await;
    let path = format!("/messages/{id}");
    let answer = server.client("cordelia").get(&path, &[]).await.ok();
    assert_eq!((&answer["raw_content"], &answer["message"]["id"]), (&json!("*one*"), &json!(id)));
    assert_eq!(answer["message"]["content"], "<p><em>one</em></p>");
    assert_eq!(answer["message"]["flags"], json!([]));
    let answer = server.client("cordelia").get(&path, &[("apply_markdown", "false")]).await.ok();
    assert_eq!(answer["message"]["content"], "*one*");
    for path in [
        path.as_str(),
        "/messages/999",
        "/messages/4294967295",
        "/messages/4294967296",
        "/messages/9223372036854775807",
        "/messages/-1",
    ] {
        server.client("othello").get(path, &[]).await.refused(400, "Invalid message(s)");
    }
}

#[tokio::test]
async fn direct_messages_are_for_participants() {
    let server = TestServer::start().await;
    let id = server.client("hamlet").send_to_users(&[server.user_id("cordelia")], "psst").await;
    for name in ["iago", "desdemona", "othello"] {
        let client = server.client(name);
        for path in ["", "/history", "/read_receipts"] {
            client.get(&format!("/messages/{id}{path}"), &[]).await.refused(400, "Invalid message(s)");
        }
    }
    server.client("cordelia").get(&format!("/messages/{id}"), &[]).await.done();
}

#[tokio::test]
async fn rendering() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let answer = hamlet.post("/messages/render", &[("content", "**foo**")]).await.ok();
    assert_eq!(answer["rendered"], "<p><strong>foo</strong></p>");
    hamlet.post("/messages/render", &[]).await.refused(400, "Missing 'content' argument");
}

#[tokio::test]
async fn read_receipts_name_the_readers() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "read me").await;
    let path = format!("/messages/{id}/read_receipts");
    let ids = format!("[{id}]");
    for name in ["hamlet", "cordelia", "iago"] {
        let body = [("messages", ids.as_str()), ("op", "add"), ("flag", "read")];
        server.client(name).post("/messages/flags", &body).await.done();
    }
    let expect = json!([server.user_id("iago"), server.user_id("cordelia")]);
    assert_eq!(server.client("shiva").get(&path, &[]).await.ok()["user_ids"], expect);
    let iago = server.user_id("iago");
    let silent = move |tx: &mut tidings_core::commands::Tx<'_>| {
        let mut row = (**tx.state.users.get(iago).expect("iago")).clone();
        row.settings.send_read_receipts = false;
        tx.change(Change::User(Arc::new(row)));
        Ok(())
    };
    server.app.realm.run(silent).await.expect("the change is made");
    let expect = json!([server.user_id("cordelia")]);
    assert_eq!(hamlet.get(&path, &[]).await.ok()["user_ids"], expect);
    server.set_realm(|settings| settings.enable_read_receipts = false).await;
    hamlet.get(&path, &[]).await.refused(400, "Read receipts are disabled in this organization.");
}

#[tokio::test]
async fn a_long_history_does_not_make_every_page_long() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let text = "x".repeat(10_000);
    let id = hamlet.send_to_channel("Denmark", "t", "first").await;
    let path = format!("/messages/{id}");
    for n in 0..30 {
        hamlet.patch(&path, &[("content", &format!("{n}{}", &text[5..]))]).await.done();
    }
    let shown = hamlet.get(&path, &[]).await.ok()["message"]["edit_history"].as_array().map(Vec::len);
    assert_eq!(shown, Some(13), "as many as have 256 KiB");
    let history = hamlet.get(&format!("{path}/history"), &[]).await.ok()["message_history"].clone();
    assert_eq!((history.as_array().map(Vec::len), &history[0]["content"]), (Some(31), &json!("first")));
}

#[tokio::test]
async fn read_receipts_do_not_name_whom_an_edit_mentions() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "to whom?").await;
    hamlet.patch(&format!("/messages/{id}"), &[("content", "to @**Othello**")]).await.done();
    let path = format!("/messages/{id}/read_receipts");
    assert_eq!(hamlet.get(&path, &[]).await.ok()["user_ids"], json!([]));
    let ids = format!("[{id}]");
    let read = [("messages", ids.as_str()), ("op", "add"), ("flag", "read")];
    server.client("cordelia").post("/messages/flags", &read).await.done();
    assert_eq!(hamlet.get(&path, &[]).await.ok()["user_ids"], json!([server.user_id("cordelia")]));
}

#[tokio::test]
async fn history_tells_every_change() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "old", "one").await;
    let path = format!("/messages/{id}");
    hamlet.patch(&path, &[("content", "two")]).await.done();
    server.clock.advance(1);
    hamlet.patch(&path, &[("topic", "new")]).await.done();
    let answer = server.client("othello").get(&format!("{path}/history"), &[]).await.ok();
    let history = answer["message_history"].as_array().expect("a list");
    let brief: Vec<_> =
        history.iter().map(|it| json!([it["topic"], it["content"], it["prev_topic"], it["prev_content"]])).collect();
    assert_eq!(
        brief,
        [json!(["old", "one", null, null]), json!(["old", "two", null, "one"]), json!(["new", "two", "old", null])]
    );
    server.set_realm(|settings| settings.message_edit_history_visibility_policy = "none".to_owned()).await;
    let refused = hamlet.get(&format!("{path}/history"), &[]).await;
    refused.refused(400, "Message edit history is disabled in this organization");
}
