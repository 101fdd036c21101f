//! Kills the server with SIGKILL while it tells a service of a message: after the next start the service is told again, by
//! the same name, and there is one reply.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tidings_client::Client;
use tidings_client::types::endpoint::Method;
use tidings_server::clock::Clock;
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_testkit::fixture;

/// The server; killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // `Child::kill` is SIGKILL: the server can do nothing about it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(data: &std::path::Path, address: &str) -> Server {
    let child = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .args(["serve", "--rate-limit-per-minute", "0", "--log-filter", "warn", "--webhook-networks", "127.0.0.0/8"])
        .args(["--listen", address, "--data-dir"])
        .arg(data)
        .stdout(Stdio::null())
        .spawn()
        .expect("the server starts");
    Server(child)
}

/// Calls until the server is there.
async fn call(client: &Client, method: Method, path: &str, params: &Value) -> Value {
    let started = Instant::now();
    loop {
        match client.call(method, path, params.clone()).await {
            Ok(answer) => return json!(answer),
            Err(error) if started.elapsed() > Duration::from_secs(30) => panic!("{path}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Reads a request; returns the value of its `webhook-id` header.
fn accept(service: &TcpListener) -> (TcpStream, String) {
    let (stream, _) = service.accept().expect("a connection");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => value.clone_into(&mut id),
            "content-length" => length = value.parse().expect("a number"),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
    (stream, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_being_told_is_told_again_and_replied_to_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { synchronous: Synchronous::Normal, readers: 1 };
    let store = SqliteStore::open(&folder.path().join("tidings.db"), options).unwrap();
    fixture::create(&store, &Clock::default());
    drop(store);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/", service.local_addr().unwrap());
    let client = Client::builder()
        .email(fixture::email("hamlet"))
        .api_key(fixture::key("hamlet"))
        .site(format!("http://{address}"))
        .build()
        .unwrap();

    let server = serve(folder.path(), &address);
    let bot = json!({ "full_name": "Ghost", "short_name": "ghost", "bot_type": 3, "payload_url": hook });
    call(&client, Method::Post, "/bots", &bot).await;
    let message = json!({ "type": "channel", "to": "Denmark", "topic": "t", "content": "@**Ghost** hello" });
    call(&client, Method::Post, "/messages", &message).await;
    let (held, first) = accept(&service);
    drop(server);
    drop(held);

    let server = serve(folder.path(), &address);
    let (mut stream, second) = accept(&service);
    assert_eq!(first, second);
    let body = r#"{"content": "**boo**"}"#;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).unwrap();
    let search = json!({ "anchor": "newest", "num_before": 10, "num_after": 0, "apply_markdown": false });
    let replies = |answer: &Value| {
        let messages = answer["messages"].as_array().expect("messages");
        messages.iter().filter(|message| message["content"] == "**boo**").count()
    };
    while replies(&call(&client, Method::Get, "/messages", &search).await) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(server);

    let _server = serve(folder.path(), &address);
    // Long enough for the server to look for what is due once more.
    call(&client, Method::Get, "/messages", &search).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(replies(&call(&client, Method::Get, "/messages", &search).await), 1);
    service.set_nonblocking(true).unwrap();
    assert!(service.accept().is_err(), "it is done with");
}
