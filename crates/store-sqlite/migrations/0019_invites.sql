-- Invitations, e-mails that wait to be sent, and what administrators did.
CREATE TABLE invites (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- none is given twice
    key TEXT NOT NULL UNIQUE,
    email TEXT, -- none for a link for many
    invited_by INTEGER NOT NULL,
    invited_at INTEGER NOT NULL, -- UNIX seconds, here and below
    expires_at INTEGER, -- none for ever
    role INTEGER NOT NULL,
    channel_ids TEXT NOT NULL, -- JSON
    group_ids TEXT NOT NULL, -- JSON
    include_defaults INTEGER NOT NULL,
    notify_inviter INTEGER NOT NULL,
    welcome TEXT
) STRICT;

CREATE TABLE mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    invite_id INTEGER,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor_id INTEGER, -- none for an operator of the server
    what TEXT NOT NULL,
    detail TEXT NOT NULL -- JSON
) STRICT;
