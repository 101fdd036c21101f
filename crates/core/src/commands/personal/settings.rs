//! Personal settings, and what changes with them.

use super::email::{self, NewEmail};
use super::{check_is_person, presence};
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::exports;
use crate::commands::prepared::drafts;
use crate::commands::users::check_full_name;
use crate::event::Gate;
use crate::shape::Shape;
use crate::state::users::UserRow;
use serde_json::Value;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::personal::{LegacyDisplaySetting, LegacyNotificationSetting, UserSetting};
use tidings_types::events::user::{RealmUserUpdate, UserAspect, UserChange, UserStatusEvent};
use tidings_types::settings::{Legacy, UserSettings, language_name};
use tidings_types::user::UserStatus;
use tidings_types::{ApiError, UserId};

/// `update-settings`.
///
/// # Errors
/// 400 for values that a setting cannot have, and for names that cannot be.
pub fn update(
    tx: &mut Tx<'_>,
    actor: UserId,
    own: OwnAccount,
    settings: &[(&'static str, Value)],
) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    check_is_person(&user)?;
    if let Some(name) = &own.full_name {
        rename(tx, &user, name)?;
    }
    if let Some(new) = own.email {
        email::change(tx, &user, new)?;
    }
    if let Some(phc) = own.password {
        tx.change(Change::Password { user: actor, phc });
    }
    change(tx, actor, settings)
}

/// What is to change of one's own account, beside settings.
#[derive(Clone, Debug, Default)]
pub struct OwnAccount {
    /// Display name.
    pub full_name: Option<String>,
    /// The real address.
    pub email: Option<NewEmail>,
    /// The password as an Argon2 PHC string. That the user knows the one before was checked.
    pub password: Option<String>,
}

fn rename(tx: &mut Tx<'_>, user: &UserRow, name: &str) -> Result<(), ApiError> {
    let name = check_full_name(&tx.state, name, Some(user.id))?;
    if name == user.full_name {
        return Ok(());
    }
    if tx.state.realm.settings.name_changes_disabled && !user.role.is_admin() {
        return Err(ApiError::bad_request("Name changes are disabled in this organization."));
    }
    tx.change(Change::User(Arc::new(UserRow { full_name: name.clone(), ..user.clone() })));
    emit_aspect(tx, user, UserAspect::FullName { full_name: name });
    Ok(())
}

/// Changes settings of an account, with everything that follows from them.
pub(super) fn change(tx: &mut Tx<'_>, user: UserId, settings: &[(&'static str, Value)]) -> Result<(), ApiError> {
    let before = tx.actor(user)?;
    let mut after = UserRow::clone(&before);
    let mut changed = Vec::new();
    for (name, value) in settings {
        let is_new = after.settings.set(name, value).map_err(|bad| ApiError::bad_request(bad.0))?;
        if is_new {
            changed.push((*name, value));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let after = Arc::new(after);
    tx.change(Change::User(Arc::clone(&after)));
    for (name, value) in changed {
        emit_setting(tx, &after, name, value);
        match name {
            "timezone" => {
                let email = tx.state.api_email(&after);
                emit_aspect(tx, &after, UserAspect::Timezone { email, timezone: after.settings.timezone.clone() });
            }
            "allow_private_data_export" => exports::tell_consent(tx, &after),
            "presence_enabled" => show_or_hide(tx, &after),
            "enable_drafts_synchronization" if !after.settings.enable_drafts_synchronization => {
                drafts::forget_all(tx, user);
            }
            "email_address_visibility" => emit_addresses(tx, &before, &after),
            _ => {}
        }
    }
    Ok(())
}

/// Tells the user: first in the deprecated form for clients that know no other, then in the current one.
fn emit_setting(tx: &mut Tx<'_>, user: &UserRow, name: &str, value: &Value) {
    let old_clients = Gate::Without(Shape::USER_SETTINGS_OBJECT);
    let language = value.as_str().filter(|_| name == "default_language").map(language_name);
    let to = Audience::user(user.id);
    let email = tx.state.api_email(user);
    match UserSettings::NAMES.iter().find(|(known, _)| *known == name).map(|(_, legacy)| *legacy) {
        Some(Legacy::Display) => {
            let event = LegacyDisplaySetting {
                user: email,
                setting_name: name.to_owned(),
                setting: value.clone(),
                language_name: language.clone(),
            };
            tx.emit_gated(Event::UpdateDisplaySettings(event), to.clone(), old_clients);
        }
        Some(Legacy::Notification) => {
            let event =
                LegacyNotificationSetting { user: email, notification_name: name.to_owned(), setting: value.clone() };
            tx.emit_gated(Event::UpdateGlobalNotifications(event), to.clone(), old_clients);
        }
        _ => {}
    }
    let event = UserSetting { property: name.to_owned(), value: value.clone(), language_name: language };
    tx.emit(Event::UserSettings(event), to);
}

fn emit_aspect(tx: &mut Tx<'_>, user: &UserRow, aspect: UserAspect) {
    let audience = tx.state.who_sees_user(user);
    emit_aspect_to(tx, user, aspect, audience);
}

fn emit_aspect_to(tx: &mut Tx<'_>, user: &UserRow, aspect: UserAspect, audience: Audience) {
    let person = UserChange { user_id: user.id, aspect };
    tx.emit(Event::RealmUserUpdate(RealmUserUpdate { person }), audience);
}

/// Others see at once that somebody is there now, or is no longer to be seen.
fn show_or_hide(tx: &mut Tx<'_>, user: &UserRow) {
    let visible = user.settings.presence_enabled;
    let status = UserStatus { away: Some(!visible), ..UserStatus::default() };
    let audience = tx.state.who_sees_user(user);
    tx.emit(Event::UserStatus(UserStatusEvent { user_id: user.id, status }), audience);
    presence::set_visible(tx, user, visible);
}

/// Who gains sight of the real address gets it, who loses it gets null; and the API address may be another one now.
fn emit_addresses(tx: &mut Tx<'_>, before: &UserRow, after: &UserRow) {
    let state = &tx.state;
    let sees = |viewer: &UserRow, user: &UserRow| state.can_see_user(viewer, user) && state.can_see_email(viewer, user);
    let gains = state.who(|viewer| sees(viewer, after) && !sees(viewer, before));
    let loses = state.who(|viewer| !sees(viewer, after) && sees(viewer, before));
    let address = after.delivery_email.clone();
    for (audience, delivery_email) in [(gains, Some(address)), (loses, None)] {
        if audience.if_fewer_than(1).is_none_or(|users| !users.is_empty()) {
            emit_aspect_to(tx, after, UserAspect::DeliveryEmail { delivery_email }, audience);
        }
    }
    let email = tx.state.api_email(after);
    if email == tx.state.api_email(before) {
        return;
    }
    emit_aspect(tx, after, UserAspect::NewEmail { new_email: email });
}
