use super::{assert_silent, events, modern};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn words_are_added_once_and_removed_and_told_to_the_user_alone() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, other) = (modern(&hamlet).await, modern(&iago).await);
    let added = hamlet.post("/users/me/alert_words", &[("alert_words", r#"["Ghost", " skull ", "ghost", ""]"#)]).await;
    assert_eq!(added.ok()["alert_words"], json!(["Ghost", "skull"]));
    assert_eq!(events(&own).await, [json!({"type": "alert_words", "alert_words": ["Ghost", "skull"]})]);
    hamlet.post("/users/me/alert_words", &[("alert_words", r#"["GHOST"]"#)]).await.done();
    assert_silent(&own).await;
    let left = hamlet.delete("/users/me/alert_words", &[("alert_words", r#"["gHOST", "nothing"]"#)]).await;
    assert_eq!(left.ok()["alert_words"], json!(["skull"]));
    assert_eq!(events(&own).await, [json!({"type": "alert_words", "alert_words": ["skull"]})]);
    assert_eq!(hamlet.get("/users/me/alert_words", &[]).await.ok()["alert_words"], json!(["skull"]));
    assert_eq!(modern(&hamlet).await.state["alert_words"], json!(["skull"]));
    assert_eq!(modern(&iago).await.state["alert_words"], json!([]));
    assert_silent(&other).await;
}

#[tokio::test]
async fn words_that_are_too_long_or_no_words_are_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let long = format!("[{:?}]", "x".repeat(101));
    let refused = hamlet.post("/users/me/alert_words", &[("alert_words", &long)]).await;
    refused.refused(400, "alert_words[0] is too long (limit: 100 characters)");
    hamlet
        .post("/users/me/alert_words", &[("alert_words", "[1]")])
        .await
        .refused(400, "alert_words[0] is not a string");
    hamlet.post("/users/me/alert_words", &[]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    server.anonymous().get("/users/me/alert_words", &[]).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_message_with_an_alert_word_says_so_to_who_has_it() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    hamlet.post("/users/me/alert_words", &[("alert_words", r#"["ghost"]"#)]).await.done();
    let (own, other) = (modern(&hamlet).await, modern(&cordelia).await);
    server.client("iago").send_to_channel("Denmark", "night", "I saw a Ghost!").await;
    let flags =
        |events: Vec<serde_json::Value>| events.into_iter().find(|e| e["type"] == "message").unwrap()["flags"].clone();
    assert_eq!(flags(own.events().await), json!(["has_alert_word"]));
    assert_eq!(flags(other.events().await), json!([]));
}

#[tokio::test]
async fn more_words_than_anybody_has_are_not_looked_at() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let words = |count: usize| json!(vec!["ghost"; count]).to_string();
    for count in [1_000, 1_001] {
        let words = words(count);
        let list = [("alert_words", words.as_str())];
        for reply in
            [hamlet.post("/users/me/alert_words", &list).await, hamlet.delete("/users/me/alert_words", &list).await]
        {
            match count {
                1_000 => reply.done(),
                _ => reply.refused(400, "Too many alert words (limit: 1000)"),
            }
        }
    }
}
