use super::archives::{Files, elsewhere};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
use tempfile::NamedTempFile;
use tidings_testkit::TestServer;

/// Why an archive is refused.
async fn refused(archive: &NamedTempFile) -> String {
    match TestServer::import(archive.path()).await {
        Ok((_, report)) => panic!("it was imported: {report:?}"),
        Err(error) => error.to_string(),
    }
}

/// Changes the archive and expects what the error begins with.
async fn check(change: impl FnOnce(&mut Files), expect: &str) {
    let mut files = elsewhere();
    change(&mut files);
    let error = refused(&files.pack()).await;
    assert!(error.starts_with(expect), "{expect:?}: {error}");
}

/// The same, where a value of a table is another.
async fn check_value(file: &str, at: &str, value: Value, expect: &str) {
    check(|files| files.change(file, |tables| *tables.pointer_mut(at).expect("a value") = value), expect).await;
}

#[tokio::test]
async fn rows_that_cannot_be_are_named() {
    let realm = "realm.json";
    check_value(realm, "/zerver_userprofile/1/role", json!(7), "realm.json, zerver_userprofile, row 2: `role` is not")
        .await;
    check_value(realm, "/zerver_userprofile/1/id", json!(31), "realm.json, zerver_userprofile, row 2: its id is").await;
    check_value(
        realm,
        "/zerver_userprofile/1/full_name",
        json!(5),
        "realm.json, zerver_userprofile, row 2: `full_name` is not a text",
    )
    .await;
    check_value(
        realm,
        "/zerver_userprofile/1/enter_sends",
        json!("x"),
        "realm.json, zerver_userprofile, row 2: `enter_sends` is not true or false",
    )
    .await;
    check_value(
        realm,
        "/zerver_userprofile/1/delivery_email",
        json!("Hamlet@example.com"),
        "realm.json, zerver_userprofile, row 2: another account",
    )
    .await;
    check_value(
        realm,
        "/zerver_stream/0/creator",
        json!(77),
        "realm.json, zerver_stream, row 1: `creator` names account 77",
    )
    .await;
    check_value(
        realm,
        "/zerver_stream/0/folder",
        json!(8),
        "realm.json, zerver_stream, row 1: `folder` names folder 8",
    )
    .await;
    check_value(
        realm,
        "/zerver_stream/0/can_send_message_group",
        json!(99),
        "realm.json, zerver_stream, row 1: `can_send_message_group` names group 99",
    )
    .await;
    check_value(
        realm,
        "/zerver_recipient/3/type_id",
        json!(72),
        "realm.json, zerver_recipient, row 4: `type_id` names channel 72",
    )
    .await;
    check_value(realm, "/zerver_recipient/3/type", json!(4), "realm.json, zerver_recipient, row 4: `type` is not")
        .await;
    check_value(
        realm,
        "/zerver_subscription/0/recipient",
        json!(5),
        "realm.json, zerver_subscription, row 1: `recipient` names 5",
    )
    .await;
    check_value(
        realm,
        "/zerver_subscription/1/user_profile",
        json!(31),
        "realm.json, zerver_subscription, row 2: somebody is subscribed",
    )
    .await;
    check_value(
        realm,
        "/zerver_usergroupmembership/1/user_group",
        json!(1),
        "realm.json, zerver_usergroupmembership, row 2: `user_group` names group 1",
    )
    .await;
    check_value(
        realm,
        "/zerver_groupgroupmembership/2/subgroup",
        json!(540),
        "realm.json: zerver_groupgroupmembership puts group 540 into itself",
    )
    .await;
    check_value(realm, "/zerver_realm", json!([]), "realm.json: zerver_realm has 0 rows").await;
    check_value(
        realm,
        "/zerver_realm/0/waiting_period_threshold",
        json!("x"),
        "realm.json, zerver_realm, row 1: `waiting_period_threshold` is not a number",
    )
    .await;
    check_value(
        realm,
        "/zerver_reaction/0/message",
        json!(5),
        "realm.json, zerver_reaction, row 1: `message` names message 5",
    )
    .await;
    check_value(
        realm,
        "/zerver_usertopic/0/visibility_policy",
        json!(9),
        "realm.json, zerver_usertopic, row 1: `visibility_policy`",
    )
    .await;
    let messages = "messages-000001.json";
    check_value(
        messages,
        "/zerver_message/2/sender",
        json!(77),
        "messages-000001.json, zerver_message, row 3: `sender` names account 77",
    )
    .await;
    check_value(
        messages,
        "/zerver_message/2/recipient",
        json!(77),
        "messages-000001.json, zerver_message, row 3: `recipient` names 77",
    )
    .await;
    check_value(
        messages,
        "/zerver_message/2/content",
        json!(null),
        "messages-000001.json, zerver_message, row 3: `content` is missing",
    )
    .await;
    check_value(
        messages,
        "/zerver_message/2/content",
        json!("a\u{0}b"),
        "messages-000001.json, zerver_message, row 3: `content` has a null",
    )
    .await;
    check_value(
        messages,
        "/zerver_message/2/date_sent",
        json!(-5),
        "messages-000001.json, zerver_message, row 3: `date_sent` is not a time",
    )
    .await;
    check_value(messages, "/zerver_message/2/id", json!(1_001), "messages-*.json: message 1001 is there twice").await;
    check_value(
        messages,
        "/zerver_message/0/edit_history",
        json!("[5]"),
        "messages-000001.json, zerver_message, row 1: `edit_history`",
    )
    .await;
    check_value(
        messages,
        "/zerver_usermessage/0/message",
        json!(6),
        "messages-000001.json, zerver_usermessage, row 1: `message` names message 6",
    )
    .await;
    check_value(
        messages,
        "/zerver_usermessage/0/flags_mask",
        json!(-1),
        "messages-000001.json, zerver_usermessage, row 1: `flags_mask`",
    )
    .await;
    check(
        |files| files.put("messages-000001.json", "{\"zerver_message\": [{"),
        "messages-000001.json: it is not the JSON",
    )
    .await;
    check(|files| files.put("realm.json", "[1]"), "realm.json, row 1").await;
}

/// Rows with ascending ids and names of their own.
fn many(count: u32, row: impl Fn(u32) -> Value) -> Value {
    let numbered = |n: u32| {
        let mut row = row(n);
        row["id"] = json!(n);
        row
    };
    (1_001..=1_000 + count).map(numbered).collect::<Vec<_>>().into()
}

#[tokio::test]
async fn lists_have_the_bounds_that_they_have_here() {
    let put = |table: &'static str, rows: Value| {
        move |files: &mut Files| files.change("realm.json", |tables| tables[table] = rows)
    };
    let folders = many(1_001, |n| json!({ "name": format!("Folder {n}"), "date_created": 1.0, "order": n }));
    check(put("zerver_channelfolder", folders), "realm.json, zerver_channelfolder, row 1001: there are more than 1000")
        .await;
    let fields = many(101, |n| json!({ "name": format!("Field {n}"), "field_type": 1, "field_data": "" }));
    check(
        put("zerver_customprofilefield", fields),
        "realm.json, zerver_customprofilefield, row 101: there are more than 100 profile fields",
    )
    .await;
    let groups =
        many(10_001, |n| json!({ "usergroup_ptr": n, "name": format!("Group {n}"), "is_system_group": false }));
    check(
        put("zerver_namedusergroup", groups),
        "realm.json, zerver_namedusergroup, row 10001: there are more than 10000",
    )
    .await;
    let twice = json!([{ "id": 5, "user_profile": 31, "title": "a", "content": "b", "date_created": 1.0 },
        { "id": 5, "user_profile": 32, "title": "a", "content": "b", "date_created": 1.0 }]);
    check(put("zerver_savedsnippet", twice), "realm.json, zerver_savedsnippet, row 2: its id is there twice").await;

    // What nothing else names is left out, and that is told.
    let mut files = elsewhere();
    files.change("realm.json", |tables| {
        tables["zerver_realmfilter"] = many(
            103,
            |n| json!({ "pattern": format!("BUG{n}-(?P<id>[0-9]+)"), "url_template": "https://x.example/{id}" }),
        );
        tables["zerver_realmdomain"] = many(1_002, |n| json!({ "domain": format!("d{n}.example") }));
        tables["zerver_savedsnippet"] =
            many(1_004, |_| json!({ "user_profile": 31, "title": "a", "content": "b", "date_created": 1.0 }));
        tables["zerver_scheduledmessage"] = many(1_005, |_| {
            json!({
                "sender": 31, "recipient": 711, "subject": "ghost", "content": "later", "sending_client": 4,
                "scheduled_timestamp": 2_145_916_800.0, "delivered": false, "delivery_type": 1,
            })
        });
        tables["zerver_userprofile"][2]["is_bot"] = json!(true);
        tables["zerver_userprofile"][2]["bot_type"] = json!(3);
        tables["zerver_service"] =
            json!([{ "id": 1, "user_profile": 33, "name": "x", "base_url": "file:///etc/passwd", "interface": 1 }]);
    });
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    let expected = [
        ("domains beyond what there can be", 2),
        ("linkifiers beyond what there can be", 3),
        ("outgoing webhooks whose address is none of HTTP", 1),
        ("rows of zerver_savedsnippet beyond what one account can have", 4),
        ("scheduled messages and reminders of people who have more than people can", 5),
    ];
    assert_eq!(report.notes, expected.map(|(what, times)| (what.to_owned(), times)).into());
    let state = server.app.realm.snapshot();
    assert_eq!((state.linkifiers.list().items.len(), state.organization.domains.len()), (100, 1_000));
    assert!(state.users.iter().all(|user| user.service().is_none()));
}

#[tokio::test]
async fn files_that_lead_elsewhere_are_not_taken() {
    let attachment = |path: &str| {
        json!({ "zerver_attachment": [{
            "id": 1, "file_name": "x", "path_id": path, "owner": 31, "create_time": 1.0, "size": 3, "messages": [1_001],
        }] })
        .to_string()
    };
    for path in ["../realm.json", "/etc/passwd", "../../../../etc/passwd", "", "x/../../realm.json", "uploads"] {
        let mut files = elsewhere();
        files.put("attachment.json", attachment(path));
        let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported without");
        assert_eq!((report.files, server.stored_files().len()), (0, 0), "{path}");
        assert_eq!(report.notes.len(), 1, "{report:?}");
    }
    let mut files = elsewhere();
    files.put("attachment.json", attachment("3/ab/poem.txt"));
    files.put("uploads/3/ab/poem.txt", "abc");
    files.change("messages-000001.json", |tables| {
        tables["zerver_message"][0]["content"] = json!("[poem](/user_uploads/3/ab/poem.txt)");
    });
    let (server, report) = TestServer::import(files.pack().path()).await.expect("it is imported");
    assert_eq!(report.files, 1);
    let path = "/user_uploads/3/ab/poem.txt";
    let read = async |name: &str| {
        let key = tidings_testkit::fixture::key(name);
        server.client(name).get_bytes(&format!("{path}?api_key={key}")).await
    };
    assert_eq!(read("hamlet").await.2, b"abc");
    assert_ne!(read("cordelia").await.0, 200, "she may not read the message");
}

/// An archive with one entry that is made by hand, before the others.
fn with(entry: impl FnOnce(&mut tar::Builder<GzEncoder<NamedTempFile>>)) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
    entry(&mut tar);
    for (name, content) in &elsewhere().0 {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, format!("x/{name}"), content.as_slice()).expect("it is written");
    }
    let mut file = tar.into_inner().and_then(GzEncoder::finish).expect("it is written");
    file.flush().expect("it is written");
    file
}

fn header(name: &[u8], kind: tar::EntryType, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

#[tokio::test]
async fn archives_cannot_write_elsewhere_nor_fill_the_disk() {
    use tar::EntryType;
    let one = |name: &'static [u8], kind: EntryType| {
        with(move |tar| tar.append(&header(name, kind, 3), b"abc".as_slice()).expect("it is written"))
    };
    for (archive, expect) in [
        (one(b"x/../../evil.txt", EntryType::Regular), "x/../../evil.txt: its path leads out of the archive"),
        (one(b"/tmp/evil.txt", EntryType::Regular), "/tmp/evil.txt: its path leads out of the archive"),
        (one(b"x/realm.json", EntryType::Regular), "x/realm.json: it is in the archive twice"),
        (one(b"y/realm.json", EntryType::Regular), "the archive: there is more than one realm.json"),
        (one(b"x/link", EntryType::Symlink), "x/link: links are not unpacked"),
        (one(b"x/link", EntryType::Link), "x/link: links are not unpacked"),
        (one(b"x/pipe", EntryType::Fifo), "x/pipe: it is neither a file nor a folder"),
        (one(b"x/device", EntryType::Char), "x/device: it is neither a file nor a folder"),
        (
            with(|tar| {
                let long = "a/".repeat(1_000) + "b";
                let mut known = tar::Header::new_gnu();
                known.set_size(1);
                tar.append_data(&mut known, long, b"x".as_slice()).expect("it is written");
            }),
            "a/a/a/",
        ),
        // More than the tests' bound: what is said counts, before anything is written.
        (
            with(|tar| {
                let bytes = std::io::repeat(0);
                let known = header(b"x/big", EntryType::Regular, (1 << 30) + 1);
                tar.append(&known, std::io::Read::take(bytes, (1 << 30) + 1)).expect("it is written");
            }),
            "x/big: unpacked, the archive has more than 1073741824 bytes",
        ),
        (
            with(|tar| {
                let known = header(b"././@LongLink", EntryType::GNULongName, 2 << 20);
                tar.append(&known, vec![b'x'; 2 << 20].as_slice()).expect("it is written");
            }),
            "the archive: what it says of a file has 2097152 bytes",
        ),
    ] {
        let error = refused(&archive).await;
        assert!(error.starts_with(expect), "{expect:?}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_archive_is_refused() {
    let file = |content: &[u8]| {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(content).expect("it is written");
        file
    };
    let whole = std::fs::read(elsewhere().pack().path()).expect("an archive");
    for (content, expect) in [
        (b"hello".as_slice(), "the archive: it is no complete tar.gz"),
        (b"", "the archive: there is no realm.json in it"),
        (&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "the archive: it is no complete tar.gz"),
        (&whole[..whole.len() / 2], "the archive: it is no complete tar.gz"),
    ] {
        let error = refused(&file(content)).await;
        assert!(error.starts_with(expect), "{expect:?}: {error}");
    }
    // Any changed byte is an error or no difference, and never a panic.
    for at in (0..whole.len()).step_by(whole.len() / 60 + 1) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        let _ = TestServer::import(file(&changed).path()).await.map(|(server, _)| server.url.clone());
    }
}

/// Everything in a JSON value, by its path.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| paths(inner, &format!("{path}/{name}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inner)| paths(inner, &format!("{path}/{at}"), found))
        }
        _ => {}
    }
    found.push(path.to_owned());
}

#[tokio::test]
async fn whatever_a_value_is_there_is_an_error_or_an_organization() {
    let values = [
        json!(null),
        json!(-1),
        json!(0),
        json!(1e300),
        json!("x"),
        json!([]),
        json!({}),
        json!(true),
        json!(u64::MAX),
        json!(4_294_967_295_u32),
        json!([[1]]),
        json!("\u{202e}\u{7}"),
        json!("9".repeat(70)),
    ];
    let whole = elsewhere();
    let (mut at, mut refusals) = (0, 0);
    for name in ["realm.json", "messages-000001.json"] {
        let mut found = Vec::new();
        paths(&serde_json::from_slice(&whole.0[name]).expect("JSON"), "", &mut found);
        for path in found {
            at += 1;
            // All would take minutes; these are others for each path.
            if at % 5 != 0 {
                continue;
            }
            let mut files = whole.clone();
            let value = values[at / 5 % values.len()].clone();
            files.change(name, |tables| *tables.pointer_mut(&path).expect("it is there") = value.clone());
            match TestServer::import(files.pack().path()).await {
                Ok((server, _)) => assert!(server.url.starts_with("http")),
                Err(error) => {
                    refusals += 1;
                    let error = error.to_string();
                    assert!(error.contains(".json") && !error.contains('\u{7}'), "{path} as {value}: {error}");
                }
            }
        }
    }
    assert!(refusals > 20, "{refusals}");
}
