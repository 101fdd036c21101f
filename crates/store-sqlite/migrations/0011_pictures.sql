-- Pictures that were uploaded, and custom emoji. The bytes are in the file store.
CREATE TABLE pictures (
    kind TEXT NOT NULL, -- 'user', 'icon', 'logo' or 'night_logo'
    user_id INTEGER NOT NULL, -- whose; 0 for those of the organization
    file TEXT, -- its name without the ending; null if there is none any more
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE custom_emoji (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES users,
    file TEXT NOT NULL, -- its name without the ending
    is_animated INTEGER NOT NULL,
    is_deactivated INTEGER NOT NULL
) STRICT;
