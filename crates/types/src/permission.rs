//! Every permission that is given to a group of users, from one table: of the organization, of a channel, of a group.
//!
//! A row says who has a permission by default, who can be given it, and what it guards. What values are refused, what
//! clients are told that they can choose, and the settings of a new channel or group all follow from it.

pub mod deprecated;

use crate::channel::ChannelPermissions;
use crate::group::{GroupPermissions, GroupSetting, system};
use crate::ids::{GroupId, UserId};
use crate::realm::RealmSettings;

/// Who has a permission by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultGroup {
    /// A built-in group.
    Group(GroupId),
    /// Who made the channel or the group; nobody, if nobody did.
    Creator,
}

/// What a permission is about and who can be given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Name on the wire.
    pub name: &'static str,
    /// What it guards.
    pub doc: &'static str,
    /// Who has it unless somebody says otherwise.
    pub default: DefaultGroup,
    /// Nobody at all can be given it.
    pub allows_nobody: bool,
    /// Guests can be given it. Otherwise no guest ever has it, whatever group they are in.
    pub allows_guests: bool,
    /// The only built-in groups that it can be given to, and then to no other groups and no users; any if empty.
    pub only: &'static [GroupId],
    /// Only owners say who has it, as opposed to administrators.
    pub is_for_owners_to_give: bool,
}

impl Rule {
    const fn new(name: &'static str, doc: &'static str, default: DefaultGroup) -> Self {
        Rule { name, doc, default, allows_nobody: false, allows_guests: false, only: &[], is_for_owners_to_give: false }
    }

    const fn nobody(self) -> Self {
        Rule { allows_nobody: true, ..self }
    }

    const fn guests(self) -> Self {
        Rule { allows_guests: true, ..self }
    }

    const fn only(self, only: &'static [GroupId]) -> Self {
        Rule { only, ..self }
    }

    const fn by_owners(self) -> Self {
        Rule { is_for_owners_to_give: true, ..self }
    }

    /// The value that it has by default.
    #[must_use]
    pub fn default_for(&self, creator: Option<UserId>) -> GroupSetting {
        match (self.default, creator) {
            (DefaultGroup::Group(group), _) => GroupSetting::Named(group),
            (DefaultGroup::Creator, Some(user)) => {
                GroupSetting::Anonymous { direct_members: vec![user], direct_subgroups: Vec::new() }
            }
            (DefaultGroup::Creator, None) => GroupSetting::Named(system::NOBODY),
        }
    }

    /// Whether it can be given to a group, as far as built-in ones are concerned.
    #[must_use]
    pub fn allows(&self, group: GroupId) -> bool {
        match group {
            system::INTERNET => false,
            _ if !self.only.is_empty() => self.only.contains(&group),
            system::NOBODY => self.allows_nobody,
            system::EVERYONE => self.allows_guests,
            _ => true,
        }
    }
}

/// A permission, and where it is among the settings of a `T`.
pub struct Permission<T> {
    /// What it is about.
    pub rule: Rule,
    /// Its value.
    pub of: fn(&T) -> &GroupSetting,
}

/// One row for each permission: its name, who has it by default, who else can be given it.
macro_rules! permissions {
    ($(#[$outer:meta])* $module:ident of $owner:ty: $($(#[doc = $doc:literal])* $name:ident = $default:expr $(, $with:ident $(($($arg:tt)*))?)*;)*) => {
        $(#[$outer])*
        #[allow(non_upper_case_globals, reason = "they are named like what they are on the wire")]
        pub mod $module {
            use super::*;
            $(
                $(#[doc = $doc])*
                pub const $name: Permission<$owner> = Permission {
                    rule: Rule::new(stringify!($name), concat!($($doc),*), $default)$(.$with($($($arg)*)?))*,
                    of: |owner| &owner.$name,
                };
            )*
            /// All of them.
            pub const ALL: &[Permission<$owner>] = &[$($name),*];
            /// What they are about.
            pub const RULES: &[Rule] = &[$($name.rule),*];
        }
    };
}

const OWNERS: DefaultGroup = DefaultGroup::Group(system::OWNERS);
const ADMINISTRATORS: DefaultGroup = DefaultGroup::Group(system::ADMINISTRATORS);
const MODERATORS: DefaultGroup = DefaultGroup::Group(system::MODERATORS);
const MEMBERS: DefaultGroup = DefaultGroup::Group(system::MEMBERS);
const EVERYONE: DefaultGroup = DefaultGroup::Group(system::EVERYONE);
const NOBODY: DefaultGroup = DefaultGroup::Group(system::NOBODY);
const CREATOR: DefaultGroup = DefaultGroup::Creator;

permissions! {
    /// Permissions in the organization.
    realm of RealmSettings:
    /// May see all accounts.
    can_access_all_users_group = EVERYONE, guests, only(&[system::EVERYONE, system::MEMBERS]);
    /// May add emoji.
    can_add_custom_emoji_group = MEMBERS, nobody;
    /// May subscribe others to channels.
    can_add_subscribers_group = MEMBERS, nobody;
    /// May create bots of any kind.
    can_create_bots_group = MEMBERS, nobody;
    /// May create user groups.
    can_create_groups = MEMBERS, nobody, by_owners;
    /// May create private channels.
    can_create_private_channel_group = MEMBERS, nobody;
    /// May create public channels.
    can_create_public_channel_group = MEMBERS, nobody;
    /// May create web-public channels.
    can_create_web_public_channel_group = OWNERS, nobody,
        only(&[system::MODERATORS, system::ADMINISTRATORS, system::OWNERS, system::NOBODY]);
    /// May create bots that can only send.
    can_create_write_only_bots_group = MEMBERS, nobody;
    /// May delete anyone's messages.
    can_delete_any_message_group = ADMINISTRATORS, nobody;
    /// May delete their own messages.
    can_delete_own_message_group = EVERYONE, nobody, guests;
    /// May invite others.
    can_invite_users_group = MEMBERS, nobody, by_owners;
    /// May manage all user groups.
    can_manage_all_groups = OWNERS, by_owners;
    /// May deal with payment.
    can_manage_billing_group = ADMINISTRATORS;
    /// May use wildcard mentions in large channels.
    can_mention_many_users_group = ADMINISTRATORS, nobody, guests;
    /// May move messages between channels.
    can_move_messages_between_channels_group = MEMBERS, nobody;
    /// May move messages between topics.
    can_move_messages_between_topics_group = EVERYONE, nobody, guests;
    /// May resolve topics.
    can_resolve_topics_group = EVERYONE, nobody, guests;
    /// May say in a channel who deletes messages.
    can_set_delete_message_policy_group = MODERATORS, nobody;
    /// May say in a channel whether topics can be empty.
    can_set_topics_policy_group = MEMBERS, nobody, guests;
    /// May have topics summarized.
    can_summarize_topics_group = EVERYONE, nobody, guests;
    /// May make invitations that can be used by many.
    create_multiuse_invite_group = ADMINISTRATORS, nobody, by_owners;
    /// May start direct conversations.
    direct_message_initiator_group = EVERYONE, nobody, guests;
    /// Of every direct conversation one participant is in here.
    direct_message_permission_group = EVERYONE, nobody, guests;
}

permissions! {
    /// Permissions in a channel.
    channel of ChannelPermissions:
    /// May add subscribers.
    can_add_subscribers_group = NOBODY, nobody;
    /// May remove subscribers.
    can_remove_subscribers_group = ADMINISTRATORS, nobody, guests;
    /// May change the channel's settings.
    can_administer_channel_group = CREATOR, nobody;
    /// May delete anyone's messages.
    can_delete_any_message_group = NOBODY, nobody;
    /// May delete their own messages.
    can_delete_own_message_group = NOBODY, nobody, guests;
    /// May move messages to other channels.
    can_move_messages_out_of_channel_group = NOBODY, nobody, guests;
    /// May move messages between topics.
    can_move_messages_within_channel_group = NOBODY, nobody, guests;
    /// May send messages.
    can_send_message_group = EVERYONE, nobody, guests;
    /// May subscribe themselves, also to a private channel.
    can_subscribe_group = NOBODY, nobody;
    /// May resolve topics.
    can_resolve_topics_group = NOBODY, nobody, guests;
}

permissions! {
    /// Permissions in a user group. Nobody has them in built-in groups, whose members follow from roles.
    group of GroupPermissions:
    /// May add members.
    can_add_members_group = CREATOR, nobody;
    /// May join.
    can_join_group = NOBODY, nobody;
    /// May leave.
    can_leave_group = EVERYONE, nobody, guests;
    /// May manage it: change it, and all that the other permissions are for.
    can_manage_group = CREATOR, nobody;
    /// May mention it.
    can_mention_group = EVERYONE, nobody, guests;
    /// May remove members.
    can_remove_members_group = NOBODY, nobody;
}

/// What a new setting of the organization is.
pub(crate) fn realm_default(permission: &Permission<RealmSettings>) -> GroupSetting {
    permission.rule.default_for(None)
}

/// Declares the settings that hold a table's permissions of one channel or group.
macro_rules! permission_settings {
    ($(#[$outer:meta])* $owner:ident by $module:ident: $($(#[$doc:meta])* $field:ident),* $(,)?) => {
        $(#[$outer])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $owner { $($(#[$doc])* pub $field: $crate::group::GroupSetting),* }

        impl $owner {
            /// Names of all permissions, in the order of the documentation.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            /// What is new has these.
            #[must_use]
            pub fn new(creator: Option<$crate::UserId>) -> Self {
                $owner { $($field: $crate::permission::$module::$field.rule.default_for(creator)),* }
            }

            /// Does something to each of them.
            pub fn for_each_mut(&mut self, mut change: impl FnMut(&mut $crate::group::GroupSetting)) {
                $(change(&mut self.$field);)*
            }

            /// The permission with this name.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<&$crate::group::GroupSetting> {
                match name { $(stringify!($field) => Some(&self.$field),)* _ => None }
            }

            /// A way to change the permission with this name.
            #[must_use]
            pub fn get_mut(&mut self, name: &str) -> Option<&mut $crate::group::GroupSetting> {
                match name { $(stringify!($field) => Some(&mut self.$field),)* _ => None }
            }
        }
    };
}
pub(crate) use permission_settings;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_can_be_chosen_and_settings_are_those_of_the_table() {
        for rule in realm::RULES.iter().chain(channel::RULES).chain(group::RULES) {
            if let DefaultGroup::Group(group) = rule.default {
                assert!(rule.allows(group), "{}", rule.name);
            }
            assert!(!rule.allows(system::INTERNET), "{}", rule.name);
        }
        let names = |rules: &[Rule]| rules.iter().map(|rule| rule.name).collect::<Vec<_>>();
        assert_eq!(names(channel::RULES), ChannelPermissions::NAMES);
        assert_eq!(names(group::RULES), GroupPermissions::NAMES);
        let settings = serde_json::to_value(RealmSettings::default()).unwrap();
        for rule in realm::RULES {
            assert_eq!(settings[rule.name], serde_json::json!(rule.default_for(None)), "{}", rule.name);
        }
    }
}
