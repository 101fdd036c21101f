//! What administrators keep for everybody, beside settings.

use super::linkifiers::Numbered;
use std::sync::Arc;
use tidings_types::folder::ChannelFolder;
use tidings_types::profile::ProfileField;
use tidings_types::signup::{DefaultChannelGroup, RealmDomain};

/// Folders of channels, by id.
pub type Folders = Numbered<ChannelFolder>;

/// Fields of profiles, by id.
pub type ProfileFields = Numbered<ProfileField>;

/// Groups of channels that new users can choose together, by id.
pub type DefaultGroups = Numbered<DefaultChannelGroup>;

/// What administrators keep for everybody.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Folders of channels, by id.
    pub folders: Arc<Folders>,
    /// Fields of profiles, by id.
    pub profile_fields: Arc<ProfileFields>,
    /// Domains that addresses of new accounts may be of, by name.
    pub domains: Arc<Vec<RealmDomain>>,
    /// Groups of channels that new users can choose together, by id.
    pub default_groups: Arc<DefaultGroups>,
    /// Closed: every request is refused.
    pub is_deactivated: bool,
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
