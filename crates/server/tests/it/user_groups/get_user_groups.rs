use super::create;
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn members_see_all_groups_and_guests_and_bots_do_not_ask() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    let listed = server.client("othello").get("/user_groups", &[]).await.ok();
    let state = server.client("othello").register(&[("fetch_event_types", r#"["realm_user_groups"]"#)]).await.state;
    assert_eq!(listed["user_groups"], state["realm_user_groups"]);
    assert_eq!(listed["user_groups"][8]["id"], json!(id));
    for path in
        ["/user_groups".to_owned(), format!("/user_groups/{id}/members"), format!("/user_groups/{id}/subgroups")]
    {
        server.client("polonius").get(&path, &[]).await.refused(400, "Not allowed for guest users");
        let bot = server.client("hamletbot").get(&path, &[]).await;
        bot.refused(400, "This endpoint does not accept bot requests.");
    }
    server.client("hamlet").get("/user_groups/99/members", &[]).await.refused(400, "Invalid user group");
    server.client("hamlet").get(&format!("/user_groups/{id}/members/99"), &[]).await.refused(400, "No such user");
}
