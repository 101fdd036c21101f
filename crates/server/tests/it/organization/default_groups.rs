use serde_json::json;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];

async fn create(client: &TestClient, name: &str, channels: &str) {
    let params = [("group_name", name), ("description", "some"), ("stream_names", channels)];
    client.post("/default_stream_groups/create", &params).await.done();
}

#[tokio::test]
async fn administrators_keep_them_and_all_but_guests_are_told() {
    let server = TestServer::start().await;
    let (iago, hamlet, polonius) = (server.client("iago"), server.client("hamlet"), server.client("polonius"));
    let (member, guest) = (hamlet.register(&[]).await, polonius.register(&[]).await);
    create(&iago, " Cities ", r#"["Verona", "Denmark"]"#).await;
    let id = |name: &str| tidings_testkit::fixture::channel_id(name).0;
    let (denmark, verona) = (id("Denmark"), id("Verona"));
    let mut both = vec![denmark, verona];
    both.sort_unstable();
    let row = json!({"id": 1, "name": "Cities", "description": "some", "streams": both});
    assert_eq!(member.events().await[0]["default_stream_groups"], json!([row]));
    assert_eq!(hamlet.register(&[]).await.state["realm_default_stream_groups"], json!([row]));
    assert_eq!(polonius.register(&[]).await.state["realm_default_stream_groups"], json!([]));

    let change = [("op", "remove"), ("stream_names", r#"["Denmark"]"#)];
    iago.patch("/default_stream_groups/1/streams", &change).await.done();
    iago.patch("/default_stream_groups/1", &[("new_group_name", "Towns")]).await.done();
    iago.patch("/default_stream_groups/1", &[("new_group_name", "Towns")]).await.done();
    let told = member.events().await;
    assert_eq!(told.len(), 2, "what changes nothing is not told: {told:?}");
    assert_eq!(told[1]["default_stream_groups"][0]["name"], "Towns");
    assert_eq!(told[1]["default_stream_groups"][0]["streams"], json!([verona]));

    iago.patch("/users/7", &[("role", "400")]).await.done();
    let groups = guest.events().await.into_iter().find(|event| event["type"] == "default_stream_groups");
    assert_eq!(groups.expect("who is a member now is told")["default_stream_groups"][0]["name"], "Towns");

    member.events().await;
    iago.delete(&format!("/streams/{verona}"), &[]).await.done();
    let groups = member.events().await.into_iter().find(|event| event["type"] == "default_stream_groups");
    assert_eq!(
        groups.expect("an archived channel leaves its groups")["default_stream_groups"][0]["streams"],
        json!([])
    );
    iago.delete("/default_stream_groups/1", &[]).await.done();
    assert_eq!(member.events().await[0]["default_stream_groups"], json!([]));
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, shiva) = (server.client("iago"), server.client("shiva"));
    create(&iago, "Cities", r#"["Verona"]"#).await;
    let denmark = tidings_testkit::fixture::channel_id("Denmark").to_string();
    iago.post("/default_streams", &[("stream_id", &denmark)]).await.done();
    let queue = iago.register(&[]).await;
    let path = "/default_stream_groups/create";
    let new = |name, channels| [("group_name", name), ("description", ""), ("stream_names", channels)];
    shiva.post(path, &new("x", "[]")).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva
        .patch("/default_stream_groups/1", &[("new_description", "x")])
        .await
        .refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    let add = [("op", "add"), ("stream_names", r#"["Verona"]"#)];
    shiva.patch("/default_stream_groups/1/streams", &add).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva.delete("/default_stream_groups/1", &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");

    iago.post(path, &new(" ", "[]")).await.refused(400, "Invalid default channel group name ''");
    iago.post(path, &new("Cities", "[]")).await.refused(400, "Default channel group 'Cities' already exists");
    let long = "x".repeat(61);
    iago.post(path, &new(&long, "[]")).await.refused(400, "Default channel group name too long (limit: 60 characters)");
    iago.post(path, &new("x", r#"["nowhere"]"#)).await.refused(400, "Invalid channel name 'nowhere'");
    iago.post(path, &new("x", r#"["secret"]"#)).await.refused(400, "Invalid channel name 'secret'");
    let default = "'Denmark' is a default channel and cannot be added to 'x'";
    iago.post(path, &new("x", r#"["Denmark"]"#)).await.refused(400, default);
    let there = "Channel 'Verona' is already present in default channel group 'Cities'";
    iago.patch("/default_stream_groups/1/streams", &add).await.refused(400, there);
    let remove = [("op", "remove"), ("stream_names", r#"["Denmark"]"#)];
    let absent = "Channel 'Denmark' is not present in default channel group 'Cities'";
    iago.patch("/default_stream_groups/1/streams", &remove).await.refused(400, absent);
    iago.patch("/default_stream_groups/1/streams", &[("op", "x"), ("stream_names", "[]")])
        .await
        .refused(400, "Invalid op");
    let unknown = "Default channel group with id '9' does not exist.";
    iago.patch("/default_stream_groups/9", &[("new_description", "x")]).await.refused(400, unknown);
    iago.delete("/default_stream_groups/9", &[]).await.refused(400, unknown);
    let nothing = "You must pass \"new_description\" or \"new_group_name\".";
    iago.patch("/default_stream_groups/1", &[]).await.refused(400, nothing);
    assert_eq!(queue.kinds().await, NONE);
}
