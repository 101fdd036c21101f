//! `/confirm/{key}`: where the link to confirm an address leads. A page with a button, since programs that look into
//! e-mail open links; programs that accept JSON get that.

use super::join::{respond_page, wants_json};
use crate::app::App;
use crate::http::auth::hash_key;
use crate::http::client_address::network_of;
use crate::http::respond;
use bytes::Bytes;
use hyper::{HeaderMap, Response};
use serde::Serialize;
use std::net::IpAddr;
use tidings_core::commands::personal::email;
use tidings_pages::confirm::{self, Confirm};
use tidings_types::ApiError;

/// What a program is told.
#[derive(Serialize)]
struct Address {
    email: String,
}

/// `GET /confirm/{key}`: which address is to be confirmed. Nothing changes.
pub async fn show(app: &App, key: &str, address: IpAddr, headers: &HeaderMap) -> Response<Bytes> {
    let found = find(app, key, address);
    answer(app, headers, found, |email| Confirm::Asks { email })
}

/// `POST /confirm/{key}`: the address is its owner's from now on.
pub async fn confirm(app: &App, key: &str, address: IpAddr, headers: &HeaderMap) -> Response<Bytes> {
    let confirmed = match find(app, key, address) {
        Ok(found) => {
            let (hash, product) = (hash_key(key), app.config.brand.product.clone());
            app.realm.run(move |tx| email::confirm(tx, &hash, &product)).await.map(|()| found)
        }
        Err(error) => Err(error),
    };
    answer(app, headers, confirmed, |email| Confirm::Done { email })
}

/// The address that a key is for. Guesses count as log-ins do.
fn find(app: &App, key: &str, address: IpAddr) -> Result<Address, ApiError> {
    let now = app.realm.clock.now();
    app.logins_from.check(&network_of(address), now)?;
    let state = app.realm.state();
    if state.organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    Ok(Address { email: email::find(&state, &hash_key(key), now)?.email.clone() })
}

fn answer(
    app: &App,
    headers: &HeaderMap,
    outcome: Result<Address, ApiError>,
    shown: impl for<'a> FnOnce(&'a str) -> Confirm<'a>,
) -> Response<Bytes> {
    if wants_json(headers) {
        return match outcome {
            Ok(address) => respond::success(&address, &[]),
            Err(error) => respond::error(&error),
        };
    }
    let state = app.realm.state();
    let page = |status, confirm: &Confirm<'_>| {
        respond_page(status, confirm::page(&app.config.brand, &state.realm.name, confirm))
    };
    match outcome {
        Ok(address) => page(200, &shown(&address.email)),
        Err(error) => page(error.status(), &Confirm::Over { why: &error.to_string() }),
    }
}
