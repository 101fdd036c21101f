//! Register, then fold every event, equals a fresh register: for everybody, whatever happens to accounts.

use serde_json::Value;
use std::sync::Arc;
use tidings_client::State;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::groups::system;
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, TestQueue};

const INCOMPLETE: &str = r#"{"notification_settings_null":true,"user_list_incomplete":true,"archived_channels":true}"#;
const PLAIN: &str = r#"{"notification_settings_null":true}"#;

/// What a registration is asked for: live events have pictures, so the state has them, too.
async fn register(client: &TestClient, capabilities: &str, subscribers: &str) -> TestQueue {
    let params =
        [("client_gravatar", "false"), ("include_subscribers", subscribers), ("client_capabilities", capabilities)];
    client.register(&params).await
}

fn sections(state: &Value) -> State {
    let mut fields = state.as_object().expect("an object").clone();
    // These name the registration, not the state.
    for name in ["queue_id", "last_event_id", "result", "msg", "server_timestamp"] {
        fields.remove(name);
    }
    // What one may do follows from the role and the realm's settings; without these, nothing can be said.
    if !fields.contains_key("realm_can_create_public_channel_group") {
        fields.retain(|name, _| !name.starts_with("can_"));
    }
    State::from_initial(fields)
}

struct Watcher {
    name: String,
    client: TestClient,
    capabilities: &'static str,
    subscribers: &'static str,
    queue: TestQueue,
    state: State,
}

impl Watcher {
    async fn check(&mut self, step: &str) {
        for event in self.queue.events().await {
            self.state.apply(&serde_json::from_value(event).expect("an event"));
        }
        let fresh = sections(&register(&self.client, self.capabilities, self.subscribers).await.state);
        for (name, value) in fresh.fields() {
            assert_eq!(self.state.get(name), Some(value), "{} after {step}: {name}", self.name);
        }
    }
}

async fn watch(server: &TestServer, people: &[&str]) -> Vec<Watcher> {
    let mut watchers = Vec::new();
    for name in people {
        for (capabilities, subscribers) in [(INCOMPLETE, "true"), (PLAIN, "false")] {
            let client = server.client(name);
            let queue = register(&client, capabilities, subscribers).await;
            let state = sections(&queue.state);
            watchers.push(Watcher { name: (*name).to_owned(), client, capabilities, subscribers, queue, state });
        }
    }
    watchers
}

async fn run_all(server: &TestServer) {
    let desdemona = server.client("desdemona");
    let mut watchers = watch(server, &["desdemona", "iago", "hamlet", "othello", "polonius", "hamletbot"]).await;
    let ophelia = [("email", "ophelia@example.com"), ("password", "correct horse"), ("full_name", "Ophelia")];
    for (method, path, params) in [
        ("POST", "/users/4/status", &[("status_text", "reading")][..]),
        ("POST", "/users/5/status", &[("status_text", "at the brook")]),
        ("POST", "/users/6/status", &[("status_text", "jealous")]),
        ("POST", "/users", &ophelia),
        ("PATCH", "/users/9", &[("new_email", "nymph@example.com"), ("full_name", "Nymph")]),
        ("PATCH", "/users/6", &[("role", "200")]),
        ("POST", "/bots", &[("full_name", "Yorick"), ("short_name", "yorick")]),
        ("PATCH", "/bots/10", &[("bot_owner_id", "4"), ("default_sending_stream", "secret")]),
        (
            "POST",
            "/bots",
            &[("full_name", "Ghost"), ("short_name", "ghost"), ("bot_type", "3"), ("payload_url", "https://x.example")],
        ),
        ("PATCH", "/bots/11", &[("service_payload_url", "https://y.example"), ("service_interface", "2")]),
        ("PATCH", "/bots/11", &[("bot_owner_id", "6")]),
        ("DELETE", "/users/5", &[]),
        ("PATCH", "/users/6", &[("role", "600")]),
        ("PATCH", "/users/4", &[("role", "600")]),
        ("POST", "/users/5/reactivate", &[]),
        ("DELETE", "/users/9", &[]),
        ("PATCH", "/users/6", &[("role", "300")]),
        ("PATCH", "/bots/8", &[("bot_owner_id", "6")]),
        ("PATCH", "/users/7", &[("role", "400")]),
        ("PATCH", "/users/4", &[("role", "400")]),
        ("PATCH", "/users/7", &[("role", "600")]),
        ("POST", "/users/9/reactivate", &[]),
        ("PATCH", "/users/2", &[("role", "400")]),
        ("PATCH", "/bots/10", &[("default_sending_stream", ""), ("full_name", "Alas")]),
        ("DELETE", "/bots/10", &[]),
        ("POST", "/users/10/reactivate", &[]),
    ] {
        let reply = match method {
            "POST" => desdemona.post(path, params).await,
            "PATCH" => desdemona.patch(path, params).await,
            _ => desdemona.delete(path, params).await,
        };
        reply.done();
        for watcher in &mut watchers {
            watcher.check(&format!("{method} {path} {params:?}")).await;
        }
    }
}

#[tokio::test]
async fn the_fold_of_all_events_is_the_state() {
    run_all(&TestServer::start().await).await;
}

#[tokio::test]
async fn so_it_is_where_guests_and_addresses_are_restricted() {
    let server = TestServer::start().await;
    let restrict = |tx: &mut Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.can_access_all_users_group = system::MEMBERS.into();
        realm.settings.default_channels = vec![tidings_types::ChannelId(2), tidings_types::ChannelId(5)];
        tx.change(Change::Realm(Arc::new(realm)));
        for (at, visibility) in [(1, 4), (4, 3), (5, 2), (6, 5), (7, 3)] {
            let mut row = (**tx.state.users.get(tidings_types::UserId(at)).unwrap()).clone();
            row.settings.email_address_visibility = visibility;
            tx.change(Change::User(Arc::new(row)));
        }
        Ok(())
    };
    server.app.realm.run(restrict).await.unwrap();
    run_all(&server).await;
}
