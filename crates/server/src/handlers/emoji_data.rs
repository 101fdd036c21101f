//! The names of all emoji, for clients that complete and show them. Public, and the same until the next version.

use crate::http::cached::Cached;
use bytes::Bytes;
use hyper::{HeaderMap, Response};
use std::sync::LazyLock;
use tidings_markdown::emoji;

static NAMES: LazyLock<Cached> = LazyLock::new(|| Cached::new(emoji::code_to_names_json(), "application/json", 86_400));

/// Codes with their names, or 304 for a client that has them.
#[must_use]
pub fn emoji_data(headers: &HeaderMap) -> Response<Bytes> {
    NAMES.answer(headers)
}
