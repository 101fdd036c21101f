//! The examples run, and do what they say.

use crate::common::{client_at, content, event, item, messages};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use tidings_client::{Events, Item};
use tidings_testkit::{TestServer, fixture};

/// Where they are. `cargo test` builds them beside the tests; a runner that does not is helped here.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let folder = tests.parent().and_then(Path::parent).unwrap().join("examples");
        if ["echo_bot", "reminder_bot", "dashboard"].iter().any(|name| !folder.join(name).exists()) {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let built = Command::new(cargo).args(["build", "--quiet", "-p", "tidings-client", "--examples"]).status();
            assert!(built.unwrap().success());
        }
        folder
    })
}

/// A program that ends with the test, as by `kill -9`.
struct Running(Child);

impl Running {
    fn start(server: &TestServer, example: &str, person: &str, args: &[&Path]) -> Self {
        let child = Command::new(folder().join(example))
            .args(args)
            .env("ZULIP_EMAIL", fixture::email(person))
            .env("ZULIP_API_KEY", fixture::key(person))
            .env("ZULIP_SITE", &server.url)
            .env("ZULIP_CONFIG", "/nonexistent")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Running(child)
    }

    fn lines(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.0.stdout.take().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn queues(server: &TestServer, count: usize) {
    while server.app.realm.registry.counts().1 < count {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// What somebody is told by others.
async fn told(events: &mut Events, by: &str) -> String {
    loop {
        let event = event(events).await;
        if event.raw()["message"]["sender_email"] == fixture::email(by) {
            return content(&event);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_bot_echoes() {
    let server = TestServer::start().await;
    let _bot = Running::start(&server, "echo_bot", "hamletbot", &[]);
    queues(&server, 1).await;
    let mut events = client_at(&server.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    for text in ["who is there?", "hello"] {
        server.client("cordelia").send_to_users(&[server.user_id("hamletbot")], text).await;
        assert_eq!(told(&mut events, "hamletbot").await, text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reminder_bot_reminds_though_it_is_killed() {
    let server = TestServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let start = || Running::start(&server, "reminder_bot", "hamletbot", &[folder.path()]);
    let mut events = client_at(&server.url, "cordelia").events(messages());
    assert!(matches!(item(&mut events).await, Item::Reset { .. }));
    let ask = async |text: &str| server.client("cordelia").send_to_users(&[server.user_id("hamletbot")], text).await;

    let bot = start();
    queues(&server, 1).await;
    ask("remind 2 of the first").await;
    let noted = || std::fs::read_to_string(folder.path().join("reminders.json")).unwrap_or_default();
    while !noted().contains("of the first") {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    drop(bot);
    ask("remind 0 of the second").await;
    let _bot = start();
    let mut reminders = [told(&mut events, "hamletbot").await, told(&mut events, "hamletbot").await];
    reminders.sort_unstable();
    assert_eq!(reminders, ["Reminder: of the first", "Reminder: of the second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_shows_what_changes() {
    let server = TestServer::start().await;
    let mut dashboard = Running::start(&server, "dashboard", "cordelia", &[]);
    let mut lines = dashboard.lines();
    let mut next = move || {
        let mut line = String::new();
        let read = tokio::task::block_in_place(|| lines.read_line(&mut line)).unwrap();
        assert!(read > 0, "it ended");
        line.trim_end().to_owned()
    };
    assert_eq!(next(), "8 users, 2 channels, 0 unread []");
    server.client("hamlet").send_to_channel("Denmark", "castle", "hi").await;
    assert_eq!(next(), "8 users, 2 channels, 1 unread [#Denmark > castle: 1]");
    server.client("hamlet").send_to_users(&[server.user_id("cordelia")], "psst").await;
    let name = fixture::full_name("hamlet");
    assert_eq!(next(), format!("8 users, 2 channels, 2 unread [#Denmark > castle: 1, {name}: 1]"));
    server.client("cordelia").post("/mark_all_as_read", &[]).await.done();
    assert_eq!(next(), "8 users, 2 channels, 0 unread []");
}
