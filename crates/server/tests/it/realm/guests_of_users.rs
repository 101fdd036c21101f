use serde_json::{Value, json};
use tidings_client::State;
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestQueue, kind};

const MODERN: (&str, &str) =
    ("client_capabilities", r#"{"notification_settings_null":true,"user_list_incomplete":true}"#);
const OLD: (&str, &str) = ("client_capabilities", r#"{"notification_settings_null":true}"#);

fn accounts(state: &Value) -> Vec<Value> {
    let mut all: Vec<Value> = ["realm_users", "realm_non_active_users"]
        .iter()
        .flat_map(|list| state[*list].as_array().cloned().unwrap_or_default())
        .collect();
    all.sort_by_key(|user| user["user_id"].as_i64());
    all
}

/// What a client knows after its events is what a new registration says.
async fn check(server: &TestServer, who: &str, capabilities: (&str, &str), queue: &TestQueue, state: &mut State) {
    for event in queue.events().await {
        state.apply(&serde_json::from_value(event).expect("an event"));
    }
    let fresh = server.client(who).register(&[capabilities, ("client_gravatar", "false")]).await.state;
    assert_eq!(accounts(&json!(state.fields())), accounts(&fresh), "{who}");
}

#[tokio::test]
async fn guests_lose_and_regain_sight_of_strangers() {
    let server = TestServer::start().await;
    server.client("iago").delete("/users/5", &[]).await.done();
    let params = |capabilities| [capabilities, ("client_gravatar", "false")];
    let new = server.client("polonius").register(&params(MODERN)).await;
    let old = server.client("polonius").register(&params(OLD)).await;
    let hamlet = server.client("hamlet").register(&[("event_types", r#"["realm_user"]"#)]).await;
    let state = |queue: &TestQueue| State::from_initial(queue.state.as_object().cloned().unwrap());
    let (mut new_state, mut old_state) = (state(&new), state(&old));
    let owner = server.client("desdemona");
    for group in [5, 6, 5] {
        owner.patch("/realm", &[("can_access_all_users_group", &json!({ "new": group }).to_string())]).await.done();
        check(&server, "polonius", MODERN, &new, &mut new_state).await;
        check(&server, "polonius", OLD, &old, &mut old_state).await;
    }
    assert!(hamlet.events().await.is_empty(), "it is a matter of guests");
    server.client("polonius").get("/users/6", &[]).await.refused(400, "No such user");
    let strangers = server.client("polonius").register(&[MODERN]).await.state;
    assert!(accounts(&strangers).iter().all(|user| user["user_id"] != 6));
    let queue = server.client("polonius").register(&[MODERN, ("event_types", r#"["realm_user"]"#)]).await;
    let to = [("subscriptions", r#"[{"name":"Denmark"}]"#), ("principals", "[6]")];
    owner.post("/users/me/subscriptions", &to).await.done();
    let kinds: Vec<_> = queue.events().await.iter().map(kind).collect();
    assert_eq!(kinds, ["realm_user/add"], "who comes into a common channel is known");
}
