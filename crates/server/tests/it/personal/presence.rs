use super::{assert_silent, legacy, modern, without_id};
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, TestQueue};

const PATH: &str = "/users/me/presence";

async fn ping(client: &TestClient, status: &str) {
    client.post(PATH, &[("status", status), ("ping_only", "true")]).await.done();
}

async fn one(queue: &TestQueue) -> Value {
    let events = queue.events().await;
    assert_eq!(events.len(), 1, "{events:?}");
    without_id(&events[0])
}

#[tokio::test]
async fn each_client_is_told_in_the_form_it_knows() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let (new, old) = (modern(&cordelia).await, legacy(&cordelia).await);
    let slim = cordelia.register(&[("slim_presence", "true")]).await;
    ping(&server.client("hamlet"), "active").await;
    let event = one(&new).await;
    let seen = event["presences"]["4"]["active_timestamp"].as_i64().unwrap();
    let times = json!({"active_timestamp": seen, "idle_timestamp": seen});
    assert_eq!(event, json!({"type": "presence", "presences": {"4": times}}));
    let website = json!({"website": {"client": "website", "status": "active", "timestamp": seen, "pushable": false}});
    let event = one(&slim).await;
    assert_eq!((&event["user_id"], &event["presence"], event.get("email")), (&json!(4), &website, None));
    assert!(event["server_timestamp"].is_number());
    let event = one(&old).await;
    assert_eq!((&event["email"], &event["presence"]), (&json!("hamlet@example.com"), &website));
}

#[tokio::test]
async fn the_initial_state_has_the_form_the_client_knows() {
    let server = TestServer::start().await;
    ping(&server.client("hamlet"), "active").await;
    let cordelia = server.client("cordelia");
    let state = legacy(&cordelia).await.state;
    let hamlet = &state["presences"]["hamlet@example.com"];
    assert_eq!(hamlet["aggregated"]["status"], "active");
    assert_eq!(hamlet["website"]["pushable"], false);
    let seen = hamlet["aggregated"]["timestamp"].clone();
    assert!(state["server_timestamp"].is_number() && state["presence_last_update_id"].is_i64());
    let times = json!({"4": {"active_timestamp": seen, "idle_timestamp": seen}});
    assert_eq!(modern(&cordelia).await.state["presences"], times);
    assert_eq!(cordelia.register(&[("slim_presence", "true")]).await.state["presences"], times);
    server.clock.advance(15 * 86_400);
    assert_eq!(modern(&cordelia).await.state["presences"], json!({}));
    let far = cordelia.register(&[("slim_presence", "true"), ("presence_history_limit_days", "30")]).await;
    assert_eq!(far.state["presences"], times);
}

#[tokio::test]
async fn only_coming_back_is_told() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = modern(&server.client("cordelia")).await;
    ping(&hamlet, "idle").await;
    assert_silent(&queue).await;
    ping(&hamlet, "active").await;
    one(&queue).await;
    server.clock.advance(120);
    ping(&hamlet, "active").await;
    assert_silent(&queue).await;
    server.clock.advance(140);
    ping(&hamlet, "active").await;
    one(&queue).await;
}

#[tokio::test]
async fn polls_return_who_is_there_and_then_only_changes() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    ping(&hamlet, "active").await;
    let first = cordelia.post(PATH, &[("status", "idle"), ("last_update_id", "-1")]).await.ok();
    let users: Vec<&String> = first["presences"].as_object().unwrap().keys().collect();
    assert_eq!(users, ["4", "5"]);
    let last = first["presence_last_update_id"].to_string();
    server.clock.advance(5);
    ping(&hamlet, "idle").await;
    // Cordelia's own report is a change too.
    let next = cordelia.post(PATH, &[("status", "active"), ("last_update_id", &last)]).await.ok();
    assert_eq!(next["presences"].as_object().unwrap().len(), 2);
    let last = next["presence_last_update_id"].to_string();
    let next = cordelia.post(PATH, &[("status", "active"), ("last_update_id", &last)]).await.ok();
    let users: Vec<&String> = next["presences"].as_object().unwrap().keys().collect();
    assert_eq!(users, ["5"]);
    let old = cordelia.post(PATH, &[("status", "active"), ("new_user_input", "true")]).await.ok();
    assert_eq!(old["presences"]["hamlet@example.com"]["aggregated"]["status"], "idle");
    assert_eq!(old.get("ignored_parameters_unsupported"), None);
    let slim = cordelia.post(PATH, &[("status", "active"), ("slim_presence", "true")]).await.ok();
    assert!(slim["presences"]["4"]["idle_timestamp"].is_i64());
    let only = cordelia.post(PATH, &[("status", "active"), ("ping_only", "true")]).await.ok();
    assert_eq!(only, json!({"result": "success", "msg": ""}));
}

#[tokio::test]
async fn a_number_from_before_a_restart_means_everything() {
    let server = TestServer::start().await;
    ping(&server.client("hamlet"), "active").await;
    // Something durable takes the presence along to the disk.
    server.client("hamlet").post("/users/me/status", &[("status_text", "there")]).await.done();
    let first = server.client("cordelia").post(PATH, &[("status", "idle"), ("last_update_id", "-1")]).await.ok();
    let last = first["presence_last_update_id"].to_string();
    server.clock.advance(3);
    let server = server.restart().await;
    let next = server.client("cordelia").post(PATH, &[("status", "idle"), ("last_update_id", &last)]).await.ok();
    assert!(next["presences"]["4"].is_object(), "{next}");
    assert!(next["presence_last_update_id"].as_i64() > first["presence_last_update_id"].as_i64());
}

#[tokio::test]
async fn single_users_and_all_can_be_asked_for() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    cordelia.get("/users/4/presence", &[]).await.refused(400, "No presence data for 4");
    ping(&hamlet, "active").await;
    let presence = cordelia.get("/users/hamlet@example.com/presence", &[]).await.ok()["presence"].clone();
    assert_eq!(presence["website"]["status"], "active");
    assert_eq!(presence["aggregated"].as_object().unwrap().len(), 2);
    assert_eq!(cordelia.get("/users/4/presence", &[]).await.ok()["presence"], presence);
    cordelia.get("/users/8/presence", &[]).await.refused(400, "Presence is not supported for bot users.");
    cordelia.get("/users/999/presence", &[]).await.refused(400, "No such user");
    cordelia.get("/users/nobody@example.com/presence", &[]).await.refused(400, "No such user");
    let all = cordelia.get("/realm/presence", &[]).await.ok();
    assert_eq!(all["presences"]["hamlet@example.com"]["website"]["client"], "website");
    assert!(all["server_timestamp"].is_number());
}

#[tokio::test]
async fn who_does_not_want_to_be_seen_is_not() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.patch("/settings", &[("presence_enabled", "false")]).await.done();
    let queue = modern(&server.client("cordelia")).await;
    let before = queue.state["presences"]["4"].clone();
    ping(&hamlet, "active").await;
    assert_silent(&queue).await;
    assert_eq!(modern(&server.client("cordelia")).await.state["presences"]["4"], before);
    assert!(before["active_timestamp"].as_i64().unwrap() < server.clock.now() - 200);
    hamlet.patch("/settings", &[("presence_enabled", "true")]).await.done();
    let kinds = queue.kinds().await;
    assert_eq!(kinds, ["user_status", "presence"]);
}

#[tokio::test]
async fn bots_and_nonsense_are_refused() {
    let server = TestServer::start().await;
    let bot = server.client("hamletbot");
    bot.post(PATH, &[("status", "active")]).await.refused(400, "This endpoint does not accept bot requests.");
    let hamlet = server.client("hamlet");
    hamlet.post(PATH, &[("status", "asleep")]).await.refused(400, "Invalid status");
    hamlet.post(PATH, &[]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
}
