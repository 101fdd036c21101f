use super::visits::{PASSWORD, browse, join, link_for_many as link, visit};
use serde_json::{Value, json};
use tidings_testkit::TestServer;

#[tokio::test]
async fn a_link_makes_accounts_as_it_says() {
    let server = TestServer::start().await;
    let denmark = tidings_testkit::fixture::channel_id("Denmark").to_string();
    server.client("iago").post("/default_streams", &[("stream_id", &denmark)]).await.done();
    let verona = tidings_testkit::fixture::channel_id("Verona").to_string();
    let (channels, greeting) = (format!("[{verona}]"), "Come in");
    let params = [
        ("invite_as", "300"),
        ("stream_ids", channels.as_str()),
        ("include_realm_default_subscriptions", "true"),
        ("welcome_message_custom_text", greeting),
    ];
    let path = link(&server, &params).await;
    let (status, page) = browse(&server, &path, None).await;
    assert_eq!(status, 200);
    assert!(page.contains("Join Test realm") && page.contains("name=\"email\""), "{page}");
    let (_, told) = visit(&server, &path, None).await;
    assert_eq!((&told["realm_name"], &told["email"]), (&json!("Test realm"), &Value::Null));
    assert_eq!(told["confirms_email"], false, "no e-mail is set up");

    let (status, joined) = join(&server, &path, "ophelia@x.example").await;
    assert_eq!((status, &joined["user_id"], &joined["email"]), (200, &json!(9), &json!("ophelia@x.example")));
    let login = [("username", "ophelia@x.example"), ("password", PASSWORD)];
    let key = server.anonymous().post("/fetch_api_key", &login).await.ok()["api_key"].clone();
    let ophelia = server.client_with("ophelia@x.example", key.as_str().expect("a key"));
    let own = ophelia.get("/users/me", &[]).await.ok();
    assert_eq!((&own["role"], &own["full_name"]), (&json!(300), &json!("Ophelia")));
    let subscribed = ophelia.get("/users/me/subscriptions", &[]).await.ok()["subscriptions"].clone();
    let names: Vec<&Value> = subscribed.as_array().expect("a list").iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["Denmark", "Verona"]);
    let narrow = [("anchor", "newest"), ("num_before", "5"), ("num_after", "0"), ("narrow", r#"[["is", "dm"]]"#)];
    assert_eq!(ophelia.get("/messages", &narrow).await.ok()["messages"][0]["content"], "<p>Come in</p>");

    let form = [("email", "laertes@x.example"), ("full_name", "Laertes"), ("password", PASSWORD)];
    let (status, page) = browse(&server, &path, Some(&form)).await;
    assert_eq!(status, 200, "a link is for many: {page}");
    assert!(page.contains("laertes@x.example"), "{page}");
    let form = [("email", "laertes@x.example"), ("full_name", "<Laertes>"), ("password", PASSWORD)];
    let (status, page) = browse(&server, &path, Some(&form)).await;
    assert_eq!(status, 400);
    assert!(page.contains("Email is already in use.") && page.contains("&lt;Laertes&gt;"), "{page}");
}

#[tokio::test]
async fn what_is_not_open_and_what_is_not_allowed() {
    let server = TestServer::start().await;
    let (status, told) = join(&server, "/join/nothing", "a@x.example").await;
    assert_eq!((status, &told["msg"]), (404, &json!("This invitation does not exist, or is over.")));
    assert_eq!(browse(&server, "/join/nothing", None).await.0, 404);
    let path = link(&server, &[("invite_expires_in_minutes", "10")]).await;
    let (_, told) = visit(&server, &path, Some(&[("full_name", "x")])).await;
    assert_eq!(told["code"], "REQUEST_VARIABLE_MISSING");
    let short = [("email", "a@x.example"), ("full_name", "x"), ("password", "x")];
    assert_eq!(visit(&server, &path, Some(&short)).await.0, 400);

    let owner = server.client("desdemona");
    owner.post("/realm/domains", &[("domain", "y.example")]).await.done();
    let restrict = [("emails_restricted_to_domains", "true"), ("disallow_disposable_email_addresses", "true")];
    owner.patch("/realm", &restrict).await.done();
    let (_, told) = join(&server, &path, "a@x.example").await;
    assert_eq!(told["msg"], "Email 'a@x.example' not allowed in this organization");
    let (_, told) = join(&server, &path, "a+b@y.example").await;
    assert_eq!(told["msg"], "Email addresses containing + are not allowed in this organization");
    let other = [("email", "a@x.example"), ("full_name", "x"), ("password", PASSWORD)];
    let refused = "Email 'a@x.example' not allowed in this organization";
    server.client("iago").post("/users", &other).await.refused(400, refused);
    server.client("hamlet").patch("/settings", &[("email", "a@x.example")]).await.refused(400, refused);
    assert_eq!(join(&server, &path, "a@y.example").await.0, 200);
    owner.patch("/realm", &[("emails_restricted_to_domains", "false")]).await.done();
    let (_, told) = join(&server, &path, "a@Mailinator.com").await;
    assert_eq!(told["msg"], "Disposable email addresses are not allowed in this organization");

    server.clock.advance(600);
    assert_eq!(join(&server, &path, "b@y.example").await.0, 404, "it is over");
    let path = link(&server, &[]).await;
    owner.post("/realm/deactivate", &[]).await.done();
    let (status, told) = join(&server, &path, "b@y.example").await;
    assert_eq!((status, &told["code"]), (401, &json!("REALM_DEACTIVATED")));
}

#[tokio::test]
async fn who_joins_is_in_the_groups_of_the_invitation() {
    let server = TestServer::start().await;
    let (iago, hamlet) = (server.client("iago"), server.client("hamlet"));
    let new = |name: &'static str| [("name", name), ("description", ""), ("members", "[]")];
    let mut groups = Vec::new();
    for name in ["players", "gone"] {
        groups.push(iago.post("/user_groups/create", &new(name)).await.ok()["group_id"].clone());
    }
    let ids = json!(groups).to_string();
    hamlet.post("/invites/multiuse", &[("group_ids", &ids)]).await.refused(400, "Insufficient permission");
    let path = link(&server, &[("group_ids", &ids)]).await;
    iago.post(&format!("/user_groups/{}/deactivate", groups[1]), &[]).await.done();
    let queue = hamlet.register(&[]).await;
    let (status, joined) = join(&server, &path, "ophelia@x.example").await;
    assert_eq!(status, 200, "{joined}");
    let events = queue.events().await;
    let is_made = |event: &&Value| event["op"] == "add_members" && event["group_id"].as_u64() >= Some(100);
    let told: Vec<_> = events.iter().filter(is_made).collect();
    assert_eq!(told.len(), 1, "{events:?}");
    assert_eq!((&told[0]["group_id"], &told[0]["user_ids"]), (&groups[0], &json!([joined["user_id"]])));
}
