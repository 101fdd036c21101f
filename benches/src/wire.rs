//! A small HTTP/1.1 client for keep-alive connections, so that the load generator leaves the cores to the server.

use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens a connection.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::new() })
    }

    /// Sends a request that was put together by [`request`].
    pub(crate) async fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request).await
    }

    /// Reads one answer; its body, if the status is 200.
    pub(crate) async fn receive(&mut self) -> io::Result<Vec<u8>> {
        self.buffer.clear();
        loop {
            if let Some((status, start, length)) = head(&self.buffer)
                && self.buffer.len() >= start + length
            {
                let body = self.buffer[start..start + length].to_vec();
                // What waits for long should not hold memory for it.
                self.buffer = Vec::new();
                if status == 200 {
                    return Ok(body);
                }
                return Err(io::Error::other(format!("{status}: {}", String::from_utf8_lossy(&body))));
            }
            let mut chunk = [0; 16 * 1024];
            let read = self.stream.read(&mut chunk).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..read]);
        }
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn call(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.send(request).await?;
        self.receive().await
    }
}

/// Status, where the body starts, and how long it is; none if the head is not complete.
fn head(buffer: &[u8]) -> Option<(u16, usize, usize)> {
    let start = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..start]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Some((status, start, length.unwrap_or(0)))
}

/// A request with a form as its body (or in its query, for `GET`), as a user.
pub(crate) fn request(method: &str, path: &str, authorization: &str, form: &str) -> Vec<u8> {
    let common = format!("Host: localhost\r\nAuthorization: {authorization}\r\nUser-Agent: TidingsBench/1.0\r\n");
    if method == "GET" {
        return format!("GET {path}?{form} HTTP/1.1\r\n{common}\r\n").into_bytes();
    }
    let length = form.len();
    format!(
        "{method} {path} HTTP/1.1\r\n{common}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

/// Text as it stands in a form.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
