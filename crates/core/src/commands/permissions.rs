//! Values that permissions can have: the checks behind every setting that names groups and users.

use super::Tx;
use tidings_types::group::{GroupSetting, GroupSettingUpdate, system};
use tidings_types::permission::Rule;
use tidings_types::{ApiError, GroupId};

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
    if update.old.as_ref().is_some_and(|old| old != known) {
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
