//! Taking channels out of use, and back.
//!
//! Clients that know archived channels are told of a property; for the others the channel is gone, and comes back
//! with everything they need to show it.

use super::{access_to_administer, defaults, deleted, notices, property, tell_created, tell_subscribers};
use crate::change::Change;
use crate::commands::signup::default_groups;
use crate::commands::{Tx, realm, subscriptions};
use crate::event::Gate;
use crate::shape::Shape;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::{ApiError, ChannelId, UserId};

const KNOWING: Gate = Gate::With(Shape::ARCHIVED_CHANNELS);
const UNKNOWING: Gate = Gate::Without(Shape::ARCHIVED_CHANNELS);

/// `archive-stream`.
///
/// # Errors
/// 400 where the actor may not, and where it is archived already.
pub fn archive_channel(tx: &mut Tx<'_>, actor: UserId, id: ChannelId) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    let channel = access_to_administer(tx, &actor, id)?;
    if channel.is_archived {
        return Err(ApiError::bad_request("Channel is already deactivated"));
    }
    archive(tx, &actor, &channel)
}

/// Archives a channel. Subscriptions stay.
///
/// # Errors
/// The store fails.
pub(super) fn archive(tx: &mut Tx<'_>, actor: &UserRow, channel: &ChannelRow) -> Result<(), ApiError> {
    // First, as long as all clients have the channel.
    notices::say(tx, actor, channel, "archived this channel.")?;
    // The message may be its first.
    let channel = &tx.state.channels.get(channel.id).map_or_else(|| channel.clone(), |row| ChannelRow::clone(row));
    defaults::set_default(tx, channel.id, false);
    default_groups::forget_channel(tx, channel.id);
    realm::forget_channel(tx, channel.id);
    tx.change(Change::Channel(Arc::new(ChannelRow { is_archived: true, ..channel.clone() })));
    let audience = tx.state.who_sees_channel(channel);
    let event = property(channel.id, &channel.name, "is_archived", true.into());
    tx.emit_gated(Event::StreamUpdate(event), audience.clone(), KNOWING);
    tx.emit_gated(deleted(channel.id), audience, UNKNOWING);
    Ok(())
}

/// Takes an archived channel into use again. Nothing is said in it: there may be more to change first.
///
/// # Errors
/// 400 for a private one that nobody is in: nobody could join it.
pub(super) fn unarchive(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<(), ApiError> {
    if channel.is_private && tx.state.channels.subscriber_count(channel.id) == 0 {
        return Err(ApiError::bad_request("The channel is private and has no subscribers."));
    }
    let row = Arc::new(ChannelRow { is_archived: false, ..channel.clone() });
    tx.change(Change::Channel(Arc::clone(&row)));
    let audience = tx.state.who_sees_channel(&row);
    let event = property(row.id, &row.name, "is_archived", false.into());
    tx.emit_gated(Event::StreamUpdate(event), audience.clone(), KNOWING);
    tell_created(tx, &row, audience, UNKNOWING);
    let subscribers = tx.state.subscriber_ids(&row);
    let pairs: Vec<(UserId, ChannelId)> = subscribers.iter().map(|user| (*user, row.id)).collect();
    subscriptions::tell_joined(tx, &pairs, UNKNOWING);
    let mut others = super::viewers(&tx.state, &row);
    for user in subscribers {
        others.remove(user.0);
    }
    if !others.is_empty() {
        tell_subscribers(tx, &row, super::audience_of(&others), UNKNOWING);
    }
    Ok(())
}
