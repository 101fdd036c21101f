//! `/confirm/{key}`: where the link to confirm an address leads. A page with a button, since programs that look into
//! e-mail open links.

use super::forms::Visit;
use crate::http::auth::hash_key;
use axum::body::Body;
use bytes::Bytes;
use hyper::Response;
use serde::Serialize;
use tidings_core::commands::personal::email;
use tidings_pages::confirm::{self, Confirm};
use tidings_types::ApiError;

/// What a program is told.
#[derive(Serialize)]
struct Address {
    email: String,
}

/// `GET /confirm/{key}`: which address is to be confirmed. Nothing changes.
pub async fn show(visit: Visit) -> Response<Bytes> {
    let found = find(&visit);
    answer(&visit, &found, |email| Confirm::Asks { email })
}

/// `POST /confirm/{key}`: the address is its owner's from now on.
pub async fn confirm(visit: Visit, _body: Body) -> Response<Bytes> {
    let confirmed = match find(&visit) {
        Ok(found) => {
            let (hash, product) = (hash_key(&visit.key), visit.app.config.brand.product.clone());
            visit.app.realm.run(move |tx| email::confirm(tx, &hash, &product)).await.map(|()| found)
        }
        Err(error) => Err(error),
    };
    answer(&visit, &confirmed, |email| Confirm::Done { email })
}

/// The address that a key is for.
fn find(visit: &Visit) -> Result<Address, ApiError> {
    visit.count()?;
    let state = visit.app.realm.state();
    if state.organization.is_deactivated {
        return Err(ApiError::RealmDeactivated {});
    }
    let found = email::find(&state, &hash_key(&visit.key), visit.app.realm.clock.now())?;
    Ok(Address { email: found.email.clone() })
}

fn answer(
    visit: &Visit,
    outcome: &Result<Address, ApiError>,
    shown: impl for<'a> FnOnce(&'a str) -> Confirm<'a>,
) -> Response<Bytes> {
    let page =
        |confirm: &Confirm<'_>| confirm::page(&visit.app.config.brand, &visit.app.realm.state().realm.name, confirm);
    visit.answer(outcome, || match outcome {
        Ok(address) => page(&shown(&address.email)),
        Err(error) => page(&Confirm::Over { why: &error.to_string() }),
    })
}
