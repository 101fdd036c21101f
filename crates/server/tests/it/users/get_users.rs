use serde_json::{Value, json};
use tidings_testkit::TestServer;

fn ids(members: &Value) -> Vec<i64> {
    members.as_array().expect("a list").iter().map(|user| user["user_id"].as_i64().expect("an id")).collect()
}

#[tokio::test]
async fn lists_everybody_in_order() {
    let server = TestServer::start().await;
    server.client("iago").delete(&format!("/users/{}", server.user_id("othello")), &[]).await.done();
    let answer = server.client("polonius").get("/users", &[]).await.ok();
    assert_eq!(ids(&answer["members"]), [1, 2, 3, 4, 5, 6, 7, 8]);
    let hamlet = &answer["members"][3];
    assert_eq!(hamlet["full_name"], "Hamlet");
    assert!(hamlet["avatar_url"].as_str().unwrap().starts_with("/user_avatars/made/"));
    assert_eq!(hamlet["is_active"], true);
    assert!(hamlet.get("profile_data").is_none());
    assert_eq!(answer["members"][5]["is_active"], false);

    let params = [("user_ids", "[4,8,99]"), ("client_gravatar", "false"), ("include_custom_profile_fields", "true")];
    let answer = server.client("hamlet").get("/users", &params).await.ok();
    assert_eq!(ids(&answer["members"]), [4, 8]);
    assert_eq!(answer["members"][0]["avatar_url"], hamlet["avatar_url"]);
    assert_eq!(answer["members"][0]["profile_data"], json!({}));
    assert_eq!(answer["members"][1]["bot_owner_id"], 4);
    assert!(answer["members"][1].get("profile_data").is_none(), "bots have none");
}

#[tokio::test]
async fn one_is_found_by_id_and_by_address() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for name in ["5", "cordelia@example.com", "CORDELIA@example.com", "user5@example.com"] {
        let answer = hamlet.get(&format!("/users/{name}"), &[]).await.ok();
        assert_eq!(
            (&answer["user"]["user_id"], &answer["user"]["delivery_email"]),
            (&json!(5), &json!("cordelia@example.com"))
        );
    }
    for name in ["99", "-1", "99999999999", "nobody@example.com", "user99@example.com", "user5@elsewhere.com", "x"] {
        hamlet.get(&format!("/users/{name}"), &[]).await.refused(400, "No such user");
    }
    server.anonymous().get("/users/5", &[]).await.refused_with_code(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn oneself_is_described_in_full() {
    let server = TestServer::start().await;
    let id = server.client("cordelia").send_to_channel("Denmark", "t", "hi").await;
    let me = server.client("hamlet").get("/users/me", &[]).await.ok();
    for (name, value) in [
        ("user_id", json!(4)),
        ("email", json!("hamlet@example.com")),
        ("delivery_email", json!("hamlet@example.com")),
        ("full_name", json!("Hamlet")),
        ("role", json!(400)),
        ("is_owner", json!(false)),
        ("is_admin", json!(false)),
        ("is_guest", json!(false)),
        ("is_bot", json!(false)),
        ("is_active", json!(true)),
        ("timezone", json!("")),
        ("avatar_version", json!(1)),
        ("max_message_id", json!(id)),
        ("profile_data", json!({})),
    ] {
        assert_eq!(me[name], value, "{name}");
    }
    assert!(me["avatar_url"].is_string() && me["date_joined"].is_string());
    let bot = server.client("hamletbot").get("/users/me", &[]).await.ok();
    assert_eq!((&bot["is_bot"], &bot["bot_type"], &bot["bot_owner_id"]), (&json!(true), &json!(1), &json!(4)));
    assert_eq!(server.client("othello").get("/users/me", &[]).await.ok()["max_message_id"], -1);
}
