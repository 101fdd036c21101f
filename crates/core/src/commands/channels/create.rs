//! Creating channels.

use super::{
    Privacy, announce, check_description, check_is_admin, check_is_owner, check_may_set_deleting,
    check_may_set_topics_policy, check_name, decides_on_deleting, defaults, gate, tell_created,
};
use crate::change::Change;
use crate::commands::{Tx, folders, permissions, subscriptions};
use crate::limits;
use crate::state::channels::ChannelRow;
use crate::state::groups::system;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::channel::{ChannelPermissions, TopicsPolicy};
use tidings_types::endpoints::channels::RetentionDays;
use tidings_types::group::GroupSetting;
use tidings_types::permission::channel as permission;
use tidings_types::{ApiError, ChannelId, UserId};

/// A channel to be created.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// As checked by [`check_name`].
    pub name: String,
    /// As written, checked by [`check_description`].
    pub description: String,
    /// The same as HTML; rendered before, since that takes time the writer does not have.
    pub rendered_description: String,
    /// Everything else.
    pub settings: NewChannelSettings,
}

/// What a new channel is like; one such may serve several.
#[derive(Clone, Debug)]
pub struct NewChannelSettings {
    /// Only for invited users.
    pub is_private: bool,
    /// Readable without an account.
    pub is_web_public: bool,
    /// New accounts are subscribed.
    pub is_default: bool,
    /// Whether new subscribers see earlier messages; by default unless the channel is private.
    pub history_public: Option<bool>,
    /// How long messages are kept.
    pub retention: RetentionDays,
    /// Whether messages without a topic are allowed.
    pub topics_policy: TopicsPolicy,
    /// The folder it is shown in.
    pub folder: Option<u32>,
    /// Tell of it by message, unless it is private.
    pub announce: bool,
    /// Permissions other than the default, by name.
    pub permissions: Vec<(&'static str, GroupSetting)>,
}

impl Default for NewChannelSettings {
    fn default() -> Self {
        NewChannelSettings {
            is_private: false,
            is_web_public: false,
            is_default: false,
            history_public: None,
            retention: RetentionDays::RealmDefault,
            topics_policy: TopicsPolicy::Inherit,
            folder: None,
            announce: false,
            permissions: Vec::new(),
        }
    }
}

/// `create-channel`: returns the new channel's id.
///
/// # Errors
/// 409 if the name is taken; 400 where the actor may not create such a channel or subscribe these users.
pub fn create_channel(
    tx: &mut Tx<'_>,
    actor: UserId,
    new: NewChannel,
    subscribers: &[UserId],
) -> Result<ChannelId, ApiError> {
    let actor = tx.actor(actor)?;
    if tx.state.channels.find_by_name(&new.name).is_some() {
        return Err(ApiError::ChannelAlreadyExists { name: new.name });
    }
    check_may_create(tx, &actor, &new)?;
    let mut users = Vec::with_capacity(subscribers.len());
    for id in subscribers {
        let user = tx.state.access_user(&actor, *id)?;
        if !user.is_active {
            return Err(ApiError::bad_request("User is deactivated"));
        }
        users.push(*id);
    }
    let announces = new.settings.announce;
    let id = create(tx, Some(actor.id), new);
    subscriptions::subscribe(tx, id, &users);
    if announces {
        announce(tx, &actor, &[id])?;
    }
    Ok(id)
}

/// Refuses who may not create this channel. That its name is free was checked before.
///
/// # Errors
/// 400 with the reason.
pub fn check_may_create(tx: &Tx<'_>, actor: &UserRow, new: &NewChannel) -> Result<(), ApiError> {
    check_name(&new.name)?;
    check_description(&new.description)?;
    if tx.state.channels.count() >= limits::CHANNELS_MAX {
        return Err(ApiError::bad_request(format!("There are too many channels (limit: {}).", limits::CHANNELS_MAX)));
    }
    let settings = &new.settings;
    let privacy = Privacy::new(settings.is_private, settings.is_web_public, settings.history_public)?;
    privacy.check_may_make(tx, actor)?;
    if settings.is_default {
        check_is_admin(actor)?;
        if privacy.is_private {
            return Err(ApiError::bad_request("A default channel cannot be private."));
        }
    }
    if settings.retention != RetentionDays::RealmDefault {
        check_is_owner(actor)?;
    }
    if let Some(folder) = settings.folder {
        folders::check_can_hold_channels(tx, folder)?;
    }
    if settings.topics_policy != TopicsPolicy::Inherit {
        check_may_set_topics_policy(tx, actor)?;
    }
    if settings.permissions.iter().any(|(name, value)| decides_on_deleting(name) && *value != system::NOBODY.into()) {
        check_may_set_deleting(tx, actor)?;
    }
    settings
        .permissions
        .iter()
        .try_for_each(|(name, setting)| permissions::check(tx, permission::RULES, name, setting, None))
}

/// Creates a channel without asking who may; its name must be free. Nobody is subscribed yet.
pub fn create(tx: &mut Tx<'_>, creator: Option<UserId>, new: NewChannel) -> ChannelId {
    let settings = new.settings;
    let mut permissions = ChannelPermissions::new(creator);
    for (name, setting) in settings.permissions {
        if let Some(place) = permissions.get_mut(name) {
            *place = setting;
        }
    }
    let row = Arc::new(ChannelRow {
        id: tx.state.channels.next_id(),
        name: new.name,
        description: new.description,
        rendered_description: new.rendered_description,
        date_created: tx.now,
        creator,
        is_private: settings.is_private,
        is_web_public: settings.is_web_public,
        history_public: settings.history_public.unwrap_or(!settings.is_private),
        is_archived: false,
        message_retention_days: settings.retention.to_property(),
        topics_policy: settings.topics_policy,
        first_message_id: None,
        folder: settings.folder,
        is_recently_active: true,
        weekly_traffic: None,
        permissions,
    });
    tx.change(Change::Channel(Arc::clone(&row)));
    let audience = tx.state.who_sees_channel(&row);
    tell_created(tx, &row, audience, gate(&row));
    if settings.is_default {
        defaults::set_default(tx, row.id, true);
    }
    row.id
}
