//! Everything that is not a poll: the general HTTP stack, which has the connection only while it has something to do.
//!
//! A connection between two requests needs no parser, no buffers and no state of a stack. So it is lent to the stack
//! with the first bytes of a request, and given back when the answer is on its way: when the request was read to its
//! end, the answer was written and flushed, and the stack asks for more. Where any of this is in doubt, as after a
//! body that nobody read, the stack keeps the connection until it ends.

use crate::http::respond;
use crate::http::stalled::StallLimit;
use crate::serve::wire::STALL_SECS_MAX;
use axum::Router;
use axum::body::Body;
use bytes::{Buf, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::header::CONNECTION;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io::Result;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tidings_types::ApiError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tower::Service as _;

/// How long a connection may take to send its headers, or lie idle between requests.
pub const IDLE_CONNECTION_SECS: u64 = 120;

/// Bytes of headers, the request line included. The buffer for them grows only as needed.
pub const HEADER_BYTES_MAX: usize = 64 * 1024;

/// Serves the request that begins with what was `read`, and those that follow at once. Returns the connection for
/// the next one, with what was read of it; none when the connection is over. `stop` asks it to end after the answer.
pub async fn serve(
    stream: TcpStream,
    read: Bytes,
    router: Router,
    peer: SocketAddr,
    stop: impl Future<Output = ()>,
) -> Option<(TcpStream, Bytes)> {
    let exchange = Arc::new(Exchange::default());
    let stream = StallLimit::new(stream, Duration::from_secs(STALL_SECS_MAX));
    let lent = Lent { stream, read, exchange: Arc::clone(&exchange) };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Who has said everything may close its side and still wants the answer.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(IDLE_CONNECTION_SECS))
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(lent), General { router, peer, exchange: Arc::clone(&exchange) });
    let mut stop = pin!(stop);
    let mut stopping = false;
    let ended = std::future::poll_fn(|cx| {
        if !stopping && stop.as_mut().poll(cx).is_ready() {
            stopping = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
        match connection.poll_without_shutdown(cx) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending if exchange.given_back.load(Ordering::Acquire) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    });
    let ended = ended.await;
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner().stream;
    match ended {
        None => Some((stream.into_inner(), parts.read_buf)),
        Some(ended) => {
            // A client that breaks off is not our fault and not worth a line.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
            None
        }
    }
}

/// How far the request and its answer are. All is false when a request begins.
#[derive(Default)]
struct Exchange {
    /// The client wants to use the connection again.
    reusable: AtomicBool,
    /// The request was read to its end.
    arrived: AtomicBool,
    /// The stack has all of the answer.
    answered: AtomicBool,
    /// The network has it.
    flushed: AtomicBool,
    /// The stack would read the next request.
    given_back: AtomicBool,
}

impl Exchange {
    fn begin(&self, reusable: bool, arrived: bool) {
        self.reusable.store(reusable, Ordering::Release);
        self.arrived.store(arrived, Ordering::Release);
        self.answered.store(false, Ordering::Release);
        self.flushed.store(false, Ordering::Release);
    }

    fn is_over(&self) -> bool {
        [&self.reusable, &self.arrived, &self.answered, &self.flushed].iter().all(|part| part.load(Ordering::Acquire))
    }
}

/// The connection while the stack has it.
struct Lent {
    stream: StallLimit<TcpStream>,
    /// What was read before.
    read: Bytes,
    exchange: Arc<Exchange>,
}

impl AsyncRead for Lent {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        if self.read.has_remaining() {
            let length = self.read.len().min(buffer.remaining());
            buffer.put_slice(&self.read.split_to(length));
            return Poll::Ready(Ok(()));
        }
        if self.exchange.is_over() {
            self.exchange.given_back.store(true, Ordering::Release);
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Lent {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        // The stack flushes only when its own buffer is empty.
        if flushed.is_ready() && self.exchange.answered.load(Ordering::Acquire) {
            self.exchange.flushed.store(true, Ordering::Release);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What the stack asks for answers.
struct General {
    router: Router,
    peer: SocketAddr,
    exchange: Arc<Exchange>,
}

impl Service<Request<Incoming>> for General {
    type Response = Response<Leaving>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Response<Leaving>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let keeps = |value: &hyper::header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"keep-alive");
        let reusable = request.version() == Version::HTTP_11 && request.headers().get_all(CONNECTION).iter().all(keeps);
        self.exchange.begin(reusable, request.body().is_end_stream());
        let mut request = request.map(|body| Body::new(Arriving { body, exchange: Arc::clone(&self.exchange) }));
        request.extensions_mut().insert(self.peer);
        let (mut router, exchange) = (self.router.clone(), Arc::clone(&self.exchange));
        Box::pin(async move {
            // A panic in a handler ends this request only.
            let served = tokio::spawn(async move { router.call(request).await }).await;
            let response = match served {
                Ok(Ok(response)) => response,
                _ => respond::error(&ApiError::Internal {}).map(Body::from),
            };
            Ok(response.map(|body| Leaving { body, exchange }))
        })
    }
}

/// The body of a request.
struct Arriving {
    body: Incoming,
    exchange: Arc<Exchange>,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.exchange.arrived.store(true, Ordering::Release);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer.
struct Leaving {
    body: Body,
    exchange: Arc<Exchange>,
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.exchange.answered.store(true, Ordering::Release);
    }
}
