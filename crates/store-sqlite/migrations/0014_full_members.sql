-- Whose account was made up to then (UNIX seconds) has been a member for the waiting period.
ALTER TABLE realm ADD COLUMN settled_until INTEGER NOT NULL DEFAULT 0;
