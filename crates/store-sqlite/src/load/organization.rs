//! What administrators keep for everybody, beside settings.

use super::for_each;
use crate::row::{Error, bad_row, get};
use rusqlite::Connection;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::state::RealmState;
use tidings_core::state::linkifiers::Numbered;
use tidings_core::state::organization::{DefaultGroups, Folders, ProfileFields};
use tidings_types::folder::ChannelFolder;
use tidings_types::linkifier::{Linkifier, Playground};
use tidings_types::profile::ProfileField;
use tidings_types::signup::{DefaultChannelGroup, RealmDomain};
use tidings_types::{ChannelId, UserId};

pub(super) fn load(connection: &Connection, state: &mut RealmState) -> Result<(), Error> {
    let (mut linkifiers, mut playgrounds) = (Numbered::default(), Numbered::default());
    let mut groups = default_groups(connection)?;
    let (mut folders, mut fields) = (folders(connection)?, profile_fields(connection)?);
    for_each(connection, "SELECT id, pattern, url_template FROM linkifiers ORDER BY position", |row| {
        const TABLE: &str = "linkifiers";
        let (id, pattern, url_template) = (get(row, 0, TABLE)?, get(row, 1, TABLE)?, get(row, 2, TABLE)?);
        linkifiers.items.push(Linkifier { pattern, url_template, id });
        Ok(())
    })?;
    for_each(connection, "SELECT id, name, pygments_language, url_template FROM playgrounds ORDER BY id", |row| {
        const TABLE: &str = "playgrounds";
        playgrounds.items.push(Playground {
            id: get(row, 0, TABLE)?,
            name: get(row, 1, TABLE)?,
            pygments_language: get(row, 2, TABLE)?,
            url_template: get(row, 3, TABLE)?,
        });
        Ok(())
    })?;
    for_each(connection, "SELECT list, last_id FROM last_ids", |row| {
        const TABLE: &str = "last_ids";
        match get::<String>(row, 0, TABLE)?.as_str() {
            "linkifiers" => linkifiers.last_id = get(row, 1, TABLE)?,
            "profile_fields" => fields.last_id = get(row, 1, TABLE)?,
            "default_channel_groups" => groups.last_id = get(row, 1, TABLE)?,
            "channel_folders" => folders.last_id = get(row, 1, TABLE)?,
            "playgrounds" => playgrounds.last_id = get(row, 1, TABLE)?,
            _ => {}
        }
        Ok(())
    })?;
    state.apply(&Change::Linkifiers(Arc::new(linkifiers)));
    state.apply(&Change::Playgrounds(Arc::new(playgrounds)));
    state.apply(&Change::ChannelFolders(Arc::new(folders)));
    state.apply(&Change::ProfileFields(Arc::new(fields)));
    state.apply(&Change::DefaultGroups(Arc::new(groups)));
    let mut domains = Vec::new();
    for_each(connection, "SELECT domain, allow_subdomains FROM realm_domains ORDER BY domain", |row| {
        const TABLE: &str = "realm_domains";
        domains.push(RealmDomain { domain: get(row, 0, TABLE)?, allow_subdomains: get(row, 1, TABLE)? });
        Ok(())
    })?;
    state.apply(&Change::Domains(Arc::new(domains)));
    for_each(connection, "SELECT is_deactivated FROM realm", |row| {
        state.apply(&Change::Deactivated(get(row, 0, "realm")?));
        Ok(())
    })?;
    for_each(connection, "SELECT user_id, step, seen_at FROM onboarding_steps", |row| {
        const TABLE: &str = "onboarding_steps";
        let (step, seen_at) = (get(row, 1, TABLE)?, get(row, 2, TABLE)?);
        state.apply(&Change::OnboardingStep { user: UserId(get(row, 0, TABLE)?), step, seen_at });
        Ok(())
    })
}

fn default_groups(connection: &Connection) -> Result<DefaultGroups, Error> {
    let mut groups = DefaultGroups::default();
    for_each(connection, "SELECT id, name, description FROM default_channel_groups ORDER BY id", |row| {
        const TABLE: &str = "default_channel_groups";
        let (id, name, description) = (get(row, 0, TABLE)?, get(row, 1, TABLE)?, get(row, 2, TABLE)?);
        groups.items.push(DefaultChannelGroup { id, name, description, streams: Vec::new() });
        Ok(())
    })?;
    let sql = "SELECT group_id, channel_id FROM default_channel_group_channels ORDER BY group_id, channel_id";
    for_each(connection, sql, |row| {
        const TABLE: &str = "default_channel_group_channels";
        let (group, channel): (u32, u32) = (get(row, 0, TABLE)?, get(row, 1, TABLE)?);
        if let Some(row) = groups.items.iter_mut().find(|row| row.id == group) {
            row.streams.push(ChannelId(channel));
        }
        Ok(())
    })?;
    Ok(groups)
}

fn profile_fields(connection: &Connection) -> Result<ProfileFields, Error> {
    const TABLE: &str = "profile_fields";
    let mut fields = ProfileFields::default();
    let sql = "SELECT id, kind, position, name, hint, field_data, in_summary, required, editable_by_user
               FROM profile_fields ORDER BY id";
    for_each(connection, sql, |row| {
        let kind: u8 = get(row, 1, TABLE)?;
        fields.items.push(ProfileField {
            id: get(row, 0, TABLE)?,
            kind: kind.try_into().map_err(|error| bad_row(TABLE, error))?,
            order: get(row, 2, TABLE)?,
            name: get(row, 3, TABLE)?,
            hint: get(row, 4, TABLE)?,
            field_data: get(row, 5, TABLE)?,
            display_in_profile_summary: get(row, 6, TABLE)?,
            required: get(row, 7, TABLE)?,
            editable_by_user: get(row, 8, TABLE)?,
        });
        Ok(())
    })?;
    Ok(fields)
}

fn folders(connection: &Connection) -> Result<Folders, Error> {
    const TABLE: &str = "channel_folders";
    let mut folders = Folders::default();
    let sql = "SELECT id, name, description, rendered_description, date_created, creator_id, position, is_archived
               FROM channel_folders ORDER BY id";
    for_each(connection, sql, |row| {
        folders.items.push(ChannelFolder {
            id: get(row, 0, TABLE)?,
            name: get(row, 1, TABLE)?,
            description: get(row, 2, TABLE)?,
            rendered_description: get(row, 3, TABLE)?,
            date_created: get(row, 4, TABLE)?,
            creator_id: get::<Option<u32>>(row, 5, TABLE)?.map(UserId),
            order: get(row, 6, TABLE)?,
            is_archived: get(row, 7, TABLE)?,
        });
        Ok(())
    })?;
    Ok(folders)
}
