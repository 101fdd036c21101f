//! Folders of channels.

use crate::endpoint;
use crate::endpoint::Done;
use crate::folder::ChannelFolder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The new folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateChannelFolderResponse {
    /// Its id.
    pub channel_folder_id: u32,
}

endpoint! {
    /// Creates a folder of channels, to be shown after the others. For administrators.
    CreateChannelFolder: Post "/channel_folders/create", "create-channel-folder", "channels", auth Basic
        => CreateChannelFolderResponse, fails UnauthorizedPrincipal;
    CreateChannelFolderRequest {
        /// Its name, at most 60 characters.
        name: String,
        /// What it is for, at most 1024 characters.
        description?: String,
    }
}

/// Folders in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetChannelFoldersResponse {
    /// In their order.
    pub channel_folders: Vec<ChannelFolder>,
}

endpoint! {
    /// Lists the folders of channels in their order.
    GetChannelFolders: Get "/channel_folders", "get-channel-folders", "channels", auth Basic
        => GetChannelFoldersResponse;
    GetChannelFoldersRequest {
        /// Those that are out of use, too.
        include_archived: bool = false,
    }
}

endpoint! {
    /// Says in which order folders are shown. For administrators.
    PatchChannelFolders: Patch "/channel_folders", "patch-channel-folders", "channels", auth Basic => Done,
        fails UnauthorizedPrincipal;
    PatchChannelFoldersRequest {
        /// The ids of all folders, archived ones included, each once.
        order: Vec<u32>,
    }
}

endpoint! {
    /// Changes a folder, or takes it out of use. For administrators.
    UpdateChannelFolder: Patch "/channel_folders/{channel_folder_id}", "update-channel-folder", "channels", auth Basic
        => Done, fails UnauthorizedPrincipal;
    UpdateChannelFolderRequest {
        /// The folder.
        channel_folder_id: u32,
        /// Its name, at most 60 characters.
        name?: String,
        /// What it is for, at most 1024 characters.
        description?: String,
        /// Out of use, or in use again. No channel may be in a folder that is taken out of use.
        is_archived?: bool,
    }
}
