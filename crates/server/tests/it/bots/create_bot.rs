use serde_json::json;
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
    for who in ["polonius", "hamletbot"] {
        server.client(who).post("/bots", &YORICK).await.refused(400, "Insufficient permission");
    }
    let othello = server.client("othello");
    for (name, value, msg) in [
        ("short_name", "", "Bad name or username"),
        ("short_name", "a b", "Bad name or username"),
        ("full_name", "", "Name too short!"),
        ("bot_type", "3", "Invalid bot type"),
        ("bot_type", "9", "Invalid bot type"),
        ("default_sending_stream", "secret", "Invalid channel name 'secret'"),
        ("default_events_register_stream", "nowhere", "Invalid channel name 'nowhere'"),
    ] {
        let params = [YORICK[0], YORICK[1], (name, value)];
        othello.post("/bots", &params).await.refused(400, msg);
    }
    othello.post("/bots", &YORICK).await.done();
    othello.post("/bots", &YORICK).await.refused(400, "Username already in use");
    othello.post("/bots", &YORICK[..1]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
}
