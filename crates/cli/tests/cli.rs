//! The binary as a shell sees it: stdout, stderr, exit codes, files.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

#[path = "cli/admin.rs"]
mod admin;
#[path = "cli/shell.rs"]
mod shell;

use shell::{good, run, tidings};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Exit code and stderr of a command that must fail, with nothing on stdout.
fn bad(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = run(folder, args);
    assert!(output.stdout.is_empty(), "{args:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn create_owner(folder: &Path) {
    let args = ["--email", "ann@example.com", "--full-name", "Ann", "--zuliprc", "ann.rc"];
    good(folder, &[&["owner", "create", "--data-dir", "data"], args.as_slice()].concat());
}

/// A process that is ended with the test, with its stderr line by line.
struct Running {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Running { child, lines }
    }

    /// Everything up to a line with this text.
    fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        while !seen.contains(text) {
            assert!(self.lines.read_line(&mut seen).unwrap() > 0, "ended without {text:?}: {seen}");
        }
        seen
    }

    fn stop(mut self, signal: &str) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(Instant::now() < deadline, "it does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path) -> (Running, String, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let args = ["serve", "--data-dir", "data", "--listen", &address, "--synchronous", "normal"];
    let mut server = Running::start(tidings(folder, &args));
    let seen = server.wait_for("listening");
    (server, format!("http://{address}"), seen)
}

#[test]
fn an_owner_is_created_before_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    create_owner(folder.path());
    let rc = folder.path().join("ann.rc");
    assert_eq!(std::fs::metadata(&rc).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(rc).unwrap();
    assert!(text.starts_with("[api]\nemail=ann@example.com\nkey="), "{text}");
    let again = ["owner", "create", "--data-dir", "data", "--email", "x@example.com", "--full-name", "X"];
    let (code, message) = bad(folder.path(), &[again.as_slice(), &["--zuliprc", "ann.rc"]].concat());
    assert_eq!(code, 1);
    assert!(message.contains("--force"), "{message}");
    let list = good(folder.path(), &["user", "list", "--data-dir", "data"]);
    assert_eq!(list.lines().count(), 2, "a refused command creates nobody: {list}");
}

#[test]
fn accounts_are_managed_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    create_owner(folder);
    let user = |args: &[&'static str]| [&["user"], args, &["--data-dir", "data", "--format", "json"]].concat();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let created = json(&good(folder, &user(&["create", "--email", "bo@example.com", "--full-name", "Bo"])));
    assert_eq!(created["api_key"].as_str().unwrap().len(), 32);
    assert_eq!(json(&good(folder, &user(&["set-role", "bo@example.com", "guest"])))["role"], 600);
    assert_eq!(json(&good(folder, &user(&["deactivate", "2"])))["is_active"], false);
    assert_eq!(json(&good(folder, &user(&["reactivate", "2"])))["is_active"], true);
    let (code, message) = bad(folder, &user(&["deactivate", "ann@example.com"]));
    assert_eq!((code, message.trim()), (1, "error: Cannot deactivate the only organization owner"));
    let (code, message) = bad(folder, &user(&["show", "nobody@example.com"]));
    assert_eq!(code, 1);
    assert!(message.contains("tidings user list"), "{message}");
}

#[test]
fn members_are_generated_by_the_hundred() {
    let folder = tempfile::tempdir().unwrap();
    create_owner(folder.path());
    let args = ["user", "generate", "--data-dir", "data", "--count", "600", "--channel", "load", "--out", "users.json"];
    good(folder.path(), &args);
    let text = std::fs::read_to_string(folder.path().join("users.json")).unwrap();
    let users: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(users.len(), 600);
    let keys: std::collections::HashSet<&str> = users.iter().map(|user| user["api_key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 600);
    assert_eq!(bad(folder.path(), &args).0, 1, "the file is not overwritten");
}

#[test]
fn a_first_start_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, _, _) = serve(folder.path());
    let seen = server.wait_for("tidings tail");
    assert!(seen.contains("tidings owner create --data-dir data"), "{seen}");
    let (code, message) = bad(folder.path(), &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(message.contains("another process is using the data folder"), "{message}");
    assert_eq!(server.stop("-TERM"), 0);
}

#[test]
fn messages_are_sent_and_seen_while_the_server_is_administered() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, site, _) = serve(folder);
    create_owner(folder);
    let rc = std::fs::read_to_string(folder.join("ann.rc")).unwrap();
    assert!(rc.contains(&format!("site={site}\n")), "{rc}");
    let args = ["tail", "--config-file", "ann.rc", "--count", "2", "--format", "json"];
    let mut tail = Running::start(tidings(folder, &args));
    tail.wait_for("Waiting for events");
    // The running server tells its clients of what operators do.
    good(folder, &["user", "create", "--data-dir", "data", "--email", "bo@example.com", "--full-name", "Bo"]);
    let sent = good(folder, &["send", "--config-file", "ann.rc", "--to", "bo@example.com", "Hello"]);
    assert!(sent.starts_with("Sent as message "), "{sent}");
    let mut events = BufReader::new(tail.child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&events.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["type"], "realm_user");
    let second = next();
    assert!(second["type"] == "user_group" || second["message"]["content"] == "Hello", "{second}");
    assert_eq!(server.stop("-INT"), 0);
}

/// What a service manager restarts is a process that has ended.
#[test]
fn a_server_whose_database_breaks_ends_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    create_owner(folder);
    let (mut server, site, _) = serve(folder);
    // All but the first page, which says that it is a database; what is in memory is little after a start.
    let database = std::fs::OpenOptions::new().write(true).open(folder.join("data/tidings.db")).unwrap();
    let length = usize::try_from(database.metadata().unwrap().len()).unwrap();
    database.write_all_at(&vec![0xff; length - 4096], 4096).unwrap();
    let rc = std::fs::read_to_string(folder.join("ann.rc")).unwrap();
    let rc: Vec<&str> = rc.lines().filter(|line| !line.starts_with("site=")).collect();
    std::fs::write(folder.join("ann.rc"), format!("{}\nsite={site}\n", rc.join("\n"))).unwrap();
    let (code, _) = bad(folder, &["send", "--config-file", "ann.rc", "--to", "ann@example.com", "Hello"]);
    assert_ne!(code, 0);
    let seen = server.wait_for("error:");
    let last = seen.lines().last().unwrap();
    assert!(last.contains("it could not write any more"), "{seen}");
    assert_eq!(server.child.wait().unwrap().code(), Some(1));
}

#[test]
fn exit_codes_are_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(bad(folder, &["send"]).0, 2);
    let rc = |site: &str| format!("[api]\nemail=a@example.com\nkey={}\nsite={site}\n", "x".repeat(32));
    std::fs::write(folder.join(".zuliprc"), rc("http://127.0.0.1:1")).unwrap();
    let (code, message) = bad(folder, &["send", "--to", "a@example.com", "Hello"]);
    assert_eq!(code, 3, "{message}");
    let (server, site, _) = serve(folder);
    std::fs::write(folder.join(".zuliprc"), rc(&site)).unwrap();
    let (code, message) = bad(folder, &["send", "--to", "a@example.com", "Hello"]);
    assert_eq!(code, 4);
    assert!(message.contains("tidings zuliprc"), "{message}");
    assert_eq!(bad(folder, &["tail"]).0, 4);
    assert_eq!(server.stop("-TERM"), 0);
}

#[test]
fn clients_in_browsers_are_asked_to_load_anew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, _, _) = serve(folder);
    create_owner(folder);
    let args = ["tail", "--config-file", "ann.rc", "--count", "1", "--format", "json"];
    let mut tail = Running::start(tidings(folder, &args));
    tail.wait_for("Waiting for events");
    good(folder, &["reload-clients", "--data-dir", "data", "--immediate"]);
    let mut event = String::new();
    BufReader::new(tail.child.stdout.take().unwrap()).read_line(&mut event).unwrap();
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert_eq!((&event["type"], &event["immediate"]), (&"web_reload_client".into(), &true.into()));
    assert_eq!(server.stop("-TERM"), 0);
}

#[test]
fn content_is_read_from_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, _, _) = serve(folder);
    create_owner(folder);
    let mut command = tidings(folder, &["send", "--config-file", "ann.rc", "--to", "1", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from a pipe\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), r#"{"id":1}"#);
    assert_eq!(server.stop("-TERM"), 0);
}

#[test]
fn the_demo_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tidings(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--interval", "0.05"]);
    command.env("TMPDIR", folder.path());
    let mut demo = Running::start(command);
    let mut lines = BufReader::new(demo.child.stdout.take().unwrap()).lines();
    let mut until = |text: &str| lines.by_ref().map(Result::unwrap).find(|line| line.contains(text)).unwrap();
    until("The demo is served at http://127.0.0.1:");
    until("#Denmark > castle  Town Crier: ");
    let inside =
        || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<PathBuf>>();
    assert_eq!(inside().len(), 1);
    let started = Instant::now();
    assert_eq!(demo.stop("-INT"), 0);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(inside(), Vec::<PathBuf>::new());
}

#[test]
fn a_branded_package_names_nobody_else_and_the_check_finds_who_does() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let names = ["--module", "aloha", "--product", "Aloha Chat", "--rc-file", "aloharc"];
    let written = good(folder, &[&["brand", "python"], names.as_slice(), &["--out", "out"]].concat());
    assert!(written.contains("pip install out"), "{written}");
    let manifest = std::fs::read_to_string(folder.join("out/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"aloha-python\"") && !manifest.contains("testkit"), "{manifest}");
    let module = std::fs::read_to_string(folder.join("out/python/aloha/__init__.py")).unwrap();
    assert!(module.contains("aloha.Client(config_file=\"~/aloharc\")"), "{module}");
    let readme = std::fs::read_to_string(folder.join("out/README.md")).unwrap();
    assert!(readme.contains("ALOHA_EMAIL"), "{readme}");

    let check = [&["brand", "check"], names.as_slice(), &["out"]].concat();
    assert!(good(folder, &check).contains("no other product's name"));
    std::fs::write(folder.join("out/README.md"), format!("{readme}\nPowered by Tidings.\n")).unwrap();
    let (code, error) = bad(folder, &check);
    assert_eq!(code, 1);
    assert!(error.contains("README.md") && error.contains("Powered by Tidings."), "{error}");

    let again = [&["brand", "python"], names.as_slice(), &["--out", "out"]].concat();
    assert!(bad(folder, &again).1.contains("not empty"));
    let (code, error) = bad(folder, &["brand", "python", "--module", "class", "--product", "X", "--out", "x"]);
    assert!(code == 1 && error.contains("--module"), "{error}");
}
