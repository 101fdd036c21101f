use super::{create, shown, watch};
use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

#[tokio::test]
async fn a_new_group_is_told_to_everybody_and_has_its_creator_manage_it() {
    let server = TestServer::start().await;
    let guest = watch(&server, "polonius", false).await;
    let params = [
        ("name", "  Court "),
        ("description", "at court"),
        ("members", "[5,4,4]"),
        ("subgroups", "[3]"),
        ("can_mention_group", r#"{"direct_members":[6,4],"direct_subgroups":[2]}"#),
    ];
    let id = server.client("hamlet").post("/user_groups/create", &params).await.ok()["group_id"].clone();
    let events = guest.events().await;
    assert_eq!((events.len(), kind(&events[0])), (1, "user_group/add".to_owned()));
    let group = &events[0]["group"];
    assert_eq!((&group["name"], &group["members"]), (&json!("Court"), &json!([4, 5])));
    assert_eq!(group["direct_subgroup_ids"], json!([3]));
    assert_eq!(
        (&group["creator_id"], &group["is_system_group"], &group["deactivated"]),
        (&json!(4), &json!(false), &json!(false))
    );
    let creator = json!({ "direct_members": [4], "direct_subgroups": [] });
    assert_eq!((&group["can_manage_group"], &group["can_add_members_group"]), (&creator, &creator));
    assert_eq!((&group["can_join_group"], &group["can_leave_group"]), (&json!(8), &json!(6)));
    assert_eq!(group["can_mention_group"], json!({ "direct_members": [4, 6], "direct_subgroups": [2] }));
    assert_eq!(shown(&server, id.as_u64().unwrap()).await.as_ref(), Some(group));
}

#[tokio::test]
async fn only_who_is_permitted_creates_groups() {
    let server = TestServer::start().await;
    let params = [("name", "x"), ("description", ""), ("members", "[]")];
    server.client("polonius").post("/user_groups/create", &params).await.refused(400, "Not allowed for guest users");
    let bot = server.client("hamletbot").post("/user_groups/create", &params).await;
    bot.refused(400, "This endpoint does not accept bot requests.");
    server.client("desdemona").patch("/realm", &[("can_create_groups", r#"{"new":3}"#)]).await.done();
    server.client("hamlet").post("/user_groups/create", &params).await.refused(400, "Insufficient permission");
    create(&server, "shiva", "y", "[]").await;
}

#[tokio::test]
async fn names_members_and_permissions_are_checked() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    create(&server, "hamlet", "court", "[]").await;
    let check = async |name: &str, extra: (&str, &str), msg: &str| {
        let mut params = vec![("name", name), ("description", "d"), extra];
        if extra.0 != "members" {
            params.push(("members", "[]"));
        }
        hamlet.post("/user_groups/create", &params).await.refused(400, msg);
    };
    let none = ("subgroups", "[]");
    check("COURT", none, "User group 'COURT' already exists.").await;
    check("  ", none, "User group name can't be empty!").await;
    check(&"x".repeat(101), none, "User group name cannot exceed 100 characters.").await;
    for prefix in ["@", "role:", "user:", "stream:", "channel:"] {
        check(&format!("{prefix}x"), none, &format!("User group name cannot start with '{prefix}'.")).await;
    }
    check("new", ("members", "[99]"), "Invalid user ID: 99").await;
    check("new", ("subgroups", "[99]"), "Invalid user group ID: 99").await;
    let everyone = "'can_manage_group' setting cannot be set to 'role:everyone' group.";
    check("new", ("can_manage_group", "6"), everyone).await;
    let internet = "'can_mention_group' setting cannot be set to 'role:internet' group.";
    check("new", ("can_mention_group", "7"), internet).await;
    check("new", ("can_join_group", r#"{"direct_members":[99],"direct_subgroups":[]}"#), "Invalid user ID: 99").await;
    let nobody = [
        ("name", "new"),
        ("description", ""),
        ("members", "[]"),
        ("can_leave_group", r#"{"direct_members":[],"direct_subgroups":[]}"#),
    ];
    let id = hamlet.post("/user_groups/create", &nobody).await.ok()["group_id"].as_u64().unwrap();
    assert_eq!(shown(&server, id).await.unwrap()["can_leave_group"], 8, "nobody is a group");
}
