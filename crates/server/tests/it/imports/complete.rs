//! An archive with every table and every column that Zulip 11 writes, also those that nothing is made of here.

use super::archives::{Files, elsewhere};
use crate::files::png;
use serde_json::{Value, json};
use tidings_testkit::TestServer;

/// Adds columns to each row of a table.
fn extend(tables: &mut Value, table: &str, columns: &Value) {
    for row in tables[table].as_array_mut().expect("a table") {
        for (name, value) in columns.as_object().expect("columns") {
            if row.get(name).is_none() {
                row[name] = value.clone();
            }
        }
    }
}

/// Everything about the organization itself.
fn organization(tables: &mut Value) {
    let realm = json!({
        "uuid": "0b2e…", "uuid_owner_secret": "zuliprealm_…", "push_notifications_enabled": false,
        "push_notifications_enabled_end_timestamp": null, "require_e2ee_push_notifications": false,
        "scheduled_deletion_date": null, "demo_organization_scheduled_deletion_date": null, "deactivated_redirect": null,
        "emails_restricted_to_domains": true, "invite_required": false, "_max_invites": null,
        "disallow_disposable_email_addresses": true, "enable_spectator_access": false,
        "want_advertise_in_communities_directory": false, "inline_image_preview": true, "inline_url_embed_preview": false,
        "digest_emails_enabled": false, "digest_weekday": 1, "send_channel_events_messages": false,
        "send_welcome_emails": true, "message_content_allowed_in_email_notifications": true, "require_unique_names": true,
        "name_changes_disabled": false, "email_changes_disabled": false, "avatar_changes_disabled": true,
    });
    extend(tables, "zerver_realm", &realm);
    let realm = json!({
        "welcome_message_custom_text": "Good morrow!", "move_messages_within_stream_limit_seconds": 604_800,
        "move_messages_between_streams_limit_seconds": null, "message_content_delete_limit_seconds": 600,
        "allow_message_editing": true, "default_language": "da", "signup_announcements_stream": 71,
        "zulip_update_announcements_stream": 71, "zulip_update_announcements_level": 21, "message_retention_days": -1,
        "message_visibility_limit": null, "first_visible_message_id": 0, "org_type": 40, "plan_type": 1,
        "custom_upload_quota_gb": null, "video_chat_provider": 1, "jitsi_server_url": null, "giphy_rating": 2,
        "default_code_block_language": "", "enable_read_receipts": true, "enable_guest_user_indicator": true,
        "enable_guest_user_dm_warning": true, "icon_source": "U", "icon_version": 3, "logo_source": "D",
        "logo_version": 1, "night_logo_source": "D", "night_logo_version": 1,
    });
    extend(tables, "zerver_realm", &realm);
    let permissions: Vec<&str> = tidings_types::permission::realm::RULES.iter().map(|rule| rule.name).collect();
    for name in
        permissions.into_iter().filter(|name| !["can_create_groups", "can_add_custom_emoji_group"].contains(name))
    {
        let group = match name {
            "can_access_all_users_group" => 506,
            "can_create_web_public_channel_group" => 501,
            _ => 502,
        };
        tables["zerver_realm"][0][name] = json!(group);
    }
    tables["zerver_realmauthenticationmethod"] = json!([{ "id": 5, "realm": 3, "name": "Email" }]);
    tables["zerver_presencesequence"] = json!([{ "id": 3, "realm": 3, "last_update_id": 12 }]);
    tables["zerver_realmexport"] = json!([{
        "id": 1, "realm": 3, "type": 1, "acting_user": 31, "status": 3, "date_requested": 1.5, "date_started": 2.5,
        "date_succeeded": 3.5, "date_failed": null, "date_deleted": null, "export_path": "/x", "sha256sum_hex": "00",
        "tarball_size_bytes": 5, "stats": {},
    }]);
    tables["zerver_realmdomain"] =
        json!([{ "id": 8, "realm": 3, "domain": "elsinore.example", "allow_subdomains": true }]);
    tables["zerver_realmplayground"] = json!([{
        "id": 4, "realm": 3, "url_template": "https://play.example/?c={code}", "name": "Play", "pygments_language": "Rust",
    }]);
    tables["zerver_realmemoji"] = json!([
        { "id": 61, "realm": 3, "author": null, "name": "skull", "file_name": "61.png", "is_animated": false, "deactivated": false },
    ]);
    tables["zerver_channelfolder"] = json!([{
        "id": 21, "realm": 3, "name": "Towers", "description": "high", "rendered_description": "<p>high</p>", "order": 0,
        "date_created": 1_600_000_000.5, "creator": null, "is_archived": false,
    }]);
    tables["zerver_stream"][0]["folder"] = json!(21);
    extend(
        tables,
        "zerver_stream",
        &json!({
            "first_message_id": 1_001, "is_recently_active": true, "subscriber_count": 2, "can_add_subscribers_group": 508,
            "can_delete_any_message_group": 508, "can_delete_own_message_group": 508, "can_subscribe_group": 508,
            "can_move_messages_out_of_channel_group": 508, "can_move_messages_within_channel_group": 508,
            "can_remove_subscribers_group": 502, "can_resolve_topics_group": 508,
        }),
    );
    tables["zerver_defaultstream"] = json!([{ "id": 1, "realm": 3, "stream": 71 }]);
    tables["zerver_customprofilefield"] = json!([
        { "id": 51, "realm": 3, "name": "Pronouns", "hint": "", "order": 1, "display_in_profile_summary": true,
          "required": false, "editable_by_user": true, "field_type": 8, "field_data": "" },
        { "id": 52, "realm": 3, "name": "Weapon", "hint": "of choice", "order": 2, "display_in_profile_summary": false,
          "required": false, "editable_by_user": true, "field_type": 3, "field_data": "{\"0\":{\"text\":\"foil\",\"order\":\"1\"}}" },
    ]);
    tables["zerver_customprofilefieldvalue"] = json!([
        { "id": 1, "user_profile": 31, "field": 51, "value": "he", "rendered_value": null },
        { "id": 2, "user_profile": 31, "field": 52, "value": "0", "rendered_value": null },
    ]);
    extend(
        tables,
        "zerver_realmauditlog",
        &json!({
            "acting_user": 31, "modified_user": null, "modified_stream": null, "modified_user_group": null,
            "modified_channel_folder": null, "event_last_message_id": null, "backfilled": false, "scrubbed": false,
            "extra_data": { "10": 5 },
        }),
    );
    tables["zerver_onboardingusermessage"] = json!([{ "id": 1, "realm": 3, "message": 1_001, "flags_mask": 4 }]);
}

/// Everything about people. One did not agree to the export, and is a placeholder; there are two bots.
fn people(tables: &mut Value) {
    let more = json!({
        "recipient": null, "tos_version": null, "is_staff": false, "bot_type": null, "bot_owner": null,
        "long_term_idle": false, "last_active_message_id": null, "is_mirror_dummy": false, "can_forge_sender": false,
        "can_create_users": false, "can_change_user_emails": false, "last_reminder": null, "last_login": 1_600_000_500.5,
        "rate_limits": "", "default_sending_stream": null, "default_events_register_stream": null,
        "default_all_public_streams": false, "avatar_hash": null, "zoom_token": null, "is_superuser": false, "groups": [],
        "user_permissions": [], "default_language": "en", "web_home_view": "inbox", "color_scheme": 1,
        "demote_inactive_streams": 1, "allow_private_data_export": true, "email_address_visibility": 3,
    });
    extend(tables, "zerver_userprofile", &more);
    let account = |tables: &Value, id: u32, name: &str, email: &str| {
        let mut row = tables["zerver_userprofile"][1].clone();
        (row["id"], row["full_name"]) = (json!(id), json!(name));
        (row["email"], row["delivery_email"]) = (json!(format!("user{id}@zulip.example")), json!(email));
        row
    };
    for (id, kind) in [(41, 3), (42, 4)] {
        let mut bot = account(tables, id, &format!("Bot {id}"), &format!("b{id}-bot@zulip.example"));
        (bot["is_bot"], bot["bot_type"], bot["bot_owner"]) = (json!(true), json!(kind), json!(31));
        tables["zerver_userprofile"].as_array_mut().expect("a table").push(bot);
    }
    let mut dummy = account(tables, 34, "Osric", "exported-user-00ff@zulip.example");
    (dummy["is_mirror_dummy"], dummy["is_active"]) = (json!(true), json!(false));
    tables["zerver_userprofile_mirrordummy"] = json!([dummy]);
    tables["zerver_userprofile"][0]["avatar_source"] = json!("U");
    let service = |id: u32, url: &str| json!({ "id": id, "name": "s", "user_profile": id, "base_url": url, "token": "secret", "interface": 1 });
    tables["zerver_service"] = json!([service(41, "https://hooks.example/x"), service(42, "")]);
    tables["zerver_botstoragedata"] = json!([{ "id": 1, "bot_profile": 42, "key": "k", "value": "v" }]);
    tables["zerver_botconfigdata"] = json!([{ "id": 1, "bot_profile": 42, "key": "k", "value": "v" }]);
    tables["zerver_alertword"] = json!([{ "id": 1, "realm": 3, "user_profile": 31, "word": "poison" }]);
    tables["zerver_navigationview"] =
        json!([{ "id": 1, "user": 31, "fragment": "narrow/is/alerted", "is_pinned": true, "name": null }]);
    tables["zerver_onboardingstep"] =
        json!([{ "id": 1, "user": 31, "onboarding_step": "intro_inbox_view_modal", "timestamp": 1_600_000_600.5 }]);
    tables["zerver_savedsnippet"] = json!([{
        "id": 77, "realm": 3, "user_profile": 31, "title": "Hello", "content": "Well met", "date_created": 1_600_000_700.5,
    }]);
    tables["zerver_useractivity"] = json!([{
        "id": 1, "user_profile": 31, "client": 4, "query": "get_events", "count": 9, "last_visit": 1_600_000_800.5,
    }]);
    tables["zerver_useractivityinterval"] =
        json!([{ "id": 1, "user_profile": 31, "start": 1_600_000_000.5, "end": 1_600_000_900.5 }]);
    tables["zerver_userpresence"] = json!([{
        "id": 1, "realm": 3, "user_profile": 31, "last_update_id": 12, "last_connected_time": 1_600_000_900.5, "last_active_time": null,
    }]);
    tables["zerver_userstatus"] = json!([{
        "id": 1, "user_profile": 31, "timestamp": 1_600_000_000.5, "client": 4, "emoji_name": "skull", "emoji_code": "61",
        "reaction_type": "realm_emoji", "status_text": "brooding",
    }]);
    tables["zerver_externalauthid"] = json!([{
        "id": 1, "realm": 3, "user": 31, "external_auth_method_name": "ldap", "external_auth_id": "x", "date_created": 1.5,
    }]);
}

/// To a channel with a file, to two, to three; a reminder; one that was sent, and one that could not be.
fn later(tables: &mut Value) {
    let row = |id: u32, recipient: u32, content: &str, more: Value| {
        let mut row = json!({
            "id": id, "sender": 31, "recipient": recipient, "subject": if recipient == 711 { "ghost" } else { "\u{7}" },
            "content": content, "rendered_content": "<script>alert(4)</script>", "sending_client": 4,
            "stream": if recipient == 711 { json!(71) } else { json!(null) }, "realm": 3,
            "scheduled_timestamp": 2_145_916_800.0 + f64::from(id), "read_by_sender": true, "delivered": false,
            "delivered_message": null, "has_attachment": false, "request_timestamp": 1_600_000_000.5, "delivery_type": 1,
            "reminder_target_message_id": null, "reminder_note": null, "failed": false, "failure_message": null,
        });
        for (name, value) in more.as_object().expect("columns") {
            row[name] = value.clone();
        }
        row
    };
    tables["zerver_scheduledmessage"] = json!([
        row(901, 711, "soon: [poem](/user_uploads/3/ab/poem.txt)", json!({ "has_attachment": true })),
        row(902, 321, "to Cordelia, later", json!({})),
        row(903, 811, "to all three, later", json!({ "read_by_sender": false })),
        row(
            904,
            311,
            "You asked",
            json!({ "delivery_type": 2, "reminder_target_message_id": 1_002, "reminder_note": "look" })
        ),
        row(905, 321, "was sent", json!({ "delivered": true, "delivered_message": 1_003 })),
        row(906, 321, "was not", json!({ "failed": true, "failure_message": "Nobody there" })),
        row(907, 311, "gone", json!({ "delivery_type": 2, "reminder_target_message_id": 5 })),
        row(908, 321, "long ago", json!({ "scheduled_timestamp": 1_600_000_000.5 })),
    ]);
}

fn complete() -> Files {
    let mut files = elsewhere();
    files.change("realm.json", |tables| {
        organization(tables);
        people(tables);
        later(tables);
        tables["zerver_reaction"].as_array_mut().expect("a table").push(json!({
            "id": 2, "user_profile": 31, "message": 1_002, "emoji_name": "skull", "emoji_code": "61", "reaction_type": "realm_emoji",
        }));
    });
    files.put(
        "attachment.json",
        json!({ "zerver_attachment": [{
            "id": 71, "file_name": "poem.txt", "path_id": "3/ab/poem.txt", "owner": 31, "realm": 3,
            "create_time": 1_600_000_000.5, "size": 5, "content_type": "text/plain", "is_realm_public": false,
            "is_web_public": null, "messages": [], "scheduled_messages": [901],
        }] })
        .to_string(),
    );
    files.put("uploads/3/ab/poem.txt", "words");
    let stored = |path: &str, more: Value| {
        let mut record = json!({
            "realm_id": 3, "path": path, "s3_path": path, "bucket": "b", "size": 5, "md5": "\"0\"", "content_type": null,
            "last_modified": "2020-09-13T12:26:40Z",
        });
        for (name, value) in more.as_object().expect("fields") {
            record[name] = value.clone();
        }
        record
    };
    let of = json!({ "user_profile_id": 31, "user_profile_email": "user31@zulip.example", "avatar_version": 2 });
    files.put("uploads/records.json", json!([stored("3/ab/poem.txt", of.clone())]).to_string());
    let (face, small) = (png(300, 300), png(100, 100));
    for (path, content) in [
        ("avatars/3/cafe.original", &face),
        ("avatars/3/cafe.png", &small),
        ("emoji/3/emoji/images/61.png", &small),
        ("emoji/3/emoji/images/61.png.original", &face),
        ("realm_icons/3/realm/icon.png", &small),
        ("realm_icons/3/realm/icon.original", &face),
    ] {
        files.put(path, content.clone());
    }
    files.put(
        "avatars/records.json",
        json!([stored("3/cafe.original", of.clone()), stored("3/cafe.png", of)]).to_string(),
    );
    let emoji = json!({ "author": null, "file_name": "61.png", "name": "skull", "deactivated": false });
    files.put(
        "emoji/records.json",
        json!([stored("3/emoji/images/61.png", emoji.clone()), stored("3/emoji/images/61.png.original", emoji)])
            .to_string(),
    );
    files.put(
        "realm_icons/records.json",
        json!([stored("3/realm/icon.png", json!({})), stored("3/realm/icon.original", json!({}))]).to_string(),
    );
    files.put("analytics.json", json!({
        "analytics_realmcount": [{ "id": 1, "realm": 3, "property": "messages_sent:client:day", "subgroup": "4", "end_time": 1_600_041_600.0, "value": 7 }],
        "analytics_usercount": [], "analytics_streamcount": [],
    }).to_string());
    files.put("stats.json", "{}");
    files.put("consented_user_ids.json", "[31, 32, 33]");
    files.put(
        "migration_status.json",
        json!({ "migrations_by_app": { "zerver": ["[X] 0001_squashed"] }, "zulip_version": "11.4" }).to_string(),
    );
    files
}

#[tokio::test]
async fn everything_that_other_servers_write_is_taken_over_or_named() {
    let (server, report) = TestServer::import(complete().pack().path()).await.expect("it is imported");
    assert_eq!(
        report.notes,
        [
            ("reminders of messages that are not in the archive".to_owned(), 1),
            ("scheduled messages whose time had passed for more than a day, kept as not sent".to_owned(), 1),
            ("that people look or sign up without an invitation; owners can switch it on".to_owned(), 1),
        ]
        .into(),
        "{report:?}"
    );
    let unknown = [
        "zerver_botconfigdata",
        "zerver_externalauthid",
        "zerver_onboardingusermessage",
        "zerver_presencesequence",
        "zerver_realmexport",
        "zerver_useractivity",
        "zerver_useractivityinterval",
    ];
    assert_eq!(report.unknown_tables, unknown.map(|table| (table.to_owned(), 1)).into());
    assert_eq!((report.people, report.bots, report.files), (4, 2, 1));

    let hamlet = server.client("hamlet");
    let state = hamlet.register(&[]).await.state;
    for (name, value) in [
        ("realm_emails_restricted_to_domains", json!(true)),
        ("realm_invite_required", json!(true)),
        ("realm_require_unique_names", json!(true)),
        ("realm_avatar_changes_disabled", json!(true)),
        ("realm_welcome_message_custom_text", json!("Good morrow!")),
        ("realm_move_messages_within_stream_limit_seconds", json!(604_800)),
        ("realm_move_messages_between_streams_limit_seconds", json!(null)),
        ("realm_default_language", json!("da")),
        ("realm_signup_announcements_stream_id", json!(71)),
        ("realm_org_type", json!(40)),
        ("realm_icon_source", json!("U")),
        ("alert_words", json!(["poison"])),
        // It is private.
        ("realm_default_streams", json!([])),
        ("realm_domains", json!([{ "domain": "elsinore.example", "allow_subdomains": true }])),
    ] {
        assert_eq!(state[name], value, "{name}");
    }
    assert_eq!(state["channel_folders"][0]["name"], "Towers");
    assert_eq!(state["subscriptions"][0]["folder_id"], 21);
    assert_eq!(state["user_status"]["31"]["emoji_name"], "skull");
    assert_eq!(state["saved_snippets"][0]["content"], "Well met");
    let find = |id: u32| {
        let all = ["realm_users", "realm_non_active_users"].map(|list| state[list].as_array().expect("a list").clone());
        all.concat().into_iter().find(|user| user["user_id"] == id).expect("an account")
    };
    assert_eq!(state["realm_non_active_users"][0]["full_name"], "Osric");
    assert_eq!((&find(41)["bot_type"], &find(42)["bot_type"]), (&json!(3), &json!(1)));
    let own = hamlet.get("/users/31", &[("include_custom_profile_fields", "true")]).await.ok()["user"].clone();
    assert_eq!((&own["profile_data"]["51"]["value"], &own["profile_data"]["52"]["value"]), (&json!("he"), &json!("0")));

    let scheduled = hamlet.get("/scheduled_messages", &[]).await.ok()["scheduled_messages"].clone();
    let shown = |row: &Value| (row["scheduled_message_id"].clone(), row["to"].clone(), row["failed"].clone());
    assert_eq!(
        scheduled.as_array().expect("a list").iter().map(shown).collect::<Vec<_>>(),
        [
            (json!(908), json!([32]), json!(true)),
            (json!(901), json!(71), json!(false)),
            (json!(902), json!([32]), json!(false)),
            (json!(903), json!([32, 33]), json!(false)),
            (json!(906), json!([32]), json!(true)),
        ]
    );
    assert_eq!(scheduled[1]["topic"], "ghost");
    assert!(!scheduled.to_string().contains("script"), "what was rendered elsewhere is not believed");
    let reminders = hamlet.get("/reminders", &[]).await.ok()["reminders"].clone();
    assert_eq!((&reminders[0]["reminder_target_message_id"], reminders.as_array().unwrap().len()), (&json!(1_002), 1));
    // A file that only a scheduled message refers to is not swept away.
    tidings_server::files::sweep::unused(&server.app).await.expect("it is swept");
    server.clock.advance(90 * 86_400);
    assert_eq!(tidings_server::files::sweep::unused(&server.app).await.expect("it is swept"), 0);
    let uploads = server.stored_files().into_iter().filter(|path| path.to_string_lossy().contains("/uploads/"));
    assert_eq!(uploads.count(), 1);

    for (address, size) in [
        (find(31)["avatar_url"].clone(), 100),
        (state["realm_icon_url"].clone(), 100),
        (state["realm_emoji"]["61"]["source_url"].clone(), 64),
    ] {
        let (status, _, bytes) = server.anonymous().get_bytes(address.as_str().expect("an address")).await;
        assert_eq!((status, image::load_from_memory(&bytes).expect("a picture").width()), (200, size), "{address}");
    }
    let reactions = hamlet.get("/messages/1002", &[]).await.ok()["message"]["reactions"].clone();
    assert_eq!((&reactions[1]["emoji_name"], &reactions[1]["reaction_type"]), (&json!("skull"), &json!("realm_emoji")));
}
