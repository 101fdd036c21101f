//! Values that permissions can have: the checks behind every setting that names groups and users.

use super::{Tx, channels, user_groups, visibility};
use crate::audience::Audience;
use crate::state::channels::ChannelRow;
use crate::state::groups::GroupRow;
use roaring::RoaringBitmap;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_types::channel::ChannelPermissions;
use tidings_types::events::Event;
use tidings_types::events::group::{GroupChange, GroupUpdate};
use tidings_types::events::realm::RealmUpdateDict;
use tidings_types::group::{GroupPermissions, GroupSetting, GroupSettingUpdate, system};
use tidings_types::permission::{Rule, realm};
use tidings_types::{ApiError, GroupId, UserId};

/// The row of a table of permissions.
#[must_use]
pub fn rule<'a>(rules: &'a [Rule], name: &str) -> Option<&'a Rule> {
    rules.iter().find(|rule| rule.name == name)
}

/// Refuses a value that the permission of this name cannot have. What `known`, the present value, has may stay.
///
/// # Errors
/// 400 with the reason.
pub fn check(
    tx: &Tx<'_>,
    rules: &[Rule],
    name: &str,
    setting: &GroupSetting,
    known: Option<&GroupSetting>,
) -> Result<(), ApiError> {
    let rule = rule(rules, name).ok_or_else(|| ApiError::invalid(name))?;
    check_value(tx, rule, setting, known)
}

/// As [`check`], and refuses a change of something that is not what the client believes it to be.
///
/// # Errors
/// 400 with the reason.
pub fn check_change(
    tx: &Tx<'_>,
    rules: &[Rule],
    name: &str,
    known: &GroupSetting,
    update: &GroupSettingUpdate,
) -> Result<(), ApiError> {
    check(tx, rules, name, &update.new, Some(known))?;
    let is_known = |old: &GroupSetting| {
        [tx.state.shown_setting(known), known.clone()].into_iter().any(|value| value.normal() == *old)
    };
    if update.old.as_ref().is_some_and(|old| !is_known(old)) {
        return Err(ApiError::SettingMismatch {});
    }
    Ok(())
}

/// Refuses a value that a permission cannot have. What `known`, the present value, has may stay.
///
/// # Errors
/// 400 with the reason.
pub fn check_value(
    tx: &Tx<'_>,
    rule: &Rule,
    setting: &GroupSetting,
    known: Option<&GroupSetting>,
) -> Result<(), ApiError> {
    let is_anonymous = matches!(setting, GroupSetting::Anonymous { .. });
    let (members, groups) = setting.parts();
    let (known_members, known_groups) = known.map(GroupSetting::parts).unwrap_or_default();
    if is_anonymous && !rule.only.is_empty() {
        return Err(ApiError::SystemGroupRequired { setting_name: rule.name.to_owned() });
    }
    for user in members.iter().filter(|user| !known_members.contains(user)) {
        if tx.state.active_user(*user).is_none() {
            return Err(ApiError::bad_request(format!("Invalid user ID: {user}")));
        }
    }
    groups.iter().filter(|group| !known_groups.contains(group)).try_for_each(|group| check_group(tx, rule, *group))
}

/// Tells of every permission that names a user, as it is shown now; only these viewers, if they are given.
pub(super) fn tell_naming(tx: &mut Tx<'_>, user: UserId, only: Option<&RoaringBitmap>) {
    let names = |setting: &GroupSetting| setting.parts().0.contains(&user);
    let audience = || only.map_or_else(Audience::realm, channels::audience_of);
    let settings = &tx.state.realm.settings;
    let naming = realm::ALL.iter().map(|one| (one.rule.name, (one.of)(settings))).filter(|(_, setting)| names(setting));
    let data: BTreeMap<String, Value> =
        naming.map(|(name, setting)| (name.to_owned(), json!(tx.state.shown_setting(setting)))).collect();
    if !data.is_empty() {
        tx.emit(Event::RealmUpdateDict(RealmUpdateDict { property: "default".to_owned(), data }), audience());
    }
    let groups: Vec<Arc<GroupRow>> = tx.state.groups.iter().map(|group| Arc::clone(&group.row)).collect();
    for group in groups {
        let mut change = GroupChange::default();
        for name in GroupPermissions::NAMES {
            let setting = group.permissions.get(name).filter(|setting| names(setting));
            if let (Some(setting), Some(told)) = (setting, user_groups::told(&mut change, name)) {
                *told = Some(tx.state.shown_setting(setting));
            }
        }
        if change != GroupChange::default() {
            let gate = visibility::group_gate(&tx.state, group.id);
            let event = GroupUpdate { group_id: group.id, data: change };
            tx.emit_gated(Event::GroupUpdate(Box::new(event)), audience(), gate);
        }
    }
    let channels: Vec<Arc<ChannelRow>> = tx.state.channels.iter().cloned().collect();
    for channel in channels {
        let naming = |name: &&&str| channel.permissions.get(name).is_some_and(names);
        let naming: Vec<&str> = ChannelPermissions::NAMES.iter().filter(naming).copied().collect();
        if naming.is_empty() {
            continue;
        }
        let mut viewers = channels::viewers(&tx.state, &channel);
        if let Some(only) = only {
            viewers &= only;
        }
        for name in naming.into_iter().filter(|_| !viewers.is_empty()) {
            let shown = channel.permissions.get(name).map(|setting| tx.state.shown_setting(setting));
            let update = channels::property(channel.id, &channel.name, name, json!(shown));
            tx.emit_gated(Event::StreamUpdate(update), channels::audience_of(&viewers), channels::gate(&channel));
        }
    }
}

fn check_group(tx: &Tx<'_>, rule: &Rule, group: GroupId) -> Result<(), ApiError> {
    if let Some(name) = system::name(group) {
        if rule.allows(group) {
            return Ok(());
        }
        return Err(ApiError::bad_request(format!("'{}' setting cannot be set to '{name}' group.", rule.name)));
    }
    let Some(known) = tx.state.groups.get(group) else {
        return Err(ApiError::bad_request(format!("Invalid user group ID: {group}")));
    };
    if known.row.deactivated {
        return Err(ApiError::bad_request("User group is deactivated."));
    }
    if !rule.only.is_empty() {
        return Err(ApiError::SystemGroupRequired { setting_name: rule.name.to_owned() });
    }
    Ok(())
}
