-- Personal settings that new accounts start with, as JSON; what is not in it is as the server has it.
ALTER TABLE realm ADD COLUMN settings_defaults TEXT NOT NULL DEFAULT '{}';
