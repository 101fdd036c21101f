-- One database holds one realm. Times are UNIX seconds; truth values are 0 and 1; "JSON" columns hold JSON text.
-- A column ending in _lower is its neighbour in lower case as Unicode has it, which SQLite's lower() does not do.

-- 'Tdng': tells our files from other SQLite databases, as `file` does.
PRAGMA application_id = 0x54646e67;

CREATE TABLE realm (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    string_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    host TEXT NOT NULL,
    url TEXT NOT NULL,
    settings TEXT NOT NULL, -- JSON
    -- The durable position: every change up to here is in these tables.
    seq INTEGER NOT NULL DEFAULT 0,
    -- The newest id ever given to a message, so that none is given twice after the newest was deleted.
    last_message_id INTEGER NOT NULL DEFAULT 0,
    -- Events up to here may have been trimmed.
    log_floor INTEGER NOT NULL DEFAULT 0,
    -- When the last batch was written.
    updated_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    delivery_email TEXT NOT NULL,
    delivery_email_lower TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    role INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    date_joined INTEGER NOT NULL,
    bot_type INTEGER, -- null for people, as are the other bot_ columns
    bot_owner_id INTEGER REFERENCES users DEFERRABLE INITIALLY DEFERRED,
    bot_default_sending_channel_id INTEGER,
    bot_default_events_channel_id INTEGER,
    bot_default_all_public INTEGER,
    avatar_version INTEGER NOT NULL,
    settings TEXT NOT NULL -- JSON of what differs from the defaults
) STRICT;

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY, -- in the order they were made
    hash BLOB NOT NULL UNIQUE, -- SHA-256
    user_id INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    label TEXT NOT NULL
) STRICT;

CREATE TABLE passwords (
    user_id INTEGER PRIMARY KEY REFERENCES users,
    phc TEXT NOT NULL -- Argon2
) STRICT;

-- Columns ending in _group are JSON: the id of a group, or members and groups listed in place.
CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_lower TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    rendered_description TEXT NOT NULL,
    date_created INTEGER NOT NULL,
    creator_id INTEGER REFERENCES users,
    is_private INTEGER NOT NULL,
    is_web_public INTEGER NOT NULL,
    history_public INTEGER NOT NULL,
    is_archived INTEGER NOT NULL,
    message_retention_days INTEGER, -- null is as the realm has it; -1 keeps for ever
    topics_policy TEXT NOT NULL,
    first_message_id INTEGER,
    can_add_subscribers_group TEXT NOT NULL,
    can_remove_subscribers_group TEXT NOT NULL,
    can_administer_channel_group TEXT NOT NULL,
    can_delete_any_message_group TEXT NOT NULL,
    can_delete_own_message_group TEXT NOT NULL,
    can_move_messages_out_of_channel_group TEXT NOT NULL,
    can_move_messages_within_channel_group TEXT NOT NULL,
    can_send_message_group TEXT NOT NULL,
    can_subscribe_group TEXT NOT NULL,
    can_resolve_topics_group TEXT NOT NULL
) STRICT;

-- WITHOUT ROWID, here and below, where rows are short and always found by this key: one tree instead of two.
CREATE TABLE subscriptions (
    user_id INTEGER NOT NULL REFERENCES users,
    channel_id INTEGER NOT NULL REFERENCES channels,
    is_active INTEGER NOT NULL,
    color TEXT NOT NULL,
    is_muted INTEGER NOT NULL,
    pin_to_top INTEGER NOT NULL,
    desktop_notifications INTEGER, -- null is as the user's general setting, for all five
    email_notifications INTEGER,
    wildcard_mentions_notify INTEGER,
    push_notifications INTEGER,
    audible_notifications INTEGER,
    PRIMARY KEY (user_id, channel_id)
) STRICT, WITHOUT ROWID;

-- When a user was subscribed: after event from_seq and message from_message, up to to_seq and to_message.
CREATE TABLE subscription_spans (
    user_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    position INTEGER NOT NULL, -- oldest first
    from_seq INTEGER NOT NULL,
    to_seq INTEGER, -- null while it lasts, as is to_message
    from_message INTEGER NOT NULL,
    to_message INTEGER,
    PRIMARY KEY (user_id, channel_id, position),
    FOREIGN KEY (user_id, channel_id) REFERENCES subscriptions
) STRICT, WITHOUT ROWID;

-- A topic of a channel, or direct messages among a set of users.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER REFERENCES channels,
    topic TEXT, -- as first written
    topic_lower TEXT,
    user_ids TEXT, -- ascending, separated by commas
    CHECK ((channel_id IS NULL) = (topic IS NULL) AND (channel_id IS NULL) <> (user_ids IS NULL))
) STRICT;
CREATE UNIQUE INDEX conversations_by_topic ON conversations (channel_id, topic_lower) WHERE channel_id IS NOT NULL;
CREATE UNIQUE INDEX conversations_by_users ON conversations (user_ids) WHERE user_ids IS NOT NULL;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations,
    sender_id INTEGER NOT NULL REFERENCES users,
    client TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    is_me INTEGER NOT NULL,
    has_link INTEGER NOT NULL,
    has_image INTEGER NOT NULL,
    channel_wildcard INTEGER NOT NULL,
    topic_wildcard INTEGER NOT NULL,
    last_edit INTEGER,
    last_moved INTEGER,
    content TEXT NOT NULL, -- Markdown; last, with its HTML, so that the columns before are found without reading it
    rendered TEXT NOT NULL
) STRICT;
-- An index ends with the row's id by itself, so these are (conversation_id, id) and (sender_id, id).
CREATE INDEX messages_by_conversation ON messages (conversation_id);
CREATE INDEX messages_by_sender ON messages (sender_id);
-- The few messages that have something; ids only.
CREATE INDEX messages_with_link ON messages (has_link) WHERE has_link = 1;
CREATE INDEX messages_with_image ON messages (has_image) WHERE has_image = 1;
CREATE INDEX messages_with_wildcard ON messages (channel_wildcard) WHERE channel_wildcard = 1;

CREATE TABLE message_edits (
    id INTEGER PRIMARY KEY, -- in the order they were made
    message_id INTEGER NOT NULL REFERENCES messages,
    user_id INTEGER,
    timestamp INTEGER NOT NULL,
    prev_content TEXT, -- null, here and below, where it was not changed
    prev_rendered_content TEXT,
    topic TEXT,
    prev_topic TEXT,
    channel_id INTEGER,
    prev_channel_id INTEGER
) STRICT;
CREATE INDEX message_edits_by_message ON message_edits (message_id);

CREATE TABLE reactions (
    id INTEGER PRIMARY KEY, -- in the order they were added
    message_id INTEGER NOT NULL REFERENCES messages,
    user_id INTEGER NOT NULL REFERENCES users,
    reaction_type TEXT NOT NULL,
    emoji_code TEXT NOT NULL,
    emoji_name TEXT NOT NULL,
    UNIQUE (message_id, user_id, reaction_type, emoji_code)
) STRICT;

-- Whom a message concerns in particular. Bits: 1 by name or group, 2 @topic, 4 alert word.
CREATE TABLE mentions (
    message_id INTEGER NOT NULL REFERENCES messages,
    user_id INTEGER NOT NULL REFERENCES users,
    bits INTEGER NOT NULL,
    PRIMARY KEY (message_id, user_id)
) STRICT, WITHOUT ROWID;

-- Which messages a user marked, in pieces of 65536 ids, so that a mark rewrites one small piece. With a rowid:
-- a piece can be 8 KiB, too long for the inner pages of a tree (https://sqlite.org/withoutrowid.html, section 3).
CREATE TABLE user_flags (
    user_id INTEGER NOT NULL REFERENCES users,
    flag TEXT NOT NULL, -- read, starred, collapsed, historical
    chunk INTEGER NOT NULL, -- message id / 65536
    bitmap BLOB NOT NULL, -- https://github.com/RoaringBitmap/RoaringFormatSpec
    UNIQUE (user_id, flag, chunk)
) STRICT;

CREATE TABLE alert_words (
    user_id INTEGER NOT NULL REFERENCES users,
    position INTEGER NOT NULL, -- in the order they were added
    word TEXT NOT NULL,
    PRIMARY KEY (user_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE muted_users (
    user_id INTEGER NOT NULL REFERENCES users,
    position INTEGER NOT NULL, -- in the order they were muted
    muted_user_id INTEGER NOT NULL,
    muted_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_topics (
    user_id INTEGER NOT NULL REFERENCES users,
    channel_id INTEGER NOT NULL,
    topic_lower TEXT NOT NULL,
    topic TEXT NOT NULL, -- as the user wrote it
    policy INTEGER NOT NULL, -- 1 muted, 2 unmuted, 3 followed
    last_updated INTEGER NOT NULL,
    PRIMARY KEY (user_id, channel_id, topic_lower)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_status (
    user_id INTEGER PRIMARY KEY REFERENCES users,
    away INTEGER, -- null, here and below, where it is not set
    status_text TEXT,
    emoji_name TEXT,
    emoji_code TEXT,
    reaction_type TEXT
) STRICT;

CREATE TABLE presence (
    user_id INTEGER PRIMARY KEY REFERENCES users,
    active_timestamp INTEGER NOT NULL,
    idle_timestamp INTEGER NOT NULL
) STRICT;

CREATE TABLE queues (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users,
    options TEXT NOT NULL, -- JSON
    start INTEGER NOT NULL, -- an event id: position in the log * 4096 + n
    idle_timeout_secs INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The event log.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
) STRICT;
