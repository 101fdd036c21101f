//! People without an account.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tidings_client::State;
use tidings_server::{Config, router};
use tidings_testkit::client::TestClient;
use tidings_testkit::{TestServer, test_config};
use tidings_types::endpoint::Auth;

const NOT_LOGGED_IN: &str = "Not logged in: API authentication or user session required";
const WEB_PUBLIC: &str = r#"[{"operator":"channels","operand":"web-public"}]"#;

async fn open(server: &TestServer) {
    server.client("iago").patch("/realm", &[("enable_spectator_access", "true")]).await.done();
}

async fn started() -> TestServer {
    let server = TestServer::start().await;
    open(&server).await;
    server
}

async fn search(client: &TestClient, narrow: &str) -> tidings_testkit::client::Reply {
    let params = [("anchor", "newest"), ("num_before", "100"), ("num_after", "0"), ("narrow", narrow)];
    client.get("/messages", &params).await
}

async fn found(client: &TestClient, narrow: &str) -> Vec<i64> {
    let answer = search(client, narrow).await.ok();
    answer["messages"].as_array().expect("messages").iter().filter_map(|one| one["id"].as_i64()).collect()
}

/// What does not answer 401 to who says nothing of an account.
async fn answered(server: &TestServer) -> BTreeSet<&'static str> {
    let mut answered = BTreeSet::new();
    for route in router::endpoints() {
        let metadata = route.spec.metadata;
        let mut path = metadata.path.to_owned();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, "1");
        }
        let method = metadata.method.as_str().parse().expect("a method");
        let request = reqwest::Client::new().request(method, format!("{}/api/v1{path}", server.url));
        let status = request.send().await.expect("an answer").status().as_u16();
        if status != 401 {
            answered.insert(metadata.operation_id);
        }
    }
    answered
}

/// Every endpoint there is, and no other list than the two that are written here.
#[tokio::test]
async fn without_an_account_there_is_what_the_lists_have_and_nothing_else() {
    let server = TestServer::start().await;
    let for_anyone = BTreeSet::from([
        "get-server-settings",
        "fetch-api-key",
        "dev-fetch-api-key",
        // These have keys in their addresses.
        "json-webhook",
        "slack-incoming-webhook",
    ]);
    assert_eq!(answered(&server).await, for_anyone);
    open(&server).await;
    let mut expected = for_anyone.clone();
    // A search and a message answer 401 as long as they do not name what is web-public.
    expected.extend(["register-queue", "get-stream-topics", "get-users"]);
    let mut seen = answered(&server).await;
    // It says which parameters are missing before it says anything else.
    seen.remove("get-messages");
    assert_eq!(seen, expected);
    let said: BTreeSet<&str> = router::endpoints()
        .iter()
        .filter(|route| route.spec.metadata.auth == Auth::Spectators)
        .map(|route| route.spec.metadata.operation_id)
        .collect();
    assert_eq!(
        said,
        BTreeSet::from(["register-queue", "get-stream-topics", "get-users", "get-messages", "get-message"])
    );
}

#[tokio::test]
async fn where_there_are_none_it_takes_an_account() {
    let server = TestServer::start().await;
    let sent = server.client("hamlet").send_to_channel("web", "plans", "hello").await;
    let nobody = server.anonymous();
    let web = format!("/users/me/{}/topics", server.channel_id("web"));
    let message = format!("/messages/{sent}");
    let refused = async || {
        nobody.post("/register", &[]).await.refused(401, NOT_LOGGED_IN);
        search(&nobody, WEB_PUBLIC).await.refused(401, NOT_LOGGED_IN);
        for path in [web.as_str(), &message, "/users"] {
            nobody.get(path, &[]).await.refused(401, NOT_LOGGED_IN);
        }
        assert_eq!(nobody.get_bytes("/avatar/4").await.0, 401);
        let settings = nobody.get("/server_settings", &[]).await.ok();
        assert_eq!(settings["realm_web_public_access_enabled"], false);
    };
    refused().await;
    open(&server).await;
    nobody.get(&message, &[]).await.done();
    // Who says something wrong is told so, and gets nothing instead.
    let wrong = server.client_with("hamlet@example.com", "wrong");
    wrong.get(&message, &[]).await.refused(401, "Malformed API key");
    server.client("iago").patch("/realm", &[("enable_spectator_access", "false")]).await.done();
    refused().await;
    // Nor is there anybody where no channel is for them.
    open(&server).await;
    server.client("iago").delete(&format!("/streams/{}", server.channel_id("web")), &[]).await.done();
    refused().await;
}

#[tokio::test]
async fn administrators_let_them_in_and_everybody_is_told() {
    let server = TestServer::start().await;
    for name in ["shiva", "hamlet", "polonius", "hamletbot"] {
        let refused = server.client(name).patch("/realm", &[("enable_spectator_access", "true")]).await;
        refused.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    let desdemona = server.client("desdemona");
    let queue = desdemona.register(&[]).await;
    let mut state = State::from_initial(queue.state.as_object().cloned().expect("an object"));
    let rights = ["realm_enable_spectator_access", "can_create_web_public_streams"];
    assert_eq!(rights.map(|name| queue.state[name].clone()), [json!(false), json!(false)]);
    open(&server).await;
    let events = queue.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["op"], &events[0]["property"]), (&json!("update"), &json!("enable_spectator_access")));
    state.apply(&serde_json::from_value(events[0].clone()).expect("an event"));
    assert_eq!(rights.map(|name| state.get(name).cloned()), [Some(json!(true)), Some(json!(true))]);
    let server = server.restart().await;
    let fresh = server.client("desdemona").register(&[]).await.state;
    assert_eq!(rights.map(|name| fresh[name].clone()), [json!(true), json!(true)]);
    assert_eq!(server.anonymous().get("/server_settings", &[]).await.ok()["realm_web_public_access_enabled"], true);
}

#[tokio::test]
async fn they_read_what_is_web_public_and_nothing_else() {
    let server = started().await;
    let (hamlet, nobody) = (server.client("hamlet"), server.anonymous());
    let shown = hamlet.send_to_channel("web", "plans", "hello **world**").await;
    let mut hidden = Vec::new();
    for channel in ["Denmark", "secret", "history"] {
        hidden.push(hamlet.send_to_channel(channel, "plans", "hello").await);
    }
    hidden.push(hamlet.send_to_users(&[server.user_id("cordelia")], "hello").await);
    hamlet.post(&format!("/messages/{shown}/reactions"), &[("emoji_name", "tada")]).await.done();
    hamlet.patch(&format!("/messages/{shown}"), &[("content", "hello **all**")]).await.done();

    let answer = search(&nobody, WEB_PUBLIC).await.ok();
    assert_eq!(answer["messages"].as_array().map(Vec::len), Some(1));
    let message = &answer["messages"][0];
    assert_eq!((&message["id"], &message["flags"]), (&json!(shown), &json!(["read"])));
    assert_eq!(message["content"], "<p>hello <strong>all</strong></p>");
    let one = nobody.get(&format!("/messages/{shown}"), &[]).await.ok();
    assert_eq!((&one["message"], &one["raw_content"]), (message, &json!("hello **all**")));
    for id in &hidden {
        nobody.get(&format!("/messages/{id}"), &[]).await.refused(401, NOT_LOGGED_IN);
        let near = format!(r#"[["channels","web-public"],["id",{id}]]"#);
        assert_eq!(found(&nobody, &near).await, [0; 0]);
        let with = format!(r#"[["channels","web-public"],["with",{id}]]"#);
        assert_ne!(search(&nobody, &with).await.status, 200);
    }
    let ids = json!(hidden.iter().chain([&shown]).collect::<Vec<_>>()).to_string();
    let answer = nobody.get("/messages", &[("message_ids", &ids), ("narrow", WEB_PUBLIC)]).await.ok();
    assert_eq!((answer["messages"].as_array().map(Vec::len), &answer["messages"][0]["id"]), (Some(1), &json!(shown)));
    // Whatever else the narrow says, and however it says it.
    for (narrow, expected) in [
        (r#"[["streams","web-public"],["in","home"]]"#, 200),
        (r#"[["channels","web-public"],["channel","web"],["topic","plans"],["search","all"]]"#, 200),
        (r#"[["channels","web-public"],["sender",4]]"#, 200),
        (r#"[["channels","web-public"],["channel","Denmark"]]"#, 400),
        (r#"[["channels","web-public"],["channel","secret"]]"#, 400),
        (r#"[["channels","web-public"],["sender","hamlet@example.com"]]"#, 400),
        (r#"[{"operator":"channels","operand":"web-public","negated":true}]"#, 401),
        (r#"[["-channels","web-public"]]"#, 401),
        (r#"[["channels","public"]]"#, 401),
        (r#"[["channels","web-public"],["is","dm"]]"#, 401),
        (r#"[["channels","web-public"],["dm","4"]]"#, 401),
        (r#"[["channel","web"]]"#, 401),
        ("[]", 401),
    ] {
        let reply = search(&nobody, narrow).await;
        assert_eq!(reply.status, expected, "{narrow}: {}", reply.json);
        if expected == 200 {
            assert_eq!(reply.json["messages"].as_array().map(Vec::len), Some(1), "{narrow}");
        }
    }
    let topics =
        async |channel: &str| nobody.get(&format!("/users/me/{}/topics", server.channel_id(channel)), &[]).await;
    assert_eq!(topics("web").await.ok()["topics"], json!([{ "name": "plans", "max_id": shown }]));
    for channel in ["Denmark", "secret", "history"] {
        topics(channel).await.refused(400, "Invalid channel ID");
    }
}

/// Every text in a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_tells_addresses_profiles_or_what_is_private() {
    let server = started().await;
    let (hamlet, iago, nobody) = (server.client("hamlet"), server.client("iago"), server.anonymous());
    let message = hamlet.send_to_channel("web", "plans", "hello").await;
    server.client("iago").post(&format!("/messages/{message}/reactions"), &[("emoji_name", "tada")]).await.done();
    hamlet.post("/users/me/status", &[("status_text", "at sea")]).await.done();
    let field = [("name", "Shoe size"), ("field_type", "1")];
    let field = iago.post("/realm/profile_fields", &field).await.ok()["id"].to_string();
    let data = format!(r#"[{{"id":{field},"value":"forty-two"}}]"#);
    hamlet.patch("/users/me/profile_data", &[("data", &data)]).await.done();
    let secret = server.channel_id("secret").to_string();
    hamlet
        .post("/users/me/subscriptions", &[("subscriptions", r#"[{"name":"hideout"}]"#), ("invite_only", "true")])
        .await
        .done();
    let mut group = vec![("name", "conspirators"), ("description", "of the court"), ("members", "[4]")];
    hamlet.post("/user_groups/create", &group).await.done();
    group.clear();
    server
        .client("desdemona")
        .post("/realm/domains", &[("domain", "elsinore.example"), ("allow_subdomains", "false")])
        .await
        .done();
    iago.post("/channel_folders/create", &[("name", "Folder of others"), ("description", "")]).await.done();
    hamlet.post("/drafts", &[("drafts", r#"[{"type":"","to":[],"topic":"","content":"a draft"}]"#)]).await.done();

    let capabilities = r#"{"notification_settings_null":true,"archived_channels":true,"user_list_incomplete":false}"#;
    let state = nobody.post("/register", &[("client_capabilities", capabilities)]).await.ok();
    let users = nobody.get("/users", &[("include_custom_profile_fields", "true")]).await.ok();
    let found = search(&nobody, WEB_PUBLIC).await.ok();
    let mut said = Vec::new();
    for answer in [&state, &users, &found] {
        texts(answer, &mut said);
    }
    for secret in [
        "hamlet@example.com",
        "iago@example.com",
        "at sea",
        "forty-two",
        "Shoe size",
        "hideout",
        "secret",
        "Denmark",
        "About history",
        "conspirators",
        "elsinore.example",
        "Folder of others",
        "a draft",
    ] {
        let leak = said.iter().find(|text| text.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(leak, None, "{secret}");
    }
    let id: u64 = secret.parse().expect("a number");
    for list in ["streams", "subscriptions", "unsubscribed", "never_subscribed"] {
        let leak = state[list].as_array().expect("a list").iter().any(|row| row["stream_id"] == id);
        assert!(!leak, "{list}");
    }

    // What is there: the one channel, people by name, and nobody's account.
    let web = server.channel_id("web");
    for list in ["streams", "subscriptions"] {
        assert_eq!(state[list].as_array().map(Vec::len), Some(1), "{list}");
        assert_eq!(state[list][0]["stream_id"], web.0);
    }
    assert_eq!((&state["queue_id"], &state["last_event_id"]), (&Value::Null, &json!(-1)));
    assert_eq!(
        (&state["user_id"], &state["is_guest"], &state["delivery_email"]),
        (&json!(0), &json!(true), &json!(""))
    );
    assert_eq!((&state["realm_presence_disabled"], &state["presences"]), (&json!(true), &json!({})));
    for (list, expected) in [
        ("unsubscribed", json!([])),
        ("never_subscribed", json!([])),
        ("user_status", json!({})),
        ("custom_profile_fields", json!([])),
        ("realm_domains", json!([])),
        ("drafts", json!([])),
        ("channel_folders", json!([])),
        ("onboarding_steps", json!([])),
        ("realm_bots", json!([])),
        ("alert_words", json!([])),
        ("max_message_id", json!(-1)),
        ("realm_moderation_request_channel_id", json!(-1)),
    ] {
        assert_eq!(state[list], expected, "{list}");
    }
    let groups = state["realm_user_groups"].as_array().expect("groups");
    assert!(groups.iter().all(|group| group["is_system_group"] == true && group["members"] == json!([])));
    let hamlet = state["realm_users"].as_array().expect("users").iter().find(|user| user["full_name"] == "Hamlet");
    let hamlet = hamlet.expect("he is listed");
    assert_eq!((&hamlet["email"], &hamlet["delivery_email"]), (&json!("user4@example.com"), &Value::Null));
    assert_eq!((hamlet["date_joined"].as_str().map(str::len), &hamlet["timezone"]), (Some(10), &json!("")));
    for (name, value) in [("include_subscribers", "true"), ("client_gravatar", "true"), ("queue_name", "x")] {
        let refused = nobody.post("/register", &[(name, value)]).await;
        refused.refused(400, &format!("Invalid '{name}' parameter for anonymous request"));
    }
    nobody.get("/events", &[("queue_id", "0"), ("last_event_id", "-1")]).await.refused(401, NOT_LOGGED_IN);
}

#[tokio::test]
async fn pictures_and_files_are_shown_where_a_message_shows_them() {
    let server = started().await;
    let (hamlet, nobody) = (server.client("hamlet"), server.anonymous());
    let (shown, hidden) = (hamlet.upload("a.txt", "shown").await, hamlet.upload("b.txt", "hidden").await);
    hamlet.send_to_channel("web", "plans", &format!("[a]({shown})")).await;
    hamlet.send_to_channel("Denmark", "plans", &format!("[b]({hidden})")).await;
    assert_eq!(nobody.get_bytes(&shown).await.0, 200);
    assert_eq!(nobody.get_bytes(&hidden).await.0, 401);
    assert_eq!(nobody.get_bytes("/avatar/4").await.0, 200);
    assert_eq!(nobody.get_bytes("/avatar/user4@example.com").await.0, 200);
    assert_eq!(nobody.get_bytes("/avatar/hamlet@example.com").await.0, 404, "whose an address is, is not told");
}

#[tokio::test]
async fn where_guests_know_few_they_know_few() {
    let server = started().await;
    server.client("iago").patch("/realm", &[("can_access_all_users_group", r#"{"new":5}"#)]).await.done();
    let names = async || {
        let users = server.anonymous().get("/users", &[]).await.ok();
        let name = |user: &Value| user["full_name"].as_str().map(str::to_owned);
        users["members"].as_array().expect("users").iter().filter_map(name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["Hamletbot"]);
    server.client("othello").post("/users/me/subscriptions", &[("subscriptions", r#"[{"name":"web"}]"#)]).await.done();
    assert_eq!(names().await, ["Othello", "Hamletbot"]);
}

#[tokio::test]
async fn they_are_limited_by_address() {
    let server = TestServer::start_with(Config { rate_limit_per_minute: 4, ..test_config() }).await;
    open(&server).await;
    let nobody = server.anonymous();
    for _ in 0..4 {
        nobody.get("/users", &[]).await.done();
    }
    nobody.get("/users", &[]).await.refused_with_code(429, "RATE_LIMIT_HIT");
    server.client("hamlet").get("/users", &[]).await.done();
}

#[tokio::test]
async fn files_and_pictures_are_limited_by_address_too() {
    // The limit has its own clock, by which one request comes back every three seconds.
    let server = TestServer::start_with(Config { rate_limit_per_minute: 4, ..test_config() }).await;
    open(&server).await;
    let (hamlet, nobody) = (server.client("hamlet"), server.anonymous());
    let shown = hamlet.upload("a.txt", "shown").await;
    hamlet.send_to_channel("web", "plans", &format!("[a]({shown})")).await;
    let mut answers = Vec::new();
    while answers.last() != Some(&429) && answers.len() < 1_000 {
        let path = if answers.len() % 2 == 0 { &*shown } else { "/avatar/4" };
        answers.push(nobody.get_bytes(path).await.0);
    }
    assert!((20..1_000).contains(&(answers.len() - 1)), "{answers:?}");
    assert!(answers[..answers.len() - 1].iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(hamlet.get_bytes(&shown).await.0, 200);
    nobody.get("/users", &[]).await.done();
}
