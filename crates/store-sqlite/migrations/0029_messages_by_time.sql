-- Messages that are older than they are kept. An index ends with the row's id by itself, so this has all it takes.
CREATE INDEX messages_by_time ON messages (timestamp);
