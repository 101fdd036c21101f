//! Sends that are repeated because their answer was lost.

use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, TestClient};

async fn send(client: &TestClient, params: &[(&str, &str)], key: Option<&str>) -> Reply {
    let mut url = reqwest::Url::parse("http://form").expect("a URL");
    url.query_pairs_mut().extend_pairs(params);
    let body = url.query().unwrap_or_default().to_owned();
    let mut request = client.request(reqwest::Method::POST, "/messages");
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    client.send(request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
}

fn id(reply: Reply) -> i64 {
    reply.ok()["id"].as_i64().expect("an id")
}

const HI: [(&str, &str); 4] = [("type", "channel"), ("to", "Denmark"), ("topic", "t"), ("content", "hi")];

fn messages(events: &[Value]) -> Vec<&Value> {
    events.iter().filter(|event| event["type"] == "message").collect()
}

#[tokio::test]
async fn an_idempotency_key_sends_once() {
    let server = TestServer::start().await;
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    let queue = cordelia.register(&[]).await;
    let first = id(send(&hamlet, &HI, Some("one")).await);
    assert_eq!(id(send(&hamlet, &HI, Some("one")).await), first);
    // Quotes around it are notation.
    assert_eq!(id(send(&hamlet, &HI, Some("\"one\"")).await), first);
    assert_eq!(messages(&queue.events().await).len(), 1);
    // Another key, another account, or none: another message.
    assert_eq!(id(send(&hamlet, &HI, Some("two")).await), first + 1);
    assert_eq!(id(send(&cordelia, &HI, Some("one")).await), first + 2);
    assert_eq!(id(send(&hamlet, &HI, None).await), first + 3);
    // The message may be gone by then.
    server.client("iago").delete(&format!("/messages/{first}"), &[]).await.done();
    assert_eq!(id(send(&hamlet, &HI, Some("one")).await), first);
}

#[tokio::test]
async fn a_key_of_another_message_is_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    id(send(&hamlet, &HI, Some("one")).await);
    for (at, other) in [(1, "Verona"), (2, "T"), (3, "hi!")] {
        let mut params = HI;
        params[at].1 = other;
        send(&hamlet, &params, Some("one")).await.refused_with_code(422, "IDEMPOTENCY_KEY_REUSED");
    }
    let direct = [("type", "direct"), ("to", "[5]"), ("content", "hi")];
    send(&hamlet, &direct, Some("one")).await.refused_with_code(422, "IDEMPOTENCY_KEY_REUSED");
    // A send that was refused leaves its key for the corrected one.
    let nowhere = [("type", "channel"), ("to", "nowhere"), ("topic", "t"), ("content", "hi")];
    send(&hamlet, &nowhere, Some("two")).await.refused_with_code(400, "STREAM_DOES_NOT_EXIST");
    id(send(&hamlet, &HI, Some("two")).await);
    let long = "x".repeat(256);
    for key in ["", "\"\"", long.as_str()] {
        send(&hamlet, &HI, Some(key)).await.refused(400, "Idempotency-Key must have 1 to 255 characters of ASCII");
    }
}

#[tokio::test]
async fn a_local_id_sends_the_same_message_once() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (queue, other) = (hamlet.register(&[]).await, hamlet.register(&[]).await);
    let with = |queue: &str, local_id: &'static str, content: &'static str| {
        let [kind, to, topic, _] = HI;
        let queue = queue.to_owned();
        let hamlet = hamlet.clone();
        async move {
            let params = [kind, to, topic, ("content", content), ("queue_id", &*queue), ("local_id", local_id)];
            id(send(&hamlet, &params, None).await)
        }
    };
    let first = with(&queue.id, "12.01", "hi").await;
    assert_eq!(with(&queue.id, "12.01", "hi").await, first);
    let events = queue.events().await;
    let told = messages(&events);
    assert_eq!((told.len(), &told[0]["local_message_id"]), (1, &json!("12.01")));
    // The number was given again: this is no repetition. Neither is the same number of another queue.
    let second = with(&queue.id, "12.01", "something else").await;
    let third = with(&other.id, "12.01", "something else").await;
    assert_eq!([second, third], [first + 1, first + 2]);
    let events = queue.events().await;
    let told: Vec<&Value> = messages(&events).iter().map(|event| &event["local_message_id"]).collect();
    assert_eq!(told, [&json!("12.01"), &Value::Null]);
    // What the number stands for now is the newer message.
    assert_eq!(with(&queue.id, "12.01", "something else").await, second);
}

#[tokio::test]
async fn two_at_once_make_one_message() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for round in 0..10 {
        let key = format!("round {round}");
        let same = (0..8).map(|_| {
            let (hamlet, key) = (hamlet.clone(), key.clone());
            tokio::spawn(async move { id(send(&hamlet, &HI, Some(&key)).await) })
        });
        let mut ids = Vec::new();
        for task in same.collect::<Vec<_>>() {
            ids.push(task.await.expect("it is answered"));
        }
        ids.dedup();
        assert_eq!(ids, [round + 1]);
    }
}

/// What was answered is known after a restart: by its key for a day, by its number for some minutes.
#[tokio::test]
async fn names_of_sends_survive_a_restart_for_their_time() {
    let mut server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("idle_queue_timeout", "604800")]).await.id;
    let local: Vec<(&str, &str)> = [&HI[..], &[("queue_id", queue.as_str()), ("local_id", "1")]].concat();
    let first = id(send(&server.client("hamlet"), &HI, Some("one")).await);
    let second = id(send(&server.client("hamlet"), &local, None).await);
    for (secs, known) in [(0, [true, true]), (250, [true, true]), (100, [true, false]), (86_100, [false, false])] {
        server.clock.advance(secs);
        server = server.restart().await;
        tidings_server::retention::forget_sends(&server.app).await.expect("the store works");
        let hamlet = server.client("hamlet");
        let again = [id(send(&hamlet, &HI, Some("one")).await), id(send(&hamlet, &local, None).await)];
        assert_eq!([again[0] == first, again[1] == second], known, "{again:?}");
    }
}
