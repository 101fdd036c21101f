-- Devices that notifications are to be sent to.
CREATE TABLE push_tokens (
    user_id INTEGER NOT NULL REFERENCES users,
    kind TEXT NOT NULL, -- 'apns' or 'fcm'
    token TEXT NOT NULL,
    app_id TEXT,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, token)
) STRICT, WITHOUT ROWID;
