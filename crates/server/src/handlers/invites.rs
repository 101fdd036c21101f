//! Invitations.

use crate::http::auth::new_key;
use crate::http::pipeline::Ctx;
use tidings_core::commands::invites::{self, Wanted, addresses};
use tidings_core::limits;
use tidings_core::state::RealmState;
use tidings_core::state::invites::InviteRow;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::invites::{
    CreateInviteLinkRequest, CreateInviteLinkResponse, GetInvitesRequest, GetInvitesResponse, ResendEmailInviteRequest,
    RevokeEmailInviteRequest, RevokeInviteLinkRequest, SendInvitesRequest,
};
use tidings_types::invite::{Invite, SkippedAddress};
use tidings_types::params::Nullable;

/// `GET /invites`.
pub async fn get_invites(ctx: Ctx, _request: GetInvitesRequest) -> Result<GetInvitesResponse, ApiError> {
    let (state, now) = (ctx.app.realm.state(), ctx.app.realm.clock.now());
    let open = state.invites.iter().filter(|row| row.is_open(now) && state.can_manage_invite(&ctx.user, row));
    Ok(GetInvitesResponse { invites: open.map(|row| shown(&state, row)).collect() })
}

fn shown(state: &RealmState, row: &InviteRow) -> Invite {
    let is_multiuse = row.email.is_none();
    Invite {
        id: row.id,
        invited_by_user_id: row.invited_by,
        invited: row.invited_at,
        expiry_date: row.expires_at,
        invited_as: row.role,
        email: row.email.clone(),
        notify_referrer_on_join: row.notify_inviter,
        link_url: is_multiuse.then(|| invites::link(&state.realm.url, &row.key)),
        is_multiuse,
    }
}

fn minutes(asked: Option<Nullable<i64>>) -> Option<i64> {
    asked.map_or(Some(limits::INVITE_MINUTES), |asked| asked.0)
}

/// `POST /invites`.
pub async fn send_invites(ctx: Ctx, request: SendInvitesRequest) -> Result<Done, ApiError> {
    invites::check_may_send(&ctx.app.realm.state(), &ctx.user, ctx.app.realm.clock.now())?;
    let emails = addresses(&request.invitee_emails)?;
    if ctx.app.mailer.is_none() {
        let why = "This server sends no e-mail; make an invitation link instead.";
        let all = emails.into_iter().map(|email| SkippedAddress(email, why.to_owned(), false)).collect();
        return Err(invites::failed(all, false));
    }
    let wanted = Wanted {
        minutes: minutes(request.invite_expires_in_minutes),
        role: request.invite_as,
        channels: request.stream_ids,
        groups: request.group_ids,
        include_defaults: request.include_realm_default_subscriptions,
        notify_inviter: request.notify_referrer_on_join,
        welcome: request.welcome_message_custom_text,
    };
    let people: Vec<(String, String)> = emails.into_iter().map(|email| (email, new_key())).collect();
    let (actor, product) = (ctx.user.id, ctx.app.config.brand.product.clone());
    let skipped = ctx.app.realm.run(move |tx| invites::send(tx, actor, people, &wanted, &product)).await?;
    if skipped.is_empty() { Ok(Done {}) } else { Err(invites::failed(skipped, true)) }
}

/// `POST /invites/multiuse`.
pub async fn create_invite_link(
    ctx: Ctx,
    request: CreateInviteLinkRequest,
) -> Result<CreateInviteLinkResponse, ApiError> {
    let wanted = Wanted {
        minutes: minutes(request.invite_expires_in_minutes),
        role: request.invite_as,
        channels: request.stream_ids,
        groups: request.group_ids,
        include_defaults: request.include_realm_default_subscriptions,
        notify_inviter: false,
        welcome: request.welcome_message_custom_text,
    };
    let (actor, key) = (ctx.user.id, new_key());
    let row = ctx.app.realm.run(move |tx| invites::create_link(tx, actor, key, &wanted)).await?;
    Ok(CreateInviteLinkResponse { invite_link: invites::link(&ctx.app.realm.state().realm.url, &row.key) })
}

/// `DELETE /invites/{invite_id}`.
pub async fn revoke_email_invite(ctx: Ctx, request: RevokeEmailInviteRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| invites::revoke(tx, actor, request.invite_id, false)).await?;
    Ok(Done {})
}

/// `DELETE /invites/multiuse/{invite_id}`.
pub async fn revoke_invite_link(ctx: Ctx, request: RevokeInviteLinkRequest) -> Result<Done, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| invites::revoke(tx, actor, request.invite_id, true)).await?;
    Ok(Done {})
}

/// `POST /invites/{invite_id}/resend`.
pub async fn resend_email_invite(ctx: Ctx, request: ResendEmailInviteRequest) -> Result<Done, ApiError> {
    let (actor, product) = (ctx.user.id, ctx.app.config.brand.product.clone());
    ctx.app.realm.run(move |tx| invites::resend(tx, actor, request.invite_id, &product)).await?;
    Ok(Done {})
}
