-- What an organization lets text become: patterns that become links, and places where code can be run.
CREATE TABLE linkifiers (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL, -- the order in which they are tried
    pattern TEXT NOT NULL,
    url_template TEXT NOT NULL
) STRICT;

CREATE TABLE playgrounds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    pygments_language TEXT NOT NULL,
    url_template TEXT NOT NULL
) STRICT;

-- The id that was given last in a list, so that none is given twice after the newest item was removed.
CREATE TABLE last_ids (
    list TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL
) STRICT;
