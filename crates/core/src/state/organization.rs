//! What administrators keep for everybody, beside settings.

use super::linkifiers::Numbered;
use std::sync::Arc;
use tidings_types::folder::ChannelFolder;

/// Folders of channels, by id.
pub type Folders = Numbered<ChannelFolder>;

/// What administrators keep for everybody.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Folders of channels, by id.
    pub folders: Arc<Folders>,
}

impl Organization {
    /// Folders of channels in the order in which they are shown; archived ones included.
    #[must_use]
    pub fn folders_in_order(&self) -> Vec<&ChannelFolder> {
        let mut folders: Vec<&ChannelFolder> = self.folders.items.iter().collect();
        folders.sort_by_key(|folder| (folder.order, folder.id));
        folders
    }

    /// The folder with this id.
    #[must_use]
    pub fn folder(&self, id: u32) -> Option<&ChannelFolder> {
        self.folders.items.iter().find(|folder| folder.id == id)
    }
}
