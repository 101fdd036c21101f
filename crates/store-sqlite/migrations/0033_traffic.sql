-- Whether something was sent in a channel lately, and how much in a week: worked out every hour.
ALTER TABLE channels ADD COLUMN is_recently_active INTEGER NOT NULL DEFAULT 1;
ALTER TABLE channels ADD COLUMN weekly_traffic INTEGER;
