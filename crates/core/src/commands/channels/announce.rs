//! Telling of new channels in the channel that the organization has for that.

use crate::commands::{Tx, notify};
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::{ApiError, ChannelId};

/// The topic of announcements.
const TOPIC: &str = "new channels";

/// Announces the public ones of these channels; nothing if there are none, or if there is no channel for that.
///
/// # Errors
/// The store fails.
pub(in crate::commands) fn announce(tx: &mut Tx<'_>, creator: &UserRow, created: &[ChannelId]) -> Result<(), ApiError> {
    let place = notify::channel_for(tx, tx.state.realm.settings.new_stream_announcements_stream_id);
    let public = created.iter().filter_map(|id| tx.state.channels.get(*id)).filter(|channel| !channel.is_private);
    let links: Vec<String> = public.map(|channel: &Arc<ChannelRow>| notify::channel_link(channel)).collect();
    let (Some(place), false) = (place, links.is_empty()) else { return Ok(()) };
    let who = notify::mention(creator);
    let content = match links.as_slice() {
        [one] => format!("{who} created a new channel: {one}"),
        several => format!("{who} created new channels: {}", several.join(", ")),
    };
    notify::send(tx, creator, place, TOPIC, content, &[])?;
    Ok(())
}
