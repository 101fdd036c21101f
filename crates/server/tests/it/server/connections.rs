//! Connections: polls and other requests take turns on them, and nothing of one is taken for the other.

use serde_json::Value;
use tidings_testkit::{TestServer, fixture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Raw {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Raw {
    async fn connect(server: &TestServer) -> Self {
        let address = server.url.strip_prefix("http://").expect("the scheme");
        Raw { stream: TcpStream::connect(address).await.expect("the server listens"), read: Vec::new() }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the server reads");
    }

    /// Status, head and body of the next answer; none at the end of the connection.
    async fn answer(&mut self) -> Option<(u16, String, Vec<u8>)> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8(self.read[..end].to_vec()).expect("a head is text").to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        while self.read.len() < end + length {
            self.more().await?;
        }
        let body = self.read[end..end + length].to_vec();
        self.read.drain(..end + length);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Some((status, head, body))
    }

    async fn json(&mut self) -> (u16, Value) {
        let (status, _, body) = self.answer().await.expect("an answer");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    async fn more(&mut self) -> Option<()> {
        let read = self.stream.read_buf(&mut self.read).await.ok()?;
        (read > 0).then_some(())
    }

    /// Nothing more comes, and the connection ends.
    async fn ends(&mut self) -> bool {
        self.read.is_empty() && self.more().await.is_none()
    }
}

fn authorization() -> String {
    use base64::Engine;
    let account = format!("{}:{}", fixture::email("hamlet"), fixture::key("hamlet"));
    format!("Authorization: Basic {}\r\n", base64::engine::general_purpose::STANDARD.encode(account))
}

fn poll(queue: &str, version: &str) -> String {
    let authorization = authorization();
    format!(
        "GET /api/v1/events?queue_id={queue}&last_event_id=-1&dont_block=true HTTP/{version}\r\nHost: a\r\n{authorization}\r\n"
    )
}

fn get_me() -> String {
    format!("GET /api/v1/users/me HTTP/1.1\r\nHost: a\r\n{}\r\n", authorization())
}

fn render(content: &str) -> String {
    let body = format!("content={content}");
    let (length, authorization) = (body.len(), authorization());
    format!(
        "POST /api/v1/messages/render HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{authorization}\r\n{body}"
    )
}

#[tokio::test]
async fn polls_and_other_requests_take_turns_however_they_are_sent() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await.id;
    let requests = [
        get_me(),
        poll(&queue, "1.1"),
        render("one"),
        get_me(),
        poll(&queue, "1.1"),
        poll(&queue, "1.1"),
        render("two"),
    ];
    let check = async |connection: &mut Raw, number: usize| {
        let (status, json) = connection.json().await;
        assert_eq!(status, 200, "{json}");
        let key = ["user_id", "events", "rendered", "user_id", "events", "events", "rendered"][number];
        assert!(json.get(key).is_some(), "{number}: {json}");
    };
    // One after the other.
    let mut connection = Raw::connect(&server).await;
    for (number, request) in requests.iter().enumerate() {
        connection.write(request.as_bytes()).await;
        check(&mut connection, number).await;
    }
    // All at once.
    connection.write(requests.concat().as_bytes()).await;
    for number in 0..requests.len() {
        check(&mut connection, number).await;
    }
    // In pieces of any size.
    for size in [1, 7, 100] {
        let all = requests.concat();
        let (mut reader, mut number) = (Raw::connect(&server).await, 0);
        for piece in all.as_bytes().chunks(size) {
            reader.write(piece).await;
            tokio::task::yield_now().await;
        }
        while number < requests.len() {
            check(&mut reader, number).await;
            number += 1;
        }
    }
}

#[tokio::test]
async fn a_poll_that_waits_is_answered_before_what_was_sent_behind_it() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[("event_types", r#"["message"]"#)]).await.id;
    let mut connection = Raw::connect(&server).await;
    connection.write(poll(&queue, "1.1").replace("true", "false").as_bytes()).await;
    connection.write(get_me().as_bytes()).await;
    while server.app.realm.registry.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    server.client("iago").send_to_channel("Denmark", "t", "hi").await;
    assert_eq!(connection.json().await.1["events"].as_array().map(Vec::len), Some(1));
    assert!(connection.json().await.1["user_id"].is_number());
}

#[tokio::test]
async fn old_clients_and_those_who_say_so_get_an_answer_and_the_end() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await.id;
    let closing = poll(&queue, "1.1").replace("Host: a\r\n", "Connection: close\r\n");
    for request in [poll(&queue, "1.0"), closing, get_me().replace("1.1", "1.0")] {
        let mut connection = Raw::connect(&server).await;
        connection.write(request.as_bytes()).await;
        connection.write(get_me().as_bytes()).await;
        let (status, head, _) = connection.answer().await.expect("an answer");
        assert_eq!(status, 200, "{head}");
        assert!(head.contains("connection: close") || head.contains("http/1.0"), "{head}");
        assert!(connection.ends().await);
    }
}

#[tokio::test]
async fn who_closes_its_side_after_the_request_gets_the_answer() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await.id;
    for request in [get_me(), poll(&queue, "1.1"), render("one")] {
        let mut connection = Raw::connect(&server).await;
        connection.write(request.as_bytes()).await;
        connection.stream.shutdown().await.expect("it is open");
        assert_eq!(connection.json().await.0, 200);
        assert!(connection.ends().await);
    }
}

#[tokio::test]
async fn a_body_that_nobody_read_is_not_taken_for_a_request() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await.id;
    let inner = poll(&queue, "1.1");
    let filler = "x".repeat(2 << 20);
    let length = filler.len() + inner.len();
    let head = format!("POST /api/v1/fetch_api_key HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let mut connection = Raw::connect(&server).await;
    let (first, rest) = filler.split_at(40_000);
    connection.write((head + first).as_bytes()).await;
    let (status, json) = connection.json().await;
    assert_eq!((status, &json["result"]), (413, &Value::from("error")));
    // The server may have closed already.
    let _ = connection.stream.write_all((rest.to_owned() + &inner).as_bytes()).await;
    assert!(connection.answer().await.is_none(), "the rest of the body is no request");
    // Answers that need no body come before it.
    for line in ["POST /nowhere", "OPTIONS /api/v1/messages"] {
        let mut connection = Raw::connect(&server).await;
        let head = format!("{line} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", inner.len());
        connection.write(head.as_bytes()).await;
        let (status, ..) = connection.answer().await.expect("an answer");
        assert!(status == 404 || status == 204, "{line}: {status}");
        let _ = connection.stream.write_all(inner.as_bytes()).await;
        assert!(connection.answer().await.is_none(), "{line}: the body is no request");
    }
}

#[tokio::test]
async fn heads_without_end_and_other_protocols_are_refused() {
    let server = TestServer::start().await;
    for (request, status) in [
        (format!("GET /api/v1/events?{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)), 431),
        (format!("GET /api/v1/events HTTP/1.1\r\nA: {}", "x".repeat(70_000)), 431),
        ("GET /api/v1/events HTTP/1.1\r\nbad header\r\n\r\n".to_owned(), 400),
        ("\u{16}\u{3}\u{1}".to_owned() + &"x".repeat(100) + "\r\n\r\n", 400),
    ] {
        let mut connection = Raw::connect(&server).await;
        let _ = connection.stream.write_all(request.as_bytes()).await;
        let answer = connection.answer().await;
        assert!(answer.as_ref().is_none_or(|(got, ..)| *got == status || *got == 414), "{answer:?}");
    }
    server.client("hamlet").get("/users/me", &[]).await.done();
}

#[tokio::test]
async fn answers_carry_what_clients_and_proxies_look_for() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&[]).await.id;
    let mut connection = Raw::connect(&server).await;
    connection.write(poll(&queue, "1.1").as_bytes()).await;
    let (_, head, body) = connection.answer().await.expect("an answer");
    assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
    for line in ["content-type: application/json", "cache-control: no-store, private", "access-control-allow-origin: *"]
    {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(head.contains("\r\ndate: ") && body.ends_with(b"}\n"), "{head}");
}
