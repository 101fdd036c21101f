use tidings_testkit::TestServer;

/// What was noted, the oldest first: who and what.
fn noted(server: &TestServer) -> Vec<(Option<u32>, String)> {
    let mut rows = server.app.realm.store.audit(100).expect("it is read");
    rows.reverse();
    rows.into_iter().map(|row| (row.actor.map(|id| id.0), row.what)).collect()
}

#[tokio::test]
async fn what_administrators_do_is_noted_with_who_did_it() {
    let server = TestServer::start().await;
    let (iago, owner, hamlet) = (server.client("iago"), server.client("desdemona"), server.client("hamlet"));
    // Everyday things are not noted.
    hamlet.send_to_channel("Denmark", "t", "hello").await;
    hamlet.patch("/settings", &[("full_name", "Prince"), ("enter_sends", "true")]).await.done();
    hamlet.post("/users/me/subscriptions", &[("subscriptions", r#"[{"name": "Verona"}]"#)]).await.done();
    hamlet.post("/users/me/status", &[("status_text", "brooding")]).await.done();
    assert_eq!(noted(&server), []);

    iago.patch("/realm", &[("allow_message_editing", "false")]).await.done();
    iago.post("/channel_folders/create", &[("name", "Plays")]).await.done();
    iago.patch("/users/4", &[("role", "600"), ("full_name", "Hamlet")]).await.done();
    iago.delete("/users/6", &[]).await.done();
    iago.patch("/streams/2", &[("new_name", "Padua")]).await.done();
    owner.post("/realm/domains", &[("domain", "x.example")]).await.done();
    iago.patch("/realm", &[("presence_disabled", "maybe")]).await;
    let by = |who: u32, what: &str| (Some(who), what.to_owned());
    let told = [
        by(2, "realm/update_dict"),
        by(2, "channel_folder/add"),
        by(2, "realm_user/update"),
        by(2, "realm_user/update"),
        by(2, "realm_user/update"),
        by(2, "stream/update"),
        by(1, "realm_domains/add"),
    ];
    assert_eq!(noted(&server), told);
    let newest = server.app.realm.store.audit(1).expect("it is read").remove(0);
    assert!((server.clock.now() - newest.at).abs() < 60);
    assert!(newest.detail.contains("x.example"), "{}", newest.detail);
    let server = server.restart().await;
    assert_eq!(noted(&server), told);
}
