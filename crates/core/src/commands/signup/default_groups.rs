//! Groups of channels that new users can choose together. For administrators; all but guests see them.

use crate::change::Change;
use crate::commands::Tx;
use crate::commands::channels::check_description;
use crate::commands::linkifiers::{check_is_administrator, next_id};
use crate::limits;
use crate::state::organization::DefaultGroups;
use crate::state::users::UserRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::DefaultStreamGroups;
use tidings_types::signup::DefaultChannelGroup;
use tidings_types::{ApiError, ChannelId, UserId};

/// `create-default-stream-group`: returns its id.
///
/// # Errors
/// 400 for who is no administrator, for a name that is taken, and for channels that are unknown or default ones.
pub fn create(
    tx: &mut Tx<'_>,
    actor: UserId,
    name: &str,
    description: &str,
    channels: &[String],
) -> Result<u32, ApiError> {
    let actor = tx.actor(actor)?;
    check_is_administrator(&actor)?;
    let name = check_name(tx, name, None)?;
    let description = check_description(description)?;
    let mut list = DefaultGroups::clone(&tx.state.organization.default_groups);
    let id = next_id(&mut list, limits::DEFAULT_GROUPS_MAX, "default channel groups")?;
    let mut group = DefaultChannelGroup { id, name, description, streams: Vec::new() };
    put_in(tx, &actor, &mut group, channels)?;
    list.items.push(group);
    put(tx, list);
    Ok(id)
}

/// `update-default-stream-group`.
///
/// # Errors
/// 400 for who is no administrator, for an unknown group, and for a name that is taken.
pub fn update(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: u32,
    name: Option<&str>,
    description: Option<&str>,
) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    if name.is_none() && description.is_none() {
        return Err(ApiError::bad_request("You must pass \"new_description\" or \"new_group_name\"."));
    }
    let name = name.map(|name| check_name(tx, name, Some(id))).transpose()?;
    let description = description.map(check_description).transpose()?;
    change(tx, id, |_, group| {
        group.name = name.unwrap_or_else(|| group.name.clone());
        group.description = description.unwrap_or_else(|| group.description.clone());
        Ok(())
    })
}

/// `change-default-stream-group`: puts channels in, or takes them out.
///
/// # Errors
/// 400 for who is no administrator, for an unknown group, and for channels that are unknown, default ones, or in the
/// group already (or not).
pub fn change_channels(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: u32,
    add: bool,
    channels: &[String],
) -> Result<(), ApiError> {
    let actor = tx.actor(actor)?;
    check_is_administrator(&actor)?;
    change(
        tx,
        id,
        |tx, group| if add { put_in(tx, &actor, group, channels) } else { take_out(tx, &actor, group, channels) },
    )
}

/// `remove-default-stream-group`.
///
/// # Errors
/// 400 for who is no administrator, and for an unknown group.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, id: u32) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = DefaultGroups::clone(&tx.state.organization.default_groups);
    let at = list.items.iter().position(|group| group.id == id).ok_or_else(|| unknown(id))?;
    list.items.remove(at);
    put(tx, list);
    Ok(())
}

/// Takes a channel out of all groups, because nobody can choose it any more.
pub(in crate::commands) fn forget_channel(tx: &mut Tx<'_>, channel: ChannelId) {
    let mut list = DefaultGroups::clone(&tx.state.organization.default_groups);
    list.items.iter_mut().for_each(|group| group.streams.retain(|known| *known != channel));
    if list != *tx.state.organization.default_groups {
        put(tx, list);
    }
}

fn change(
    tx: &mut Tx<'_>,
    id: u32,
    how: impl FnOnce(&Tx<'_>, &mut DefaultChannelGroup) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut list = DefaultGroups::clone(&tx.state.organization.default_groups);
    let group = list.items.iter_mut().find(|group| group.id == id).ok_or_else(|| unknown(id))?;
    how(tx, group)?;
    if list != *tx.state.organization.default_groups {
        put(tx, list);
    }
    Ok(())
}

fn unknown(id: u32) -> ApiError {
    ApiError::bad_request(format!("Default channel group with id '{id}' does not exist."))
}

fn check_name(tx: &Tx<'_>, name: &str, except: Option<u32>) -> Result<String, ApiError> {
    let name = name.trim();
    let most = limits::DEFAULT_GROUP_NAME_CHARS_MAX;
    if name.is_empty() || name.contains(char::is_control) {
        return Err(ApiError::bad_request(format!("Invalid default channel group name '{name}'")));
    }
    if name.chars().count() > most {
        return Err(ApiError::bad_request(format!("Default channel group name too long (limit: {most} characters)")));
    }
    let known = &tx.state.organization.default_groups.items;
    if known.iter().any(|group| group.name == name && Some(group.id) != except) {
        return Err(ApiError::bad_request(format!("Default channel group '{name}' already exists")));
    }
    Ok(name.to_owned())
}

fn put_in(tx: &Tx<'_>, actor: &UserRow, group: &mut DefaultChannelGroup, names: &[String]) -> Result<(), ApiError> {
    for name in names {
        let channel = tx.state.access_channel_by_name(actor, name)?;
        if channel.is_private || channel.is_archived {
            return Err(ApiError::bad_request(format!("Invalid channel name '{name}'")));
        }
        if tx.state.realm.settings.default_channels.contains(&channel.id) {
            let why = format!("'{}' is a default channel and cannot be added to '{}'", channel.name, group.name);
            return Err(ApiError::bad_request(why));
        }
        let Err(at) = group.streams.binary_search(&channel.id) else {
            let (channel, group) = (&channel.name, &group.name);
            let why = format!("Channel '{channel}' is already present in default channel group '{group}'");
            return Err(ApiError::bad_request(why));
        };
        group.streams.insert(at, channel.id);
    }
    Ok(())
}

fn take_out(tx: &Tx<'_>, actor: &UserRow, group: &mut DefaultChannelGroup, names: &[String]) -> Result<(), ApiError> {
    for name in names {
        let channel = tx.state.access_channel_by_name(actor, name)?;
        let Ok(at) = group.streams.binary_search(&channel.id) else {
            let (channel, group) = (&channel.name, &group.name);
            let why = format!("Channel '{channel}' is not present in default channel group '{group}'");
            return Err(ApiError::bad_request(why));
        };
        group.streams.remove(at);
    }
    Ok(())
}

fn put(tx: &mut Tx<'_>, list: DefaultGroups) {
    let default_stream_groups = list.items.clone();
    tx.change(Change::DefaultGroups(Arc::new(list)));
    let audience = tx.state.who_is_member();
    tx.emit(Event::DefaultStreamGroups(DefaultStreamGroups { default_stream_groups }), audience);
}
