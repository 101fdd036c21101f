-- The link for many by which somebody asked for a link to their address.
ALTER TABLE invites ADD COLUMN via_id INTEGER;
