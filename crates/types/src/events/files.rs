//! Changes of what was uploaded: files, custom emoji.

use crate::attachment::Attachment;
use crate::emoji::EmojiMap;
use crate::ids::AttachmentId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file is new, or other messages than before refer to it. Its owner alone is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttachmentChange {
    /// The file as it is now.
    pub attachment: Attachment,
    /// Bytes of all files of the organization.
    pub upload_space_used: u64,
}

/// A file is gone. Its owner alone is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttachmentRemove {
    /// Which.
    pub attachment: RemovedAttachment,
    /// Bytes of all files of the organization.
    pub upload_space_used: u64,
}

/// A file that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemovedAttachment {
    /// Its id.
    pub id: AttachmentId,
}

/// All custom emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmEmojiUpdate {
    /// By id.
    pub realm_emoji: EmojiMap,
}
