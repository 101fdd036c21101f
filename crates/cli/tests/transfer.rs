//! `tidings export` and `tidings import`, as a shell sees them.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

#[path = "cli/shell.rs"]
mod shell;

use serde_json::Value;
use shell::{good, run, tidings};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// Stderr of a command that must fail, with nothing on stdout.
fn bad(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(output.stdout.is_empty() && output.status.code() == Some(1), "{args:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A server that is killed with the test.
struct Server(Child, String);

impl Server {
    fn start(folder: &Path, data: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut command = tidings(folder, &["serve", "--data-dir", data, "--listen", &address]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        while !seen.contains("listening") {
            assert!(lines.read_line(&mut seen).unwrap() > 0, "{seen}");
        }
        // Nobody reads the rest, and nobody waits for it to be read.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Server(child, format!("http://{address}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An organization with an owner who has sent something.
fn organization(folder: &Path) -> Server {
    let owner = ["--email", "ann@example.com", "--full-name", "Ann", "--zuliprc", "ann.rc"];
    let server = Server::start(folder, "data");
    good(folder, &[&["owner", "create", "--data-dir", "data"], owner.as_slice()].concat());
    for text in ["One", "Two"] {
        good(folder, &["send", "--config-file", "ann.rc", "--to", "ann@example.com", text]);
    }
    server
}

#[test]
fn an_organization_moves_to_another_folder_and_people_log_in_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = organization(folder);
    let export = ["export", "--data-dir", "data", "--everything", "--format", "json", "--out"];
    let online = json(&good(folder, &[export.as_slice(), &["online.tar.gz"]].concat()));
    drop(server);
    let offline = json(&good(folder, &[export.as_slice(), &["offline.tar.gz"]].concat()));
    assert_eq!((&online["messages"], &online["messages"]), (&offline["messages"], &Value::from(2)));
    let mode = std::fs::metadata(folder.join("online.tar.gz")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let told = good(folder, &["import", "--data-dir", "new", "online.tar.gz"]);
    assert!(told.starts_with("Imported Tidings: 1 person, 0 bots, 0 channels, 2 messages, 0 files."), "{told}");
    assert!(told.contains("tidings zuliprc --data-dir new") && told.contains("tidings user set-password"), "{told}");
    let report = json(&good(folder, &["import", "--data-dir", "other", "--format", "json", "offline.tar.gz"]));
    assert_eq!((&report["messages"], &report["notes"]), (&Value::from(2), &serde_json::json!({})));
    let left: Vec<_> = std::fs::read_dir(folder.join("new")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name == "importing"), "{left:?}");

    let server = Server::start(folder, "new");
    let rc = ["zuliprc", "--data-dir", "new", "--user", "ann@example.com", "--out", "new.rc"];
    good(folder, &[rc.as_slice(), &["--site", &server.1]].concat());
    let sent =
        good(folder, &["send", "--config-file", "new.rc", "--to", "ann@example.com", "--format", "json", "Three"]);
    assert_eq!(json(&sent)["id"], 3);
    let mut child = tidings(folder, &["user", "set-password", "--data-dir", "new", "--password-stdin", "1"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse battery staple\n").unwrap();
    assert!(child.wait().unwrap().success());
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("username", "ann@example.com"), ("password", "correct horse battery staple")])
        .finish();
    let answer = post(&server.1, "/api/v1/fetch_api_key", &body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A request without a client.
fn post(site: &str, path: &str, body: &str) -> String {
    let address = site.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    answer
}

#[test]
fn nothing_is_overwritten_and_nothing_half_done_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let error = bad(folder, &["export", "--data-dir", "nowhere", "--out", "x.tar.gz"]);
    assert!(error.contains("there is no organization in nowhere") && !folder.join("nowhere").exists(), "{error}");
    let server = organization(folder);
    good(folder, &["export", "--data-dir", "data", "--public", "--out", "x.tar.gz"]);
    let error = bad(folder, &["export", "--data-dir", "data", "--out", "x.tar.gz"]);
    assert!(error.contains("--force"), "{error}");
    good(folder, &["export", "--data-dir", "data", "--full", "--out", "x.tar.gz", "--force"]);
    let usage = run(folder, &["export", "--data-dir", "data", "--full", "--public", "--out", "y.tar.gz"]);
    assert_eq!(usage.status.code(), Some(2));
    // The archive goes through a pipe as well.
    let output = run(folder, &["export", "--data-dir", "data", "--out", "-"]);
    assert!(output.status.success() && output.stdout.starts_with(&[0x1f, 0x8b]), "{output:?}");

    let error = bad(folder, &["import", "--data-dir", "data", "x.tar.gz"]);
    assert!(error.contains("another process is using the data folder data"), "{error}");
    drop(server);
    let error = bad(folder, &["import", "--data-dir", "data", "x.tar.gz"]);
    assert!(error.contains("data has an organization already"), "{error}");
    let error = bad(folder, &["import", "--data-dir", "new", "missing.tar.gz"]);
    assert!(error.contains("there is no archive at missing.tar.gz"), "{error}");
    std::fs::write(folder.join("bad.tar.gz"), "no archive").unwrap();
    let error = bad(folder, &["import", "--data-dir", "new", "bad.tar.gz"]);
    assert!(error.contains("bad.tar.gz cannot be imported: the archive: it is no complete tar.gz"), "{error}");
    let inside = |name: &str| folder.join("new").join(name).exists();
    assert!(!inside("tidings.db") && !inside("importing") && !inside("files"), "nothing is left of it");

    // What a killed import left is in nobody's way: it was at its files when it was killed.
    for path in ["new/importing/files/uploads", "new/files/uploads"] {
        std::fs::create_dir_all(folder.join(path)).unwrap();
    }
    std::fs::write(folder.join("new/importing/tidings.db"), "half").unwrap();
    std::fs::write(folder.join("new/files/uploads/x"), "half").unwrap();
    let error = bad(folder, &["import", "--data-dir", "new", "x.tar.gz"]);
    assert!(error.contains("new/files has files of an organization already"), "{error}");
    assert!(inside("files/uploads/x"), "files that may be somebody's are not removed");
    std::fs::create_dir_all(folder.join("new/importing")).unwrap();
    std::fs::write(folder.join("new/importing/moving"), "").unwrap();
    good(folder, &["import", "--data-dir", "new", "x.tar.gz"]);
    assert!(inside("tidings.db") && !inside("importing") && !inside("files/uploads/x"));
    // Killed when its database was in place: what it says of its files is no business of a later import.
    std::fs::create_dir_all(folder.join("new/importing/archive")).unwrap();
    std::fs::write(folder.join("new/importing/moving"), "").unwrap();
    let list = good(folder, &["user", "list", "--data-dir", "new"]);
    assert!(list.contains("ann@example.com"), "{list}");
    assert!(!inside("importing") && inside("tidings.db"));
    std::fs::create_dir_all(folder.join("new/importing")).unwrap();
    std::fs::write(folder.join("new/importing/moving"), "").unwrap();
    drop(Server::start(folder, "new"));
    assert!(!inside("importing") && inside("files"));
}

#[test]
fn an_import_that_is_killed_leaves_nothing_or_everything() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(organization(folder));
    good(folder, &["export", "--data-dir", "data", "--everything", "--out", "x.tar.gz"]);
    let args = ["import", "--data-dir", "new", "x.tar.gz"];
    let started = std::time::Instant::now();
    good(folder, &["import", "--data-dir", "timed", "x.tar.gz"]);
    let whole = started.elapsed();
    let (mut nothing, mut everything) = (0, 0);
    for part in 1..=24 {
        let mut command = tidings(folder, &args);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * part / 20);
        let _ = child.kill();
        child.wait().unwrap();
        if folder.join("new/tidings.db").exists() {
            everything += 1;
            let list = good(folder, &["user", "list", "--data-dir", "new"]);
            assert!(list.contains("ann@example.com"), "{list}");
            std::fs::remove_dir_all(folder.join("new")).unwrap();
        } else {
            nothing += 1;
        }
    }
    assert!(nothing > 0, "{everything} imports were whole");
    good(folder, &args);
    assert!(good(folder, &["user", "list", "--data-dir", "new"]).contains("ann@example.com"));
}

#[test]
fn help_teaches() {
    let folder = tempfile::tempdir().unwrap();
    let export = good(folder.path(), &["export", "--help"]);
    for text in ["--everything", "allow_private_data_export", "tidings import", "Passwords"] {
        assert!(export.contains(text), "{text}: {export}");
    }
    let import = good(folder.path(), &["import", "--help"]);
    for text in ["tidings zuliprc", "set-password", "Zulip", "has none"] {
        assert!(import.contains(text), "{text}: {import}");
    }
}
