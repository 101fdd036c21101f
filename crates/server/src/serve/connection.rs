//! One connection: polls and streams are answered here, everything else by the general HTTP stack.
//!
//! Polls are most of what a server of events does, and nearly all of what it keeps waiting. So they are read, parked
//! and answered without the general stack: a parked poll has its socket, its place in the queue, and no buffer.

use crate::app::App;
use crate::http::respond;
use crate::http::{auth, body};
use crate::serve::general::{self, HEADER_BYTES_MAX, IDLE_CONNECTION_SECS};
use crate::serve::head::{self, Head, Parsed};
use crate::serve::wire;
use crate::transports::long_poll::{self, Extras, ParkedPoll, Started};
use crate::transports::stream::QueueReader;
use crate::transports::{sse, websocket};
use axum::Router;
use bytes::Bytes;
use hyper::Response;
use std::io::{ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tidings_types::ApiError;
use tidings_types::endpoints::events::GetEventsRequest;
use tidings_types::params::{ParamSource, Request as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long a connection may lie idle between requests, and how long the head of one may take.
const IDLE_MAX: Duration = Duration::from_secs(IDLE_CONNECTION_SECS);

/// Bytes read at once.
const READ_BYTES: usize = 8 * 1024;

/// What all connections share.
pub struct Front {
    /// The server.
    pub app: Arc<App>,
    /// Answers what is not a poll.
    pub router: Router,
    /// Becomes true when the server stops.
    pub stop: watch::Receiver<bool>,
}

/// How a request is answered.
enum Answer {
    /// Its head is not all here.
    More,
    /// By the general stack.
    General,
    Ready(Response<Bytes>),
    Parked(ParkedPoll, Extras),
    /// The store has to be asked.
    Behind(Started, Extras),
    /// As server-sent events, in chunks or until the connection ends.
    Sse(Box<QueueReader>, Extras, bool),
    WebSocket(Box<QueueReader>, websocket::Handshake, Extras),
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        Answer::Ready(respond::error(&error))
    }
}

/// Serves a connection until it ends.
pub async fn serve(front: Arc<Front>, mut stream: TcpStream, peer: SocketAddr) {
    let mut read = Vec::new();
    let mut looked_at = 0;
    let mut deadline = Instant::now() + IDLE_MAX;
    loop {
        let (answer, keep_alive) = front.answer(&mut read, looked_at);
        let response = match answer {
            Answer::More => {
                let began = !read.is_empty();
                looked_at = read.len();
                if !front.more(&stream, &mut read, deadline).await {
                    return;
                }
                // All of a head has as long as lying idle, however slowly it comes.
                if !began {
                    deadline = Instant::now() + IDLE_MAX;
                }
                continue;
            }
            Answer::General => {
                let first = Bytes::from(std::mem::take(&mut read));
                let served = general::serve(stream, first, front.router.clone(), peer, front.stopped());
                let Some((back, rest)) = Box::pin(served).await else { return };
                (stream, read) = (back, rest.into());
                (looked_at, deadline) = (0, Instant::now() + IDLE_MAX);
                continue;
            }
            Answer::Ready(response) => response,
            Answer::Parked(parked, extras) => {
                let body = tokio::select! {
                    biased;
                    body = parked => body,
                    () = gone(&stream, &mut read) => return,
                };
                finish(&extras, body.map(Some))
            }
            Answer::Behind(started, extras) => {
                let body = tokio::select! {
                    biased;
                    body = Box::pin(long_poll::wait(&front.app.realm, started)) => body,
                    () = gone(&stream, &mut read) => return,
                };
                finish(&extras, body)
            }
            Answer::Sse(reader, extras, chunks) => {
                let _ = Box::pin(sse::serve(&stream, reader, &extras, chunks, gone(&stream, &mut read))).await;
                return;
            }
            Answer::WebSocket(reader, handshake, extras) => {
                Box::pin(websocket::serve(stream, read, reader, handshake, &extras)).await;
                return;
            }
        };
        let keep_alive = keep_alive && !front.app.realm.is_stopping();
        if wire::respond(&stream, &response, keep_alive).await.is_err() || !keep_alive {
            return;
        }
        (looked_at, deadline) = (0, Instant::now() + IDLE_MAX);
    }
}

fn finish(extras: &Extras, body: std::result::Result<Option<Vec<u8>>, ApiError>) -> Response<Bytes> {
    match body.and_then(|body| body.ok_or(ApiError::Superseded {})) {
        Ok(body) => extras.finish(body),
        Err(error) => respond::error(&error),
    }
}

impl Front {
    /// Answers what was read, or says what it takes, and whether the connection can be used again. The head of a
    /// poll is taken out of `read`.
    fn answer(&self, read: &mut Vec<u8>, looked_at: usize) -> (Answer, bool) {
        if read.is_empty() {
            return (Answer::More, true);
        }
        let (answer, keep_alive, length) = match head::parse(read, looked_at) {
            Parsed::Partial if read.len() < HEADER_BYTES_MAX => return (Answer::More, true),
            Parsed::Partial | Parsed::Other => return (Answer::General, true),
            Parsed::Poll(head) => match self.begin(&head) {
                Ok(Answer::General) => return (Answer::General, true),
                begun => (begun.unwrap_or_else(Answer::from), head.keep_alive, head.length),
            },
        };
        // Nothing is kept for a next request that is not here.
        *read = read.split_off(length);
        (answer, keep_alive)
    }

    fn begin(&self, head: &Head<'_>) -> std::result::Result<Answer, ApiError> {
        let realm = &self.app.realm;
        let handshake = websocket::Handshake::of(head)?;
        let authorization = handshake.as_ref().and_then(websocket::Handshake::authorization);
        let authorization = authorization.or_else(|| head.header("authorization").map(<[u8]>::to_vec));
        let user = auth::authenticate(authorization.as_deref(), &realm.state())?;
        let params = ParamSource::new(body::parse_pairs(head.query.as_bytes())?, Vec::new());
        let mut request = GetEventsRequest::decode(&params)?;
        if request.queue_id.is_none() && request.dont_block {
            return Ok(Answer::General);
        }
        let allowance = self.app.polls.check(&user.id, realm.clock.now())?;
        let extras = Extras { allowance, ignored: params.unknown(GetEventsRequest::PARAMS) };
        let is_sse = sse::is_wanted(head);
        if handshake.is_some() || is_sse {
            request.last_event_id = sse::last_event_id(head)?.or(request.last_event_id);
            let authorization = authorization.unwrap_or_default();
            let reader = Box::new(QueueReader::begin(realm, user.id, &request, authorization)?);
            return Ok(match handshake {
                Some(handshake) => Answer::WebSocket(reader, handshake, extras),
                None => Answer::Sse(reader, extras, head.chunks),
            });
        }
        Ok(match long_poll::start(realm, user.id, &request)? {
            Started::Answer(body) => Answer::Ready(extras.finish(body)),
            Started::Parked(parked) => Answer::Parked(parked, extras),
            started @ (Started::Behind(_) | Started::Superseded) => Answer::Behind(started, extras),
        })
    }

    /// Waits for more of a request. False when the connection is over.
    async fn more(&self, stream: &TcpStream, read: &mut Vec<u8>, deadline: Instant) -> bool {
        let began = !read.is_empty();
        let arrived = async {
            loop {
                match read_some(stream, read) {
                    Ok(length) => return length > 0,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => return false,
                }
                if stream.readable().await.is_err() {
                    return false;
                }
            }
        };
        tokio::select! {
            biased;
            arrived = arrived => arrived,
            () = self.stopped(), if !began => false,
            () = tokio::time::sleep_until(deadline) => false,
        }
    }

    /// Waits until the server stops.
    fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.clone();
        async move {
            // Whoever would tell is gone, so the server is, too.
            let _ = stop.wait_for(|stopping| *stopping).await;
        }
    }
}

fn read_some(stream: &TcpStream, read: &mut Vec<u8>) -> Result<usize> {
    let mut space = [0; READ_BYTES];
    let length = stream.try_read(&mut space)?;
    read.extend_from_slice(&space[..length]);
    Ok(length)
}

/// Waits until the client has gone away. What it sends meanwhile is kept for later, within bounds.
async fn gone(stream: &TcpStream, read: &mut Vec<u8>) {
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        match read_some(stream, read) {
            Ok(0) => return,
            Ok(_) if read.len() > HEADER_BYTES_MAX => std::future::pending().await,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
