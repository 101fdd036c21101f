//! Pages for whoever runs the server. They say nothing about people.

use crate::app::App;
use crate::http::respond;
use bytes::Bytes;
use hyper::Response;
use hyper::header::{self, HeaderValue};
use tidings_types::ApiError;

/// Whether the server can do its work: 200, or 503 while it stops, or if nothing can be changed any more.
pub fn health(app: &App) -> Response<Bytes> {
    if app.realm.is_stopping() || !app.realm.is_writable() {
        return respond::error(&ApiError::NotReady {});
    }
    respond::success(&serde_json::json!({ "status": "ok" }), &[])
}

/// Figures in the text form of Prometheus.
pub fn metrics(app: &App) -> Response<Bytes> {
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
