-- Queues that their users find again by a name.
ALTER TABLE queues ADD COLUMN name TEXT;
