//! Public answers that are the same for everybody and change with the server's version only: clients keep them, and ask
//! by their tag whether they still hold.

use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use sha2::{Digest, Sha256};

/// A document with its tag.
pub struct Cached {
    body: Bytes,
    content_type: &'static str,
    tag: HeaderValue,
    cache_control: HeaderValue,
}

impl Cached {
    /// A document that clients may use for so many seconds without asking.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, content_type: &'static str, max_age_secs: u32) -> Self {
        let body = body.into();
        let start: String = Sha256::digest(&body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let value = |text: String| HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        let cache_control = value(format!("public, max-age={max_age_secs}"));
        Cached { tag: value(format!("\"{start}\"")), body, content_type, cache_control }
    }

    /// The document, or 304 for a client that has it.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response<Bytes> {
        let is_known = request.get(header::IF_NONE_MATCH) == Some(&self.tag);
        let mut response = Response::new(if is_known { Bytes::new() } else { self.body.clone() });
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, self.cache_control.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ETAG, self.tag.clone());
        response
    }
}
