//! Drafts, saved snippets and views for navigation.

use super::{assert_silent, events, legacy, modern, setting};
use serde_json::{Value, json};
use tidings_testkit::TestServer;

fn draft(id: &Value, content: &str) -> Value {
    json!({ "id": id, "type": "stream", "to": [1], "topic": "plans", "content": content, "timestamp": 1_700_000_000 })
}

const DRAFTS: &str = r#"[{"type": "stream", "to": [1], "topic": " plans", "content": "First \n", "timestamp": 1700000000.75},
    {"type": "", "to": [7], "topic": "x", "content": "Second"}]"#;

#[tokio::test]
async fn drafts_are_kept_for_their_author_alone() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, old, other) = (modern(&hamlet).await, legacy(&hamlet).await, modern(&iago).await);
    let ids = hamlet.post("/drafts", &[("drafts", DRAFTS)]).await.ok()["ids"].clone();
    let told = events(&own).await;
    assert_eq!(told[0], json!({ "type": "drafts", "op": "add", "drafts": [draft(&ids[0], "First")] }));
    let second = &told[1]["drafts"][0];
    assert_eq!((&second["id"], &second["to"], &second["topic"]), (&ids[1], &json!([]), &json!("")));
    assert_eq!(events(&old).await, told);
    let listed = hamlet.get("/drafts", &[]).await.ok();
    assert_eq!(listed["count"], 2);
    // The second is of now, so it is the one that was edited last.
    assert_eq!(listed["drafts"], json!([second, draft(&ids[0], "First")]));

    let path = format!("/drafts/{}", ids[0]);
    let change = json!({ "type": "private", "to": [server.user_id("iago").0], "topic": "", "content": "To you", "timestamp": 5 });
    hamlet.patch(&path, &[("draft", &change.to_string())]).await.done();
    let mut edited = change.clone();
    edited["id"] = ids[0].clone();
    assert_eq!(events(&own).await, [json!({ "type": "drafts", "op": "update", "draft": edited })]);
    assert_eq!(modern(&hamlet).await.state["drafts"], json!([second, edited]));

    for (method, refused) in [
        ("delete", iago.delete(&path, &[]).await),
        ("edit", iago.patch(&path, &[("draft", &change.to_string())]).await),
    ] {
        assert_eq!((refused.status, &refused.json["msg"]), (404, &json!("Draft does not exist")), "{method}");
    }
    hamlet.delete(&path, &[]).await.done();
    assert_eq!(events(&own).await, [json!({ "type": "drafts", "op": "remove", "draft_id": ids[0] })]);
    assert_silent(&other).await;
    assert_eq!(modern(&iago).await.state["drafts"], json!([]));
    hamlet.delete(&path, &[]).await.refused_with_code(404, "BAD_REQUEST");
    server.anonymous().get("/drafts", &[]).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn drafts_that_cannot_be_are_refused_all_together() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let own = modern(&hamlet).await;
    let good = r#"{"type": "", "to": [], "topic": "", "content": "good"}"#;
    for (bad, text) in [
        (
            r#"{"type": "stream", "to": [], "topic": "", "content": "x"}"#,
            "Must specify exactly 1 channel ID for channel messages",
        ),
        (
            r#"{"type": "stream", "to": [1, 2], "topic": "", "content": "x"}"#,
            "Must specify exactly 1 channel ID for channel messages",
        ),
        (r#"{"type": "private", "to": [4711], "topic": "", "content": "x"}"#, "Invalid user ID 4711"),
        (r#"{"type": "", "to": [], "topic": "", "content": " "}"#, "Message must not be empty"),
        (r#"{"type": "", "to": [], "topic": "", "content": "x", "timestamp": -1}"#, "Timestamp must not be negative."),
        (r#"{"type": "e-mail", "to": [], "topic": "", "content": "x"}"#, "Invalid drafts[1][\"type\"]"),
        (r#"{"to": [], "topic": "", "content": "x"}"#, "drafts[1][\"type\"] is missing"),
    ] {
        hamlet.post("/drafts", &[("drafts", &format!("[{good}, {bad}]"))]).await.refused(400, text);
    }
    let hidden =
        format!(r#"[{{"type": "stream", "to": [{}], "topic": "", "content": "x"}}]"#, server.channel_id("secret"));
    server.client("othello").post("/drafts", &[("drafts", &hidden)]).await.refused_with_code(400, "BAD_REQUEST");
    assert_silent(&own).await;
    assert_eq!(hamlet.get("/drafts", &[]).await.ok()["count"], 0);
}

#[tokio::test]
async fn who_does_not_synchronize_drafts_has_none_on_the_server() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.post("/drafts", &[("drafts", DRAFTS)]).await.done();
    let own = modern(&hamlet).await;
    hamlet.patch("/settings", &[("enable_drafts_synchronization", "false")]).await.done();
    assert_eq!(events(&own).await, [setting("enable_drafts_synchronization", &json!(false))]);
    hamlet.get("/drafts", &[]).await.refused(400, "User has disabled synchronizing drafts.");
    hamlet.post("/drafts", &[("drafts", DRAFTS)]).await.refused(400, "User has disabled synchronizing drafts.");
    hamlet.patch("/settings", &[("enable_drafts_synchronization", "true")]).await.done();
    assert_eq!(hamlet.get("/drafts", &[]).await.ok()["count"], 0);
}

#[tokio::test]
async fn snippets_are_kept_for_their_author_alone() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, other) = (modern(&hamlet).await, modern(&iago).await);
    let made = hamlet.post("/saved_snippets", &[("title", " Greeting "), ("content", "Good **day**\n")]).await.ok();
    let id = &made["saved_snippet_id"];
    let listed = hamlet.get("/saved_snippets", &[]).await.ok()["saved_snippets"].clone();
    let snippet =
        json!({ "id": id, "title": "Greeting", "content": "Good **day**", "date_created": listed[0]["date_created"] });
    assert_eq!(listed, json!([snippet]));
    assert_eq!(events(&own).await, [json!({ "type": "saved_snippets", "op": "add", "saved_snippet": snippet })]);

    let path = format!("/saved_snippets/{id}");
    hamlet.patch(&path, &[("title", "Hello")]).await.done();
    let mut edited = snippet.clone();
    edited["title"] = json!("Hello");
    assert_eq!(events(&own).await, [json!({ "type": "saved_snippets", "op": "update", "saved_snippet": edited })]);
    assert_eq!(modern(&hamlet).await.state["saved_snippets"], json!([edited]));
    hamlet.patch(&path, &[]).await.done();
    assert_silent(&own).await;

    iago.patch(&path, &[("title", "Mine")]).await.refused(404, "Saved snippet does not exist");
    iago.delete(&path, &[]).await.refused(404, "Saved snippet does not exist");
    hamlet.post("/saved_snippets", &[("title", " "), ("content", "x")]).await.refused(400, "Title cannot be empty.");
    hamlet.patch(&path, &[("content", "")]).await.refused(400, "Content cannot be empty.");
    let long = "x".repeat(61);
    let refused = hamlet.post("/saved_snippets", &[("title", &long), ("content", "x")]).await;
    refused.refused(400, "Title is too long (limit: 60 characters)");

    hamlet.delete(&path, &[]).await.done();
    assert_eq!(events(&own).await, [json!({ "type": "saved_snippets", "op": "remove", "saved_snippet_id": id })]);
    assert_silent(&other).await;
    let again =
        hamlet.post("/saved_snippets", &[("title", "a"), ("content", "b")]).await.ok()["saved_snippet_id"].clone();
    assert!(again.as_u64() > id.as_u64(), "an id was given twice");
}

#[tokio::test]
async fn views_are_made_changed_and_removed_for_their_owner_alone() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, other) = (modern(&hamlet).await, modern(&iago).await);
    let alerted = [("fragment", "narrow/is/alerted"), ("is_pinned", "true"), ("name", "Alerts")];
    hamlet.post("/navigation_views", &alerted).await.done();
    hamlet.post("/navigation_views", &[("fragment", "inbox"), ("is_pinned", "false")]).await.done();
    let view = json!({ "fragment": "narrow/is/alerted", "is_pinned": true, "name": "Alerts" });
    let inbox = json!({ "fragment": "inbox", "is_pinned": false, "name": null });
    let add = |view: &Value| json!({ "type": "navigation_view", "op": "add", "navigation_view": view });
    assert_eq!(events(&own).await, [add(&view), add(&inbox)]);
    assert_eq!(hamlet.get("/navigation_views", &[]).await.ok()["navigation_views"], json!([inbox, view]));
    assert_eq!(modern(&hamlet).await.state["navigation_views"], json!([inbox, view]));

    let path = "/navigation_views/narrow%2Fis%2Falerted";
    hamlet.patch(path, &[("is_pinned", "true")]).await.done();
    assert_silent(&own).await;
    // Some clients leave the slashes as they are.
    hamlet.patch("/navigation_views/narrow/is/alerted", &[("is_pinned", "false")]).await.done();
    let data = json!({ "name": "Alerts", "is_pinned": false });
    let update = json!({ "type": "navigation_view", "op": "update", "fragment": "narrow/is/alerted", "data": data });
    assert_eq!(events(&own).await, [update]);

    for (params, text) in [
        (vec![("fragment", " "), ("is_pinned", "true"), ("name", "x")], "fragment cannot be blank"),
        (vec![("fragment", "narrow/is/dm"), ("is_pinned", "true")], "Custom views must have a valid name."),
        (
            vec![("fragment", "recent"), ("is_pinned", "true"), ("name", "x")],
            "Built-in views cannot have a custom name",
        ),
        (vec![("fragment", "inbox"), ("is_pinned", "true")], "Navigation view already exists."),
        (
            vec![("fragment", "narrow/is/dm"), ("is_pinned", "true"), ("name", "Alerts")],
            "Navigation view already exists.",
        ),
    ] {
        hamlet.post("/navigation_views", &params).await.refused(400, text);
    }
    iago.patch(path, &[("is_pinned", "true")]).await.refused(404, "Navigation view does not exist");
    iago.delete(path, &[]).await.refused(404, "Navigation view does not exist");
    hamlet.delete(path, &[]).await.done();
    let remove = json!({ "type": "navigation_view", "op": "remove", "fragment": "narrow/is/alerted" });
    assert_eq!(events(&own).await, [remove]);
    assert_silent(&other).await;
}

#[tokio::test]
async fn what_was_prepared_is_there_after_a_restart() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.post("/drafts", &[("drafts", DRAFTS)]).await.done();
    hamlet.post("/saved_snippets", &[("title", "a"), ("content", "b")]).await.done();
    hamlet.post("/navigation_views", &[("fragment", "feed"), ("is_pinned", "true")]).await.done();
    let state = |state: &Value| ["drafts", "saved_snippets", "navigation_views"].map(|name| state[name].clone());
    let before = state(&modern(&hamlet).await.state);
    let server = server.restart().await;
    assert_eq!(state(&modern(&server.client("hamlet")).await.state), before);
    assert_eq!(before[0].as_array().map(Vec::len), Some(2));
}
