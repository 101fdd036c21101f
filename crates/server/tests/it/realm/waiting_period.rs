use serde_json::{Value, json};
use tidings_server::promotion;
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

const DAY_SECS: i64 = 86_400;

fn members(events: &[Value], op: &str) -> Vec<Value> {
    let of = |event: &&Value| kind(event) == format!("user_group/{op}") && event["group_id"] == 4;
    events.iter().filter(of).map(|event| event["user_ids"].clone()).collect()
}

#[tokio::test]
async fn new_members_wait_until_they_are_full_members() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    let secret = "/streams/3";
    owner.patch(secret, &[("can_administer_channel_group", r#"{"new":4}"#)]).await.done();
    let types = [("event_types", r#"["user_group","realm","stream"]"#), ("idle_queue_timeout", "604800")];
    let (guest, othello) =
        (server.client("polonius").register(&types).await, server.client("othello").register(&types).await);

    server.client("desdemona").patch("/realm", &[("waiting_period_threshold", "3")]).await.done();
    let events = guest.events().await;
    assert_eq!((&events[0]["property"], &events[0]["value"]), (&json!("waiting_period_threshold"), &json!(3)));
    assert_eq!(members(&events, "remove_members"), [json!([4, 5, 6, 8])]);
    assert_eq!(othello.kinds().await.last().map(String::as_str), Some("stream/delete"), "only full members see it");
    server.client("othello").get(secret, &[]).await.refused(400, "Invalid channel ID");

    server.clock.advance(2 * DAY_SECS);
    promotion::promote(&server.app).await.unwrap();
    assert!(guest.events().await.is_empty(), "not yet");
    server.clock.advance(DAY_SECS);
    promotion::promote(&server.app).await.unwrap();
    assert_eq!(members(&guest.events().await, "add_members"), [json!([4, 5, 6, 8])]);
    assert!(othello.kinds().await.contains(&"stream/create".to_owned()));
    promotion::promote(&server.app).await.unwrap();
    assert!(guest.events().await.is_empty(), "told once");

    // It is still so after a restart, and new accounts wait anew.
    let server = server.restart().await;
    let state = server.client("iago").register(&[]).await.state;
    assert_eq!(state["realm_user_groups"][3]["members"], json!([4, 5, 6, 8]));
    let new = [("email", "new@example.com"), ("full_name", "New"), ("password", "a long password")];
    let id = server.client("iago").post("/users", &new).await.ok()["user_id"].clone();
    let state = server.client("iago").register(&[]).await.state;
    assert_eq!(state["realm_user_groups"][3]["members"], json!([4, 5, 6, 8]));
    server.client("desdemona").patch("/realm", &[("waiting_period_threshold", "0")]).await.done();
    let state = server.client("iago").register(&[]).await.state;
    assert_eq!(state["realm_user_groups"][3]["members"], json!([4, 5, 6, 8, id]));
    let refused = server.client("hamlet").patch("/realm", &[("waiting_period_threshold", "1")]).await;
    refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    server
        .client("desdemona")
        .patch("/realm", &[("waiting_period_threshold", "-1")])
        .await
        .refused(400, "Invalid waiting_period_threshold");
}

#[tokio::test]
async fn some_permissions_only_owners_give() {
    let server = TestServer::start().await;
    for name in ["can_create_groups", "can_manage_all_groups", "can_invite_users_group", "create_multiuse_invite_group"]
    {
        let refused = server.client("iago").patch("/realm", &[(name, r#"{"new":3}"#)]).await;
        refused.refused(400, "Must be an organization owner");
        server.client("desdemona").patch("/realm", &[(name, r#"{"new":3}"#)]).await.done();
    }
}

#[tokio::test]
async fn the_name_and_what_the_organization_says_of_itself() {
    let server = TestServer::start().await;
    let queue = server.client("polonius").register(&[("event_types", r#"["realm"]"#)]).await;
    let iago = server.client("iago");
    iago.patch("/realm", &[("name", " Elsinore "), ("description", "A *castle*")]).await.done();
    let events = queue.events().await;
    let told: Vec<_> = events.iter().map(|event| (event["property"].clone(), event["value"].clone())).collect();
    assert_eq!(told, [(json!("name"), json!("Elsinore")), (json!("description"), json!("A *castle*"))]);
    let state = server.client("polonius").register(&[]).await.state;
    assert_eq!((&state["realm_name"], &state["realm_description"]), (&json!("Elsinore"), &json!("A *castle*")));
    iago.patch("/realm", &[("name", "  ")]).await.refused(400, "Organization name is too long or empty.");
    let long = "x".repeat(1_001);
    iago.patch("/realm", &[("description", &long)]).await.refused(400, "Organization description is too long.");
}
