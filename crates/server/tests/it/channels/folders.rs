use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];
const ADMINISTRATORS: &str = "Must be an organization administrator";

async fn create(client: &TestClient, name: &str) -> Value {
    client.post("/channel_folders/create", &[("name", name)]).await.ok()["channel_folder_id"].clone()
}

/// Ids in the order in which clients show them.
async fn list(client: &TestClient, params: &[(&str, &str)]) -> Vec<Value> {
    let answer = client.get("/channel_folders", params).await.ok();
    answer["channel_folders"].as_array().expect("a list").iter().map(|folder| folder["id"].clone()).collect()
}

#[tokio::test]
async fn administrators_make_change_and_order_them_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    let guest = polonius.register(&[]).await;
    assert_eq!(guest.state["max_channel_folder_name_length"], 60);
    let new = [("name", " Plays "), ("description", "*all*\nof them")];
    let asked = server.clock.now();
    assert_eq!(iago.post("/channel_folders/create", &new).await.ok()["channel_folder_id"], 1);
    let mut folder = json!({
        "id": 1, "name": "Plays", "description": "*all* of them", "rendered_description": "<p><em>all</em> of them</p>",
        "date_created": 0, "creator_id": server.user_id("iago"), "order": 1, "is_archived": false,
    });
    let told = guest.events().await;
    let created = told[0]["channel_folder"]["date_created"].as_i64().expect("seconds");
    assert!((asked..=server.clock.now()).contains(&created));
    folder["date_created"] = json!(created);
    assert_eq!(told[0]["channel_folder"], folder);
    assert_eq!(polonius.register(&[]).await.state["channel_folders"], json!([folder]));
    assert_eq!(create(&iago, "Cities").await, 2);
    guest.events().await;

    iago.patch("/channel_folders", &[("order", "[2, 1]")]).await.done();
    let told = guest.events().await;
    assert_eq!((&told[0]["op"], &told[0]["order"]), (&json!("reorder"), &json!([2, 1])));
    assert_eq!(list(&polonius, &[]).await, [2, 1]);
    iago.patch("/channel_folders", &[("order", "[2, 1]")]).await.done();
    iago.patch("/channel_folders/1", &[("name", "Plays")]).await.done();
    assert_eq!(guest.kinds().await, NONE, "what changes nothing is not told");

    iago.patch("/channel_folders/1", &[("name", "Dramas"), ("description", "few")]).await.done();
    let told = guest.events().await;
    let id = told[0]["id"].clone();
    assert_eq!(
        told,
        [json!({
            "type": "channel_folder", "op": "update", "id": id, "channel_folder_id": 1,
            "data": {"name": "Dramas", "description": "few", "rendered_description": "<p>few</p>"},
        })]
    );
    iago.patch("/channel_folders/1", &[("is_archived", "true")]).await.done();
    assert_eq!(guest.events().await[0]["data"], json!({"is_archived": true}));
    assert_eq!(list(&polonius, &[]).await, [2]);
    assert_eq!(list(&polonius, &[("include_archived", "true")]).await, [2, 1]);
    folder = polonius.register(&[]).await.state["channel_folders"][1].clone();
    assert_eq!((&folder["is_archived"], &folder["order"]), (&json!(true), &json!(1)));
    assert_eq!(create(&iago, "dramas").await, 3, "the name of an archived one is free");
    iago.patch("/channel_folders/1", &[("is_archived", "false")])
        .await
        .refused(400, "Channel folder name already in use");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, shiva) = (server.client("iago"), server.client("shiva"));
    create(&iago, "Plays").await;
    let queue = iago.register(&[]).await;
    shiva.post("/channel_folders/create", &[("name", "x")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva.patch("/channel_folders/1", &[("name", "x")]).await.refused(400, ADMINISTRATORS);
    shiva.patch("/channel_folders", &[("order", "[1]")]).await.refused(400, ADMINISTRATORS);
    let refused = async |params: &[(&str, &str)], why: &str| {
        iago.post("/channel_folders/create", params).await.refused(400, why);
    };
    refused(&[], "Missing 'name' argument").await;
    refused(&[("name", " ")], "Channel folder name can't be empty.").await;
    refused(&[("name", "a\nb")], "Invalid character in channel folder name, at position 2.").await;
    refused(&[("name", &"x".repeat(61))], "name is too long (limit: 60 characters)").await;
    refused(&[("name", "PLAYS")], "Channel folder name already in use").await;
    let long = "x".repeat(1025);
    refused(&[("name", "x"), ("description", &long)], "description is too long (limit: 1024 characters)").await;
    iago.patch("/channel_folders/7", &[("name", "x")]).await.refused(400, "Invalid channel folder ID");
    for order in ["[]", "[1, 1]", "[1, 2]"] {
        iago.patch("/channel_folders", &[("order", order)]).await.refused(400, "Invalid order mapping");
    }
    server.anonymous().get("/channel_folders", &[]).await.refused_with_code(401, "UNAUTHORIZED");
    assert_eq!(queue.kinds().await, NONE);
}

#[tokio::test]
async fn channels_are_put_into_them_by_who_administers_the_channel() {
    let server = TestServer::start().await;
    let (iago, hamlet, othello) = (server.client("iago"), server.client("hamlet"), server.client("othello"));
    create(&iago, "Plays").await;
    create(&iago, "Cities").await;
    let (queue, guest) = (othello.register(&[]).await, server.client("polonius").register(&[]).await);
    let new = [("subscriptions", r#"[{"name": "comedies"}]"#), ("folder_id", "1")];
    hamlet.post("/users/me/subscriptions", &new).await.done();
    let told = queue.events().await;
    assert_eq!(told[0]["streams"][0]["folder_id"], 1);
    let path = format!("/streams/{}", told[0]["streams"][0]["stream_id"]);
    assert_eq!(guest.kinds().await, NONE, "guests do not know of the channel");

    othello
        .patch(&path, &[("folder_id", "2")])
        .await
        .refused(400, "You do not have permission to administer this channel.");
    hamlet.patch(&path, &[("folder_id", "2")]).await.done();
    hamlet.patch(&path, &[("folder_id", "2")]).await.done();
    let told = queue.events().await.into_iter().filter(|event| event["op"] == "update").collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["property"], &told[0]["value"]), (&json!("folder_id"), &json!(2)));

    let full = "You need to remove all the channels from this folder to archive it.";
    iago.patch("/channel_folders/2", &[("is_archived", "true")]).await.refused(400, full);
    iago.delete(&path, &[]).await.done();
    iago.patch("/channel_folders/2", &[("is_archived", "true")]).await.refused(400, full);
    iago.patch(&path, &[("folder_id", "null")]).await.done();
    assert_eq!(hamlet.get(&path, &[]).await.ok()["stream"]["folder_id"], Value::Null);
    iago.patch("/channel_folders/2", &[("is_archived", "true")]).await.done();
    iago.patch(&path, &[("folder_id", "2")]).await.refused(400, "Channel folder is archived.");
    iago.patch(&path, &[("folder_id", "9")]).await.refused(400, "Invalid channel folder ID");
    let new = [("name", "x"), ("subscribers", "[]"), ("folder_id", "9")];
    hamlet.post("/channels/create", &new).await.refused(400, "Invalid channel folder ID");
    assert!(server.app.realm.state().channels.find_by_name("x").is_none());
}
