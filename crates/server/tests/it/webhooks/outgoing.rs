use super::service::{Request, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};
use std::time::Duration;
use tidings_server::Config;
use tidings_testkit::client::TestQueue;
use tidings_testkit::{TestServer, contract, test_config};

/// Services of tests are on this machine, which is a private network.
fn config() -> Config {
    Config { webhook_networks: "127.0.0.0/8".parse().expect("a network"), ..test_config() }
}

/// Gives hamlet an outgoing webhook, account 9; returns its token.
async fn create(server: &TestServer, url: &str, interface: &str) -> String {
    let params = [
        ("full_name", "Ghost"),
        ("short_name", "ghost"),
        ("bot_type", "3"),
        ("payload_url", url),
        ("interface_type", interface),
    ];
    server.client("hamlet").post("/bots", &params).await.done();
    let state = server.client("hamlet").register(&[]).await.state;
    let service = &state["realm_bots"][1]["services"][0];
    assert_eq!((&service["base_url"], &service["interface"].to_string()), (&json!(url), &interface.to_owned()));
    service["token"].as_str().expect("a token").to_owned()
}

async fn watch(server: &TestServer, name: &str) -> TestQueue {
    let params = [("event_types", r#"["message"]"#), ("apply_markdown", "false"), ("idle_queue_timeout", "86400")];
    server.client(name).register(&params).await
}

/// Waits until a message of this sender arrives.
async fn message_of(queue: &TestQueue, sender: &str) -> Value {
    for _ in 0..20 {
        let found = queue.wait().await.into_iter().find(|event| event["message"]["sender_full_name"] == sender);
        if let Some(event) = found {
            return event["message"].clone();
        }
    }
    panic!("no message of {sender}");
}

fn check_signature(request: &Request, token: &str) {
    let header = |name: &str| request.headers[name].to_str().expect("text");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(token).expect("base64"));
    let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), request.body);
    let expect = format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes())));
    assert_eq!(header("webhook-signature"), expect);
}

#[tokio::test]
async fn a_mention_is_told_as_described_and_replied_to_where_it_was() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    let token = create(&server, &service.url, "1").await;
    let queue = watch(&server, "cordelia").await;
    service.answer(200, r#"{"content": "**Remember** me"}"#);
    let id = server.client("cordelia").send_to_channel("Denmark", "the wall", "@**Ghost** who's there?").await;
    let request = &service.take(1).await[0];
    check_signature(request, &token);
    assert_eq!(request.headers["webhook-id"], format!("{id}-9"));
    let payload: Value = serde_json::from_str(&request.body).unwrap();
    let webhook = &contract::described()["x-webhooks"]["zulip-outgoing-webhook"]["post"];
    contract::check_value(&webhook["requestBody"]["content"]["application/json"]["schema"], &payload).unwrap();
    assert_eq!((&payload["trigger"], &payload["token"]), (&json!("mention"), &json!(token)));
    assert_eq!((&payload["bot_email"], &payload["bot_full_name"]), (&json!("ghost-bot@example.com"), &json!("Ghost")));
    assert_eq!(payload["data"], "@**Ghost** who's there?");
    let message = &payload["message"];
    assert_eq!((&message["id"], &message["content"]), (&json!(id), &payload["data"]));
    assert!(message["rendered_content"].as_str().unwrap().starts_with("<p><span class=\"user-mention\""));
    let reply = message_of(&queue, "Ghost").await;
    assert_eq!((&reply["content"], &reply["subject"]), (&json!("**Remember** me"), &json!("the wall")));
    assert_eq!(reply["display_recipient"], "Denmark");
}

#[tokio::test]
async fn direct_messages_are_told_and_what_is_for_nobody_is_not() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    create(&server, &service.url, "1").await;
    let cordelia = server.client("cordelia");
    cordelia.send_to_channel("Denmark", "t", "Ghost, @_**Ghost**, @**all**").await;
    server.client("hamletbot").send_to_channel("Denmark", "t", "@**Ghost** from a bot").await;
    cordelia.send_to_channel("secret", "t", "@**Ghost** cannot read this").await;
    service.answer(200, r#"{"response_not_required": true, "content": "never"}"#);
    service.answer(200, r#"{"response_string": "Adieu"}"#);
    let queue = watch(&server, "othello").await;
    let users = [server.user_id("othello"), tidings_types::UserId(9)];
    cordelia.send_to_users(&users, "first").await;
    let payload: Value = serde_json::from_str(&service.take(1).await[0].body).unwrap();
    assert_eq!((&payload["trigger"], &payload["data"]), (&json!("direct_message"), &json!("first")));
    cordelia.send_to_users(&users, "second").await;
    assert_eq!(service.take(1).await.len(), 1, "the others were for nobody");
    let reply = message_of(&queue, "Ghost").await;
    assert_eq!((&reply["content"], &reply["type"]), (&json!("Adieu"), &json!("private")));
    assert_eq!(reply["display_recipient"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn slack_s_form_has_its_fields_and_only_channels() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    let token = create(&server, &service.url, "2").await;
    let queue = watch(&server, "hamlet").await;
    service.answer(200, r#"{"text": "boo"}"#);
    let id = server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** hi").await;
    let request = &service.take(1).await[0];
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    check_signature(request, &token);
    let fields: std::collections::BTreeMap<_, _> =
        form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
    for (name, value) in [
        ("token", token.as_str()),
        ("channel_id", "C1"),
        ("channel_name", "Denmark"),
        ("thread_ts", &id.to_string()),
        ("user_id", "U5"),
        ("user_name", "Cordelia"),
        ("text", "@**Ghost** hi"),
        ("trigger_word", "mention"),
        ("service_id", "9"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert_eq!(message_of(&queue, "Ghost").await["content"], "boo");
    server.client("cordelia").send_to_users(&[tidings_types::UserId(9)], "psst").await;
    let told = message_of(&queue, "Notification Bot").await;
    assert!(told["content"].as_str().unwrap().contains("Slack's format has no direct messages"), "{told}");
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn a_service_that_is_down_is_told_again_and_later_its_owner() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    create(&server, &service.url, "1").await;
    let (owner, outsider) = (watch(&server, "hamlet").await, watch(&server, "othello").await);
    for _ in 0..4 {
        service.answer(503, "");
    }
    service.answer(200, r#"{"content": "back"}"#);
    server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** hello").await;
    let first = service.take(1).await[0].headers["webhook-id"].clone();
    for (pause, tries) in [(2, 1), (10, 2), (60, 3), (300, 4)] {
        pass(&server, tries, pause).await;
        assert_eq!(service.take(1).await[0].headers["webhook-id"], first, "the same name each time");
    }
    assert_eq!(message_of(&owner, "Ghost").await["content"], "back");
    for _ in 0..5 {
        service.answer(500, "");
    }
    server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** again").await;
    service.take(1).await;
    for (pause, tries) in [(2, 1), (10, 2), (60, 3), (300, 4)] {
        pass(&server, tries, pause).await;
        service.take(1).await;
    }
    let told = message_of(&owner, "Notification Bot").await;
    assert!(told["content"].as_str().unwrap().contains("status 500"), "{told}");
    assert_eq!(told["type"], "private");
    assert_eq!(outsider.kinds().await, [""; 0], "nobody else is told");
    assert_eq!(server.app.realm.state().webhooks.next_due(), None);
}

#[tokio::test]
async fn what_will_not_work_is_told_at_once() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    create(&server, &service.url, "1").await;
    let owner = watch(&server, "hamlet").await;
    for (status, body, says) in [
        (302, "", "redirect (302)"),
        (404, "", "status 404"),
        (200, "<html>", "no JSON"),
        (200, "[]", "no JSON object"),
        (200, r#"{"content": "@**all**\u0000"}"#, "null bytes"),
        (200, &json!({ "x": "y".repeat(300_000) }).to_string(), "longer than"),
    ] {
        service.answer(status, body);
        server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** hello").await;
        assert_eq!(service.take(1).await.len(), 1, "nothing is followed");
        let told = message_of(&owner, "Notification Bot").await;
        assert!(told["content"].as_str().unwrap().contains(says), "{says}: {told}");
    }
}

#[tokio::test]
async fn private_networks_are_out_of_reach_unless_allowed() {
    let server = TestServer::start().await;
    let service = Service::start().await;
    create(&server, &service.url, "1").await;
    let (hamlet, owner) = (server.client("hamlet"), watch(&server, "hamlet").await);
    let port = service.url.split(':').nth(2).unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "[::1]", "0.0.0.0"] {
        let url = format!("http://{host}:{port}");
        hamlet.patch("/bots/9", &[("service_payload_url", &url)]).await.done();
        server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** hello").await;
        let told = message_of(&owner, "Notification Bot").await;
        assert!(told["content"].as_str().unwrap().contains("its host is in a private network"), "{host}: {told}");
    }
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn a_restart_and_a_deletion_change_what_is_told() {
    let server = TestServer::start_with(config()).await;
    let service = Service::start().await;
    create(&server, &service.url, "1").await;
    service.answer(503, "");
    service.answer(503, "");
    let cordelia = server.client("cordelia");
    let gone = cordelia.send_to_channel("Denmark", "t", "@**Ghost** forget it").await;
    cordelia.send_to_channel("Denmark", "t", "@**Ghost** remember").await;
    service.take(2).await;
    server.client("iago").delete(&format!("/messages/{gone}"), &[]).await.done();
    wait_for(&server, |server| server.app.realm.state().webhooks.due(i64::MAX).all(|row| row.tries == 1)).await;
    // It may be told again before the restart, or after it.
    service.answer(200, r#"{"content": "still here"}"#);
    let server = server.restart().await;
    server.clock.advance(2);
    let payload: Value = serde_json::from_str(&service.take(1).await[0].body).unwrap();
    assert_eq!(payload["data"], "@**Ghost** remember");
    wait_for(&server, |server| server.app.realm.state().webhooks.next_due().is_none()).await;
    let newest = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0"), ("apply_markdown", "false")];
    let newest = server.client("cordelia").get("/messages", &newest).await.ok()["messages"][0].clone();
    assert_eq!((&newest["sender_full_name"], &newest["content"]), (&json!("Ghost"), &json!("still here")));
    assert_eq!(service.count(), 0);
    // A bot that is not in use is told nothing.
    server.client("hamlet").delete("/bots/9", &[]).await.done();
    server.client("cordelia").send_to_channel("Denmark", "t", "@**Ghost** hello").await;
    assert_eq!(server.app.realm.state().webhooks.next_due(), None);
}

/// Once it is written down that so many tries failed, time passes until the next.
async fn pass(server: &TestServer, tries: u32, pause: i64) {
    wait_for(server, |server| server.app.realm.state().webhooks.due(i64::MAX).any(|row| row.tries == tries)).await;
    server.clock.advance(pause);
}

async fn wait_for(server: &TestServer, test: impl Fn(&TestServer) -> bool) {
    for _ in 0..500 {
        if test(server) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it did not come about");
}
