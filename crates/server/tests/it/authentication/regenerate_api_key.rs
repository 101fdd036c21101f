use tidings_testkit::TestServer;

#[tokio::test]
async fn a_new_key_replaces_ones_own() {
    let server = TestServer::start().await;
    let answer = server.client("hamlet").post("/users/me/api_key/regenerate", &[]).await.ok();
    let key = answer["api_key"].as_str().unwrap();
    server.client("hamlet").get("/users/me", &[]).await.refused_with_code(401, "UNAUTHORIZED");
    server.client_with("hamlet@example.com", key).get("/users/me", &[]).await.done();
    server.anonymous().post("/users/me/api_key/regenerate", &[]).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_new_key_replaces_that_of_ones_bot() {
    let server = TestServer::start().await;
    let path = format!("/bots/{}/api_key/regenerate", server.user_id("hamletbot"));
    server.client("cordelia").post(&path, &[]).await.refused(400, "Insufficient permission");
    let of_person = format!("/bots/{}/api_key/regenerate", server.user_id("cordelia"));
    server.client("iago").post(&of_person, &[]).await.refused(400, "No such bot");
    server.client("hamletbot").get("/users/me", &[]).await.done();
    for who in ["hamlet", "iago"] {
        let answer = server.client(who).post(&path, &[]).await.ok();
        let key = answer["api_key"].as_str().unwrap();
        server.client("hamletbot").get("/users/me", &[]).await.refused_with_code(401, "UNAUTHORIZED");
        server.client_with("hamletbot@example.com", key).get("/users/me", &[]).await.done();
    }
}
