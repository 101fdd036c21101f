use serde_json::json;
use tidings_core::commands::Tx;
use tidings_core::commands::realm::reload_clients;
use tidings_testkit::TestServer;

#[tokio::test]
async fn everybody_is_told_who_asks_for_it() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["web_reload_client"]"#)];
    let (member, guest) =
        (server.client("hamlet").register(&types).await, server.client("polonius").register(&types).await);
    let other = server.client("cordelia").register(&[("event_types", r#"["message"]"#)]).await;
    for immediate in [false, true] {
        let reload = move |tx: &mut Tx<'_>| {
            reload_clients(tx, immediate);
            Ok(())
        };
        server.app.realm.run(reload).await.unwrap();
        for queue in [&member, &guest] {
            let events = queue.events().await;
            assert_eq!(events.len(), 1);
            assert_eq!(
                events[0],
                json!({ "type": "web_reload_client", "immediate": immediate, "id": events[0]["id"] })
            );
        }
    }
    assert!(other.events().await.is_empty());
}
