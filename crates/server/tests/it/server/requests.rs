//! What holds for requests to any endpoint, and for the pages of operators.

use tidings_core::audience::Audience;
use tidings_core::commands::Tx;
use tidings_server::Config;
use tidings_testkit::{TestServer, test_config};
use tidings_types::events::Event;
use tidings_types::events::personal::AlertWords;

#[tokio::test]
async fn a_path_that_is_no_text_is_answered_as_an_error_of_the_api() {
    let server = TestServer::start().await;
    server.client("hamlet").get("/users/%ff", &[]).await.refused(404, "There is no such endpoint");
}

// The mistake is found where overflow is checked, as in all builds that run tests.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_server_that_cannot_change_anything_says_so() {
    let server = TestServer::start().await;
    let health = format!("{}/healthz", server.url);
    let status = async || reqwest::get(&health).await.expect("an answer").status().as_u16();
    assert_eq!(status().await, 200);
    // A command that breaks the writer itself, as only a mistake of ours could.
    let broken = |tx: &mut Tx<'_>| {
        tx.emit(Event::AlertWords(AlertWords { alert_words: Vec::new() }), Audience::realm());
        tx.state.seq = 0;
        Ok(())
    };
    assert!(server.app.realm.run(broken).await.is_err());
    // The first caller is let go a moment before the writer is gone, the second one only then.
    assert!(server.app.realm.run(|_| Ok(())).await.is_err());
    assert!(!server.app.realm.is_writable());
    assert_eq!(status().await, 503);
}

#[tokio::test]
async fn a_large_body_is_for_who_has_an_account() {
    let server = TestServer::start().await;
    let content = "x".repeat(20_000);
    let large = [("username", "hamlet@example.com"), ("password", content.as_str())];
    server.anonymous().post("/fetch_api_key", &large).await.refused_with_code(413, "BAD_REQUEST");
    let rendered = server.client("hamlet").post("/messages/render", &[("content", content.as_str())]).await.ok();
    assert!(rendered["rendered"].is_string());
}

#[tokio::test]
async fn metrics_are_for_programs_on_the_machine() {
    let server = TestServer::start().await;
    let page = format!("{}/metrics", server.url);
    let http = reqwest::Client::new();
    let local = http.get(&page).send().await.expect("an answer");
    assert_eq!(local.status().as_u16(), 200);
    assert!(local.text().await.expect("text").contains("tidings_queues"));
    for header in ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"] {
        let passed_on = http.get(&page).header(header, "127.0.0.1").send().await.expect("an answer");
        assert_eq!(passed_on.status().as_u16(), 403, "{header}");
    }
}

#[tokio::test]
async fn metrics_are_for_who_has_the_token() {
    let server = TestServer::start_with(Config { metrics_token: Some("secret".to_owned()), ..test_config() }).await;
    let page = format!("{}/metrics", server.url);
    let http = reqwest::Client::new();
    let status = async |request: reqwest::RequestBuilder| request.send().await.expect("an answer").status().as_u16();
    assert_eq!(status(http.get(&page)).await, 401);
    assert_eq!(status(http.get(&page).bearer_auth("secre")).await, 401);
    assert_eq!(status(http.get(&page).header("Authorization", "secret")).await, 401);
    let passed_on = http.get(&page).bearer_auth("secret").header("X-Forwarded-For", "192.0.2.1");
    assert_eq!(status(passed_on).await, 200);
}

/// One log-in a minute from each address.
async fn attempts(trusted_proxies: &str, forwarded_for: &[&str]) -> Vec<u16> {
    let trusted_proxies = trusted_proxies.parse().expect("networks");
    let server = TestServer::start_with(Config { login_limit_per_minute: 1, trusted_proxies, ..test_config() }).await;
    let client = server.anonymous();
    let mut statuses = Vec::new();
    for (number, forwarded_for) in forwarded_for.iter().enumerate() {
        let request = client.request(reqwest::Method::POST, "/fetch_api_key").header("X-Forwarded-For", *forwarded_for);
        let form = format!("username=nobody{number}@example.com&password=x");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        statuses.push(client.send(request).await.status);
    }
    statuses
}

#[tokio::test]
async fn who_is_no_trusted_proxy_cannot_say_where_a_request_is_from() {
    assert_eq!(attempts("", &["192.0.2.1", "192.0.2.2"]).await, [401, 429]);
    assert_eq!(attempts("192.0.2.0/24", &["192.0.2.1", "192.0.2.2"]).await, [401, 429]);
    assert_eq!(attempts("127.0.0.1", &["192.0.2.1", "192.0.2.2"]).await, [401, 401]);
    // What a client adds in front of what the proxy adds makes no difference.
    assert_eq!(attempts("127.0.0.0/8", &["198.51.100.1, 192.0.2.1", "198.51.100.2, 192.0.2.1"]).await, [401, 429]);
}
