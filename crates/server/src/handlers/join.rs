//! `/join/{key}`: where the link of an invitation leads. A small form for browsers; programs that accept JSON get that.

use crate::app::App;
use crate::http::client_address::network_of;
use crate::http::pipeline;
use crate::http::respond;
use crate::passwords;
use axum::body::Body;
use bytes::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use std::net::IpAddr;
use tidings_core::commands::invites::accept::{self, NewPerson, no_such_invitation};
use tidings_pages::join::{self, Join};
use tidings_types::params::ParamSource;
use tidings_types::{ApiError, UserId};

/// The page loads its style only, and its form goes here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What a program is told of an invitation.
#[derive(Serialize)]
struct Invitation {
    realm_name: String,
    email: Option<String>,
}

/// What a program is told when it was accepted.
#[derive(Serialize)]
struct Joined {
    user_id: UserId,
    email: String,
}

/// `GET /join/{key}`.
pub async fn show(app: &App, key: &str, address: IpAddr, headers: &HeaderMap) -> Response<Bytes> {
    let invitation = open(app, key, address);
    if wants_json(headers) {
        return match invitation {
            Ok(invitation) => respond::success(&invitation, &[]),
            Err(error) => respond::error(&error),
        };
    }
    match invitation {
        Ok(Invitation { email, .. }) => page(app, 200, &Join { email: email.as_deref(), ..Join::default() }),
        Err(error) => page(app, error.status(), &Join { over: Some(&error.to_string()), ..Join::default() }),
    }
}

/// `POST /join/{key}`: parameters `full_name`, `password`, and `email` where the invitation was sent to no address.
pub async fn accept(
    app: &App,
    key: &str,
    address: IpAddr,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Body,
) -> Response<Bytes> {
    let params = match pipeline::read(app, headers, query, body, None).await {
        Ok(brought) => brought.params,
        Err(error) => return respond::error(&error),
    };
    let joined = match open(app, key, address) {
        Ok(invitation) => join(app, key, invitation, &params).await,
        Err(error) => Err(error),
    };
    if wants_json(headers) {
        return match joined {
            Ok(joined) => respond::success(&joined, &[]),
            Err(error) => respond::error(&error),
        };
    }
    let given = |name: &str| params.last(name).unwrap_or_default().to_owned();
    let (full_name, email) = (given("full_name"), given("email"));
    match joined {
        Ok(joined) => page(app, 200, &Join { joined: Some(&joined.email), ..Join::default() }),
        Err(error @ (ApiError::NotFound { .. } | ApiError::RealmDeactivated {})) => {
            page(app, error.status(), &Join { over: Some(&error.to_string()), ..Join::default() })
        }
        Err(error) => {
            let fixed = open(app, key, address).ok().and_then(|invitation| invitation.email);
            let form = Join {
                email: fixed.as_deref(),
                given_email: &email,
                full_name: &full_name,
                error: Some(&error.to_string()),
                ..Join::default()
            };
            page(app, error.status(), &form)
        }
    }
}

/// The invitation, if it can be accepted. Guesses count as log-ins do.
fn open(app: &App, key: &str, address: IpAddr) -> Result<Invitation, ApiError> {
    let now = app.realm.clock.now();
    app.logins_from.check(&network_of(address), now)?;
    let state = app.realm.state();
    if state.organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    let row = state.invites.find_open(key, now).ok_or_else(no_such_invitation)?;
    Ok(Invitation { realm_name: state.realm.name.clone(), email: row.email.clone() })
}

async fn join(app: &App, key: &str, invitation: Invitation, params: &ParamSource) -> Result<Joined, ApiError> {
    let given = |name: &str| {
        let text = params.last(name).map(str::to_owned);
        text.ok_or_else(|| ApiError::MissingParameter { var_name: name.to_owned() })
    };
    let (full_name, password) = (given("full_name")?, given("password")?);
    let email = invitation.email.is_none().then(|| given("email")).transpose()?;
    passwords::check(&password)?;
    let password = passwords::hash(password).await?;
    let (key, new) = (key.to_owned(), NewPerson { email, full_name, password });
    let user_id = app.realm.run_rehearsed(move |tx| accept::accept(tx, &key, new.clone())).await?;
    let state = app.realm.state();
    let email = state.users.get(user_id).map(|user| user.delivery_email.clone()).unwrap_or_default();
    Ok(Joined { user_id, email })
}

/// Whether a program asks.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("application/json") && !accepted.contains("text/html")
}

fn page(app: &App, status: u16, form: &Join<'_>) -> Response<Bytes> {
    let state = app.realm.state();
    respond_page(status, join::page(&app.config.brand, &state.realm.name, form))
}

/// A page with a form, which nobody keeps a copy of.
pub(super) fn respond_page(status: u16, html: String) -> Response<Bytes> {
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
