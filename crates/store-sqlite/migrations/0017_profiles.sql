-- Fields that an organization adds to profiles, and their values.
CREATE TABLE profile_fields (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL, -- as the API numbers them
    position INTEGER NOT NULL, -- the lowest comes first
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    field_data TEXT NOT NULL, -- JSON, or empty
    in_summary INTEGER NOT NULL,
    required INTEGER NOT NULL,
    editable_by_user INTEGER NOT NULL
) STRICT;

CREATE TABLE profile_values (
    user_id INTEGER NOT NULL,
    field_id INTEGER NOT NULL,
    value TEXT NOT NULL,
    rendered_value TEXT,
    PRIMARY KEY (user_id, field_id)
) STRICT, WITHOUT ROWID;
