use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

#[tokio::test]
async fn the_account_is_as_it_was_but_missed_what_happened() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    let before = iago.send_to_channel("Denmark", "t", "before").await;
    iago.delete("/users/4", &[]).await.done();
    iago.send_to_channel("Denmark", "t", "while away").await;
    let types = [("event_types", r#"["realm_user","user_group","subscription"]"#)];
    let queue = server.client("cordelia").register(&types).await;
    iago.post("/users/4/reactivate", &[]).await.done();
    let events = queue.events().await;
    let kinds: Vec<String> = events.iter().map(kind).collect();
    assert_eq!(
        kinds,
        [
            "realm_user/update",
            "user_group/add_members",
            "user_group/add_members",
            "subscription/peer_add",
            "subscription/peer_add"
        ]
    );
    assert_eq!(events[0]["person"], json!({"user_id": 4, "is_active": true}));
    assert_eq!(events[3]["stream_ids"], json!([1]));

    let hamlet = server.client("hamlet");
    assert_eq!(hamlet.get("/users/me", &[]).await.ok()["max_message_id"], before);
    let new_queue = hamlet.register(&[("event_types", r#"["message"]"#)]).await;
    iago.send_to_channel("Denmark", "t", "after").await;
    assert_eq!(new_queue.events().await[0]["message"]["content"], "after");
    iago.post("/users/4/reactivate", &[]).await.done();
    assert_eq!(queue.kinds().await, [""; 0], "an active account stays as it is");
}

#[tokio::test]
async fn a_bot_without_its_owner_gets_a_new_one() {
    let server = TestServer::start().await;
    let iago = server.client("iago");
    iago.delete("/users/4", &[]).await.done();
    let queue = iago.register(&[("event_types", r#"["realm_user","realm_bot"]"#)]).await;
    iago.post("/users/8/reactivate", &[]).await.done();
    assert_eq!(queue.kinds().await, ["realm_user/update", "realm_bot/update", "realm_bot/update", "realm_user/update"]);
    let bot = server.client("hamletbot").get("/users/me", &[]).await.ok();
    assert_eq!(bot["bot_owner_id"], 2);
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let server = TestServer::start().await;
    server.client("iago").delete("/users/5", &[]).await.done();
    server.client("hamlet").post("/users/5/reactivate", &[]).await.refused(400, "Insufficient permission");
    server.client("iago").post("/users/99/reactivate", &[]).await.refused(400, "No such user");
    server.client("iago").post("/users/x/reactivate", &[]).await.refused(400, "user_id is not valid JSON");
    assert!(!server.app.realm.state().users.get(server.user_id("cordelia")).unwrap().is_active);
}

#[tokio::test]
async fn who_has_the_role_of_an_owner_comes_back_by_owners_only() {
    let server = TestServer::start().await;
    let (owner, iago) = (server.client("desdemona"), server.client("iago"));
    owner.patch("/bots/8", &[("role", "100")]).await.done();
    owner.delete("/users/4", &[]).await.done();
    // They would own what may do whatever owners may.
    iago.post("/users/8/reactivate", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    iago.patch("/users/8", &[("full_name", "Ghost")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    owner.post("/users/8/reactivate", &[]).await.done();
    assert_eq!(owner.get("/users/8", &[]).await.ok()["user"]["bot_owner_id"], 1);
}

#[tokio::test]
async fn a_bot_comes_back_only_if_one_may_make_one() {
    let server = TestServer::start().await;
    let (owner, hamlet) = (server.client("desdemona"), server.client("hamlet"));
    hamlet.delete("/bots/8", &[]).await.done();
    let bots = async |group: u32| {
        owner.patch("/realm", &[("can_create_bots_group", &json!({ "new": group }).to_string())]).await.done();
    };
    bots(2).await;
    hamlet.post("/users/8/reactivate", &[]).await.refused(400, "Insufficient permission");
    bots(5).await;
    hamlet.post("/users/8/reactivate", &[]).await.done();
    server.client("hamletbot").get("/users/me", &[]).await.done();
}

#[tokio::test]
async fn a_name_that_has_to_be_unique_may_be_taken_meanwhile() {
    let server = TestServer::start().await;
    let owner = server.client("desdemona");
    owner.patch("/realm", &[("require_unique_names", "true")]).await.done();
    owner.delete("/users/5", &[]).await.done();
    server.client("hamlet").patch("/settings", &[("full_name", "cordelia")]).await.done();
    owner.post("/users/5/reactivate", &[]).await.refused(400, "Unique names required in this organization.");
    owner.patch("/users/5", &[("full_name", "Cordelia of France")]).await.done();
    owner.post("/users/5/reactivate", &[]).await.done();
}
