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
async fn what_a_muted_user_sent_before_is_read() {
    let server = TestServer::start().await;
    let (hamlet, othello) = (server.client("hamlet"), server.client("othello"));
    let message = [("type", "direct"), ("to", "[4]"), ("content", "Put up thy sword")];
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(othello.post("/messages", &message).await.ok()["id"].clone());
    }
    let of_iago = server.client("iago").post("/messages", &message).await.ok()["id"].clone();
    let (own, other) = (modern(&hamlet).await, modern(&othello).await);
    hamlet.post("/users/me/muted_users/6", &[]).await.done();
    let told = events(&own).await;
    assert_eq!((&told[0]["type"], &told[0]["flag"]), (&json!("update_message_flags"), &json!("read")));
    assert_eq!((&told[0]["op"], &told[0]["messages"]), (&json!("add"), &json!(ids)));
    assert_eq!((told.len(), &told[1]["type"]), (2, &json!("muted_users")));
    let unread = &modern(&hamlet).await.state["unread_msgs"];
    assert_eq!((&unread["count"], &unread["pms"][0]["unread_message_ids"]), (&json!(1), &json!([of_iago])));
    assert_silent(&other).await;
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
