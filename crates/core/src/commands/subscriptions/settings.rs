//! How each user wants their channels shown, and what to be notified of.

use crate::audience::Audience;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::channels::gate;
use crate::limits;
use crate::state::channels::SubscriptionRow;
use serde_json::Value;
use std::sync::Arc;
use tidings_types::channel::SubscriptionSettings;
use tidings_types::endpoints::subscriptions::SubscriptionChange;
use tidings_types::events::Event;
use tidings_types::events::channel::SubscriptionUpdate;
use tidings_types::{ApiError, UserId};

/// `update-subscription-settings`: all of them, or none.
///
/// # Errors
/// 400 for channels the actor is not subscribed to, for unknown properties, for values they cannot have, and for too
/// many at once.
pub fn update_settings(tx: &mut Tx<'_>, actor: UserId, changes: &[SubscriptionChange]) -> Result<(), ApiError> {
    tx.actor(actor)?;
    let most = limits::SUBSCRIPTION_CHANGES_MAX;
    if changes.len() > most {
        return Err(ApiError::bad_request(format!("Too many changes in one request (limit: {most}).")));
    }
    for change in changes {
        let id = change.stream_id;
        let row = tx.state.channels.subscription(actor, id).filter(|row| row.is_active).cloned();
        let (Some(row), Some(channel)) = (row, tx.state.channels.get(id).cloned()) else {
            return Err(ApiError::bad_request(format!("Not subscribed to channel id {id}")));
        };
        let mut row = SubscriptionRow::clone(&row);
        let before = row.settings.clone();
        let value = set(&mut row.settings, &change.property, &change.value)?;
        if row.settings == before {
            continue;
        }
        tx.change(Change::Subscription { user: actor, channel: id, row: Arc::new(row) });
        let mut told = vec![(change.property.as_str(), value)];
        if let ("is_muted" | "in_home_view", Value::Bool(value)) = (change.property.as_str(), &told[0].1) {
            let muted = *value == (change.property == "is_muted");
            told = vec![("in_home_view", Value::Bool(!muted)), ("is_muted", Value::Bool(muted))];
        }
        for (property, value) in told {
            let event = SubscriptionUpdate { stream_id: id, property: property.to_owned(), value };
            tx.emit_gated(Event::SubscriptionUpdate(event), Audience::user(actor), gate(&channel));
        }
    }
    Ok(())
}

/// Changes one setting; returns the value as it is stored.
fn set(settings: &mut SubscriptionSettings, property: &str, value: &Value) -> Result<Value, ApiError> {
    let boolean = || {
        let wrong = || ApiError::bad_request(format!("{property} is not a boolean"));
        value.as_bool().ok_or_else(wrong)
    };
    match property {
        "color" => {
            let text = value.as_str().ok_or_else(|| ApiError::bad_request("color is not a string"))?;
            settings.color = check_color(text)?;
            return Ok(Value::from(settings.color.clone()));
        }
        "is_muted" => settings.is_muted = boolean()?,
        "in_home_view" => settings.is_muted = !boolean()?,
        "pin_to_top" => settings.pin_to_top = boolean()?,
        "desktop_notifications" => settings.desktop_notifications = Some(boolean()?),
        "email_notifications" => settings.email_notifications = Some(boolean()?),
        "wildcard_mentions_notify" => settings.wildcard_mentions_notify = Some(boolean()?),
        "push_notifications" => settings.push_notifications = Some(boolean()?),
        "audible_notifications" => settings.audible_notifications = Some(boolean()?),
        _ => return Err(ApiError::bad_request(format!("Unknown subscription property: {property}"))),
    }
    Ok(value.clone())
}

/// A color as it is stored: `#rrggbb` in lower case, since some clients take no other form.
///
/// # Errors
/// 400 for anything that is not `#` and three or six hexadecimal digits.
pub fn check_color(text: &str) -> Result<String, ApiError> {
    let invalid = || ApiError::bad_request("color is not a valid hex color code");
    let digits = text.trim().strip_prefix('#').ok_or_else(invalid)?;
    if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(invalid());
    }
    let long = match digits.len() {
        6 => digits.to_owned(),
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => return Err(invalid()),
    };
    Ok(format!("#{}", long.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_have_one_form() {
        assert_eq!(check_color("#C2C2C2"), Ok("#c2c2c2".to_owned()));
        assert_eq!(check_color("#aBc"), Ok("#aabbcc".to_owned()));
        for text in ["", "c2c2c2", "#12345", "#xyzxyz", "red"] {
            assert!(check_color(text).is_err(), "{text}");
        }
    }
}
