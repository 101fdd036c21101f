-- When an organization became this server's by an import: a copy is another one than what it was copied from.

ALTER TABLE realm ADD COLUMN imported_at INTEGER NOT NULL DEFAULT 0; -- UNIX seconds; 0 if it was founded here
