//! `realm.json`: what is in the organization beside messages, as rows with the names that other servers of the API have
//! for them. Keys, passwords and tokens are in no export.
//!
//! # Layout
//! - this file: all tables, and the organization's own. [`people`]: accounts and what is personal.
//! - [`channels`]: channels, subscriptions, conversations. [`groups`]: groups of users, and permissions.

pub mod channels;
mod groups;
mod people;

use super::archive::{Scope, Source};
use super::messages::Messages;
use super::writer::Tables;
use groups::Settings;
use serde_json::{Map, Value, json};
use std::io::{Result, Write};
use std::sync::Arc;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::pictures::PictureOf;
use tidings_core::state::users::{NOTIFICATION_BOT, UserRow};
use tidings_types::realm::video_calls;

/// What tables are made from.
struct Rows<'a> {
    source: &'a Source,
    /// Whose private data are exported.
    agreed: Vec<&'a Arc<UserRow>>,
}

impl<'a> Rows<'a> {
    /// Private channels are nobody's business in an export of what is public.
    fn channels(&self) -> impl Iterator<Item = &'a Arc<ChannelRow>> + use<'a> {
        let is_public = self.source.scope == Scope::Public;
        self.source.state.channels.iter().filter(move |row| !is_public || !row.is_private)
    }

    /// Whether what is personal of somebody is exported.
    fn has_all_of(&self, user: &UserRow) -> bool {
        self.agreed.binary_search_by_key(&user.id, |row| row.id).is_ok()
    }
}

/// A struct's fields as columns.
fn columns(value: &impl serde::Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A row of columns that are known, and others.
fn row(known: Value, others: Map<String, Value>) -> Value {
    let mut row = others;
    if let Value::Object(known) = known {
        row.extend(known);
    }
    row.into()
}

/// Writes all tables; messages have to be written by then.
pub(super) fn write(source: &Source, messages: &mut Messages<'_>, out: &mut dyn Write) -> Result<()> {
    let state = &source.state;
    let rows = Rows { source, agreed: messages.consenting().to_vec() };
    let mut settings = Settings::new(state);
    let mut tables = Tables::new(out)?;
    tables.table("zerver_realm", [organization(source, &mut settings)])?;
    tables.table("zerver_realmuserdefault", [row(json!({ "realm": 1 }), people::settings(&state.realm.defaults))])?;
    rows.write_people(&mut tables)?;
    rows.write_channels(&mut tables, &mut settings)?;
    settings.write(state, &mut tables)?;
    write_organization(source, &mut tables)?;
    tables.table("zerver_client", messages.clients())?;
    tables.kept("zerver_reaction", messages.reactions())?;
    tables.value("import_source", &json!("zulip"))?;
    tables.end()
}

fn organization(source: &Source, settings: &mut Settings) -> Value {
    let state = &source.state;
    let realm = &state.realm;
    let mut row = columns(&realm.settings);
    settings.replace_in(&mut row, &realm.settings);
    row.remove("default_channels");
    if realm.settings.video_chat_provider == video_calls::NOT_CHOSEN {
        // Other servers have no such thing.
        row.remove("video_chat_provider");
    }
    // Where a channel is named, other servers have it or nothing.
    for (name, column) in [
        ("moderation_request_channel_id", "moderation_request_channel"),
        ("new_stream_announcements_stream_id", "new_stream_announcements_stream"),
    ] {
        let id = row.remove(name).and_then(|id| id.as_i64()).filter(|id| *id > 0);
        row.insert(column.to_owned(), json!(id));
    }
    let number = |names: &[&str], first: usize, value: Option<&Value>| {
        let found = value.and_then(Value::as_str).and_then(|value| names.iter().position(|name| *name == value));
        json!(found.map(|at| at + first))
    };
    let history = number(&["all", "moves", "none"], 1, row.get("message_edit_history_visibility_policy"));
    row.insert("message_edit_history_visibility_policy".to_owned(), history);
    let topics = number(&["allow_empty_topic", "disable_empty_topic"], 2, row.get("topics_policy"));
    row.insert("topics_policy".to_owned(), topics);
    for (of, name, none) in
        [(PictureOf::Icon, "icon", "G"), (PictureOf::Logo, "logo", "D"), (PictureOf::NightLogo, "night_logo", "D")]
    {
        let picture = state.pictures.get(of);
        let is_there = picture.is_some_and(|picture| picture.file.is_some());
        row.insert(format!("{name}_source"), json!(if is_there { "U" } else { none }));
        row.insert(format!("{name}_version"), json!(picture.map_or(1, |picture| picture.version)));
    }
    let known = json!({
        "id": 1, "string_id": realm.string_id, "name": realm.name, "description": realm.description,
        "date_created": realm.date_created, "deactivated": state.organization.is_deactivated,
    });
    self::row(known, row)
}

/// What administrators keep for everybody, beside settings.
fn write_organization(source: &Source, tables: &mut Tables<'_>) -> Result<()> {
    let state = &source.state;
    let kept = &state.organization;
    tables.table(
        "zerver_defaultstream",
        state.realm.settings.default_channels.iter().map(|id| json!({ "stream": id, "realm": 1 })),
    )?;
    tables.table("zerver_defaultstreamgroup", kept.default_groups.items.iter().map(|one| {
        json!({ "id": one.id, "name": one.name, "description": one.description, "streams": one.streams, "realm": 1 })
    }))?;
    tables.table(
        "zerver_realmdomain",
        kept.domains
            .iter()
            .map(|one| json!({ "domain": one.domain, "allow_subdomains": one.allow_subdomains, "realm": 1 })),
    )?;
    tables.table(
        "zerver_realmemoji",
        state.pictures.emoji().map(|one| {
            let ending = if one.is_animated { "gif" } else { "png" };
            json!({
                "id": one.id, "name": one.name, "author": one.author, "file_name": format!("{}.{ending}", one.file),
                "is_animated": one.is_animated, "deactivated": one.is_deactivated, "realm": 1,
            })
        }),
    )?;
    tables.table("zerver_realmfilter", state.linkifiers.list().items.iter().zip(0..).map(|(one, order)| {
        json!({ "id": one.id, "pattern": one.pattern, "url_template": one.url_template, "order": order, "realm": 1 })
    }))?;
    tables.table(
        "zerver_realmplayground",
        state.playgrounds.items.iter().map(|one| {
            json!({
                "id": one.id, "name": one.name, "pygments_language": one.pygments_language,
                "url_template": one.url_template, "realm": 1,
            })
        }),
    )?;
    tables.table(
        "zerver_channelfolder",
        kept.folders.items.iter().map(|one| {
            json!({
                "id": one.id, "name": one.name, "description": one.description,
                "rendered_description": one.rendered_description, "date_created": one.date_created,
                "creator": one.creator_id, "order": one.order, "is_archived": one.is_archived, "realm": 1,
            })
        }),
    )?;
    tables.table(
        "zerver_customprofilefield",
        kept.profile_fields.items.iter().map(|one| {
            json!({
                "id": one.id, "name": one.name, "hint": one.hint, "order": one.order, "field_type": one.kind,
                "field_data": one.field_data, "display_in_profile_summary": one.display_in_profile_summary,
                "required": one.required, "editable_by_user": one.editable_by_user, "realm": 1,
            })
        }),
    )?;
    let values = state.users.iter().flat_map(|user| state.users.profile(user.id).iter().map(move |one| (user.id, one)));
    tables.table("zerver_customprofilefieldvalue", values.map(|(user, (field, one))| {
        json!({ "user_profile": user, "field": field, "value": one.value, "rendered_value": one.rendered_value })
    }))?;
    let host = &state.realm.host;
    let own = json!({ "id": NOTIFICATION_BOT, "email": format!("notification-bot@{host}") });
    tables.table("zerver_userprofile_crossrealm", [own])
}
