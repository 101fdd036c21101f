use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::{Reply, kind};

const NONE: [&str; 0] = [];
const PATH: &str = "/users/me/subscriptions";

async fn subscribe(server: &TestServer, who: &str, names: &[&str], more: &[(&str, &str)]) -> Reply {
    let list: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    let list = json!(list).to_string();
    let mut params = vec![("subscriptions", list.as_str())];
    params.extend(more);
    server.client(who).post(PATH, &params).await
}

#[tokio::test]
async fn oneself() {
    let server = TestServer::start().await;
    let othello = server.client("othello").register(&[]).await;
    let cordelia = server.client("cordelia").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    let answer = subscribe(&server, "othello", &["verona", "Denmark"], &[]).await.ok();
    assert_eq!(answer["subscribed"], json!({"6": ["Verona", "Denmark"]}));
    assert_eq!(answer["already_subscribed"], json!({}));
    assert_eq!(answer.get("unauthorized"), None);
    let events = othello.events().await;
    assert_eq!(events.iter().map(kind).collect::<Vec<_>>(), ["subscription/add"]);
    assert_eq!(events[0]["subscriptions"][0]["subscribers"], json!([6]));
    assert_eq!(events[0]["subscriptions"][1]["subscribers"], json!([1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(events[0]["subscriptions"][1]["subscriber_count"], 8);
    let events = cordelia.events().await;
    assert_eq!(events[0]["user_ids"], json!([6]));
    // The guest sees one of both channels.
    assert_eq!(polonius.events().await[0]["stream_ids"], json!([1]));
    let again = subscribe(&server, "othello", &["Verona"], &[]).await.ok();
    assert_eq!((&again["subscribed"], &again["already_subscribed"]), (&json!({}), &json!({"6": ["Verona"]})));
    assert_eq!(othello.kinds().await, NONE);
}

#[tokio::test]
async fn others_by_address_and_a_guest_who_did_not_see_the_channel() {
    let server = TestServer::start().await;
    let polonius = server.client("polonius").register(&[]).await;
    let shiva = server.client("shiva").register(&[]).await;
    let principals = [("principals", r#"["polonius@example.com", "cordelia@example.com"]"#)];
    let answer = subscribe(&server, "hamlet", &["Verona"], &principals).await.ok();
    assert_eq!(answer["subscribed"], json!({"5": ["Verona"], "7": ["Verona"]}));
    assert_eq!(polonius.kinds().await, ["stream/create", "subscription/add", "message"]);
    let events = shiva.events().await;
    assert_eq!((events.len(), &events[0]["user_ids"]), (1, &json!([5, 7])));
}

#[tokio::test]
async fn a_private_channel_is_nothing_to_others() {
    let server = TestServer::start().await;
    let othello = server.client("othello").register(&[]).await;
    let polonius = server.client("polonius").register(&[]).await;
    let iago = server.client("iago").register(&[]).await;
    subscribe(&server, "hamlet", &["secret"], &[("principals", "[3]")]).await.done();
    server.client("hamlet").send_to_channel("secret", "t", "x").await;
    assert_eq!(othello.kinds().await, NONE);
    assert_eq!(polonius.kinds().await, NONE);
    // Administrators know who is there, and not what is said.
    let kinds = iago.kinds().await;
    assert_eq!(kinds, ["subscription/peer_add", "stream/update"]);
}

#[tokio::test]
async fn creates_what_is_not_there() {
    let server = TestServer::start().await;
    let params = [
        ("invite_only", "true"),
        ("history_public_to_subscribers", "true"),
        ("topics_policy", "empty_topic_only"),
        ("can_send_message_group", "3"),
        ("can_add_subscribers_group", r#"{"direct_members": [6, 4], "direct_subgroups": []}"#),
        ("message_retention_days", "unlimited"),
        ("announcement", "true"),
        ("send_new_subscription_messages", "true"),
    ];
    let list = r##"[{"name": "new", "description": "*d*", "color": "#C2C2C2"}]"##;
    let mut all = vec![("subscriptions", list)];
    all.extend(params);
    let desdemona = server.client("desdemona");
    let queue = desdemona.register(&[]).await;
    let answer = desdemona.post(PATH, &all).await.ok();
    assert_eq!(answer["subscribed"], json!({"1": ["new"]}));
    assert_eq!(answer["new_subscription_messages_sent"], true, "there was nobody else to tell");
    assert_eq!(answer["ignored_parameters_unsupported"], json!(["announcement"]));
    let channel = &queue.events().await[1]["subscriptions"][0];
    let expected = json!({
        "name": "new", "invite_only": true, "history_public_to_subscribers": true, "stream_post_policy": 4,
        "topics_policy": "empty_topic_only", "message_retention_days": -1, "color": "#c2c2c2",
        "can_add_subscribers_group": {"direct_members": [4, 6], "direct_subgroups": []},
        "can_remove_subscribers_group": 2, "can_subscribe_group": 8, "rendered_description": "<p><em>d</em></p>",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&channel[name], value, "{name}");
    }
}

#[tokio::test]
async fn settings_survive_leaving_and_history_does_not() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let change = r##"[{"stream_id": 3, "property": "color", "value": "#123456"}]"##;
    cordelia.post("/users/me/subscriptions/properties", &[("subscription_data", change)]).await.done();
    cordelia.delete(PATH, &[("subscriptions", r#"["secret"]"#)]).await.done();
    server.client("hamlet").send_to_channel("secret", "while away", "x").await;
    let queue = cordelia.register(&[]).await;
    subscribe(&server, "hamlet", &["secret"], &[("principals", "[5]")]).await.done();
    let events = queue.events().await;
    assert_eq!(events.iter().map(kind).collect::<Vec<_>>(), ["stream/create", "subscription/add", "message"]);
    assert_eq!(events[1]["subscriptions"][0]["color"], "#123456");
    assert_eq!(cordelia.get("/users/me/3/topics", &[]).await.ok()["topics"], json!([]));
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let no_access = "Unable to access channel (secret).";
    subscribe(&server, "othello", &["secret"], &[]).await.refused(400, no_access);
    // All or nothing.
    subscribe(&server, "othello", &["Verona", "secret"], &[]).await.refused(400, no_access);
    let listed = subscribe(&server, "othello", &["Verona", "secret"], &[("authorization_errors_fatal", "false")]).await;
    let listed = listed.ok();
    assert_eq!((&listed["subscribed"], &listed["unauthorized"]), (&json!({"6": ["Verona"]}), &json!(["secret"])));
    subscribe(&server, "hamlet", &["Denmark"], &[("principals", "[999]")]).await.refused(400, "No such user");
    subscribe(&server, "hamlet", &[""], &[]).await.refused(400, "Channel name can't be empty.");
    let bad = server.client("hamlet").post(PATH, &[("subscriptions", r#"[{"title": "x"}]"#)]).await;
    bad.refused(400, "subscriptions[0][\"name\"] is missing");
}

#[tokio::test]
async fn guests_are_brought_in_by_others() {
    let server = TestServer::start().await;
    for channel in ["Verona", "web", "own", "Denmark"] {
        subscribe(&server, "polonius", &[channel], &[]).await.refused(400, "Not allowed for guest users");
    }
    let polonius = server.client("polonius");
    polonius.patch(PATH, &[("add", r#"[{"name": "web"}]"#)]).await.refused(400, "Not allowed for guest users");
    polonius.patch(PATH, &[("delete", r#"["Denmark"]"#)]).await.done();
    subscribe(&server, "hamlet", &["web"], &[("principals", "[7]")]).await.done();
}

#[tokio::test]
async fn an_empty_list_of_people_is_none() {
    let server = TestServer::start().await;
    let answer = subscribe(&server, "othello", &["new"], &[("principals", "[]")]).await.ok();
    assert_eq!(answer["subscribed"], json!({"6": ["new"]}));
    let left = [("subscriptions", r#"["new"]"#), ("principals", "[]")];
    assert_eq!(server.client("othello").delete(PATH, &left).await.ok()["removed"], json!(["new"]));
}

#[tokio::test]
async fn a_request_names_and_creates_so_many_channels_at_most() {
    let server = TestServer::start().await;
    let names: Vec<String> = (0..1_001).map(|n| format!("channel {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = "Too many channels in one request (limit: 1000).";
    subscribe(&server, "hamlet", &names, &[]).await.refused(400, many);
    let list = json!(names).to_string();
    server.client("hamlet").delete(PATH, &[("subscriptions", &list)]).await.refused(400, many);
    let new = "Too many new channels in one request (limit: 100).";
    subscribe(&server, "hamlet", &names[..101], &[]).await.refused(400, new);
    assert_eq!(server.app.realm.state().channels.count(), 5, "none was created");
    subscribe(&server, "hamlet", &names[..100], &[]).await.done();
}

/// What the notification bot wrote to somebody, newest last.
async fn notices(server: &TestServer, who: &str) -> Vec<String> {
    let page = [
        ("anchor", "newest"),
        ("num_before", "100"),
        ("num_after", "0"),
        ("narrow", r#"[["is","dm"]]"#),
        ("apply_markdown", "false"),
    ];
    let answer = server.client(who).get("/messages", &page).await.ok();
    let text = |message: &serde_json::Value| message["content"].as_str().expect("text").to_owned();
    answer["messages"].as_array().expect("a list").iter().map(text).collect()
}

#[tokio::test]
async fn whom_somebody_brings_in_is_told_by_message() {
    let server = TestServer::start().await;
    let asked = ("send_new_subscription_messages", "true");
    let queue = server.client("othello").register(&[]).await;
    let bystander = server.client("shiva").register(&[("event_types", r#"["message"]"#)]).await;
    let people = ("principals", "[4, 6, 8]");
    let answer = subscribe(&server, "hamlet", &["Verona", "secret", "new"], &[people, asked]).await.ok();
    assert_eq!(answer["new_subscription_messages_sent"], true);
    assert_eq!(queue.kinds().await.last().map(String::as_str), Some("message"), "after the subscription");
    let text = "@_**Hamlet|4** subscribed you to these channels:\n\n* #**Verona**\n* #**secret**";
    assert_eq!(notices(&server, "othello").await, [text]);
    // Neither oneself, nor bots, nor who was there, nor who else; nor of what the same request made, nor unasked.
    subscribe(&server, "hamlet", &["own"], &[("principals", "[6]"), asked]).await.done();
    subscribe(&server, "hamlet", &["Verona"], &[people, asked]).await.done();
    let unasked = ("send_new_subscription_messages", "false");
    let answer = subscribe(&server, "hamlet", &["web"], &[("principals", "[6]"), unasked]).await.ok();
    assert_eq!(answer.get("new_subscription_messages_sent"), None);
    assert_eq!(notices(&server, "othello").await.len(), 1);
    for who in ["hamlet", "hamletbot"] {
        assert_eq!(notices(&server, who).await, NONE, "{who}");
    }
    assert_eq!(bystander.kinds().await, NONE);
    // They are told unless it is said otherwise; guests who may not know who it was are not told that.
    let answer = subscribe(&server, "hamlet", &["Denmark"], &[("principals", "[6]")]).await.ok();
    assert_eq!(answer.get("new_subscription_messages_sent"), None);
    assert_eq!(notices(&server, "othello").await[1], "@_**Hamlet|4** subscribed you to the channel #**Denmark**.");
    let few = [("can_access_all_users_group", r#"{"new": 5}"#)];
    server.client("desdemona").patch("/realm", &few).await.done();
    server.client("desdemona").delete(PATH, &[("subscriptions", r#"["Denmark"]"#)]).await.done();
    subscribe(&server, "desdemona", &["Verona"], &[("principals", "[7]")]).await.done();
    assert_eq!(notices(&server, "polonius").await, ["Somebody subscribed you to the channel #**Verona**."]);
    let state = server.client("hamlet").register(&[]).await.state;
    assert_eq!(state["max_bulk_new_subscription_messages"], 100);
}

#[tokio::test]
async fn a_color_is_for_who_comes_for_the_first_time() {
    let server = TestServer::start().await;
    let cordelia = server.client("cordelia");
    let list = r##"[{"name": "secret", "color": "#123456"}, {"name": "Verona", "color": "#123456"}]"##;
    let before = cordelia.register(&[]).await.state["subscriptions"][1]["color"].clone();
    cordelia.delete(PATH, &[("subscriptions", r#"["secret"]"#)]).await.done();
    server.client("hamlet").post(PATH, &[("subscriptions", list), ("principals", "[5]")]).await.done();
    let state = cordelia.register(&[]).await.state;
    let colors: Vec<_> =
        state["subscriptions"].as_array().unwrap().iter().map(|row| (&row["name"], &row["color"])).collect();
    assert_eq!(colors[1..], [(&json!("Verona"), &json!("#123456")), (&json!("secret"), &before)]);
}
