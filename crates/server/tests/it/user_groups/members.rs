use super::{create, shown, watch};
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::{TestClient, kind};

async fn change(client: &TestClient, group: u64, params: &[(&str, &str)]) -> tidings_testkit::client::Reply {
    client.post(&format!("/user_groups/{group}/members"), params).await
}

async fn members(server: &TestServer, group: u64, direct: &str) -> Value {
    let path = format!("/user_groups/{group}/members");
    server.client("hamlet").get(&path, &[("direct_member_only", direct)]).await.ok()["members"].clone()
}

#[tokio::test]
async fn joining_and_leaving_is_told_to_everybody_and_by_message_to_who_did_not_ask() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    let guest = watch(&server, "polonius", false).await;
    let cordelia = server.client("cordelia").register(&[("event_types", r#"["message"]"#)]).await;
    let hamlet = server.client("hamlet");
    change(&hamlet, id, &[("add", "[6,5]"), ("delete", "[4]"), ("add_subgroups", "[3]")]).await.done();
    let events = guest.events().await;
    let told: Vec<_> = events.iter().map(|event| (kind(event), event["user_ids"].clone())).collect();
    assert_eq!(told[0], ("user_group/add_members".to_owned(), json!([5, 6])));
    assert_eq!(told[1], ("user_group/remove_members".to_owned(), json!([4])));
    assert_eq!((told[2].0.as_str(), &events[2]["direct_subgroup_ids"]), ("user_group/add_subgroups", &json!([3])));
    let notices = cordelia.events().await;
    assert_eq!(notices.len(), 1);
    let text = notices[0]["message"]["content"].as_str().unwrap();
    assert!(text.contains("added you to the group") && text.contains("court"), "{text}");
    assert_eq!(members(&server, id, "true").await, json!([5, 6]));
    assert_eq!(members(&server, id, "false").await, json!([1, 2, 3, 5, 6]));
    assert_eq!(shown(&server, id).await.unwrap()["members"], json!([5, 6]));
    change(&hamlet, id, &[("delete_subgroups", "[3]")]).await.done();
    let events = guest.events().await;
    assert_eq!(
        (kind(&events[0]).as_str(), &events[0]["direct_subgroup_ids"]),
        ("user_group/remove_subgroups", &json!([3]))
    );
    assert_eq!(members(&server, id, "false").await, json!([5, 6]));
}

#[tokio::test]
async fn each_permission_is_for_what_it_says() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[]").await;
    let (hamlet, cordelia, othello) = (server.client("hamlet"), server.client("cordelia"), server.client("othello"));
    let path = format!("/user_groups/{id}");
    let refused = "Insufficient permission";
    change(&cordelia, id, &[("add", "[5]")]).await.refused(400, refused);
    hamlet.patch(&path, &[("can_join_group", r#"{"new":5}"#)]).await.done();
    change(&cordelia, id, &[("add", "[6]")]).await.refused(400, refused);
    change(&cordelia, id, &[("add", "[5,6]")]).await.refused(400, refused);
    change(&cordelia, id, &[("add", "[5]")]).await.done();
    change(&cordelia, id, &[("add", "[5]")]).await.refused(400, "User 5 is already a member of this group");
    hamlet.patch(&path, &[("can_add_members_group", r#"{"new":5}"#)]).await.done();
    change(&cordelia, id, &[("add", "[6]")]).await.done();
    change(&cordelia, id, &[("delete", "[6]")]).await.refused(400, refused);
    change(&othello, id, &[("delete", "[6]")]).await.done();
    change(&hamlet, id, &[("delete", "[6]")]).await.refused(400, "There is no member '6' in this user group");
    hamlet.patch(&path, &[("can_leave_group", r#"{"new":8}"#)]).await.done();
    change(&cordelia, id, &[("delete", "[5]")]).await.refused(400, refused);
    hamlet.patch(&path, &[("can_remove_members_group", r#"{"new":5}"#)]).await.done();
    change(&othello, id, &[("delete", "[5]")]).await.done();
    change(&othello, id, &[("delete_subgroups", "[3]")]).await.refused(400, refused);
    change(&server.client("polonius"), id, &[("add", "[7]")]).await.refused(400, "Not allowed for guest users");
    change(&hamlet, 5, &[("add", "[4]")]).await.refused(400, refused);
    change(&hamlet, 99, &[("add", "[4]")]).await.refused(400, "Invalid user group");
    change(&hamlet, id, &[("add", "[99]")]).await.refused(400, "Invalid user ID: 99");
    assert!(change(&hamlet, id, &[]).await.json["msg"].as_str().unwrap().starts_with("Nothing to do."));
}

#[tokio::test]
async fn a_group_cannot_come_to_be_in_itself() {
    let server = TestServer::start().await;
    let (inner, outer) =
        (create(&server, "hamlet", "inner", "[4]").await, create(&server, "hamlet", "outer", "[]").await);
    let hamlet = server.client("hamlet");
    let subgroups = |group: u64| format!("/user_groups/{group}/subgroups");
    hamlet.post(&subgroups(outer), &[("add", &format!("[{inner}]"))]).await.done();
    let again = hamlet.post(&subgroups(outer), &[("add", &format!("[{inner}]"))]).await;
    again.refused(400, &format!("User group {inner} is already a subgroup of this group."));
    for group in [inner, outer] {
        let circle = hamlet.post(&subgroups(inner), &[("add", &format!("[{group}]"))]).await;
        circle.refused(400, &format!("User group {inner} is already a subgroup of one of the passed subgroups."));
    }
    let other = hamlet.post(&subgroups(outer), &[("delete", "[3]")]).await;
    other.refused(400, "User group 3 is not a subgroup of this group.");
    hamlet.post(&subgroups(inner), &[("add", "[3]")]).await.done();
    let found = hamlet.get(&subgroups(outer), &[]).await.ok();
    assert_eq!(found["subgroups"], json!([1, 2, 3, inner]));
    let found = hamlet.get(&subgroups(outer), &[("direct_subgroup_only", "true")]).await.ok();
    assert_eq!(found["subgroups"], json!([inner]));
    let is_member = async |group: u64, user: u64, direct: &str| {
        let path = format!("/user_groups/{group}/members/{user}");
        hamlet.get(&path, &[("direct_member_only", direct)]).await.ok()["is_user_group_member"].clone()
    };
    assert_eq!(is_member(outer, 4, "false").await, true);
    assert_eq!(is_member(outer, 4, "true").await, false);
    assert_eq!(is_member(outer, 1, "false").await, true, "by a built-in group in the inner one");
    assert_eq!(is_member(outer, 5, "false").await, false);
    assert_eq!(is_member(5, 4, "true").await, true);
}

#[tokio::test]
async fn deactivated_accounts_are_in_no_list_and_come_back_as_members() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4,5]").await;
    let guest = watch(&server, "polonius", false).await;
    server.client("iago").delete("/users/5", &[]).await.done();
    assert_eq!(members(&server, id, "true").await, json!([4]));
    assert_eq!(shown(&server, id).await.unwrap()["members"], json!([4]));
    assert!(guest.events().await.is_empty(), "who sees the account takes it out by themselves");
    server.client("iago").post("/users/5/reactivate", &[]).await.done();
    let told: Vec<_> = guest.events().await.iter().map(|event| event["group_id"].clone()).collect();
    assert_eq!(told, [json!(5), json!(4), json!(id)]);
    assert_eq!(members(&server, id, "true").await, json!([4, 5]));
}

#[tokio::test]
async fn who_is_in_a_group_outlives_a_restart() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    change(&server.client("hamlet"), id, &[("add", "[5]"), ("delete", "[4]"), ("add_subgroups", "[2]")]).await.done();
    let before = shown(&server, id).await;
    let server = server.restart().await;
    assert_eq!(shown(&server, id).await, before);
    assert_eq!(members(&server, id, "false").await, json!([1, 2, 5]));
}
