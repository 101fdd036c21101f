-- Requests of outgoing webhooks that are still to be made. A row comes with its message, and goes with the reply.
CREATE TABLE webhooks (
    message_id INTEGER NOT NULL,
    bot_id INTEGER NOT NULL REFERENCES users,
    reason TEXT NOT NULL, -- 'mention' or 'direct_message'
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, bot_id)
) STRICT, WITHOUT ROWID;
