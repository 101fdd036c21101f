use super::{assert_silent, events, modern};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn muting_is_told_to_the_user_alone_and_can_be_taken_back() {
    let server = TestServer::start().await;
    let (hamlet, iago) = (server.client("hamlet"), server.client("iago"));
    let (own, muted) = (modern(&hamlet).await, modern(&iago).await);
    hamlet.post("/users/me/muted_users/2", &[]).await.done();
    let told = events(&own).await;
    assert_eq!((told.len(), &told[0]["type"], &told[0]["muted_users"][0]["id"]), (1, &json!("muted_users"), &json!(2)));
    assert_eq!(modern(&hamlet).await.state["muted_users"], told[0]["muted_users"]);
    hamlet.post("/users/me/muted_users/2", &[]).await.refused(400, "User already muted");
    hamlet.delete("/users/me/muted_users/2", &[]).await.done();
    assert_eq!(events(&own).await, [json!({"type": "muted_users", "muted_users": []})]);
    hamlet.delete("/users/me/muted_users/2", &[]).await.refused(400, "User is not muted");
    assert_silent(&muted).await;
}

#[tokio::test]
async fn one_cannot_mute_oneself_or_nobody() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.post("/users/me/muted_users/4", &[]).await.refused(400, "Cannot mute self");
    hamlet.post("/users/me/muted_users/999", &[]).await.refused(400, "No such user");
    hamlet.delete("/users/me/muted_users/999", &[]).await.refused(400, "No such user");
    hamlet.post("/users/me/muted_users/iago", &[]).await.refused_with_code(400, "BAD_REQUEST");
}
