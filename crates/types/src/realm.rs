//! What administrators of an organization can set, from one table.

use crate::group::system;
use crate::ids::{ChannelId, GroupId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! realm_settings {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty = $default:expr;)*) => {
        /// What administrators can set; the initial state shows each as `realm_<name>`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        #[schemars(!default)]
        pub struct RealmSettings { $($(#[doc = $doc])* pub $name: $ty),* }

        impl Default for RealmSettings {
            fn default() -> Self {
                RealmSettings { $($name: $default),* }
            }
        }
    };
}

realm_settings! {
    /// Users may edit their messages.
    allow_message_editing: bool = true;
    /// Seconds after which content cannot be edited; none is never.
    message_content_edit_limit_seconds: Option<i64> = Some(600);
    /// Seconds after which one's own message cannot be deleted; none is never.
    message_content_delete_limit_seconds: Option<i64> = Some(600);
    /// Who sees the history of edits: `all`, `moves` or `none`.
    message_edit_history_visibility_policy: String = "all".to_owned();
    /// Read receipts exist.
    enable_read_receipts: bool = true;
    /// Presence is not tracked.
    presence_disabled: bool = false;
    /// Messages may have an empty topic.
    topics_policy: String = "allow_empty_topic".to_owned();
    /// Days as a member until one is a full member.
    waiting_period_threshold: i64 = 0;
    /// Names of users are unique.
    require_unique_names: bool = false;
    /// Users cannot change their names.
    name_changes_disabled: bool = false;
    /// Users cannot change their addresses.
    email_changes_disabled: bool = false;
    /// Users cannot change their pictures.
    avatar_changes_disabled: bool = false;
    /// New accounts need an invitation.
    invite_required: bool = true;
    /// Spectators may read web-public channels.
    enable_spectator_access: bool = false;
    /// IETF language tag.
    default_language: String = "en".to_owned();
    /// Language of code blocks that name none.
    default_code_block_language: String = String::new();
    /// May see all accounts.
    can_access_all_users_group: GroupId = system::EVERYONE;
    /// May create public channels.
    can_create_public_channel_group: GroupId = system::MEMBERS;
    /// May create private channels.
    can_create_private_channel_group: GroupId = system::MEMBERS;
    /// May create web-public channels.
    can_create_web_public_channel_group: GroupId = system::OWNERS;
    /// May subscribe others.
    can_add_subscribers_group: GroupId = system::MEMBERS;
    /// May create bots.
    can_create_bots_group: GroupId = system::MEMBERS;
    /// May use wildcard mentions in large channels.
    can_mention_many_users_group: GroupId = system::ADMINISTRATORS;
    /// May delete anyone's messages.
    can_delete_any_message_group: GroupId = system::ADMINISTRATORS;
    /// May delete their own messages.
    can_delete_own_message_group: GroupId = system::EVERYONE;
    /// May move messages between channels.
    can_move_messages_between_channels_group: GroupId = system::MEMBERS;
    /// May move messages between topics.
    can_move_messages_between_topics_group: GroupId = system::EVERYONE;
    /// May start direct conversations.
    direct_message_initiator_group: GroupId = system::EVERYONE;
    /// Of every direct conversation one participant is in here.
    direct_message_permission_group: GroupId = system::EVERYONE;
    /// May resolve topics.
    can_resolve_topics_group: GroupId = system::EVERYONE;
    /// May create bots that can only send.
    can_create_write_only_bots_group: GroupId = system::MEMBERS;
    /// May say in a channel who deletes messages.
    can_set_delete_message_policy_group: GroupId = system::MODERATORS;
    /// May say in a channel whether topics can be empty.
    can_set_topics_policy_group: GroupId = system::MEMBERS;
    /// Seconds after which members cannot move a message within its channel; none is never.
    move_messages_within_stream_limit_seconds: Option<i64> = Some(7 * 86_400);
    /// Seconds after which members cannot move a message to another channel; none is never.
    move_messages_between_streams_limit_seconds: Option<i64> = Some(7 * 86_400);
    /// Clients mark guests as such.
    enable_guest_user_indicator: bool = true;
    /// Clients warn before a direct message to a guest.
    enable_guest_user_dm_warning: bool = true;
    /// What kind of organization it is; 0 for unspecified.
    org_type: i64 = 0;
    /// May invite others.
    can_invite_users_group: GroupId = system::MEMBERS;
    /// Channels new users are subscribed to, ascending.
    default_channels: Vec<ChannelId> = Vec::new();
}
