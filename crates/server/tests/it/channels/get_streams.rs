use super::ids;
use serde_json::json;
use tidings_testkit::TestServer;

async fn list(server: &TestServer, who: &str, params: &[(&str, &str)]) -> Vec<i64> {
    ids(&server.client(who).get("/streams", params).await.ok()["streams"])
}

#[tokio::test]
async fn lists_the_kinds_asked_for_of_what_one_may_know() {
    let server = TestServer::start().await;
    let only = |kind: &'static str| [("include_public", "false"), ("include_subscribed", "false"), (kind, "true")];
    assert_eq!(list(&server, "hamlet", &[]).await, [1, 2, 3, 4, 5]);
    assert_eq!(list(&server, "othello", &[]).await, [1, 2, 5]);
    assert_eq!(list(&server, "polonius", &[]).await, [1, 5]);
    assert_eq!(list(&server, "iago", &[]).await, [1, 2, 5]);
    assert_eq!(list(&server, "iago", &only("include_all")).await, [1, 2, 3, 4, 5]);
    assert_eq!(list(&server, "iago", &only("include_all_active")).await, [1, 2, 3, 4, 5]);
    assert_eq!(list(&server, "iago", &only("include_can_access_content")).await, [1, 2, 5]);
    assert_eq!(list(&server, "othello", &only("include_web_public")).await, [5]);
    assert_eq!(list(&server, "hamlet", &[("include_public", "false")]).await, [1, 3, 4]);
    // The owner's private channels are no business of the bot.
    assert_eq!(list(&server, "hamletbot", &only("include_owner_subscribed")).await, [1]);
    server.client("iago").post("/default_streams", &[("stream_id", "2")]).await.done();
    let listed = server.client("othello").get("/streams", &only("include_default")).await.ok();
    assert_eq!((ids(&listed["streams"]), &listed["streams"][0]["is_default"]), (vec![2], &json!(true)));
    server.client("iago").delete("/streams/2", &[]).await.done();
    assert_eq!(list(&server, "othello", &[]).await, [1, 5]);
    assert_eq!(list(&server, "othello", &[("exclude_archived", "false")]).await, [1, 2, 5]);
    let all = server.client("hamlet").get("/streams", &[("include_all_active", "true")]).await;
    all.refused(400, "User not authorized for this query");
}

#[tokio::test]
async fn one_channel_by_id_and_by_name() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    assert_eq!(cordelia.get("/get_stream_id", &[("stream", "SECRET")]).await.ok()["stream_id"], 3);
    assert_eq!(cordelia.get("/streams/3", &[]).await.ok()["stream"]["name"], "secret");
    let othello = server.client("othello");
    othello.get("/get_stream_id", &[("stream", "secret")]).await.refused(400, "Invalid channel name 'secret'");
    othello.get("/get_stream_id", &[("stream", "nowhere")]).await.refused(400, "Invalid channel name 'nowhere'");
    othello.get("/streams/3", &[]).await.refused(400, "Invalid channel ID");
    othello.get("/streams/99", &[]).await.refused(400, "Invalid channel ID");
    server.client("polonius").get("/streams/2", &[]).await.refused(400, "Invalid channel ID");
}
