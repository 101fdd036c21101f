use super::archives::of;
use crate::exports::world;
use serde_json::Value;
use tidings_server::exports::archive::Scope;
use tidings_testkit::TestServer;
use tidings_testkit::client::TestClient;
use tidings_testkit::fixture;

/// What is another one after every start, or has a name that nobody can guess.
const OTHERS: &[&str] = &[
    "queue_id",
    "last_event_id",
    "server_generation",
    "server_timestamp",
    "recipient_id",
    "token",
    "presence_last_update_id",
];

/// The same without that.
fn plain(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !OTHERS.contains(&name.as_str()));
            fields.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::String(text) => {
            // Pictures: in HTML, too.
            let mut parts = text.split("/user_avatars/1/");
            let mut out = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let end = part.find(['"', '?']).unwrap_or(part.len());
                out = out + "/picture" + &part[end..];
            }
            *text = out;
        }
        _ => {}
    }
}

async fn state(client: &TestClient) -> Value {
    let capabilities = r#"{"notification_settings_null": true, "bulk_message_deletion": true, "user_avatar_url_field_optional": false,
        "stream_typing_notifications": true, "user_settings_object": true, "linkifier_url_template": true,
        "user_list_incomplete": true, "include_deactivated_groups": true, "archived_channels": true, "empty_topic_name": true}"#;
    let mut state = client.register(&[("client_capabilities", capabilities)]).await.state.clone();
    plain(&mut state);
    state
}

async fn messages(client: &TestClient) -> Value {
    let params = [("anchor", "newest"), ("num_before", "500"), ("num_after", "0"), ("apply_markdown", "true")];
    let mut all = client.get("/messages", &params).await.ok()["messages"].clone();
    plain(&mut all);
    all
}

/// Where two values differ.
fn differences(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                let none = &Value::Null;
                differences(&format!("{path}/{name}"), a.get(name).unwrap_or(none), b.get(name).unwrap_or(none), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}/{at}"), a, b, found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{path}: {before} is now {after}")),
    }
}

#[track_caller]
fn same(what: &str, before: &Value, after: &Value) {
    let mut found = Vec::new();
    differences(what, before, after, &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn an_organization_is_the_same_elsewhere() {
    let server = TestServer::start().await;
    world::make(&server).await;
    let archive = of(&server, Scope::Everything).await;
    let (copy, report) = TestServer::import(archive.path()).await.expect("it is imported");
    assert!(report.notes.is_empty() && report.unknown_tables.is_empty() && !report.renumbered, "{report:?}");
    for name in ["desdemona", "iago", "shiva", "hamlet", "cordelia", "polonius"] {
        let (before, after) = (server.client(name), copy.client(name));
        same(name, &state(&before).await, &state(&after).await);
        same(name, &messages(&before).await, &messages(&after).await);
    }
    let (before, after) = (server.client("hamlet"), copy.client("hamlet"));
    for path in [
        "/users",
        "/streams",
        "/user_groups",
        "/realm/emoji",
        "/realm/linkifiers",
        "/realm/profile_fields",
        "/channel_folders",
        "/users/me/1/topics",
        "/users/me/2/topics",
        "/messages/2/history",
        "/messages/2/read_receipts",
        "/messages/8/history",
        "/saved_snippets",
        "/scheduled_messages",
        "/reminders",
        "/navigation_views",
    ] {
        let [mut one, mut other] = [before.get(path, &[]).await.ok(), after.get(path, &[]).await.ok()];
        plain(&mut one);
        plain(&mut other);
        same(path, &one, &other);
    }

    // Files and pictures.
    let uploads = server.client("hamlet").get("/attachments", &[]).await.ok()["attachments"].clone();
    same("attachments", &uploads, &copy.client("hamlet").get("/attachments", &[]).await.ok()["attachments"]);
    let path = format!("/user_uploads/{}?api_key={}", uploads[0]["path_id"].as_str().unwrap(), fixture::key("hamlet"));
    let [before, after] = [server.anonymous().get_bytes(&path).await, copy.anonymous().get_bytes(&path).await];
    assert_eq!((after.0, after.2), (200, before.2));
    let avatar = async |server: &TestServer| {
        let own = server.client("hamlet").register(&[("fetch_event_types", r#"["realm_user"]"#)]).await.state.clone();
        let (status, _, bytes) = server.anonymous().get_bytes(own["avatar_url_medium"].as_str().unwrap()).await;
        (status, own["avatar_source"].clone(), image::load_from_memory(&bytes).expect("a picture").to_rgb8())
    };
    assert!(avatar(&server).await == avatar(&copy).await);
    let emoji = copy.client("hamlet").get("/realm/emoji", &[]).await.ok()["emoji"].clone();
    let (status, _, bytes) = copy.anonymous().get_bytes(emoji["1"]["source_url"].as_str().unwrap()).await;
    assert_eq!((status, image::load_from_memory(&bytes).expect("a picture").width()), (200, 64));

    // It goes on, also after a restart: ids are new ones, people are told, words are found.
    let copy = copy.restart().await;
    let (hamlet, cordelia) = (copy.client("hamlet"), copy.client("cordelia"));
    let last = state(&hamlet).await["max_message_id"].as_i64().unwrap();
    let queue = cordelia.register(&[("event_types", r#"["message"]"#)]).await;
    let file = hamlet.upload("new.txt", "new").await;
    let sent = hamlet.send_to_channel("Denmark", "castle", &format!("words, [words]({file})")).await;
    assert_eq!(sent, last + 1);
    assert_eq!(queue.events().await.len(), 1);
    let narrow = [
        ("narrow", r#"[{"operator": "search", "operand": "flesh"}]"#),
        ("anchor", "newest"),
        ("num_before", "9"),
        ("num_after", "0"),
    ];
    assert_eq!(hamlet.get("/messages", &narrow).await.ok()["messages"], serde_json::json!([]));
    let narrow = [
        ("narrow", r#"[{"operator": "search", "operand": "whisper"}]"#),
        ("anchor", "newest"),
        ("num_before", "9"),
        ("num_after", "0"),
    ];
    assert_eq!(hamlet.get("/messages", &narrow).await.ok()["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn exports_of_what_is_public_and_of_those_who_agree_become_organizations_too() {
    let server = TestServer::start().await;
    world::make(&server).await;
    server.client("cordelia").patch("/settings", &[("allow_private_data_export", "false")]).await.done();
    for scope in [Scope::Public, Scope::Agreed] {
        let archive = of(&server, scope).await;
        let (copy, report) = TestServer::import(archive.path()).await.expect("it is imported");
        assert!(report.unknown_tables.is_empty(), "{report:?}");
        let hamlet = messages(&copy.client("hamlet")).await;
        let has = |text: &str| hamlet.to_string().contains(text);
        assert!(has("Not to"), "{scope:?}");
        assert_eq!((has("to myself"), has("whisper")), (scope == Scope::Agreed, scope == Scope::Agreed));
        // Nobody knows what Cordelia has read, so it is everything.
        assert_eq!(state(&copy.client("cordelia")).await["unread_msgs"]["count"], 0);
    }
}

#[tokio::test]
async fn an_organization_is_not_added_to_another() {
    let server = TestServer::start().await;
    let archive = of(&server, Scope::Public).await;
    let (path, store, files) = (archive.path().to_owned(), server.app.realm.store.clone(), server.app.files.clone());
    let runtime = tokio::runtime::Handle::current();
    let refused = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let source = tidings_server::imports::Source {
            archive: &path,
            folder: folder.path(),
            unpacked_max: 1 << 30,
            store: &*store,
            files: &files,
            runtime,
            url: String::new(),
            host: String::new(),
            now: 0,
        };
        tidings_server::imports::import(&source, &mut |_| Ok(())).map(drop)
    });
    let error = refused.await.unwrap().unwrap_err().to_string();
    assert!(error.contains("there is an organization already"), "{error}");
}
