//! Custom emoji: adding them, using them, taking them out of use.

use super::events;
use crate::files::png;
use serde_json::{Value, json};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::pictures::EmojiRow;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;
use tidings_types::UserId;

async fn emoji(client: &TestClient) -> Value {
    client.get("/realm/emoji", &[]).await.ok()["emoji"].clone()
}

#[tokio::test]
async fn everybody_is_told_of_a_new_emoji() {
    let server = TestServer::start().await;
    let (hamlet, polonius) = (server.client("hamlet"), server.client("polonius"));
    let queue = polonius.register(&[("event_types", r#"["realm_emoji"]"#)]).await;
    assert_eq!(queue.state["realm_emoji"], json!({}));
    hamlet.post_file("/realm/emoji/Green Tick", "x.png", png(100, 80)).await.done();
    let all = emoji(&polonius).await;
    let source = all["1"]["source_url"].as_str().unwrap();
    let row = json!({
        "id": "1", "name": "green_tick", "source_url": source, "still_url": null, "deactivated": false,
        "author_id": server.user_id("hamlet").0,
    });
    assert_eq!(all, json!({ "1": row }));
    assert_eq!(events(&queue).await, [json!({ "type": "realm_emoji", "op": "update", "realm_emoji": all })]);
    let bytes = server.anonymous().get_bytes(source).await.2;
    let image = image::load_from_memory(&bytes).unwrap();
    assert_eq!((image.width(), image.height()), (64, 64));
    let server = server.restart().await;
    let state = server.client("polonius").register(&[("fetch_event_types", r#"["realm_emoji"]"#)]).await.state;
    assert_eq!(state["realm_emoji"], all);
}

#[tokio::test]
async fn messages_reactions_and_statuses_have_them() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    hamlet.post_file("/realm/emoji/tick", "x.png", png(9, 9)).await.done();
    let source = emoji(&hamlet).await["1"]["source_url"].as_str().unwrap().to_owned();
    let id = iago.send_to_channel("Denmark", "t", "well :tick: done").await;
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    let expect = format!("<p>well <img alt=\":tick:\" class=\"emoji\" src=\"{source}\" title=\"tick\"> done</p>");
    assert_eq!(message["message"]["content"], expect);
    let path = format!("/messages/{id}/reactions");
    iago.post(&path, &[("emoji_name", "tick")]).await.done();
    let full = [("emoji_name", "tick"), ("emoji_code", "1"), ("reaction_type", "realm_emoji")];
    hamlet.post(&path, &full).await.done();
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    let reaction = &message["message"]["reactions"][0];
    assert_eq!((&reaction["emoji_code"], &reaction["reaction_type"]), (&json!("1"), &json!("realm_emoji")));
    hamlet.post("/users/me/status", &[("emoji_name", "tick")]).await.done();
    let status = hamlet.get("/users/4/status", &[]).await.ok();
    assert_eq!(
        (&status["status"]["emoji_code"], &status["status"]["reaction_type"]),
        (&json!("1"), &json!("realm_emoji"))
    );

    // Out of use: nobody begins to use it, who did can stop, and may join who does.
    hamlet.delete("/realm/emoji/tick", &[]).await.done();
    let other = iago.send_to_channel("Denmark", "t", "well :tick:").await;
    let shown = iago.get(&format!("/messages/{other}"), &[]).await.ok();
    assert_eq!(shown["message"]["content"], "<p>well :tick:</p>");
    let new = format!("/messages/{other}/reactions");
    hamlet.post(&new, &[("emoji_name", "tick")]).await.refused(400, "Emoji 'tick' does not exist");
    hamlet.post(&new, &full).await.refused(400, "This custom emoji has been deactivated.");
    server.client("cordelia").post(&path, &full).await.done();
    iago.delete(&path, &[("emoji_name", "tick")]).await.done();
    hamlet.delete(&path, &full).await.done();
    assert_eq!(emoji(&iago).await["1"]["deactivated"], true);
    // Its name is free again, and its picture is still shown.
    hamlet.post_file("/realm/emoji/tick", "x.png", png(9, 9)).await.done();
    assert_eq!(emoji(&iago).await["2"]["name"], "tick");
    assert_eq!(iago.get_bytes(&source).await.0, 200);
}

#[tokio::test]
async fn moving_ones_have_a_picture_that_stands_still() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for color in [0, 200] {
        let frame = image::RgbaImage::from_pixel(20, 20, image::Rgba([color, 0, 0, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    hamlet.post_file("/realm/emoji/dance", "x.gif", gif).await.done();
    let row = emoji(&hamlet).await["1"].clone();
    for (field, content_type) in [("source_url", "image/gif"), ("still_url", "image/png")] {
        let (status, headers, _) = server.anonymous().get_bytes(row[field].as_str().unwrap()).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, content_type), "{row}");
    }
}

#[tokio::test]
async fn who_may_not_and_what_cannot_be_is_refused() {
    let server = TestServer::start().await;
    let (hamlet, iago, othello) = (server.client("hamlet"), server.client("iago"), server.client("othello"));
    let queue = othello.register(&[("event_types", r#"["realm_emoji"]"#)]).await;
    let add = async |client: &TestClient, name: &str| {
        client.post_file(&format!("/realm/emoji/{name}"), "x.png", png(9, 9)).await
    };
    add(&server.client("polonius"), "tick").await.refused(400, "Insufficient permission");
    add(&hamlet, "tick:").await.refused_with_code(400, "BAD_REQUEST");
    add(&hamlet, "smile").await.refused(400, "Only administrators can override default emoji.");
    hamlet.post_file("/realm/emoji/tick", "x.png", "nothing").await.refused_with_code(400, "BAD_IMAGE");
    hamlet.post("/realm/emoji/tick", &[]).await.refused_with_code(400, "BAD_REQUEST");
    assert!(queue.events().await.is_empty());
    add(&hamlet, "tick").await.done();
    add(&iago, "TICK").await.refused(400, "A custom emoji with this name already exists.");
    let text = "Must be an organization administrator or emoji author";
    othello.delete("/realm/emoji/tick", &[]).await.refused(400, text);
    hamlet.delete("/realm/emoji/nothing", &[]).await.refused(404, "Emoji 'nothing' does not exist");
    iago.delete("/realm/emoji/tick", &[]).await.done();
    hamlet.delete("/realm/emoji/tick", &[]).await.refused(404, "Emoji 'tick' does not exist");
    let administrators = json!({ "new": 2 }).to_string();
    iago.patch("/realm", &[("can_add_custom_emoji_group", &administrators)]).await.done();
    add(&hamlet, "other").await.refused(400, "Insufficient permission");
    // Administrators give standard names another picture.
    add(&iago, "smile").await.done();
    let id = iago.send_to_channel("Denmark", "t", ":smile:").await;
    let message = iago.get(&format!("/messages/{id}"), &[]).await.ok();
    assert!(message["message"]["content"].as_str().unwrap().contains("/user_avatars/1/emoji/images/"), "{message}");
}

/// Ids that came from elsewhere leave room for others: what counts is how many there are.
#[tokio::test]
async fn ids_may_be_large() {
    let server = TestServer::start().await;
    let far = |tx: &mut Tx<'_>| {
        let (name, file) = ("far".to_owned(), "2/emoji/images/far.png".to_owned());
        let row =
            EmojiRow { id: 4_000_000_000, name, author: UserId(4), file, is_animated: false, is_deactivated: false };
        tx.change(Change::Emoji(Arc::new(row)));
        Ok(())
    };
    server.app.realm.run(far).await.expect("it is there");
    let hamlet = server.client("hamlet");
    hamlet.post_file("/realm/emoji/near", "x.png", png(9, 9)).await.done();
    assert_eq!(emoji(&hamlet).await["4000000001"]["name"], "near");
    let id = hamlet.send_to_channel("Denmark", "t", "x").await;
    let react = |code: &'static str| [("emoji_name", "near"), ("emoji_code", code), ("reaction_type", "realm_emoji")];
    let path = format!("/messages/{id}/reactions");
    hamlet.post(&path, &react("4000000001")).await.done();
    for code in ["4294967296", "9223372036854775808", "-1", "1x"] {
        hamlet.post(&path, &react(code)).await.refused(400, "Invalid custom emoji.");
    }
}
