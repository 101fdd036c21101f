//! `/join`: where people ask for an account, if the organization is open. Its link leads to `/join/{key}`, like that of an
//! invitation. A small form for browsers; programs that accept JSON get that.

use super::join::{respond_page, wants_json};
use crate::app::App;
use crate::http::auth::new_key;
use crate::http::client_address::network_of;
use crate::http::pipeline;
use crate::http::respond;
use axum::body::Body;
use bytes::Bytes;
use hyper::{HeaderMap, Response};
use serde::Serialize;
use std::net::IpAddr;
use tidings_core::commands::invites::sign_up;
use tidings_pages::sign_up::{SignUp, page};
use tidings_types::ApiError;

/// What a program is told.
#[derive(Serialize)]
struct Open {
    realm_name: String,
}

/// What a program is told when a link was sent.
#[derive(Serialize)]
struct Sent {
    email: String,
}

/// `GET /join`.
pub fn show(app: &App, headers: &HeaderMap) -> Response<Bytes> {
    let state = app.realm.state();
    let open = sign_up::check_open(&state, &app.equipment).map(|()| Open { realm_name: state.realm.name.clone() });
    answer(app, headers, &open, &SignUp::Asks { email: "", error: None })
}

/// `POST /join`: parameter `email`.
pub async fn request(
    app: &App,
    address: IpAddr,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Body,
) -> Response<Bytes> {
    let params = match pipeline::read(app, headers, query, body, None).await {
        Ok(brought) => brought.params,
        Err(error) => return respond::error(&error),
    };
    let email = params.last("email").map(|email| email.trim().to_owned());
    let sent = send(app, address, email.as_deref()).await.map(|()| Sent { email: email.clone().unwrap_or_default() });
    let email = email.unwrap_or_default();
    match &sent {
        Err(error @ ApiError::BadRequest { .. }) if !wants_json(headers) => {
            let why = error.to_string();
            shown(app, error.status(), &SignUp::Asks { email: &email, error: Some(&why) })
        }
        _ => answer(app, headers, &sent, &SignUp::Sent { email: &email }),
    }
}

/// Has the link sent, unless the address was sent enough lately: whether it was is not told. Requests count as log-ins do,
/// and as e-mails that a network has sent.
async fn send(app: &App, address: IpAddr, email: Option<&str>) -> Result<(), ApiError> {
    let now = app.realm.clock.now();
    app.logins_from.check(&network_of(address), now)?;
    let email = email.ok_or_else(|| ApiError::MissingParameter { var_name: "email".to_owned() })?.to_owned();
    sign_up::check_open(&app.realm.state(), &app.equipment)?;
    if !app.sign_ups.check(network_of(address), &email, now)? {
        return Ok(());
    }
    let (key, product, equipment) = (new_key(), app.config.brand.product.clone(), app.equipment.clone());
    app.realm.run(move |tx| sign_up::request(tx, &email, key, &product, &equipment)).await
}

fn answer(
    app: &App,
    headers: &HeaderMap,
    outcome: &Result<impl Serialize, ApiError>,
    page: &SignUp<'_>,
) -> Response<Bytes> {
    match (wants_json(headers), outcome) {
        (true, Ok(told)) => respond::success(told, &[]),
        (true, Err(error)) => respond::error(error),
        (false, Ok(_)) => shown(app, 200, page),
        (false, Err(error)) => shown(app, error.status(), &SignUp::Over { why: &error.to_string() }),
    }
}

fn shown(app: &App, status: u16, sign_up: &SignUp<'_>) -> Response<Bytes> {
    respond_page(status, page(&app.config.brand, &app.realm.state().realm.name, sign_up))
}
