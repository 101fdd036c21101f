//! What is one's own, and what others tell of themselves.
//!
//! Parts that are always empty belong to features that this server does not have; clients need them nevertheless.

use super::{Fields, View};
use crate::shape::Shape;
use crate::view::personal::{PresencesSince, presence_update_on_wire};
use serde_json::json;
use std::collections::BTreeMap;
use tidings_types::initial_state::{Billing, EmojiSet, Field, NamedNumber, SettingsWithChoices, field};
use tidings_types::profile::FieldKind;
use tidings_types::settings::{EMOJI_SETS, Legacy, NOTIFICATION_SOUNDS, UserSettings};

/// Initial fields of features that do not exist here, by the name they are fetched under.
const EMPTY_LISTS: &[(&str, Field)] = &[
    ("realm_filters", field::realm_filters),
    // Every word can be searched for.
    ("stop_words", field::stop_words),
];

/// As [`EMPTY_LISTS`], but objects.
const EMPTY_OBJECTS: &[(&str, Field)] = &[("push_device", field::push_devices)];

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    let (state, user, shape) = (view.state, view.user, view.request.shape);
    if fetch.wants("alert_words") {
        fields.put(field::alert_words, state.personal.alert_words(user.id));
    }
    if fetch.wants("muted_users") {
        fields.put(field::muted_users, state.personal.muted_users(user.id));
    }
    if fetch.wants("user_topic") {
        fields.put(field::user_topics, &state.user_topics(user, shape));
    }
    if fetch.wants("muted_topics") && !fetch.names("user_topic") {
        let mut muted = state.muted_topics(user);
        for (_, topic, _) in &mut muted {
            *topic = shape.topic(topic).to_owned();
        }
        fields.put(field::muted_topics, &muted);
    }
    if fetch.wants("user_status") {
        fields.put(field::user_status, &state.statuses_view(user));
    }
    if fetch.wants("presence") {
        write_presence(view, fields);
    }
    if fetch.wants("user_settings") {
        fields.put(field::user_settings, &with_choices(&user.settings));
    }
    if !shape.has(Shape::USER_SETTINGS_OBJECT) {
        write_legacy_settings(view, fields);
    }
    write_prepared(view, fields);
    write_profile_fields(view, fields);
    write_absent_features(view, fields);
}

fn write_profile_fields(view: &View<'_>, fields: &mut Fields) {
    if view.request.fetch.wants("realm_domains") {
        let domains = &**view.state.organization.domains;
        fields.put(field::realm_domains, if view.user.is_spectator() { &[] as &[_] } else { domains });
    }
    if view.request.fetch.wants("custom_profile_fields") {
        let kind = |(kind, key, name): (FieldKind, _, _)| (key, NamedNumber { id: u8::from(kind).into(), name });
        let kinds: BTreeMap<&str, NamedNumber> = FieldKind::ALL.into_iter().map(kind).collect();
        let mut shown = view.state.organization.profile_fields_in_order();
        if view.user.is_spectator() {
            shown.clear();
        }
        fields.put(field::custom_profile_fields, &shown);
        fields.put(field::custom_profile_field_types, &kinds);
    }
}

fn write_prepared(view: &View<'_>, fields: &mut Fields) {
    let (fetch, prepared, user) = (&view.request.fetch, &view.state.prepared, view.user.id);
    if fetch.wants("drafts") {
        fields.put(field::drafts, &prepared.drafts_of(user));
    }
    if fetch.wants("saved_snippets") {
        fields.put(field::saved_snippets, &prepared.snippets.of(user).map(|snippet| &**snippet).collect::<Vec<_>>());
    }
    if fetch.wants("navigation_views") {
        fields.put(field::navigation_views, &prepared.views.of(user).map(|view| &**view).collect::<Vec<_>>());
    }
    if fetch.wants("scheduled_messages") {
        fields.put(field::scheduled_messages, &prepared.scheduled_of(user));
    }
    if fetch.wants("reminders") {
        fields.put(field::reminders, &prepared.reminders_of(user));
    }
}

fn write_presence(view: &View<'_>, fields: &mut Fields) {
    let request = view.request;
    let since = PresencesSince::days(request.now, request.presence_history_limit_days);
    if request.shape.has(Shape::SIMPLIFIED_PRESENCE_EVENTS) || request.shape.has(Shape::SLIM_PRESENCE) {
        fields.put(field::presences, &view.state.modern_presences(view.user, since));
    } else {
        fields.put(field::presences, &view.state.legacy_presences(view.user, since));
    }
    let update = if view.user.is_spectator() { -1 } else { view.state.personal.presence_last_update() };
    fields.put(field::presence_last_update_id, &presence_update_on_wire(update, request.generation));
    #[expect(clippy::cast_precision_loss, reason = "seconds fit")]
    fields.put(field::server_timestamp, &(request.now as f64));
}

fn emoji_sets() -> Vec<EmojiSet> {
    EMOJI_SETS.iter().map(|(key, text)| EmojiSet { key, text }).collect()
}

pub(super) fn with_choices(settings: &UserSettings) -> SettingsWithChoices<'_> {
    SettingsWithChoices { settings, available_notification_sounds: NOTIFICATION_SOUNDS, emojiset_choices: emoji_sets() }
}

/// Settings as fields of their own, for clients that know no other form.
fn write_legacy_settings(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    let display = fetch.wants("update_display_settings");
    let notification = fetch.wants("update_global_notifications");
    for (name, legacy) in UserSettings::NAMES {
        let wanted = match legacy {
            Legacy::Display => display,
            Legacy::Notification => notification,
            Legacy::None => false,
        };
        if let Some(value) = view.user.settings.get(name).filter(|_| wanted) {
            fields.put_setting(name, &value);
        }
    }
    if display {
        fields.put(field::emojiset_choices, &emoji_sets());
    }
    if notification {
        fields.put(field::available_notification_sounds, NOTIFICATION_SOUNDS);
    }
}

fn write_absent_features(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    for (_, field) in EMPTY_LISTS.iter().filter(|(key, _)| fetch.wants(key)) {
        fields.put(*field, &[0_u32; 0]);
    }
    for (_, field) in EMPTY_OBJECTS.iter().filter(|(key, _)| fetch.wants(key)) {
        fields.put(*field, &json!({}));
    }
    if fetch.wants("onboarding_steps") {
        let mut steps = view.state.personal.onboarding_steps(view.user.id);
        if view.user.is_spectator() {
            steps.clear();
        }
        fields.put(field::onboarding_steps, &steps);
        fields.put(field::navigation_tour_video_url, &json!(null));
    }
    if fetch.wants("video_calls") {
        fields.put(field::has_zoom_token, &false);
    }
    if fetch.wants("giphy") {
        fields.put(field::giphy_api_key, "");
    }
    if fetch.wants("realm_billing") {
        fields.put(field::realm_billing, &Billing { has_pending_sponsorship_request: false });
    }
}
