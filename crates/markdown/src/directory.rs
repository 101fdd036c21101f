//! What the renderer may look up about the realm, and what it gets back.
//!
//! Neighbors: `scan` asks for what messages name, `html` for what they link to. Invariant: the renderer learns nothing about the realm except through
//! this trait, so whatever the implementor hides from the sender stays hidden in the HTML.

use crate::linkifiers::Linkifiers;

/// A user as a mention shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRef {
    /// The user's id, as in `data-user-id`.
    pub id: u32,
    /// The name as the user spells it; the mention shows this spelling, not the sender's.
    pub full_name: String,
    /// Whether the account is in use; one that is not is mentioned silently.
    pub is_active: bool,
}

/// A user group as a mention shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRef {
    /// The group's id, as in `data-user-group-id`.
    pub id: u32,
    /// The group's name as shown.
    pub name: String,
    /// Whether the group is in use; one that is not is mentioned silently.
    pub is_active: bool,
}

/// A channel as a link shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRef {
    /// The channel's id, as in `data-stream-id`.
    pub id: u32,
    /// The channel's name as shown.
    pub name: String,
}

/// An emoji uploaded to the realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomEmoji {
    /// The id reactions carry as `emoji_code`.
    pub id: String,
    /// Where the image is served; goes into `src` as it is, escaped for the attribute.
    pub source_url: String,
}

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its media type, such as `image/png`.
    pub content_type: String,
    /// What is known of it if it is an image that can be shown small.
    pub image: Option<Image>,
}

/// An uploaded image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Width as shown, in pixels.
    pub width: u32,
    /// Height as shown, in pixels.
    pub height: u32,
    /// The name of the format in which it is shown small, such as `840x560.webp`; none while that is being made.
    pub thumbnail: Option<String>,
    /// Whether it moves.
    pub is_animated: bool,
    /// The name of the format for those who cannot show the original, such as `1920x1080.webp`.
    pub transcoded: Option<String>,
}

/// What the renderer may look up. Implemented by the realm state, already limited to what the sender may see.
///
/// Every method is called while rendering, several times for one message: an answer should cost a map lookup.
pub trait Directory {
    /// The user with this id, if the sender may see them.
    fn user_by_id(&self, id: u32) -> Option<UserRef>;
    /// All users with this full name, compared case-insensitively; more than one means the name alone is ambiguous.
    fn users_by_name(&self, full_name: &str) -> Vec<UserRef>;
    /// The user group with this name.
    fn group_by_name(&self, name: &str) -> Option<GroupRef>;
    /// The channel with this name, if the sender may know its name.
    fn channel_by_name(&self, name: &str) -> Option<ChannelRef>;
    /// The realm's own emoji with this name; it wins over the standard one.
    fn custom_emoji(&self, name: &str) -> Option<CustomEmoji>;

    /// The newest message of a topic that the sender may read: links to the topic go on working when it moves.
    fn newest_in_topic(&self, _channel: u32, _topic: &str) -> Option<u32> {
        None
    }

    /// The uploaded file at a path below `/user_uploads/`, if the sender may use it. Only a file that is known here has
    /// a preview.
    fn upload(&self, _path: &str) -> Option<Upload> {
        None
    }

    /// Whether uploaded pictures and films are shown below what links to them.
    fn previews_uploads(&self) -> bool {
        true
    }

    /// The realm's linkifiers; none if it has none.
    fn linkifiers(&self) -> Option<&Linkifiers> {
        None
    }

    /// The realm's address, without a slash at the end: links below it to uploaded files and narrows become relative.
    fn realm_url(&self) -> &str {
        ""
    }

    /// The language of code blocks that name none.
    fn default_code_language(&self) -> &str {
        ""
    }

    /// Whether emoticons such as `:)` become emoji.
    fn translates_emoticons(&self) -> bool {
        false
    }
}

/// A directory that knows nothing: no mention, channel link or custom emoji resolves.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDirectory;

impl Directory for NoDirectory {
    fn user_by_id(&self, _id: u32) -> Option<UserRef> {
        None
    }

    fn users_by_name(&self, _full_name: &str) -> Vec<UserRef> {
        Vec::new()
    }

    fn group_by_name(&self, _name: &str) -> Option<GroupRef> {
        None
    }

    fn channel_by_name(&self, _name: &str) -> Option<ChannelRef> {
        None
    }

    fn custom_emoji(&self, _name: &str) -> Option<CustomEmoji> {
        None
    }
}
