//! Kills the server with SIGKILL again and again while clients send, edit, move, mark and poll, and then counts: every
//! acknowledged message was delivered to each queue it was for exactly once, in order, on the same queue ids; and
//! what was repeated was the same byte for byte. Half of the senders name their sends and repeat each until it is
//! answered; that makes one message. What is to be sent later is sent once, whenever its time comes.
//!
//! `TIDINGS_CRASH_SEED` repeats a run's choices (not its timing); `TIDINGS_CRASH_KILLS` sets how often it is killed.

use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tidings_server::clock::Clock;
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};
use tidings_testkit::fixture;

const QUEUES: usize = 50;
const SENDERS: usize = 6;

/// Who has queues.
const READERS: &[&str] = &["desdemona", "iago", "shiva", "hamlet", "cordelia", "othello", "polonius", "hamletbot"];

/// Where senders send, and who gets it.
const DESTINATIONS: &[(&str, &str, &[&str])] = &[
    ("channel", "Denmark", &["desdemona", "iago", "shiva", "hamlet", "cordelia", "polonius", "hamletbot"]),
    ("channel", "secret", &["hamlet", "cordelia"]),
    ("direct", "[\"othello@example.com\"]", &["hamlet", "othello"]),
    ("direct", "[\"iago@example.com\", \"cordelia@example.com\"]", &["hamlet", "iago", "cordelia"]),
];

/// A small generator of pseudorandom numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 11) % n
    }
}

/// One connection that is made anew when it broke.
struct Http {
    address: SocketAddr,
    user: &'static str,
    connection: Option<BufReader<TcpStream>>,
}

impl Http {
    fn new(address: SocketAddr, user: &'static str) -> Self {
        Http { address, user, connection: None }
    }

    /// Status and body; an error if the answer did not arrive whole. Never sends a request twice.
    fn call(&mut self, method: &str, path: &str, form: &[(&str, &str)]) -> std::io::Result<(u16, String)> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(TcpStream::connect(self.address)?),
        };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: crash/1\r\nAuthorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            base64(&format!("{}:{}", fixture::email(self.user), fixture::key(self.user))),
            body.len(),
        );
        connection.get_mut().write_all(request.as_bytes())?;
        let answer = read_answer(&mut connection)?;
        self.connection = Some(connection);
        Ok(answer)
    }
}

fn read_answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<(u16, String)> {
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(cut)?;
    let mut length = 0;
    loop {
        line.clear();
        if connection.read_line(&mut line)? == 0 {
            return Err(cut());
        }
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(|_| cut())?;
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok((status, String::from_utf8(body).expect("answers are UTF-8")))
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn is_healthy(address: SocketAddr) -> bool {
    // Any answer will do, this one a refusal.
    Http::new(address, "hamlet").call("DELETE", "/events", &[]).is_ok()
}

/// The server; killed when dropped.
struct Server(Child);

impl Server {
    fn kill(&mut self) {
        // `Child::kill` is SIGKILL: the server can do nothing about it.
        self.0.kill().expect("the server is killed");
        self.0.wait().expect("the server is gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(data: &std::path::Path, address: SocketAddr) -> Server {
    let child = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .args(["serve", "--rate-limit-per-minute", "0", "--log-filter", "warn"])
        // A small memory, so that queues also read what is only in the store.
        .args(["--log-entries-max", "64"])
        .arg("--data-dir")
        .arg(data)
        .arg("--listen")
        .arg(address.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the server starts");
    Server(child)
}

fn wait_until_healthy(server: &mut Server, address: SocketAddr) {
    while !is_healthy(address) {
        if let Some(status) = server.0.try_wait().expect("the server can be asked") {
            panic!("the server ended by itself: {status}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends without pause; returns what was acknowledged, with the ids, and everything it tried.
struct Sent {
    acknowledged: BTreeMap<String, i64>,
    tried: BTreeMap<String, usize>,
}

fn send_until(stop: &AtomicBool, address: SocketAddr, sender: usize, seed: u64, count: &AtomicUsize) -> Sent {
    let mut http = Http::new(address, "hamlet");
    let mut random = Random(seed);
    let mut sent = Sent { acknowledged: BTreeMap::new(), tried: BTreeMap::new() };
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let destination = random.below(DESTINATIONS.len() as u64) as usize;
        let (kind, to, _) = DESTINATIONS[destination];
        let content = format!("{sender}-{number}");
        let mut form = vec![("type", kind), ("to", to), ("topic", "crash"), ("content", content.as_str())];
        let is_named = sender.is_multiple_of(2);
        if is_named {
            form.extend([("queue_id", "5f7c1c52-6d0d-4b5c-9c4b-1d0a3e0f9a01"), ("local_id", content.as_str())]);
        }
        let mut answer = http.call("POST", "/messages", &form);
        while is_named && !matches!(answer, Ok((200, _))) && !stop.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(2));
            answer = http.call("POST", "/messages", &form);
        }
        sent.tried.insert(content.clone(), destination);
        match answer {
            Ok((200, body)) => {
                let body: Value = serde_json::from_str(&body).expect("JSON");
                let id = body["id"].as_i64().expect("an id");
                // Whether the change arrives does not matter; if it does, its event must not change any more.
                let path = format!("/messages/{id}");
                let verona = fixture::channel_id("Verona").to_string();
                let quiet = ("send_notification_to_new_thread", "false");
                let _ = match random.below(8) {
                    0 | 1 => http.call("PATCH", &path, &[("content", "edited")]),
                    2 => http.call("PATCH", &path, &[("topic", "moved"), quiet]),
                    3 => http.call("PATCH", &path, &[("stream_id", verona.as_str()), quiet]),
                    4 => http.call(
                        "POST",
                        "/submessage",
                        &[("message_id", &id.to_string()), ("msg_type", "widget"), ("content", "{}")],
                    ),
                    _ => Ok((200, String::new())),
                };
                sent.acknowledged.insert(content, id);
                count.fetch_add(1, Ordering::SeqCst);
            }
            // A server that is being stopped may refuse; nothing else may go wrong.
            Ok((status, body)) => assert_eq!(status, 503, "{body}"),
            Err(_) => thread::sleep(Duration::from_millis(2)),
        }
    }
    sent
}

/// What was to be sent later.
struct Scheduled {
    acknowledged: BTreeSet<String>,
    tried: BTreeMap<String, usize>,
}

#[allow(clippy::disallowed_methods, reason = "the server that is tested has the system's clock")]
fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

/// Schedules messages that are due soon: some while the server is down.
fn schedule_until(stop: &AtomicBool, address: SocketAddr, seed: u64) -> Scheduled {
    let mut http = Http::new(address, "hamlet");
    let mut random = Random(seed);
    let mut scheduled = Scheduled { acknowledged: BTreeSet::new(), tried: BTreeMap::new() };
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let destination = random.below(DESTINATIONS.len() as u64) as usize;
        let (kind, to, users) = DESTINATIONS[destination];
        let to = if kind == "channel" {
            fixture::channel_id(to).to_string()
        } else {
            format!("{:?}", users.iter().map(|user| fixture::user_id(user).0).collect::<Vec<_>>())
        };
        let (content, at) = (format!("later-{number}"), (now() + 1 + random.below(2)).to_string());
        let form = [
            ("type", kind),
            ("to", to.as_str()),
            ("topic", "crash"),
            ("content", content.as_str()),
            ("scheduled_delivery_timestamp", at.as_str()),
        ];
        let answer = http.call("POST", "/scheduled_messages", &form);
        scheduled.tried.insert(content.clone(), destination);
        match answer {
            Ok((200, _)) => drop(scheduled.acknowledged.insert(content)),
            // It was about to be due when it was written down.
            Ok((400, body)) => assert!(body.contains("DELIVERY_TIME_NOT_IN_FUTURE"), "{body}"),
            Ok((status, body)) => assert_eq!(status, 503, "{body}"),
            Err(_) => {}
        }
        thread::sleep(Duration::from_millis(40));
    }
    scheduled
}

/// Waits until nothing is left that is to be sent.
fn wait_until_sent(address: SocketAddr) {
    let mut http = Http::new(address, "hamlet");
    for _ in 0..600 {
        let (status, body) = http.call("GET", "/scheduled_messages", &[]).expect("the server is up");
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let left = answer["scheduled_messages"].as_array().expect("a list");
        assert!(status == 200 && left.iter().all(|one| one["failed"] == false), "{body}");
        if left.is_empty() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("messages were to be sent, and were not");
}

/// What a queue was given.
struct Received {
    user: &'static str,
    /// Event id, message id and content.
    messages: Vec<(i64, i64, String)>,
    restarts: usize,
    repeated: usize,
}

#[derive(serde::Deserialize)]
struct Answer {
    queue_id: String,
    #[serde(default)]
    events: Vec<Box<RawValue>>,
}

struct Reader {
    http: Http,
    queue: String,
    last: i64,
    random: Random,
    received: Received,
}

impl Reader {
    fn register(address: SocketAddr, user: &'static str, all_types: bool, seed: u64) -> Self {
        let mut http = Http::new(address, user);
        let types = if all_types { "null" } else { "[\"message\",\"update_message\"]" };
        let form = [("event_types", types), ("fetch_event_types", "[]")];
        let (status, body) = http.call("POST", "/register", &form).expect("the server is up");
        assert_eq!(status, 200, "{body}");
        let state: Value = serde_json::from_str(&body).expect("JSON");
        Reader {
            http,
            queue: state["queue_id"].as_str().expect("a queue").to_owned(),
            last: state["last_event_id"].as_i64().expect("an id"),
            random: Random(seed),
            received: Received { user, messages: Vec::new(), restarts: 0, repeated: 0 },
        }
    }

    /// The events after what is acknowledged; none if the answer did not arrive.
    fn poll(&mut self, dont_block: bool) -> Option<Vec<Box<RawValue>>> {
        let path = format!("/events?queue_id={}&last_event_id={}&dont_block={dont_block}", self.queue, self.last);
        let Ok((status, body)) = self.http.call("GET", &path, &[]) else {
            thread::sleep(Duration::from_millis(2));
            return None;
        };
        assert!(status == 200 || status == 503, "{status} {body} for {path}");
        if status == 503 {
            return None;
        }
        let answer: Answer = serde_json::from_str(&body).expect("an answer to a poll");
        assert_eq!(answer.queue_id, self.queue);
        Some(answer.events)
    }

    fn read_until(mut self, done: &AtomicBool) -> Received {
        // What a client was given and has not acknowledged; it must come again, byte for byte.
        let mut seen: Vec<String> = Vec::new();
        loop {
            let finishing = done.load(Ordering::SeqCst);
            let Some(events) = self.poll(finishing) else { continue };
            for (before, again) in seen.iter().zip(&events) {
                assert_eq!(before, again.get(), "what is repeated is the same");
                self.received.repeated += 1;
            }
            if events.is_empty() && finishing {
                assert!(seen.is_empty(), "what was given once and not acknowledged is given again");
                return self.received;
            }
            if events.len() > seen.len() {
                seen.extend(events[seen.len()..].iter().map(|event| event.get().to_owned()));
            }
            // Sometimes nothing is acknowledged, sometimes only a part.
            let taken = match self.random.below(8) {
                0 | 1 => 0,
                2 | 3 => events.len().div_ceil(2),
                _ => events.len(),
            };
            seen.drain(..taken);
            for event in &events[..taken] {
                self.take(&serde_json::from_str(event.get()).expect("JSON"));
            }
        }
    }

    fn take(&mut self, event: &Value) {
        let id = event["id"].as_i64().expect("an id");
        assert!(id > self.last, "ids increase: {id} after {}", self.last);
        self.last = id;
        match event["type"].as_str() {
            Some("message") => {
                let text = event["message"]["content"].as_str().expect("content").to_owned();
                let message = event["message"]["id"].as_i64().expect("an id");
                if self.random.below(4) == 0 {
                    let messages = format!("[{message}]");
                    let flag = ["read", "starred", "collapsed"][self.random.below(3) as usize];
                    let form = [("messages", messages.as_str()), ("op", "add"), ("flag", flag)];
                    let _ = self.http.call("POST", "/messages/flags", &form);
                }
                self.received.messages.push((id, message, text));
            }
            Some("restart") => self.received.restarts += 1,
            _ => {}
        }
    }
}

fn prepare(data: &std::path::Path) {
    let options = SqliteOptions { synchronous: Synchronous::Normal, ..SqliteOptions::default() };
    let store = SqliteStore::open(&data.join("tidings.db"), options).expect("the store opens");
    fixture::create(&store, &Clock::default());
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the seed of a test comes from the clock")]
fn a_killed_server_loses_and_repeats_nothing() {
    let from_clock = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64 | 1);
    let seed = setting("TIDINGS_CRASH_SEED", from_clock);
    let kills = setting("TIDINGS_CRASH_KILLS", 20);
    println!("seed {seed} (TIDINGS_CRASH_SEED)");
    let started = Instant::now();
    let mut random = Random(seed);
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");

    let mut server = serve(folder.path(), address);
    wait_until_healthy(&mut server, address);
    let readers: Vec<Reader> = (0..QUEUES)
        .map(|at| Reader::register(address, READERS[at % READERS.len()], at % 3 == 0, random.next()))
        .collect();
    let (stop, done, count) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = readers
        .into_iter()
        .map(|reader| {
            let done = Arc::clone(&done);
            thread::spawn(move || reader.read_until(&done))
        })
        .collect();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (stop, count, seed) = (Arc::clone(&stop), Arc::clone(&count), random.next());
            thread::spawn(move || send_until(&stop, address, sender, seed, &count))
        })
        .collect();

    let scheduler = {
        let (stop, seed) = (Arc::clone(&stop), random.next());
        thread::spawn(move || schedule_until(&stop, address, seed))
    };

    for _ in 0..kills {
        // Most often in the middle of the work, sometimes while it starts.
        if random.below(5) > 0 {
            wait_until_healthy(&mut server, address);
        }
        thread::sleep(Duration::from_millis(random.below(400)));
        server.kill();
        server = serve(folder.path(), address);
    }
    wait_until_healthy(&mut server, address);
    let before_the_end = count.load(Ordering::SeqCst);
    while count.load(Ordering::SeqCst) < before_the_end + 20 {
        thread::sleep(Duration::from_millis(5));
    }
    stop.store(true, Ordering::SeqCst);
    let sent: Vec<Sent> = senders.into_iter().map(|sender| sender.join().expect("a sender")).collect();
    let scheduled = scheduler.join().expect("the scheduler");
    wait_until_sent(address);
    done.store(true, Ordering::SeqCst);
    // Polls that are parked are woken by one more message to everybody, so that the readers see that it is over.
    let mut last = Http::new(address, "hamlet");
    for (kind, to, _) in DESTINATIONS {
        let form = [("type", *kind), ("to", *to), ("topic", "crash"), ("content", "the end")];
        assert_eq!(last.call("POST", "/messages", &form).expect("the server is up").0, 200);
    }
    let received: Vec<Received> = readers.into_iter().map(|reader| reader.join().expect("a reader")).collect();
    server.kill();

    check(&sent, &scheduled, &received, kills);
    println!(
        "{} sends acknowledged of {} tried, {} scheduled, {} deliveries and {} repetitions to {QUEUES} queues, {kills} kills, {:.1} s",
        sent.iter().map(|sent| sent.acknowledged.len()).sum::<usize>(),
        sent.iter().map(|sent| sent.tried.len()).sum::<usize>(),
        scheduled.acknowledged.len(),
        received.iter().map(|received| received.messages.len()).sum::<usize>(),
        received.iter().map(|received| received.repeated).sum::<usize>(),
        started.elapsed().as_secs_f64(),
    );
}

fn check(sent: &[Sent], scheduled: &Scheduled, received: &[Received], kills: u64) {
    let acknowledged: BTreeMap<&str, i64> =
        sent.iter().flat_map(|sent| &sent.acknowledged).map(|(content, id)| (content.as_str(), *id)).collect();
    let tried = sent.iter().map(|sent| &sent.tried).chain([&scheduled.tried]);
    let tried: BTreeMap<&str, usize> = tried.flatten().map(|(content, to)| (content.as_str(), *to)).collect();
    // What came into being, whether or not its sender learnt of it.
    let mut real: BTreeMap<&str, i64> = acknowledged.clone();
    for (_, message, content) in received.iter().flat_map(|received| &received.messages) {
        if content != "the end" {
            let known = *real.entry(content).or_insert(*message);
            assert_eq!(known, *message, "{content} is one message");
        }
    }
    let lost: Vec<_> = scheduled.acknowledged.iter().filter(|content| !real.contains_key(content.as_str())).collect();
    assert!(lost.is_empty() && !scheduled.acknowledged.is_empty(), "scheduled, and not sent: {lost:?}");
    for received in received {
        let messages = &received.messages;
        assert!(messages.is_sorted_by(|a, b| a.0 < b.0), "event ids strictly increase");
        assert!(messages.is_sorted_by(|a, b| a.1 < b.1), "message ids strictly increase, so nothing comes twice");
        assert!(received.restarts as u64 <= kills, "one restart event a restart");
        let got: BTreeSet<&str> = messages.iter().map(|(_, _, content)| content.as_str()).collect();
        let got: BTreeSet<&str> = got.into_iter().filter(|content| *content != "the end").collect();
        let is_for = |content: &str| DESTINATIONS[tried[content]].2.contains(&received.user);
        let expected: BTreeSet<&str> = real.keys().copied().filter(|content| is_for(content)).collect();
        let missing: Vec<_> = expected.difference(&got).collect();
        let strange: Vec<_> = got.difference(&expected).collect();
        assert!(
            missing.is_empty() && strange.is_empty(),
            "{}: missing {missing:?}, strange {strange:?}",
            received.user
        );
    }
    assert!(!acknowledged.is_empty(), "the server did something");
}
