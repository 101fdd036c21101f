-- Uploaded files: what is known of each. The bytes are in the file store, under `key`. Ids are positions of the log, so
-- none is given twice.
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE, -- below /user_uploads/
    key TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, -- bytes
    content_type TEXT NOT NULL,
    image_width INTEGER, -- null for what is no image, as are the other image_ columns
    image_height INTEGER,
    image_is_animated INTEGER,
    image_is_transparent INTEGER,
    created_at INTEGER NOT NULL,
    unused_since INTEGER -- null while a message refers to it
) STRICT;

-- Which messages refer to which files.
CREATE TABLE attachment_messages (
    message_id INTEGER NOT NULL REFERENCES messages,
    attachment_id INTEGER NOT NULL REFERENCES attachments,
    PRIMARY KEY (message_id, attachment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_messages_by_attachment ON attachment_messages (attachment_id);

-- That follows from the rows above.
DROP INDEX messages_with_attachment;
ALTER TABLE messages DROP COLUMN has_attachment;
