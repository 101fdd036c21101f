//! The way of a request: body, parameters, account, limit, handler, answer. One way for all endpoints but the
//! polls, which take a shorter one.

use super::rate_limit::Allowance;
use super::respond;
use super::{auth, body, client_name};
use crate::app::App;
use crate::files::receive::{self, Received};
use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, USER_AGENT};
use hyper::{HeaderMap, Response};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::files;
use tidings_core::limits;
use tidings_core::spectators::spectator;
use tidings_core::state::users::UserRow;
use tidings_types::endpoint::{Auth, Endpoint, FileKind};
use tidings_types::params::{ParamSource, Request};
use tidings_types::{ApiError, UserId};

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
    /// Its body, if that is JSON.
    pub document: Option<String>,
    /// The file in its form.
    pub file: Option<Arc<Received>>,
    /// Whose request it was counted as before its body was read, and what is left to them.
    pub counted: Option<Counted>,
}

/// A request that was counted.
#[derive(Clone, Copy)]
pub struct Counted {
    user: UserId,
    allowance: Option<Allowance>,
}

impl Counted {
    /// Counts a request.
    ///
    /// # Errors
    /// 429.
    fn count(app: &App, user: UserId) -> Result<Self, ApiError> {
        Ok(Counted { user, allowance: app.requests.check(&user, app.realm.clock.now())? })
    }
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
    const { assert!(matches!(E::METADATA.auth, Auth::Basic), "this endpoint takes no basic authentication") };
    with_account::<E, _, _, _>(by_header::<E>, handler, |answer, ignored| respond::success(&answer, ignored))
}

/// Makes a handler of an endpoint that people without an account may use as well, where the organization has spectators:
/// the account that asks is [`spectator`] then.
pub fn watched<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<E::Response, ApiError>> + Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::Spectators), "this endpoint is not for spectators") };
    with_account::<E, _, _, _>(by_header_or_not::<E>, handler, |answer, ignored| respond::success(&answer, ignored))
}

/// As [`watched`], of an endpoint that writes the fields of its answer itself.
pub fn watched_written<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<u8>, ApiError>> + Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::Spectators), "this endpoint is not for spectators") };
    with_account::<E, _, _, _>(by_header_or_not::<E>, handler, respond::end)
}

/// Makes a handler of an endpoint whose address other programs are given, with a key in it. A body that is no form is
/// the parameter `payload`.
pub fn keyed<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<E::Response, ApiError>> + Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::Key), "this endpoint takes no key") };
    let handler = with_account::<E, _, _, _>(by_key, handler, |answer, ignored| respond::success(&answer, ignored));
    Arc::new(move |mut arrived, mut params| {
        if let Some(document) = arrived.document.take().filter(|_| params.last("payload").is_none()) {
            params.push_body("payload", document);
        }
        handler(arrived, params)
    })
}

/// What bots that only send may call, beside addresses with a key in them.
const SENDING: &[&str] = &["send-message"];

fn by_header<E: Endpoint>(arrived: &Arrived, _params: &ParamSource) -> Result<Arc<UserRow>, ApiError> {
    let header = arrived.headers.get(AUTHORIZATION).map(hyper::header::HeaderValue::as_bytes);
    let user = auth::authenticate(header, &arrived.app.realm.state())?;
    if user.only_sends() && !SENDING.contains(&E::METADATA.operation_id) {
        return Err(not_for_senders());
    }
    Ok(user)
}

/// Who says nothing of an account is a spectator, if there can be one. Who says something wrong is told so.
fn by_header_or_not<E: Endpoint>(arrived: &Arrived, params: &ParamSource) -> Result<Arc<UserRow>, ApiError> {
    let is_nobody = !arrived.headers.contains_key(AUTHORIZATION);
    if is_nobody && arrived.app.realm.state().allows_spectators() {
        return Ok(spectator());
    }
    by_header::<E>(arrived, params)
}

fn not_for_senders() -> ApiError {
    ApiError::unauthorized("This API is not available to incoming webhook bots.")
}

fn by_key(arrived: &Arrived, params: &ParamSource) -> Result<Arc<UserRow>, ApiError> {
    let key = params.last("api_key").ok_or_else(|| ApiError::MissingParameter { var_name: "api_key".to_owned() })?;
    auth::authenticate_key(key, &arrived.app.realm.state())
}

/// Finds out whose request it is.
type Authenticate = fn(&Arrived, &ParamSource) -> Result<Arc<UserRow>, ApiError>;

/// Makes a handler of an endpoint that needs an account and writes the fields of its answer itself, after
/// [`respond::begin`], because they are many.
pub fn written<E, F, Fut>(handler: F) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<u8>, ApiError>> + Send + 'static,
{
    const { assert!(matches!(E::METADATA.auth, Auth::Basic), "this endpoint takes no basic authentication") };
    with_account::<E, _, _, _>(by_header::<E>, handler, respond::end)
}

fn with_account<E, F, Fut, T>(
    authenticate: Authenticate,
    handler: F,
    shape: fn(T, &[String]) -> Response<Bytes>,
) -> Handler
where
    E: Endpoint + 'static,
    F: Fn(Ctx, E::Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + Send + 'static,
    T: Send + 'static,
{
    Arc::new(move |arrived, params| {
        let handler = handler.clone();
        Box::pin(async move {
            let app = Arc::clone(&arrived.app);
            let user = match authenticate(&arrived, &params) {
                Ok(user) => user,
                Err(error) => return respond::error(&error),
            };
            let before = arrived.counted.filter(|counted| counted.user == user.id);
            let allowance = match before {
                Some(counted) => Ok(counted.allowance),
                None if user.is_spectator() => app.spectators.check(arrived.address, app.realm.clock.now()),
                None => Counted::count(&app, user.id).map(|counted| counted.allowance),
            };
            let allowance = match allowance {
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
    /// The body, if it is JSON.
    pub document: Option<String>,
    /// Whose request it was counted as; only where it has a file.
    pub counted: Option<Counted>,
}

/// Reads what a request brings besides its path. Files are read only for who has an account, may make requests, and says
/// that there is room for them.
///
/// # Errors
/// 413 and 400 for bodies that are too large or malformed; 504 for those that do not arrive in time; 401 for a file of
/// somebody who is not known, and 429 of somebody who makes too many requests; 400 for a file that is too large, and for
/// one that there is no room for.
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
        let user = user?;
        if user.only_sends() {
            return Err(not_for_senders());
        }
        let counted = Counted::count(app, user.id)?;
        let bytes_max = file_bytes_max(app, kind);
        check_head(app, headers, kind, bytes_max)?;
        let form = receive::form(app, user.id, headers, request_body, bytes_max).await?;
        let params = ParamSource::new(query, form.params);
        return Ok(Brought { params, file: form.file, document: None, counted: Some(counted) });
    }
    let key = query.iter().find(|(name, _)| name == "api_key").map(|(_, key)| key);
    let is_known = user.is_ok() || key.is_some_and(|key| auth::authenticate_key(key, &app.realm.state()).is_ok());
    let bytes_max = match is_known {
        true => app.config.body_bytes_max,
        false => app.config.body_bytes_max.min(ANONYMOUS_BODY_BYTES_MAX),
    };
    let arrival = async {
        let bytes = body::read(request_body, bytes_max).await?;
        let document = body::json(headers, &bytes);
        Ok::<_, ApiError>((body::parse(headers, bytes).await?, document))
    };
    let timeout = Duration::from_secs(app.config.request_timeout_secs);
    let (body, document) = tokio::time::timeout(timeout, arrival).await.map_err(|_| ApiError::RequestTimeout {})??;
    Ok(Brought { params: ParamSource::new(query, body), file: None, document, counted: None })
}

/// Bytes that a form with a file may have beside the file and parameters: its boundaries, and the heads of its parts.
const FORM_BYTES_MAX: u64 = 64 << 10;

/// Refuses a form whose head says that its file is too large, or that there is no room for it. What the head does not say
/// is found out while it arrives.
fn check_head(app: &App, headers: &HeaderMap, kind: FileKind, bytes_max: u64) -> Result<(), ApiError> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
    let Some(length) = length else { return Ok(()) };
    let at_least = length.saturating_sub(FORM_BYTES_MAX + app.config.body_bytes_max as u64);
    if at_least > bytes_max {
        return Err(receive::too_large(bytes_max));
    }
    match kind {
        FileKind::Any => files::check_quota(app.realm.state().files.bytes(), at_least, app.config.quota_bytes()),
        FileKind::Picture | FileKind::MaybePicture => Ok(()),
    }
}

fn file_bytes_max(app: &App, kind: FileKind) -> u64 {
    let mib = match kind {
        FileKind::Any => app.config.max_file_upload_size_mib,
        FileKind::Picture | FileKind::MaybePicture => limits::PICTURE_MIB_MAX,
    };
    u64::from(mib) << 20
}
