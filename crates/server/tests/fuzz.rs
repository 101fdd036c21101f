//! Hostile input for a bounded time: parameters, narrows, Markdown and HTTP. Nothing panics, every refusal is a
//! JSON error with a 4xx status, and the server is well afterwards.
//!
//! Without further words it takes 20 seconds and begins with the same inputs each time, so that the same tree has the
//! same result. `TIDINGS_FUZZ_SECS` is the time for all targets together, and then new inputs are tried;
//! `TIDINGS_FUZZ_SEED` repeats a run.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tidings_core::narrow::Narrow;
use tidings_core::shape::Shape;
use tidings_testkit::{TestServer, fixture};
use tidings_types::ApiError;
use tidings_types::endpoints::{events, messages};
use tidings_types::narrow::QueueNarrow;
use tidings_types::params::{FromParam, Json, ParamSource, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Values that have broken servers before.
const VALUES: &[&str] = &[
    "",
    " ",
    "0",
    "-1",
    "1",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e400",
    "1.5",
    "-0",
    "NaN",
    "Infinity",
    "null",
    "None",
    "true",
    "True",
    "false",
    "\"\"",
    "\"a\"",
    "[]",
    "[[]]",
    "{}",
    "[null]",
    "[1,2",
    "{\"a\":",
    "[\"message\"]",
    "['message']",
    "{'x': True}",
    "(1,)",
    "\u{0}",
    "a\u{0}b",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\u{202e}",
    "\u{feff}",
    "é",
    "İ",
    "ß",
    "👩‍👩‍👧",
    "../../etc/passwd",
    "%00",
    "%ff",
    "';--",
    "<b>",
    "{\"notification_settings_null\":true}",
    "{\"notification_settings_null\":1}",
    "[[\"is\",\"dm\"]]",
    "[[\"stream\",\"Denmark\"],[\"topic\",\"\"]]",
    "[{\"operator\":\"is\",\"operand\":\"dm\"}]",
    "mobile",
    "channel",
    "direct",
    "Denmark",
    "[4]",
    "[\"iago@example.com\"]",
    "hi",
    "all",
    "4",
    "read",
    "add",
    "partial",
    "00000000-0000-4000-8000-000000000000",
];

/// Names of parameters; others are made up.
const NAMES: &[&str] = &[
    "queue_id",
    "last_event_id",
    "dont_block",
    "event_types",
    "fetch_event_types",
    "narrow",
    "client_capabilities",
    "client_gravatar",
    "apply_markdown",
    "slim_presence",
    "all_public_streams",
    "include_subscribers",
    "idle_queue_timeout",
    "queue_lifespan_secs",
    "lifespan_secs",
    "presence_history_limit_days",
    "type",
    "to",
    "topic",
    "subject",
    "content",
    "local_id",
    "read_by_sender",
    "client",
    "method",
    "messages",
    "op",
    "flag",
    "anchor",
    "num_before",
    "num_after",
    "message_ids",
    "subscriptions",
    "principals",
    "stream_id",
    "name",
    "description",
    "propagate_mode",
    "emoji_name",
    "emoji_code",
    "reaction_type",
    "status",
    "status_text",
    "full_name",
    "email",
    "password",
    "username",
    "role",
    "property",
    "value",
    "subscription_data",
    "alert_words",
    "visibility_policy",
    "muted_users",
    "code",
    "ping_only",
    "new_user_input",
    "is_private",
    "add",
    "delete",
];

struct Fuzz {
    rng: StdRng,
    until: Instant,
    runs: u64,
}

impl Fuzz {
    /// A quarter of the time for each of the four targets; they run one after the other or beside each other.
    #[allow(clippy::disallowed_methods, reason = "the seed of a longer run comes from the clock")]
    fn new(target: &str) -> Self {
        let set = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let from_clock = || std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
        let secs = set("TIDINGS_FUZZ_SECS");
        let seed = set("TIDINGS_FUZZ_SEED").unwrap_or_else(|| if secs.is_some() { from_clock() } else { 1 });
        let millis = secs.unwrap_or(20) * 250;
        println!("{target}: seed {seed} (TIDINGS_FUZZ_SEED)");
        Fuzz { rng: StdRng::seed_from_u64(seed), until: Instant::now() + Duration::from_millis(millis), runs: 0 }
    }

    fn goes_on(&mut self) -> bool {
        self.runs += 1;
        Instant::now() < self.until
    }

    fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn value(&mut self) -> String {
        match self.below(12) {
            0 => self.text(),
            1 => "[".repeat(1 + self.below(5_000)),
            2 => "{\"a\":".repeat(1 + self.below(3_000)),
            3 => "9".repeat(1 + self.below(400)),
            4 => {
                let items: Vec<&str> = (0..self.below(5)).map(|_| self.pick(VALUES)).collect();
                format!("[{}]", items.join(","))
            }
            5 => {
                let mut value = self.pick(VALUES).to_owned();
                let at = (0..=value.len()).filter(|at| value.is_char_boundary(*at)).nth(self.below(value.len() + 1));
                value.insert_str(at.unwrap_or(0), self.pick(VALUES));
                value
            }
            _ => self.pick(VALUES).to_owned(),
        }
    }

    fn text(&mut self) -> String {
        let length = self.below(40);
        (0..length).map(|_| char::from_u32(self.rng.random_range(0..0x11_0000)).unwrap_or('\u{fffd}')).collect()
    }

    fn name(&mut self) -> String {
        if self.below(20) == 0 { self.text() } else { self.pick(NAMES).to_owned() }
    }

    fn pairs(&mut self, most: usize) -> Vec<(String, String)> {
        (0..self.below(most + 1)).map(|_| (self.name(), self.value())).collect()
    }

    fn report(&self, target: &str) {
        println!("{target}: {} inputs", self.runs);
    }
}

fn is_refusal<T>(result: Result<T, ApiError>, input: &dyn std::fmt::Debug) {
    if let Err(error) = result {
        assert_eq!(error.status(), 400, "{error:?} for {input:?}");
    }
}

fn decode<R: Request>(fuzz: &mut Fuzz) {
    let mut query = fuzz.pairs(3);
    // Names that count, more often than not.
    let mut body: Vec<(String, String)> = Vec::new();
    for spec in R::PARAMS {
        if fuzz.below(3) > 0 {
            body.push((spec.name.to_owned(), fuzz.value()));
        }
    }
    if fuzz.below(40) == 0 {
        query.extend(body.clone());
    }
    let source = ParamSource::new(query, body);
    is_refusal(R::decode(&source), &source);
    assert!(source.unknown(R::PARAMS).is_sorted());
}

#[test]
fn parameters() {
    let mut fuzz = Fuzz::new("params");
    while fuzz.goes_on() {
        decode::<events::RegisterQueueRequest>(&mut fuzz);
        decode::<events::GetEventsRequest>(&mut fuzz);
        decode::<events::DeleteQueueRequest>(&mut fuzz);
        decode::<events::RealTimePostRequest>(&mut fuzz);
        decode::<events::RestErrorHandlingRequest>(&mut fuzz);
        decode::<messages::SendMessageRequest>(&mut fuzz);
        let bytes: Vec<u8> = (0..fuzz.below(60)).map(|_| fuzz.rng.random_range(0..=255)).collect();
        is_refusal(tidings_server::http::body::parse_pairs(&bytes), &bytes);
    }
    fuzz.report("params");
}

#[test]
fn narrows() {
    let mut fuzz = Fuzz::new("narrow");
    let operators = ["stream", "channel", "topic", "sender", "is", "dm", "near", "", "IS"];
    let operands = ["dm", "private", "mentioned", "alerted", "unread", "starred", "resolved", "followed", "Denmark"];
    while fuzz.goes_on() {
        let texts: Vec<String> = (0..1 + fuzz.below(3)).map(|_| fuzz.value()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let decoded = Json::<QueueNarrow>::from_param("narrow", &texts);
        if let Ok(narrow) = &decoded {
            is_refusal(Narrow::parse(&narrow.0), &texts);
        }
        is_refusal(decoded, &texts);
        let term = |fuzz: &mut Fuzz| {
            let operand = if fuzz.below(40) == 0 { fuzz.pick(&operands).to_owned() } else { fuzz.value() };
            (fuzz.pick(&operators).to_owned(), operand)
        };
        let narrow = QueueNarrow((0..fuzz.below(4)).map(|_| term(&mut fuzz)).collect());
        is_refusal(Narrow::parse(&narrow), &narrow);
        // Accepted or not, the same as an option of a queue.
        let options = tidings_core::queue::QueueOptions::new(
            "x".to_owned(),
            None,
            Shape(fuzz.rng.random()),
            false,
            narrow.clone(),
        );
        assert_eq!(options.is_ok(), Narrow::parse(&narrow).is_ok());
    }
    fuzz.report("narrow");
}

struct Nobody;

impl tidings_markdown::Directory for Nobody {
    fn user_by_id(&self, _: u32) -> Option<tidings_markdown::UserRef> {
        None
    }

    fn users_by_name(&self, _: &str) -> Vec<tidings_markdown::UserRef> {
        Vec::new()
    }

    fn group_by_name(&self, _: &str) -> Option<tidings_markdown::GroupRef> {
        None
    }

    fn channel_by_name(&self, _: &str) -> Option<tidings_markdown::ChannelRef> {
        None
    }

    fn custom_emoji(&self, _: &str) -> Option<tidings_markdown::CustomEmoji> {
        None
    }
}

#[test]
fn markdown() {
    let mut fuzz = Fuzz::new("markdown");
    let parts = [
        "*",
        "**",
        "_",
        "`",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "# ",
        "[",
        "](",
        ")",
        "@**",
        "@_**",
        "#**",
        ">",
        "**",
        "|",
        "|-|",
        "<",
        "&",
        "&#x",
        "http://",
        "a@b.c",
        ":smile:",
        "/me ",
        "$$",
        "```quote\n",
        "\n```py\n",
        "\n```rust\n",
        "\n~~~ js\n",
        "\n```html\n",
        "\n```yaml\n",
        "\n```console\n",
        "\n```\n",
        "f\"{",
        "'",
        "/*",
        "#",
        "${",
        "!",
        "\\",
        "<time:",
        "2020-01-01T00:00:00Z>",
        "\u{0}",
        "é",
        "\u{202e}",
        "word",
        " ",
        "||spoiler",
        "@all",
        "@topic",
    ];
    while fuzz.goes_on() {
        let source: String = (0..fuzz.below(60))
            .map(|_| if fuzz.below(10) == 0 { fuzz.text() } else { fuzz.pick(&parts).to_owned() })
            .collect();
        let rendered = tidings_markdown::render(&source, &Nobody);
        let again = tidings_markdown::render(&source, &Nobody);
        assert_eq!(rendered.html, again.html, "{source:?}");
        let lower = rendered.html.to_lowercase();
        assert!(!lower.contains("<script") && !lower.contains("<iframe"), "{source:?}: {lower}");
        let inline = tidings_markdown::render_inline(&source, &Nobody);
        assert!(!inline.to_lowercase().contains("<script"), "{source:?}: {inline}");
    }
    fuzz.report("markdown");
}

/// Percent-encodes, or leaves bytes as they are, or gets the encoding wrong.
fn encode(fuzz: &mut Fuzz, text: &str) -> Vec<u8> {
    match fuzz.below(10) {
        0 => text.bytes().filter(|byte| byte.is_ascii_graphic()).collect(),
        1 => text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).chain(*b"%f").collect(),
        2 => b"%ff%fe%c0%80%ed%a0%80".to_vec(),
        _ => form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().into_bytes(),
    }
}

fn form(fuzz: &mut Fuzz, most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fuzz.pairs(most) {
        out.extend(encode(fuzz, &name));
        out.push(b'=');
        out.extend(encode(fuzz, &value));
        out.push(b'&');
    }
    out
}

fn multipart(fuzz: &mut Fuzz) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fuzz.pairs(5) {
        let line = match fuzz.below(6) {
            0 => format!("--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}"),
            1 => format!("--x\r\nContent-Disposition: form-data\r\n\r\n{value}\r\n"),
            2 => format!("--x\r\n{name}: {value}\r\n\r\n\r\n"),
            3 => format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{value}\"\r\n\r\nf\r\n"),
            _ => format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"),
        };
        out.extend(line.into_bytes());
    }
    if fuzz.below(3) > 0 {
        out.extend(b"--x--\r\n");
    }
    out
}

fn authorization(fuzz: &mut Fuzz) -> Vec<u8> {
    use base64::Engine;
    let basic = |text: &[u8]| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        format!("Basic {encoded}").into_bytes()
    };
    let own = format!("{}:{}", fixture::email("hamlet"), fixture::key("hamlet"));
    match fuzz.below(16) {
        0 => b"Basic \xff\xfe\x80".to_vec(),
        1 => basic(b"\xff\xfe:\x80"),
        2 => basic(fuzz.value().replace(['\r', '\n'], "").as_bytes()),
        3 => b"Bearer x".to_vec(),
        4 => b"Basic".to_vec(),
        5 => basic(format!("{own}:more").as_bytes()),
        6 => basic(format!("hamlet@example.com:{}", "x".repeat(32)).as_bytes()),
        7 => format!("Basic {}", "A".repeat(20_000)).into_bytes(),
        _ => basic(own.as_bytes()),
    }
}

fn request(fuzz: &mut Fuzz, paths: &[(&'static str, &'static str)], queue: &str) -> Vec<u8> {
    // Polls have a way of their own through the server.
    let is_poll = fuzz.below(6) == 0;
    let (method, path) = if is_poll { ("GET", "/events") } else { paths[fuzz.below(paths.len())] };
    let mut target = b"/api/v1".to_vec();
    for part in path.split_inclusive('/') {
        if part.starts_with('{') {
            let value = if fuzz.below(40) == 0 { "4".to_owned() } else { fuzz.value() };
            target.extend(encode(fuzz, &value));
            target.extend(if part.ends_with('/') { b"/".as_slice() } else { b"" });
        } else {
            target.extend(part.bytes());
        }
    }
    // Polls that would wait are no use here.
    target.extend(b"?dont_block=true&");
    if is_poll && fuzz.below(4) > 0 {
        target.extend(format!("queue_id={queue}&last_event_id=-1&").bytes());
    }
    if fuzz.below(40) == 0 {
        target.extend(form(fuzz, 4).iter().filter(|byte| **byte != b'\n' && **byte != b'\r'));
    }
    let method =
        if fuzz.below(20) == 0 { fuzz.pick(&["PUT", "OPTIONS", "HEAD", "TRACE", "G\u{0}T", "post"]) } else { method };
    let (content_type, body) = match fuzz.below(8) {
        _ if is_poll && fuzz.below(4) > 0 => ("application/json", Vec::new()),
        0 | 1 => ("multipart/form-data; boundary=x", multipart(fuzz)),
        2 => (
            fuzz.pick(&["multipart/form-data", "multipart/form-data; boundary=", "x", "application/json"]),
            multipart(fuzz),
        ),
        3 => ("application/json", fuzz.value().into_bytes()),
        _ => ("application/x-www-form-urlencoded", form(fuzz, 8)),
    };
    let mut out = format!("{method} ").into_bytes();
    out.extend(target);
    out.extend(b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: ");
    out.extend(authorization(fuzz));
    out.extend(format!("\r\nContent-Type: {content_type}\r\n").into_bytes());
    match fuzz.below(24) {
        0 => out.extend(format!("X: {}\r\n", "y".repeat(100_000)).into_bytes()),
        1 => (0..300).for_each(|at| out.extend(format!("X{at}: y\r\n").into_bytes())),
        2 => out.extend(b"Authorization: Basic again\r\nContent-Type: text/plain\r\n"),
        3 => out.extend(b"User-Agent: \xff\xfe \x80\r\n"),
        4 => out.extend(b"Content-Length: 5\r\n"),
        5 => out.extend(b"Transfer-Encoding: chunked\r\n"),
        6 => out.extend(b"no colon here\r\n"),
        7 => out.extend(b"X: a\0b\r\n"),
        8 => out.extend(b"Expect: 100-continue\r\n"),
        9 => out.extend(b"Accept: text/event-stream\r\n"),
        10 => out.extend(b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"),
        _ => {}
    }
    let length = if fuzz.below(24) == 0 { body.len() + fuzz.below(3_000_000) } else { body.len() };
    out.extend(format!("Content-Length: {length}\r\n\r\n").into_bytes());
    out.extend(body);
    if fuzz.below(40) == 0 {
        let at = fuzz.below(out.len());
        out[at] = fuzz.rng.random_range(0..=255);
    }
    out
}

/// The answer to a raw request; empty if the server only closed the connection.
async fn send(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts connections");
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let writing = async {
        // The server may have answered and closed before it has read everything.
        let _ = write.write_all(request).await;
        let _ = write.shutdown().await;
    };
    let reading = async {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = read.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
        }
    };
    let both = async { tokio::join!(writing, reading) };
    let shown = || String::from_utf8_lossy(&request[..request.len().min(2_000)]).into_owned();
    tokio::time::timeout(Duration::from_secs(60), both).await.unwrap_or_else(|_| panic!("no answer to {}", shown()));
    answer
}

/// Checks what was answered and returns the first status; 0 if there was none.
///
/// A changed byte may make two requests of one (a line feed that ends the head early), which then have two answers.
fn check_answers(request: &[u8], answers: &[u8]) -> u16 {
    let shown = || {
        let request = String::from_utf8_lossy(&request[..request.len().min(2_000)]).into_owned();
        format!("{request}\n=> {}", String::from_utf8_lossy(&answers[..answers.len().min(2_000)]))
    };
    let mut first = 0;
    let mut left = answers;
    loop {
        // What asked to go on is told so before its answer.
        left = left.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(left);
        if left.is_empty() {
            return first;
        }
        let end = left.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{}", shown()));
        let (head, rest) = (String::from_utf8_lossy(&left[..end]), &left[end + 4..]);
        let status: u16 =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{}", shown()));
        assert!(status == 101 || (200..500).contains(&status), "{}", shown());
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        // To HEAD the answer is only told how long it would be.
        let length = if first == 0 && request.starts_with(b"HEAD ") { Some(0) } else { length };
        let (body, next) = rest.split_at(length.unwrap_or(rest.len()).min(rest.len()));
        if head.contains("content-type: text/html") {
            // A page, which may say that there is none; the API has no pages.
            assert!(!String::from_utf8_lossy(request).contains(" /api/v1/"), "{}", shown());
        } else if status >= 400 && !body.is_empty() {
            // What is not HTTP is refused before it is ours, without a body.
            let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_else(|_| panic!("{}", shown()));
            assert_eq!(json["result"], "error", "{}", shown());
        }
        first = if first == 0 { status } else { first };
        left = next;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http() {
    let mut fuzz = Fuzz::new("http");
    let mut server = TestServer::start().await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let paths: Vec<(&'static str, &'static str)> = tidings_server::router::endpoints()
        .iter()
        .map(|route| (route.spec.metadata.method.as_str(), route.spec.metadata.path))
        .collect();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let queue = server.client("hamlet").register(&[]).await.id;
    // Two requests where one was meant: the first has no key, the second is not HTTP.
    let two = b"POST /api/v1/messages HTTP/1.1\r\nHost: x\n\r\nAuthorization: Basic x\r\nno colon\r\n\r\n";
    assert_eq!(check_answers(two, &send(&address, two).await), 401);
    while fuzz.goes_on() {
        let request = request(&mut fuzz, &paths, &queue);
        let answer = send(&address, &request).await;
        *statuses.entry(check_answers(&request, &answer)).or_default() += 1;
    }
    // Still well: the usual way works, for somebody the hostile client is not.
    let queue = server.client("cordelia").register(&[("event_types", r#"["message"]"#)]).await;
    let message = [("type", "channel"), ("to", "Denmark"), ("topic", "t"), ("content", "well")];
    server.client("iago").post("/messages", &message).await.done();
    assert_eq!(queue.events().await.len(), 1);
    server.stop().await;
    println!("http: by status {statuses:?}");
    fuzz.report("http");
}
