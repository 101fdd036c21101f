//! What servers that import an archive rely on, as Zulip 11 does: which tables there are, which columns each row has to
//! have, which it may have, and that what a row names is there.

use super::super::imports::archives::of;
use super::world;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use tidings_server::exports::archive::Scope;
use tidings_testkit::TestServer;

/// Each table with the columns that are looked up in every row, and the others that it may have: a row with a column
/// that is neither is refused.
const TABLES: &[(&str, &str, &str)] = &[
    ("zerver_realm", REALM, REALM_OTHERS),
    ("zerver_realmuserdefault", "id realm", SETTINGS),
    (
        "zerver_userprofile",
        "id email delivery_email full_name realm date_joined last_login last_reminder last_active_message_id bot_owner \
         default_sending_stream default_events_register_stream user_permissions groups is_bot is_active role \
         email_address_visibility",
        USER_OTHERS,
    ),
    ("zerver_userprofile_mirrordummy", "", ""),
    ("zerver_userprofile_crossrealm", "id email recipient_id", ""),
    ("zerver_client", "id name", ""),
    ("zerver_usergroup", "id realm", ""),
    (
        "zerver_namedusergroup",
        "id usergroup_ptr realm_for_sharding name description is_system_group creator date_created deactivated \
         can_add_members_group can_join_group can_leave_group can_manage_group can_mention_group \
         can_remove_members_group",
        "realm",
    ),
    ("zerver_usergroupmembership", "id user_group user_profile", ""),
    ("zerver_groupgroupmembership", "id supergroup subgroup", ""),
    (
        "zerver_channelfolder",
        "id realm name date_created creator",
        "description rendered_description order is_archived",
    ),
    (
        "zerver_stream",
        "id realm name description date_created creator folder subscriber_count can_add_subscribers_group \
         can_administer_channel_group can_delete_any_message_group can_delete_own_message_group \
         can_move_messages_out_of_channel_group can_move_messages_within_channel_group can_remove_subscribers_group \
         can_send_message_group can_subscribe_group can_resolve_topics_group",
        "deactivated rendered_description recipient invite_only history_public_to_subscribers is_web_public \
         message_retention_days first_message_id is_recently_active topics_policy",
    ),
    ("zerver_defaultstream", "id realm stream", ""),
    ("zerver_realmauthenticationmethod", "id realm name", ""),
    ("zerver_realmemoji", "id realm author name", "file_name is_animated deactivated"),
    ("zerver_realmdomain", "id realm domain", "allow_subdomains"),
    ("zerver_realmfilter", "id realm pattern url_template", "order"),
    ("zerver_realmplayground", "id realm name pygments_language url_template", ""),
    ("zerver_huddle", "id group_size", "recipient"),
    ("zerver_recipient", "id type type_id", ""),
    (
        "zerver_subscription",
        "id user_profile recipient active is_user_active",
        "color is_muted pin_to_top desktop_notifications audible_notifications push_notifications email_notifications \
         wildcard_mentions_notify",
    ),
    (
        "zerver_realmauditlog",
        "id realm event_type event_time modified_user acting_user modified_stream modified_user_group \
         modified_channel_folder",
        "event_last_message_id extra_data backfilled",
    ),
    ("zerver_alertword", "id realm user_profile word", ""),
    ("zerver_navigationview", "id user fragment is_pinned name", ""),
    ("zerver_savedsnippet", "id realm user_profile title content date_created", ""),
    ("zerver_onboardingstep", "id user onboarding_step timestamp", ""),
    ("zerver_usertopic", "id user_profile stream recipient topic_name last_updated visibility_policy", ""),
    ("zerver_muteduser", "id user_profile muted_user date_muted", ""),
    ("zerver_service", "id user_profile name base_url interface", ""),
    ("zerver_botstoragedata", "id bot_profile key value", ""),
    ("zerver_userpresence", "id realm user_profile last_active_time last_connected_time", "last_update_id"),
    ("zerver_useractivity", "", ""),
    ("zerver_useractivityinterval", "", ""),
    (
        "zerver_customprofilefield",
        "id realm name field_type",
        "hint order field_data display_in_profile_summary required editable_by_user",
    ),
    ("zerver_customprofilefieldvalue", "id user_profile field value", "rendered_value"),
    (
        "zerver_scheduledmessage",
        "id sender recipient sending_client stream realm delivered_message scheduled_timestamp request_timestamp subject \
         content rendered_content has_attachment read_by_sender",
        "delivered reminder_target_message_id reminder_note failed failure_message delivery_type",
    ),
    ("zerver_reaction", "id message user_profile emoji_name emoji_code reaction_type", ""),
    ("zerver_userstatus", "id user_profile client timestamp emoji_name emoji_code reaction_type", "status_text"),
    (
        "zerver_message",
        "id sender recipient sending_client realm date_sent last_edit_time has_attachment content rendered_content \
         edit_history subject",
        "type rendered_content_version has_image has_link is_channel_message",
    ),
    ("zerver_usermessage", "id user_profile message flags_mask", ""),
    (
        "zerver_attachment",
        "id file_name path_id owner realm create_time size content_type messages scheduled_messages",
        "is_realm_public is_web_public",
    ),
];

const REALM: &str = "id name string_id date_created deactivated moderation_request_channel \
    new_stream_announcements_stream signup_announcements_stream zulip_update_announcements_stream \
    can_access_all_users_group can_add_custom_emoji_group can_add_subscribers_group can_create_bots_group \
    can_create_groups can_create_private_channel_group can_create_public_channel_group \
    can_create_web_public_channel_group can_create_write_only_bots_group can_delete_any_message_group \
    can_delete_own_message_group can_invite_users_group can_manage_all_groups can_manage_billing_group \
    can_mention_many_users_group can_move_messages_between_channels_group can_move_messages_between_topics_group \
    can_resolve_topics_group can_set_delete_message_policy_group can_set_topics_policy_group \
    can_summarize_topics_group create_multiuse_invite_group direct_message_initiator_group \
    direct_message_permission_group";

const REALM_OTHERS: &str = "description emails_restricted_to_domains invite_required disallow_disposable_email_addresses \
    enable_spectator_access want_advertise_in_communities_directory inline_image_preview inline_url_embed_preview \
    digest_emails_enabled digest_weekday send_channel_events_messages send_welcome_emails \
    message_content_allowed_in_email_notifications topics_policy require_unique_names name_changes_disabled \
    email_changes_disabled avatar_changes_disabled welcome_message_custom_text \
    move_messages_within_stream_limit_seconds move_messages_between_streams_limit_seconds waiting_period_threshold \
    message_content_delete_limit_seconds allow_message_editing message_content_edit_limit_seconds \
    message_edit_history_visibility_policy default_language message_retention_days org_type video_chat_provider \
    jitsi_server_url giphy_rating default_code_block_language enable_read_receipts enable_guest_user_indicator \
    enable_guest_user_dm_warning require_e2ee_push_notifications icon_source icon_version logo_source logo_version \
    night_logo_source night_logo_version";

const SETTINGS: &str = "enter_sends left_side_userlist default_language web_home_view web_escape_navigates_to_home_view \
    fluid_layout_width high_contrast_mode translate_emoticons display_emoji_reaction_users twenty_four_hour_time \
    starred_message_counts web_suggest_update_timezone color_scheme web_font_size_px web_line_height_percent \
    web_animate_image_previews demote_inactive_streams web_mark_read_on_scroll_policy web_channel_default_view emojiset \
    user_list_style web_stream_unreads_count_display_policy web_left_sidebar_unreads_count_summary \
    web_left_sidebar_show_channel_folders web_navigate_to_sent_message email_notifications_batching_period_seconds \
    enable_stream_desktop_notifications enable_stream_email_notifications enable_stream_push_notifications \
    enable_stream_audible_notifications notification_sound wildcard_mentions_notify \
    enable_followed_topic_desktop_notifications enable_followed_topic_email_notifications \
    enable_followed_topic_push_notifications enable_followed_topic_audible_notifications \
    enable_followed_topic_wildcard_mentions_notify enable_desktop_notifications pm_content_in_desktop_notifications \
    enable_sounds enable_offline_email_notifications message_content_in_email_notifications \
    enable_offline_push_notifications enable_online_push_notifications desktop_icon_count_display enable_digest_emails \
    enable_login_emails enable_marketing_emails presence_enabled realm_name_in_email_notifications_policy \
    automatically_follow_topics_policy automatically_unmute_topics_in_muted_streams_policy \
    automatically_follow_topics_where_mentioned resolved_topic_notice_auto_read_policy enable_drafts_synchronization \
    send_stream_typing_notifications send_private_typing_notifications send_read_receipts allow_private_data_export \
    receives_typing_notifications email_address_visibility hide_ai_features";

const USER_OTHERS: &str = "timezone avatar_source avatar_version bot_type default_all_public_streams is_mirror_dummy \
    recipient long_term_idle @settings";

/// What columns name, where they name anything.
const NAMED: &[(&str, &str, &str)] = &[
    ("zerver_realm", "new_stream_announcements_stream", "zerver_stream"),
    ("zerver_realm", "can_create_bots_group", "zerver_usergroup"),
    ("zerver_namedusergroup", "usergroup_ptr", "zerver_usergroup"),
    ("zerver_namedusergroup", "can_mention_group", "zerver_usergroup"),
    ("zerver_stream", "folder", "zerver_channelfolder"),
    ("zerver_stream", "creator", "zerver_userprofile"),
    ("zerver_stream", "can_send_message_group", "zerver_usergroup"),
    ("zerver_usergroupmembership", "user_group", "zerver_usergroup"),
    ("zerver_usergroupmembership", "user_profile", "zerver_userprofile"),
    ("zerver_groupgroupmembership", "supergroup", "zerver_usergroup"),
    ("zerver_groupgroupmembership", "subgroup", "zerver_namedusergroup"),
    ("zerver_defaultstream", "stream", "zerver_stream"),
    ("zerver_realmemoji", "author", "zerver_userprofile"),
    ("zerver_subscription", "user_profile", "zerver_userprofile"),
    ("zerver_subscription", "recipient", "zerver_recipient"),
    ("zerver_huddle", "recipient", "zerver_recipient"),
    ("zerver_realmauditlog", "modified_user", "zerver_userprofile"),
    ("zerver_realmauditlog", "modified_stream", "zerver_stream"),
    ("zerver_usertopic", "recipient", "zerver_recipient"),
    ("zerver_userstatus", "client", "zerver_client"),
    ("zerver_scheduledmessage", "recipient", "zerver_recipient"),
    ("zerver_scheduledmessage", "sending_client", "zerver_client"),
    ("zerver_scheduledmessage", "stream", "zerver_stream"),
    ("zerver_scheduledmessage", "reminder_target_message_id", "zerver_message"),
    ("zerver_reaction", "message", "zerver_message"),
    ("zerver_reaction", "user_profile", "zerver_userprofile"),
    ("zerver_message", "recipient", "zerver_recipient"),
    ("zerver_message", "sending_client", "zerver_client"),
    ("zerver_usermessage", "message", "zerver_message"),
    ("zerver_usermessage", "user_profile", "zerver_userprofile"),
];

type Tables = BTreeMap<String, Vec<Value>>;

/// All tables of an archive, and its other files.
async fn read(server: &TestServer, scope: Scope) -> (Tables, BTreeMap<String, Value>) {
    let file = of(server, scope).await;
    let mut archive = tar::Archive::new(GzDecoder::new(file.reopen().expect("it is there")));
    let (mut tables, mut others) = (Tables::new(), BTreeMap::new());
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("a file");
        let name = entry.path().expect("a path").display().to_string();
        if !name.ends_with(".json") {
            continue;
        }
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        match serde_json::from_str(&text).expect("JSON") {
            Value::Object(found) if name != "export/migration_status.json" => {
                for (table, rows) in found {
                    let Value::Array(rows) = rows else { continue };
                    tables.entry(table).or_default().extend(rows);
                }
            }
            value => drop(others.insert(name, value)),
        }
    }
    (tables, others)
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    let settings = if list.contains("@settings") { SETTINGS } else { "" };
    list.split_whitespace().chain(settings.split_whitespace())
}

/// What a server that imports it would stumble over.
fn problems(tables: &Tables) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (table, wanted, others) in TABLES {
        let Some(rows) = tables.get(*table) else {
            found.insert(format!("there is no {table}"));
            continue;
        };
        let known: BTreeSet<&str> = words(wanted).chain(words(others)).collect();
        for row in rows {
            let columns = row.as_object().expect("a row");
            let missing = words(wanted).filter(|column| !columns.contains_key(*column));
            found.extend(missing.map(|column| format!("{table} lacks {column}")));
            let unknown = columns.keys().filter(|column| !known.contains(column.as_str()));
            found.extend(unknown.map(|column| format!("{table} has {column}")));
        }
    }
    let listed = |table: &str| {
        table == "zerver_submessage"
            || table == "zerver_defaultstreamgroup"
            || !table.starts_with("zerver_")
            || TABLES.iter().any(|(name, ..)| *name == table)
    };
    found.extend(tables.keys().filter(|table| !listed(table)).map(|table| format!("{table} is unknown")));
    let ids = |table: &str| tables[table].iter().map(|row| row["id"].to_string()).collect::<BTreeSet<_>>();
    let own = &tables["zerver_userprofile_crossrealm"];
    for (table, column, target) in NAMED {
        let mut known = ids(target);
        match *target {
            "zerver_userprofile" => known.extend(own.iter().map(|row| row["id"].to_string())),
            "zerver_recipient" => known.extend(own.iter().map(|row| row["recipient_id"].to_string())),
            _ => {}
        }
        let named = tables[*table].iter().map(|row| &row[*column]).filter(|value| !value.is_null());
        found.extend(
            named
                .filter(|value| !known.contains(&value.to_string()))
                .map(|value| format!("{table}: {column} names {value}, which is not in {target}")),
        );
    }
    found
}

#[tokio::test]
async fn tables_have_the_columns_that_other_servers_want_and_no_others() {
    let server = TestServer::start().await;
    world::make(&server).await;
    for scope in [Scope::Everything, Scope::Agreed, Scope::Public] {
        let (tables, others) = read(&server, scope).await;
        assert_eq!(problems(&tables), BTreeSet::new(), "{scope:?}");
        assert_eq!(others["export/migration_status.json"]["zulip_version"], "11.0");
        if scope == Scope::Everything {
            let empty = ["zerver_userprofile_mirrordummy", "zerver_useractivity", "zerver_useractivityinterval"];
            let without: Vec<&&str> =
                TABLES.iter().map(|(table, ..)| table).filter(|table| tables[**table].is_empty()).collect();
            assert_eq!(without, empty.iter().collect::<Vec<_>>(), "every other table is looked at");
        }
        for folder in ["avatars", "uploads", "emoji", "realm_icons"] {
            for record in others[&format!("export/{folder}/records.json")].as_array().expect("a list") {
                let wanted = match folder {
                    "avatars" => "realm_id path s3_path user_profile_id avatar_version",
                    "uploads" => "realm_id path s3_path user_profile_id",
                    "emoji" => "realm_id path s3_path file_name author",
                    _ => "realm_id path s3_path",
                };
                for column in wanted.split(' ') {
                    assert!(record.get(column).is_some(), "{folder}: {column} is missing in {record}");
                }
            }
        }
    }
}

#[tokio::test]
async fn rows_are_as_other_servers_read_them() {
    let server = TestServer::start().await;
    world::make(&server).await;
    let hidden = server.channel_id("secret");
    server.set_realm(move |settings| settings.new_stream_announcements_stream_id = i64::from(hidden.0)).await;
    let (tables, _) = read(&server, Scope::Everything).await;
    // Other servers know their own account by this address.
    assert_eq!(tables["zerver_userprofile_crossrealm"][0]["email"], "notification-bot@zulip.com");
    // Between two, and to oneself, a message goes to whom it is sent to, in a topic that no channel can have.
    let message = |content: &str| {
        let found = tables["zerver_message"].iter().find(|row| row["content"].as_str().unwrap().contains(content));
        let found = found.unwrap_or_else(|| panic!("{content}"));
        let to = tables["zerver_recipient"].iter().find(|row| row["id"] == found["recipient"]).expect("its recipient");
        (to["type"].as_u64().unwrap(), to["type_id"].as_u64().unwrap(), found["subject"].as_str().unwrap().to_owned())
    };
    assert_eq!(message("for @**Hamlet**"), (1, 4, "\u{7}".to_owned()));
    assert_eq!(message("to myself"), (1, 4, "\u{7}".to_owned()));
    assert_eq!(message("all three").0, 3);
    // Edits name somebody; where there are none, there is nothing.
    for row in &tables["zerver_message"] {
        let Some(text) = row["edit_history"].as_str() else { continue };
        let edits: Vec<Value> = serde_json::from_str(text).expect("JSON");
        assert!(!edits.is_empty() && edits.iter().all(|edit| edit["user_id"].is_u64()), "{text}");
    }
    // A custom emoji has the name that its table has.
    let emoji = tables["zerver_reaction"].iter().filter(|row| row["reaction_type"] == "realm_emoji");
    let known = |row: &Value| {
        let code: u64 = row["emoji_code"].as_str().unwrap().parse().unwrap();
        tables["zerver_realmemoji"].iter().any(|one| one["id"] == code && one["name"] == row["emoji_name"])
    };
    assert_eq!(emoji.map(known).collect::<Vec<_>>(), [true]);
    // Nobody has two rows where other servers allow one.
    for (table, columns) in [
        ("zerver_subscription", ["user_profile", "recipient"]),
        ("zerver_recipient", ["type", "type_id"]),
        ("zerver_usergroupmembership", ["user_group", "user_profile"]),
        ("zerver_groupgroupmembership", ["supergroup", "subgroup"]),
        ("zerver_usermessage", ["user_profile", "message"]),
    ] {
        let keys = tables[table].iter().map(|row| columns.map(|column| row[column].to_string()));
        assert_eq!(keys.collect::<BTreeSet<_>>().len(), tables[table].len(), "{table}");
    }
    // Who may see an address stays so, also of people whose settings are not in the archive.
    let (public, _) = read(&server, Scope::Public).await;
    let cordelia = public["zerver_userprofile"].iter().find(|row| row["id"] == 5).expect("Cordelia");
    assert_eq!((&cordelia["email_address_visibility"], cordelia.get("enter_sends")), (&Value::from(3), None));
    assert!(public["zerver_scheduledmessage"].is_empty());
    // What is private is not named there either.
    let column = |tables: &Tables| tables["zerver_realm"][0]["new_stream_announcements_stream"].clone();
    assert_eq!((column(&tables), column(&public)), (json!(hidden), Value::Null));
}
