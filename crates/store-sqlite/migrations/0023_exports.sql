-- Exports of the organization's data.
CREATE TABLE exports (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    kind INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    key TEXT, -- where its file is; null while it is made, and where there is none
    failed_at INTEGER,
    deleted_at INTEGER
) STRICT;
