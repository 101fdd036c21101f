//! What the pages with forms for people who are not logged in have in common: `/join`, `/join/{key}`, `/confirm/{key}`.
//! Browsers get pages; programs that accept JSON get that.

use crate::app::App;
use crate::http::client_address::network_of;
use crate::http::{pipeline, respond};
use axum::body::Body;
use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;
use tidings_types::ApiError;
use tidings_types::params::ParamSource;

/// The pages load their style only, and their forms go here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// Somebody's request for such a page.
pub struct Visit {
    /// The server's parts.
    pub app: Arc<App>,
    /// What the path ends with; empty where it has no key.
    pub key: String,
    /// From where.
    pub address: IpAddr,
    /// With which headers.
    pub headers: HeaderMap,
    /// With which query.
    pub query: Option<String>,
}

impl Visit {
    /// Counts it as log-ins are: keys can be guessed.
    pub(super) fn count(&self) -> Result<(), ApiError> {
        let now = self.app.realm.clock.now();
        self.app.logins_from.check(&network_of(self.address), now).map(|_| ())
    }

    /// What the form was filled in with. Counts.
    pub(super) async fn form(&self, body: Body) -> Result<ParamSource, ApiError> {
        self.count()?;
        self.params(body).await
    }

    /// The same for a form that has limits of its own.
    pub(super) async fn params(&self, body: Body) -> Result<ParamSource, ApiError> {
        let brought = pipeline::read(&self.app, &self.headers, self.query.as_deref(), body, None).await?;
        Ok(brought.params)
    }

    /// What came of it: as JSON for programs, else as the page that `shown` makes.
    pub(super) fn answer<T: Serialize>(
        &self,
        outcome: &Result<T, ApiError>,
        shown: impl FnOnce() -> String,
    ) -> Response<Bytes> {
        match outcome {
            _ if !wants_json(&self.headers) => page(outcome.as_ref().map_or_else(ApiError::status, |_| 200), shown()),
            Ok(told) => respond::success(told, &[]),
            Err(error) => respond::error(error),
        }
    }
}

/// A parameter that has to be there.
pub(super) fn given(params: &ParamSource, name: &str) -> Result<String, ApiError> {
    let text = params.last(name).map(str::to_owned);
    text.ok_or_else(|| ApiError::MissingParameter { var_name: name.to_owned() })
}

/// Whether a program asks.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("text/html")
}

/// A page with a form, which nobody keeps a copy of.
fn page(status: u16, html: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(html));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store, private"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
