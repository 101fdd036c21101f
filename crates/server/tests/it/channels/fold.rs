//! Register, then fold every event, equals a fresh register; for everybody, and with each capability that matters.
//!
//! One thing no event can tell: that a channel which comes back into sight is one that the viewer had left before it
//! went. Clients have it as never subscribed until they register again, so that is not among the steps.

use serde_json::Value;
use std::sync::Arc;
use tidings_client::State;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::state::groups::system;
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, TestQueue};

const SECTIONS: [&str; 7] = [
    "subscriptions",
    "unsubscribed",
    "never_subscribed",
    "streams",
    "realm_default_streams",
    "realm_users",
    "realm_non_active_users",
];

type Shape = [(&'static str, &'static str); 3];

const PLAIN: (&str, &str) = ("client_capabilities", r#"{"notification_settings_null": true}"#);
const ABLE: (&str, &str) = (
    "client_capabilities",
    r#"{"notification_settings_null": true, "archived_channels": true, "user_list_incomplete": true}"#,
);
// Live events have pictures, so the state has them, too.
const GRAVATAR: (&str, &str) = ("client_gravatar", "false");

const SHAPES: [Shape; 4] = [
    [("include_subscribers", "true"), PLAIN, GRAVATAR],
    [("include_subscribers", "false"), PLAIN, GRAVATAR],
    [("include_subscribers", "true"), ABLE, GRAVATAR],
    [("include_subscribers", "false"), ABLE, GRAVATAR],
];

const PEOPLE: [&str; 8] = ["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius", "hamletbot"];

struct Viewer {
    name: &'static str,
    client: TestClient,
    shape: Shape,
    queue: TestQueue,
    state: State,
}

impl Viewer {
    async fn new(server: &TestServer, name: &'static str, shape: Shape) -> Self {
        let client = server.client(name);
        let queue = client.register(&shape).await;
        let fields = queue.state.as_object().expect("an object").clone();
        Viewer { name, client, shape, queue, state: State::from_initial(fields) }
    }

    async fn check(&mut self, what: &str) {
        let events = self.queue.events().await;
        for event in &events {
            self.state.apply(&serde_json::from_value(event.clone()).expect("an event"));
        }
        let fresh = self.client.register(&self.shape).await;
        for section in SECTIONS {
            let folded = sorted(self.state.get(section).expect("a section"));
            let expected = sorted(&fresh.state[section]);
            let viewer = (self.name, self.shape);
            assert_eq!(folded, expected, "{section} of {viewer:?} after {what}: {events:#?}");
        }
        self.client.delete("/events", &[("queue_id", &fresh.id)]).await.done();
    }
}

fn sorted(section: &Value) -> Vec<Value> {
    let mut rows = section.as_array().expect("a list").clone();
    rows.sort_by_key(|row| (row["stream_id"].as_i64(), row["user_id"].as_i64()));
    rows
}

#[tokio::test]
async fn every_change_is_told_to_everybody_who_sees_it() {
    run_all(&TestServer::start().await).await;
}

#[tokio::test]
async fn so_it_is_where_guests_know_few() {
    let server = TestServer::start().await;
    let restrict = |tx: &mut Tx<'_>| {
        let mut realm = (*tx.state.realm).clone();
        realm.settings.can_access_all_users_group = system::MEMBERS.into();
        tx.change(Change::Realm(Arc::new(realm)));
        Ok(())
    };
    server.app.realm.run(restrict).await.expect("the realm changes");
    run_all(&server).await;
}

async fn run_all(server: &TestServer) {
    let mut viewers = Vec::new();
    for name in PEOPLE {
        for shape in SHAPES {
            viewers.push(Viewer::new(server, name, shape).await);
        }
    }
    type Step<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);
    let subscriptions = "/users/me/subscriptions";
    let steps: &[Step<'_>] = &[
        ("hamlet", "POST", subscriptions, &[("subscriptions", r#"[{"name": "Verona"}, {"name": "plays"}]"#)]),
        ("hamlet", "POST", subscriptions, &[("subscriptions", r#"[{"name": "plays"}]"#), ("principals", "[5, 6, 7]")]),
        (
            "hamlet",
            "POST",
            subscriptions,
            &[("subscriptions", r#"[{"name": "den"}]"#), ("invite_only", "true"), ("principals", "[4, 5, 7, 8]")],
        ),
        (
            "iago",
            "DELETE",
            subscriptions,
            &[("subscriptions", r#"["Verona", "Denmark"]"#), ("principals", "[3, 4, 5, 7]")],
        ),
        ("hamlet", "PATCH", "/streams/7", &[("can_add_subscribers_group", r#"{"new": 3}"#)]),
        ("hamlet", "PATCH", "/streams/7", &[("is_private", "false"), ("description", "not *so* secret")]),
        ("polonius", "DELETE", subscriptions, &[("subscriptions", r#"["den"]"#)]),
        ("iago", "POST", "/default_streams", &[("stream_id", "6")]),
        ("hamlet", "PATCH", "/streams/6", &[("new_name", "dramas"), ("can_send_message_group", r#"{"new": 3}"#)]),
        ("iago", "DELETE", "/streams/6", &[]),
        ("shiva", "POST", subscriptions, &[("subscriptions", r#"[{"name": "dramas"}]"#)]),
        ("polonius", "DELETE", subscriptions, &[("subscriptions", r#"["dramas"]"#)]),
        ("hamlet", "PATCH", "/streams/6", &[("description", "still archived")]),
        ("iago", "PATCH", "/streams/6", &[("is_archived", "false"), ("message_retention_days", "realm_default")]),
        ("desdemona", "PATCH", "/streams/6", &[("is_archived", "false"), ("message_retention_days", "20")]),
        (
            "cordelia",
            "POST",
            "/users/me/subscriptions/properties",
            &[(
                "subscription_data",
                r##"[{"stream_id": 3, "property": "is_muted", "value": true}, {"stream_id": 3, "property": "color", "value": "#ABC"}]"##,
            )],
        ),
        ("cordelia", "DELETE", subscriptions, &[("subscriptions", r#"["secret"]"#)]),
        ("hamlet", "POST", subscriptions, &[("subscriptions", r#"[{"name": "secret"}]"#), ("principals", "[5]")]),
        ("hamlet", "POST", subscriptions, &[("subscriptions", r#"[{"name": "web"}]"#), ("principals", "[7]")]),
    ];
    for (who, method, path, params) in steps {
        let client = server.client(who);
        let reply = match *method {
            "POST" => client.post(path, params).await,
            "PATCH" => client.patch(path, params).await,
            _ => client.delete(path, params).await,
        };
        let what = format!("{who} {method} {path} {params:?}: {}", reply.json);
        for viewer in &mut viewers {
            viewer.check(&what).await;
        }
    }
}
