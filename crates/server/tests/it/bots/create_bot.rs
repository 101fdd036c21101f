use serde_json::json;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::groups::system;
use tidings_core::state::realm::RealmSettings;
use tidings_testkit::TestServer;

const YORICK: [(&str, &str); 2] = [("full_name", "Yorick"), ("short_name", "yorick")];

#[tokio::test]
async fn the_owner_gets_its_key_and_who_manages_it_hears_of_it() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_user","realm_bot","user_group"]"#)];
    let mut queues = Vec::new();
    for who in ["hamlet", "iago", "desdemona", "cordelia", "shiva", "polonius", "hamletbot"] {
        queues.push((who, server.client(who).register(&types).await));
    }
    let answer = server.client("hamlet").post("/bots", &YORICK).await.ok();
    assert_eq!((&answer["user_id"], &answer["email"]), (&json!(9), &json!("yorick-bot@example.com")));
    let bot = server.client_with("yorick-bot@example.com", answer["api_key"].as_str().unwrap());
    let me = bot.get("/users/me", &[]).await.ok();
    assert_eq!((&me["is_bot"], &me["bot_owner_id"], &me["role"]), (&json!(true), &json!(4), &json!(400)));
    for (who, queue) in queues {
        let events = queue.events().await;
        let told = events.iter().find(|event| event["type"] == "realm_bot");
        assert_eq!(told.is_some(), ["hamlet", "iago", "desdemona"].contains(&who), "{who}");
        if let Some(event) = told {
            assert_eq!(event["bot"]["owner_id"], 4);
            assert_eq!(event["bot"]["api_key"], "", "keys are in no event");
        }
        assert_eq!(events[0]["person"]["bot_type"], 1, "{who}");
    }
    let bots = server.client("hamlet").get("/bots", &[]).await.ok();
    assert_eq!(bots["bots"].as_array().unwrap().len(), 2);
    assert_eq!(bots["bots"][1]["username"], "yorick-bot@example.com");
    assert_eq!(server.client("iago").get("/bots", &[]).await.ok()["bots"], json!([]));
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["realm_bots"][1]["user_id"], 9);
}

#[tokio::test]
async fn a_multipart_form_and_defaults_are_understood() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let boundary = "xxBOUNDARYxx";
    let fields = [
        ("full_name", "Yorick"),
        ("short_name", "yorick-bot"),
        ("bot_type", "1"),
        ("default_sending_stream", "secret"),
        ("default_events_register_stream", "Denmark"),
        ("default_all_public_streams", "true"),
    ];
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{boundary}--\r\n");
    let request = hamlet.request("POST".parse().unwrap(), "/bots");
    let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}")).body(body);
    let answer = hamlet.send(request).await.ok();
    assert_eq!(answer["email"], "yorick-bot@example.com");
    assert_eq!(answer["default_sending_stream"], "secret");
    assert_eq!(answer["default_events_register_stream"], "Denmark");
    assert_eq!(answer["default_all_public_streams"], true);
}

#[tokio::test]
async fn who_may_not_and_what_cannot_be_is_refused() {
    let server = TestServer::start().await;
    let refused =
        [("polonius", "Not allowed for guest users"), ("hamletbot", "This endpoint does not accept bot requests.")];
    for (who, why) in refused {
        server.client(who).post("/bots", &YORICK).await.refused(400, why);
    }
    let othello = server.client("othello");
    for (name, value, msg) in [
        ("short_name", "", "Bad name or username"),
        ("short_name", "a b", "Bad name or username"),
        ("full_name", "", "Name too short!"),
        ("bot_type", "3", "payload_url is not a URL"),
        ("bot_type", "4", "Embedded bots are not enabled."),
        ("payload_url", "nowhere", "payload_url is not a URL"),
        ("config_data", r#"{"a": "b"}"#, "Invalid configuration data!"),
        ("bot_type", "9", "Invalid bot type"),
        ("default_sending_stream", "secret", "Invalid channel name 'secret'"),
        ("default_events_register_stream", "nowhere", "Invalid channel name 'nowhere'"),
    ] {
        let params = [YORICK[0], YORICK[1], (name, value)];
        othello.post("/bots", &params).await.refused(400, msg);
    }
    let webhook =
        [YORICK[0], YORICK[1], ("bot_type", "3"), ("payload_url", "https://x.example"), ("interface_type", "3")];
    othello.post("/bots", &webhook).await.refused(400, "Invalid interface type");
    let webhook = [YORICK[0], YORICK[1], ("bot_type", "2"), ("service_name", "nosuch")];
    othello.post("/bots", &webhook).await.refused(400, "Invalid integration 'nosuch'.");
    othello.post("/bots", &YORICK).await.done();
    othello.post("/bots", &YORICK).await.refused(400, "Username already in use");
    othello.post("/bots", &YORICK[..1]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
}

async fn permit(server: &TestServer, set: impl FnOnce(&mut RealmSettings) + Send + 'static) {
    let change = |tx: &mut Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        set(&mut realm.settings);
        tx.change(Change::Realm(Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(change).await.expect("the change is made");
}

#[tokio::test]
async fn where_few_may_create_bots_more_may_create_those_that_only_send() {
    let server = TestServer::start().await;
    permit(&server, |settings| settings.can_create_bots_group = system::ADMINISTRATORS.into()).await;
    let othello = server.client("othello");
    othello.post("/bots", &YORICK).await.refused(400, "Insufficient permission");
    othello.post("/bots", &[YORICK[0], YORICK[1], ("bot_type", "2")]).await.done();
    permit(&server, |settings| settings.can_create_write_only_bots_group = system::ADMINISTRATORS.into()).await;
    let ghost = [("full_name", "Ghost"), ("short_name", "ghost"), ("bot_type", "2")];
    othello.post("/bots", &ghost).await.refused(400, "Insufficient permission");
}

#[tokio::test]
async fn who_manages_an_outgoing_webhook_is_told_where_its_requests_go() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_bot"]"#)];
    let (admin, other) = (server.client("iago").register(&types).await, server.client("shiva").register(&types).await);
    let webhook = [
        YORICK[0],
        YORICK[1],
        ("bot_type", "3"),
        ("payload_url", r#""https://x.example/hook""#),
        ("interface_type", "2"),
    ];
    server.client("hamlet").post("/bots", &webhook).await.done();
    let events = admin.events().await;
    let bot = &events[0]["bot"];
    assert_eq!((&bot["bot_type"], &bot["services"][0]["base_url"]), (&json!(3), &json!("https://x.example/hook")));
    assert_eq!(bot["services"][0]["interface"], 2);
    assert_eq!(bot["services"][0]["token"].as_str().unwrap().len(), 32);
    assert_eq!(other.kinds().await, [""; 0]);
    let listed = server.client("hamlet").get("/bots", &[]).await.ok();
    assert_eq!(listed["bots"][1]["services"], bot["services"]);
}
