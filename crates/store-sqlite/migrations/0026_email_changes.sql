-- Addresses that people want to have, until they confirm them.
CREATE TABLE email_changes (
    user_id INTEGER PRIMARY KEY REFERENCES users,
    hash BLOB NOT NULL, -- of the key that the link ends with
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL -- UNIX seconds
) STRICT;

ALTER TABLE mail ADD COLUMN confirms_user_id INTEGER; -- whose new address it asks to confirm
