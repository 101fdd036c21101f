use serde_json::{Value, json};
use tidings_testkit::TestServer;

#[tokio::test]
async fn the_key_stops_working_and_the_queues_end() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let (queue, other) = (hamlet.register(&[]).await, server.client("cordelia").register(&[]).await);
    let bot = server.client("hamletbot").register(&[]).await;
    let (parked, ()) = tokio::join!(queue.poll(-1, false), async {
        while server.app.realm.registry.counts().1 == 0 {
            tokio::task::yield_now().await;
        }
        server.client("iago").delete("/users/4", &[]).await.done();
    });
    assert!(parked.status == 200 || parked.status == 401, "{}", parked.json);
    for client in [&hamlet, &server.client("hamletbot")] {
        let reply = client.get("/users/me", &[]).await;
        assert_eq!(reply.json["msg"], "Account is deactivated");
        reply.refused_with_code(401, "UNAUTHORIZED");
    }
    queue.poll(-1, true).await.refused_with_code(401, "UNAUTHORIZED");
    assert_eq!(server.app.realm.registry.counts(), (1, 0), "only the other user's queue is left");

    let server = server.restart().await;
    assert_eq!(server.app.realm.registry.counts().0, 1, "and so it is after a restart");
    for user in ["hamlet", "hamletbot"] {
        let state = server.app.realm.state();
        assert!(!state.users.get(server.user_id(user)).unwrap().is_active);
        assert!(!state.channels.is_subscribed(server.user_id(user), server.channel_id("Denmark")));
    }
    drop((bot, other));
}

#[tokio::test]
async fn everybody_is_told_and_subscribers_lists_shrink() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_user","realm_bot","user_group","subscription"]"#)];
    let othello = server.client("othello").register(&types).await;
    let desdemona = server.client("desdemona").register(&types).await;
    server.client("iago").delete("/users/4", &[]).await.done();
    let events = othello.events().await;
    let kinds: Vec<String> = events.iter().map(tidings_testkit::client::kind).collect();
    let one = ["subscription/peer_remove", "realm_user/update"];
    assert_eq!(kinds, [one, one].concat(), "the bot goes first; private channels are not told");
    assert_eq!(events[3]["person"], json!({"user_id": 4, "is_active": false}));
    let events = desdemona.events().await;
    let peers: Vec<(&Value, &Value)> = events
        .iter()
        .filter(|event| event["op"] == "peer_remove")
        .map(|event| (&event["stream_ids"], &event["user_ids"]))
        .collect();
    assert_eq!(
        peers,
        [
            (&json!([1]), &json!([8])),
            (&json!([1]), &json!([4])),
            (&json!([3]), &json!([4])),
            (&json!([4]), &json!([4])),
        ]
    );
    let bots: Vec<_> = events.iter().filter(|event| event["type"] == "realm_bot").collect();
    assert_eq!(bots.len(), 1);
    assert_eq!(bots[0]["bot"], json!({"user_id": 8, "is_active": false}));

    let state = server.client("othello").register(&[]).await.state;
    let ids = |name: &str| -> Vec<i64> {
        state[name].as_array().unwrap().iter().map(|user| user["user_id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("realm_users"), [1, 2, 3, 5, 6, 7]);
    assert_eq!(ids("realm_non_active_users"), [4, 8]);
    assert_eq!(state["realm_user_groups"][4]["members"], json!([5, 6]));
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    for who in ["shiva", "hamlet", "polonius", "hamletbot"] {
        server.client(who).delete("/users/5", &[]).await.refused(400, "Insufficient permission");
    }
    iago.delete("/users/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.delete("/users/8", &[]).await.refused(400, "No such user");
    iago.delete("/users/99", &[]).await.refused(400, "No such user");
    let last = "Cannot deactivate the only organization owner";
    server.client("desdemona").delete("/users/1", &[]).await.refused(400, last);
    iago.delete("/users/5", &[]).await.done();
    iago.delete("/users/5", &[]).await.refused(400, "User is deactivated");
}

#[tokio::test]
async fn the_last_owner_cannot_leave() {
    let server = TestServer::start().await;
    let reply = server.client("desdemona").delete("/users/me", &[]).await;
    assert_eq!((&reply.json["is_last_owner"], &reply.json["entity"]), (&json!(true), &json!("organization owner")));
    assert_eq!(reply.json["msg"], "Cannot deactivate the only organization owner");
    reply.refused_with_code(400, "CANNOT_DEACTIVATE_LAST_USER");
    for who in ["iago", "shiva", "hamlet", "cordelia", "othello", "polonius"] {
        server.client(who).delete("/users/me", &[]).await.done();
        server.client(who).get("/users/me", &[]).await.refused(401, "Account is deactivated");
    }
    let reply = server.client("desdemona").delete("/users/me", &[]).await;
    assert_eq!((&reply.json["is_last_owner"], &reply.json["entity"]), (&json!(false), &json!("user")));
    reply.refused_with_code(400, "CANNOT_DEACTIVATE_LAST_USER");
}

#[tokio::test]
async fn permissions_do_not_name_who_is_deactivated_until_they_are_back() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    let some = |users: &str| format!(r#"{{"direct_members":{users},"direct_subgroups":[3]}}"#);
    let both = format!(r#"{{"new":{}}}"#, some("[5,6]"));
    owner.patch("/streams/1", &[("can_send_message_group", &both)]).await.done();
    owner.patch("/realm", &[("can_resolve_topics_group", &both)]).await.done();
    let params = [("name", "court"), ("description", ""), ("members", "[]"), ("can_join_group", &some("[5,6]"))];
    let group = owner.post("/user_groups/create", &params).await.ok()["group_id"].clone();
    let types = [("event_types", r#"["stream","realm","user_group","realm_user"]"#)];
    let queue = server.client("polonius").register(&types).await;
    let check = async |expected: &str| {
        let state = server.client("polonius").register(&[]).await.state;
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(state["realm_can_resolve_topics_group"], expected);
        assert_eq!(state["subscriptions"][0]["can_send_message_group"], expected);
        let groups = state["realm_user_groups"].as_array().unwrap();
        assert_eq!(groups.iter().find(|known| known["id"] == group).unwrap()["can_join_group"], expected);
    };
    owner.delete("/users/5", &[]).await.done();
    assert_eq!(queue.kinds().await, ["realm_user/update"], "who is told of that takes them out");
    check(&some("[6]")).await;
    owner.post("/users/5/reactivate", &[]).await.done();
    let kinds = queue.kinds().await;
    assert_eq!(kinds[kinds.len() - 3..], ["realm/update_dict", "user_group/update", "stream/update"]);
    check(&some("[5,6]")).await;
    let shown = format!(r#"{{"new":6,"old":{}}}"#, some("[6]"));
    owner.delete("/users/5", &[]).await.done();
    owner.patch("/streams/1", &[("can_send_message_group", &shown)]).await.done();
}
