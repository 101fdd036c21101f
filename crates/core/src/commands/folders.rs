//! Folders of channels. For administrators; everybody sees them.

use super::Tx;
use super::linkifiers::{check_is_administrator, next_id};
use crate::audience::Audience;
use crate::change::Change;
use crate::limits;
use crate::state::organization::Folders;
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::channel::{ChannelFolderAdd, ChannelFolderData, ChannelFolderReorder, ChannelFolderUpdate};
use tidings_types::folder::ChannelFolder;
use tidings_types::{ApiError, UserId};

/// What is to change of a folder; none leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderPatch {
    /// As checked by [`check_name`].
    pub name: Option<String>,
    /// As written, and as HTML; rendered before, since that takes time the writer does not have.
    pub description: Option<(String, String)>,
    /// Out of use.
    pub is_archived: Option<bool>,
}

/// A folder's name as it is stored.
///
/// # Errors
/// 400 for names that are empty, too long, or have characters that cannot be shown.
pub fn check_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let most = limits::FOLDER_NAME_CHARS_MAX;
    if name.is_empty() {
        return Err(ApiError::bad_request("Channel folder name can't be empty."));
    }
    if name.chars().count() > most {
        return Err(ApiError::bad_request(format!("name is too long (limit: {most} characters)")));
    }
    if let Some(at) = name.chars().position(char::is_control) {
        return Err(ApiError::bad_request(format!(
            "Invalid character in channel folder name, at position {}.",
            at + 1
        )));
    }
    Ok(name.to_owned())
}

/// `create-channel-folder`: returns its id. The description comes as written and as HTML.
///
/// # Errors
/// 400 for who is no administrator, for a name that is taken, and for one folder too many.
pub fn create(tx: &mut Tx<'_>, actor: UserId, name: String, description: (String, String)) -> Result<u32, ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    check_is_free(tx, &name, None)?;
    let mut list = Folders::clone(&tx.state.organization.folders);
    let id = next_id(&mut list, limits::FOLDERS_MAX, "channel folders")?;
    let folder = ChannelFolder {
        id,
        name,
        description: description.0,
        rendered_description: description.1,
        date_created: Some(tx.now),
        creator_id: Some(actor),
        order: id,
        is_archived: false,
    };
    list.items.push(folder.clone());
    tx.change(Change::ChannelFolders(Arc::new(list)));
    tx.emit(Event::ChannelFolderAdd(ChannelFolderAdd { channel_folder: folder }), Audience::realm());
    Ok(id)
}

/// `update-channel-folder`: all that was asked for, or nothing.
///
/// # Errors
/// 400 for who is no administrator, for an unknown folder, for a name that is taken, and for a folder with channels
/// that is to be archived.
pub fn update(tx: &mut Tx<'_>, actor: UserId, id: u32, patch: FolderPatch) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let before = tx.state.organization.folder(id).cloned().ok_or_else(no_such_folder)?;
    let mut after = before.clone();
    if let Some(name) = patch.name {
        after.name = name;
    }
    if let Some((description, rendered)) = patch.description {
        (after.description, after.rendered_description) = (description, rendered);
    }
    after.is_archived = patch.is_archived.unwrap_or(before.is_archived);
    if !after.is_archived {
        check_is_free(tx, &after.name, Some(id))?;
    }
    if after.is_archived && tx.state.channels.iter().any(|channel| channel.folder == Some(id)) {
        return Err(ApiError::bad_request("You need to remove all the channels from this folder to archive it."));
    }
    if before == after {
        return Ok(());
    }
    let described =
        before.description != after.description || before.rendered_description != after.rendered_description;
    let data = ChannelFolderData {
        name: (before.name != after.name).then(|| after.name.clone()),
        description: described.then(|| after.description.clone()),
        rendered_description: described.then(|| after.rendered_description.clone()),
        is_archived: (before.is_archived != after.is_archived).then_some(after.is_archived),
    };
    let mut list = Folders::clone(&tx.state.organization.folders);
    list.items.iter_mut().filter(|folder| folder.id == id).for_each(|folder| folder.clone_from(&after));
    tx.change(Change::ChannelFolders(Arc::new(list)));
    let event = ChannelFolderUpdate { channel_folder_id: id, data };
    tx.emit(Event::ChannelFolderUpdate(event), Audience::realm());
    Ok(())
}

/// `patch-channel-folders`: the place of each id is its new order.
///
/// # Errors
/// 400 for who is no administrator, and unless `order` has all ids, each once.
pub fn reorder(tx: &mut Tx<'_>, actor: UserId, order: Vec<u32>) -> Result<(), ApiError> {
    check_is_administrator(&*tx.actor(actor)?)?;
    let mut list = Folders::clone(&tx.state.organization.folders);
    let wanted: BTreeSet<u32> = order.iter().copied().collect();
    let known: BTreeSet<u32> = list.items.iter().map(|folder| folder.id).collect();
    if wanted != known || wanted.len() != order.len() {
        return Err(ApiError::bad_request("Invalid order mapping"));
    }
    for (place, id) in (0_u32..).zip(&order) {
        list.items.iter_mut().filter(|folder| folder.id == *id).for_each(|folder| folder.order = place);
    }
    if list != *tx.state.organization.folders {
        tx.change(Change::ChannelFolders(Arc::new(list)));
        tx.emit(Event::ChannelFolderReorder(ChannelFolderReorder { order }), Audience::realm());
    }
    Ok(())
}

/// Refuses a folder that no channel can be put into.
///
/// # Errors
/// 400 for an unknown one, and for one that is out of use.
pub fn check_can_hold_channels(tx: &Tx<'_>, id: u32) -> Result<(), ApiError> {
    let folder = tx.state.organization.folder(id).ok_or_else(no_such_folder)?;
    if folder.is_archived { Err(ApiError::bad_request("Channel folder is archived.")) } else { Ok(()) }
}

fn no_such_folder() -> ApiError {
    ApiError::bad_request("Invalid channel folder ID")
}

/// Refuses the name of another folder that is in use; without regard to case.
fn check_is_free(tx: &Tx<'_>, name: &str, except: Option<u32>) -> Result<(), ApiError> {
    let lower = name.to_lowercase();
    let in_use = |folder: &&ChannelFolder| !folder.is_archived && Some(folder.id) != except;
    let mut others = tx.state.organization.folders.items.iter().filter(in_use);
    if others.any(|folder| folder.name.to_lowercase() == lower) {
        return Err(ApiError::bad_request("Channel folder name already in use"));
    }
    Ok(())
}
