//! The way of a request: body, parameters, account, limit, handler, answer. One way for all endpoints but the
//! polls, which take a shorter one.

use super::respond;
use super::{auth, body, client_name};
use crate::app::App;
use crate::files::receive::{self, Received};
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, USER_AGENT};
use hyper::{HeaderMap, Response};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::limits;
use tidings_core::state::users::UserRow;
use tidings_types::ApiError;
use tidings_types::endpoint::{Auth, Endpoint, FileKind};
use tidings_types::params::{ParamSource, Request};

/// A request to an endpoint that needs an account.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub app: Arc<App>,
    /// Who asks, as of the request's arrival.
    pub user: Arc<UserRow>,
    /// What program asks.
    pub client: String,
    /// The headers of the request.
    pub headers: Arc<HeaderMap>,
    /// The file in its form, for endpoints that take one.
    pub file: Option<Arc<Received>>,
}

/// A request to an endpoint that anyone may use.
#[derive(Clone)]
pub struct AnonymousCtx {
    /// The server.
    pub app: Arc<App>,
    /// Where it comes from.
    pub address: IpAddr,
    /// What program asks.
    pub client: String,
}

/// What arrived, apart from its parameters.
#[derive(Clone)]
pub struct Arrived {
    /// The server.
    pub app: Arc<App>,
    /// Where it comes from.
    pub address: IpAddr,
    /// Its headers.
    pub headers: Arc<HeaderMap>,
    /// The file in its form.
    pub file: Option<Arc<Received>>,
}

/// A future that is boxed, so that connections do not have to hold the largest of all handlers.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An endpoint's handler behind its types.
pub type Handler = Arc<dyn Fn(Arrived, ParamSource) -> BoxFuture<Response<Bytes>> + Send + Sync>;

/// Makes a handler of an endpoint that needs an account.
pub fn authenticated<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<E::Response, ApiError>> + Send + 'static,
{
    with_account::<E, _, _, _>(handler, |answer, ignored| respond::success(&answer, ignored))
}

/// Makes a handler of an endpoint that needs an account and writes the fields of its answer itself, after
/// [`respond::begin`], because they are many.
pub fn written<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<u8>, ApiError>> + Send + 'static,
{
    with_account::<E, _, _, _>(handler, respond::end)
}

fn with_account<E, F, Fut, T>(handler: F, shape: fn(T, &[String]) -> Response<Bytes>) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + Send + 'static,
    T: Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::Basic), "this endpoint needs no account") };
    Arc::new(move |arrived, params| {
        let handler = handler.clone();
        Box::pin(async move {
            let app = Arc::clone(&arrived.app);
            let header = arrived.headers.get(AUTHORIZATION).map(|value| value.as_bytes().to_vec());
            let user = match auth::authenticate(header.as_deref(), &app.realm.state()) {
                Ok(user) => user,
                Err(error) => return respond::error(&error),
            };
            let allowance = match app.requests.check(&user.id, app.realm.clock.now()) {
                Ok(allowance) => allowance,
                Err(error) => return respond::error(&error),
            };
            let client = client_of(&arrived.headers, &params);
            let ctx = Ctx { app, user, client, headers: arrived.headers, file: arrived.file };
            let mut response = answer::<E, _, _>(&params, |request| handler(ctx, request), shape).await;
            if let Some(allowance) = allowance {
                allowance.write(response.headers_mut());
            }
            response
        })
    })
}

/// Makes a handler of an endpoint that anyone may use.
pub fn anonymous<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(AnonymousCtx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<E::Response, ApiError>> + Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::None), "this endpoint needs an account") };
    Arc::new(move |arrived, params| {
        let handler = handler.clone();
        Box::pin(async move {
            let client = client_of(&arrived.headers, &params);
            let ctx = AnonymousCtx { app: arrived.app, address: arrived.address, client };
            let shape = |answer: E::Response, ignored: &[String]| respond::success(&answer, ignored);
            answer::<E, _, _>(&params, |request| handler(ctx, request), shape).await
        })
    })
}

fn client_of(headers: &HeaderMap, params: &ParamSource) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    client_name::client_name(params.last("client"), agent)
}

async fn answer<E, Fut, T>(
    params: &ParamSource,
    handler: impl FnOnce(E::Request) -> Fut,
    shape: fn(T, &[String]) -> Response<Bytes>,
) -> Response<Bytes>
where
    E: Endpoint,
    Fut: Future<Output = Result<T, ApiError>>,
{
    let answer = match E::Request::decode(params) {
        Ok(request) => handler(request).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => shape(answer, &params.unknown(E::Request::PARAMS)),
        Err(error) => respond::error(&error),
    }
}

/// Bytes of a body from somebody who has not said who they are, or not truly. All that they can ask for is short,
/// and anybody may open connections.
const ANONYMOUS_BODY_BYTES_MAX: usize = 16 << 10;

/// What a request brings besides its path.
pub struct Brought {
    /// The parameters of query and body.
    pub params: ParamSource,
    /// The file in its form; only where the endpoint takes one.
    pub file: Option<Received>,
}

/// Reads what a request brings besides its path. Files are read only for who has an account.
///
/// # Errors
/// 413 and 400 for bodies that are too large or malformed; 504 for those that do not arrive in time; 401 for a file of
/// somebody who is not known.
pub async fn read(
    app: &App,
    headers: &HeaderMap,
    query: Option<&str>,
    request_body: axum::body::Body,
    file: Option<FileKind>,
) -> Result<Brought, ApiError> {
    let query = body::parse_pairs(query.unwrap_or_default().as_bytes())?;
    let header = headers.get(AUTHORIZATION).map(hyper::header::HeaderValue::as_bytes);
    let user = auth::authenticate(header, &app.realm.state());
    if let Some(kind) = file.filter(|_| receive::is_multipart(headers)) {
        let form = receive::form(app, user?.id, headers, request_body, file_bytes_max(app, kind)).await?;
        return Ok(Brought { params: ParamSource::new(query, form.params), file: form.file });
    }
    let bytes_max = match user {
        Ok(_) => app.config.body_bytes_max,
        Err(_) => app.config.body_bytes_max.min(ANONYMOUS_BODY_BYTES_MAX),
    };
    let arrival = async {
        let bytes = body::read(request_body, bytes_max).await?;
        body::parse(headers, bytes).await
    };
    let timeout = Duration::from_secs(app.config.request_timeout_secs);
    let body = tokio::time::timeout(timeout, arrival).await.map_err(|_| ApiError::RequestTimeout {})??;
    Ok(Brought { params: ParamSource::new(query, body), file: None })
}

fn file_bytes_max(app: &App, kind: FileKind) -> u64 {
    let mib = match kind {
        FileKind::Any => app.config.max_file_upload_size_mib,
        FileKind::Picture | FileKind::MaybePicture => limits::PICTURE_MIB_MAX,
    };
    u64::from(mib) << 20
}
