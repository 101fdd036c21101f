-- How people come into an organization, and what they find there.
CREATE TABLE realm_domains (
    domain TEXT PRIMARY KEY, -- in lower case
    allow_subdomains INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE default_channel_groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;

CREATE TABLE default_channel_group_channels (
    group_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    PRIMARY KEY (group_id, channel_id)
) STRICT, WITHOUT ROWID;

-- What is shown once and was seen.
CREATE TABLE onboarding_steps (
    user_id INTEGER NOT NULL,
    step TEXT NOT NULL,
    seen_at INTEGER NOT NULL, -- UNIX seconds
    PRIMARY KEY (user_id, step)
) STRICT, WITHOUT ROWID;

ALTER TABLE realm ADD COLUMN is_deactivated INTEGER NOT NULL DEFAULT 0;
