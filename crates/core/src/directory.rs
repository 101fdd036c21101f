//! What the Markdown renderer may look up: the realm as the sender sees it.

use crate::state::RealmState;
use crate::state::users::UserRow;
use tidings_markdown::{ChannelRef, CustomEmoji, Directory, GroupRef, UserRef};
use tidings_types::UserId;

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
        let visible = user.is_active && self.state.can_see_user(self.viewer, user);
        visible.then(|| UserRef { id: user.id.0, full_name: user.full_name.clone() })
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

    /// Built-in groups cannot be mentioned, and others do not exist yet.
    fn group_by_name(&self, _name: &str) -> Option<GroupRef> {
        None
    }

    fn channel_by_name(&self, name: &str) -> Option<ChannelRef> {
        let channel = self.state.channels.find_by_name(name)?;
        let visible = self.state.can_see_channel(self.viewer, channel);
        visible.then(|| ChannelRef { id: channel.id.0, name: channel.name.clone() })
    }

    fn custom_emoji(&self, _name: &str) -> Option<CustomEmoji> {
        None
    }
}
