//! Writing answers to a connection, for what does not go through the general HTTP stack.

use bytes::Bytes;
use hyper::Response;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;

/// How long a client may take none of an answer that waits for it.
pub const STALL_SECS_MAX: u64 = 60;

/// The head of an answer: its status line and headers, the date, and the empty line. `framing` is the header that
/// says how its body ends, if it has one.
#[must_use]
pub fn head<B>(response: &Response<B>, framing: Option<(&str, &str)>, keep_alive: bool) -> Vec<u8> {
    let status = response.status();
    let mut head = Vec::with_capacity(384);
    head.extend_from_slice(b"HTTP/1.1 ");
    head.extend_from_slice(status.as_str().as_bytes());
    head.push(b' ');
    head.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    for (name, value) in response.headers() {
        line(&mut head, name.as_str(), value.as_bytes());
    }
    #[expect(clippy::disallowed_methods, reason = "clients compare it with their own clocks, not with the tests'")]
    let now = SystemTime::now();
    line(&mut head, "date", httpdate::fmt_http_date(now).as_bytes());
    if let Some((name, value)) = framing {
        line(&mut head, name, value.as_bytes());
    }
    if !keep_alive {
        line(&mut head, "connection", b"close");
    }
    head.extend_from_slice(b"\r\n\r\n");
    head
}

fn line(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(b"\r\n");
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
}

/// Writes a whole answer, in one go if the client takes it.
///
/// # Errors
/// The connection broke, or the client took nothing for [`STALL_SECS_MAX`].
pub async fn respond(stream: &TcpStream, response: &Response<Bytes>, keep_alive: bool) -> Result<()> {
    let head = head(response, Some(("content-length", &response.body().len().to_string())), keep_alive);
    write(stream, [&head, response.body()]).await
}

/// Writes all parts in order.
///
/// # Errors
/// As [`respond`].
pub async fn write<const N: usize>(stream: &TcpStream, parts: [&[u8]; N]) -> Result<()> {
    let mut slices = parts.map(IoSlice::new);
    let mut rest = &mut slices[..];
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match stream.try_write_vectored(rest) {
            Ok(0) => return Err(Error::from(ErrorKind::WriteZero)),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let writable = tokio::time::timeout(Duration::from_secs(STALL_SECS_MAX), stream.writable());
                writable.await.map_err(|_| Error::from(ErrorKind::TimedOut))??;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
