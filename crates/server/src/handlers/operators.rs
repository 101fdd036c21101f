//! Pages for whoever runs the server. They say nothing about people.

use crate::app::App;
use crate::http::client_address::is_forwarded;
use crate::http::respond;
use bytes::Bytes;
use hyper::header::{self, AUTHORIZATION, HeaderValue};
use hyper::{HeaderMap, Response};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use tidings_types::ApiError;

/// Whether the server can do its work: 200, or 503 while it stops, or if nothing can be changed any more.
pub fn health(app: &App) -> Response<Bytes> {
    if app.realm.is_stopping() || !app.realm.is_writable() {
        return respond::error(&ApiError::NotReady {});
    }
    respond::success(&serde_json::json!({ "status": "ok" }), &[])
}

/// Figures in the text form of Prometheus.
pub fn metrics(app: &App, client: IpAddr, headers: &HeaderMap) -> Response<Bytes> {
    if let Err(error) = check_may_see_metrics(app.config.metrics_token.as_deref(), client, headers) {
        return respond::error(&error);
    }
    let (queues, parked) = app.realm.registry.counts();
    let (entries, bytes) = app.realm.log.size();
    metrics::gauge!("tidings_queues").set(queues as f64);
    metrics::gauge!("tidings_polls_parked").set(parked as f64);
    metrics::gauge!("tidings_log_entries").set(entries as f64);
    metrics::gauge!("tidings_log_bytes").set(bytes as f64);
    metrics::gauge!("tidings_log_seq").set(app.realm.state().seq as f64);
    app.metrics.run_upkeep();
    let mut response = Response::new(Bytes::from(app.metrics.render()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}

/// Figures tell how many people there are and when they are awake. So they are for who has the token, or, where none is
/// set, for programs on this machine; not for those who come through a proxy on it, wherever they are.
fn check_may_see_metrics(token: Option<&str>, client: IpAddr, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(token) = token else {
        if client.is_loopback() && !is_forwarded(headers) {
            return Ok(());
        }
        let text = "Metrics are only for programs on the server's machine, unless `metrics_token` is set";
        return Err(ApiError::Forbidden { text: text.to_owned() });
    };
    let given = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().split_at_checked(BEARER.len()));
    let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(BEARER)).map(|(_, given)| given);
    // Hashes are compared, so that the time it takes says nothing of the token.
    if given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(token)) {
        return Ok(());
    }
    Err(ApiError::unauthorized("Invalid metrics token"))
}

const BEARER: &[u8] = b"Bearer ";
