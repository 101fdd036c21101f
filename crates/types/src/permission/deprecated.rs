//! Deprecated numbers that say about whom some permissions are for. They name all who may, and perhaps more.

use crate::group::{GroupSetting, system};
use serde_json::Value;

/// A deprecated setting of the organization: its name, the permission that it follows from, and its number.
pub type Policy = (&'static str, &'static str, fn(&GroupSetting) -> u8);

/// All of them.
pub const POLICIES: &[Policy] = &[
    ("create_public_stream_policy", "can_create_public_channel_group", create_policy),
    ("create_private_stream_policy", "can_create_private_channel_group", create_policy),
    ("create_web_public_stream_policy", "can_create_web_public_channel_group", web_public_policy),
    ("wildcard_mention_policy", "can_mention_many_users_group", mention_policy),
];

/// The deprecated setting that follows from a permission's value, with its number.
#[must_use]
pub fn of(permission: &str, value: &Value) -> Option<(&'static str, u8)> {
    let (name, _, number) = POLICIES.iter().find(|(_, known, _)| *known == permission)?;
    let setting = serde_json::from_value(value.clone()).ok()?;
    Some((name, number(&setting)))
}

/// 1 members, 2 administrators, 3 full members, 4 moderators.
fn create_policy(setting: &GroupSetting) -> u8 {
    match setting {
        GroupSetting::Named(system::OWNERS | system::ADMINISTRATORS | system::NOBODY) => 2,
        GroupSetting::Named(system::MODERATORS) => 4,
        GroupSetting::Named(system::FULL_MEMBERS) => 3,
        _ => 1,
    }
}

/// 2 administrators, 4 moderators, 6 nobody, 7 owners.
fn web_public_policy(setting: &GroupSetting) -> u8 {
    match setting {
        GroupSetting::Named(system::OWNERS) => 7,
        GroupSetting::Named(system::ADMINISTRATORS) => 2,
        GroupSetting::Named(system::NOBODY) => 6,
        _ => 4,
    }
}

/// 1 everyone, 2 members, 3 full members, 5 administrators, 6 nobody, 7 moderators.
fn mention_policy(setting: &GroupSetting) -> u8 {
    match setting {
        GroupSetting::Named(system::OWNERS | system::ADMINISTRATORS) => 5,
        GroupSetting::Named(system::MODERATORS) => 7,
        GroupSetting::Named(system::FULL_MEMBERS) => 3,
        GroupSetting::Named(system::MEMBERS) => 2,
        GroupSetting::Named(system::NOBODY) => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_follow_the_groups() {
        let check =
            |permission, value: Value, expect| assert_eq!(of(permission, &value).map(|(_, number)| number), expect);
        check("can_create_public_channel_group", json!(5), Some(1));
        check("can_create_private_channel_group", json!(2), Some(2));
        check("can_create_web_public_channel_group", json!(1), Some(7));
        check("can_mention_many_users_group", json!(2), Some(5));
        check("can_mention_many_users_group", json!(6), Some(1));
        check("can_create_public_channel_group", json!({ "direct_members": [1], "direct_subgroups": [] }), Some(1));
        check("can_resolve_topics_group", json!(2), None);
    }
}
