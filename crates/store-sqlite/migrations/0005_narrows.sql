-- What clients call their sends, for a day: a repeated send is answered with the first one's message.
CREATE TABLE named_sends (
    id INTEGER PRIMARY KEY, -- in the order they were made
    sender_id INTEGER NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    payload BLOB NOT NULL, -- the beginning of a SHA-256
    message_id INTEGER NOT NULL, -- which may be gone
    sent_at INTEGER NOT NULL,
    UNIQUE (sender_id, name)
) STRICT;

-- Whether the HTML refers to an uploaded file. Computed, so that nothing has to keep it current.
ALTER TABLE messages ADD COLUMN has_attachment INTEGER NOT NULL
    GENERATED ALWAYS AS (
        instr(rendered, '<a href="/user_uploads/') > 0
        OR instr(rendered, '<audio controls preload="metadata" src="/user_uploads/') > 0
    ) VIRTUAL;
CREATE INDEX messages_with_attachment ON messages (has_attachment) WHERE has_attachment = 1;

-- Words of topics, for searches; a row for each topic, as message_words has one for each message.
CREATE VIRTUAL TABLE topic_words USING fts5 (
    topic,
    content = '',
    contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0"
);
INSERT INTO topic_words (rowid, topic) SELECT id, topic FROM conversations WHERE topic IS NOT NULL;
