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
    assert_eq!(realm["zerver_huddle"], json!([]), "two are no group");
    assert_eq!(realm["zerver_alertword"].as_array().unwrap().len(), 1);
    assert_eq!(realm["zerver_alertword"][0]["word"], "nothing");
    // Each message goes where the table says.
    let recipient = &messages["zerver_message"][2]["recipient"];
    let known = realm["zerver_recipient"].as_array().unwrap();
    let known = known.iter().find(|row| row["id"] == *recipient).unwrap();
    assert_eq!((&known["type"], &known["type_id"]), (&json!(1), &json!(server.user_id("othello"))));
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

fn names<'a>(realm: &'a Value, table: &str) -> Vec<&'a str> {
    realm[table].as_array().unwrap_or_else(|| panic!("{table}")).iter().filter_map(|row| row["name"].as_str()).collect()
}

#[tokio::test]
async fn what_administrators_keep_is_in_the_archive_with_all_pictures() {
    let server = TestServer::start().await;
    super::world::make(&server).await;
    let files = files(&server, "2").await;
    let realm = json_of(&files, "realm.json");
    assert_eq!(names(&realm, "zerver_realmemoji"), ["green_tick", "faded_crest"]);
    assert_eq!(names(&realm, "zerver_customprofilefield"), ["Drink", "Life", "Editor", "Friends"]);
    assert_eq!(names(&realm, "zerver_channelfolder"), ["Plays"]);
    assert_eq!(names(&realm, "zerver_realmplayground"), ["Play"]);
    assert_eq!(names(&realm, "zerver_defaultstreamgroup"), ["Towns"]);
    assert_eq!(realm["zerver_realmfilter"][0]["url_template"], "https://bugs.example.com/{id}");
    assert_eq!(realm["zerver_realmdomain"][0]["domain"], "example.com");
    assert_eq!(realm["zerver_defaultstream"][0]["stream"], 1);
    assert_eq!(realm["zerver_realmuserdefault"][0]["enter_sends"], true);
    let values = realm["zerver_customprofilefieldvalue"].as_array().unwrap();
    let values: Vec<_> = values.iter().map(|row| (&row["user_profile"], &row["field"], &row["value"])).collect();
    let four = json!(4);
    assert_eq!(
        values,
        [(&four, &json!(1), &json!("*tea*")), (&four, &json!(3), &json!("v")), (&four, &json!(4), &json!("[5, 7]"))]
    );

    // Groups, who is in them, and who may do what: a group for each value that has no name.
    let groups = names(&realm, "zerver_namedusergroup");
    assert_eq!((groups[0], &groups[8..]), ("role:owners", ["court", "poets", "old"].as_slice()));
    let parts = |group: &Value| -> (Vec<u64>, Vec<u64>) {
        let of = |table: &str, outer: &str, inner: &str| {
            let rows = realm[table].as_array().unwrap().iter().filter(|row| row[outer] == *group);
            rows.map(|row| row[inner].as_u64().unwrap()).collect()
        };
        (
            of("zerver_usergroupmembership", "user_group", "user_profile"),
            of("zerver_groupgroupmembership", "supergroup", "subgroup"),
        )
    };
    assert_eq!(parts(&json!(100)), (vec![4, 5], vec![3, 101]));
    assert_eq!(parts(&realm["zerver_realm"][0]["can_create_bots_group"]), (vec![4], vec![3, 100]));
    assert_eq!(parts(&realm["zerver_stream"][1]["can_send_message_group"]), (vec![2], vec![101]));
    assert_eq!(parts(&realm["zerver_namedusergroup"][9]["can_mention_group"]), (vec![4], vec![101]));
    assert_eq!(realm["zerver_realm"][0]["can_add_custom_emoji_group"], 100);
    let ids: Vec<&Value> = realm["zerver_usergroup"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    let unique: std::collections::BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(ids.len(), unique.len());

    let picture = |path: String| {
        let image = image::load_from_memory(&files[&path]).expect("a picture");
        (image.width(), image.height())
    };
    for (folder, count, size) in [("avatars", 2, (500, 500)), ("emoji", 4, (64, 64)), ("realm_icons", 4, (100, 100))] {
        let records = json_of(&files, &format!("{folder}/records.json"));
        let records = records.as_array().unwrap();
        assert_eq!(records.len(), count, "{folder}");
        for record in records {
            assert!(files.contains_key(&format!("{folder}/{}", record["path"].as_str().unwrap())));
        }
        let original = records.iter().find(|record| record["path"].as_str().unwrap().ends_with(".original")).unwrap();
        assert_eq!(picture(format!("{folder}/{}", original["path"].as_str().unwrap())), size, "{folder}");
    }
    let person = json_of(&files, "avatars/records.json")[0].clone();
    assert_eq!(
        (&person["user_profile_id"], &realm["zerver_userprofile"][3]["avatar_source"]),
        (&json!(4), &json!("U"))
    );
    let all = files.values().map(|content| String::from_utf8_lossy(content)).collect::<String>();
    let service = server.app.realm.state();
    let token = service.users.iter().find_map(|user| user.service()).expect("a service").token.clone();
    assert!(!all.contains(&token), "tokens are in no export");
    assert_eq!(realm["zerver_reaction"].as_array().unwrap().len(), 4);
    let audit = realm["zerver_realmauditlog"].as_array().unwrap();
    let left: Vec<&Value> = audit.iter().filter(|row| row["event_type"] == 303).collect();
    assert_eq!((left.len(), &left[0]["modified_user"], &left[0]["modified_stream"]), (1, &json!(2), &json!(2)));
}
