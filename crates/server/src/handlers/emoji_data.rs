//! The names of all emoji, for clients that complete and show them. Public, and the same until the next version.

use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tidings_markdown::emoji;

/// Changes with the content.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::digest(emoji::code_to_names_json());
    let start: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{start}\"")
});

/// Codes with their names, or 304 for a client that has them.
#[must_use]
pub fn emoji_data(headers: &HeaderMap) -> Response<Bytes> {
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == TAG.as_bytes());
    let body = if known { "" } else { emoji::code_to_names_json() };
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Ok(tag) = HeaderValue::from_str(&TAG) {
        headers.insert(header::ETAG, tag);
    }
    response
}
