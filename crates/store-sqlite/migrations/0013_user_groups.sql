-- Groups of users that users made; the built-in ones follow from roles.
CREATE TABLE user_groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_lower TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    creator_id INTEGER,
    deactivated INTEGER NOT NULL,
    -- Who may do what, as the API has it: JSON.
    can_add_members_group TEXT NOT NULL,
    can_join_group TEXT NOT NULL,
    can_leave_group TEXT NOT NULL,
    can_manage_group TEXT NOT NULL,
    can_mention_group TEXT NOT NULL,
    can_remove_members_group TEXT NOT NULL
) STRICT;

CREATE TABLE user_group_members (
    group_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_group_subgroups (
    group_id INTEGER NOT NULL,
    subgroup_id INTEGER NOT NULL,
    PRIMARY KEY (group_id, subgroup_id)
) STRICT, WITHOUT ROWID;
