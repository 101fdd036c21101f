//! Answers and errors as the API has them: JSON objects with `result` and `msg`.

use bytes::Bytes;
use hyper::Response;
use hyper::header::{self, HeaderValue};
use serde::Serialize;
use tidings_types::ApiError;

/// A JSON answer from finished bytes.
#[must_use]
pub fn json_bytes(status: u16, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The beginning of every successful answer; fields follow, each after a comma.
#[must_use]
pub fn begin(capacity: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(capacity);
    body.extend_from_slice(br#"{"result":"success","msg":"""#);
    body
}

/// The answer of an endpoint that wrote its fields itself, after [`begin`].
#[must_use]
pub fn end(mut body: Vec<u8>, ignored: &[String]) -> Response<Bytes> {
    if !ignored.is_empty() {
        let start = body.len();
        let list = serde_json::json!({ "ignored_parameters_unsupported": ignored });
        body.extend_from_slice(list.to_string().as_bytes());
        join_object(&mut body, start);
    }
    body.extend_from_slice(b"}\n");
    json_bytes(200, Bytes::from(body))
}

/// The answer of an endpoint: its fields beside `result` and `msg`, and what was ignored.
#[must_use]
pub fn success(answer: &impl Serialize, ignored: &[String]) -> Response<Bytes> {
    let mut body = begin(512);
    let start = body.len();
    if let Err(error) = serde_json::to_writer(&mut body, answer) {
        tracing::error!(%error, "an answer is not JSON");
        return self::error(&ApiError::Internal {});
    }
    join_object(&mut body, start);
    end(body, ignored)
}

/// Makes the object that begins at `start` a continuation of the one before it: `{"a":1}` becomes `,"a":1`.
fn join_object(body: &mut Vec<u8>, start: usize) {
    if body[start..] == *b"{}" {
        body.truncate(start);
    } else {
        body[start] = b',';
        body.pop();
    }
}

/// An error as its JSON object, with the headers that belong to it.
#[must_use]
pub fn error(error: &ApiError) -> Response<Bytes> {
    let mut body = error.to_json().to_string().into_bytes();
    body.push(b'\n');
    let mut response = json_bytes(error.status(), Bytes::from(body));
    let headers = response.headers_mut();
    match error {
        ApiError::RateLimited { retry_after_secs } => {
            insert(headers, header::RETRY_AFTER, &retry_after_secs.to_string());
        }
        ApiError::MethodNotAllowed { allowed } => insert(headers, header::ALLOW, &allowed.join(", ")),
        _ => {}
    }
    if error.status() == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"zulip\""));
    }
    response
}

fn insert(headers: &mut hyper::HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The answer to `OPTIONS`: which methods there are, and that browsers of any site may use them with a key.
#[must_use]
pub fn options(allowed: &[&'static str]) -> Response<Bytes> {
    let mut response = json_bytes(204, Bytes::new());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    insert(headers, header::ALLOW, &allowed.join(", "));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Last-Event-ID"));
    headers
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, PUT, PATCH, HEAD"));
    response
}
