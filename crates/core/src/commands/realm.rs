//! The organization's settings.

use super::Tx;
use crate::audience::Audience;
use crate::change::Change;
use crate::state::channels::ChannelRow;
use crate::state::realm::{RealmRow, RealmSettings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::{RealmUpdate, RealmUpdateDict};
use tidings_types::realm::Told;
use tidings_types::{ApiError, ChannelId, GroupId, UserId};

/// `update-realm`: all that was asked for, or nothing.
///
/// # Errors
/// 400 for who is no administrator, and for values that cannot be.
pub fn update(tx: &mut Tx<'_>, actor: UserId, settings: &[(&'static str, Value)]) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    if !user.role.is_admin() {
        return Err(ApiError::UnauthorizedPrincipal { text: "Must be an organization administrator".to_owned() });
    }
    let mut after = RealmRow::clone(&tx.state.realm);
    let mut changed = Vec::new();
    for (name, value) in settings {
        let group = value["new"].as_u64().map(|id| GroupId(u32::try_from(id).unwrap_or_default()));
        if group.is_some_and(|group| !tx.state.group_exists(group)) {
            return Err(ApiError::invalid(name));
        }
        if after.settings.set(name, value)? {
            changed.push(*name);
        }
    }
    check(tx, &after.settings)?;
    if changed.is_empty() {
        return Ok(());
    }
    let shown = serde_json::to_value(&after.settings).map_err(|_| ApiError::Internal {})?;
    tx.change(Change::Realm(Arc::new(after)));
    tell(tx, &changed, &shown);
    Ok(())
}

fn check(tx: &Tx<'_>, after: &RealmSettings) -> Result<(), ApiError> {
    let before = &tx.state.realm.settings;
    if let Some(reports) =
        chosen_channel(tx, before.moderation_request_channel_id, after.moderation_request_channel_id)?
        && !reports.is_private
    {
        return Err(ApiError::bad_request("Moderation request channel must be private."));
    }
    chosen_channel(tx, before.new_stream_announcements_stream_id, after.new_stream_announcements_stream_id)?;
    Ok(())
}

/// The channel that a setting is changed to; none where it stays, or is to be none.
fn chosen_channel(tx: &Tx<'_>, before: i64, after: i64) -> Result<Option<Arc<ChannelRow>>, ApiError> {
    if after == before || after == -1 {
        return Ok(None);
    }
    let channel = u32::try_from(after).ok().and_then(|id| tx.state.channels.get(ChannelId(id)));
    let channel = channel.filter(|channel| !channel.is_archived).cloned();
    channel.map(Some).ok_or_else(|| ApiError::bad_request("Invalid channel ID"))
}

fn tell(tx: &mut Tx<'_>, changed: &[&'static str], shown: &Value) {
    let mut together = BTreeMap::new();
    for name in changed {
        match RealmSettings::told(name) {
            Some(Told::Together) => {
                together.insert((*name).to_owned(), shown[name].clone());
                together.extend(deprecated(name, &shown[name]));
            }
            _ => {
                let event = RealmUpdate { property: (*name).to_owned(), value: shown[name].clone() };
                tx.emit(Event::RealmUpdate(event), Audience::realm());
            }
        }
    }
    if !together.is_empty() {
        let event = RealmUpdateDict { property: "default".to_owned(), data: together };
        tx.emit(Event::RealmUpdateDict(event), Audience::realm());
    }
}

/// The deprecated form of the same.
fn deprecated(name: &str, value: &Value) -> Option<(String, Value)> {
    (name == "topics_policy").then(|| ("mandatory_topics".to_owned(), json!(value != "allow_empty_topic")))
}
