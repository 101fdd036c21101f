use super::{legacy, modern};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tidings_testkit::TestServer;
use tidings_types::initial_state::{FIELDS, FieldSpec, realm_field};
use tidings_types::realm::RealmSettings;
use tidings_types::settings::{Legacy, UserSettings};

#[tokio::test]
async fn the_mobile_app_finds_what_it_cannot_start_without() {
    let server = TestServer::start().await;
    let state = modern(&server.client("hamlet")).await.state;
    let ints =
        ["max_stream_name_length", "max_topic_length", "max_file_upload_size_mib", "realm_waiting_period_threshold"];
    for field in ints {
        assert!(state[field].is_i64(), "{field}");
    }
    assert_eq!(state["event_queue_longpoll_timeout_seconds"], 90);
    assert_eq!(state["server_presence_ping_interval_seconds"], 60);
    assert_eq!(state["server_presence_offline_threshold_seconds"], 200);
    assert_eq!(state["realm_wildcard_mention_policy"], 5);
    assert_eq!(state["realm_name"], "Test realm");
    assert_eq!(state["realm_empty_topic_display_name"], "general chat");
    assert_eq!(state["realm_emoji"], json!({}));
    assert_eq!(state["realm_default_external_accounts"]["github"]["url_pattern"], "https://github.com/%(username)s");
    assert_eq!(state["server_generation"], server.app.realm.generation);
    assert!(state["server_supported_permission_settings"]["stream"]["can_send_message_group"].is_object());
    assert_eq!(state.get("enter_sends"), None);
    assert_eq!(legacy(&server.client("hamlet")).await.state["enter_sends"], false);
}

#[tokio::test]
async fn only_what_is_fetched_is_there() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("fetch_event_types", r#"["alert_words", "unheard_of"]"#)]).await;
    let always = [
        "result",
        "msg",
        "queue_id",
        "last_event_id",
        "idle_queue_timeout_secs",
        "zulip_version",
        "zulip_feature_level",
        "zulip_merge_base",
    ];
    let mut fields: Vec<&str> = queue.state.as_object().unwrap().keys().map(String::as_str).collect();
    fields.retain(|field| !always.contains(field));
    assert_eq!(fields, ["alert_words"]);
}

/// Every part alone has the fields that the table describes for it, and no others.
#[tokio::test]
async fn each_part_has_the_fields_that_are_described() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let parts: BTreeSet<&str> = FIELDS.iter().flat_map(|row| row.parts).copied().collect();
    for part in parts {
        let is_legacy = part.starts_with("update_");
        let capabilities = json!({"notification_settings_null": true, "user_settings_object": !is_legacy}).to_string();
        let fetched = [part, "update_message_flags"];
        let fetch = json!(fetched).to_string();
        let params = [("fetch_event_types", fetch.as_str()), ("client_capabilities", &capabilities)];
        let state = hamlet.register(&params).await.state;
        let is_there = |row: &&FieldSpec| row.parts.iter().all(|part| fetched.contains(part)) && !row.conditional;
        let mut expected: BTreeSet<String> =
            FIELDS.iter().filter(is_there).map(|row| row.field.name().to_owned()).collect();
        expected.extend(["result", "msg"].map(str::to_owned));
        if part == "realm" {
            let settings = serde_json::to_value(RealmSettings::default()).unwrap();
            expected.extend(settings.as_object().unwrap().keys().filter_map(|name| realm_field(name)));
        }
        let legacy = match part {
            "update_display_settings" => Legacy::Display,
            "update_global_notifications" => Legacy::Notification,
            _ => Legacy::None,
        };
        let settings =
            UserSettings::NAMES.iter().filter(|(_, of)| is_legacy && *of == legacy && legacy != Legacy::None);
        expected.extend(settings.map(|(name, _)| (*name).to_owned()));
        let written: BTreeSet<String> = state.as_object().unwrap().keys().cloned().collect();
        assert_eq!(written, expected, "{part}");
    }
}

/// Whether a value is of a type as the table of fields writes it, looked at from outside only.
fn is_of_type(value: &Value, types: &str) -> bool {
    let outside: String = types.split_inclusive(['<', '{']).next().unwrap_or_default().to_owned();
    let nullable = types.ends_with("|null");
    let one = |name: &str| match name.trim_end_matches(['<', '{']) {
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" | "map" => value.is_object(),
        _ => false,
    };
    (nullable && value.is_null()) || outside.split('|').any(one)
}

/// The fields of each name of `fetch_event_types`, with their types. Fields that depend on something else are left out.
fn table(text: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut table: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let [field, types, key, ..] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if key.starts_with("whenever") || key.contains("demo organizations") {
            continue;
        }
        let key = key.split([' ', ',']).next().unwrap_or_default().to_owned();
        table.entry(key).or_default().push((field.to_owned(), types.to_owned()));
    }
    table
}

/// Compares the initial state with a table of its fields, if there is one.
#[tokio::test]
async fn every_field_of_the_specification_is_there() {
    let Ok(dir) = std::env::var("TIDINGS_SPEC_DIR") else {
        eprintln!("SKIPPED: TIDINGS_SPEC_DIR does not say where register-fields.tsv is");
        return;
    };
    let path = std::path::Path::new(&dir).join("register-fields.tsv");
    let table = table(&std::fs::read_to_string(path).expect("the table"));
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let mut wrong = Vec::new();
    for (key, fields) in &table {
        let fetched = if key == "always" { "message" } else { key.as_str() };
        let fetch = json!([fetched, "update_message_flags"]).to_string();
        let state = hamlet.register(&[("fetch_event_types", &fetch)]).await.state;
        for (field, types) in fields {
            match state.get(field) {
                None => wrong.push(format!("{key}: {field} is missing")),
                Some(value) if !is_of_type(value, types) => {
                    wrong.push(format!("{key}: {field} is {value}, not {types}"))
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn types_are_told_apart() {
    assert!(is_of_type(&json!(1), "integer") && is_of_type(&json!(null), "string|null"));
    assert!(is_of_type(&json!([]), "array<object{id:integer}>") && is_of_type(&json!({}), "integer|object"));
    assert!(is_of_type(&json!("x"), "string{a,b}") && is_of_type(&json!({}), "map<string,object|map<string,object>>"));
    assert!(!is_of_type(&json!("1"), "integer") && !is_of_type(&json!(null), "integer"));
    assert!(!is_of_type(&json!({}), "array<string|integer>"));
}
