use serde_json::{Value, json};
use tidings_client::State;
use tidings_testkit::TestServer;

const PATH: &str = "/realm/user_settings_defaults";

#[tokio::test]
async fn new_accounts_start_with_what_the_organization_chose() {
    let server = TestServer::start().await;
    let queue = server.client("polonius").register(&[]).await;
    let mut state = State::from_initial(queue.state.as_object().cloned().unwrap());
    let chosen =
        [("enter_sends", "true"), ("emojiset", "text"), ("email_address_visibility", "3"), ("color_scheme", "1")];
    server.client("iago").patch(PATH, &chosen).await.done();
    server.client("iago").patch("/realm", &[("default_language", "de")]).await.done();
    let events = queue.events().await;
    let told: Vec<(Value, Value)> = events
        .iter()
        .filter(|event| event["type"] == "realm_user_settings_defaults" && event["op"] == "update")
        .map(|event| (event["property"].clone(), event["value"].clone()))
        .collect();
    assert_eq!(told.len(), 3, "what is new: {told:?}");
    assert!(told.contains(&(json!("emojiset"), json!("text"))));
    events.into_iter().for_each(|event| state.apply(&serde_json::from_value(event).unwrap()));
    let server = server.restart().await;
    let fresh = server.client("polonius").register(&[]).await.state;
    assert_eq!(state.get("realm_user_settings_defaults"), Some(&fresh["realm_user_settings_defaults"]));
    assert_eq!(fresh["realm_user_settings_defaults"]["emojiset"], "text");
    assert_eq!(fresh["user_settings"]["emojiset"], "google", "who is there keeps what they have");

    let new = [("email", "new@example.com"), ("full_name", "New"), ("password", "a long password")];
    server.client("iago").post("/users", &new).await.done();
    let login = [("username", "new@example.com"), ("password", "a long password")];
    let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].as_str().unwrap().to_owned();
    let own = server.client_with("new@example.com", &key).register(&[]).await.state;
    let settings = &own["user_settings"];
    assert_eq!((&settings["enter_sends"], &settings["emojiset"]), (&json!(true), &json!("text")));
    assert_eq!((&settings["default_language"], &settings["email_address_visibility"]), (&json!("de"), &json!(3)));
    let seen = server.client("hamlet").get("/users/9", &[]).await.ok();
    assert_eq!(seen["user"]["delivery_email"], Value::Null, "from the first moment on");
}

#[tokio::test]
async fn only_administrators_choose_and_only_what_can_be() {
    let server = TestServer::start().await;
    for who in ["shiva", "hamlet", "polonius", "hamletbot"] {
        let refused = server.client(who).patch(PATH, &[("enter_sends", "true")]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    let queue = server.client("hamlet").register(&[("event_types", r#"["realm_user_settings_defaults"]"#)]).await;
    let iago = server.client("iago");
    iago.patch(PATH, &[("enter_sends", "true"), ("color_scheme", "9")]).await.refused(400, "Invalid color_scheme");
    let ignored = iago.patch(PATH, &[("timezone", "Europe/Berlin")]).await.ok();
    assert_eq!(ignored["ignored_parameters_unsupported"], json!(["timezone"]));
    assert!(queue.events().await.is_empty());
}
