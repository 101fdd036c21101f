//! Channels: create, change, archive.
//!
//! What users see of channels depends on many things, so whoever changes one of those compares who saw a channel
//! before and after ([`viewers`]) and tells the difference ([`super::visibility`]).
//!
//! # Layout
//! - [`create`], [`update`], [`archive`], [`defaults`]: the operations. `announce`: telling of new channels by message.
//!   `notices`: telling in a channel what became of it.
//! - here: who may, and the events they share.

use super::Tx;
use crate::audience::Audience;
use crate::event::Gate;
use crate::limits;
use crate::shape::Shape;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use serde_json::Value;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::channel::{DeletedChannel, PeerChange, StreamCreate, StreamDelete, StreamUpdate};
use tidings_types::{ApiError, ChannelId, UserId, permission};

mod announce;
pub mod archive;
pub mod create;
pub mod defaults;
mod notices;
pub mod traffic;
pub mod update;

pub(super) use announce::announce;

/// Which clients hear of a channel: of an archived one, those that know what that is.
#[must_use]
pub fn gate(channel: &ChannelRow) -> Gate {
    if channel.is_archived { Gate::With(Shape::ARCHIVED_CHANNELS) } else { Gate::All }
}

/// Active accounts that may know of a channel.
#[must_use]
pub fn viewers(state: &RealmState, channel: &ChannelRow) -> RoaringBitmap {
    let sees = |user: &&Arc<UserRow>| user.is_active && state.can_see_channel(user, channel);
    state.users.iter().filter(sees).map(|user| user.id.0).collect()
}

/// Those of these accounts that are active and may know of a channel.
#[must_use]
pub fn viewers_among(state: &RealmState, channel: &ChannelRow, users: &RoaringBitmap) -> RoaringBitmap {
    let sees = |id: &u32| state.active_user(UserId(*id)).is_some_and(|user| state.can_see_channel(user, channel));
    users.iter().filter(sees).collect()
}

/// These users, as an audience.
pub(crate) fn audience_of(users: &RoaringBitmap) -> Audience {
    Audience::users(users.iter().map(UserId))
}

/// Whether `viewer`, who sees the channel, may change its settings.
#[must_use]
pub fn may_administer(state: &RealmState, viewer: &UserRow, channel: &ChannelRow) -> bool {
    !viewer.is_guest()
        && (viewer.role.is_admin()
            || state.has(viewer, &permission::channel::can_administer_channel_group, &channel.permissions))
}

/// A channel that `actor` may change.
fn access_to_administer(tx: &Tx<'_>, actor: &UserRow, id: ChannelId) -> Result<Arc<ChannelRow>, ApiError> {
    let channel = Arc::clone(tx.state.access_channel(actor, id)?);
    if may_administer(&tx.state, actor, &channel) {
        return Ok(channel);
    }
    Err(ApiError::bad_request("You do not have permission to administer this channel."))
}

fn check_is_admin(actor: &UserRow) -> Result<(), ApiError> {
    if actor.role.is_admin() {
        return Ok(());
    }
    Err(ApiError::UnauthorizedPrincipal { text: "Must be an organization administrator".to_owned() })
}

fn check_is_owner(actor: &UserRow) -> Result<(), ApiError> {
    if actor.role == tidings_types::user::Role::Owner {
        return Ok(());
    }
    Err(ApiError::UnauthorizedPrincipal { text: "Must be an organization owner".to_owned() })
}

fn check_may_set_topics_policy(tx: &Tx<'_>, actor: &UserRow) -> Result<(), ApiError> {
    let may = actor.role.is_admin() || tx.state.may(actor, &permission::realm::can_set_topics_policy_group);
    if may { Ok(()) } else { Err(insufficient_permission()) }
}

/// Whether a permission says who deletes messages of a channel.
fn decides_on_deleting(name: &str) -> bool {
    ["can_delete_any_message_group", "can_delete_own_message_group"].contains(&name)
}

fn check_may_set_deleting(tx: &Tx<'_>, actor: &UserRow) -> Result<(), ApiError> {
    let may = actor.role.is_admin() || tx.state.may(actor, &permission::realm::can_set_delete_message_policy_group);
    if may { Ok(()) } else { Err(insufficient_permission()) }
}

fn insufficient_permission() -> ApiError {
    ApiError::bad_request("Insufficient permission")
}

/// Which kind of channel somebody wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Privacy {
    is_private: bool,
    is_web_public: bool,
    history_public: bool,
}

impl Privacy {
    /// The three properties together; what is not given follows.
    fn new(is_private: bool, is_web_public: bool, history_public: Option<bool>) -> Result<Self, ApiError> {
        let invalid = || ApiError::bad_request("Invalid parameters");
        if is_private && is_web_public || !is_private && history_public == Some(false) {
            return Err(invalid());
        }
        Ok(Privacy { is_private, is_web_public, history_public: history_public.unwrap_or(!is_private) })
    }

    fn of(channel: &ChannelRow) -> Self {
        Privacy {
            is_private: channel.is_private,
            is_web_public: channel.is_web_public,
            history_public: channel.history_public || !channel.is_private,
        }
    }

    /// What people call it.
    fn name(self) -> &'static str {
        match self {
            Privacy { is_web_public: true, .. } => "web-public",
            Privacy { is_private: false, .. } => "public",
            Privacy { history_public: true, .. } => "private, shared history",
            Privacy { .. } => "private, protected history",
        }
    }

    /// Refuses who may not make channels of this kind.
    fn check_may_make(self, tx: &Tx<'_>, actor: &UserRow) -> Result<(), ApiError> {
        if self.is_web_public && !tx.state.realm.settings.enable_spectator_access {
            return Err(ApiError::bad_request("Web-public channels are not enabled."));
        }
        let needed = match (self.is_web_public, self.is_private) {
            (true, _) => &permission::realm::can_create_web_public_channel_group,
            (false, true) => &permission::realm::can_create_private_channel_group,
            (false, false) => &permission::realm::can_create_public_channel_group,
        };
        if tx.state.may(actor, needed) { Ok(()) } else { Err(insufficient_permission()) }
    }
}

/// A channel's name as it is stored.
///
/// # Errors
/// 400 for names that are empty, too long, or have characters that cannot be shown.
pub fn check_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ApiError::bad_request("Channel name can't be empty."));
    }
    let most = limits::CHANNEL_NAME_CHARS_MAX;
    if name.chars().count() > most {
        return Err(ApiError::bad_request(format!("Channel name too long (limit: {most} characters).")));
    }
    if let Some(at) = name.chars().position(|c| c.is_control() || c == '\u{fffe}' || c == '\u{ffff}') {
        return Err(ApiError::bad_request(format!("Invalid character in channel name, at position {}.", at + 1)));
    }
    Ok(name.to_owned())
}

/// A channel's description as it is stored: on one line.
///
/// # Errors
/// 400 for one that is too long.
pub fn check_description(description: &str) -> Result<String, ApiError> {
    let most = limits::CHANNEL_DESCRIPTION_CHARS_MAX;
    if description.chars().count() > most {
        return Err(ApiError::bad_request(format!("description is too long (limit: {most} characters)")));
    }
    Ok(description.replace("\r\n", " ").replace(['\n', '\r'], " ").trim().to_owned())
}

/// Tells of channels that are new to the audience. They come without subscribers: those follow, one's own
/// subscription as `subscription/add`, others as `subscription/peer_add`.
pub(super) fn tell_created(tx: &mut Tx<'_>, channel: &ChannelRow, audience: Audience, gate: Gate) {
    let mut view = tx.state.channel_view(channel);
    view.subscriber_count = 0;
    tx.emit_gated(Event::StreamCreate(StreamCreate { streams: vec![view] }), audience, gate);
}

/// Tells of everybody who is subscribed to a channel.
fn tell_subscribers(tx: &mut Tx<'_>, channel: &ChannelRow, users: Audience, gate: Gate) {
    let subscribers = tx.state.subscriber_ids(channel);
    if !subscribers.is_empty() {
        let event = PeerChange { stream_ids: vec![channel.id], user_ids: subscribers };
        tx.emit_gated(Event::PeerAdd(event), users, gate);
    }
}

fn deleted(channel: ChannelId) -> Event {
    Event::StreamDelete(StreamDelete {
        streams: vec![DeletedChannel { stream_id: channel }],
        stream_ids: vec![channel],
    })
}

/// One property of a channel; `name` is the channel's name before.
pub(super) fn property(id: ChannelId, name: &str, property: &str, value: Value) -> StreamUpdate {
    StreamUpdate {
        stream_id: id,
        name: name.to_owned(),
        property: property.to_owned(),
        value,
        rendered_description: None,
        history_public_to_subscribers: None,
        is_web_public: None,
    }
}
