//! The organization's settings.

use super::invites::sign_up;
use super::personal::presence;
use super::users::{administrator_required, full_members, owner_required};
use super::{Tx, permissions, visibility};
use crate::audience::Audience;
use crate::change::Change;
use crate::equipment::Equipment;
use crate::state::channels::ChannelRow;
use crate::state::realm::{RealmRow, RealmSettings};
use crate::state::users::UserRow;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::realm::{RealmUpdate, RealmUpdateDict, UserSettingsDefault, WebReloadClient};
use tidings_types::group::{GroupSetting, GroupSettingUpdate};
use tidings_types::params::FromJson;
use tidings_types::permission::realm;
use tidings_types::realm::Told;
use tidings_types::user::Role;
use tidings_types::{ApiError, ChannelId, UserId};

/// Asks browsers to load the application anew: at once, or when it disturbs nobody. Operators do.
pub fn reload_clients(tx: &mut Tx<'_>, immediate: bool) {
    tx.emit(Event::WebReloadClient(WebReloadClient { immediate }), Audience::realm());
}

/// What owners alone change, beside permissions of which their table says so: who comes in, when they are
/// trusted, and what is forgotten.
const FOR_OWNERS: &[&str] = &[
    "disallow_disposable_email_addresses",
    "emails_restricted_to_domains",
    "invite_required",
    "message_retention_days",
    "waiting_period_threshold",
];

/// `update-realm`: all that was asked for, or nothing.
///
/// # Errors
/// 400 for who is no administrator, or no owner where it takes one, and for values that cannot be.
pub fn update(
    tx: &mut Tx<'_>,
    actor: UserId,
    settings: &[(&'static str, Value)],
    equipment: &Equipment,
) -> Result<(), ApiError> {
    let user = tx.actor(actor)?;
    if !user.role.is_admin() {
        return Err(administrator_required());
    }
    let for_owners = |name: &str| {
        FOR_OWNERS.contains(&name)
            || permissions::rule(realm::RULES, name).is_some_and(|rule| rule.is_for_owners_to_give)
    };
    if user.role != Role::Owner && settings.iter().any(|(name, _)| for_owners(name)) {
        return Err(owner_required());
    }
    let before = serde_json::to_value(&tx.state.realm.settings).map_err(|_| ApiError::Internal {})?;
    let mut after = RealmRow::clone(&tx.state.realm);
    let mut changed = Vec::new();
    for (name, value) in settings {
        let mut new = Value::Null;
        if let Some(rule) = permissions::rule(realm::RULES, name) {
            let update = GroupSettingUpdate::from_json(name, value)?;
            let known = before.get(name).and_then(|known| GroupSetting::from_json(name, known).ok());
            let known = known.ok_or_else(|| ApiError::invalid(name))?;
            permissions::check_change(tx, realm::RULES, rule.name, &known, &update)?;
            // What is replaced was compared with what clients are shown.
            new = json!({ "new": update.new.to_json() });
        }
        let value = if new.is_null() { value } else { &new };
        let is_new = match *name {
            "name" => set_text(&mut after.name, value, NAME_CHARS)?,
            "description" => set_text(&mut after.description, value, DESCRIPTION_CHARS)?,
            _ => after.settings.set(name, value)?,
        };
        if is_new {
            changed.push(*name);
        }
    }
    check(tx, &user, &after.settings, equipment)?;
    if changed.is_empty() {
        return Ok(());
    }
    let mut shown = serde_json::to_value(&after.settings).map_err(|_| ApiError::Internal {})?;
    shown["name"] = json!(after.name);
    shown["description"] = json!(after.description);
    let days = after.settings.waiting_period_threshold;
    if days != tx.state.realm.settings.waiting_period_threshold {
        after.settled_until = full_members::settled_until(days, tx.now);
    }
    let before = tx.state.clone();
    tx.change(Change::Realm(Arc::new(after)));
    for one in realm::ALL.iter().filter(|one| changed.contains(&one.rule.name)) {
        shown[one.rule.name] = json!(tx.state.shown_setting((one.of)(&tx.state.realm.settings)));
    }
    tell(tx, &changed, &shown);
    if changed.contains(&"invite_required") && tx.state.realm.settings.invite_required {
        sign_up::forget_all(tx);
    }
    if changed.contains(&"waiting_period_threshold") {
        full_members::tell(tx, &before);
    }
    if changed.contains(&"presence_disabled") && !tx.state.realm.settings.presence_disabled {
        presence::tell_all(tx);
    }
    if changed.contains(&"can_access_all_users_group") {
        visibility::tell_guests_of_users(tx, &before);
    }
    Ok(())
}

/// A channel is out of use: settings that name it name none, and stay so when it comes back.
pub(super) fn forget_channel(tx: &mut Tx<'_>, channel: ChannelId) {
    let mut after = RealmRow::clone(&tx.state.realm);
    let settings = &mut after.settings;
    let places = [
        ("moderation_request_channel_id", &mut settings.moderation_request_channel_id),
        ("new_stream_announcements_stream_id", &mut settings.new_stream_announcements_stream_id),
        ("signup_announcements_stream_id", &mut settings.signup_announcements_stream_id),
    ];
    let mut data = BTreeMap::new();
    for (name, place) in places.into_iter().filter(|(_, place)| **place == i64::from(channel.0)) {
        *place = -1;
        data.insert(name.to_owned(), json!(-1));
    }
    if !data.is_empty() {
        tx.change(Change::Realm(Arc::new(after)));
        let event = RealmUpdateDict { property: "default".to_owned(), data };
        tx.emit(Event::RealmUpdateDict(event), Audience::realm());
    }
}

/// `update-realm-user-settings-defaults`: all that was asked for, or nothing.
///
/// # Errors
/// 400 for who is no administrator, and for values that a setting cannot have.
pub fn update_defaults(tx: &mut Tx<'_>, actor: UserId, settings: &[(&'static str, Value)]) -> Result<(), ApiError> {
    if !tx.actor(actor)?.role.is_admin() {
        return Err(administrator_required());
    }
    let mut after = RealmRow::clone(&tx.state.realm);
    let mut changed = Vec::new();
    for (name, value) in settings {
        if after.defaults.set(name, value).map_err(|bad| ApiError::bad_request(bad.0))? {
            changed.push(UserSettingsDefault { property: (*name).to_owned(), value: value.clone() });
        }
    }
    if !changed.is_empty() {
        tx.change(Change::Realm(Arc::new(after)));
    }
    for event in changed {
        tx.emit(Event::RealmUserSettingsDefaults(event), Audience::realm());
    }
    Ok(())
}

/// How long a text is, in characters.
type Chars = (RangeInclusive<usize>, &'static str);

const NAME_CHARS: Chars = (1..=40, "Organization name is too long or empty.");
const DESCRIPTION_CHARS: Chars = (0..=1_000, "Organization description is too long.");

fn set_text(place: &mut String, value: &Value, (length, refusal): Chars) -> Result<bool, ApiError> {
    let text = value.as_str().unwrap_or_default().trim();
    if !length.contains(&text.chars().count()) {
        return Err(ApiError::bad_request(refusal));
    }
    let is_new = *place != text;
    text.clone_into(place);
    Ok(is_new)
}

/// Channels that are newly named by settings exist, and so do the services that are chosen.
fn check(tx: &Tx<'_>, actor: &UserRow, after: &RealmSettings, equipment: &Equipment) -> Result<(), ApiError> {
    let before = &tx.state.realm.settings;
    if !after.invite_required && before.invite_required && !equipment.sends_mail {
        let why = "People can sign up by themselves only where the server can send e-mail, and that is not set up.";
        return Err(ApiError::bad_request(why));
    }
    let provider = after.video_chat_provider;
    if provider != before.video_chat_provider && !equipment.offers_video_calls(provider) {
        return Err(ApiError::invalid("video_chat_provider"));
    }
    for (id, known) in [
        (after.new_stream_announcements_stream_id, before.new_stream_announcements_stream_id),
        (after.signup_announcements_stream_id, before.signup_announcements_stream_id),
    ] {
        if id != known {
            named_channel(tx, actor, id)?;
        }
    }
    let id = after.moderation_request_channel_id;
    if id != before.moderation_request_channel_id
        && named_channel(tx, actor, id)?.is_some_and(|channel| !channel.is_private)
    {
        return Err(ApiError::bad_request("Moderation request channel must be private."));
    }
    Ok(())
}

/// The channel with this id, which is in use; none for -1.
fn named_channel(tx: &Tx<'_>, actor: &UserRow, id: i64) -> Result<Option<Arc<ChannelRow>>, ApiError> {
    if id == -1 {
        return Ok(None);
    }
    let channel = u32::try_from(id).ok().and_then(|id| tx.state.access_channel(actor, ChannelId(id)).ok());
    let channel = channel.filter(|channel| !channel.is_archived);
    channel.cloned().map(Some).ok_or_else(|| ApiError::bad_request("Invalid channel ID"))
}

fn tell(tx: &mut Tx<'_>, changed: &[&'static str], shown: &Value) {
    let mut together = BTreeMap::new();
    for name in changed {
        match RealmSettings::told(name) {
            Some(Told::Together) => {
                together.insert((*name).to_owned(), shown[name].clone());
                together.extend(deprecated(name, &shown[name]));
            }
            _ => {
                let event = RealmUpdate { property: (*name).to_owned(), value: shown[name].clone() };
                tx.emit(Event::RealmUpdate(event), Audience::realm());
            }
        }
    }
    if !together.is_empty() {
        let event = RealmUpdateDict { property: "default".to_owned(), data: together };
        tx.emit(Event::RealmUpdateDict(event), Audience::realm());
    }
}

/// The deprecated form of the same.
fn deprecated(name: &str, value: &Value) -> Option<(String, Value)> {
    (name == "topics_policy").then(|| ("mandatory_topics".to_owned(), json!(value != "allow_empty_topic")))
}
