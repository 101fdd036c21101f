//! Archives for tests: of a server here, and one as other servers make them, written by hand.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tidings_server::exports::archive::{self, Scope, Source};
use tidings_testkit::TestServer;

/// An archive of a server's organization.
pub(crate) async fn of(server: &TestServer, scope: Scope) -> NamedTempFile {
    let source = Source::of(&server.app.realm, &server.app.files, scope, None);
    let write = move || {
        let mut file = NamedTempFile::new().expect("a file");
        archive::write(&source, &mut file, |_| {}).expect("it is written");
        file
    };
    tokio::task::spawn_blocking(write).await.expect("exports do not panic")
}

/// The files of an archive, by their names.
#[derive(Clone)]
pub(super) struct Files(pub(super) BTreeMap<String, Arc<Vec<u8>>>);

impl Files {
    /// Changes the JSON of a file.
    pub(super) fn change(&mut self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value = serde_json::from_slice(&self.0[name]).expect("JSON");
        change(&mut value);
        self.put(name, value.to_string());
    }

    pub(super) fn put(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.0.insert(name.to_owned(), Arc::new(content.into()));
    }

    /// As a tar.gz, in a folder of another name.
    pub(super) fn pack(&self) -> NamedTempFile {
        let file = NamedTempFile::new().expect("a file");
        let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
        for (name, content) in &self.0 {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, format!("zulip-export-x7/{name}"), content.as_slice()).expect("it is written");
        }
        let mut file = tar.into_inner().and_then(GzEncoder::finish).expect("it is written");
        file.flush().expect("it is written");
        file
    }
}

/// An archive as Zulip servers make them: ids are far from 1, numbers stand for policies, messages between two go to
/// the recipient of one of them, times have fractions, and built-in groups have ids of their own.
pub(super) fn elsewhere() -> Files {
    let role = |id: u32, name: &str| json!({ "id": id, "usergroup_ptr": id, "name": name, "is_system_group": true });
    let roles = ["owners", "administrators", "moderators", "fullmembers", "members", "everyone", "internet", "nobody"];
    let mut named: Vec<Value> = roles.iter().zip(501..).map(|(name, id)| role(id, &format!("role:{name}"))).collect();
    named.push(json!({
        "id": 540, "usergroup_ptr": 540, "name": "court", "description": "people", "is_system_group": false,
        "creator": 31, "date_created": 1_600_000_000.5, "deactivated": false, "can_mention_group": 560,
        "can_manage_group": 502, "realm": 3, "realm_for_sharding": 3,
    }));
    let mut groups: Vec<Value> = named.iter().map(|row| json!({ "id": row["id"], "realm": 3 })).collect();
    groups.push(json!({ "id": 560, "realm": 3 }));
    let person = |id: u32, name: &str, role: u32| {
        json!({
            "id": id, "email": format!("user{id}@zulip.example"), "delivery_email": format!("{name}@example.com"),
            "full_name": name, "role": role, "is_active": true, "is_bot": false, "date_joined": 1_600_000_100.25,
            "timezone": "", "enter_sends": true, "web_font_size_px": 14, "emojiset": "google", "avatar_source": "G",
            "avatar_version": 1, "realm": 3, "resolved_topic_notice_auto_read_policy": 1, "uuid": "x", "long_term_idle": false,
            "automatically_follow_topics_policy": 4,
        })
    };
    let to = |id: u32, kind: u32, of: u32| json!({ "id": id, "type": kind, "type_id": of });
    let subscribed = |id: u32, user: u32, recipient: u32, active: bool| {
        json!({
            "id": id, "user_profile": user, "recipient": recipient, "active": active, "is_user_active": true,
            "color": "#c2c2c2", "is_muted": false, "pin_to_top": true, "desktop_notifications": null,
        })
    };
    let noted = |id: u32, kind: u32, user: u32, last: i64| {
        json!({
            "id": id, "event_type": kind, "modified_user": user, "modified_stream": 71, "event_last_message_id": last,
            "event_time": 1_600_000_200.0, "extra_data": {}, "realm": 3,
        })
    };
    let realm = json!({
        "import_source": "zulip",
        "zerver_realm": [{
            "id": 3, "string_id": "elsewhere", "name": "Elsinore", "description": "A castle", "date_created": 1_599_999_999.9,
            "deactivated": false, "message_content_edit_limit_seconds": null, "topics_policy": 3,
            "message_edit_history_visibility_policy": 2, "waiting_period_threshold": 0, "can_create_groups": 502,
            "can_add_custom_emoji_group": 560, "moderation_request_channel": 71, "new_stream_announcements_stream": null,
            "plan_type": 1, "uuid": "y",
        }],
        "zerver_realmuserdefault": [{ "id": 1, "realm": 3, "enter_sends": true }],
        "zerver_userprofile": [person(31, "hamlet", 100), person(32, "cordelia", 400), person(33, "polonius", 600)],
        "zerver_userprofile_mirrordummy": [],
        "zerver_userprofile_crossrealm": [{ "id": 9, "email": "welcome-bot@zulip.com", "recipient_id": 90 }],
        "zerver_usergroup": groups,
        "zerver_namedusergroup": named,
        "zerver_usergroupmembership": [
            { "id": 1, "user_group": 501, "user_profile": 31 }, { "id": 2, "user_group": 540, "user_profile": 32 },
            { "id": 3, "user_group": 560, "user_profile": 32 },
        ],
        "zerver_groupgroupmembership": [
            { "id": 1, "supergroup": 502, "subgroup": 501 }, { "id": 2, "supergroup": 560, "subgroup": 503 },
            { "id": 3, "supergroup": 540, "subgroup": 502 },
        ],
        "zerver_stream": [{
            "id": 71, "name": "castle", "description": "The **walls**", "rendered_description": "<script>alert(1)</script>",
            "date_created": 1_600_000_000.0, "creator": 31, "invite_only": true, "history_public_to_subscribers": false,
            "is_web_public": false, "deactivated": false, "message_retention_days": null, "topics_policy": 1,
            "can_send_message_group": 506, "can_administer_channel_group": 560, "folder": null, "recipient": 711, "realm": 3,
        }],
        "zerver_recipient": [to(311, 1, 31), to(321, 1, 32), to(331, 1, 33), to(711, 2, 71), to(811, 3, 81)],
        "zerver_huddle": [{ "id": 81, "huddle_hash": "z", "group_size": 3 }],
        "zerver_subscription": [
            subscribed(1, 31, 711, true), subscribed(2, 32, 711, true), subscribed(3, 33, 711, false),
            subscribed(4, 31, 811, true), subscribed(5, 32, 811, true), subscribed(6, 33, 811, true),
            subscribed(7, 31, 311, true), subscribed(8, 32, 321, true),
        ],
        "zerver_realmauditlog": [
            noted(1, 301, 31, -1), noted(2, 301, 33, -1), noted(3, 303, 33, 1_001), noted(4, 301, 32, 1_001),
            { "id": 5, "event_type": 101, "event_time": 1.0, "realm": 3 },
        ],
        "zerver_client": [{ "id": 4, "name": "ZulipMobile" }],
        "zerver_reaction": [{
            "id": 1, "user_profile": 32, "message": 1_002, "emoji_name": "octopus", "emoji_code": "1f419",
            "reaction_type": "unicode_emoji",
        }],
        "zerver_realmfilter": [{ "id": 2, "pattern": "BUG-(?P<id>[0-9]+)", "url_template": "https://bugs.example.com/{id}", "order": 0, "realm": 3 }],
        "zerver_useractivity": [{ "id": 1 }, { "id": 2 }],
        "zerver_muteduser": [{ "id": 1, "user_profile": 31, "muted_user": 33, "date_muted": 1_600_000_300.7 }],
        "zerver_usertopic": [{
            "id": 1, "user_profile": 32, "stream": 71, "recipient": 711, "topic_name": "ghost", "visibility_policy": 3,
            "last_updated": 1_600_000_400.0,
        }],
    });
    let message = |id: u32, sender: u32, recipient: u32, content: &str| {
        json!({
            "id": id, "sender": sender, "recipient": recipient, "subject": if recipient == 711 { "ghost" } else { "\u{7}" },
            "content": content, "rendered_content": "<script>alert(2)</script>", "date_sent": f64::from(id) + 1_600_000_000.5,
            "sending_client": 4, "last_edit_time": null, "edit_history": null, "has_attachment": false, "realm": 3, "type": 1,
        })
    };
    let mut edited = message(1_001, 31, 711, "who goes there? BUG-7");
    edited["last_edit_time"] = json!(1_600_001_050.0);
    edited["edit_history"] = json!(
        json!([{
            "user_id": 31, "timestamp": 1_600_001_050, "prev_content": "who is *there*?",
            "prev_rendered_content": "<script>alert(3)</script>", "prev_rendered_content_version": 1,
        }])
        .to_string()
    );
    let marked = |user: u32, message: u32, mask: u32| json!({ "id": message * 100 + user, "user_profile": user, "message": message, "flags_mask": mask });
    let messages = json!({
        "zerver_message": [
            edited, message(1_002, 31, 711, "@**cordelia|32** look"), message(1_003, 31, 321, "to Cordelia"),
            message(1_004, 32, 311, "and back"), message(1_005, 33, 811, "to all three"),
            message(1_006, 31, 311, "to myself"), message(1_007, 9, 321, "welcome"),
        ],
        "zerver_usermessage": [
            marked(31, 1_001, 1), marked(33, 1_001, 1), marked(31, 1_002, 3), marked(32, 1_002, 8),
            marked(31, 1_003, 2_049), marked(32, 1_003, 2_048), marked(31, 1_004, 2_048), marked(32, 1_004, 2_049),
            marked(31, 1_005, 2_048), marked(32, 1_005, 2_049), marked(33, 1_005, 2_049), marked(31, 1_006, 2_049),
            marked(32, 1_007, 2_048),
        ],
    });
    let mut files = Files(BTreeMap::new());
    files.put("realm.json", realm.to_string());
    files.put("messages-000001.json", messages.to_string());
    files.put("attachment.json", json!({ "zerver_attachment": [], "zerver_scheduledmessage": [] }).to_string());
    for folder in ["uploads", "avatars", "emoji", "realm_icons"] {
        files.put(&format!("{folder}/records.json"), "[]");
    }
    files.put("analytics.json", "{}");
    files.put("migration_status.json", "{}");
    files
}
