-- How many e-mails with invitations people had sent within a day of the first.
CREATE TABLE invites_sent (
    user_id INTEGER PRIMARY KEY REFERENCES users,
    since INTEGER NOT NULL, -- UNIX seconds
    sent INTEGER NOT NULL
) STRICT;
