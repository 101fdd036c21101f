//! Groups of users.

use super::Writing;
use crate::row::{Error, to_json};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};
use std::sync::LazyLock;
use tidings_core::state::groups::GroupRow;
use tidings_types::group::GroupPermissions;
use tidings_types::{GroupId, UserId};

/// Columns of a group before its permissions, which are named as in the API.
pub(crate) const GROUP_COLUMNS: &[&str] =
    &["id", "name", "name_lower", "description", "date_created", "creator_id", "deactivated"];

static PUT_GROUP: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<&str> = GROUP_COLUMNS.iter().chain(GroupPermissions::NAMES).copied().collect();
    super::upsert("user_groups", &names)
});

impl Writing<'_> {
    pub(super) fn group(&self, row: &GroupRow) -> Result<(), Error> {
        let mut values: Vec<Value> = vec![
            row.id.0.into(),
            row.name.clone().into(),
            row.name.to_lowercase().into(),
            row.description.clone().into(),
            row.date_created.into(),
            row.creator.map(|id| id.0).into(),
            row.deactivated.into(),
        ];
        for name in GroupPermissions::NAMES {
            values.push(to_json("user_groups", &row.permissions.get(name))?.into());
        }
        self.run(&PUT_GROUP, params_from_iter(values))
    }

    pub(super) fn group_members(&self, group: GroupId, users: &[UserId], add: bool) -> Result<(), Error> {
        let sql = if add {
            "INSERT OR IGNORE INTO user_group_members (group_id, user_id) VALUES (?1, ?2)"
        } else {
            "DELETE FROM user_group_members WHERE group_id = ?1 AND user_id = ?2"
        };
        users.iter().try_for_each(|user| self.run(sql, params![group.0, user.0]))
    }

    pub(super) fn group_subgroups(&self, group: GroupId, subgroups: &[GroupId], add: bool) -> Result<(), Error> {
        let sql = if add {
            "INSERT OR IGNORE INTO user_group_subgroups (group_id, subgroup_id) VALUES (?1, ?2)"
        } else {
            "DELETE FROM user_group_subgroups WHERE group_id = ?1 AND subgroup_id = ?2"
        };
        subgroups.iter().try_for_each(|subgroup| self.run(sql, params![group.0, subgroup.0]))
    }
}
