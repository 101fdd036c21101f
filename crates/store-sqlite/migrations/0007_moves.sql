-- The durable event at which a message came into another channel: who was subscribed to it then was there.
ALTER TABLE message_edits ADD COLUMN arrived_seq INTEGER;
CREATE INDEX message_edits_between_channels ON message_edits (message_id, id) WHERE arrived_seq IS NOT NULL;

-- The account in whose name the server writes. Only here for what refers to it: it is no account of the realm, and is
-- not loaded.
INSERT INTO users (id, delivery_email, delivery_email_lower, full_name, role, is_active, date_joined, bot_type,
    avatar_version, settings)
VALUES (2000000000, '', '', '', 400, 1, 0, 1, 1, '{}');
