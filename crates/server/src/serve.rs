//! Accepts connections, hands polls to the short way and everything else to the general router, and stops cleanly:
//! no new connections, parked polls answered, running requests finished.

use crate::app::App;
use crate::http::pipeline::BoxFuture;
use crate::http::respond::{self, Body};
use crate::http::stalled::StallLimit;
use crate::http::{auth, body};
use crate::router;
use crate::transports::long_poll::{self, Extras, ParkedPoll, Started};
use axum::Router;
use futures_util::FutureExt;
use http_body_util::Either;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tidings_types::ApiError;
use tidings_types::endpoints::events::GetEventsRequest;
use tidings_types::params::{ParamSource, Request as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service as _;

/// How long running requests may take when the server stops.
const STOP_SECS_MAX: u64 = 10;

/// How long a connection may take to send its headers, or lie idle between requests.
const IDLE_CONNECTION_SECS: u64 = 120;

/// How long a client may take none of an answer that waits for it.
const STALL_SECS_MAX: u64 = 60;

/// Bytes of headers, the request line included. Hyper's buffer for them grows only as needed.
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// Serves until `stop` is done, then stops cleanly.
///
/// # Errors
/// The listening socket fails.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let front = Front { app: Arc::clone(&app), router: router::router(Arc::clone(&app)), peer: listener.local_addr()? };
    let connections = Arc::new(Semaphore::new(app.config.connections_max));
    let graceful = GracefulShutdown::new();
    let keepers = [
        tokio::spawn(crate::queues::keep(Arc::clone(&app.realm))),
        tokio::spawn(keep_limits(Arc::clone(&app))),
        tokio::spawn(crate::retention::keep(Arc::clone(&app))),
    ];
    tokio::pin!(stop);
    loop {
        let permit = Arc::clone(&connections).acquire_owned();
        let accepted = tokio::select! {
            () = &mut stop => break,
            (permit, accepted) = async { (permit.await, listener.accept().await) } => accepted.map(|accepted| (permit, accepted)),
        };
        let (permit, (stream, peer)) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = connect(stream, front.at(peer));
        // Mapped, not awaited in a block of its own: a block would hold the connection's state twice.
        tokio::spawn(graceful.watch(connection).map(move |ended| {
            drop(permit);
            // A client that breaks off is not our fault and not worth a line.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
        }));
    }
    app.realm.stop();
    for keeper in &keepers {
        keeper.abort();
    }
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(Duration::from_secs(STOP_SECS_MAX)) => tracing::warn!("some requests did not finish in time"),
    }
    Ok(())
}

async fn keep_limits(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    loop {
        tick.tick().await;
        app.requests.forget_idle();
        app.polls.forget_idle();
        app.logins_from.forget_idle();
        app.logins_for.forget_idle();
    }
}

fn connect(stream: TcpStream, front: Front) -> http1::Connection<TokioIo<StallLimit<TcpStream>>, Front> {
    // Answers are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(IDLE_CONNECTION_SECS))
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(StallLimit::new(stream, Duration::from_secs(STALL_SECS_MAX))), front)
}

/// What a connection talks to.
#[derive(Clone)]
struct Front {
    app: Arc<App>,
    router: Router,
    peer: SocketAddr,
}

impl Front {
    fn at(&self, peer: SocketAddr) -> Self {
        Front { peer, ..self.clone() }
    }

    /// The short way of a poll; none for any other request.
    fn poll(&self, request: &Request<Incoming>) -> Option<Answering> {
        if request.method() != Method::GET || request.uri().path() != "/api/v1/events" {
            return None;
        }
        let answer = self.start_poll(request).transpose()?;
        Some(answer.unwrap_or_else(|error| Answering::Ready(Some(respond::error(&error)))))
    }

    fn start_poll(&self, request: &Request<Incoming>) -> Result<Option<Answering>, ApiError> {
        let header = request.headers().get(AUTHORIZATION).map(hyper::header::HeaderValue::as_bytes);
        let user = auth::authenticate(header, &self.app.realm.state())?;
        let pairs = body::parse_pairs(request.uri().query().unwrap_or_default().as_bytes())?;
        let params = ParamSource::new(pairs, Vec::new());
        let poll = GetEventsRequest::decode(&params)?;
        if poll.queue_id.is_none() && poll.dont_block {
            return Ok(None);
        }
        let allowance = self.app.polls.check(&user.id, self.app.realm.clock.now())?;
        let extras = Extras { allowance, ignored: params.unknown(GetEventsRequest::PARAMS) };
        Ok(Some(match long_poll::start(&self.app, user.id, &poll)? {
            Started::Answer(body) => Answering::Ready(Some(extras.finish(body))),
            Started::Parked(mut parked) => {
                parked.extras = extras;
                Answering::Parked(parked)
            }
            Started::Behind(behind) => {
                let realm = Arc::clone(&self.app.realm);
                Answering::Boxed(Box::pin(async move {
                    match long_poll::catch_up(&realm, behind).await {
                        Ok(Started::Answer(body)) => extras.finish(body),
                        Ok(Started::Parked(mut parked)) => {
                            parked.extras = extras;
                            parked.await
                        }
                        Ok(Started::Behind(_)) => respond::error(&ApiError::Internal {}),
                        Err(error) => respond::error(&error),
                    }
                }))
            }
        }))
    }
}

/// An answer that is there, parked, or worked at.
enum Answering {
    Ready(Option<Response<Body>>),
    Parked(ParkedPoll),
    Boxed(BoxFuture<Response<Body>>),
}

impl Future for Answering {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Answering::Ready(response) => {
                Poll::Ready(Ok(response.take().unwrap_or_else(|| respond::error(&ApiError::Internal {}))))
            }
            Answering::Parked(parked) => Pin::new(parked).poll(cx).map(Ok),
            Answering::Boxed(future) => future.as_mut().poll(cx).map(Ok),
        }
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, mut request: Request<Incoming>) -> Answering {
        if let Some(answering) = self.poll(&request) {
            return answering;
        }
        request.extensions_mut().insert(self.peer);
        let mut router = self.router.clone();
        let answer = async move {
            // A panic in a handler ends this request only.
            let served = tokio::spawn(async move { router.call(request.map(axum::body::Body::new)).await });
            match served.await {
                Ok(Ok(response)) => response.map(Either::Right),
                _ => respond::error(&ApiError::Internal {}),
            }
        };
        Answering::Boxed(Box::pin(answer))
    }
}
