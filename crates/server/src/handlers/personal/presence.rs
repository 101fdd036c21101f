//! Who is there.

use crate::http::pipeline::Ctx;
use crate::realm::Realm;
use tidings_core::commands::personal::presence;
use tidings_core::limits;
use tidings_core::state::RealmState;
use tidings_core::view::personal::{PresencesSince, legacy_view, presence_update_on_wire};
use tidings_types::endpoints::personal::presence::{
    GetPresenceRequest, GetUserPresenceRequest, PresenceStatus, Presences, RealmPresenceResponse,
    UpdatePresenceRequest, UpdatePresenceResponse, UserPresenceResponse,
};
use tidings_types::{ApiError, UserId};

/// `POST /users/me/presence`.
pub async fn update_presence(ctx: Ctx, request: UpdatePresenceRequest) -> Result<UpdatePresenceResponse, ApiError> {
    let (actor, active) = (ctx.user.id, request.status == PresenceStatus::Active);
    let realm = &ctx.app.realm;
    realm.run(move |tx| presence::update(tx, actor, active)).await?;
    if request.ping_only {
        return Ok(UpdatePresenceResponse::default());
    }
    let state = realm.snapshot();
    let newest = presence_update_on_wire(state.personal.presence_last_update(), realm.generation);
    Ok(UpdatePresenceResponse {
        presence_last_update_id: Some(newest),
        server_timestamp: Some(timestamp(realm)),
        presences: Some(presences(&ctx, &state, &request)),
    })
}

/// In the form, and of the time, that the request wants.
fn presences(ctx: &Ctx, state: &RealmState, request: &UpdatePresenceRequest) -> Presences {
    let realm = &ctx.app.realm;
    let of_days = PresencesSince::days(realm.clock.now(), request.history_limit_days);
    let known = request.last_update_id.map_or(-1, |id| state.presence_update_from_wire(id, realm.generation));
    let since = if known >= 0 { PresencesSince::Update(known) } else { of_days };
    if request.last_update_id.is_some() || request.slim_presence {
        Presences::Modern(state.modern_presences(&ctx.user, since))
    } else {
        Presences::Legacy(state.legacy_presences(&ctx.user, since))
    }
}

/// `GET /users/{user_id_or_email}/presence`.
pub async fn get_user_presence(ctx: Ctx, request: GetUserPresenceRequest) -> Result<UserPresenceResponse, ApiError> {
    let state = ctx.app.realm.state();
    let named = &request.user_id_or_email;
    let user = match named.parse::<UserId>() {
        Ok(id) => state.users.get(id),
        Err(_) => state.users.find_by_api_email(named, &state.realm.host),
    };
    let user = user.filter(|user| user.is_active && state.can_see_user(&ctx.user, user));
    let user = user.ok_or_else(|| ApiError::bad_request("No such user"))?;
    if user.is_bot() {
        return Err(ApiError::bad_request("Presence is not supported for bot users."));
    }
    let row = state.personal.presence(user.id).filter(|_| !state.realm.settings.presence_disabled);
    let row = row.ok_or_else(|| ApiError::bad_request(format!("No presence data for {named}")))?;
    let mut presence = legacy_view(row.presence);
    for client in presence.values_mut() {
        (client.client, client.pushable) = (None, None);
    }
    Ok(UserPresenceResponse { presence })
}

/// `GET /realm/presence`.
pub async fn get_presence(ctx: Ctx, _request: GetPresenceRequest) -> Result<RealmPresenceResponse, ApiError> {
    let realm = &ctx.app.realm;
    let since = PresencesSince::days(realm.clock.now(), limits::PRESENCE_HISTORY_DAYS);
    let presences = Presences::Legacy(realm.state().legacy_presences(&ctx.user, since));
    Ok(RealmPresenceResponse { server_timestamp: timestamp(realm), presences })
}

/// UNIX seconds, with the fraction that the API has.
#[expect(clippy::cast_precision_loss, reason = "microseconds fit until the year 2255")]
fn timestamp(realm: &Realm) -> f64 {
    realm.clock.now_micros() as f64 / 1e6
}
