use tidings_testkit::{TestServer, test_config};

#[tokio::test]
async fn is_refused_unless_configured() {
    let server = TestServer::start().await;
    let reply = server.anonymous().post("/dev_fetch_api_key", &[("username", "hamlet@example.com")]).await;
    reply.refused(400, "DevAuthBackend not enabled.");
}

#[tokio::test]
async fn gives_a_key_to_people_without_a_password() {
    let server = TestServer::start_with(tidings_server::Config { allow_dev_login: true, ..test_config() }).await;
    let log_in = async |name: &str| server.anonymous().post("/dev_fetch_api_key", &[("username", name)]).await;
    let answer = log_in("hamlet@example.com").await.ok();
    let key = answer["api_key"].as_str().unwrap();
    server.client_with("hamlet@example.com", key).get("/users/me", &[]).await.done();
    log_in("hamletbot@example.com").await.refused_with_code(401, "AUTHENTICATION_FAILED");
    log_in("nobody@example.com").await.refused_with_code(401, "AUTHENTICATION_FAILED");
    server.client("iago").delete(&format!("/users/{}", server.user_id("hamlet")), &[]).await.done();
    log_in("hamlet@example.com").await.refused_with_code(401, "USER_DEACTIVATED");
}
