//! `realm.json`: what is in the organization beside messages, as rows with the names that other servers of the API have
//! for them. Keys, passwords and tokens are in no export.
//!
//! # Layout
//! - this file: all tables, and the organization's own. [`people`]: accounts and what is personal.
//! - [`channels`]: channels, subscriptions, conversations. [`groups`]: groups of users, and permissions.
//! - [`later`]: what is to be sent later.
//!
//! A server that imports an archive refuses columns that it does not know, and misses those that it does: the tables with
//! names that begin with `zerver_` have exactly the columns that Zulip 11 has, and those of ours are beside them.

pub mod channels;
mod groups;
pub(super) mod later;
mod people;

use super::archive::{Scope, Source};
use super::messages::Messages;
use super::pictures::author;
use super::writer::Tables;
use groups::Settings;
use serde_json::{Map, Value, json};
use std::io::{Result, Write};
use std::sync::Arc;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::pictures::PictureOf;
use tidings_core::state::users::{NOTIFICATION_BOT, UserRow};
use tidings_types::realm::video_calls;
use tidings_types::{ChannelId, ConversationId, UserId, permission};

/// What tables are made from.
struct Rows<'a> {
    source: &'a Source,
    /// Whose private data are exported.
    agreed: Vec<&'a Arc<UserRow>>,
    /// Direct conversations of three and more, with who takes part.
    direct: Vec<(ConversationId, Vec<UserId>)>,
}

impl<'a> Rows<'a> {
    fn new(source: &'a Source, agreed: Vec<&'a Arc<UserRow>>) -> Self {
        let direct = channels::direct(&source.state, &agreed);
        Rows { source, agreed, direct }
    }

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
    let rows = Rows::new(source, messages.consenting().to_vec());
    let own_client = messages.client(OWN_CLIENT);
    let mut settings = Settings::new(state);
    let mut tables = Tables::new(out)?;
    tables.table("zerver_realm", [organization(source, &mut settings)])?;
    tables.table(OWN_SETTINGS, [own_settings(source)])?;
    tables.table("zerver_realmuserdefault", [defaults(source)])?;
    rows.write_people(&mut tables, own_client)?;
    rows.write_channels(&mut tables, &mut settings)?;
    settings.write(state, &mut tables)?;
    write_organization(source, &mut tables)?;
    tables.table("zerver_scheduledmessage", later::rows(&rows, messages))?;
    // Other servers want them; what would be in them is kept nowhere here.
    tables.table("zerver_useractivity", [])?;
    tables.table("zerver_useractivityinterval", [])?;
    tables.table("zerver_client", messages.clients())?;
    tables.kept("zerver_reaction", messages.reactions())?;
    tables.value("import_source", &json!("zulip"))?;
    tables.end()
}

/// The program whose name stands where other servers want one and none is known.
const OWN_CLIENT: &str = "tidings";

/// Settings of the organization that Zulip has no columns for.
pub(crate) const OWN_SETTINGS: &str = "tidings_realm";

/// Settings of the organization that are columns of Zulip 11, with the same names and values; permissions, and what is
/// written apart, come to them. A setting that is not here is in [`OWN_SETTINGS`].
const SETTINGS: &[&str] = &[
    "allow_message_editing",
    "avatar_changes_disabled",
    "default_code_block_language",
    "default_language",
    "digest_emails_enabled",
    "digest_weekday",
    "disallow_disposable_email_addresses",
    "email_changes_disabled",
    "emails_restricted_to_domains",
    "enable_guest_user_dm_warning",
    "enable_guest_user_indicator",
    "enable_read_receipts",
    "enable_spectator_access",
    "giphy_rating",
    "inline_image_preview",
    "inline_url_embed_preview",
    "invite_required",
    "jitsi_server_url",
    "message_content_allowed_in_email_notifications",
    "message_content_delete_limit_seconds",
    "message_content_edit_limit_seconds",
    "message_retention_days",
    "move_messages_between_streams_limit_seconds",
    "move_messages_within_stream_limit_seconds",
    "name_changes_disabled",
    "org_type",
    "require_e2ee_push_notifications",
    "require_unique_names",
    "send_channel_events_messages",
    "send_welcome_emails",
    "video_chat_provider",
    "waiting_period_threshold",
    "want_advertise_in_communities_directory",
    "welcome_message_custom_text",
];

/// Settings that are columns with other names or values.
const WRITTEN_APART: &[&str] = &[
    "default_channels",
    "message_edit_history_visibility_policy",
    "moderation_request_channel_id",
    "new_stream_announcements_stream_id",
    "signup_announcements_stream_id",
    "topics_policy",
    "zulip_update_announcements_stream_id",
];

fn own_settings(source: &Source) -> Value {
    let is_permission = |name: &str| permission::realm::RULES.iter().any(|rule| rule.name == name);
    let mut row = columns(&source.state.realm.settings);
    row.retain(|name, _| {
        !SETTINGS.contains(&name.as_str()) && !WRITTEN_APART.contains(&name.as_str()) && !is_permission(name)
    });
    row.into()
}

/// What new accounts start with. A time zone is everybody's own.
fn defaults(source: &Source) -> Value {
    let mut settings = people::settings(&source.state.realm.defaults);
    settings.remove("timezone");
    row(json!({ "realm": 1 }), settings)
}

fn organization(source: &Source, settings: &mut Settings) -> Value {
    let state = &source.state;
    let realm = &state.realm;
    let all = columns(&realm.settings);
    let mut row = all.clone();
    row.retain(|name, _| SETTINGS.contains(&name.as_str()));
    settings.replace_in(&mut row, &realm.settings);
    if realm.settings.video_chat_provider == video_calls::NOT_CHOSEN {
        // Other servers have no such thing.
        row.remove("video_chat_provider");
    }
    // Where a channel is named, other servers have it or nothing.
    for column in [
        "moderation_request_channel",
        "new_stream_announcements_stream",
        "signup_announcements_stream",
        "zulip_update_announcements_stream",
    ] {
        let id = all.get(&format!("{column}_id")).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let channel = id.map(ChannelId).filter(|id| source.has_channel(*id));
        row.insert(column.to_owned(), json!(channel));
    }
    let number = |names: &[&str], first: usize, value: Option<&Value>| {
        let found = value.and_then(Value::as_str).and_then(|value| names.iter().position(|name| *name == value));
        json!(found.map(|at| at + first))
    };
    let history = number(&["all", "moves", "none"], 1, all.get("message_edit_history_visibility_policy"));
    row.insert("message_edit_history_visibility_policy".to_owned(), history);
    let topics = number(&["allow_empty_topic", "disable_empty_topic"], 2, all.get("topics_policy"));
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

/// What other servers call the account that is the server's own: they know it by this address.
const NOTIFICATION_BOT_EMAIL: &str = "notification-bot@zulip.com";

/// What administrators keep for everybody, beside settings.
fn write_organization(source: &Source, tables: &mut Tables<'_>) -> Result<()> {
    let state = &source.state;
    let kept = &state.organization;
    tables.table(
        "zerver_defaultstream",
        state
            .realm
            .settings
            .default_channels
            .iter()
            .filter(|id| source.has_channel(**id))
            .map(|id| json!({ "stream": id, "realm": 1 })),
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
                "id": one.id, "name": one.name, "author": author(one), "file_name": format!("{}.{ending}", one.file),
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
                "rendered_description": one.rendered_description,
                "date_created": one.date_created.unwrap_or(state.realm.date_created),
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
    // People log in with passwords.
    tables.table("zerver_realmauthenticationmethod", [json!({ "name": "Email", "realm": 1 })])?;
    let recipient = channels::of_user(NOTIFICATION_BOT);
    let own = json!({ "id": NOTIFICATION_BOT, "email": NOTIFICATION_BOT_EMAIL, "recipient_id": recipient });
    tables.table("zerver_userprofile_crossrealm", [own])
}
