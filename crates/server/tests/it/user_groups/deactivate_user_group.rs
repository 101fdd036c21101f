use super::{create, shown, watch};
use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

#[tokio::test]
async fn clients_hear_of_groups_out_of_use_as_far_as_they_know_them() {
    let server = TestServer::start().await;
    let id = create(&server, "hamlet", "court", "[4]").await;
    let (old, new) = (watch(&server, "cordelia", false).await, watch(&server, "polonius", true).await);
    let (hamlet, path) = (server.client("hamlet"), format!("/user_groups/{id}"));
    hamlet.post(&format!("{path}/deactivate"), &[]).await.done();
    hamlet.post(&format!("{path}/members"), &[("add", "[5]")]).await.done();
    hamlet.patch(&path, &[("name", "old court")]).await.done();
    assert_eq!(old.kinds().await, ["user_group/remove"]);
    let events = new.events().await;
    assert_eq!(events[0]["data"], json!({ "deactivated": true }));
    let kinds: Vec<_> = events.iter().map(kind).collect();
    assert_eq!(kinds, ["user_group/update", "user_group/add_members", "user_group/update"]);
    assert_eq!(shown(&server, id).await.unwrap()["deactivated"], true);
    let known = async |include: &str| {
        let groups = hamlet.get("/user_groups", &[("include_deactivated_groups", include)]).await.ok();
        groups["user_groups"].as_array().unwrap().iter().any(|group| group["id"] == id)
    };
    assert!(known("true").await && !known("false").await);
    hamlet.get(&format!("{path}/members"), &[]).await.refused(400, "User group is deactivated.");
    hamlet.post(&format!("{path}/deactivate"), &[]).await.refused(400, "User group is deactivated.");

    hamlet.delete(&path, &[]).await.refused(400, "User group is deactivated.");
    hamlet.patch(&path, &[("deactivated", "true")]).await.done();
    hamlet.patch(&path, &[("deactivated", "false")]).await.done();
    let events = old.events().await;
    assert_eq!((events.len(), kind(&events[0])), (1, "user_group/add".to_owned()));
    assert_eq!((&events[0]["group"]["name"], &events[0]["group"]["members"]), (&json!("old court"), &json!([4, 5])));
    let events = new.events().await;
    assert_eq!((events.len(), &events[0]["data"]), (1, &json!({ "deactivated": false })));
}

#[tokio::test]
async fn a_group_in_use_stays_and_it_is_told_where() {
    let server = TestServer::start().await;
    let id = create(&server, "desdemona", "court", "[4]").await;
    let owner = server.client("desdemona");
    let path = format!("/user_groups/{id}/deactivate");
    let outer = create(&server, "desdemona", "outer", "[]").await;
    owner.post(&format!("/user_groups/{outer}/subgroups"), &[("add", &format!("[{id}]"))]).await.done();
    owner.patch(&format!("/user_groups/{outer}"), &[("can_join_group", &format!(r#"{{"new":{id}}}"#))]).await.done();
    let some = format!(r#"{{"new":{{"direct_members":[5],"direct_subgroups":[{id}]}}}}"#);
    owner.patch("/streams/1", &[("can_send_message_group", &some)]).await.done();
    owner.patch("/realm", &[("can_resolve_topics_group", &some)]).await.done();
    let refused = owner.post(&path, &[]).await;
    let objections = refused.json["objections"].clone();
    refused.refused_with_code(400, "CANNOT_DEACTIVATE_GROUP_IN_USE");
    assert_eq!(
        objections,
        json!([
            { "type": "subgroup", "supergroup_ids": [outer] },
            { "type": "channel", "channel_id": 1, "settings": ["can_send_message_group"] },
            { "type": "user_group", "group_id": outer, "settings": ["can_join_group"] },
            { "type": "realm", "settings": ["can_resolve_topics_group"] },
        ])
    );
    server.client("hamlet").post(&path, &[]).await.refused(400, "Insufficient permission");
    owner.post("/user_groups/5/deactivate", &[]).await.refused(400, "Insufficient permission");
    owner.post(&format!("/user_groups/{outer}/deactivate"), &[]).await.done();
    owner.patch("/streams/1", &[("can_send_message_group", r#"{"new":6}"#)]).await.done();
    owner.patch("/realm", &[("can_resolve_topics_group", r#"{"new":6}"#)]).await.done();
    owner.post(&path, &[]).await.done();
    let again = owner.patch("/realm", &[("can_resolve_topics_group", &some)]).await;
    again.refused(400, "User group is deactivated.");
}
