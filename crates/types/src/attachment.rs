//! Uploaded files, as their owners see them.

use crate::ids::{AttachmentId, MessageId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Its name, as it was uploaded.
    pub name: String,
    /// Where it is, below `/user_uploads/`.
    pub path_id: String,
    /// Bytes.
    pub size: u64,
    /// When it was uploaded, in UNIX milliseconds.
    pub create_time: i64,
    /// The messages that refer to it, ascending.
    pub messages: Vec<AttachmentMessage>,
}

/// A message that refers to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttachmentMessage {
    /// When it was sent, in UNIX milliseconds.
    pub date_sent: i64,
    /// Its id.
    pub id: MessageId,
}

/// A form in which uploaded images can be had, small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ThumbnailFormat {
    /// The last part of its address, after that of the image.
    pub name: &'static str,
    /// Pixels at most.
    pub max_width: u32,
    /// Pixels at most.
    pub max_height: u32,
    /// As names of such files end.
    pub format: &'static str,
    /// Whether only images that move have this form, and it moves.
    pub animated: bool,
}
