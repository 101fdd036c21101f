//! The client library against the real binary, which is killed with SIGKILL while events come.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tidings_client::{Client, EventOptions, Item, Method, Pacing};

struct Server(Child);

impl Server {
    fn start(folder: &Path, address: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command.args(["serve", "--data-dir", "data", "--listen", address, "--rate-limit-per-minute", "0"]);
        Server(command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn client(folder: &Path, address: &str) -> Client {
    let builder = Client::builder().config_file(folder.join("ann.rc")).site(format!("http://{address}"));
    builder.build().unwrap()
}

/// Sends until the server says that it has it. A message that was sent again after an answer got lost is no matter here:
/// the contents of those that were answered are what has to come.
async fn send(client: &Client, text: &str) -> u64 {
    let params = serde_json::json!({"type": "direct", "to": [1], "content": text});
    loop {
        match client.call(Method::Post, "/messages", params.clone()).await {
            Ok(answer) => return answer["id"].as_u64().unwrap(),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let address = format!("127.0.0.1:{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let args = ["owner", "create", "--data-dir", "data", "--email", "ann@example.com", "--full-name", "Ann"];
    let mut owner = Command::new(env!("CARGO_BIN_EXE_tidings"));
    assert!(owner.args(args).args(["--zuliprc", "ann.rc"]).current_dir(folder).output().unwrap().status.success());

    let mut server = Server::start(folder, &address);
    let pacing = Pacing { first: Duration::from_millis(50), most: Duration::from_millis(200), ..Pacing::default() };
    let mut events = client(folder, &address).events(EventOptions::new().event_types(["message"]).pacing(pacing));
    // The server may not be up yet.
    while !matches!(events.next().await.unwrap().unwrap(), Item::Reset { .. }) {}

    let sender = tokio::spawn({
        let client = client(folder, &address);
        async move {
            let mut sent = Vec::new();
            for n in 0..60 {
                sent.push(send(&client, &n.to_string()).await);
            }
            sent
        }
    });
    let mut received: Vec<u64> = Vec::new();
    let mut kills = 0;
    while received.is_empty() || !sender.is_finished() || received.last() < Some(&newest(folder, &address).await) {
        // The sender may have ended since it was asked; then nothing more comes. Waiting may be given up at any time.
        let Ok(item) = tokio::time::timeout(Duration::from_millis(200), events.next()).await else { continue };
        match item.unwrap().unwrap() {
            Item::Event(event) => {
                received.push(event.raw()["message"]["id"].as_u64().unwrap());
                if received.len() >= 10 * (kills + 1) && kills < 4 {
                    kills += 1;
                    drop(server);
                    server = Server::start(folder, &address);
                }
            }
            Item::Trouble { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kills, 4);
    assert!(received.is_sorted_by(|a, b| a < b), "in order and each once: {received:?}");
    let sent = sender.await.unwrap();
    let lost: Vec<&u64> = sent.iter().filter(|id| !received.contains(id)).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
}

/// The id of the newest message.
async fn newest(folder: &Path, address: &str) -> u64 {
    let params = [("anchor", "newest"), ("num_before", "1"), ("num_after", "0")];
    loop {
        match client(folder, address).call(Method::Get, "/messages", params).await {
            Ok(page) => return page["messages"][0]["id"].as_u64().unwrap(),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
