//! A service that an outgoing webhook tells of messages: it keeps what it is sent, and answers what it is told to.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(super) struct Request {
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Request>>,
    answers: Mutex<VecDeque<(u16, String)>>,
}

pub(super) struct Service {
    pub(super) url: String,
    shared: Arc<Shared>,
}

impl Service {
    pub(super) async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("the port"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Service { url, shared }
    }

    /// The next request is answered so; afterwards with `{}`.
    pub(super) fn answer(&self, status: u16, body: &str) {
        self.shared.answers.lock().expect("no panic").push_back((status, body.to_owned()));
    }

    pub(super) fn count(&self) -> usize {
        self.shared.requests.lock().expect("no panic").len()
    }

    /// Waits for requests, and takes them.
    pub(super) async fn take(&self, count: usize) -> Vec<Request> {
        for _ in 0..500 {
            if self.count() >= count {
                return std::mem::take(&mut *self.shared.requests.lock().expect("no panic"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("there were {} requests instead of {count}", self.count());
    }
}

async fn serve(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> impl IntoResponse {
    shared.requests.lock().expect("no panic").push(Request { headers, body });
    let (status, body) = shared.answers.lock().expect("no panic").pop_front().unwrap_or((200, "{}".to_owned()));
    (
        StatusCode::from_u16(status).expect("a status"),
        [("location", "/elsewhere"), ("content-type", "application/json")],
        body,
    )
}
