//! What the Markdown renderer may look up: the realm as the sender sees it.

use crate::state::RealmState;
use crate::state::files::FileRow;
use crate::state::groups;
use crate::state::users::UserRow;
use tidings_markdown::{ChannelRef, CustomEmoji, Directory, GroupRef, Image, Linkifiers, Upload, UserRef};
use tidings_types::{ChannelId, UserId};

/// The realm as one user sees it.
#[derive(Clone, Copy, Debug)]
pub struct SeenBy<'a> {
    /// The realm.
    pub state: &'a RealmState,
    /// Who looks.
    pub viewer: &'a UserRow,
}

impl SeenBy<'_> {
    fn user(&self, user: &UserRow) -> Option<UserRef> {
        let visible = self.state.can_see_user(self.viewer, user);
        visible.then(|| UserRef { id: user.id.0, full_name: user.full_name.clone(), is_active: user.is_active })
    }
}

impl Directory for SeenBy<'_> {
    fn user_by_id(&self, id: u32) -> Option<UserRef> {
        self.user(self.state.users.get(UserId(id))?)
    }

    fn users_by_name(&self, full_name: &str) -> Vec<UserRef> {
        let wanted = full_name.to_lowercase();
        self.state.users.find_by_name(&wanted).filter_map(|user| self.user(user)).collect()
    }

    fn group_by_name(&self, name: &str) -> Option<GroupRef> {
        if let Some((id, title)) = groups::find_by_name(name) {
            return Some(GroupRef { id: id.0, name: title.to_owned(), is_active: true });
        }
        let row = &self.state.groups.find_by_name(name)?.row;
        Some(GroupRef { id: row.id.0, name: row.name.clone(), is_active: !row.deactivated })
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        let channel = self.state.channels.find_by_name(name)?;
        let visible = self.state.can_see_channel(self.viewer, channel);
        visible.then(|| ChannelRef { id: channel.id.0, name: channel.name.clone() })
    }

    fn custom_emoji(&self, name: &str) -> Option<CustomEmoji> {
        let row = self.state.pictures.emoji_by_name(name)?;
        Some(CustomEmoji { id: row.id.to_string(), source_url: row.source_url() })
    }

    fn newest_in_topic(&self, channel: u32, topic: &str) -> Option<u32> {
        let topic = self.state.messages.topic(ChannelId(channel), topic)?;
        let newest = self.state.messages.newest(topic.conversation);
        let newest = newest.filter(|id| self.state.can_read_message(self.viewer, *id))?;
        Some(newest.0)
    }

    fn upload(&self, path: &str) -> Option<Upload> {
        let file = self.state.files.find(path).filter(|file| self.state.can_read_file(self.viewer, file))?;
        Some(upload(file))
    }

    fn previews_uploads(&self) -> bool {
        self.state.realm.settings.inline_image_preview
    }

    fn linkifiers(&self) -> Option<&Linkifiers> {
        let linkifiers = &self.state.linkifiers;
        (!linkifiers.list().items.is_empty()).then(|| linkifiers.compiled())
    }

    fn realm_url(&self) -> &str {
        &self.state.realm.url
    }

    fn default_code_language(&self) -> &str {
        &self.state.realm.settings.default_code_block_language
    }

    fn translates_emoticons(&self) -> bool {
        self.viewer.settings.translate_emoticons
    }
}

/// An uploaded file, as messages show it.
#[must_use]
pub fn upload(file: &FileRow) -> Upload {
    let image = file.image.map(|image| Image {
        width: image.width,
        height: image.height,
        thumbnail: Some(image.thumbnail().to_owned()),
        is_animated: image.is_animated,
        transcoded: None,
    });
    Upload { content_type: file.content_type.clone(), image }
}
