//! What operators do and see: `tidings audit` and `tidings owner reopen`, with a server and without.

use super::{bad, create_owner, good, serve};
use serde_json::{Value, json};
use std::path::Path;
use tidings_client::{Client, Method};

/// What was noted, the oldest first: who and what.
fn noted(folder: &Path) -> Vec<(Option<u64>, String)> {
    let text = good(folder, &["audit", "--data-dir", "data", "--format", "json", "--limit", "100"]);
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let one = |row: &Value| (row["actor_id"].as_u64(), row["what"].as_str().unwrap().to_owned());
    rows.iter().rev().map(one).collect()
}

/// Calls the API as the owner; what is refused is its message.
fn call(folder: &Path, url: &str, method: Method, path: &str, params: &Value) -> Result<Value, String> {
    let client = Client::builder().config_file(folder.join("ann.rc")).site(url).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.call(method, path, params.clone())).map(Value::Object).map_err(|error| error.to_string())
}

#[test]
fn what_operators_and_administrators_did_is_shown_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    create_owner(folder);
    let first = noted(folder);
    let by = |who: Option<u64>, what: &str| (who, what.to_owned());
    assert_eq!(first, [by(None, "realm_user/add"), by(None, "api_key/add")]);

    let (server, url, _) = serve(folder);
    call(folder, &url, Method::Patch, "/realm", &json!({ "description": "A castle" })).unwrap();
    let create = ["user", "create", "--data-dir", "data", "--email", "bo@example.com", "--full-name", "Bo"];
    good(folder, &create);
    good(folder, &["user", "set-role", "--data-dir", "data", "bo@example.com", "moderator"]);
    good(folder, &["zuliprc", "--data-dir", "data", "--user", "bo@example.com", "--out", "bo.rc"]);
    let told = [
        by(Some(1), "realm/update"),
        by(None, "realm_user/add"),
        by(None, "api_key/add"),
        by(None, "realm_user/update"),
        by(None, "api_key/add"),
    ];
    assert_eq!(noted(folder)[first.len()..], told);
    assert_eq!(server.stop("-TERM"), 0);
    assert_eq!(noted(folder)[first.len()..], told, "without a server it is the same");

    let table = good(folder, &["audit", "--data-dir", "data", "--limit", "5"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 6, "a line that names the columns, and the newest five: {table}");
    assert!(lines[1].contains("operator") && lines[1].contains("api_key/add"), "{table}");
    assert!(lines[5].contains("Ann (1)") && lines[5].contains("A castle"), "{table}");
}

#[test]
fn an_organization_that_its_owner_closed_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    create_owner(folder);
    let reopen = ["owner", "reopen", "--data-dir", "data", "--format", "json"];
    let was_closed = |text: &str| serde_json::from_str::<Value>(text).unwrap()["was_closed"].as_bool().unwrap();
    assert!(!was_closed(&good(folder, &reopen)), "it is open");

    let (server, url, _) = serve(folder);
    let own = || call(folder, &url, Method::Get, "/users/me", &json!({}));
    let close = || call(folder, &url, Method::Post, "/realm/deactivate", &json!({}));
    assert!(own().is_ok());
    close().unwrap();
    let refused = own().unwrap_err();
    assert!(refused.contains("This organization has been deactivated"), "{refused}");
    let text = good(folder, &["owner", "reopen", "--data-dir", "data"]);
    assert_eq!(text.trim(), "The organization is open again.");
    assert!(own().is_ok(), "at once");
    close().unwrap();
    assert_eq!(server.stop("-TERM"), 0);
    assert!(was_closed(&good(folder, &reopen)), "without a server, too");
    assert!(!was_closed(&good(folder, &reopen)));
    let closed_and_opened: Vec<(Option<u64>, String)> =
        noted(folder).into_iter().filter(|(_, what)| what.starts_with("realm/")).collect();
    let by = |who: Option<u64>, what: &str| (who, what.to_owned());
    let once = [by(Some(1), "realm/deactivated"), by(None, "realm/reactivated")];
    assert_eq!(closed_and_opened, [once.clone(), once].concat());
    let (code, message) = bad(folder, &["owner", "reopen"]);
    assert_eq!(code, 2, "{message}");
}
