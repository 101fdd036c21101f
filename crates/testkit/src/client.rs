//! People who speak HTTP to the server, as official clients do.

use crate::contract;
use reqwest::Method;
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Somebody with credentials, or nobody.
#[derive(Clone)]
pub struct TestClient {
    http: reqwest::Client,
    url: String,
    credentials: Option<(String, String)>,
    agent: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub json: Value,
    /// The body as it came.
    pub text: String,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
}

impl Reply {
    /// The body of an answer that must be a success.
    #[track_caller]
    #[must_use = "or call `done`"]
    pub fn ok(self) -> Value {
        assert_eq!((self.status, &self.json["result"]), (200, &Value::from("success")), "{}", self.json);
        self.json
    }

    /// Asserts success.
    #[track_caller]
    pub fn done(self) {
        let _ = self.ok();
    }

    /// Asserts an error of this status and with this text.
    #[track_caller]
    pub fn refused(self, status: u16, msg: &str) {
        assert_eq!((self.status, self.json["msg"].as_str().unwrap_or_default()), (status, msg), "{}", self.json);
        assert_eq!(self.json["result"], "error");
    }

    /// Asserts an error of this status and with this code.
    #[track_caller]
    pub fn refused_with_code(self, status: u16, code: &str) {
        assert_eq!((self.status, self.json["code"].as_str().unwrap_or_default()), (status, code), "{}", self.json);
        assert_eq!(self.json["result"], "error");
    }
}

type Params<'a> = [(&'a str, &'a str)];

impl TestClient {
    pub(crate) fn new(http: reqwest::Client, url: String, credentials: Option<(String, String)>) -> Self {
        TestClient { http, url, credentials, agent: "ZulipPython/0.9.1 (test)".to_owned() }
    }

    /// The same person with another program.
    #[must_use]
    pub fn with_agent(mut self, agent: &str) -> Self {
        agent.clone_into(&mut self.agent);
        self
    }

    /// A request with anything still to be set.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/v1{path}", self.url);
        let request = self.http.request(method, url).header("User-Agent", &self.agent);
        match &self.credentials {
            Some((email, key)) => request.basic_auth(email, Some(key)),
            None => request,
        }
    }

    /// Sends a request and reads its answer, which must be JSON and as the API's description has it.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("the answer is text");
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} {text:?}: {error}"));
        if let Some(path) = path.strip_prefix("/api/v1") {
            contract::check_answer(method.as_str(), path, status, &json).unwrap_or_else(|error| panic!("{error}"));
            record(method.as_str(), path, status, &text);
        }
        Reply { status, json, text, headers }
    }

    /// `GET` with a query.
    pub async fn get(&self, path: &str, params: &Params<'_>) -> Reply {
        let mut url = reqwest::Url::parse(&format!("{}/api/v1{path}", self.url)).expect("a URL");
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        let path = url.as_str().split_once("/api/v1").expect("the prefix").1.to_owned();
        self.send(self.request(Method::GET, &path)).await
    }

    async fn form(&self, method: Method, path: &str, params: &Params<'_>) -> Reply {
        let mut url = reqwest::Url::parse("http://form").expect("a URL");
        url.query_pairs_mut().extend_pairs(params);
        let body = url.query().unwrap_or_default().to_owned();
        let request = self.request(method, path).header("Content-Type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    /// `POST` with a form.
    pub async fn post(&self, path: &str, params: &Params<'_>) -> Reply {
        self.form(Method::POST, path, params).await
    }

    /// `PATCH` with a form.
    pub async fn patch(&self, path: &str, params: &Params<'_>) -> Reply {
        self.form(Method::PATCH, path, params).await
    }

    /// `PUT` with a form.
    pub async fn put(&self, path: &str, params: &Params<'_>) -> Reply {
        self.form(Method::PUT, path, params).await
    }

    /// `DELETE` with a form.
    pub async fn delete(&self, path: &str, params: &Params<'_>) -> Reply {
        self.form(Method::DELETE, path, params).await
    }

    /// `POST` with a form that has a file.
    pub async fn post_file(&self, path: &str, name: &str, content: impl Into<Vec<u8>>) -> Reply {
        let file = reqwest::multipart::Part::bytes(content.into()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", file);
        self.send(self.request(Method::POST, path).multipart(form)).await
    }

    /// Uploads a file and returns its address.
    pub async fn upload(&self, name: &str, content: impl Into<Vec<u8>>) -> String {
        self.post_file("/user_uploads", name, content).await.ok()["url"].as_str().expect("an address").to_owned()
    }

    /// `GET` of anything that is not below `/api/v1`: status, headers and bytes. `path` may have a query.
    pub async fn get_bytes(&self, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
        let mut request = self.http.get(format!("{}{path}", self.url));
        if let Some((email, key)) = &self.credentials {
            request = request.basic_auth(email, Some(key));
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.expect("the answer arrives").to_vec())
    }

    /// Registers a queue.
    pub async fn register(&self, params: &Params<'_>) -> TestQueue {
        let state = self.post("/register", params).await.ok();
        let id = state["queue_id"].as_str().expect("a queue id").to_owned();
        let last = state["last_event_id"].as_i64().expect("an id");
        TestQueue { client: self.clone(), id, state, last: AtomicI64::new(last) }
    }

    /// Sends a message to a channel and returns its id.
    pub async fn send_to_channel(&self, channel: &str, topic: &str, content: &str) -> i64 {
        let params = [("type", "channel"), ("to", channel), ("topic", topic), ("content", content)];
        self.post("/messages", &params).await.ok()["id"].as_i64().expect("an id")
    }

    /// Sends a direct message to users by id and returns its id.
    pub async fn send_to_users(&self, users: &[tidings_types::UserId], content: &str) -> i64 {
        let to = serde_json::to_string(users).expect("JSON");
        let params = [("type", "direct"), ("to", to.as_str()), ("content", content)];
        self.post("/messages", &params).await.ok()["id"].as_i64().expect("an id")
    }
}

/// A registered queue that remembers what it has acknowledged.
pub struct TestQueue {
    client: TestClient,
    /// Its id.
    pub id: String,
    /// The initial state.
    pub state: Value,
    last: AtomicI64,
}

impl TestQueue {
    /// The last acknowledged id.
    #[must_use]
    pub fn last_event_id(&self) -> i64 {
        self.last.load(Ordering::SeqCst)
    }

    /// One poll, as it is answered.
    pub async fn poll(&self, last_event_id: i64, dont_block: bool) -> Reply {
        let (last, block) = (last_event_id.to_string(), dont_block.to_string());
        let params = [("queue_id", self.id.as_str()), ("last_event_id", &last), ("dont_block", &block)];
        self.client.get("/events", &params).await
    }

    /// Events that are there now; they are acknowledged with the next call.
    pub async fn events(&self) -> Vec<Value> {
        self.take(true).await
    }

    /// Waits for events; they are acknowledged with the next call.
    pub async fn wait(&self) -> Vec<Value> {
        self.take(false).await
    }

    async fn take(&self, dont_block: bool) -> Vec<Value> {
        let answer = self.poll(self.last_event_id(), dont_block).await.ok();
        let Value::Array(events) = answer["events"].clone() else { panic!("no events: {answer}") };
        if let Some(last) = events.last() {
            self.last.store(last["id"].as_i64().expect("an id"), Ordering::SeqCst);
        }
        events
    }

    /// The types (and operations) of the events that are there now, as in `stream/create`.
    pub async fn kinds(&self) -> Vec<String> {
        self.events().await.iter().map(kind).collect()
    }
}

/// Type and operation of an event, as in `stream/create`.
#[must_use]
pub fn kind(event: &Value) -> String {
    let event_type = event["type"].as_str().unwrap_or_default();
    event["op"].as_str().map_or_else(|| event_type.to_owned(), |op| format!("{event_type}/{op}"))
}

/// Where answers are written down if `TIDINGS_RECORD` names a folder, in a file for each process. What a specification
/// says of them is looked at later.
static RECORD: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("TIDINGS_RECORD")?);
    let path = folder.join(format!("{}.jsonl", std::process::id()));
    Some(Mutex::new(File::options().create(true).append(true).open(path).expect("the folder can be written to")))
});

/// A line of JSON for an answer that is JSON itself.
fn record(method: &str, path: &str, status: u16, answer: &str) {
    record_line(&format!("[{:?}, {:?}, {status}, {}]", method, path, answer.trim().replace('\n', " ")));
}

/// Writes a line down where answers are.
pub(crate) fn record_line(line: &str) {
    if let Some(file) = &*RECORD {
        let line = format!("{line}\n");
        file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()).expect("there is room");
    }
}
