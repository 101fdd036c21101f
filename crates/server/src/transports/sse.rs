//! Server-sent events: `GET /events` with `Accept: text/event-stream`.
//!
//! Every event is a message with its id and its JSON. A client that comes back says `Last-Event-ID`, as browsers do
//! by themselves, or `last_event_id` as for a poll. The last message of a stream that the server ends is of type
//! `end`, with the error that a poll would get.

use crate::http::respond;
use crate::serve::head::Head;
use crate::serve::wire;
use crate::transports::long_poll::Extras;
use crate::transports::stream::{Batch, QueueReader};
use bytes::Bytes;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use std::future::Future;
use std::io::Result;
use std::pin::pin;
use tidings_types::ApiError;
use tokio::net::TcpStream;

/// How long a client should wait before it comes back, in milliseconds.
const RETRY_MILLIS: u32 = 2_000;

/// Whether the client asks for server-sent events.
#[must_use]
pub fn is_wanted(head: &Head<'_>) -> bool {
    let media_type = |range: &str| range.split(';').next().map(str::trim).map(str::to_ascii_lowercase);
    head.words("accept").any(|range| media_type(range).as_deref() == Some("text/event-stream"))
}

/// What the client says it has.
///
/// # Errors
/// 400 for what is no id.
pub fn last_event_id(head: &Head<'_>) -> std::result::Result<Option<i64>, ApiError> {
    let Some(value) = head.header("last-event-id") else { return Ok(None) };
    let number = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| ApiError::bad_request("Last-Event-ID is not an integer"))
}

/// Sends events until the client is `gone` or the stream is over.
///
/// # Errors
/// The connection broke.
pub async fn serve(
    stream: &TcpStream,
    reader: Box<QueueReader>,
    extras: &Extras,
    chunks: bool,
    gone: impl Future<Output = ()>,
) -> Result<()> {
    let mut gone = pin!(gone);
    let mut response = respond::json_bytes(200, Bytes::new());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that collect answers are told not to.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    extras.write(response.headers_mut());
    begin(stream, &response, chunks).await?;
    let mut after = reader.position();
    loop {
        let read = tokio::select! {
            biased;
            read = reader.read_after(after) => read,
            () = &mut gone => return Ok(()),
        };
        let text = read.and_then(|batch| messages(&batch));
        match text {
            Ok((last, text)) => {
                send(stream, &text, chunks).await?;
                after = last;
            }
            Err(error) => {
                send(stream, &format!("event: end\ndata: {}\n\n", error.to_json()), chunks).await?;
                return if chunks { wire::write(stream, [b"0\r\n\r\n"]).await } else { Ok(()) };
            }
        }
    }
}

async fn begin(stream: &TcpStream, response: &Response<Bytes>, chunks: bool) -> Result<()> {
    let framing = chunks.then_some(("transfer-encoding", "chunked"));
    wire::write(stream, [&wire::head(response, framing, false)]).await?;
    send(stream, &format!("retry: {RETRY_MILLIS}\n\n"), chunks).await
}

async fn send(stream: &TcpStream, text: &str, chunks: bool) -> Result<()> {
    if chunks {
        wire::write(stream, [format!("{:x}\r\n", text.len()).as_bytes(), text.as_bytes(), b"\r\n"]).await
    } else {
        wire::write(stream, [text.as_bytes()]).await
    }
}

/// The messages of a batch and the id of the last.
fn messages(batch: &Batch) -> std::result::Result<(tidings_types::EventId, String), ApiError> {
    use std::fmt::Write;
    let events = batch.events()?;
    let last = events.last().map(|(id, _)| *id).ok_or(ApiError::Internal {})?;
    let mut text = String::with_capacity(events.iter().map(|(_, json)| json.len() + 32).sum());
    for (id, json) in events {
        // An event's JSON is one line.
        let _ = write!(text, "id: {id}\ndata: {json}\n\n");
    }
    Ok((last, text))
}
