-- Folders of channels.
CREATE TABLE channel_folders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    rendered_description TEXT NOT NULL,
    date_created INTEGER, -- UNIX seconds
    creator_id INTEGER,
    position INTEGER NOT NULL, -- the lowest comes first
    is_archived INTEGER NOT NULL
) STRICT;

ALTER TABLE channels ADD COLUMN folder_id INTEGER;
