//! Custom emoji.

use crate::emoji::EmojiMap;
use crate::endpoint;
use crate::endpoint::Done;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All custom emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GetCustomEmojiResponse {
    /// By id.
    pub emoji: EmojiMap,
}

endpoint! {
    /// Returns all custom emoji, those that are out of use included.
    GetCustomEmoji: Get "/realm/emoji", "get-custom-emoji", "server_and_organizations", auth Basic
        => GetCustomEmojiResponse;
    GetCustomEmojiRequest {}
}

endpoint! {
    /// Adds a custom emoji. Its picture is the file in the form.
    UploadCustomEmoji: Post "/realm/emoji/{emoji_name}", "upload-custom-emoji", "server_and_organizations", auth Basic
        => Done, fails BadImage, takes picture;
    UploadCustomEmojiRequest {
        /// Its name: letters, digits, dashes, periods and underscores. Capitals count as small letters, spaces as
        /// underscores.
        emoji_name: String,
    }
}

endpoint! {
    /// Takes a custom emoji out of use. Messages and reactions that have it keep it.
    DeactivateCustomEmoji: Delete "/realm/emoji/{emoji_name}", "deactivate-custom-emoji", "server_and_organizations", auth Basic
        => Done, fails NotFound;
    DeactivateCustomEmojiRequest {
        /// Its name.
        emoji_name: String,
    }
}
