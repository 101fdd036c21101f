//! Users' values in their profiles.

use super::definition::{check_length, choices};
use super::fields::find;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::personal::check_is_person;
use crate::commands::visibility::user_update;
use crate::limits;
use crate::state::RealmState;
use crate::state::users::{Profile, UserRow};
use std::sync::Arc;
use tidings_types::events::user::{ChangedProfileValue, UserAspect};
use tidings_types::profile::{FieldKind, NewFieldValue, NewValue, ProfileField};
use tidings_types::user::ProfileValue;
use tidings_types::{ApiError, UserId};

/// A value to be put into a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// As the request has it.
    pub new: NewFieldValue,
    /// As HTML, for fields that are formatted; rendered before, since that takes time the writer does not have.
    pub rendered: Option<String>,
}

/// `update-profile-data`: all values, or none.
///
/// # Errors
/// 400 for bots, for unknown fields, for fields that only administrators change, and for values that do not fit.
pub fn update_own(tx: &mut Tx<'_>, actor: UserId, values: Vec<Filled>) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    fill(tx, &actor, &actor, values)
}

/// `remove-profile-data`: all of these, or none.
///
/// # Errors
/// 400 for bots, for unknown fields, and for fields that only administrators change.
pub fn remove_own(tx: &mut Tx<'_>, actor: UserId, fields: &[u32]) -> Result<(), ApiError> {
    let nothing = |id: &u32| Filled { new: NewFieldValue { id: *id, value: NewValue::Nothing }, rendered: None };
    update_own(tx, actor, fields.iter().map(nothing).collect())
}

/// Fills in somebody's profile. That `actor` may change the account was checked before.
///
/// # Errors
/// As [`update_own`].
pub fn fill(tx: &mut Tx<'_>, actor: &UserRow, target: &UserRow, values: Vec<Filled>) -> Result<(), ApiError> {
    check_is_person(target)?;
    for filled in values {
        let field = find(&tx.state.organization.profile_fields, filled.new.id)?;
        if !field.editable_by_user && !actor.role.is_admin() {
            let why = "You are not allowed to change this field. Contact an administrator to update it.";
            return Err(ApiError::bad_request(why));
        }
        let field = field.clone();
        let value = stored(&tx.state, actor, &field, filled.new.value)?;
        let is_formatted = field.kind.is_formatted();
        let value = value.map(|value| ProfileValue { value, rendered_value: filled.rendered.filter(|_| is_formatted) });
        put(tx, target.id, field.id, value);
    }
    Ok(())
}

/// Puts a value into a profile, or takes it out, and tells who sees the user; nothing if it is there already.
pub(super) fn put(tx: &mut Tx<'_>, user: UserId, field: u32, value: Option<ProfileValue>) {
    let mut values: Profile = tx.state.users.profile(user).clone();
    let before = match &value {
        Some(value) => values.insert(field, value.clone()),
        None => values.remove(&field),
    };
    let Some(row) = tx.state.users.get(user).filter(|_| before != value).cloned() else { return };
    tx.change(Change::Profile { user, values: Arc::new(values) });
    let (value, rendered_value) = value.map_or((None, None), |value| (Some(value.value), value.rendered_value));
    let custom_profile_field = ChangedProfileValue { id: field, value, rendered_value };
    let audience = tx.state.who_sees_user(&row);
    tx.emit(user_update(user, UserAspect::ProfileValue { custom_profile_field }), audience);
}

/// A value as it is stored; none where there is nothing in it.
fn stored(
    state: &RealmState,
    actor: &UserRow,
    field: &ProfileField,
    value: NewValue,
) -> Result<Option<String>, ApiError> {
    let name = &field.name;
    match (field.kind, value) {
        (_, NewValue::Nothing) => Ok(None),
        (FieldKind::Users, NewValue::Users(users)) => check_users(state, actor, &users),
        (FieldKind::Users, NewValue::Text(text)) if text.is_empty() => Ok(None),
        (FieldKind::Users, NewValue::Text(_)) => Err(ApiError::bad_request("User IDs is not a list")),
        (_, NewValue::Users(_)) => Err(ApiError::bad_request(format!("{name} is not a string"))),
        (kind, NewValue::Text(text)) => {
            let text = text.trim();
            check_text(kind, field, text)?;
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
    }
}

/// Refuses a text that cannot be a value of a field.
///
/// # Errors
/// 400.
pub fn check_text(kind: FieldKind, field: &ProfileField, text: &str) -> Result<(), ApiError> {
    let name = &field.name;
    let refused = |why: String| Err(ApiError::bad_request(why));
    if text.contains('\0') {
        return refused(format!("{name} must not contain null bytes"));
    }
    match kind {
        _ if text.is_empty() => Ok(()),
        FieldKind::ShortText | FieldKind::ExternalAccount | FieldKind::Pronouns => {
            check_length(name, text, limits::PROFILE_SHORT_TEXT_CHARS_MAX)
        }
        FieldKind::LongText => check_length(name, text, limits::PROFILE_LONG_TEXT_CHARS_MAX),
        FieldKind::Select if !choices(&field.field_data).contains(text) => {
            refused(format!("'{text}' is not a valid choice for '{name}'."))
        }
        FieldKind::Date if !is_date(text) => refused(format!("{name} is not a date")),
        FieldKind::Link if !is_link(text) => refused(format!("{name} is not a URL")),
        FieldKind::Select | FieldKind::Date | FieldKind::Link | FieldKind::Users => Ok(()),
    }
}

/// Ids of people in use whom `actor` may know of, as JSON.
fn check_users(state: &RealmState, actor: &UserRow, users: &[UserId]) -> Result<Option<String>, ApiError> {
    if users.len() > limits::PROFILE_USERS_MAX {
        return Err(ApiError::bad_request("There are too many users."));
    }
    for user in users {
        let row = state.users.get(*user).filter(|row| state.can_see_user(actor, row));
        let row = row.ok_or_else(|| ApiError::bad_request(format!("Invalid user ID: {user}")))?;
        if !row.is_active {
            return Err(ApiError::bad_request(format!("User with ID {user} is deactivated")));
        }
        if row.is_bot() {
            return Err(ApiError::bad_request(format!("User with ID {user} is a bot")));
        }
    }
    let ids: Vec<String> = users.iter().map(UserId::to_string).collect();
    Ok((!users.is_empty()).then(|| format!("[{}]", ids.join(", "))))
}

/// A day with four digits for the year and two for the rest.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.is_ascii() && text.parse::<jiff::civil::Date>().is_ok()
}

/// An address on the web: a scheme that browsers open, a host, and nothing that would have to be escaped.
pub(super) fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest.filter(|_| text.len() <= limits::PROFILE_LINK_BYTES_MAX) else { return false };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>\"\\^`{}|".contains(c);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let in_host = |c: char| c.is_alphanumeric() || "-._~:[]@%".contains(c);
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[') && host.chars().all(in_host) && rest.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_days() {
        for good in ["https://example.com", "http://example.com/a?b=c#d", "https://[::1]:80/x", "https://münchen.de/ä"]
        {
            assert!(is_link(good), "{good}");
        }
        for bad in
            ["", "https://", "https:///x", "ftp://example.com", "javascript:alert(1)", "https://a b", "https://a/\"x"]
        {
            assert!(!is_link(bad), "{bad}");
        }
        assert!(is_date("1564-04-26"));
        for bad in ["1564-4-26", "1564-13-01", "26.04.1564", "2026-02-29", "20260101xx", "1564-04-26T00:00"] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
