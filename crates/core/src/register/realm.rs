//! The organization and the server.
//!
//! Every setting of [`RealmSettings`](crate::state::realm::RealmSettings) is shown as `realm_<name>`. Beside them is
//! what clients want to know of features that this server does not have: it says so.

use super::{Fields, View, permissions, personal};
use crate::limits;
use crate::shape::{EMPTY_TOPIC_DISPLAY_NAME, Shape};
use crate::state::RealmState;
use crate::state::realm::RealmRow;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tidings_types::ChannelId;
use tidings_types::initial_state::{AuthenticationMethod, NamedNumber, field, realm_field};
use tidings_types::permission::{self, deprecated};
use tidings_types::profile::external_accounts;
use tidings_types::realm::video_calls;

pub(super) fn write(view: &View<'_>, fields: &mut Fields) {
    let fetch = &view.request.fetch;
    if fetch.wants("realm") {
        let realm = &*view.state.realm;
        write_settings(view, fields);
        write_policies(realm, fields);
        write_identity(view.state, fields);
        write_limits(fields);
        write_server(view, fields);
        write_absent_settings(fields);
        write_video_calls(view, fields);
        write_absent_of_server(fields);
    }
    if fetch.wants("realm_linkifiers") {
        let known = view.request.shape.has(Shape::LINKIFIER_URL_TEMPLATE);
        let linkifiers = &view.state.linkifiers.list().items;
        fields.put(field::realm_linkifiers, if known { linkifiers.as_slice() } else { &[] });
    }
    if fetch.wants("realm_playgrounds") {
        fields.put(field::realm_playgrounds, &view.state.playgrounds.items);
    }
    if fetch.wants("realm_user_settings_defaults") {
        // A time zone is nobody's default.
        let mut defaults = serde_json::to_value(personal::with_choices(&view.state.realm.defaults)).unwrap_or_default();
        if let Some(defaults) = defaults.as_object_mut() {
            defaults.remove("timezone");
        }
        fields.put(field::realm_user_settings_defaults, &defaults);
    }
}

fn write_settings(view: &View<'_>, fields: &mut Fields) {
    let state = view.state;
    let mut settings: Map<String, Value> = match serde_json::to_value(&state.realm.settings) {
        Ok(Value::Object(settings)) => settings,
        _ => Map::new(),
    };
    for permission in permission::realm::ALL {
        let shown = state.shown_setting((permission.of)(&state.realm.settings));
        settings.insert(permission.rule.name.to_owned(), serde_json::json!(shown));
    }
    if view.user.is_spectator() {
        adapt_to_spectators(view, &mut settings);
    }
    let provider = view.request.equipment.video_calls_of(&state.realm.settings);
    settings.insert("video_chat_provider".to_owned(), provider.into());
    for (name, value) in &settings {
        if let Some(field) = realm_field(name) {
            fields.put_setting(&field, value);
        }
    }
}

/// What spectators cannot do is not offered to them, and channels that they do not see are not named.
fn adapt_to_spectators(view: &View<'_>, settings: &mut Map<String, Value>) {
    settings.insert("allow_message_editing".to_owned(), false.into());
    settings.insert("presence_disabled".to_owned(), true.into());
    settings.insert("welcome_message_custom_text".to_owned(), "".into());
    for name in
        ["moderation_request_channel_id", "new_stream_announcements_stream_id", "signup_announcements_stream_id"]
    {
        let id = settings.get(name).and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let is_seen = |id| view.state.access_channel(view.user, ChannelId(id)).is_ok();
        if !id.is_some_and(is_seen) {
            settings.insert(name.to_owned(), (-1).into());
        }
    }
}

/// Deprecated numbers for who may do something.
fn write_policies(realm: &RealmRow, fields: &mut Fields) {
    let settings = &realm.settings;
    fields.put(field::realm_allow_edit_history, &(settings.message_edit_history_visibility_policy != "none"));
    fields.put(field::realm_mandatory_topics, &(settings.topics_policy != "allow_empty_topic"));
    for (field, setting, number) in [
        (field::realm_create_public_stream_policy, &settings.can_create_public_channel_group, 0),
        (field::realm_create_private_stream_policy, &settings.can_create_private_channel_group, 1),
        (field::realm_create_web_public_stream_policy, &settings.can_create_web_public_channel_group, 2),
        (field::realm_wildcard_mention_policy, &settings.can_mention_many_users_group, 3),
    ] {
        fields.put(field, &deprecated::POLICIES[number].2(setting));
    }
}

fn write_identity(state: &RealmState, fields: &mut Fields) {
    let realm = &*state.realm;
    fields.put(field::realm_name, &realm.name);
    fields.put(field::realm_description, &realm.description);
    fields.put(field::realm_date_created, &realm.date_created);
    fields.put(field::realm_url, &realm.url);
    fields.put(field::realm_uri, &realm.url);
    fields.put(field::realm_bot_domain, &realm.host);
    fields.put(field::realm_empty_topic_display_name, EMPTY_TOPIC_DISPLAY_NAME);
}

fn write_limits(fields: &mut Fields) {
    fields.put(field::max_stream_name_length, &limits::CHANNEL_NAME_CHARS_MAX);
    fields.put(field::max_stream_description_length, &limits::CHANNEL_DESCRIPTION_CHARS_MAX);
    fields.put(field::max_topic_length, &limits::TOPIC_CHARS_MAX);
    fields.put(field::max_message_length, &limits::MESSAGE_CHARS_MAX);
    fields.put(field::server_presence_ping_interval_seconds, &limits::PRESENCE_PING_SECS);
    fields.put(field::server_presence_offline_threshold_seconds, &limits::PRESENCE_OFFLINE_SECS);
    fields.put(field::server_typing_started_expiry_period_milliseconds, &limits::TYPING_EXPIRY_MS);
    fields.put(field::server_typing_stopped_wait_period_milliseconds, &limits::TYPING_STOPPED_WAIT_MS);
    fields.put(field::server_typing_started_wait_period_milliseconds, &limits::TYPING_STARTED_WAIT_MS);
    fields.put(field::event_queue_longpoll_timeout_seconds, &limits::LONGPOLL_TIMEOUT_SECS);
    fields.put(field::password_min_length, &limits::PASSWORD_CHARS_MIN);
    fields.put(field::password_max_length, &limits::PASSWORD_CHARS_MAX);
}

fn write_server(view: &View<'_>, fields: &mut Fields) {
    let realm = &*view.state.realm;
    fields.put(field::server_generation, &view.request.generation);
    fields.put(field::server_emoji_data_url, &format!("{}{}", realm.url, super::EMOJI_DATA_PATH));
    fields.put(field::server_supported_permission_settings, &permissions::supported());
    let method = AuthenticationMethod { enabled: true, available: true };
    fields.put(field::realm_authentication_methods, &BTreeMap::from([("Email", method)]));
}

/// The only choice, which is to have nothing.
fn disabled(name: &'static str) -> BTreeMap<&'static str, NamedNumber> {
    BTreeMap::from([("disabled", NamedNumber { id: 0, name })])
}

/// Which services for video calls can be chosen, and where they are.
fn write_video_calls(view: &View<'_>, fields: &mut Fields) {
    let equipment = &view.request.equipment;
    let mut providers = disabled("None");
    let offered = [
        ("jitsi_meet", video_calls::JITSI_MEET, NamedNumber { id: 1, name: "Jitsi Meet" }),
        ("big_blue_button", video_calls::BIG_BLUE_BUTTON, NamedNumber { id: 4, name: "BigBlueButton" }),
    ];
    let offered = offered.into_iter().filter(|(_, provider, _)| equipment.offers_video_calls(*provider));
    providers.extend(offered.map(|(key, _, shown)| (key, shown)));
    fields.put(field::realm_available_video_chat_providers, &providers);
    let of_server = equipment.jitsi_server_url.as_deref();
    let of_realm = view.state.realm.settings.jitsi_server_url.as_deref();
    fields.put(field::server_jitsi_server_url, &of_server);
    fields.put(field::jitsi_server_url, of_realm.or(of_server).unwrap_or_default());
}

/// Settings of features that do not exist here.
fn write_absent_settings(fields: &mut Fields) {
    fields.put(field::realm_digest_emails_enabled, &false);
    fields.put(field::realm_digest_weekday, &1);
    fields.put(field::realm_send_welcome_emails, &false);
    fields.put(field::realm_message_content_allowed_in_email_notifications, &true);
    fields.put(field::realm_inline_url_embed_preview, &false);
    fields.put(field::realm_require_e2ee_push_notifications, &false);
    fields.put(field::realm_want_advertise_in_communities_directory, &false);
    fields.put(field::realm_giphy_rating, &0);
    fields.put(field::realm_is_zephyr_mirror_realm, &false);
    fields.put(field::realm_email_auth_enabled, &true);
    fields.put(field::realm_password_auth_enabled, &true);
    fields.put(field::realm_push_notifications_enabled, &false);
    fields.put(field::realm_push_notifications_enabled_end_timestamp, &());
    fields.put(field::realm_plan_type, &1);
    fields.put(field::realm_default_external_accounts, &external_accounts());
    fields.put(field::realm_zulip_update_announcements_stream_id, &-1);
}

/// What the server cannot do.
fn write_absent_of_server(fields: &mut Fields) {
    fields.put(field::max_reminder_note_length, &limits::REMINDER_NOTE_CHARS_MAX);
    fields.put(field::max_channel_folder_name_length, &limits::FOLDER_NAME_CHARS_MAX);
    fields.put(field::max_channel_folder_description_length, &limits::FOLDER_DESCRIPTION_CHARS_MAX);
    fields.put(field::max_bulk_new_subscription_messages, &limits::SUBSCRIBER_NOTICES_MAX);
    fields.put(field::server_min_deactivated_realm_deletion_days, &());
    fields.put(field::server_max_deactivated_realm_deletion_days, &());
    fields.put(field::settings_send_digest_emails, &false);
    fields.put(field::zulip_plan_is_not_limited, &true);
    fields.put(field::upgrade_text_for_wide_organization_logo, "");
    fields.put(field::development_environment, &false);
    fields.put(field::password_min_guesses, &0);
    fields.put(field::giphy_rating_options, &disabled("GIPHY integration disabled"));
    fields.put(field::server_inline_image_preview, &true);
    fields.put(field::server_inline_url_embed_preview, &false);
    fields.put(field::server_name_changes_disabled, &false);
    fields.put(field::server_needs_upgrade, &false);
    fields.put(field::server_web_public_streams_enabled, &true);
    fields.put(field::server_can_summarize_topics, &false);
}
