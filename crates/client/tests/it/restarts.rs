//! A program that is killed and started again, with its position in a file.
//!
//! The program is this test binary itself: [`listener`] does nothing unless it is started as one.

use crate::common::{client_at, content, event, item, messages};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tidings_client::{BoxError, Item, Position, ReceivedEvent, ResetReason, ResumeStore, StateFile};
use tidings_testkit::TestServer;
use tidings_types::EventId;

const URL: &str = "TIDINGS_TEST_LISTENER_URL";
const FOLDER: &str = "TIDINGS_TEST_LISTENER_FOLDER";
const MODE: &str = "TIDINGS_TEST_LISTENER_MODE";

/// Writes the content of each message into a file.
#[tokio::test]
async fn listener() {
    let (Ok(url), Ok(folder), Ok(mode)) = (std::env::var(URL), std::env::var(FOLDER), std::env::var(MODE)) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let together = mode == "together";
    let journal = Journal::open(&folder);
    let options = if together {
        messages().resume(journal.clone())
    } else {
        messages().resume(StateFile::open(folder.join("state")).unwrap())
    };
    let cordelia = client_at(&url, "cordelia");
    let write_down = async |event: ReceivedEvent| journal.append(event.id, &content(&event));
    cordelia.call_on_each_event(options, write_down).await.unwrap();
}

/// The effects, one line each: id and content. As a store, it knows the position from its own last line.
#[derive(Clone, Debug)]
struct Journal {
    folder: PathBuf,
    file: Arc<Mutex<std::fs::File>>,
}

impl Journal {
    fn open(folder: &Path) -> Self {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(folder.join("journal")).unwrap();
        Journal { folder: folder.to_owned(), file: Arc::new(Mutex::new(file)) }
    }

    /// One write: it is there whole, or not at all.
    fn append(&self, id: EventId, content: &str) -> std::io::Result<()> {
        self.file.lock().unwrap().write_all(format!("{id} {content}\n").as_bytes())
    }

    fn lines(folder: &Path) -> Vec<(i64, String)> {
        let text = std::fs::read_to_string(folder.join("journal")).unwrap_or_default();
        let line = |line: &str| line.split_once(' ').map(|(id, content)| (id.parse().unwrap(), content.to_owned()));
        text.lines().filter_map(line).collect()
    }
}

impl ResumeStore for Journal {
    fn load(&self) -> Result<Option<Position>, BoxError> {
        let Ok(json) = std::fs::read(self.folder.join("queue")) else { return Ok(None) };
        let mut position: Position = serde_json::from_slice(&json)?;
        if let Some((id, _)) = Journal::lines(&self.folder).last() {
            position.last_event_id = position.last_event_id.max(EventId(*id));
        }
        Ok(Some(position))
    }

    /// Heartbeats and the queue's start leave no line.
    fn save(&self, position: &Position) -> Result<(), BoxError> {
        let new = self.folder.join("queue.new");
        std::fs::write(&new, serde_json::to_vec(position)?)?;
        Ok(std::fs::rename(new, self.folder.join("queue"))?)
    }

    fn clear(&self) -> Result<(), BoxError> {
        Ok(std::fs::remove_file(self.folder.join("queue"))?)
    }
}

struct Listener(Child);

impl Listener {
    fn start(server: &TestServer, folder: &Path, mode: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["restarts::listener", "--exact", "--nocapture"])
            .env(URL, &server.url)
            .env(FOLDER, folder)
            .env(MODE, mode)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Listener(child)
    }
}

impl Drop for Listener {
    /// As `kill -9`.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.expect(what);
}

/// Messages go on while the program is killed again and again; returns what it wrote down, and what was sent.
async fn killed_again_and_again(mode: &str, kills: usize) -> (Vec<String>, Vec<String>) {
    let server = TestServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut sent = Vec::new();
    let hamlet = server.client("hamlet");
    for round in 0..=kills {
        let listener = Listener::start(&server, folder.path(), mode);
        if round == 0 {
            until("the listener registers", || server.app.realm.registry.counts().1 > 0).await;
        }
        for n in 0..10 {
            let text = format!("{round}-{n}");
            hamlet.send_to_channel("Denmark", "t", &text).await;
            sent.push(text);
        }
        // The first rounds are cut short somewhere on the way, at another place each time; the last one is not.
        let (enough, last) = (sent.len() - 9 + round % 9, sent.last());
        let done = |heard: &[(i64, String)]| match round == kills {
            true => heard.last().map(|(_, content)| content) == last,
            false => heard.len() >= enough,
        };
        until("the listener hears", || done(&Journal::lines(folder.path()))).await;
        drop(listener);
    }
    let heard = Journal::lines(folder.path()).into_iter().map(|(_, content)| content).collect();
    assert_eq!(server.app.realm.registry.counts().0, 1, "one queue for all runs");
    (heard, sent)
}

#[tokio::test]
async fn with_a_state_file_each_event_comes_at_least_once() {
    let kills = 5;
    let (mut heard, sent) = killed_again_and_again("file", kills).await;
    let doubled = heard.len() - sent.len();
    assert!(doubled <= kills, "{doubled} events came twice in {kills} kills");
    heard.dedup();
    assert_eq!(heard, sent);
}

#[tokio::test]
async fn with_effect_and_position_together_each_event_comes_exactly_once() {
    let (heard, sent) = killed_again_and_again("together", 5).await;
    assert_eq!(heard, sent);
}

#[tokio::test]
async fn a_queue_that_expired_meanwhile_is_a_reset() {
    let server = TestServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let options = || messages().resume(StateFile::open(&path).unwrap());
    let cordelia = client_at(&server.url, "cordelia");
    let mut events = cordelia.events(options());
    item(&mut events).await;
    events.acknowledge().await.unwrap();
    drop(events);
    server.clock.advance(8 * 24 * 3600);
    until("the queue expires", || server.app.realm.registry.counts().0 == 0).await;

    let mut events = cordelia.events(options());
    let resumed = item(&mut events).await;
    assert!(matches!(resumed, Item::Resumed { .. }), "{resumed:?}");
    let reset = item(&mut events).await;
    let Item::Reset { reason, .. } = reset else { panic!("{reset:?}") };
    assert_eq!(reason, ResetReason::QueueLost);
}

#[tokio::test]
async fn a_name_finds_the_queue_again_without_a_file() {
    let server = TestServer::start().await;
    let cordelia = client_at(&server.url, "cordelia");
    let options = || messages().queue_name("bot");
    let mut events = cordelia.events(options());
    assert!(matches!(item(&mut events).await, Item::Reset { reason: ResetReason::Started, .. }));
    for text in ["one", "two", "three"] {
        server.client("hamlet").send_to_channel("Denmark", "t", text).await;
    }
    assert_eq!(content(&event(&mut events).await), "one");
    assert_eq!(content(&event(&mut events).await), "two");
    // A clean end: what is in the program's hands is handled, and the server knows.
    events.acknowledge().await.unwrap();
    drop(events);

    let mut heard = Vec::new();
    let listen = cordelia.call_on_each_message(options(), |event| {
        heard.push(event.message.content);
        std::future::ready(std::ops::ControlFlow::Break(()))
    });
    listen.await.unwrap();
    assert_eq!(heard, ["three"]);
    assert_eq!(server.app.realm.registry.counts().0, 1, "a queue with a name is left for later");

    // The state that comes with it is the current one.
    let mut events = cordelia.events(options().fetch(["message"]));
    let Item::Resumed { registered: Some(registered), .. } = item(&mut events).await else { panic!("not resumed") };
    assert!(registered.resumed && registered.state().get("max_message_id").is_some());
    events.close().await.unwrap();
    assert_eq!(server.app.realm.registry.counts().0, 0);
}
