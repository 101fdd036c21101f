-- Where requests of outgoing webhooks go, and what programs store for their account.

ALTER TABLE users ADD COLUMN bot_service_url TEXT; -- null for all but outgoing webhooks, as are the next two
ALTER TABLE users ADD COLUMN bot_service_interface INTEGER;
ALTER TABLE users ADD COLUMN bot_service_token TEXT;

CREATE TABLE bot_storage (
    user_id INTEGER NOT NULL REFERENCES users,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
