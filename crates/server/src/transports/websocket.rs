//! A WebSocket: `GET /events` with `Upgrade: websocket`.
//!
//! Every event is a text message with its JSON. The client may say what it has processed, with a message
//! `{"last_event_id": 8192}`; it need not, as long as it remembers where to go on. A stream that the server ends has
//! as its last message the error that a poll would get, and is closed with code 4000 plus that error's HTTP status.
//!
//! Browsers cannot send an `Authorization` header with a WebSocket. They offer two protocols instead: `events`, which
//! is chosen, and `basic.` followed by what would stand in that header, in the URL-safe base64 without padding.

use crate::http::respond;
use crate::http::stalled::StallLimit;
use crate::serve::head::Head;
use crate::serve::wire::{self, STALL_SECS_MAX};
use crate::transports::long_poll::Extras;
use crate::transports::stream::QueueReader;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, UPGRADE};
use hyper::{Response, StatusCode};
use serde::Deserialize;
use std::pin::pin;
use std::time::Duration;
use tidings_types::{ApiError, EventId};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Bytes of a message of the client, which has little to say.
const MESSAGE_BYTES_MAX: usize = 1_024;

/// Bytes of buffers of a connection; events longer than that are written all the same.
const BUFFER_BYTES: usize = 4 * 1_024;

/// The protocol that is chosen where the client offers protocols.
const PROTOCOL: &str = "events";

/// Before the credentials of clients that cannot send headers.
const BASIC_PREFIX: &str = "basic.";

/// What a client says when it wants a WebSocket.
pub struct Handshake {
    accept: String,
    offers_protocol: bool,
    basic: Option<String>,
}

/// What a client may say later.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acknowledgement {
    last_event_id: i64,
}

impl Handshake {
    /// That of a request; none if it is for something else.
    ///
    /// # Errors
    /// 400 for one that is not complete, or of another version than 13.
    pub fn of(head: &Head<'_>) -> Result<Option<Self>, ApiError> {
        if !head.has_word("upgrade", "websocket") || !head.has_word("connection", "upgrade") {
            return Ok(None);
        }
        let refused = |text: &str| ApiError::bad_request(format!("Invalid WebSocket handshake: {text}"));
        if head.header("sec-websocket-version") != Some(b"13") {
            return Err(refused("Sec-WebSocket-Version has to be 13"));
        }
        let key = head.header("sec-websocket-key").ok_or_else(|| refused("Sec-WebSocket-Key is missing"))?;
        if STANDARD.decode(key).map_or(0, |bytes| bytes.len()) != 16 {
            return Err(refused("Sec-WebSocket-Key is malformed"));
        }
        let basic = head.words("sec-websocket-protocol").find_map(|word| word.strip_prefix(BASIC_PREFIX));
        Ok(Some(Handshake {
            accept: derive_accept_key(key),
            offers_protocol: head.has_word("sec-websocket-protocol", PROTOCOL),
            basic: basic.map(str::to_owned),
        }))
    }

    /// The credentials among the protocols, as an `Authorization` header has them.
    #[must_use]
    pub fn authorization(&self) -> Option<Vec<u8>> {
        let decoded = URL_SAFE_NO_PAD.decode(self.basic.as_ref()?).ok()?;
        Some(format!("Basic {}", STANDARD.encode(decoded)).into_bytes())
    }

    fn response(&self, extras: &Extras) -> Response<Bytes> {
        let mut response = respond::json_bytes(101, Bytes::new());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.remove(CONTENT_TYPE);
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = HeaderValue::from_str(&self.accept) {
            headers.insert(HeaderName::from_static("sec-websocket-accept"), accept);
        }
        if self.offers_protocol {
            headers.insert(HeaderName::from_static("sec-websocket-protocol"), HeaderValue::from_static(PROTOCOL));
        }
        extras.write(headers);
        response
    }
}

type Socket = WebSocketStream<StallLimit<TcpStream>>;

/// Sends events until the client leaves or the stream is over. `read` is what came after the handshake.
pub async fn serve(stream: TcpStream, read: Vec<u8>, reader: Box<QueueReader>, handshake: Handshake, extras: &Extras) {
    if wire::write(&stream, [&wire::head(&handshake.response(extras), None, true)]).await.is_err() {
        return;
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES);
    let stream = StallLimit::new(stream, Duration::from_secs(STALL_SECS_MAX));
    let mut socket = WebSocketStream::from_partially_read(stream, read, Role::Server, Some(config)).await;
    let Err(Some(error)) = exchange(&mut socket, &reader).await else { return };
    let text = error.to_json().to_string();
    let frame = CloseFrame { code: (4_000 + error.status()).into(), reason: error.code().unwrap_or_default().into() };
    if socket.send(Message::text(text)).await.is_ok() {
        let _ = socket.close(Some(frame)).await;
        // The other side answers; what it sends before that is of no interest.
        let closed = async { while let Some(Ok(_)) = socket.next().await {} };
        let _ = tokio::time::timeout(Duration::from_secs(1), closed).await;
    }
}

/// Sends and listens. Ends with the error that the client has to be told; none if there is nobody to tell.
async fn exchange(socket: &mut Socket, reader: &QueueReader) -> Result<(), Option<ApiError>> {
    let mut after = reader.position();
    loop {
        let mut reading = pin!(reader.read_after(after));
        let batch = loop {
            tokio::select! {
                biased;
                batch = &mut reading => break batch?,
                message = socket.next() => listen(message, reader)?,
            }
        };
        let events = batch.events()?;
        for (id, json) in events {
            socket.feed(Message::text(json)).await.map_err(|_| None)?;
            after = id;
        }
        socket.flush().await.map_err(|_| None)?;
    }
}

fn listen(message: Option<Result<Message, Error>>, reader: &QueueReader) -> Result<(), Option<ApiError>> {
    let refused = || Some(ApiError::bad_request("The only message a client sends is {\"last_event_id\": number}"));
    match message {
        Some(Ok(Message::Text(text))) => {
            let Acknowledgement { last_event_id } = serde_json::from_str(&text).map_err(|_| refused())?;
            reader.acknowledge(EventId(last_event_id)).map_err(Some)
        }
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
        Some(Ok(Message::Binary(_))) | Some(Err(Error::Capacity(_))) => Err(refused()),
        Some(Ok(Message::Close(_) | Message::Frame(_)) | Err(_)) | None => Err(None),
    }
}
