//! What a field of profiles can be.

use super::values::is_link;
use crate::limits;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use tidings_types::ApiError;
use tidings_types::profile::{EXTERNAL_ACCOUNTS, ExternalAccount, FieldData, FieldKind, USERNAME};

fn refused<T>(why: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::bad_request(why.into()))
}

/// The kind that a number stands for.
///
/// # Errors
/// 400 for a number that stands for none.
pub fn check_kind(number: i64) -> Result<FieldKind, ApiError> {
    let kind = u8::try_from(number).ok().and_then(|number| FieldKind::try_from(number).ok());
    kind.ok_or_else(|| ApiError::bad_request("Invalid field type."))
}

/// A name as it is stored.
///
/// # Errors
/// 400 for an empty or an overlong one.
pub fn check_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return refused("Label cannot be blank.");
    }
    check_length("name", name, limits::PROFILE_FIELD_NAME_CHARS_MAX)?;
    Ok(name.to_owned())
}

/// A hint as it is stored.
///
/// # Errors
/// 400 for an overlong one.
pub fn check_hint(hint: &str) -> Result<String, ApiError> {
    let hint = hint.trim();
    check_length("hint", hint, limits::PROFILE_FIELD_HINT_CHARS_MAX)?;
    Ok(hint.to_owned())
}

/// Refuses text of more than `most` characters.
///
/// # Errors
/// 400 that says how many there may be.
pub(super) fn check_length(what: &str, text: &str, most: usize) -> Result<(), ApiError> {
    if text.chars().count() > most {
        return refused(format!("{what} is too long (limit: {most} characters)"));
    }
    Ok(())
}

/// A field's data as it is stored: JSON, or nothing for kinds that have none.
///
/// # Errors
/// 400 for data that does not fit the kind.
pub fn check_data(kind: FieldKind, data: &FieldData) -> Result<String, ApiError> {
    match kind {
        FieldKind::Select => check_choices(&data.0)?,
        FieldKind::ExternalAccount => check_account(&data.0)?,
        _ => return Ok(String::new()),
    }
    let text = Value::Object(data.0.clone()).to_string();
    if text.len() > limits::PROFILE_FIELD_DATA_BYTES_MAX {
        return refused("field_data is too long.");
    }
    Ok(text)
}

fn check_choices(choices: &Map<String, Value>) -> Result<(), ApiError> {
    if choices.is_empty() {
        return refused("Field must have at least one choice.");
    }
    let mut texts = BTreeSet::new();
    for (key, choice) in choices {
        let fields = choice.as_object();
        let fields = fields.ok_or_else(|| ApiError::bad_request("field_data contains a value that is not a dict"))?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        if key.trim().is_empty() {
            return refused("'value' cannot be blank.");
        }
        let (Some(shown), Some(_)) = (text("text"), text("order")) else {
            return refused(format!("field_data[\"{key}\"] needs a text and an order"));
        };
        if fields.len() > 2 {
            return refused(format!("field_data[\"{key}\"] has unknown parts"));
        }
        if !texts.insert(shown) {
            return refused("Field must not have duplicate choices.");
        }
    }
    Ok(())
}

fn check_account(data: &Map<String, Value>) -> Result<(), ApiError> {
    let text = |name: &str| data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let subtype = text("subtype").ok_or_else(|| ApiError::bad_request("subtype key is missing from field_data"))?;
    if data.keys().any(|name| name != "subtype" && name != "url_pattern") {
        return refused("field_data has unknown parts");
    }
    if subtype != "custom" {
        let is_known = EXTERNAL_ACCOUNTS.iter().any(|(known, _)| *known == subtype);
        return if is_known { Ok(()) } else { refused("Invalid external account type") };
    }
    let pattern = text("url_pattern");
    let pattern = pattern.ok_or_else(|| ApiError::bad_request("Custom external account must define URL pattern"))?;
    if pattern.matches(USERNAME).count() != 1 || !is_link(&pattern.replace(USERNAME, "username")) {
        return refused(format!("URL pattern must contain '{USERNAME}'."));
    }
    Ok(())
}

/// The service that a field of this kind and data is for, if it is one that the server knows.
#[must_use]
pub fn service(kind: FieldKind, data: &str) -> Option<&'static ExternalAccount> {
    if kind != FieldKind::ExternalAccount {
        return None;
    }
    let data: Value = serde_json::from_str(data).ok()?;
    EXTERNAL_ACCOUNTS.iter().find(|(subtype, _)| data["subtype"] == *subtype).map(|(_, service)| service)
}

/// Keys of the choices in a field's data.
#[must_use]
pub fn choices(data: &str) -> BTreeSet<String> {
    let data: Map<String, Value> = serde_json::from_str(data).unwrap_or_default();
    data.into_iter().map(|(key, _)| key).collect()
}
