-- Words of messages, for searches. Without a copy of the content; rows can be deleted by id alone
-- (https://sqlite.org/fts5.html, section 4.4.3). Diacritics count: searches disregard case only.
CREATE VIRTUAL TABLE message_words USING fts5 (
    content,
    content = '',
    contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0"
);
