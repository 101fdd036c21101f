//! The OpenAPI document, in each of its versions. Public; made when it is first asked for.

use crate::app::App;
use crate::http::cached::Cached;
use crate::openapi::{Version, document};
use bytes::Bytes;
use hyper::{HeaderMap, Response};
use std::sync::{Arc, OnceLock};

/// Seconds that clients may use the document without asking: a new version of the server should be seen soon.
const MAX_AGE_SECS: u32 = 300;

/// The document of one version.
pub struct OpenApi {
    app: Arc<App>,
    version: Version,
    made: OnceLock<Cached>,
}

impl OpenApi {
    /// To be made when it is asked for.
    #[must_use]
    pub fn new(app: Arc<App>, version: Version) -> Self {
        OpenApi { app, version, made: OnceLock::new() }
    }

    /// The document, or 304 for a client that has it.
    #[must_use]
    pub fn answer(&self, headers: &HeaderMap) -> Response<Bytes> {
        let make = || {
            let site = self.app.realm.state().realm.url.clone();
            let document = document(&self.app.config.brand, &site, self.version);
            Cached::new(document.to_string(), "application/json", MAX_AGE_SECS)
        };
        self.made.get_or_init(make).answer(headers)
    }
}
