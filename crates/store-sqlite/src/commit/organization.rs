//! What administrators keep for everybody, beside settings.

use super::Writing;
use crate::row::Error;
use rusqlite::params;
use tidings_core::state::linkifiers::{Numbered, Playgrounds};
use tidings_core::state::organization::{DefaultGroups, Folders, ProfileFields};
use tidings_core::state::users::Profile;
use tidings_types::UserId;
use tidings_types::linkifier::Linkifier;
use tidings_types::signup::RealmDomain;

impl Writing<'_> {
    pub(super) fn linkifiers(&self, list: &Numbered<Linkifier>) -> Result<(), Error> {
        self.run("DELETE FROM linkifiers", [])?;
        for (position, row) in (0_i64..).zip(&list.items) {
            self.run(
                "INSERT INTO linkifiers (id, position, pattern, url_template) VALUES (?1, ?2, ?3, ?4)",
                params![row.id, position, row.pattern, row.url_template],
            )?;
        }
        self.last_id("linkifiers", list.last_id)
    }

    pub(super) fn playgrounds(&self, list: &Playgrounds) -> Result<(), Error> {
        self.run("DELETE FROM playgrounds", [])?;
        for row in &list.items {
            self.run(
                "INSERT INTO playgrounds (id, name, pygments_language, url_template) VALUES (?1, ?2, ?3, ?4)",
                params![row.id, row.name, row.pygments_language, row.url_template],
            )?;
        }
        self.last_id("playgrounds", list.last_id)
    }

    pub(super) fn channel_folders(&self, list: &Folders) -> Result<(), Error> {
        self.run("DELETE FROM channel_folders", [])?;
        for row in &list.items {
            self.run(
                "INSERT INTO channel_folders (
                     id, name, description, rendered_description, date_created, creator_id, position, is_archived
                 ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    row.id,
                    row.name,
                    row.description,
                    row.rendered_description,
                    row.date_created,
                    row.creator_id.map(|id| id.0),
                    row.order,
                    row.is_archived,
                ],
            )?;
        }
        self.last_id("channel_folders", list.last_id)
    }

    pub(super) fn profile_fields(&self, list: &ProfileFields) -> Result<(), Error> {
        self.run("DELETE FROM profile_fields", [])?;
        for row in &list.items {
            self.run(
                "INSERT INTO profile_fields (
                     id, kind, position, name, hint, field_data, in_summary, required, editable_by_user
                 ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    row.id,
                    u8::from(row.kind),
                    row.order,
                    row.name,
                    row.hint,
                    row.field_data,
                    row.display_in_profile_summary,
                    row.required,
                    row.editable_by_user,
                ],
            )?;
        }
        self.run("DELETE FROM profile_values WHERE field_id NOT IN (SELECT id FROM profile_fields)", [])?;
        self.last_id("profile_fields", list.last_id)
    }

    pub(super) fn profile(&self, user: UserId, values: &Profile) -> Result<(), Error> {
        self.run("DELETE FROM profile_values WHERE user_id = ?1", params![user.0])?;
        for (field, row) in values {
            self.run(
                "INSERT INTO profile_values (user_id, field_id, value, rendered_value) VALUES (?1, ?2, ?3, ?4)",
                params![user.0, field, row.value, row.rendered_value],
            )?;
        }
        Ok(())
    }

    pub(super) fn domains(&self, list: &[RealmDomain]) -> Result<(), Error> {
        self.run("DELETE FROM realm_domains", [])?;
        for row in list {
            let sql = "INSERT INTO realm_domains (domain, allow_subdomains) VALUES (?1, ?2)";
            self.run(sql, params![row.domain, row.allow_subdomains])?;
        }
        Ok(())
    }

    pub(super) fn default_groups(&self, list: &DefaultGroups) -> Result<(), Error> {
        self.run("DELETE FROM default_channel_groups", [])?;
        self.run("DELETE FROM default_channel_group_channels", [])?;
        for row in &list.items {
            let sql = "INSERT INTO default_channel_groups (id, name, description) VALUES (?1, ?2, ?3)";
            self.run(sql, params![row.id, row.name, row.description])?;
            for channel in &row.streams {
                let sql = "INSERT INTO default_channel_group_channels (group_id, channel_id) VALUES (?1, ?2)";
                self.run(sql, params![row.id, channel.0])?;
            }
        }
        self.last_id("default_channel_groups", list.last_id)
    }

    fn last_id(&self, list: &str, last_id: u32) -> Result<(), Error> {
        self.run(
            "INSERT INTO last_ids (list, last_id) VALUES (?1, ?2)
             ON CONFLICT (list) DO UPDATE SET last_id = excluded.last_id",
            params![list, last_id],
        )
    }
}
