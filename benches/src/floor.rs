//! The floor: a server on the same HTTP stack that does nothing but park every poll and, when told, answer all of
//! them with one shared body of one kilobyte. Three quarters of what it costs is the kernel's.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

type Parked = Arc<Mutex<Vec<oneshot::Sender<Bytes>>>>;

/// Serves on the address in `FLOOR_LISTEN` until killed.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let address = std::env::var("FLOOR_LISTEN").expect("FLOOR_LISTEN");
        let listener = TcpListener::bind(address).await.expect("the address is free");
        let parked = Parked::default();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let parked = Arc::clone(&parked);
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let service = service_fn(move |request| answer(Arc::clone(&parked), request));
                let served = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_secs(120))
                    .max_buf_size(64 * 1024)
                    .serve_connection(TokioIo::new(stream), service);
                let _ = served.await;
            });
        }
    });
}

async fn answer(parked: Parked, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = if request.method() == Method::GET {
        let (sender, receiver) = oneshot::channel();
        parked.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        drop(request);
        receiver.await.unwrap_or_default()
    } else {
        let body = Bytes::from(vec![b'x'; 1024]);
        let waiting = std::mem::take(&mut *parked.lock().unwrap_or_else(PoisonError::into_inner));
        let count = waiting.len();
        for waiter in waiting {
            let _ = waiter.send(body.clone());
        }
        Bytes::from(count.to_string())
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
