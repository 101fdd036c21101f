//! Groups of users, and who has which permission. Archives have a group for each value of a permission; those without a
//! name are lists here.

use super::reader::Row;
use super::{Import, ImportError, tidy};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::limits;
use tidings_core::state::groups::{GroupRow, system};
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::group::{GroupPermissions, GroupSetting};
use tidings_types::permission::{self, Rule};
use tidings_types::{GroupId, UserId};

/// A group of an archive.
#[derive(Default)]
struct Found {
    /// What it is here; none for one without a name.
    named: Option<GroupId>,
    members: BTreeSet<UserId>,
    subgroups: BTreeSet<u32>,
}

/// What groups have already.
#[derive(Default)]
struct Taken {
    ids: BTreeSet<u32>,
    /// In small letters.
    names: HashSet<String>,
}

impl Import<'_> {
    pub(super) fn groups(&mut self) -> Result<(), ImportError> {
        let mut found: HashMap<u32, Found> = HashMap::new();
        let mut made = BTreeMap::new();
        let mut taken = Taken::default();
        // Before groups could be without a name, one table had all of both.
        self.realm_file().each(&["zerver_namedusergroup", "zerver_usergroup"], |_, row| {
            let id = row.opt_id("usergroup_ptr")?.map_or_else(|| row.id("id"), Ok)?;
            let group = found.entry(id).or_default();
            if let Some(name) = row.opt_text("name")?.filter(|_| group.named.is_none()) {
                let named = match system::NAMES.iter().find(|(_, known)| *known == name) {
                    Some((built_in, _)) => *built_in,
                    None if row.flag("is_system_group", false)? || name.starts_with("role:") => system::NOBODY,
                    None => {
                        row.check_room(made.len(), limits::GROUPS_MAX, "groups of users")?;
                        made.insert(id, self.group(row, id, &mut taken)?);
                        made[&id].id
                    }
                };
                group.named = Some(named);
            }
            Ok(())
        })?;
        self.memberships(&mut found)?;
        self.ids.groups = found.keys().map(|id| (*id, value_of(*id, &found))).collect();
        for row in made.values() {
            self.build.change(Change::Group(Arc::new(row.clone())))?;
        }
        self.fill(&found, &made)?;
        self.group_settings(&made)
    }

    fn group(&self, row: &Row, id: u32, taken: &mut Taken) -> Result<GroupRow, ImportError> {
        let name = tidy(row.text("name")?, limits::GROUP_NAME_CHARS_MAX);
        if name.is_empty()
            || ["@", "role:", "user:", "stream:", "channel:"].iter().any(|at| name.starts_with(at))
            || !taken.names.insert(name.to_lowercase())
        {
            return Err(row.wrong("it has no name, one that another group has, or one that no group can have"));
        }
        let is_free = id > system::NOBODY.0 && !taken.ids.contains(&id);
        let next = taken.ids.last().copied().unwrap_or(0).max(system::FIRST_CUSTOM.0 - 1).checked_add(1);
        let id = if is_free { Some(id) } else { next };
        taken.ids.extend(id);
        let creator = self.opt_user(row, "creator")?.filter(|user| *user != NOTIFICATION_BOT);
        Ok(GroupRow {
            id: GroupId(id.ok_or_else(|| row.wrong("there are no more ids"))?),
            name,
            description: tidy(row.opt_text("description")?.unwrap_or_default(), limits::GROUP_DESCRIPTION_CHARS_MAX),
            date_created: row.time("date_created")?.unwrap_or(self.build.state.realm.date_created),
            creator,
            deactivated: row.flag("deactivated", false)?,
            permissions: GroupPermissions::new(creator),
        })
    }

    fn memberships(&self, found: &mut HashMap<u32, Found>) -> Result<(), ImportError> {
        let tables = ["zerver_usergroupmembership", "zerver_groupgroupmembership"];
        self.realm_file().each(&tables, |table, row| {
            let known = |column: &str| {
                let id = row.id(column)?;
                let what = || row.wrong(format!("`{column}` names group {id}, which is not in the archive"));
                if found.contains_key(&id) { Ok(id) } else { Err(what()) }
            };
            if table == "zerver_usergroupmembership" {
                let group = known("user_group")?;
                let user = self.account(row, "user_profile")?;
                if let Some(group) = found.get_mut(&group) {
                    group.members.extend(user);
                }
            } else {
                let (outer, inner) = (known("supergroup")?, known("subgroup")?);
                if let Some(outer) = found.get_mut(&outer) {
                    outer.subgroups.insert(inner);
                }
            }
            Ok(())
        })
    }

    /// Who is in the groups that users made.
    fn fill(&mut self, found: &HashMap<u32, Found>, made: &BTreeMap<u32, GroupRow>) -> Result<(), ImportError> {
        for (id, row) in made {
            let Some(group) = found.get(id) else { continue };
            let users: Vec<UserId> = group.members.iter().copied().collect();
            if !users.is_empty() {
                self.build.change(Change::GroupMembers { group: row.id, users, add: true })?;
            }
            for inner in &group.subgroups {
                let Some(inner) = found.get(inner).and_then(|inner| inner.named) else {
                    self.note("groups without a name in other groups");
                    continue;
                };
                let groups = &self.build.state.groups;
                if inner == row.id || groups.all_subgroups(inner).contains(&row.id) {
                    let what = format!("zerver_groupgroupmembership puts group {id} into itself");
                    return Err(ImportError::file("realm.json", what));
                }
                self.build.change(Change::GroupSubgroups { group: row.id, subgroups: vec![inner], add: true })?;
            }
        }
        Ok(())
    }

    fn group_settings(&mut self, made: &BTreeMap<u32, GroupRow>) -> Result<(), ImportError> {
        let mut changed = Vec::new();
        self.realm_file().each(&["zerver_namedusergroup", "zerver_usergroup"], |_, row| {
            let id = row.opt_id("usergroup_ptr")?.map_or_else(|| row.id("id"), Ok)?;
            let (Some(group), true) = (made.get(&id), row.has("name")) else { return Ok(()) };
            let mut group = group.clone();
            for rule in permission::group::RULES {
                let value = self.setting(row, rule)?;
                if let (Some(value), Some(place)) = (value, group.permissions.get_mut(rule.name)) {
                    *place = value;
                }
            }
            changed.push(group);
            Ok(())
        })?;
        changed.into_iter().try_for_each(|group| self.build.change(Change::Group(Arc::new(group))))
    }

    /// The value of a permission; none where the archive does not say, or this server cannot have it.
    pub(super) fn setting(&mut self, row: &Row, rule: &Rule) -> Result<Option<GroupSetting>, ImportError> {
        let Some(id) = row.opt_id(rule.name)? else { return Ok(None) };
        let value = self.ids.groups.get(&id).cloned();
        let value =
            value.ok_or_else(|| row.wrong(format!("`{}` names group {id}, which is not in the archive", rule.name)))?;
        let (members, groups) = value.parts();
        let is_allowed = groups.iter().all(|group| rule.allows(*group)) && (rule.only.is_empty() || members.is_empty());
        if !is_allowed {
            self.note("permissions that this server gives to others");
            return Ok(None);
        }
        Ok(Some(value))
    }
}

/// What a group is as the value of a permission.
fn value_of(id: u32, found: &HashMap<u32, Found>) -> GroupSetting {
    let Some(group) = found.get(&id) else { return GroupSetting::Named(system::NOBODY) };
    if let Some(named) = group.named {
        return GroupSetting::Named(named);
    }
    let mut groups: Vec<GroupId> =
        group.subgroups.iter().filter_map(|inner| found.get(inner).and_then(|inner| inner.named)).collect();
    groups.sort_unstable();
    groups.dedup();
    GroupSetting::Anonymous { direct_members: group.members.iter().copied().collect(), direct_subgroups: groups }
        .normal()
}
