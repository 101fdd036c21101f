//! The fields of profiles. For administrators; everybody sees them.

use super::definition::{choices, service};
use super::values;
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::linkifiers::{check_is_administrator, next_id};
use crate::limits;
use crate::state::organization::ProfileFields;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::CustomProfileFields;
use tidings_types::profile::{FieldKind, ProfileField};
use tidings_types::user::ProfileValue;
use tidings_types::{ApiError, UserId};

/// A field to be added; its parts as checked by [`super::definition`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    /// What values it has.
    pub kind: FieldKind,
    /// What it is called.
    pub name: String,
    /// What helps to fill it in.
    pub hint: String,
    /// As stored.
    pub data: String,
    /// Shown where only little of a profile is.
    pub in_summary: bool,
    /// Users are asked to fill it in.
    pub required: bool,
    /// Users may change their own value.
    pub editable_by_user: bool,
}

/// What is to change of a field; none leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPatch {
    /// What it is called.
    pub name: Option<String>,
    /// What helps to fill it in.
    pub hint: Option<String>,
    /// As stored, for the field's kind.
    pub data: Option<String>,
    /// Shown where only little of a profile is.
    pub in_summary: Option<bool>,
    /// Users are asked to fill it in.
    pub required: Option<bool>,
    /// Users may change their own value.
    pub editable_by_user: Option<bool>,
}

/// `create-custom-profile-field`: returns its id.
///
/// # Errors
/// 400 for who is no administrator, for a name that is taken, and for one field too many.
pub fn create(tx: &mut Tx<'_>, actor: UserId, new: NewField) -> Result<u32, ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = ProfileFields::clone(&tx.state.organization.profile_fields);
    let id = next_id(&mut list, limits::PROFILE_FIELDS_MAX, "profile fields")?;
    let field = ProfileField {
        id,
        kind: new.kind,
        order: id,
        name: new.name,
        hint: new.hint,
        field_data: new.data,
        display_in_profile_summary: new.in_summary,
        required: new.required,
        editable_by_user: new.editable_by_user,
    };
    check_among_others(tx, &field)?;
    list.items.push(field);
    put(tx, list);
    Ok(id)
}

/// The field as it is, for who may change it.
///
/// # Errors
/// 400 for an unknown one.
pub fn find(fields: &ProfileFields, id: u32) -> Result<&ProfileField, ApiError> {
    let found = fields.items.iter().find(|field| field.id == id);
    found.ok_or_else(|| ApiError::bad_request(format!("Field id {id} not found.")))
}

/// `update-custom-profile-field`: all that was asked for, or nothing. Values that were choices and are none any more are
/// gone: where they are many, this takes some of them away and returns false, and is to be called again, until the field
/// is as it was asked for.
///
/// # Errors
/// 400 for who is no administrator, for an unknown field, for a name that is taken, and for the name or the hint of a
/// field for a service that the server knows.
pub fn update(tx: &mut Tx<'_>, actor: UserId, id: u32, patch: FieldPatch) -> Result<bool, ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = ProfileFields::clone(&tx.state.organization.profile_fields);
    let before = find(&list, id)?.clone();
    let mut after = before.clone();
    after.name = patch.name.unwrap_or(after.name);
    after.hint = patch.hint.unwrap_or(after.hint);
    after.field_data = patch.data.unwrap_or(after.field_data);
    after.display_in_profile_summary = patch.in_summary.unwrap_or(after.display_in_profile_summary);
    after.required = patch.required.unwrap_or(after.required);
    after.editable_by_user = patch.editable_by_user.unwrap_or(after.editable_by_user);
    let is_renamed = (&before.name, &before.hint, &before.field_data) != (&after.name, &after.hint, &after.field_data);
    if is_renamed && service(before.kind, &before.field_data).is_some() {
        return Err(ApiError::bad_request("Default custom field cannot be updated."));
    }
    if before == after {
        return Ok(true);
    }
    check_among_others(tx, &after)?;
    let mut losers = who_lose_choices(tx, &before, &after);
    if losers.len() > limits::PROFILE_VALUES_AT_ONCE {
        losers.truncate(limits::PROFILE_VALUES_AT_ONCE);
        losers.into_iter().for_each(|user| values::put(tx, user, id, None));
        return Ok(false);
    }
    list.items.iter_mut().filter(|field| field.id == id).for_each(|field| field.clone_from(&after));
    put(tx, list);
    losers.into_iter().for_each(|user| values::put(tx, user, id, None));
    Ok(true)
}

/// Those whose value of a field was a choice, and is none any more.
fn who_lose_choices(tx: &Tx<'_>, before: &ProfileField, after: &ProfileField) -> Vec<UserId> {
    if after.kind != FieldKind::Select {
        return Vec::new();
    }
    let (had, has) = (choices(&before.field_data), choices(&after.field_data));
    let lost: BTreeSet<&String> = had.difference(&has).collect();
    let is_lost = |value: Option<&ProfileValue>| value.is_some_and(|value| lost.contains(&value.value));
    let users = tx.state.users.iter().map(|user| user.id);
    users.filter(|user| is_lost(tx.state.users.profile(*user).get(&before.id))).collect()
}

/// `delete-custom-profile-field`: the values go with it.
///
/// # Errors
/// 400 for who is no administrator, and for an unknown field.
pub fn delete(tx: &mut Tx<'_>, actor: UserId, id: u32) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = ProfileFields::clone(&tx.state.organization.profile_fields);
    find(&list, id)?;
    list.items.retain(|field| field.id != id);
    put(tx, list);
    Ok(())
}

/// `reorder-custom-profile-fields`: the place of each id is its new order.
///
/// # Errors
/// 400 for who is no administrator, and unless `order` has all ids, each once.
pub fn reorder(tx: &mut Tx<'_>, actor: UserId, order: &[u32]) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = ProfileFields::clone(&tx.state.organization.profile_fields);
    let wanted: BTreeSet<u32> = order.iter().copied().collect();
    let known: BTreeSet<u32> = list.items.iter().map(|field| field.id).collect();
    if wanted != known || wanted.len() != order.len() {
        return Err(ApiError::bad_request("Invalid order mapping."));
    }
    for (place, id) in (0_u32..).zip(order) {
        list.items.iter_mut().filter(|field| field.id == *id).for_each(|field| field.order = place);
    }
    if list != *tx.state.organization.profile_fields {
        put(tx, list);
    }
    Ok(())
}

/// Refuses a field whose name another has, and one too many in the summary.
fn check_among_others(tx: &Tx<'_>, field: &ProfileField) -> Result<(), ApiError> {
    let others = || tx.state.organization.profile_fields.items.iter().filter(|other| other.id != field.id);
    let lower = field.name.to_lowercase();
    if others().any(|other| other.name.to_lowercase() == lower) {
        return Err(ApiError::bad_request("A field with that label already exists."));
    }
    if !field.display_in_profile_summary {
        return Ok(());
    }
    if matches!(field.kind, FieldKind::LongText | FieldKind::Users) {
        return Err(ApiError::bad_request("Field type not supported for display in profile summary."));
    }
    let most = limits::PROFILE_SUMMARY_FIELDS_MAX;
    if others().filter(|other| other.display_in_profile_summary).count() >= most {
        let why = format!("Only {most} custom profile fields can be displayed in the profile summary.");
        return Err(ApiError::bad_request(why));
    }
    Ok(())
}

fn put(tx: &mut Tx<'_>, list: ProfileFields) {
    tx.change(Change::ProfileFields(Arc::new(list)));
    let fields = tx.state.organization.profile_fields_in_order().into_iter().cloned().collect();
    tx.emit(Event::CustomProfileFields(CustomProfileFields { fields }), Audience::realm());
}
