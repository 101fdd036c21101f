use super::{create, shown, watch};
use serde_json::json;
use tidings_testkit::TestServer;

#[tokio::test]
async fn changes_are_told_together_and_only_what_changed() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    let (guest, path) = (watch(&server, "polonius", false).await, format!("/user_groups/{id}"));
    let params = [
        ("name", "players"),
        ("description", "a group"),
        ("can_join_group", r#"{"new":5,"old":8}"#),
        ("can_leave_group", r#"{"new":6}"#),
    ];
    server.client("hamlet").patch(&path, &params).await.done();
    let events = guest.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["op"], &events[0]["group_id"]), (&json!("update"), &json!(id)));
    assert_eq!(events[0]["data"], json!({ "name": "players", "can_join_group": 5 }));
    let group = shown(&server, id).await.unwrap();
    assert_eq!((&group["name"], &group["can_join_group"]), (&json!("players"), &json!(5)));
    server.client("hamlet").patch(&path, &params[..2]).await.done();
    assert!(guest.events().await.is_empty(), "nothing is new");
}

#[tokio::test]
async fn only_who_manages_a_group_changes_it() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4,5]").await;
    let path = format!("/user_groups/{id}");
    let rename = [("name", "players")];
    for who in ["cordelia", "shiva", "iago"] {
        server.client(who).patch(&path, &rename).await.refused(400, "Insufficient permission");
    }
    server.client("polonius").patch(&path, &rename).await.refused(400, "Not allowed for guest users");
    server.client("desdemona").patch(&path, &rename).await.done();
    server.client("desdemona").patch("/realm", &[("can_manage_all_groups", r#"{"new":2}"#)]).await.done();
    server.client("iago").patch(&path, &[("name", "court")]).await.done();
    let cordelia = r#"{"new":{"direct_members":[5],"direct_subgroups":[]}}"#;
    server.client("hamlet").patch(&path, &[("can_manage_group", cordelia)]).await.done();
    server.client("hamlet").patch(&path, &rename).await.refused(400, "Insufficient permission");
    server.client("cordelia").patch(&path, &rename).await.done();
    server.client("desdemona").patch("/user_groups/5", &rename).await.refused(400, "Insufficient permission");
    server.client("desdemona").patch("/user_groups/99", &rename).await.refused(400, "Invalid user group");
    server.client("cordelia").patch(&path, &[]).await.refused(400, "No new data supplied");
    let wrong = server.client("cordelia").patch(&path, &[("can_join_group", r#"{"new":5,"old":6}"#)]).await;
    wrong.refused_with_code(400, "EXPECTATION_MISMATCH");
    let all = [("name", "new"), ("can_join_group", r#"{"new":7}"#)];
    server.client("cordelia").patch(&path, &all).await.refused_with_code(400, "BAD_REQUEST");
    assert_eq!(shown(&server, id).await.unwrap()["name"], "players", "all or nothing");
}
