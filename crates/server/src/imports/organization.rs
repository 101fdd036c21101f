//! The organization itself, and what administrators keep for everybody.

use super::reader::Row;
use super::{Import, ImportError, cut, tidy};
use crate::exports::tables::OWN_SETTINGS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::linkifiers::{check_linkifier, check_playground};
use tidings_core::commands::profile::definition::check_data;
use tidings_core::commands::signup::domains::check_domain;
use tidings_core::limits;
use tidings_core::state::channels::ChannelRow;
use tidings_core::state::linkifiers::Numbered;
use tidings_core::state::realm::RealmRow;
use tidings_markdown::NoDirectory;
use tidings_types::ChannelId;
use tidings_types::folder::ChannelFolder;
use tidings_types::linkifier::{Linkifier, Playground};
use tidings_types::profile::{FieldData, FieldKind, ProfileField};
use tidings_types::realm::RealmSettings;
use tidings_types::settings::UserSettings;
use tidings_types::signup::{DefaultChannelGroup, RealmDomain};

use super::ids::To;
use tidings_core::state::users::NOTIFICATION_BOT;
use tidings_types::{UserId, permission};

/// Characters of an organization's name and description: what other servers allow, and more.
const NAME_CHARS_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 10_000;

const HISTORY_POLICIES: &[&str] = &["all", "moves", "none"];
const TOPIC_POLICIES: &[&str] = &["inherit", "allow_empty_topic", "disable_empty_topic", "empty_topic_only"];
const AUTO_READ_POLICIES: &[&str] = &["always", "except_followed", "never"];

/// A choice that archives have as a number, counted from 1, or as a text.
fn named(value: &Value, names: &[&str]) -> Option<Value> {
    if value.is_string() {
        return Some(value.clone());
    }
    let at = usize::try_from(value.as_u64()?).ok()?.checked_sub(1)?;
    names.get(at).map(|name| json!(name))
}

/// What an organization's channel can do about empty topics, as a text.
pub(super) fn topics_policy(value: &Value) -> Option<Value> {
    named(value, TOPIC_POLICIES)
}

impl Import<'_> {
    /// What is needed before there are accounts: the organization's name, what the numbers of recipients stand for,
    /// programs, and accounts of servers.
    pub(super) fn begin(&mut self) -> Result<(), ImportError> {
        let mut row = RealmRow::clone(&self.build.state.realm);
        let (mut realms, mut is_closed, mut notes) = (0, false, Vec::new());
        let mut crossrealm = Vec::new();
        let tables = [
            "zerver_realm",
            "zerver_realmuserdefault",
            "zerver_recipient",
            "zerver_client",
            "zerver_userprofile_crossrealm",
        ];
        let file = self.realm_file();
        let ids = &mut self.ids;
        file.each(&tables, |table, one| {
            match table {
                "zerver_realm" => {
                    realms += 1;
                    row.name = tidy(one.text("name")?, NAME_CHARS_MAX);
                    row.description = cut(one.opt_text("description")?.unwrap_or_default(), DESCRIPTION_CHARS_MAX);
                    row.date_created = one.time("date_created")?.unwrap_or(row.date_created);
                    is_closed = one.flag("deactivated", false)?;
                }
                "zerver_realmuserdefault" => notes.extend(personal_settings(one, &mut row.defaults)?),
                "zerver_recipient" => {
                    let of = one.id("type_id")?;
                    let to = match one.number("type")? {
                        Some(1) => To::User(UserId(of)),
                        Some(2) => To::Channel(ChannelId(of)),
                        Some(3) => To::Direct,
                        _ => return Err(one.wrong("`type` is not 1, 2 or 3")),
                    };
                    if ids.recipients.insert(one.long_id("id")?, to).is_some() {
                        return Err(one.wrong("its id is there twice"));
                    }
                }
                "zerver_client" => {
                    ids.clients.insert(one.id("id")?, tidy(one.text("name")?, 100));
                }
                _ => crossrealm.push((one.id("id")?, one.get("recipient").and_then(Value::as_u64))),
            }
            Ok(())
        })?;
        if realms != 1 {
            let what = format!("zerver_realm has {realms} rows; an archive is of one organization");
            return Err(ImportError::file("realm.json", what));
        }
        for (id, recipient) in crossrealm {
            self.ids.own.insert(id);
            if let Some(recipient) = recipient {
                self.ids.recipients.insert(recipient, To::User(NOTIFICATION_BOT));
            }
        }
        (self.report.name, self.report.is_closed) = (row.name.clone(), is_closed);
        self.build.change(Change::Realm(Arc::new(row)))?;
        if is_closed {
            self.build.change(Change::Deactivated(true))?;
        }
        notes.iter().for_each(|what| self.note(what));
        Ok(())
    }

    /// Lists that administrators keep.
    pub(super) fn lists(&mut self) -> Result<(), ImportError> {
        let tables = [
            "zerver_channelfolder",
            "zerver_customprofilefield",
            "zerver_realmdomain",
            "zerver_realmfilter",
            "zerver_realmplayground",
        ];
        let (mut folders, mut fields) = (Vec::new(), Vec::new());
        let (mut domains, mut linkifiers, mut playgrounds) = (Vec::new(), Vec::new(), Vec::new());
        self.realm_file().each(&tables, |table, row| {
            match table {
                "zerver_channelfolder" => {
                    row.check_room(folders.len(), limits::FOLDERS_MAX, "folders")?;
                    folders.push(self.folder(row, &folders)?);
                }
                "zerver_customprofilefield" => {
                    row.check_room(fields.len(), limits::PROFILE_FIELDS_MAX, "profile fields")?;
                    fields.extend(self.field(row, &fields)?);
                }
                "zerver_realmdomain" => match check_domain(row.text("domain")?) {
                    Ok(_) if domains.len() >= limits::DOMAINS_MAX => self.note("domains beyond what there can be"),
                    Ok(domain) => {
                        domains.push(RealmDomain { domain, allow_subdomains: row.flag("allow_subdomains", false)? });
                    }
                    Err(_) => self.note("domains that cannot be"),
                },
                "zerver_realmfilter" if linkifiers.len() >= limits::LINKIFIERS_MAX => {
                    self.note("linkifiers beyond what there can be");
                }
                "zerver_realmfilter" => linkifiers.extend(self.linkifier(row)?),
                _ if playgrounds.len() >= limits::PLAYGROUNDS_MAX => {
                    self.note("code playgrounds beyond what there can be");
                }
                _ => playgrounds.extend(self.playground(row)?),
            }
            Ok(())
        })?;
        domains.sort_by(|a, b| a.domain.cmp(&b.domain));
        domains.dedup_by(|next, kept| next.domain == kept.domain);
        linkifiers.sort_by_key(|(order, one): &(u32, Linkifier)| (*order, one.id));
        let linkifiers: Vec<Linkifier> = linkifiers.into_iter().map(|(_, one)| one).collect();
        self.build.change(Change::ChannelFolders(Arc::new(numbered(folders, |one| one.id))))?;
        self.build.change(Change::ProfileFields(Arc::new(numbered(fields, |one| one.id))))?;
        self.build.change(Change::Domains(Arc::new(domains)))?;
        self.build.change(Change::Linkifiers(Arc::new(numbered(linkifiers, |one| one.id))))?;
        self.build.change(Change::Playgrounds(Arc::new(numbered(playgrounds, |one| one.id))))
    }

    fn folder(&self, row: &Row, known: &[ChannelFolder]) -> Result<ChannelFolder, ImportError> {
        let id = row.id("id")?;
        let name = tidy(row.text("name")?, limits::FOLDER_NAME_CHARS_MAX);
        if name.is_empty() || known.iter().any(|one| one.id == id) {
            return Err(row.wrong("it has no name, or its id is there twice"));
        }
        let description = tidy(row.opt_text("description")?.unwrap_or_default(), limits::FOLDER_DESCRIPTION_CHARS_MAX);
        Ok(ChannelFolder {
            id,
            name,
            rendered_description: paragraph(tidings_markdown::render_inline(&description, &NoDirectory)),
            description,
            date_created: row.time("date_created")?,
            creator_id: self.opt_user(row, "creator")?.filter(|user| *user != NOTIFICATION_BOT),
            order: row.small("order", id)?,
            is_archived: row.flag("is_archived", false)?,
        })
    }

    fn field(&mut self, row: &Row, known: &[ProfileField]) -> Result<Option<ProfileField>, ImportError> {
        let id = row.id("id")?;
        let kind = u8::try_from(row.small("field_type", 0)?).ok().and_then(|number| FieldKind::try_from(number).ok());
        let Some(kind) = kind else {
            self.note("profile fields of unknown kinds");
            return Ok(None);
        };
        if known.iter().any(|one| one.id == id) {
            return Err(row.wrong("its id is there twice"));
        }
        let data = row.opt_text("field_data")?.filter(|text| !text.is_empty()).unwrap_or("{}");
        let data = match serde_json::from_str::<Value>(data) {
            Ok(Value::Object(fields)) => FieldData(fields),
            _ => return Err(row.wrong("`field_data` is not an object as JSON")),
        };
        let Ok(field_data) = check_data(kind, &data) else {
            self.note("profile fields whose data does not fit");
            return Ok(None);
        };
        Ok(Some(ProfileField {
            id,
            kind,
            order: row.small("order", id)?,
            name: tidy(row.text("name")?, limits::PROFILE_FIELD_NAME_CHARS_MAX),
            hint: tidy(row.opt_text("hint")?.unwrap_or_default(), limits::PROFILE_FIELD_HINT_CHARS_MAX),
            field_data,
            display_in_profile_summary: row.flag("display_in_profile_summary", false)?,
            required: row.flag("required", false)?,
            editable_by_user: row.flag("editable_by_user", true)?,
        }))
    }

    fn linkifier(&mut self, row: &Row) -> Result<Option<(u32, Linkifier)>, ImportError> {
        let id = row.id("id")?;
        let (pattern, template) = (row.text("pattern")?, row.opt_text("url_template")?.unwrap_or_default());
        if check_linkifier(pattern, template).is_err() {
            self.note("linkifiers that this server cannot read");
            return Ok(None);
        }
        let (pattern, url_template) = (pattern.trim().to_owned(), template.trim().to_owned());
        Ok(Some((row.small("order", id)?, Linkifier { pattern, url_template, id })))
    }

    fn playground(&mut self, row: &Row) -> Result<Option<Playground>, ImportError> {
        let (name, language) = (row.text("name")?, row.text("pygments_language")?);
        let template = row.opt_text("url_template")?.unwrap_or_default();
        if check_playground(name, language, template).is_err() {
            self.note("code playgrounds that this server cannot read");
            return Ok(None);
        }
        let [name, pygments_language, url_template] = [name, language, template].map(|text| text.trim().to_owned());
        Ok(Some(Playground { id: row.id("id")?, name, pygments_language, url_template }))
    }

    /// Settings of the organization, when there is everything that they name.
    pub(super) fn settings(&mut self) -> Result<(), ImportError> {
        let mut row = RealmRow::clone(&self.build.state.realm);
        let mut defaults = Vec::new();
        let mut groups: Vec<DefaultChannelGroup> = Vec::new();
        let mut versions = HashMap::new();
        let tables = ["zerver_realm", OWN_SETTINGS, "zerver_defaultstream", "zerver_defaultstreamgroup"];
        self.realm_file().each(&tables, |table, one| {
            match table {
                "zerver_realm" => {
                    self.realm_settings(one, &mut row.settings)?;
                    for name in ["icon", "logo", "night_logo"] {
                        versions.insert(name.to_owned(), one.small(&format!("{name}_version"), 1)?);
                    }
                }
                OWN_SETTINGS => self.realm_settings(one, &mut row.settings)?,
                "zerver_defaultstream" => defaults.push(self.channel(one, "stream")?),
                _ if groups.len() >= limits::DEFAULT_GROUPS_MAX => {
                    self.note("groups of channels beyond what there can be");
                }
                _ => {
                    let known: HashSet<u64> = self.build.state.channels.iter().map(|row| row.id.0.into()).collect();
                    let streams = one.ids("streams")?.into_iter().filter(|id| known.contains(id));
                    let mut streams: Vec<ChannelId> =
                        streams.filter_map(|id| u32::try_from(id).ok()).map(ChannelId).collect();
                    streams.sort_unstable();
                    streams.dedup();
                    let (name, description) =
                        (tidy(one.text("name")?, limits::DEFAULT_GROUP_NAME_CHARS_MAX), one.opt_text("description")?);
                    let description = tidy(description.unwrap_or_default(), limits::CHANNEL_DESCRIPTION_CHARS_MAX);
                    groups.push(DefaultChannelGroup { id: one.id("id")?, name, description, streams });
                }
            }
            Ok(())
        })?;
        defaults.retain(|id| self.build.state.channels.get(*id).is_some_and(|row| !row.is_private && !row.is_archived));
        defaults.sort_unstable();
        defaults.dedup();
        row.settings.default_channels = defaults;
        // Who was a member for long enough elsewhere is it here.
        row.settled_until = self.now - row.settings.waiting_period_threshold * 86_400;
        self.ids.picture_versions = versions;
        self.build.change(Change::DefaultGroups(Arc::new(numbered(groups, |one| one.id))))?;
        self.build.change(Change::Realm(Arc::new(row)))
    }

    fn realm_settings(&mut self, row: &Row, settings: &mut RealmSettings) -> Result<(), ImportError> {
        for rule in permission::realm::RULES {
            if let Some(value) = self.setting(row, rule)? {
                let value = json!({ "new": value });
                if settings.set(rule.name, &value).is_err() {
                    self.note("settings of the organization that this server cannot have");
                }
            }
        }
        let known = match serde_json::to_value(&*settings) {
            Ok(Value::Object(known)) => known,
            _ => return Ok(()),
        };
        for (name, before) in known.iter().filter(|(name, _)| !is_permission(name) && *name != "default_channels") {
            let value = match name.as_str() {
                "moderation_request_channel_id" => {
                    // Reports are not for everybody.
                    self.known_channel(row, "moderation_request_channel", |channel| channel.is_private)?
                }
                _ if name.ends_with("_announcements_stream_id") => {
                    self.known_channel(row, name.trim_end_matches("_id"), |_| true)?
                }
                "message_edit_history_visibility_policy" => {
                    row.get(name).and_then(|value| named(value, HISTORY_POLICIES))
                }
                "topics_policy" => row.get(name).and_then(topics_policy),
                "message_retention_days" => {
                    row.number(name)?.map(|days| if days == -1 { json!("unlimited") } else { json!(days) })
                }
                // Null is the server's own.
                "jitsi_server_url" => row.get(name).filter(|value| value.is_string()).cloned(),
                // Null is no limit.
                _ if name.ends_with("_limit_seconds") && row.has(name) => {
                    Some(row.get(name).cloned().unwrap_or_else(|| json!("unlimited")))
                }
                _ => row.get(name).cloned(),
            };
            let Some(value) = value else { continue };
            let has_other_forms = name.ends_with("_limit_seconds")
                || ["message_retention_days", "jitsi_server_url"].contains(&name.as_str());
            if !has_other_forms && kind_of(&value) != kind_of(before) {
                return Err(row.wrong(format!("`{name}` is not {}", kind_of(before))));
            }
            if settings.set(name, &value).is_err() {
                self.note("settings of the organization that this server cannot have");
            }
        }
        Ok(())
    }

    /// A channel that a setting names, if it is in the archive: an export of what is public has not all of them.
    fn known_channel(
        &self,
        row: &Row,
        column: &str,
        fits: impl Fn(&ChannelRow) -> bool,
    ) -> Result<Option<Value>, ImportError> {
        // Some archives have -1 for none.
        let id = row.number(column)?.and_then(|id| u32::try_from(id).ok()).map(ChannelId);
        Ok(id.filter(|id| self.build.state.channels.get(*id).is_some_and(|row| fits(row))).map(|id| json!(id)))
    }
}

fn is_permission(name: &str) -> bool {
    permission::realm::RULES.iter().any(|rule| rule.name == name)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Takes over personal settings; returns what cannot be.
///
/// # Errors
/// A value of another type than the setting has.
pub(super) fn personal_settings(row: &Row, settings: &mut UserSettings) -> Result<Vec<&'static str>, ImportError> {
    let mut notes = Vec::new();
    for (name, _) in UserSettings::NAMES {
        let Some(value) = row.get(name) else { continue };
        let value = match *name {
            "resolved_topic_notice_auto_read_policy" => {
                named(value, AUTO_READ_POLICIES).unwrap_or_else(|| value.clone())
            }
            _ => value.clone(),
        };
        let before = settings.get(name).unwrap_or_default();
        if kind_of(&value) != kind_of(&before) {
            return Err(row.wrong(format!("`{name}` is not {}", kind_of(&before))));
        }
        if settings.set(name, &value).is_err() {
            notes.push("personal settings that this server cannot have");
        }
    }
    Ok(notes)
}

/// A line as HTML is a paragraph, if there is one.
pub(super) fn paragraph(line: String) -> String {
    if line.is_empty() { line } else { format!("<p>{line}</p>") }
}

/// Things by their ids, none of which is given again.
fn numbered<T>(items: Vec<T>, id: impl Fn(&T) -> u32) -> Numbered<T> {
    let last_id = items.iter().map(&id).max().unwrap_or(0);
    let unique: BTreeMap<u32, ()> = items.iter().map(|item| (id(item), ())).collect();
    let mut left = unique;
    // The first of those with the same id.
    let items = items.into_iter().filter(|item| left.remove(&id(item)).is_some()).collect();
    Numbered { last_id, items }
}
