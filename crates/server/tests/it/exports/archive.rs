use super::export;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use tidings_testkit::TestServer;

/// What is in the archive, by name.
async fn files(server: &TestServer, kind: &str) -> BTreeMap<String, Vec<u8>> {
    let made = export(server, "iago", kind).await;
    let path =
        made["export_url"].as_str().expect("an address").strip_prefix("http://example.com").expect("ours").to_owned();
    let archive = reqwest::get(format!("{}{path}", server.url)).await.expect("an answer").bytes().await.expect("bytes");
    let mut archive = tar::Archive::new(GzDecoder::new(&*archive));
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("a file");
        let name = entry.path().expect("a path").display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("its content");
        files.insert(name.strip_prefix("export/").expect("the folder").to_owned(), content);
    }
    files
}

fn json_of(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&files[name]).expect("JSON")
}

fn contents(messages: &Value) -> Vec<&str> {
    messages["zerver_message"]
        .as_array()
        .expect("messages")
        .iter()
        .map(|row| row["content"].as_str().expect("text"))
        .collect()
}

async fn talk(server: &TestServer) {
    let (hamlet, cordelia) = (server.client("hamlet"), server.client("cordelia"));
    hamlet.send_to_channel("Denmark", "t", "in public").await;
    hamlet.send_to_channel("secret", "t", "behind doors").await;
    cordelia.send_to_users(&[server.user_id("othello")], "to Othello").await;
    server.client("othello").send_to_users(&[server.user_id("iago")], "to Iago").await;
}

#[tokio::test]
async fn what_is_public_is_exported_and_nothing_else() {
    let server = TestServer::start().await;
    talk(&server).await;
    server.client("hamlet").patch("/settings", &[("allow_private_data_export", "true")]).await.done();
    let files = files(&server, "1").await;
    let realm = json_of(&files, "realm.json");
    let names: Vec<&Value> = realm["zerver_stream"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, [&json!("Denmark"), &json!("Verona"), &json!("web")]);
    assert_eq!(realm["zerver_userprofile"].as_array().unwrap().len(), 8);
    assert_eq!((&realm["zerver_huddle"], &realm["zerver_alertword"]), (&json!([]), &json!([])));
    let messages = json_of(&files, "messages-000001.json");
    assert_eq!(contents(&messages), ["in public"]);
    assert_eq!(messages["zerver_usermessage"], json!([]), "who read it is private");
    assert!(!files.contains_key("messages-000002.json"));
    let all = files.values().map(|content| String::from_utf8_lossy(content)).collect::<String>();
    for hidden in ["behind doors", "to Othello", "secret", "api_key", "hamletx"] {
        assert!(!all.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn private_messages_are_exported_of_those_who_agree() {
    let server = TestServer::start().await;
    talk(&server).await;
    let cordelia = server.client("cordelia");
    cordelia.patch("/settings", &[("allow_private_data_export", "true")]).await.done();
    cordelia.post("/users/me/alert_words", &[("alert_words", r#"["nothing"]"#)]).await.done();
    server.client("othello").post("/users/me/alert_words", &[("alert_words", r#"["handkerchief"]"#)]).await.done();
    cordelia.post("/messages/flags", &[("messages", "[2]"), ("op", "add"), ("flag", "starred")]).await.done();
    let files = files(&server, "2").await;
    let messages = json_of(&files, "messages-000001.json");
    assert_eq!(contents(&messages), ["in public", "behind doors", "to Othello"]);
    let marks = messages["zerver_usermessage"].as_array().unwrap();
    assert!(marks.iter().all(|row| row["user_profile"] == 5), "{marks:?}");
    let starred = marks.iter().find(|row| row["message"] == 2).unwrap();
    assert_eq!(starred["flags_mask"].as_u64().unwrap() & 2, 2);
    let direct = marks.iter().find(|row| row["message"] == 3).unwrap();
    assert_eq!(direct["flags_mask"].as_u64().unwrap() & 2_048, 2_048);
    let realm = json_of(&files, "realm.json");
    assert_eq!(realm["zerver_huddle"].as_array().unwrap().len(), 1);
    assert_eq!(realm["zerver_alertword"].as_array().unwrap().len(), 1);
    assert_eq!(realm["zerver_alertword"][0]["word"], "nothing");
    // Each message goes where the table says.
    let recipient = &messages["zerver_message"][2]["recipient"];
    let known = realm["zerver_recipient"].as_array().unwrap();
    let known = known.iter().find(|row| row["id"] == *recipient).unwrap();
    assert_eq!((&known["type"], &known["type_id"]), (&json!(3), &realm["zerver_huddle"][0]["id"]));
    let ids: Vec<&Value> = realm["zerver_recipient"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    let unique: std::collections::BTreeSet<String> = ids.iter().map(|id| id.to_string()).collect();
    assert_eq!(ids.len(), unique.len(), "no number is given twice");
}

#[tokio::test]
async fn many_messages_are_several_files() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    for n in 0..1_005 {
        hamlet.send_to_channel("Denmark", "t", &n.to_string()).await;
    }
    let files = files(&server, "1").await;
    assert_eq!(contents(&json_of(&files, "messages-000001.json")).len(), 1_000);
    assert_eq!(contents(&json_of(&files, "messages-000002.json")), ["1000", "1001", "1002", "1003", "1004"]);
}
