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

#[tokio::test]
async fn new_people_are_announced_where_the_organization_wants_it() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let new = |name: &str, email: &str| {
        [
            ("full_name", name.to_owned()),
            ("email", email.to_owned()),
            ("password", "rosemary, for remembrance".to_owned()),
        ]
    };
    let create = async |name: &str, email: &str| {
        let new = new(name, email);
        iago.post("/users", &new.each_ref().map(|(name, value)| (*name, value.as_str()))).await.done();
    };
    create("Early", "early@x.example").await;
    let queue = server.client("cordelia").register(&[("event_types", r#"["realm", "message"]"#)]).await;
    let place = server.channel_id("Denmark").to_string();
    iago.patch("/realm", &[("signup_announcements_stream_id", &place)]).await.done();
    create("Ophelia", "ophelia@x.example").await;
    server.client("hamlet").post("/bots", &[("full_name", "Yorick"), ("short_name", "yorick")]).await.done();
    let told = queue.events().await;
    assert_eq!((&told[0]["op"], &told[0]["property"]), (&json!("update"), &json!("signup_announcements_stream_id")));
    assert_eq!(told[0]["value"], json!(server.channel_id("Denmark")));
    assert_eq!(told.len(), 2, "bots are not announced: {told:?}");
    let message = &told[1]["message"];
    assert_eq!((&message["subject"], &message["sender_full_name"]), (&json!("signups"), &json!("Notification Bot")));
    assert_eq!(message["content"], "@_**Ophelia|10** joined this organization.");
    let state = iago.register(&[]).await.state;
    assert_eq!(state["realm_signup_announcements_stream_id"], json!(server.channel_id("Denmark")));
    // A channel that is out of use is none.
    iago.delete(&format!("/streams/{place}"), &[]).await.done();
    queue.events().await;
    create("Late", "late@x.example").await;
    assert!(queue.events().await.iter().all(|event| event["type"] != "message"));
}
