//! Pictures of users and of the organization.
//!
//! # Layout
//! - [`serve`]: pictures as browsers ask for them, outside of `/api/v1`. Here: everything else.

use crate::files::images;
use crate::files::pictures::{self, Kind};
use crate::http::pipeline::Ctx;
use tidings_core::commands::Tx;
use tidings_core::commands::pictures::{check_administers, check_may_change, set_of_realm, set_own};
use tidings_core::state::pictures::PictureOf;
use tidings_types::ApiError;
use tidings_types::endpoint::Done;
use tidings_types::endpoints::pictures::{
    DeleteOwnAvatarRequest, DeleteRealmIconRequest, DeleteRealmLogoRequest, OwnAvatarResponse, RealmIconResponse,
    UploadOwnAvatarRequest, UploadRealmIconRequest, UploadRealmLogoRequest,
};

pub mod serve;

/// `POST /users/me/avatar`.
pub async fn upload_own_avatar(ctx: Ctx, _: UploadOwnAvatarRequest) -> Result<OwnAvatarResponse, ApiError> {
    // Nothing is made of pictures that cannot be set.
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| tx.actor(actor).and_then(|user| check_may_change(tx, &user))).await?;
    let stored = pictures::store(&ctx.app, ctx.file.as_ref(), Kind::Avatar, images::avatar).await?;
    set_avatar(&ctx, Some(stored.name)).await
}

/// `DELETE /users/me/avatar`.
pub async fn delete_own_avatar(ctx: Ctx, _: DeleteOwnAvatarRequest) -> Result<OwnAvatarResponse, ApiError> {
    set_avatar(&ctx, None).await
}

async fn set_avatar(ctx: &Ctx, file: Option<String>) -> Result<OwnAvatarResponse, ApiError> {
    let actor = ctx.user.id;
    let set = move |tx: &mut Tx<'_>| {
        let obsolete = set_own(tx, actor, file)?;
        let user = tx.actor(actor)?;
        Ok((obsolete, tx.state.avatar_url(&user)))
    };
    let (obsolete, avatar_url) = ctx.app.realm.run(set).await?;
    ctx.app.files.delete_picture(Kind::Avatar, obsolete.as_deref()).await;
    Ok(OwnAvatarResponse { avatar_url })
}

/// `POST /realm/icon`.
pub async fn upload_realm_icon(ctx: Ctx, _: UploadRealmIconRequest) -> Result<RealmIconResponse, ApiError> {
    let icon_url = upload(&ctx, PictureOf::Icon, images::icon).await?;
    Ok(RealmIconResponse { icon_url })
}

/// `DELETE /realm/icon`.
pub async fn delete_realm_icon(ctx: Ctx, _: DeleteRealmIconRequest) -> Result<RealmIconResponse, ApiError> {
    let icon_url = set(&ctx, PictureOf::Icon, None).await?;
    Ok(RealmIconResponse { icon_url })
}

/// `POST /realm/logo`.
pub async fn upload_realm_logo(ctx: Ctx, request: UploadRealmLogoRequest) -> Result<Done, ApiError> {
    upload(&ctx, logo(request.night), images::logo).await.map(|_| Done {})
}

/// `DELETE /realm/logo`.
pub async fn delete_realm_logo(ctx: Ctx, request: DeleteRealmLogoRequest) -> Result<Done, ApiError> {
    set(&ctx, logo(request.night), None).await.map(|_| Done {})
}

fn logo(night: bool) -> PictureOf {
    if night { PictureOf::NightLogo } else { PictureOf::Logo }
}

async fn upload(ctx: &Ctx, of: PictureOf, make: fn(&[u8]) -> Option<Vec<images::Made>>) -> Result<String, ApiError> {
    let actor = ctx.user.id;
    ctx.app.realm.run(move |tx| check_administers(tx, actor)).await?;
    let stored = pictures::store(&ctx.app, ctx.file.as_ref(), Kind::Realm, make).await?;
    set(ctx, of, Some(stored.name)).await
}

/// Returns where the organization's picture is now.
async fn set(ctx: &Ctx, of: PictureOf, file: Option<String>) -> Result<String, ApiError> {
    let actor = ctx.user.id;
    let set = move |tx: &mut Tx<'_>| Ok((set_of_realm(tx, actor, of, file)?, tx.state.icon_url()));
    let (obsolete, icon_url) = ctx.app.realm.run(set).await?;
    ctx.app.files.delete_picture(Kind::Realm, obsolete.as_deref()).await;
    Ok(icon_url)
}
