use serde_json::{Value, json};
use tidings_client::State;
use tidings_server::Config;
use tidings_testkit::client::{TestClient, TestQueue};
use tidings_testkit::{TestServer, test_config};

const ONLY_REALM: [(&str, &str); 2] = [("event_types", r#"["realm"]"#), ("fetch_event_types", r#"["realm"]"#)];

async fn shown(client: &TestClient) -> Value {
    let state = client.register(&ONLY_REALM).await.state;
    json!({
        "provider": state["realm_video_chat_provider"],
        "realm": state["realm_jitsi_server_url"],
        "server": state["server_jitsi_server_url"],
        "used": state["jitsi_server_url"],
        "offered": state["realm_available_video_chat_providers"].as_object().expect("an object").keys().collect::<Vec<_>>(),
    })
}

/// The events of a queue, folded into what was registered, give what is registered anew.
async fn folds(queue: &TestQueue, client: &TestClient) -> Vec<Value> {
    let mut state = State::from_initial(queue.state.as_object().cloned().expect("an object"));
    let events = queue.events().await;
    for event in &events {
        state.apply(&serde_json::from_value(event.clone()).expect("an event"));
    }
    let fresh = client.register(&ONLY_REALM).await.state;
    for name in
        ["realm_video_chat_provider", "realm_jitsi_server_url", "jitsi_server_url", "realm_message_retention_days"]
    {
        assert_eq!(state.get(name), Some(&fresh[name]), "{name}");
    }
    events
}

#[tokio::test]
async fn administrators_choose_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    let nothing =
        json!({ "provider": 0, "realm": null, "server": null, "used": "", "offered": ["disabled", "jitsi_meet"] });
    assert_eq!(shown(&polonius).await, nothing);
    let queue = polonius.register(&ONLY_REALM).await;
    iago.patch("/realm", &[("video_chat_provider", "1"), ("jitsi_server_url", r#""https://meet.example.com""#)])
        .await
        .done();
    let events = folds(&queue, &polonius).await;
    let told: Vec<Value> = events.iter().map(|event| json!([event["op"], event["property"], event["value"]])).collect();
    assert_eq!(
        told,
        [
            json!(["update", "video_chat_provider", 1]),
            json!(["update", "jitsi_server_url", "https://meet.example.com"])
        ]
    );
    let own = "https://meet.example.com";
    let chosen =
        json!({ "provider": 1, "realm": own, "server": null, "used": own, "offered": ["disabled", "jitsi_meet"] });
    let server = server.restart().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    assert_eq!(shown(&polonius).await, chosen);
    let queue = polonius.register(&ONLY_REALM).await;
    iago.patch("/realm", &[("video_chat_provider", "0"), ("jitsi_server_url", r#""default""#)]).await.done();
    let events = folds(&queue, &polonius).await;
    assert_eq!((&events[1]["property"], &events[1]["value"]), (&json!("jitsi_server_url"), &json!(null)));
    assert_eq!(shown(&polonius).await, nothing);
}

#[tokio::test]
async fn who_may_not_and_what_is_not_there() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&ONLY_REALM).await;
    for name in ["shiva", "hamlet", "polonius", "hamletbot"] {
        for (setting, value) in [("video_chat_provider", "1"), ("jitsi_server_url", r#""https://x.example""#)] {
            let refused = server.client(name).patch("/realm", &[(setting, value)]).await;
            refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        }
    }
    for (setting, value, text) in [
        // Zoom in both ways, what was Hangouts, and BigBlueButton, which is not configured.
        ("video_chat_provider", "3", "Invalid video_chat_provider"),
        ("video_chat_provider", "5", "Invalid video_chat_provider"),
        ("video_chat_provider", "2", "Invalid video_chat_provider"),
        ("video_chat_provider", "4", "Invalid video_chat_provider"),
        ("video_chat_provider", "-1", "Invalid video_chat_provider"),
        ("video_chat_provider", r#""jitsi""#, "video_chat_provider is not an integer"),
        ("jitsi_server_url", r#""javascript:alert(1)""#, "Invalid jitsi_server_url"),
        ("jitsi_server_url", r#""""#, "Invalid jitsi_server_url"),
        ("jitsi_server_url", "7", "jitsi_server_url is not a string"),
    ] {
        server.client("desdemona").patch("/realm", &[(setting, value)]).await.refused(400, text);
    }
    assert_eq!(queue.kinds().await, [""; 0]);
}

#[tokio::test]
async fn what_the_operator_set_up_is_used_until_somebody_chooses() {
    let config = Config { jitsi_server_url: Some("https://jitsi.example".to_owned()), ..test_config() };
    let server = TestServer::start_with(config).await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let all = json!({
        "provider": 1, "realm": null, "server": "https://jitsi.example", "used": "https://jitsi.example",
        "offered": ["disabled", "jitsi_meet"],
    });
    assert_eq!(shown(&hamlet).await, all);
    let queue = hamlet.register(&ONLY_REALM).await;
    iago.patch("/realm", &[("jitsi_server_url", r#""https://own.example""#)]).await.done();
    folds(&queue, &hamlet).await;
    assert_eq!(shown(&hamlet).await["used"], "https://own.example");
    let queue = hamlet.register(&ONLY_REALM).await;
    iago.patch("/realm", &[("jitsi_server_url", r#""default""#), ("video_chat_provider", "0")]).await.done();
    folds(&queue, &hamlet).await;
    assert_eq!(
        (&shown(&hamlet).await["used"], &shown(&hamlet).await["provider"]),
        (&json!("https://jitsi.example"), &json!(0))
    );
}
