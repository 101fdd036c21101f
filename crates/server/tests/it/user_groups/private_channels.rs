use super::create;
use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::kind;

fn told(events: &[Value]) -> Vec<(String, Value)> {
    let id = |event: &Value| event["streams"][0]["stream_id"].clone();
    events.iter().filter(|event| event["type"] == "stream").map(|event| (kind(event), id(event))).collect()
}

#[tokio::test]
async fn a_private_channel_appears_for_who_comes_into_a_group_that_may_see_it() {
    let server = TestServer::start().await;
    let inner = create(&server, "hamlet", "inner", "[]").await;
    let outer = create(&server, "hamlet", "outer", "[]").await;
    let secret = server.channel_id("secret").to_string();
    let group = format!(r#"{{"new":{outer}}}"#);
    let members = |group: u64| format!("/user_groups/{group}/members");
    server
        .client("hamlet")
        .patch(&format!("/streams/{secret}"), &[("can_subscribe_group", &group)])
        .await
        .refused(400, "You do not have permission to administer this channel.");
    server
        .client("iago")
        .patch(
            &format!("/streams/{secret}"),
            &[("can_administer_channel_group", r#"{"new":{"direct_members":[4],"direct_subgroups":[]}}"#)],
        )
        .await
        .done();
    server.client("hamlet").patch(&format!("/streams/{secret}"), &[("can_subscribe_group", &group)]).await.done();
    let types = [("event_types", r#"["stream","subscription"]"#)];
    let (othello, polonius) =
        (server.client("othello").register(&types).await, server.client("polonius").register(&types).await);
    let get = async |who: &str| server.client(who).get(&format!("/streams/{secret}"), &[]).await.status;
    assert_eq!(get("othello").await, 400);

    let hamlet = server.client("hamlet");
    hamlet.post(&members(inner), &[("add", "[6,7]")]).await.done();
    assert!(othello.events().await.is_empty());
    hamlet.post(&members(outer), &[("add_subgroups", &format!("[{inner}]"))]).await.done();
    let id: Value = secret.parse().unwrap();
    let events = othello.events().await;
    assert_eq!(told(&events), [("stream/create".to_owned(), id.clone())]);
    assert_eq!(kind(&events[1]), "subscription/peer_add");
    assert_eq!(get("othello").await, 200);
    assert!(polonius.events().await.is_empty(), "no group opens a private channel to a guest");

    hamlet.post(&members(inner), &[("delete", "[6]")]).await.done();
    assert_eq!(told(&othello.events().await), [("stream/delete".to_owned(), id)]);
    assert_eq!(get("othello").await, 400);
    assert_eq!(json!(get("polonius").await), 400);
}
