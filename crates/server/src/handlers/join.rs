//! `/join/{key}`: where the link of an invitation leads. Who was sent it by mail gets an account here; who comes by a link
//! for many is sent a link to their address first, where the server sends e-mail.

use super::forms::{Visit, given};
use super::sign_up::send;
use crate::passwords;
use axum::body::Body;
use bytes::Bytes;
use hyper::Response;
use serde::Serialize;
use tidings_core::commands::invites::accept::{self, NewPerson};
use tidings_core::commands::invites::sign_up::Asker;
use tidings_pages::join::{self, Join};
use tidings_types::params::ParamSource;
use tidings_types::{ApiError, UserId};

/// What a program is told of an invitation.
#[derive(Serialize)]
struct Invitation {
    realm_name: String,
    /// None for a link for many.
    email: Option<String>,
    /// Whether who gives an address is sent a link there first, and needs to give nothing else.
    confirms_email: bool,
}

/// What a program is told when it was accepted.
#[derive(Serialize)]
struct Joined {
    user_id: UserId,
    email: String,
}

/// `GET /join/{key}`.
pub async fn show(visit: Visit) -> Response<Bytes> {
    let found = find_or_count(&visit);
    visit.answer(&found, || match &found {
        Ok(Invitation { confirms_email: true, .. }) => shown(&visit, &Join::Address { email: "", error: None }),
        Ok(Invitation { email, .. }) => {
            shown(&visit, &Join::Account { email: email.as_deref(), given_email: "", full_name: "", error: None })
        }
        Err(error) => refused(&visit, error),
    })
}

/// `POST /join/{key}`: parameters `full_name`, `password`, and `email` where the invitation was sent to no address; `email`
/// alone where that is to be confirmed first.
pub async fn accept(visit: Visit, body: Body) -> Response<Bytes> {
    let not_joined = |error: ApiError| visit.answer(&Err::<Joined, _>(error.clone()), || refused(&visit, &error));
    let invitation = match find_or_count(&visit) {
        Ok(invitation) => invitation,
        Err(error) => return not_joined(error),
    };
    let params = match invitation.confirms_email {
        true => visit.params(body).await,
        false => visit.form(body).await,
    };
    let params = match params {
        Ok(params) => params,
        Err(error) => return not_joined(error),
    };
    if invitation.confirms_email {
        return send(&visit, Asker::WithLink(visit.key.clone()), &params).await;
    }
    let email = invitation.email.as_deref();
    let joined = join(&visit, email.is_none(), &params).await;
    visit.answer(&joined, || match &joined {
        Ok(Joined { email, .. }) => shown(&visit, &Join::Joined { email }),
        Err(error) => {
            let (why, text) = (error.to_string(), |name| params.last(name).unwrap_or_default());
            let (given_email, full_name) = (text("email"), text("full_name"));
            let again = Join::Account { email, given_email, full_name, error: Some(&why) };
            shown(&visit, &unless_over(error, &why, again))
        }
    })
}

/// The invitation. Only who has none is counted: many people may come by one link from one network.
fn find_or_count(visit: &Visit) -> Result<Invitation, ApiError> {
    let found = find(visit);
    if found.is_err() {
        visit.count()?;
    }
    found
}

/// The invitation, if it can be accepted.
fn find(visit: &Visit) -> Result<Invitation, ApiError> {
    let state = visit.app.realm.state();
    let row = accept::find(&state, &visit.key, visit.app.realm.clock.now())?;
    let confirms_email = row.wants_proof(&visit.app.equipment);
    Ok(Invitation { realm_name: state.realm.name.clone(), email: row.email.clone(), confirms_email })
}

async fn join(visit: &Visit, takes_email: bool, params: &ParamSource) -> Result<Joined, ApiError> {
    let (full_name, password) = (given(params, "full_name")?, given(params, "password")?);
    let email = takes_email.then(|| given(params, "email")).transpose()?;
    passwords::check(&password)?;
    let password = passwords::hash(password).await?;
    let (key, new) = (visit.key.clone(), NewPerson { email, full_name, password });
    let (realm, equipment) = (&visit.app.realm, visit.app.equipment.clone());
    let user_id = realm.run_rehearsed(move |tx| accept::accept(tx, &key, new.clone(), &equipment)).await?;
    let state = realm.state();
    let email = state.users.get(user_id).map(|user| user.delivery_email.clone()).unwrap_or_default();
    Ok(Joined { user_id, email })
}

/// The page.
pub(super) fn shown(visit: &Visit, join: &Join<'_>) -> String {
    join::page(&visit.app.config.brand, &visit.app.realm.state().realm.name, join)
}

/// The page for who is refused.
pub(super) fn refused(visit: &Visit, error: &ApiError) -> String {
    shown(visit, &Join::Over { why: &error.to_string() })
}

/// A form to be filled in again, unless nobody can.
pub(super) fn unless_over<'a>(error: &ApiError, why: &'a str, form: Join<'a>) -> Join<'a> {
    match error {
        ApiError::NotFound { .. } | ApiError::Forbidden { .. } | ApiError::RealmDeactivated {} => Join::Over { why },
        _ => form,
    }
}
