//! What administrators keep for everybody, beside settings.

use super::linkifiers::Numbered;
use std::sync::Arc;
use tidings_types::folder::ChannelFolder;
use tidings_types::profile::ProfileField;

/// Folders of channels, by id.
pub type Folders = Numbered<ChannelFolder>;

/// Fields of profiles, by id.
pub type ProfileFields = Numbered<ProfileField>;

/// What administrators keep for everybody.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Folders of channels, by id.
    pub folders: Arc<Folders>,
    /// Fields of profiles, by id.
    pub profile_fields: Arc<ProfileFields>,
}

impl Organization {
    /// Folders of channels in the order in which they are shown; archived ones included.
    #[must_use]
    pub fn folders_in_order(&self) -> Vec<&ChannelFolder> {
        let mut folders: Vec<&ChannelFolder> = self.folders.items.iter().collect();
        folders.sort_by_key(|folder| (folder.order, folder.id));
        folders
    }

    /// Fields of profiles in the order in which they are shown.
    #[must_use]
    pub fn profile_fields_in_order(&self) -> Vec<&ProfileField> {
        let mut fields: Vec<&ProfileField> = self.profile_fields.items.iter().collect();
        fields.sort_by_key(|field| (field.order, field.id));
        fields
    }

    /// The field of profiles with this id.
    #[must_use]
    pub fn profile_field(&self, id: u32) -> Option<&ProfileField> {
        self.profile_fields.items.iter().find(|field| field.id == id)
    }

    /// The folder with this id.
    #[must_use]
    pub fn folder(&self, id: u32) -> Option<&ChannelFolder> {
        self.folders.items.iter().find(|folder| folder.id == id)
    }
}
