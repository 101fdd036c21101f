use super::export;
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn administrators_are_told_and_nobody_else() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_export"]"#)];
    let admin = server.client("iago").register(&types).await;
    let (member, bot) =
        (server.client("hamlet").register(&types).await, server.client("hamletbot").register(&types).await);
    let made = export(&server, "desdemona", "2").await;
    let events = admin.events().await;
    assert_eq!((events[0]["exports"][0]["pending"].clone(), events.len()), (json!(true), 2));
    assert_eq!(events[1]["exports"], json!([made]));
    assert_eq!((&made["acting_user_id"], &made["export_type"]), (&json!(1), &json!(2)));
    server.client("iago").delete("/export/realm/1", &[]).await.done();
    let after = admin.events().await[0]["exports"][0].clone();
    assert!(after["export_url"].is_null() && after["deleted_timestamp"].is_f64(), "{after}");
    assert_eq!((member.kinds().await.len(), bot.kinds().await.len()), (0, 0));
}

#[tokio::test]
async fn a_file_is_there_until_it_is_deleted_for_whoever_has_the_address() {
    let server = TestServer::start().await;
    let made = export(&server, "iago", "1").await;
    let path = made["export_url"].as_str().unwrap().strip_prefix("http://example.com").unwrap().to_owned();
    let url = format!("{}{path}", server.url);
    let server = server.restart().await;
    let url = url.replacen(url.rsplit_once("/exports/").unwrap().0, &server.url, 1);
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/gzip".parse().unwrap())
    );
    assert_eq!(reqwest::get(format!("{}/exports/x.tar.gz", server.url)).await.unwrap().status(), 404);
    let iago = server.client("iago");
    iago.delete("/export/realm/1", &[]).await.done();
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 404);
    iago.delete("/export/realm/1", &[]).await.refused(400, "Export already deleted");
    iago.delete("/export/realm/9", &[]).await.refused(400, "Invalid data export ID");
}

#[tokio::test]
async fn others_may_not_and_there_are_five_in_a_week() {
    let server = TestServer::start().await;
    for who in ["shiva", "hamlet", "polonius", "hamletbot"] {
        let client = server.client(who);
        client.post("/export/realm", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        client.get("/export/realm", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        client.get("/export/realm/consents", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
        client.delete("/export/realm/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    }
    let iago = server.client("iago");
    iago.post("/export/realm", &[("export_type", "3")]).await.refused(400, "Invalid export_type");
    for _ in 0..5 {
        export(&server, "iago", "1").await;
    }
    iago.post("/export/realm", &[]).await.refused(400, "Exceeded rate limit.");
    server.clock.advance(8 * 86_400);
    iago.post("/export/realm", &[]).await.done();
}

#[tokio::test]
async fn who_agrees_is_told_to_administrators() {
    let server = TestServer::start().await;
    let types = [("event_types", r#"["realm_export_consent"]"#)];
    let (admin, other) =
        (server.client("iago").register(&types).await, server.client("cordelia").register(&types).await);
    let hamlet = server.client("hamlet");
    hamlet.patch("/settings", &[("allow_private_data_export", "true")]).await.done();
    let events = admin.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["user_id"], &events[0]["consented"]), (&json!(4), &json!(true)));
    let consents = server.client("desdemona").get("/export/realm/consents", &[]).await.ok();
    let consents = consents["export_consents"].as_array().unwrap();
    assert_eq!(consents.len(), 7, "people only");
    assert_eq!(consents[3], json!({"user_id": 4, "consented": true}));
    let desdemona = server.client("desdemona");
    let ophelia = [("email", "ophelia@example.com"), ("password", "correct horse"), ("full_name", "Ophelia")];
    desdemona.post("/users", &ophelia).await.done();
    desdemona.delete("/users/9", &[]).await.done();
    desdemona.post("/users/9/reactivate", &[]).await.done();
    desdemona.post("/bots", &[("full_name", "Yorick"), ("short_name", "yorick")]).await.done();
    let told: Vec<_> = admin.events().await.iter().map(|event| event["user_id"].clone()).collect();
    assert_eq!(told, [9, 9], "a new account, and one that is there again");
    assert_eq!(other.kinds().await, [""; 0]);
}
