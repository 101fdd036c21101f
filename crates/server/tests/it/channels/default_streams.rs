use serde_json::json;
use tidings_testkit::TestServer;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn members_are_told_and_guests_are_not() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let othello = server.client("othello").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    iago.post("/default_streams", &[("stream_id", "2")]).await.done();
    iago.post("/default_streams", &[("stream_id", "1")]).await.done();
    iago.post("/default_streams", &[("stream_id", "1")]).await.done();
    let events = othello.events().await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["default_streams"], json!([1, 2]));
    assert_eq!(polonius.kinds().await, NONE);
    let state = server.client("othello").register(&[]).await.state;
    assert_eq!(state["realm_default_streams"], json!([1, 2]));
    assert_eq!(server.client("polonius").register(&[]).await.state["realm_default_streams"], json!([]));
    iago.delete("/default_streams", &[("stream_id", "2")]).await.done();
    assert_eq!(othello.events().await[0]["default_streams"], json!([1]));
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let one = [("stream_id", "1")];
    let admin = "Must be an organization administrator";
    server.client("shiva").post("/default_streams", &one).await.refused(400, admin);
    server.client("shiva").delete("/default_streams", &one).await.refused(400, admin);
    let iago = server.client("iago");
    iago.post("/default_streams", &[("stream_id", "3")]).await.refused(400, "Private channels cannot be made default.");
    iago.post("/default_streams", &[("stream_id", "99")]).await.refused(400, "Invalid channel ID");
    iago.post("/default_streams", &[]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
    iago.post("/default_streams", &one).await.done();
    iago.patch("/streams/1", &[("is_private", "true")]).await.refused(400, "A default channel cannot be private.");
}
