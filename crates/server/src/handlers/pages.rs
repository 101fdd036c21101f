//! The documentation pages below `/api/`. Public; they are made of the API's own description, and filled in with the
//! product's words and the address that the reader came to.

use crate::app::App;
use crate::http::cached::Cached;
use crate::http::respond;
use crate::openapi::{Version, document, prose};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use std::sync::{Arc, OnceLock};
use tidings_pages::{ErrorCode, Site, Words, assets};
use tidings_types::brand::Brand;
use tidings_types::error::{ApiError, ErrorKind};

/// Seconds that clients may use style and script without asking: a new version of the server should be seen soon.
const MAX_AGE_SECS: u32 = 300;

/// Pages load nothing from elsewhere but pictures, run no script but ours, and are not shown in frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of all pages.
pub fn router(app: Arc<App>) -> Router {
    let pages = Arc::new(Pages::new(app));
    let (index, search, assets) = (Arc::clone(&pages), Arc::clone(&pages), Arc::clone(&pages));
    let index = async move |headers: HeaderMap| index.page("index", &headers).map(Body::from);
    let search = async move |headers: HeaderMap| search.search_index(&headers).map(Body::from);
    let asset = async move |Path(name): Path<String>, headers: HeaderMap| assets.asset(&name, &headers).map(Body::from);
    let page = async move |Path(name): Path<String>, headers: HeaderMap| pages.page(&name, &headers).map(Body::from);
    let root = async |headers: HeaderMap| root(&headers).map(Body::from);
    Router::new()
        .route("/", get(root))
        .route("/api", get(index.clone()))
        .route("/api/", get(index))
        .route("/api/search.json", get(search))
        .route("/api/static/{name}", get(asset))
        .route("/api/{page}", get(page))
}

/// All pages under a brand.
#[must_use]
pub fn site(brand: &Brand) -> Site {
    Site::new(&document(brand, "", Version::V3_1), error_codes())
}

/// All pages of a server.
pub struct Pages {
    app: Arc<App>,
    site: OnceLock<Site>,
    assets: [(&'static str, Cached); 3],
}

impl Pages {
    /// To be made when one is asked for.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let cached = |text: String, content_type| Cached::new(text, content_type, MAX_AGE_SECS);
        let assets = [
            ("style.css", cached(assets::STYLE.to_owned(), "text/css; charset=utf-8")),
            ("brand.css", cached(assets::brand_style(&app.config.brand), "text/css; charset=utf-8")),
            ("page.js", cached(assets::SCRIPT.to_owned(), "text/javascript; charset=utf-8")),
        ];
        Pages { app, site: OnceLock::new(), assets }
    }

    fn site(&self) -> &Site {
        self.site.get_or_init(|| site(&self.app.config.brand))
    }

    /// A page by its name.
    #[must_use]
    pub fn page(&self, name: &str, request: &HeaderMap) -> Response<Bytes> {
        let address = self.address(request);
        let words = Words { brand: &self.app.config.brand, site: &address };
        let (status, text) = match self.site().page(name, words) {
            Some(text) => (StatusCode::OK, text),
            None => (StatusCode::NOT_FOUND, self.site().not_found(words)),
        };
        answer(status, "text/html; charset=utf-8", text)
    }

    /// What the search looks through.
    #[must_use]
    pub fn search_index(&self, request: &HeaderMap) -> Response<Bytes> {
        let address = self.address(request);
        let words = Words { brand: &self.app.config.brand, site: &address };
        answer(StatusCode::OK, "application/json", self.site().search_index(words).to_string())
    }

    /// Style or script.
    #[must_use]
    pub fn asset(&self, name: &str, request: &HeaderMap) -> Response<Bytes> {
        match self.assets.iter().find(|(known, _)| *known == name) {
            Some((_, asset)) => asset.answer(request),
            None => self.page("", request),
        }
    }

    /// Where the reader's programs reach this server: as it was configured, or else where the reader came to.
    fn address(&self, request: &HeaderMap) -> String {
        let configured = self.app.config.external_url.clone();
        let host = request.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
        let came_to = || host.map(|host| format!("http://{host}"));
        let address = configured.or_else(came_to).unwrap_or_else(|| self.app.realm.state().realm.url.clone());
        address.trim_end_matches('/').to_owned()
    }
}

/// People who open the server's address in a browser are led to the pages; programs are told that there is no endpoint.
fn root(request: &HeaderMap) -> Response<Bytes> {
    let accepted = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if accepted.contains("text/html") {
        let mut response = answer(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "See /api/\n".to_owned());
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/api/"));
        response
    } else {
        respond::error(&ApiError::NoSuchEndpoint {})
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c))
}

fn answer(status: StatusCode, content_type: &'static str, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Every code once for each status, with the sentences of all rows that have both; those without a code last.
fn error_codes() -> Vec<ErrorCode> {
    let mut codes: Vec<ErrorCode> = Vec::new();
    for spec in ErrorKind::ALL.iter().map(|kind| kind.spec()) {
        let (code, doc) = (spec.code.unwrap_or_default(), prose(spec.doc));
        match codes.iter_mut().find(|known| known.code == code && known.status == spec.status) {
            Some(known) => known.doc = format!("{} {doc}", known.doc),
            None => codes.push(ErrorCode { code: code.to_owned(), status: spec.status, doc }),
        }
    }
    codes.sort_by_key(|code| code.code.is_empty());
    codes
}
