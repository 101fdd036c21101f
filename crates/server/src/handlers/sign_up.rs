//! `/join`: where people ask for an account, if the organization is open. Its link leads to `/join/{key}`, like that of an
//! invitation.

use super::forms::{Visit, given};
use super::join::{refused, shown, unless_over};
use crate::http::auth::new_key;
use crate::http::client_address::network_of;
use axum::body::Body;
use bytes::Bytes;
use hyper::Response;
use serde::Serialize;
use tidings_core::commands::invites::sign_up::{self, Asker};
use tidings_pages::join::Join;
use tidings_types::ApiError;
use tidings_types::params::ParamSource;

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
pub async fn show(visit: Visit) -> Response<Bytes> {
    let state = visit.app.realm.state();
    let open = sign_up::check_open(&state, &visit.app.equipment);
    let open = open.map(|()| Open { realm_name: state.realm.name.clone() });
    visit.answer(&open, || match &open {
        Ok(_) => shown(&visit, &Join::Address { email: "", error: None }),
        Err(error) => refused(&visit, error),
    })
}

/// `POST /join`: parameter `email`.
pub async fn request(visit: Visit, body: Body) -> Response<Bytes> {
    match visit.form(body).await {
        Ok(params) => send(&visit, Asker::Anybody, &params).await,
        Err(error) => visit.answer(&Err::<Sent, _>(error.clone()), || refused(&visit, &error)),
    }
}

/// Has a link sent to the address that was given.
pub(super) async fn send(visit: &Visit, asker: Asker, params: &ParamSource) -> Response<Bytes> {
    let sent = link(visit, asker, params).await;
    visit.answer(&sent, || match &sent {
        Ok(Sent { email }) => shown(visit, &Join::Sent { email }),
        Err(error) => {
            let (email, why) = (params.last("email").unwrap_or_default(), error.to_string());
            shown(visit, &unless_over(error, &why, Join::Address { email, error: Some(&why) }))
        }
    })
}

/// Has it sent, unless the address was sent enough lately: whether it was is not told.
async fn link(visit: &Visit, asker: Asker, params: &ParamSource) -> Result<Sent, ApiError> {
    let (app, now) = (&visit.app, visit.app.realm.clock.now());
    let email = given(params, "email")?.trim().to_owned();
    sign_up::check(&app.realm.state(), &asker, &email, &app.equipment, now)?;
    let sent = Sent { email: email.clone() };
    if app.sign_ups.check(&asker, network_of(visit.address), &email, now)? {
        let (key, product, equipment) = (new_key(), app.config.brand.product.clone(), app.equipment.clone());
        app.realm.run(move |tx| sign_up::request(tx, &asker, &email, key, &product, &equipment)).await?;
    }
    Ok(sent)
}
