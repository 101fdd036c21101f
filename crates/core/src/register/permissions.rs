//! Which groups each permission can be given to, for clients that offer a choice.

use std::collections::BTreeMap;
use tidings_types::initial_state::{PermissionChoice, PermissionChoices};

/// A name, whether nobody may have it, whether guests may have it, and who has it by default.
type Row = (&'static str, bool, bool, &'static str);

const REALM: &[Row] = &[
    ("can_add_custom_emoji_group", true, false, "role:members"),
    ("can_add_subscribers_group", true, false, "role:members"),
    ("can_create_bots_group", true, false, "role:members"),
    ("can_create_groups", true, false, "role:nobody"),
    ("can_create_private_channel_group", true, false, "role:members"),
    ("can_create_public_channel_group", true, false, "role:members"),
    ("can_create_write_only_bots_group", true, false, "role:members"),
    ("can_delete_any_message_group", true, false, "role:administrators"),
    ("can_delete_own_message_group", true, true, "role:everyone"),
    ("can_invite_users_group", true, false, "role:members"),
    ("can_manage_all_groups", false, false, "role:owners"),
    ("can_manage_billing_group", false, false, "role:administrators"),
    ("can_mention_many_users_group", true, false, "role:administrators"),
    ("can_move_messages_between_channels_group", true, false, "role:members"),
    ("can_move_messages_between_topics_group", true, true, "role:everyone"),
    ("can_resolve_topics_group", true, true, "role:everyone"),
    ("can_set_delete_message_policy_group", true, false, "role:moderators"),
    ("can_set_topics_policy_group", true, false, "role:members"),
    ("can_summarize_topics_group", true, true, "role:nobody"),
    ("create_multiuse_invite_group", true, false, "role:administrators"),
    ("direct_message_initiator_group", true, true, "role:everyone"),
    ("direct_message_permission_group", true, true, "role:everyone"),
];

const CHANNEL: &[Row] = &[
    ("can_add_subscribers_group", true, false, "role:nobody"),
    ("can_administer_channel_group", true, false, "stream_creator_or_nobody"),
    ("can_delete_any_message_group", true, false, "role:nobody"),
    ("can_delete_own_message_group", true, true, "role:nobody"),
    ("can_move_messages_out_of_channel_group", true, true, "role:nobody"),
    ("can_move_messages_within_channel_group", true, true, "role:nobody"),
    ("can_remove_subscribers_group", true, true, "role:administrators"),
    ("can_resolve_topics_group", true, true, "role:nobody"),
    ("can_send_message_group", true, true, "role:everyone"),
    ("can_subscribe_group", true, false, "role:nobody"),
];

const GROUP: &[Row] = &[
    ("can_add_members_group", true, false, "group_creator"),
    ("can_join_group", true, false, "role:nobody"),
    ("can_leave_group", true, true, "role:everyone"),
    ("can_manage_group", true, false, "group_creator"),
    ("can_mention_group", true, true, "role:everyone"),
    ("can_remove_members_group", true, false, "role:nobody"),
];

fn permission(row: &Row) -> (&'static str, PermissionChoice) {
    let (name, allow_nobody_group, allow_everyone_group, default_group_name) = *row;
    let permission = PermissionChoice {
        require_system_group: false,
        allow_internet_group: false,
        allow_nobody_group,
        allow_everyone_group,
        default_group_name,
        default_for_system_groups: None,
        allowed_system_groups: &[],
    };
    (name, permission)
}

/// Everything that can be chosen.
pub(super) fn supported() -> PermissionChoices {
    let mut realm: BTreeMap<_, _> = REALM.iter().map(permission).collect();
    let (name, everyone) = permission(&("can_access_all_users_group", false, true, "role:everyone"));
    let allowed = &["role:everyone", "role:members"];
    realm.insert(name, PermissionChoice { require_system_group: true, allowed_system_groups: allowed, ..everyone });
    let (name, web_public) = permission(&("can_create_web_public_channel_group", true, false, "role:owners"));
    let allowed = &["role:moderators", "role:administrators", "role:owners", "role:nobody"];
    realm.insert(name, PermissionChoice { require_system_group: true, allowed_system_groups: allowed, ..web_public });
    let for_system = |(name, permission): (&'static str, PermissionChoice)| {
        let default = if name == "can_mention_group" { "role:everyone" } else { "role:nobody" };
        (name, PermissionChoice { default_for_system_groups: Some(default), ..permission })
    };
    PermissionChoices {
        realm,
        stream: CHANNEL.iter().map(permission).collect(),
        group: GROUP.iter().map(permission).map(for_system).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_types::channel::ChannelPermissions;

    #[test]
    fn every_permission_is_listed() {
        let supported = supported();
        for name in ChannelPermissions::NAMES {
            assert!(supported.stream.contains_key(name), "{name}");
        }
        let settings = serde_json::to_value(crate::state::realm::RealmSettings::default()).unwrap();
        for (name, _) in settings.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_group")) {
            assert!(supported.realm.contains_key(name.as_str()), "{name}");
        }
    }
}
