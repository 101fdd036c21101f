-- Parts of polls and of lists of tasks.
CREATE TABLE submessages (
    id INTEGER PRIMARY KEY, -- in the order they were added
    message_id INTEGER NOT NULL REFERENCES messages,
    sender_id INTEGER NOT NULL REFERENCES users,
    msg_type TEXT NOT NULL,
    content TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX submessages_by_message ON submessages (message_id);

-- No id is given twice.
ALTER TABLE realm ADD COLUMN last_submessage_id INTEGER NOT NULL DEFAULT 0;
