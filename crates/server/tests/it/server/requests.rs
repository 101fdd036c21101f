//! What holds for requests to any endpoint, and for the pages of operators.

use tidings_core::audience::Audience;
use tidings_core::commands::Tx;
use tidings_testkit::TestServer;
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
