use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

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
    let before = queue.poll(-1, true).await.ok();
    server.client("iago").send_to_channel("Denmark", "t", "two").await;
    let server = server.restart().await;
    let hamlet = server.client("hamlet");
    let poll = async |last: i64| {
        let last = last.to_string();
        let params = [("queue_id", queue.id.as_str()), ("last_event_id", last.as_str()), ("dont_block", "true")];
        hamlet.get("/events", &params).await.ok()["events"].as_array().unwrap().clone()
    };
    let after = poll(-1).await;
    assert_eq!(after[0], before["events"][0], "byte for byte");
    let kinds: Vec<String> = after.iter().map(kind).collect();
    assert_eq!(kinds, ["message", "message"], "what is in the store comes first");
    let rest = poll(after[1]["id"].as_i64().unwrap()).await;
    assert_eq!(rest.iter().map(kind).collect::<Vec<_>>(), ["restart"]);
    server.client("iago").send_to_channel("Denmark", "t", "three").await;
    let last = poll(rest[0]["id"].as_i64().unwrap()).await;
    assert_eq!(last[0]["message"]["content"], "three");
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
