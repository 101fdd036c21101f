//! Files as browsers ask for them. Who may read one is asked with a key: in the header, as everywhere, or as `api_key` in
//! the address, because pictures in a page have no headers of their own.
//!
//! Nothing is served as something that a browser runs: what is not known to be harmless is only for saving.

use super::not_found;
use crate::app::App;
use crate::files::{Opened, names};
use crate::http::{auth, respond};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::routing::get;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use object_store::GetRange;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use tidings_core::state::files::FileRow;
use tidings_core::state::users::UserRow;
use tidings_types::ApiError;

/// Files load nothing, run nothing, and are nobody's.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox";

/// Browsers show these in a page of their own, which is no good in a sandbox.
const PDF_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'";

/// What turns where a picture is not made yet.
const SPINNER: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40"><circle cx="20" cy="20" r="15" fill="none" stroke="#000" stroke-opacity=".2" stroke-width="4"/><path d="M20 5a15 15 0 0 1 15 15" fill="none" stroke="#000" stroke-width="4" stroke-linecap="round"><animateTransform attributeName="transform" type="rotate" from="0 20 20" to="360 20 20" dur="1s" repeatCount="indefinite"/></path></svg>"##;

type Answer = Response<Body>;

/// The routes of all files.
pub fn router(app: Arc<App>) -> Router {
    let whole = async |State(app): State<Arc<App>>, Path(path): Path<String>, asked: Asked| {
        shown(file(&app, &asked, &path, true).await)
    };
    let saved = async |State(app): State<Arc<App>>, Path(path): Path<String>, asked: Asked| {
        shown(file(&app, &asked, &path, false).await)
    };
    let small = async |State(app): State<Arc<App>>, Path(path): Path<String>, asked: Asked| {
        shown(thumbnail(&app, &asked, &path).await)
    };
    let temporary = async |State(app): State<Arc<App>>, Path((token, _)): Path<(String, String)>, asked: Asked| {
        shown(by_token(&app, &asked.headers, &token).await)
    };
    Router::new()
        .route("/user_uploads/{*path}", get(whole))
        .route("/user_uploads/download/{*path}", get(saved))
        .route("/user_uploads/thumbnail/{*path}", get(small))
        .route("/user_uploads/temporary/{token}/{name}", get(temporary))
        .route("/static/images/loading/loader-black.svg", get(async || spinner()))
        .with_state(app)
}

fn shown(answer: Result<Answer, ApiError>) -> Answer {
    answer.unwrap_or_else(|error| respond::error(&error).map(Body::from))
}

/// What a request for a file or a picture says besides its path.
pub(crate) struct Asked {
    headers: HeaderMap,
    query: Option<String>,
    address: IpAddr,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let address = app.client_address(&parts.extensions, &parts.headers);
        Ok(Asked { headers: parts.headers.clone(), query: parts.uri.query().map(str::to_owned), address })
    }
}

impl Asked {
    /// Who asks; none without a key. Those are counted, and may have asked too often.
    pub(crate) fn reader(&self, app: &App) -> Result<Option<Arc<UserRow>>, ApiError> {
        let state = app.realm.state();
        if let Some(header) = self.headers.get(header::AUTHORIZATION) {
            return auth::authenticate(Some(header.as_bytes()), &state).map(Some);
        }
        let mut pairs = form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes());
        if let Some((_, key)) = pairs.find(|(name, _)| name == "api_key") {
            return auth::by_key(&key, &state).map(Some);
        }
        app.spectators.check_file(self.address, app.realm.clock.now())?;
        Ok(None)
    }
}

/// The file at a path, for who may read it; whether it exists is not told to others. People without an account, who do
/// not say that they have it, fetch a file only so often.
fn access(app: &App, asked: &Asked, path: &str, tag: impl Fn(&FileRow) -> String) -> Result<Arc<FileRow>, ApiError> {
    let reader = asked.reader(app)?;
    let state = app.realm.state();
    auth::check_is_open(&state)?;
    let file = state.files.find(path);
    if let Some(reader) = reader {
        return file.filter(|file| state.can_read_file(&reader, file)).cloned().ok_or_else(not_found);
    }
    let file = file.filter(|file| state.is_file_public(file)).ok_or_else(auth::not_logged_in)?;
    if !is_known(&asked.headers, &tag(file)) {
        app.spectators.check_fetch(asked.address, file.id, app.realm.clock.now())?;
    }
    Ok(Arc::clone(file))
}

/// What stands for the bytes of a file.
fn tag_of(row: &FileRow) -> String {
    format!("\"{}\"", row.id)
}

async fn file(app: &App, asked: &Asked, path: &str, may_show: bool) -> Result<Answer, ApiError> {
    let row = access(app, asked, path, tag_of)?;
    send(app, &asked.headers, &row, may_show).await
}

async fn by_token(app: &App, headers: &HeaderMap, token: &str) -> Result<Answer, ApiError> {
    auth::check_is_open(&app.realm.state())?;
    let id = app.files.verify(token, app.realm.clock.now());
    let row = id.and_then(|id| app.realm.state().files.get(id).cloned());
    let row = row.ok_or_else(|| ApiError::Forbidden { text: "Invalid token".to_owned() })?;
    send(app, headers, &row, true).await
}

async fn thumbnail(app: &App, asked: &Asked, path: &str) -> Result<Answer, ApiError> {
    let (path, format) = path.rsplit_once('/').ok_or_else(not_found)?;
    let tag = |row: &FileRow| format!("\"{}-{format}\"", row.id);
    let row = access(app, asked, path, tag)?;
    let tag = tag(&row);
    if is_known(&asked.headers, &tag) {
        return Ok(head(StatusCode::NOT_MODIFIED, Body::empty(), &tag));
    }
    let picture = app.files.thumbnail(&row, format).await?.ok_or_else(not_found)?;
    Ok(picture_answer(picture, format, &tag))
}

/// A picture that the server made.
pub(super) fn picture_answer(bytes: bytes::Bytes, name: &str, tag: &str) -> Answer {
    let content_type = if name.ends_with(".jpg") { "image/jpeg" } else { "image/webp" };
    let mut answer = head(StatusCode::OK, Body::from(bytes), tag);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
}

/// A file, or the part of it that is asked for.
async fn send(app: &App, headers: &HeaderMap, row: &FileRow, may_show: bool) -> Result<Answer, ApiError> {
    let tag = tag_of(row);
    if is_known(headers, &tag) {
        return Ok(head(StatusCode::NOT_MODIFIED, Body::empty(), &tag));
    }
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let range = match range.map(|range| parse_range(range, row.size)) {
        Some(Range::Part(range)) => Some(range),
        Some(Range::Outside) => return Ok(outside(row.size, &tag)),
        Some(Range::Whole) | None => None,
    };
    let is_part = range.is_some();
    // Bytes that are gone though the file is known: a disk was restored from an older copy, say.
    let Some(Opened { size, range, bytes }) = app.files.get(&row.key, range).await? else {
        tracing::warn!(file.id = %row.id, "a file is not in the store");
        return Err(not_found());
    };
    let status = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut answer = head(status, Body::from_stream(bytes), &tag);
    let (content_type, is_shown) = names::served_as(&row.content_type);
    let policy = if content_type == "application/pdf" { PDF_POLICY } else { POLICY };
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, content_type);
    set(header::CONTENT_SECURITY_POLICY, policy);
    set(header::CONTENT_DISPOSITION, &names::disposition(is_shown && may_show, &row.name));
    set(header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    set(header::ACCEPT_RANGES, "bytes");
    if is_part {
        set(header::CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    Ok(answer)
}

/// What all of these answers have. A file never changes, but who may read it does: only who was given it keeps it.
fn head(status: StatusCode, body: Body, tag: &str) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    answer
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes())
}

fn outside(size: u64, tag: &str) -> Answer {
    let mut answer = head(StatusCode::RANGE_NOT_SATISFIABLE, Body::empty(), tag);
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        answer.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    answer
}

/// What a `Range` header asks for.
#[derive(Debug, PartialEq)]
enum Range {
    /// All: several parts, or what is not understood.
    Whole,
    Part(GetRange),
    /// Nothing that is there.
    Outside,
}

/// RFC 9110, section 14.1.2: one part of the bytes.
fn parse_range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Whole;
    };
    match (first.trim(), last.trim()) {
        ("", last) => match last.parse::<u64>() {
            Ok(0) => Range::Outside,
            Ok(_) if size == 0 => Range::Outside,
            Ok(count) => Range::Part(GetRange::Suffix(count.min(size))),
            Err(_) => Range::Whole,
        },
        (first, last) => match (first.parse::<u64>(), last.parse::<u64>(), last) {
            (Ok(first), _, _) if first >= size => Range::Outside,
            (Ok(first), _, "") => Range::Part(GetRange::Offset(first)),
            (Ok(first), Ok(last), _) if first <= last => Range::Part(GetRange::Bounded(first..last.min(size - 1) + 1)),
            _ => Range::Whole,
        },
    }
}

fn spinner() -> Answer {
    let mut answer = Response::new(Body::from(SPINNER));
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_files() {
        let check = |text: &str, expect: Range| assert_eq!(parse_range(text, 10), expect, "{text}");
        check("bytes=2-4", Range::Part(GetRange::Bounded(2..5)));
        check("bytes=2-", Range::Part(GetRange::Offset(2)));
        check("bytes=-3", Range::Part(GetRange::Suffix(3)));
        check("bytes=-30", Range::Part(GetRange::Suffix(10)));
        check("bytes=9-100", Range::Part(GetRange::Bounded(9..10)));
        check("bytes=10-", Range::Outside);
        check("bytes=-0", Range::Outside);
        check("bytes=4-2", Range::Whole);
        check("bytes=0-1,3-4", Range::Whole);
        check("lines=1-2", Range::Whole);
        assert_eq!(parse_range("bytes=-1", 0), Range::Outside);
        assert_eq!(parse_range("bytes=0-", 0), Range::Outside);
    }
}
