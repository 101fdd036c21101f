use serde_json::{Value, json};
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;

const NONE: [&str; 0] = [];
const PATH: &str = "/realm/profile_fields";
const CHOICES: &str = r#"{"v": {"text": "Vim", "order": "1"}, "e": {"text": "Emacs", "order": "2"}}"#;

async fn create(client: &TestClient, params: &[(&str, &str)]) -> Value {
    client.post(PATH, params).await.ok()["id"].clone()
}

#[tokio::test]
async fn administrators_add_change_order_and_remove_them_and_everybody_is_told() {
    let server = TestServer::start().await;
    let (iago, polonius) = (server.client("iago"), server.client("polonius"));
    let guest = polonius.register(&[]).await;
    let new = [("name", " Drink "), ("field_type", "1"), ("hint", "hot"), ("display_in_profile_summary", "true")];
    assert_eq!(create(&iago, &new).await, 1);
    let drink = json!({
        "id": 1, "type": 1, "order": 1, "name": "Drink", "hint": "hot", "field_data": "",
        "display_in_profile_summary": true, "required": false, "editable_by_user": true,
    });
    assert_eq!(guest.events().await[0]["fields"], json!([drink]));
    assert_eq!(create(&iago, &[("name", "Editor"), ("field_type", "3"), ("field_data", CHOICES)]).await, 2);
    let github = [("field_type", "7"), ("field_data", r#"{"subtype": "github"}"#), ("name", "ignored")];
    assert_eq!(create(&iago, &github).await, 3);
    let told = guest.events().await;
    let editor = &told[0]["fields"][1];
    let choices: Value = serde_json::from_str(editor["field_data"].as_str().expect("text")).expect("JSON");
    assert_eq!(choices, serde_json::from_str::<Value>(CHOICES).expect("JSON"));
    assert_eq!(editor.get("display_in_profile_summary"), None);
    assert_eq!(told[1]["fields"][2]["name"], "GitHub username");

    iago.patch(PATH, &[("order", "[3, 1, 2]")]).await.done();
    iago.patch(PATH, &[("order", "[3, 1, 2]")]).await.done();
    iago.patch(&format!("{PATH}/1"), &[("required", "true"), ("display_in_profile_summary", "false")]).await.done();
    iago.patch(&format!("{PATH}/1"), &[("required", "true"), ("name", "Drink")]).await.done();
    let told = guest.events().await;
    assert_eq!(told.len(), 2, "what changes nothing is not told: {told:?}");
    let fields = polonius.get(PATH, &[]).await.ok()["custom_fields"].clone();
    assert_eq!(fields, told[1]["fields"]);
    assert_eq!(polonius.register(&[]).await.state["custom_profile_fields"], fields);
    let ids =
        |fields: &Value| fields.as_array().expect("a list").iter().map(|field| field["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&fields), [3, 1, 2]);
    assert_eq!((&fields[1]["required"], &fields[1]["order"]), (&json!(true), &json!(1)));

    iago.delete(&format!("{PATH}/2"), &[]).await.done();
    assert_eq!(ids(&guest.events().await[0]["fields"]), [3, 1]);
    assert_eq!(create(&iago, &[("name", "New"), ("field_type", "8")]).await, 4, "no id is given twice");
}

#[tokio::test]
async fn refusals() {
    let server = TestServer::start().await;
    let (iago, shiva) = (server.client("iago"), server.client("shiva"));
    create(&iago, &[("name", "Drink"), ("field_type", "1")]).await;
    create(&iago, &[("field_type", "7"), ("field_data", r#"{"subtype": "github"}"#)]).await;
    let queue = iago.register(&[]).await;
    let good = [("name", "x"), ("field_type", "1")];
    shiva.post(PATH, &good).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva.patch(PATH, &[("order", "[1, 2]")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva.patch(&format!("{PATH}/1"), &[("name", "x")]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");
    shiva.delete(&format!("{PATH}/1"), &[]).await.refused_with_code(400, "UNAUTHORIZED_PRINCIPAL");

    let refused = async |params: &[(&str, &str)], why: &str| iago.post(PATH, params).await.refused(400, why);
    refused(&[("name", "x")], "Missing 'field_type' argument").await;
    refused(&[("name", "x"), ("field_type", "9")], "Invalid field type.").await;
    refused(&[("name", " "), ("field_type", "1")], "Label cannot be blank.").await;
    refused(&[("name", "drink"), ("field_type", "1")], "A field with that label already exists.").await;
    refused(&[("name", &"x".repeat(41)), ("field_type", "1")], "name is too long (limit: 40 characters)").await;
    let hint = "x".repeat(81);
    refused(&[("name", "x"), ("field_type", "1"), ("hint", &hint)], "hint is too long (limit: 80 characters)").await;
    let summary = ("display_in_profile_summary", "true");
    let unsupported = "Field type not supported for display in profile summary.";
    refused(&[("name", "x"), ("field_type", "2"), summary], unsupported).await;
    refused(&[("name", "x"), ("field_type", "6"), summary], unsupported).await;
    for (kind, data, why) in [
        ("3", "{}", "Field must have at least one choice."),
        ("3", "[]", "field_data is not a dict"),
        ("3", r#"{"a": ["1"]}"#, "field_data contains a value that is not a dict"),
        ("3", r#"{"a": {"text": "A"}}"#, "field_data[\"a\"] needs a text and an order"),
        ("3", r#"{"a": {"text": "A", "order": "1", "x": 1}}"#, "field_data[\"a\"] has unknown parts"),
        ("3", r#"{"": {"text": "A", "order": "1"}}"#, "'value' cannot be blank."),
        (
            "3",
            r#"{"a": {"text": "A", "order": "1"}, "b": {"text": "A", "order": "2"}}"#,
            "Field must not have duplicate choices.",
        ),
        ("7", "{}", "subtype key is missing from field_data"),
        ("7", r#"{"subtype": "friendster"}"#, "Invalid external account type"),
        ("7", r#"{"subtype": "custom"}"#, "Custom external account must define URL pattern"),
        (
            "7",
            r#"{"subtype": "custom", "url_pattern": "https://x.example"}"#,
            "URL pattern must contain '%(username)s'.",
        ),
        (
            "7",
            r#"{"subtype": "custom", "url_pattern": "javascript:%(username)s"}"#,
            "URL pattern must contain '%(username)s'.",
        ),
    ] {
        refused(&[("name", "x"), ("field_type", kind), ("field_data", data)], why).await;
    }
    iago.patch(&format!("{PATH}/2"), &[("name", "x")]).await.refused(400, "Default custom field cannot be updated.");
    iago.patch(&format!("{PATH}/1"), &[("name", "GITHUB USERNAME")])
        .await
        .refused(400, "A field with that label already exists.");
    iago.patch(&format!("{PATH}/9"), &[("name", "x")]).await.refused(400, "Field id 9 not found.");
    iago.delete(&format!("{PATH}/9"), &[]).await.refused(400, "Field id 9 not found.");
    for order in ["[1]", "[1, 1]", "[1, 2, 3]"] {
        iago.patch(PATH, &[("order", order)]).await.refused(400, "Invalid order mapping.");
    }
    assert_eq!(queue.kinds().await, NONE);

    iago.patch(&format!("{PATH}/1"), &[summary]).await.done();
    iago.patch(&format!("{PATH}/2"), &[summary]).await.done();
    let full = "Only 2 custom profile fields can be displayed in the profile summary.";
    refused(&[("name", "x"), ("field_type", "1"), summary], full).await;
    server.anonymous().get(PATH, &[]).await.refused_with_code(401, "UNAUTHORIZED");
}
