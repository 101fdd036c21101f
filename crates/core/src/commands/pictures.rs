//! Pictures of users and of the organization. They are stored before, under names that nobody can guess.

use super::Tx;
use super::visibility::user_update;
use crate::audience::Audience;
use crate::change::Change;
use crate::state::pictures::{Picture, PictureOf};
use crate::state::users::UserRow;
use serde_json::json;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::RealmUpdateDict;
use tidings_types::events::user::{BotChange, RealmBotUpdate, UserAspect};
use tidings_types::{ApiError, UserId};

/// What a picture was called that is not needed any more: it is to be removed from the store.
pub type Obsolete = Option<String>;

/// `upload-own-avatar`, and without a file `delete-own-avatar`.
///
/// # Errors
/// 400 where the organization does not let its users change their pictures.
pub fn set_own(tx: &mut Tx<'_>, actor: UserId, file: Option<String>) -> Result<Obsolete, ApiError> {
    let user = tx.actor(actor)?;
    check_may_change(tx, &user)?;
    Ok(set_of_user(tx, &user, file))
}

/// Whether a user may change their picture.
///
/// # Errors
/// 400 where the organization does not let its users; administrators may.
pub fn check_may_change(tx: &Tx<'_>, user: &UserRow) -> Result<(), ApiError> {
    if tx.state.realm.settings.avatar_changes_disabled && !user.role.is_admin() {
        return Err(ApiError::bad_request("Avatar changes are disabled in this organization."));
    }
    Ok(())
}

/// Gives an account another picture, or takes it away; tells everybody who sees the account.
pub(super) fn set_of_user(tx: &mut Tx<'_>, user: &UserRow, file: Option<String>) -> Obsolete {
    let of = PictureOf::User(user.id);
    let before = tx.state.pictures.get(of).and_then(|picture| picture.file.clone());
    if before.is_none() && file.is_none() {
        return None;
    }
    let is = Arc::new(UserRow { avatar_version: user.avatar_version + 1, ..user.clone() });
    let source = if file.is_some() { "U" } else { "G" };
    tx.change(Change::Picture { of, picture: Arc::new(Picture { file, version: is.avatar_version }) });
    tx.change(Change::User(Arc::clone(&is)));
    let avatar_url = tx.state.avatar_url(&is);
    let aspect = UserAspect::Avatar {
        avatar_url: avatar_url.clone(),
        avatar_source: source.to_owned(),
        avatar_url_medium: tx.state.avatar_url_medium(&is),
        avatar_version: is.avatar_version,
    };
    let audience = tx.state.who_sees_user(&is);
    tx.emit(user_update(is.id, aspect), audience);
    if is.is_bot() {
        let bot = BotChange { user_id: is.id, avatar_url: Some(avatar_url), ..BotChange::default() };
        let audience = tx.state.who_manages_bot(&is);
        tx.emit(Event::RealmBotUpdate(RealmBotUpdate { bot }), audience);
    }
    before
}

/// `upload-realm-icon`, `upload-realm-logo`, and without a file `delete-…`.
///
/// # Errors
/// 400 for who is no administrator.
pub fn set_of_realm(tx: &mut Tx<'_>, actor: UserId, of: PictureOf, file: Option<String>) -> Result<Obsolete, ApiError> {
    check_administers(tx, actor)?;
    let before = tx.state.pictures.get(of).cloned();
    let had = before.as_ref().and_then(|picture| picture.file.clone());
    if had.is_none() && file.is_none() {
        return Ok(None);
    }
    let version = before.map_or(1, |picture| picture.version) + 1;
    let is_there = file.is_some();
    tx.change(Change::Picture { of, picture: Arc::new(Picture { file, version }) });
    let (property, source) = match of {
        PictureOf::Logo => ("logo", if is_there { "U" } else { "D" }),
        PictureOf::NightLogo => ("night_logo", if is_there { "U" } else { "D" }),
        PictureOf::Icon | PictureOf::User(_) => ("icon", if is_there { "U" } else { "G" }),
    };
    let url = if property == "icon" { tx.state.icon_url() } else { tx.state.logo_url(of) };
    let data = [(format!("{property}_url"), json!(url)), (format!("{property}_source"), json!(source))];
    let event = RealmUpdateDict { property: property.to_owned(), data: data.into() };
    tx.emit(Event::RealmUpdateDict(event), Audience::realm());
    Ok(had)
}

/// Whether somebody may change the pictures of the organization.
///
/// # Errors
/// 400 for who is no administrator.
pub fn check_administers(tx: &Tx<'_>, actor: UserId) -> Result<(), ApiError> {
    if tx.actor(actor)?.role.is_admin() {
        return Ok(());
    }
    Err(ApiError::UnauthorizedPrincipal { text: "Must be an organization administrator".to_owned() })
}
