use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn answers_with_the_queue_and_the_version() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", "[]")]).await;
    assert_eq!(queue.state["last_event_id"], -1);
    assert_eq!(queue.state["zulip_feature_level"], 421);
    assert_eq!(queue.state["idle_queue_timeout_secs"], 600);
    assert!(queue.state.get("unread_msgs").is_none(), "nothing was asked for");
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for (name, value, msg) in [
        ("apply_markdown", "yes", "apply_markdown is not valid JSON"),
        ("event_types", "{}", "event_types is not a list"),
        ("narrow", r#"[["stream"]]"#, "narrow[0] should have exactly 2 items"),
        ("narrow", r#"[["dm","x"]]"#, "Operator dm not supported."),
        ("narrow", r#"[["is","followed"]]"#, "Operand followed not supported."),
        ("include_subscribers", "maybe", "Invalid include_subscribers"),
        ("client_capabilities", "{}", "notification_settings_null key is missing from client_capabilities"),
    ] {
        hamlet.post("/register", &[(name, value)]).await.refused(400, msg);
    }
    let polonius = server.client("polonius");
    polonius
        .post("/register", &[("all_public_streams", "true")])
        .await
        .refused(400, "User not authorized for this query");
}

#[tokio::test]
async fn odd_notations_of_clients_are_understood() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.register(&[("event_types", "null"), ("narrow", r#"["stream","Denmark"]"#)]).await;
    hamlet.register(&[("apply_markdown", "True"), ("event_types", "message"), ("event_types", "reaction")]).await;
    let answer = hamlet.post("/register", &[("nonsense", "1"), ("client", "x")]).await.ok();
    assert_eq!(answer["ignored_parameters_unsupported"], json!(["nonsense"]));
}

#[tokio::test]
async fn idle_timeouts_are_taken_within_their_limit() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for (name, value, expect) in [
        ("queue_lifespan_secs", "5000", 5000),
        ("queue_lifespan_secs", "99999999", 604_800),
        ("queue_lifespan_secs", "-5", 600),
        ("idle_queue_timeout", "\"mobile\"", 43_200),
        ("idle_queue_timeout", "30", 30),
    ] {
        let queue = hamlet.register(&[(name, value), ("event_types", "[]")]).await;
        assert_eq!(queue.state["idle_queue_timeout_secs"], expect, "{name}={value}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_told() {
    let server = TestServer::start().await;
    let reply = server.anonymous().post("/register", &[]).await;
    assert_eq!(reply.headers["www-authenticate"], "Basic realm=\"zulip\"");
    reply.refused_with_code(401, "UNAUTHORIZED");
    let wrong = server.client_with("hamlet@example.com", &"x".repeat(32));
    wrong.post("/register", &[]).await.refused(401, "Invalid API key");
    let other = server.client_with("iago@example.com", &tidings_testkit::fixture::key("hamlet"));
    other.post("/register", &[]).await.refused(401, "Invalid API key");
    server.client_with("hamlet@example.com", "short").post("/register", &[]).await.refused(401, "Malformed API key");
}
