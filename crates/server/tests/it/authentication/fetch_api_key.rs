use tidings_core::limits::API_KEYS_PER_USER_MAX;
use tidings_testkit::{TestServer, test_config};

pub(crate) const PASSWORD: &str = "correct horse";

/// Creates an account with a password; returns its id.
pub(crate) async fn with_password(server: &TestServer, email: &str) -> i64 {
    let params = [("email", email), ("password", PASSWORD), ("full_name", "Ophelia")];
    server.client("iago").post("/users", &params).await.ok()["user_id"].as_i64().expect("an id")
}

#[tokio::test]
async fn each_log_in_makes_a_key_that_works() {
    let server = TestServer::start().await;
    let id = with_password(&server, "ophelia@example.com").await;
    let mut keys = Vec::new();
    for username in ["ophelia@example.com", " OPHELIA@example.com"] {
        let params = [("username", username), ("password", PASSWORD)];
        let answer = server.anonymous().post("/fetch_api_key", &params).await.ok();
        assert_eq!((&answer["user_id"], &answer["email"]), (&id.into(), &"ophelia@example.com".into()));
        keys.push(answer["api_key"].as_str().unwrap().to_owned());
    }
    assert_ne!(keys[0], keys[1]);
    for key in &keys {
        assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let me = server.client_with("ophelia@example.com", key).get("/users/me", &[]).await.ok();
        assert_eq!(me["user_id"], id);
    }
}

#[tokio::test]
async fn wrong_credentials_are_all_refused_alike() {
    let server = TestServer::start().await;
    with_password(&server, "ophelia@example.com").await;
    for (username, password) in [
        ("ophelia@example.com", "wrong horse"),
        ("ophelia@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("hamlet@example.com", PASSWORD),
        ("hamletbot@example.com", PASSWORD),
    ] {
        let reply = server.anonymous().post("/fetch_api_key", &[("username", username), ("password", password)]).await;
        assert_eq!(reply.json["msg"], "Your username or password is incorrect", "{username}");
        reply.refused_with_code(401, "AUTHENTICATION_FAILED");
    }
    let reply = server.anonymous().post("/fetch_api_key", &[("username", "x")]).await;
    reply.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
}

#[tokio::test]
async fn a_deactivated_account_is_told_so_only_with_its_password() {
    let server = TestServer::start().await;
    let id = with_password(&server, "ophelia@example.com").await;
    server.client("iago").delete(&format!("/users/{id}"), &[]).await.done();
    let log_in = async |password| {
        let params = [("username", "ophelia@example.com"), ("password", password)];
        server.anonymous().post("/fetch_api_key", &params).await
    };
    log_in("wrong horse").await.refused_with_code(401, "AUTHENTICATION_FAILED");
    log_in(PASSWORD).await.refused_with_code(401, "USER_DEACTIVATED");
}

#[tokio::test]
async fn attempts_are_limited_by_address() {
    let server = TestServer::start_with(tidings_server::Config { login_limit_per_minute: 2, ..test_config() }).await;
    for attempt in 0..3 {
        let username = format!("nobody{attempt}@example.com");
        let params = [("username", username.as_str()), ("password", "wrong horse")];
        let reply = server.anonymous().post("/fetch_api_key", &params).await;
        if attempt < 2 {
            reply.refused_with_code(401, "AUTHENTICATION_FAILED");
        } else {
            assert!(reply.headers.contains_key("retry-after"));
            reply.refused_with_code(429, "RATE_LIMIT_HIT");
        }
    }
}

#[tokio::test]
async fn the_oldest_of_too_many_keys_stops_working() {
    let server = TestServer::start_with(tidings_server::Config { allow_dev_login: true, ..test_config() }).await;
    for _ in 1..API_KEYS_PER_USER_MAX {
        server.anonymous().post("/dev_fetch_api_key", &[("username", "hamlet@example.com")]).await.done();
    }
    server.client("hamlet").get("/users/me", &[]).await.done();
    server.anonymous().post("/dev_fetch_api_key", &[("username", "hamlet@example.com")]).await.done();
    server.client("hamlet").get("/users/me", &[]).await.refused(401, "Invalid API key");
}
