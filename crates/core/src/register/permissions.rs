//! Which groups each permission can be given to, for clients that offer a choice.

use std::collections::BTreeMap;
use tidings_types::GroupId;
use tidings_types::group::system;
use tidings_types::initial_state::{PermissionChoice, PermissionChoices};
use tidings_types::permission::{self, DefaultGroup, Rule};

/// Everything that can be chosen, from the table of permissions.
pub(super) fn supported() -> PermissionChoices {
    PermissionChoices {
        realm: choices(permission::realm::RULES, ""),
        stream: choices(permission::channel::RULES, "stream_creator_or_nobody"),
        group: choices(permission::group::RULES, "group_creator")
            .into_iter()
            .map(|(name, choice)| (name, PermissionChoice { default_for_system_groups: Some("role:nobody"), ..choice }))
            .collect(),
    }
}

/// `creator` stands for who made the channel or the group.
fn choices(rules: &[Rule], creator: &'static str) -> BTreeMap<&'static str, PermissionChoice> {
    let choice = |rule: &Rule| PermissionChoice {
        require_system_group: !rule.only.is_empty(),
        allow_internet_group: rule.allows(system::INTERNET),
        allow_nobody_group: rule.allows_nobody,
        allow_everyone_group: rule.allows_guests,
        default_group_name: match rule.default {
            DefaultGroup::Group(group) => name(group),
            DefaultGroup::Creator => creator,
        },
        default_for_system_groups: None,
        allowed_system_groups: rule.only.iter().copied().map(name).collect(),
    };
    rules.iter().map(|rule| (rule.name, choice(rule))).collect()
}

fn name(group: GroupId) -> &'static str {
    system::name(group).unwrap_or_default()
}
