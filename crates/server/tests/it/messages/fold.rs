//! Register, then fold every event, equals a fresh register: for whatever happens to messages.

use serde_json::{Value, json};
use tidings_client::State;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const PEOPLE: [&str; 4] = ["hamlet", "cordelia", "othello", "polonius"];
const STEPS: usize = 120;

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

async fn send(numbers: &mut Numbers, server: &TestServer, client: &TestClient) -> Option<i64> {
    let content = numbers.one_of(&["plain", "@**Hamlet**", "@**Othello** @**Cordelia**", "@**all**", "@**topic**"]);
    let channel = numbers.one_of(&["Denmark", "Denmark", "secret", ""]);
    let users = json!([server.user_id("hamlet"), server.user_id(numbers.one_of(&PEOPLE))]).to_string();
    let topic = numbers.one_of(&["a", "b", ""]);
    let params = match channel {
        "" => [("type", "direct"), ("to", users.as_str()), ("topic", ""), ("content", content)],
        channel => [("type", "channel"), ("to", channel), ("topic", topic), ("content", content)],
    };
    client.post("/messages", &params).await.json["id"].as_i64()
}

/// Does something that may be refused.
async fn step(numbers: &mut Numbers, server: &TestServer, sent: &mut Vec<i64>) {
    let client = server.client(numbers.one_of(&PEOPLE));
    if sent.is_empty() || numbers.below(3) == 0 {
        sent.extend(send(numbers, server, &client).await);
        return;
    }
    let id = sent[numbers.below(sent.len())];
    let (path, ids) = (format!("/messages/{id}"), json!([id, sent[numbers.below(sent.len())]]).to_string());
    match numbers.below(9) {
        0 => drop(client.delete(&path, &[]).await),
        1 => {
            let content = numbers.one_of(&["plain", "@**Polonius** x", "@**Othello**", "@**all** y"]);
            // Only the sender may, so all try.
            for name in PEOPLE {
                server.client(name).patch(&path, &[("content", content)]).await;
            }
        }
        2 => {
            let (topic, mode) =
                (numbers.one_of(&["a", "b", "c"]), numbers.one_of(&["change_one", "change_later", "change_all"]));
            client.patch(&path, &[("topic", topic), ("propagate_mode", mode)]).await;
        }
        7 => {
            let channel = server.channel_id(numbers.one_of(&["Denmark", "Verona", "secret", "history"])).to_string();
            let mode = numbers.one_of(&["change_one", "change_later", "change_all"]);
            client.patch(&path, &[("stream_id", channel.as_str()), ("propagate_mode", mode)]).await;
        }
        3 => drop(client.post(&format!("{path}/reactions"), &[("emoji_name", "tada")]).await),
        _ => {
            let (op, flag) = (numbers.one_of(&["add", "remove"]), numbers.one_of(&["read", "starred"]));
            client.post("/messages/flags", &[("messages", ids.as_str()), ("op", op), ("flag", flag)]).await;
        }
    }
}

/// What the fold keeps exact, in an order of its own.
fn sections(state: &serde_json::Map<String, Value>) -> Value {
    let mut unread = state["unread_msgs"].clone();
    for section in ["pms", "streams", "huddles"] {
        unread[section].as_array_mut().expect("a list").sort_by_key(Value::to_string);
    }
    let channels = state.get("subscriptions").cloned();
    json!([unread, state["starred_messages"], channels])
}

#[tokio::test]
async fn folding_every_event_equals_a_fresh_register() {
    let capabilities = r#"{"notification_settings_null":true,"bulk_message_deletion":true,"empty_topic_name":true}"#;
    for seed in 1..=4 {
        let server = TestServer::start().await;
        let (mut numbers, mut sent) = (Numbers(seed), Vec::new());
        let mut viewers = Vec::new();
        for name in PEOPLE {
            let queue = server.client(name).register(&[("client_capabilities", capabilities)]).await;
            let mut state = queue.state.as_object().expect("an object").clone();
            state.insert("user_id".to_owned(), json!(server.user_id(name)));
            viewers.push((name, queue, State::from_initial(state)));
        }
        for at in 0..STEPS {
            step(&mut numbers, &server, &mut sent).await;
            if at % 10 != 9 {
                continue;
            }
            for (name, queue, state) in &mut viewers {
                for event in queue.events().await {
                    state.apply(&serde_json::from_value(event).expect("an event"));
                }
                let fresh = server.client(name).register(&[("client_capabilities", capabilities)]).await;
                let fresh = fresh.state.as_object().expect("an object");
                assert_eq!(sections(state.fields()), sections(fresh), "seed {seed}, step {at}, {name}");
            }
        }
    }
}
