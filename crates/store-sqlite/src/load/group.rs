//! Groups of users.

use super::{for_each, permissions};
use crate::commit::GROUP_COLUMNS;
use crate::row::{Error, get};
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::groups::GroupRow;
use tidings_types::group::GroupPermissions;
use tidings_types::{GroupId, UserId};

const TABLE: &str = "user_groups";

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let names: Vec<&str> = GROUP_COLUMNS.iter().chain(GroupPermissions::NAMES).copied().collect();
    let sql = format!("SELECT {} FROM user_groups ORDER BY id", names.join(", "));
    for_each(connection, &sql, |row| {
        state.apply(&Change::Group(Arc::new(group(row)?)));
        Ok(())
    })?;
    for (group, users) in pairs(connection, "SELECT group_id, user_id FROM user_group_members ORDER BY group_id")? {
        let users = users.into_iter().map(UserId).collect();
        state.apply(&Change::GroupMembers { group: GroupId(group), users, add: true });
    }
    let sql = "SELECT group_id, subgroup_id FROM user_group_subgroups ORDER BY group_id";
    for (group, subgroups) in pairs(connection, sql)? {
        let subgroups = subgroups.into_iter().map(GroupId).collect();
        state.apply(&Change::GroupSubgroups { group: GroupId(group), subgroups, add: true });
    }
    Ok(())
}

fn group(row: &Row<'_>) -> Result<GroupRow, Error> {
    Ok(GroupRow {
        id: GroupId(get(row, 0, TABLE)?),
        name: get(row, 1, TABLE)?,
        description: get(row, 3, TABLE)?,
        date_created: get(row, 4, TABLE)?,
        creator: get::<Option<u32>>(row, 5, TABLE)?.map(UserId),
        deactivated: get(row, 6, TABLE)?,
        permissions: permissions(row, TABLE, GROUP_COLUMNS.len(), GroupPermissions::NAMES)?,
    })
}

/// What belongs to each group, by group.
fn pairs(connection: &Connection, sql: &str) -> Result<BTreeMap<u32, Vec<u32>>, Error> {
    let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for_each(connection, sql, |row| {
        found.entry(get(row, 0, TABLE)?).or_default().push(get(row, 1, TABLE)?);
        Ok(())
    })?;
    Ok(found)
}
