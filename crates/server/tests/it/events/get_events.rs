use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, kind};

#[tokio::test]
async fn events_are_returned_until_acknowledged() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await;
    let iago = server.client("iago");
    for content in ["one", "two", "three"] {
        iago.send_to_channel("Denmark", "t", content).await;
    }
    let first = queue.poll(-1, true).await.ok();
    assert_eq!(queue.poll(-1, true).await.ok(), first);
    let ids: Vec<i64> = first["events"].as_array().unwrap().iter().map(|event| event["id"].as_i64().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]) && ids.len() == 3, "{ids:?}");
    let rest = queue.poll(ids[0], true).await.ok();
    assert_eq!(rest["events"].as_array().unwrap().len(), 2);
    let gone = queue.poll(-1, true).await;
    gone.refused(400, "An event newer than -1 has already been pruned!");
}

#[tokio::test]
async fn acknowledging_an_unknown_id_loses_nothing() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await;
    server.client("iago").send_to_channel("Denmark", "t", "one").await;
    let answer = queue.poll(9_000_000_000, true).await.ok();
    assert_eq!(answer["events"].as_array().unwrap().len(), 1, "it was not delivered before, so it is not lost");
}

#[tokio::test]
async fn a_parked_poll_is_woken() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await;
    let iago = server.client("iago");
    let (events, _) = tokio::join!(queue.wait(), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        iago.send_to_channel("Denmark", "t", "hi").await
    });
    assert_eq!(events[0]["message"]["content"], "hi");
    assert_eq!(server.app.realm.registry.counts().1, 0);
}

#[tokio::test]
async fn a_second_poll_answers_the_first_with_nothing() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await;
    let (first, second) = tokio::join!(queue.poll(-1, false), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        queue.poll(-1, true).await
    });
    assert_eq!(first.ok()["events"], json!([]));
    assert_eq!(second.ok()["events"], json!([]));
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_parked_poll() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await;
    let gone = tokio::time::timeout(std::time::Duration::from_millis(300), queue.poll(-1, false)).await;
    assert!(gone.is_err(), "nothing happened, so nothing was answered");
    while server.app.realm.registry.counts().1 > 0 {
        tokio::task::yield_now().await;
    }
    server.client("iago").send_to_channel("Denmark", "t", "hi").await;
    assert_eq!(queue.kinds().await, ["message"]);
}

#[tokio::test]
async fn heartbeats_end_idle_polls_and_expiry_ends_idle_queues() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[("event_types", "[]")]).await;
    let (events, ()) = tokio::join!(queue.wait(), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        server.clock.advance(56);
    });
    assert_eq!(kind(&events[0]), "heartbeat");
    assert_eq!(queue.poll(-1, true).await.ok()["events"], Value::Array(events.clone()), "until it is acknowledged");
    assert_eq!(queue.events().await, [json!(null); 0]);

    server.clock.advance(300);
    assert_eq!(queue.events().await, [json!(null); 0], "every poll keeps the queue alive");
    server.clock.advance(301);
    assert_eq!(queue.events().await, [json!(null); 0]);
    server.clock.advance(602);
    while server.app.realm.registry.counts().0 > 0 {
        tokio::task::yield_now().await;
    }
    queue.poll(queue.last_event_id(), true).await.refused_with_code(400, "BAD_EVENT_QUEUE_ID");
}

#[tokio::test]
async fn queues_of_others_do_not_exist() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await;
    let iago = server.client("iago");
    let params = [("queue_id", queue.id.as_str()), ("last_event_id", "-1"), ("dont_block", "true")];
    let reply = iago.get("/events", &params).await;
    assert_eq!(reply.json["queue_id"], queue.id);
    reply.refused_with_code(400, "BAD_EVENT_QUEUE_ID");
    iago.delete("/events", &params[..1]).await.refused_with_code(400, "BAD_EVENT_QUEUE_ID");
    let hamlet = server.client("hamlet");
    hamlet.delete("/events", &params[..1]).await.done();
    hamlet.delete("/events", &params[..1]).await.refused_with_code(400, "BAD_EVENT_QUEUE_ID");
    hamlet.delete("/events", &[]).await.refused_with_code(400, "REQUEST_VARIABLE_MISSING");
}

#[tokio::test]
async fn missing_parameters_and_implicit_registration() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    hamlet.get("/events", &[]).await.refused(400, "Missing 'queue_id' argument");
    hamlet.get("/events", &[("queue_id", "x")]).await.refused(400, "Missing 'last_event_id' argument");
    let bad = [("queue_id", "1482093786:2"), ("last_event_id", "0")];
    hamlet.get("/events", &bad).await.refused(400, "Bad event queue ID: 1482093786:2");
    let answer = hamlet.get("/events", &[("dont_block", "true"), ("event_types", r#"["message"]"#)]).await.ok();
    assert_eq!(answer["events"], json!([]));
    server.client("iago").send_to_channel("Denmark", "t", "hi").await;
    let id = answer["queue_id"].as_str().unwrap();
    let params = [("queue_id", id), ("last_event_id", "-1"), ("dont_block", "true"), ("odd", "1")];
    let polled = hamlet.get("/events", &params).await.ok();
    assert_eq!(polled["events"].as_array().unwrap().len(), 1);
    assert_eq!(polled["ignored_parameters_unsupported"], json!(["odd"]));
}

#[tokio::test]
async fn narrows_and_public_channels_respect_access() {
    let server = TestServer::start().await;
    let types = ("event_types", r#"["message"]"#);
    let public = server.client("othello").register(&[types, ("all_public_streams", "true")]).await;
    let narrowed = server.client("othello").register(&[types, ("narrow", r#"[["channel","denmark"]]"#)]).await;
    let secret = server.client("othello").register(&[types, ("narrow", r#"[["stream","secret"]]"#)]).await;
    let guest = server.client("polonius").register(&[types, ("narrow", r#"[["stream","Verona"]]"#)]).await;
    let hamlet = server.client("hamlet");
    hamlet.send_to_channel("Denmark", "t", "in Denmark").await;
    hamlet.send_to_channel("secret", "t", "in secret").await;
    server.client("iago").send_to_channel("Verona", "t", "in Verona").await;
    assert_eq!(public.kinds().await, ["message", "message"]);
    assert_eq!(narrowed.kinds().await, ["message"]);
    assert_eq!(secret.kinds().await, [""; 0]);
    assert_eq!(guest.kinds().await, [""; 0]);
}

#[tokio::test]
async fn queues_and_events_survive_a_restart() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message","restart"]"#)]).await;
    server.client("iago").send_to_channel("Denmark", "t", "one").await;
    let before = raw_events(&server.client("hamlet"), &queue.id).await;
    server.client("iago").send_to_channel("Denmark", "t", "two").await;
    let server = server.restart().await;
    let hamlet = server.client("hamlet");
    assert_eq!(raw_events(&hamlet, &queue.id).await[..1], before, "byte for byte");
    let poll = async |last: i64| {
        let last = last.to_string();
        let params = [("queue_id", queue.id.as_str()), ("last_event_id", last.as_str()), ("dont_block", "true")];
        hamlet.get("/events", &params).await.ok()["events"].as_array().unwrap().clone()
    };
    let after = poll(-1).await;
    let kinds: Vec<String> = after.iter().map(kind).collect();
    assert_eq!(kinds, ["message", "message"], "what is in the store comes first");
    let rest = poll(after[1]["id"].as_i64().unwrap()).await;
    assert_eq!(rest.iter().map(kind).collect::<Vec<_>>(), ["restart"]);
    server.client("iago").send_to_channel("Denmark", "t", "three").await;
    let last = poll(rest[0]["id"].as_i64().unwrap()).await;
    assert_eq!(last[0]["message"]["content"], "three");
}

/// The events of an answer, as they came.
async fn raw_events(client: &TestClient, queue: &str) -> Vec<String> {
    let params = [("queue_id", queue), ("last_event_id", "-1"), ("dont_block", "true")];
    let reply = client.get("/events", &params).await;
    #[derive(serde::Deserialize)]
    struct Answer {
        events: Vec<Box<serde_json::value::RawValue>>,
    }
    let answer: Answer = serde_json::from_str(&reply.text).expect("an answer to a poll");
    answer.events.iter().map(|event| event.get().to_owned()).collect()
}

/// Flags of changed messages are those of the moment, whether the event is in memory, was pushed out of it, or the
/// process is another one by now.
#[tokio::test]
async fn changed_messages_come_again_byte_for_byte_whatever_became_of_their_flags() {
    let config = tidings_server::Config { log_entries_max: 8, ..tidings_testkit::test_config() };
    let mut server = TestServer::start_with(config).await;
    let readers = ["hamlet", "iago", "cordelia", "shiva", "othello"];
    let hamlet = server.client("hamlet");
    let id = hamlet.send_to_channel("Denmark", "t", "hi").await.to_string();
    let flag = async |server: &TestServer, who: &str, op: &str, flag: &str| {
        let params = [("messages", format!("[{id}]")), ("op", op.to_owned()), ("flag", flag.to_owned())];
        let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
        server.client(who).post("/messages/flags", &params).await.done();
    };
    let denmark = [("subscriptions", r#"[{"name": "Denmark"}]"#)];
    server.client("othello").post("/users/me/subscriptions", &denmark).await.done();
    flag(&server, "iago", "add", "read").await;
    flag(&server, "shiva", "add", "starred").await;
    let mut queues = Vec::new();
    for who in readers {
        let queue = server.client(who).register(&[("event_types", r#"["update_message"]"#)]).await;
        queues.push((who, queue.id, Vec::new()));
    }
    let path = format!("/messages/{id}");
    hamlet.patch(&path, &[("content", "hi @**Cordelia**")]).await.done();
    hamlet.patch(&path, &[("topic", "u")]).await.done();
    for (who, queue, before) in &mut queues {
        *before = raw_events(&server.client(who), queue).await;
        let flags: Vec<Value> =
            before.iter().map(|event| serde_json::from_str::<Value>(event).unwrap()["flags"].clone()).collect();
        let expected = match *who {
            "hamlet" => json!([]),
            "iago" => json!(["read"]),
            "cordelia" => json!(["mentioned"]),
            "shiva" => json!(["starred"]),
            _ => json!(["read", "historical"]),
        };
        assert_eq!(flags, [expected.clone(), expected], "{who}");
    }

    flag(&server, "iago", "remove", "read").await;
    flag(&server, "shiva", "remove", "starred").await;
    flag(&server, "cordelia", "add", "read").await;
    flag(&server, "othello", "add", "collapsed").await;
    hamlet.patch(&path, &[("content", "hi")]).await.done();
    let again = async |server: &TestServer, when: &str| {
        for (who, queue, before) in &queues {
            let again = raw_events(&server.client(who), queue).await;
            assert_eq!(&again[..2], before, "{who} {when}");
        }
    };
    again(&server, "from memory").await;
    for _ in 0..8 {
        hamlet.send_to_channel("Denmark", "t", "more").await;
    }
    again(&server, "when memory is short").await;
    server.client("desdemona").delete(&path, &[]).await.done();
    server = server.restart().await;
    again(&server, "after a restart").await;
}

#[tokio::test]
async fn rate_limits_count_polls_and_are_told_in_headers() {
    let config = tidings_server::Config { rate_limit_per_minute: 3, ..tidings_testkit::test_config() };
    let server = TestServer::start_with(config).await;
    let queue = server.client("hamlet").register(&[("event_types", "[]")]).await;
    let (parked, ()) = tokio::join!(queue.poll(-1, false), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        server.clock.advance(56);
    });
    assert_eq!(parked.headers["x-ratelimit-limit"], "3");
    assert_eq!(parked.headers["x-ratelimit-remaining"], "2");
    assert!(parked.headers.contains_key("x-ratelimit-reset"));
    queue.poll(-1, true).await.done();
    queue.poll(-1, true).await.done();
    let refused = queue.poll(-1, true).await;
    assert!(refused.headers.contains_key("retry-after"));
    assert!(refused.json["retry-after"].as_f64().is_some_and(|secs| secs > 0.0), "{}", refused.json);
    refused.refused_with_code(429, "RATE_LIMIT_HIT");
    // Polls are counted apart from other requests, and apart from those of other users.
    server.client("hamlet").get("/users/me", &[]).await.done();
    server.client("iago").register(&[("event_types", "[]")]).await.poll(-1, true).await.done();
}

#[tokio::test]
async fn polls_that_look_odd_are_polls() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&[("event_types", r#"["message"]"#)]).await;
    let params = [("queue_id", queue.id.as_str()), ("last_event_id", "-1"), ("weather", "fine")];
    let override_method = [&params[..], &[("method", "GET")]].concat();
    // They wait as others do.
    let (by_post, _) = tokio::join!(hamlet.post("/events", &override_method), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        server.client("iago").send_to_channel("Denmark", "t", "hi").await
    });
    let by_post = by_post.ok();
    assert_eq!(by_post["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(by_post["ignored_parameters_unsupported"], json!(["method", "weather"]));
    let body = "queue_id=".to_owned() + &queue.id;
    let with_body = hamlet.request(reqwest::Method::GET, "/events?last_event_id=-1");
    let with_body = with_body.header("Content-Type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(hamlet.send(with_body).await.ok()["events"], by_post["events"]);
    assert_eq!(hamlet.get("/events", &params).await.ok()["events"], by_post["events"]);
    hamlet
        .post("/events", &[("method", "GET"), ("last_event_id", "-1")])
        .await
        .refused(400, "Missing 'queue_id' argument");
    assert_eq!(server.app.realm.registry.counts(), (1, 0));
}
