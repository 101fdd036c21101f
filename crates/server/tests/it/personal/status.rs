use super::{assert_silent, events, modern};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_status_changes_part_by_part_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (hamlet, polonius) = (server.client("hamlet"), server.client("polonius"));
    let other = modern(&polonius).await;
    hamlet.post("/users/me/status", &[("status_text", " in Elsinore ")]).await.done();
    assert_eq!(events(&other).await, [json!({"type": "user_status", "user_id": 4, "status_text": "in Elsinore"})]);
    hamlet.post("/users/me/status", &[("emoji_name", "car")]).await.done();
    let car = json!({"emoji_name": "car", "emoji_code": "1f697", "reaction_type": "unicode_emoji"});
    let told = events(&other).await;
    assert_eq!((told[0]["emoji_code"].clone(), told[0].get("status_text")), (car["emoji_code"].clone(), None));
    let status = polonius.get("/users/4/status", &[]).await.ok()["status"].clone();
    assert_eq!((&status["status_text"], &status["emoji_name"]), (&json!("in Elsinore"), &json!("car")));
    assert_eq!(modern(&polonius).await.state["user_status"]["4"], status);
    // The same again is no news.
    hamlet.post("/users/me/status", &[("emoji_name", "car")]).await.done();
    assert_silent(&other).await;
    hamlet.post("/users/me/status", &[("status_text", ""), ("emoji_name", "")]).await.done();
    let told = events(&other).await;
    assert_eq!((&told[0]["status_text"], &told[0]["emoji_name"]), (&json!(""), &json!("")));
    assert_eq!(hamlet.get("/users/4/status", &[]).await.ok()["status"], json!({}));
    assert_eq!(modern(&polonius).await.state["user_status"], json!({}));
}

#[tokio::test]
async fn a_status_that_cannot_be_is_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let path = "/users/me/status";
    hamlet.post(path, &[]).await.refused(400, "Client did not pass any new values.");
    let long = "x".repeat(61);
    hamlet.post(path, &[("status_text", &long)]).await.refused(400, "status_text is too long (limit: 60 characters)");
    hamlet.post(path, &[("emoji_name", "invalid")]).await.refused(400, "Emoji 'invalid' does not exist");
    let nameless = hamlet.post(path, &[("emoji_code", "1f697")]).await;
    nameless.refused(400, "Client must pass emoji_name if they pass either emoji_code or reaction_type.");
    let mixed = [("emoji_name", "smile"), ("emoji_code", "1f697"), ("reaction_type", "unicode_emoji")];
    hamlet.post(path, &mixed).await.refused(400, "Invalid emoji name.");
    let custom = [("emoji_name", "x"), ("emoji_code", "1"), ("reaction_type", "realm_emoji")];
    hamlet.post(path, &custom).await.refused(400, "Invalid custom emoji.");
    hamlet.get("/users/999/status", &[]).await.refused(400, "No such user");
}

#[tokio::test]
async fn administrators_change_the_status_of_others() {
    let server = TestServer::start().await;
    let (iago, cordelia) = (server.client("iago"), server.client("cordelia"));
    let text = [("status_text", "on leave")];
    cordelia.post("/users/4/status", &text).await.refused(400, "Insufficient permission");
    iago.post("/users/999/status", &text).await.refused(400, "No such user");
    iago.post("/users/4/status", &[]).await.refused(400, "Client did not pass any new values.");
    let own = modern(&server.client("hamlet")).await;
    iago.post("/users/4/status", &text).await.done();
    assert_eq!(events(&own).await, [json!({"type": "user_status", "user_id": 4, "status_text": "on leave"})]);
}

#[tokio::test]
async fn away_is_the_opposite_of_being_seen() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let (own, other) = (modern(&hamlet).await, modern(&cordelia).await);
    hamlet.post("/users/me/status", &[("away", "true")]).await.done();
    let told = events(&other).await;
    assert_eq!(told[0], json!({"type": "user_status", "user_id": 4, "away": true}));
    assert_eq!((told.len(), &told[1]["type"]), (2, &json!("presence")));
    assert!(events(&own).await.contains(&super::setting("presence_enabled", &json!(false))));
    let state = modern(&hamlet).await.state;
    assert_eq!(
        (&state["user_status"]["4"], &state["user_settings"]["presence_enabled"]),
        (&json!({"away": true}), &json!(false))
    );
}
