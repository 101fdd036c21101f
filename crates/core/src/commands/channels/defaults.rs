//! Channels that new accounts are subscribed to.

use super::check_is_admin;
use crate::change::Change;
use crate::commands::Tx;
use crate::commands::signup::default_groups;
use crate::state::realm::RealmRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::channel::DefaultStreams;
use tidings_types::{ApiError, ChannelId, UserId};

/// `add-default-stream`.
///
/// # Errors
/// 400 for who is no administrator, and for channels that are private, archived or unknown.
pub fn add_default_channel(tx: &mut Tx<'_>, actor: UserId, id: ChannelId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    check_is_admin(&actor)?;
    let channel = tx.state.access_channel(&actor, id)?;
    if channel.is_private {
        return Err(ApiError::bad_request("Private channels cannot be made default."));
    }
    if channel.is_archived {
        return Err(ApiError::bad_request("Invalid channel ID"));
    }
    set_default(tx, id, true);
    Ok(())
}

/// `remove-default-stream`.
///
/// # Errors
/// 400 for who is no administrator, and for channels that are unknown.
pub fn remove_default_channel(tx: &mut Tx<'_>, actor: UserId, id: ChannelId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    check_is_admin(&actor)?;
    tx.state.access_channel(&actor, id)?;
    set_default(tx, id, false);
    Ok(())
}

/// Makes a channel a default one, or not; tells only if that is new.
pub(crate) fn set_default(tx: &mut Tx<'_>, id: ChannelId, is_default: bool) {
    let mut channels = tx.state.realm.settings.default_channels.clone();
    match (channels.binary_search(&id), is_default) {
        (Err(at), true) => channels.insert(at, id),
        (Ok(at), false) => {
            channels.remove(at);
        }
        _ => return,
    }
    let mut row = RealmRow::clone(&tx.state.realm);
    row.settings.default_channels.clone_from(&channels);
    tx.change(Change::Realm(Arc::new(row)));
    if is_default {
        // Everybody has it now, so there is nothing to choose.
        default_groups::forget_channel(tx, id);
    }
    let audience = tx.state.who_is_member();
    tx.emit(Event::DefaultStreams(DefaultStreams { default_streams: channels }), audience);
}
