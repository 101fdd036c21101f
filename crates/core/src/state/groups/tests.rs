use super::*;
use std::collections::BTreeMap;

fn row(id: u32) -> Arc<GroupRow> {
    Arc::new(GroupRow {
        id: GroupId(id),
        name: format!("Group {id}"),
        description: String::new(),
        date_created: 0,
        creator: None,
        deactivated: false,
        permissions: GroupPermissions::new(None),
    })
}

/// Who is in a group, by walking through it.
fn walk(groups: &Groups, id: GroupId) -> (BTreeSet<u32>, Option<GroupId>) {
    let mut all = groups.all_subgroups(id);
    all.insert(id);
    let users = all.iter().filter_map(|id| groups.get(*id)).flat_map(|group| group.members.iter()).collect();
    let system = all.into_iter().filter(|id| *id < system::NOBODY).max();
    (users, system)
}

proptest::proptest! {
    /// What is kept beside a group is what one finds by walking through it, after any changes in any order.
    #[test]
    fn reach_follows_every_change(changes in proptest::collection::vec((0u8..4, 100u32..106, 0u32..8), 1..60)) {
        let mut groups = Groups::default();
        (100..106).for_each(|id| groups.put(&row(id)));
        for (kind, group, other) in changes {
            let (group, inner) = (GroupId(group), GroupId(if other < 6 { 100 + other } else { other - 4 }));
            match kind {
                0 | 1 => groups.change_members(group, &[UserId(other)], kind == 0),
                2 if !groups.with_supergroups(group).contains(&inner) => groups.change_subgroups(group, &[inner], true),
                _ => groups.change_subgroups(group, &[inner], false),
            }
            for group in groups.iter() {
                let (users, system) = walk(&groups, group.row.id);
                proptest::prop_assert_eq!(group.reach.users.iter().collect::<BTreeSet<_>>(), users);
                proptest::prop_assert_eq!(group.reach.system, system);
            }
        }
    }
}

#[test]
fn names_are_found_without_regard_to_case_and_follow_changes() {
    let mut groups = Groups::default();
    groups.put(&row(100));
    assert_eq!(groups.find_by_name("GROUP 100").map(|group| group.row.id), Some(GroupId(100)));
    groups.put(&Arc::new(GroupRow { name: "Other".to_owned(), ..GroupRow::clone(&row(100)) }));
    assert!(groups.find_by_name("group 100").is_none());
    assert_eq!(groups.next_id(), GroupId(101));
    let found: BTreeMap<&str, GroupId> = [("other", GroupId(100))].into();
    assert_eq!(groups.find_by_name("other").map(|group| group.row.id), found.get("other").copied());
}

#[test]
fn built_in_groups_are_a_chain() {
    assert_eq!(system_subgroup(system::OWNERS), None);
    assert_eq!(system_subgroup(system::ADMINISTRATORS), Some(system::OWNERS));
    assert_eq!(system_subgroup(system::INTERNET), Some(system::EVERYONE));
    assert_eq!(system_subgroup(system::NOBODY), None);
    assert_eq!(Groups::default().all_subgroups(system::MEMBERS).len(), 4);
}
