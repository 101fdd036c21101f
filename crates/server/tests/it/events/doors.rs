//! The same queue through its three doors: long polls, server-sent events, a WebSocket.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use tidings_server::Config;
use tidings_testkit::{TestServer, fixture, test_config};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Door {
    Poll,
    Sse,
    WebSocket,
}

const DOORS: [Door; 3] = [Door::Poll, Door::Sse, Door::WebSocket];
const STREAMS: [Door; 2] = [Door::Sse, Door::WebSocket];

/// Somebody who reads a queue.
struct Reader {
    server: String,
    person: String,
    key: String,
    queue: String,
    after: i64,
    waiting: VecDeque<Value>,
    way: Way,
}

enum Way {
    Poll(reqwest::Client),
    Sse(Box<reqwest::Response>, String),
    WebSocket(Box<WebSocketStream<TcpStream>>),
}

fn path(queue: &str, after: i64) -> String {
    format!("/api/v1/events?queue_id={queue}&last_event_id={after}")
}

fn basic(person: &str, key: &str) -> String {
    use base64::Engine;
    let account = format!("{}:{key}", fixture::email(person));
    base64::engine::general_purpose::STANDARD.encode(account)
}

fn handshake(server: &str, path: &str) -> Request {
    (server.replace("http", "ws") + path).into_client_request().expect("a URL")
}

async fn web_socket(server: &str, request: Request) -> Result<WebSocketStream<TcpStream>, Value> {
    let stream = TcpStream::connect(server.strip_prefix("http://").expect("the scheme")).await.expect("it listens");
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => {
            let body = response.body().clone().unwrap_or_default();
            Err(serde_json::from_slice(&body).expect("an error of the API"))
        }
        Err(error) => panic!("{error}"),
    }
}

impl Reader {
    /// Comes through a door; the error if it is refused.
    async fn enter(door: Door, server: &TestServer, person: &str, queue: &str, after: i64) -> Result<Self, Value> {
        let (url, key) = (server.url.clone(), fixture::key(person));
        let http = reqwest::Client::new();
        let way = match door {
            Door::Poll => Way::Poll(http),
            Door::Sse => {
                let request =
                    http.get(url.clone() + &path(queue, after)).basic_auth(fixture::email(person), Some(&key));
                let response = request.header("Accept", "text/event-stream").send().await.expect("an answer");
                if response.status() != 200 {
                    return Err(serde_json::from_str(&response.text().await.expect("text")).expect("JSON"));
                }
                assert_eq!(response.headers()["content-type"], "text/event-stream");
                Way::Sse(Box::new(response), String::new())
            }
            Door::WebSocket => {
                let mut request = handshake(&url, &path(queue, after));
                let value = format!("Basic {}", basic(person, &key)).parse().expect("a header");
                request.headers_mut().insert("authorization", value);
                Way::WebSocket(Box::new(web_socket(&url, request).await?))
            }
        };
        let queue = queue.to_owned();
        Ok(Reader { server: url, person: person.to_owned(), key, queue, after, waiting: VecDeque::new(), way })
    }

    /// The next event; the error that ended it.
    async fn next(&mut self) -> Result<Value, Value> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.after = event["id"].as_i64().expect("an id");
                return Ok(event);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), Value> {
        match &mut self.way {
            Way::Poll(http) => {
                let request = http.get(self.server.clone() + &path(&self.queue, self.after));
                let answer = request.basic_auth(fixture::email(&self.person), Some(&self.key)).send().await;
                let text = answer.expect("an answer").text().await.expect("text");
                let json: Value = serde_json::from_str(&text).expect("JSON");
                let Some(events) = json["events"].as_array() else { return Err(json) };
                self.waiting.extend(events.iter().cloned());
            }
            Way::Sse(response, rest) => {
                let Some(chunk) = response.chunk().await.expect("the stream goes on or ends") else {
                    return Err(json!("the end"));
                };
                rest.push_str(std::str::from_utf8(&chunk).expect("text"));
                while let Some((message, more)) = rest.split_once("\n\n") {
                    let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name));
                    let data: Option<Value> = field("data: ").map(|data| serde_json::from_str(data).expect("JSON"));
                    if field("event: ") == Some("end") {
                        return Err(data.expect("the reason"));
                    }
                    if let Some(event) = data {
                        assert_eq!(field("id: "), Some(event["id"].to_string().as_str()));
                        self.waiting.push_back(event);
                    }
                    *rest = more.to_owned();
                }
            }
            Way::WebSocket(socket) => match socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let json: Value = serde_json::from_str(&text).expect("JSON");
                    if json["result"] == "error" {
                        let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else { panic!("no reason") };
                        assert!((4_400..4_600).contains(&u16::from(frame.code)), "{frame:?}");
                        assert_eq!(frame.reason.as_str(), json["code"].as_str().unwrap_or_default());
                        return Err(json);
                    }
                    self.waiting.push_back(json);
                }
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            },
        }
        Ok(())
    }

    async fn contents(&mut self, count: usize) -> Vec<String> {
        let mut contents = Vec::new();
        while contents.len() < count {
            let event = self.next().await.expect("an event");
            if event["type"] == "message" {
                contents.push(event["message"]["content"].as_str().expect("text").to_owned());
            }
        }
        contents
    }
}

async fn until_parked(server: &TestServer) {
    while server.app.realm.registry.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
}

async fn until_nobody_reads(server: &TestServer) {
    while server.app.realm.registry.counts().1 > 0 {
        tokio::task::yield_now().await;
    }
}

const MESSAGES: [(&str, &str); 1] = [("event_types", r#"["message"]"#)];

#[tokio::test]
async fn every_door_gives_the_same_events_from_any_position() {
    // Most of it has to be read from the store.
    let server = TestServer::start_with(Config { log_entries_max: 4, ..test_config() }).await;
    let queue = server.client("hamlet").register(&MESSAGES).await.id;
    for number in 0..12 {
        server.client("iago").send_to_channel("Denmark", "t", &format!("m{number}")).await;
    }
    let mut all: Vec<Vec<Value>> = Vec::new();
    for door in DOORS {
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
        let mut events = Vec::new();
        for _ in 0..12 {
            events.push(reader.next().await.expect("an event"));
        }
        all.push(events);
        // A stream acknowledges nothing by being read, so the next door begins where this one did. A poll would.
        assert!(all[0] == *all.last().expect("one"), "{door:?}");
    }
    let middle = all[0][5]["id"].as_i64().expect("an id");
    for door in STREAMS {
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, middle).await.expect("the queue is there");
        assert_eq!(reader.contents(6).await, ["m6", "m7", "m8", "m9", "m10", "m11"], "{door:?}");
    }
}

#[tokio::test]
async fn every_door_waits_and_is_woken() {
    let server = TestServer::start().await;
    for door in DOORS {
        let queue = server.client("hamlet").register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
        for content in ["one", "two"] {
            let (event, ()) = tokio::join!(reader.next(), async {
                until_parked(&server).await;
                server.client("iago").send_to_channel("Denmark", "t", content).await;
            });
            assert_eq!(event.expect("an event")["message"]["content"], content, "{door:?}");
        }
        let (event, ()) = tokio::join!(reader.next(), async {
            until_parked(&server).await;
            server.clock.advance(56);
        });
        assert_eq!(event.expect("an event")["type"], "heartbeat", "{door:?}");
        drop(reader);
        until_nobody_reads(&server).await;
    }
}

#[tokio::test]
async fn who_goes_away_is_not_waited_for_and_comes_back_through_any_door() {
    let server = TestServer::start().await;
    for door in STREAMS {
        let queue = server.client("hamlet").register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
        until_parked(&server).await;
        server.client("iago").send_to_channel("Denmark", "t", "one").await;
        assert_eq!(reader.contents(1).await, ["one"]);
        let after = reader.after;
        until_parked(&server).await;
        drop(reader);
        until_nobody_reads(&server).await;
        server.client("iago").send_to_channel("Denmark", "t", "two").await;
        for next in [Door::Sse, Door::WebSocket, Door::Poll] {
            let mut reader = Reader::enter(next, &server, "hamlet", &queue, after).await.expect("the queue is there");
            assert_eq!(reader.contents(1).await, ["two"], "{door:?}, {next:?}");
        }
        until_nobody_reads(&server).await;
    }
}

#[tokio::test]
async fn who_comes_last_reads_and_the_others_are_told() {
    let server = TestServer::start().await;
    for door in STREAMS {
        for next in DOORS {
            let queue = server.client("hamlet").register(&MESSAGES).await.id;
            let mut first = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
            until_parked(&server).await;
            let mut second = Reader::enter(next, &server, "hamlet", &queue, -1).await.expect("the queue is there");
            let (event, ended) = tokio::join!(second.next(), async {
                let ended = first.next().await;
                server.client("iago").send_to_channel("Denmark", "t", "one").await;
                ended
            });
            assert_eq!(event.expect("an event")["message"]["content"], "one");
            assert_eq!(ended.expect_err("it is over")["code"], "EVENT_QUEUE_SUPERSEDED", "{door:?}, {next:?}");
            server.client("iago").send_to_channel("Denmark", "t", "two").await;
            assert_eq!(second.contents(1).await, ["two"]);
            drop(second);
            until_nobody_reads(&server).await;
        }
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_queue_and_with_its_key() {
    let server = TestServer::start().await;
    for door in STREAMS {
        let hamlet = server.client("hamlet");
        let queue = hamlet.register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
        let (ended, ()) = tokio::join!(reader.next(), async {
            until_parked(&server).await;
            // It does not expire while somebody reads it.
            server.clock.advance(700);
            server.clock.advance(700);
            hamlet.delete("/events", &[("queue_id", queue.as_str())]).await.done();
        });
        let mut ended = ended;
        while let Ok(event) = &ended {
            assert_eq!(event["type"], "heartbeat");
            ended = reader.next().await;
        }
        assert_eq!(ended.expect_err("it is over")["code"], "BAD_EVENT_QUEUE_ID", "{door:?}");
        until_nobody_reads(&server).await;
    }
    for (door, person) in [(Door::Sse, "cordelia"), (Door::WebSocket, "shiva")] {
        let client = server.client(person);
        let queue = client.register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, person, &queue, -1).await.expect("the queue is there");
        until_parked(&server).await;
        client.post("/users/me/api_key/regenerate", &[]).await.done();
        server.client("iago").send_to_channel("Denmark", "t", "for who has the key").await;
        // What was published while it waited may still come; nothing after that.
        let mut events = 0;
        let ended = loop {
            match reader.next().await {
                Ok(_) => events += 1,
                Err(ended) => break ended,
            }
        };
        assert!(events <= 1);
        assert_eq!(ended["code"], "UNAUTHORIZED", "{door:?}");
    }
}

#[tokio::test]
async fn a_queue_of_somebody_else_is_not_there_through_any_door() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&MESSAGES).await.id;
    for door in STREAMS {
        let refused = Reader::enter(door, &server, "iago", &queue, -1).await.err().expect("it is not iago's");
        assert_eq!(refused["code"], "BAD_EVENT_QUEUE_ID", "{door:?}");
        let refused = Reader::enter(door, &server, "hamlet", "1", -1).await.err().expect("there is no such queue");
        assert_eq!(refused["code"], "BAD_EVENT_QUEUE_ID", "{door:?}");
    }
    // Nothing that is not for iago comes, whatever the door.
    for door in DOORS {
        let queue = server.client("iago").register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, "iago", &queue, -1).await.expect("the queue is there");
        server.client("hamlet").send_to_users(&[server.user_id("cordelia")], "not for iago").await;
        server.client("hamlet").send_to_channel("Denmark", "t", "for all").await;
        assert_eq!(reader.contents(1).await, ["for all"], "{door:?}");
    }
}

#[tokio::test]
async fn a_restart_loses_nothing_and_repeats_nothing() {
    for door in STREAMS {
        let mut server = TestServer::start().await;
        let queue = server.client("hamlet").register(&MESSAGES).await.id;
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, -1).await.expect("the queue is there");
        server.client("iago").send_to_channel("Denmark", "t", "one").await;
        assert_eq!(reader.contents(1).await, ["one"]);
        let (ended, ()) = tokio::join!(reader.next(), async {
            until_parked(&server).await;
            server.stop().await;
        });
        assert_eq!(ended.expect_err("it is over")["code"], "SERVER_NOT_READY", "{door:?}");
        let server = server.restart().await;
        server.client("iago").send_to_channel("Denmark", "t", "two").await;
        let mut reader = Reader::enter(door, &server, "hamlet", &queue, reader.after).await.expect("it is still there");
        assert_eq!(reader.contents(1).await, ["two"], "{door:?}");
    }
}

#[tokio::test]
async fn a_web_socket_acknowledges_and_takes_nothing_else() {
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&MESSAGES).await;
    server.client("iago").send_to_channel("Denmark", "t", "one").await;
    let mut reader = Reader::enter(Door::WebSocket, &server, "hamlet", &queue.id, -1).await.expect("it is there");
    reader.contents(1).await;
    let after = reader.after;
    let Way::WebSocket(socket) = &mut reader.way else { panic!("it is one") };
    socket.send(Message::text(json!({ "last_event_id": after }).to_string())).await.expect("it listens");
    // Which is seen when the queue says that what came before is gone.
    while queue.poll(after - 1, true).await.status != 400 {
        tokio::task::yield_now().await;
    }
    for message in [Message::text("hello"), Message::binary(vec![0; 10]), Message::text("x".repeat(5_000))] {
        let mut reader =
            Reader::enter(Door::WebSocket, &server, "hamlet", &queue.id, after).await.expect("it is there");
        let Way::WebSocket(socket) = &mut reader.way else { panic!("it is one") };
        socket.send(message).await.expect("it listens");
        assert_eq!(reader.next().await.expect_err("it is refused")["code"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn browsers_say_who_they_are_as_a_protocol() {
    use base64::Engine;
    let server = TestServer::start().await;
    let queue = server.client("hamlet").register(&MESSAGES).await.id;
    server.client("iago").send_to_channel("Denmark", "t", "one").await;
    let account = format!("{}:{}", fixture::email("hamlet"), fixture::key("hamlet"));
    let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(account);
    let mut request = handshake(&server.url, &path(&queue, -1));
    let protocols = format!("events, basic.{encoded}").parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", protocols);
    let mut socket = web_socket(&server.url, request).await.expect("it is let in");
    let Some(Ok(Message::Text(text))) = socket.next().await else { panic!("an event waits") };
    assert!(text.contains("one"));
    let stranger = web_socket(&server.url, handshake(&server.url, &path(&queue, -1))).await;
    assert_eq!(stranger.expect_err("nobody said who")["code"], "UNAUTHORIZED");
}

#[tokio::test]
async fn malformed_beginnings_are_refused() {
    let server = TestServer::start().await;
    let hamlet = server.client("hamlet");
    let queue = hamlet.register(&MESSAGES).await.id;
    let get = |path: String, headers: &[(&'static str, &'static str)]| {
        let mut request = hamlet.request(reqwest::Method::GET, &path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        hamlet.send(request)
    };
    let (with_id, without) =
        (format!("/events?queue_id={queue}&last_event_id=-1"), format!("/events?queue_id={queue}"));
    let sse = ("Accept", "text/event-stream");
    get(without.clone(), &[sse]).await.refused(400, "Missing 'last_event_id' argument");
    get("/events?last_event_id=-1".to_owned(), &[sse]).await.refused(400, "Missing 'queue_id' argument");
    get(without.clone(), &[sse, ("Last-Event-ID", "x")]).await.refused(400, "Last-Event-ID is not an integer");
    let upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket")];
    let version = "Invalid WebSocket handshake: Sec-WebSocket-Version has to be 13";
    get(with_id.clone(), &upgrade).await.refused(400, version);
    let key = [&upgrade[..], &[("Sec-WebSocket-Version", "13")]].concat();
    get(with_id.clone(), &key).await.refused(400, "Invalid WebSocket handshake: Sec-WebSocket-Key is missing");
    let malformed = [&key[..], &[("Sec-WebSocket-Key", "short")]].concat();
    get(with_id, &malformed).await.refused(400, "Invalid WebSocket handshake: Sec-WebSocket-Key is malformed");
}
