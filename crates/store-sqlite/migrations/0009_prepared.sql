-- What users prepare for later. Ids are positions of the log, so none is given twice.

CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    draft_type TEXT NOT NULL, -- '', 'stream' or 'private'
    recipients TEXT NOT NULL, -- JSON: ids of one channel or of users
    topic TEXT NOT NULL,
    content TEXT NOT NULL,
    last_edited INTEGER NOT NULL
) STRICT;

CREATE TABLE saved_snippets (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE navigation_views (
    user_id INTEGER NOT NULL REFERENCES users,
    fragment TEXT NOT NULL,
    is_pinned INTEGER NOT NULL,
    name TEXT, -- null for a built-in one
    PRIMARY KEY (user_id, fragment)
) STRICT, WITHOUT ROWID;

-- Scheduled messages and reminders: what is to be sent, until it was.
CREATE TABLE later (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    channel_id INTEGER, -- with topic, for a message to a channel
    topic TEXT,
    recipients TEXT, -- for a direct message, JSON: ids of all participants
    read_by_sender INTEGER NOT NULL,
    reminder_of INTEGER, -- with note, for a reminder: a message, which may be gone
    note TEXT,
    content TEXT NOT NULL,
    rendered TEXT NOT NULL,
    deliver_at INTEGER NOT NULL,
    client TEXT NOT NULL,
    failure TEXT -- why it could not be sent
) STRICT;
