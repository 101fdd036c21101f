//! Channels and subscriptions made by operators, without anybody who acts.

use tidings_core::commands::channels::{self, create};
use tidings_core::commands::{Tx, subscriptions};
use tidings_core::directory::SeenBy;
use tidings_core::state::RealmState;
use tidings_types::{ApiError, ChannelId, UserId};

use super::NewChannel;

/// A channel that is checked and rendered, outside the writer.
#[derive(Clone, Debug)]
pub(crate) struct Prepared(create::NewChannel);

/// Checks and renders a channel.
pub(crate) fn prepare(state: &RealmState, new: &NewChannel) -> Result<Prepared, ApiError> {
    let description = channels::check_description(&new.description)?;
    // Operators have no account; the description is seen as by anyone of the realm.
    let rendered_description = match state.users.iter().next() {
        Some(viewer) => tidings_markdown::render(&description, &SeenBy { state, viewer }).html,
        None => String::new(),
    };
    let settings = create::NewChannelSettings { is_private: new.private, ..Default::default() };
    let name = channels::check_name(&new.name)?;
    Ok(Prepared(create::NewChannel { name, description, rendered_description, settings }))
}

/// Subscribes users to a channel, which is created if missing.
pub(crate) fn subscribe(tx: &mut Tx<'_>, channel: Prepared, users: &[UserId]) -> ChannelId {
    let found = tx.state.channels.find_by_name(&channel.0.name).map(|row| row.id);
    let id = found.unwrap_or_else(|| create::create(tx, None, channel.0));
    subscriptions::subscribe(tx, id, users);
    id
}
