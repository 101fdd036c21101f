mod create_user_group;
mod deactivate_user_group;
mod get_user_groups;
mod members;
mod mentions;
mod private_channels;
mod update_user_group;

use serde_json::Value;
use tidings_testkit::TestServer;

/// A queue that gets events about groups; `true` for clients that know groups out of use.
async fn watch(server: &TestServer, name: &str, modern: bool) -> tidings_testkit::client::TestQueue {
    let capabilities = if modern {
        r#"{"notification_settings_null":true,"include_deactivated_groups":true}"#
    } else {
        r#"{"notification_settings_null":true}"#
    };
    let params = [("event_types", r#"["user_group"]"#), ("client_capabilities", capabilities)];
    server.client(name).register(&params).await
}

/// A group made by somebody, with these members.
async fn create(server: &TestServer, who: &str, name: &str, members: &str) -> u64 {
    let params = [("name", name), ("description", "a group"), ("members", members)];
    server.client(who).post("/user_groups/create", &params).await.ok()["group_id"].as_u64().expect("an id")
}

/// The group as a fresh registration of a client that knows groups out of use shows it.
async fn shown(server: &TestServer, id: u64) -> Option<Value> {
    let params = [
        ("fetch_event_types", r#"["realm_user_groups"]"#),
        ("client_capabilities", r#"{"notification_settings_null":true,"include_deactivated_groups":true}"#),
    ];
    let state = server.client("iago").register(&params).await.state;
    state["realm_user_groups"].as_array().expect("a list").iter().find(|group| group["id"] == id).cloned()
}
