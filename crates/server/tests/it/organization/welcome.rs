use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];

/// What somebody has in their direct messages.
async fn direct(client: &TestClient) -> Vec<Value> {
    let params = [("anchor", "newest"), ("num_before", "9"), ("num_after", "0"), ("narrow", r#"[["is", "dm"]]"#)];
    let answer = client.get("/messages", &[&params[..], &[("apply_markdown", "false")]].concat()).await.ok();
    let messages = answer["messages"].as_array().expect("a list").clone();
    messages.into_iter().map(|message| json!([message["sender_full_name"], message["content"]])).collect()
}

async fn new_user(server: &TestServer, email: &str) -> TestClient {
    let new = [("email", email), ("full_name", "Ophelia"), ("password", "rosemary, for remembrance")];
    server.client("iago").post("/users", &new).await.done();
    let login = [("username", email), ("password", "rosemary, for remembrance")];
    let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].clone();
    server.client_with(email, key.as_str().expect("a key"))
}

#[tokio::test]
async fn new_people_are_greeted_with_what_administrators_wrote() {
    let server = TestServer::start().await;
    let (iago, othello) = (server.client("iago"), server.client("othello").register(&[]).await);
    assert_eq!(direct(&new_user(&server, "before@example.com").await).await, Vec::<Value>::new());
    iago.patch("/realm", &[("welcome_message_custom_text", "Come *in*")]).await.done();
    let told = othello.events().await;
    let update = told.iter().find(|event| event["property"] == "welcome_message_custom_text").expect("it is told");
    assert_eq!(update["value"], "Come *in*");
    let greeted = new_user(&server, "after@example.com").await;
    assert_eq!(direct(&greeted).await, [json!(["Notification Bot", "Come *in*"])]);
    othello.events().await;
    let test = [("welcome_message_custom_text", "A *test*")];
    let id = iago.post("/realm/test_welcome_bot_custom_message", &test).await.ok()["message_id"].clone();
    assert_eq!(iago.get(&format!("/messages/{id}"), &[]).await.ok()["message"]["content"], "<p>A <em>test</em></p>");
    assert_eq!(othello.kinds().await, NONE, "nobody else has it");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let path = "/realm/test_welcome_bot_custom_message";
    let (name, long) = ("welcome_message_custom_text", "x".repeat(8001));
    hamlet.post(path, &[(name, "x")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.post(path, &[(name, " ")]).await.refused(400, "Message must not be empty");
    let limit = "welcome_message_custom_text is too long (limit: 8000 characters)";
    iago.post(path, &[(name, &long)]).await.refused(400, limit);
    iago.patch("/realm", &[(name, &long)]).await.refused(400, "Invalid welcome_message_custom_text");
}

#[tokio::test]
async fn what_is_shown_once_is_not_shown_again() {
    let server = TestServer::start().await;
    let (hamlet, path) = (server.client("hamlet"), "/users/me/onboarding_steps");
    let (own, other) = (hamlet.register(&[]).await, server.client("othello").register(&[]).await);
    let step = json!({"type": "one_time_notice", "name": "intro_resolve_topic"});
    let steps = own.state["onboarding_steps"].as_array().expect("a list").clone();
    assert!(steps.contains(&step));
    hamlet.post(path, &[("onboarding_step", "intro_resolve_topic")]).await.done();
    hamlet.post(path, &[("onboarding_step", "intro_resolve_topic")]).await.done();
    let rest: Vec<Value> = steps.into_iter().filter(|known| *known != step).collect();
    let told = own.events().await;
    assert_eq!((told.len(), &told[0]["onboarding_steps"]), (1, &json!(rest)));
    assert_eq!(hamlet.register(&[]).await.state["onboarding_steps"], json!(rest));
    assert_eq!(other.kinds().await, NONE);
    hamlet.post(path, &[("onboarding_step", "x")]).await.refused(400, "Unknown onboarding_step: x");
    let bot = server.client("hamletbot").post(path, &[("onboarding_step", "intro_resolve_topic")]).await;
    bot.refused(400, "This endpoint does not accept bot requests.");
}
