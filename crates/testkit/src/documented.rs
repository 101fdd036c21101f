//! The realm in which the examples of the documentation work: whoever and whatever they name is there, with the ids
//! that they have in `openapi::examples` and `openapi::calls`.
//!
//! # The realm
//! | id | who | role |
//! |---|---|---|
//! | 8 | desdemona, who runs the examples | owner |
//! | 9 | iago | owner |
//! | 10 | hamlet, with a password and a presence | member |
//! | 11 | cordelia, whom desdemona muted | member |
//! | 12 | othello | member |
//! | 13 | yorick, deactivated | member |
//! | 14 | echo, a bot of desdemona | bot |
//!
//! Group 10 is `court`, with hamlet and cordelia; 11 is `gravediggers` and 12 `pirates`, where nobody is.
//! Channel 10 is `Denmark`, where everybody is; 11 is `Verona`, where nobody is; 12 is private and has
//! reports of messages. File 10 is desdemona's, and so is the emoji `green_tick`. Message 10 is desdemona's, in the topic
//! `tea` of `Denmark`, and has her reaction `octopus`; 11 is a poll of hers, and the others there are hamlet's. `tea` is an alert word of
//! desdemona, and the queue of the examples is hers.

use crate::fixture::{self, channel_row, key, realm, subscription_row, user_row};
use crate::{TestServer, test_config};
use std::path::Path;
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::Tx;
use tidings_core::queue::{QueueOptions, QueueRow};
use tidings_core::shape::Shape;
use tidings_core::state::exports::{ExportRow, Outcome};
use tidings_core::state::files::FileRow;
use tidings_core::state::groups::GroupRow;
use tidings_core::state::invites::InviteRow;
use tidings_core::state::linkifiers::Numbered;
use tidings_core::state::pictures::EmojiRow;
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_server::clock::Clock;
use tidings_server::http::auth::hash_key;
use tidings_server::passwords;
use tidings_store::{Batch, Store};
use tidings_store_sqlite::SqliteStore;
use tidings_types::export::ExportType;
use tidings_types::folder::ChannelFolder;
use tidings_types::group::GroupPermissions;
use tidings_types::linkifier::{Linkifier, Playground};
use tidings_types::narrow::QueueNarrow;
use tidings_types::prepared::{Draft, DraftType, NavigationView, SavedSnippet};
use tidings_types::profile::{FieldKind, ProfileField};
use tidings_types::signup::{DefaultChannelGroup, RealmDomain};
use tidings_types::user::{ProfileValue, Role};
use tidings_types::{AttachmentId, ChannelId, EventId, GroupId, MessageId, PreparedId, UserId};

/// Who runs the examples.
pub const READER: &str = "desdemona";

/// Hamlet's password, as examples of logging in have it.
const PASSWORD: &str = "correct horse battery staple";

/// The queue of the examples.
const QUEUE: &str = "fd1e7b2c-5e0a-4b4e-9a53-1f1d1c1b0a09";

const PEOPLE: &[(u32, &str, Role)] = &[
    (8, READER, Role::Owner),
    (9, "iago", Role::Owner),
    (10, "hamlet", Role::Member),
    (11, "cordelia", Role::Member),
    (12, "othello", Role::Member),
    (13, "yorick", Role::Member),
    (14, "echo", Role::Member),
];

const YORICK: UserId = UserId(13);
const ECHO: UserId = UserId(14);
const DENMARK: ChannelId = ChannelId(10);
const VERONA: ChannelId = ChannelId(11);
const REPORTS: ChannelId = ChannelId(12);

/// Writes the realm into a folder, as the data folder of `tidings serve`.
///
/// # Errors
/// The folder cannot be written.
pub async fn write_to(folder: &Path) -> std::io::Result<()> {
    let mut server = TestServer::start_in(test_config(), create).await;
    live(&server).await;
    let dir = Arc::clone(&server.dir);
    server.stop().await;
    drop(server);
    // Whoever closes the database last leaves everything in one file.
    drop(crate::open(&dir));
    std::fs::create_dir_all(folder)?;
    std::fs::copy(dir.path().join("realm.sqlite"), folder.join("tidings.db"))?;
    Ok(())
}

/// What cannot be done through the API, or not with the ids that are wanted.
fn create(store: &SqliteStore, clock: &Clock) {
    let now = clock.now();
    let mut organization = realm(now);
    // The examples may be run long after the messages in it were sent.
    organization.settings.message_content_edit_limit_seconds = None;
    organization.settings.message_content_delete_limit_seconds = None;
    organization.settings.moderation_request_channel_id = REPORTS.0.into();
    let mut reports = channel_row(REPORTS, "reports", now);
    reports.is_private = true;
    let mut changes = vec![
        Change::Realm(Arc::new(organization)),
        Change::Channel(Arc::new(channel_row(DENMARK, "Denmark", now))),
        Change::Channel(Arc::new(channel_row(VERONA, "Verona", now))),
        Change::Channel(Arc::new(reports)),
    ];
    for (id, name, role) in PEOPLE {
        let user = UserId(*id);
        let mut row = user_row(user, name, *role, (user == ECHO).then_some(UserId(8)), now);
        row.is_active = user != YORICK;
        changes.push(Change::User(Arc::new(row)));
        changes.push(Change::ApiKey { hash: hash_key(&key(name)), user, created_at: now, label: "test".to_owned() });
        changes.push(subscription_row(user, DENMARK));
    }
    changes.push(subscription_row(UserId(8), REPORTS));
    changes.push(export(now));
    changes.extend(groups(now));
    changes.extend(links());
    changes.push(folders(now));
    changes.extend(profiles());
    changes.extend(signup());
    changes.extend(invites(now));
    changes.extend(prepared(now));
    changes.push(file(now));
    changes.push(Change::Emoji(Arc::new(EmojiRow {
        id: 10,
        name: "green_tick".to_owned(),
        author: UserId(8),
        file: "m2A3MSqFnWRLUf9SaPzQ0Upx".to_owned(),
        is_animated: false,
        is_deactivated: false,
    })));
    let phc = passwords::hash_blocking(PASSWORD).expect("there is memory for a password");
    changes.push(Change::Password { user: UserId(10), phc });
    store.commit(&Batch { seq: 0, now, changes: &changes, events: &[] }).expect("the realm is written");
}

/// An export that was made long ago.
fn export(now: i64) -> Change {
    let outcome = Outcome::Done { key: "exports/gjA04ZYcqXKalvYMA8OeXSfzUOLrtbZv.tar.gz".to_owned() };
    let (user, started_at) = (UserId(8), now - 1_000_000);
    Change::Export(Arc::new(ExportRow { id: 10, user, kind: ExportType::Public, started_at, outcome }))
}

/// Groups of users.
fn groups(now: i64) -> Vec<Change> {
    let group = |id: u32, name: &str| {
        let permissions = GroupPermissions::new(Some(UserId(8)));
        let (id, name, description) = (GroupId(id), name.to_owned(), format!("All the {name}."));
        let creator = Some(UserId(8));
        let row = GroupRow { id, name, description, date_created: now, creator, deactivated: false, permissions };
        Change::Group(Arc::new(row))
    };
    let users = vec![UserId(10), UserId(11)];
    let members = Change::GroupMembers { group: GroupId(10), users, add: true };
    vec![group(10, "court"), group(11, "gravediggers"), group(12, "pirates"), members]
}

/// What text becomes links.
fn links() -> [Change; 2] {
    let linkifier = |id: u32| Linkifier {
        pattern: format!("BUG{id}-(?P<id>[0-9]+)"),
        url_template: "https://issues.example.com/{id}".to_owned(),
        id,
    };
    let playground = Playground {
        id: 10,
        name: "Python".to_owned(),
        pygments_language: "Python".to_owned(),
        url_template: "https://play.example.com/?code={code}".to_owned(),
    };
    [
        Change::Linkifiers(Arc::new(Numbered { last_id: 10, items: vec![linkifier(9), linkifier(10)] })),
        Change::Playgrounds(Arc::new(Numbered { last_id: 10, items: vec![playground] })),
    ]
}

/// Folders of channels; nothing is in them.
fn folders(now: i64) -> Change {
    let one = |id: u32, name: &str| ChannelFolder {
        id,
        name: name.to_owned(),
        description: String::new(),
        rendered_description: String::new(),
        date_created: Some(now),
        creator_id: Some(UserId(8)),
        order: id,
        is_archived: false,
    };
    Change::ChannelFolders(Arc::new(Numbered { last_id: 10, items: vec![one(9, "Cities"), one(10, "Plays")] }))
}

/// Fields of profiles, and what desdemona filled in.
fn profiles() -> [Change; 2] {
    let one = |id: u32, name: &str| ProfileField {
        id,
        kind: FieldKind::ShortText,
        order: id,
        name: name.to_owned(),
        hint: String::new(),
        field_data: String::new(),
        display_in_profile_summary: false,
        required: false,
        editable_by_user: true,
    };
    let value = ProfileValue { value: "tea".to_owned(), rendered_value: Some("<p>tea</p>".to_owned()) };
    let items = vec![one(9, "Favorite castle"), one(10, "Favorite drink")];
    [
        Change::ProfileFields(Arc::new(Numbered { last_id: 10, items })),
        Change::Profile { user: UserId(8), values: Arc::new([(10, value)].into()) },
    ]
}

/// How people come in.
fn signup() -> [Change; 2] {
    let group =
        DefaultChannelGroup { id: 10, name: "Plays".to_owned(), description: String::new(), streams: Vec::new() };
    let domain = RealmDomain { domain: "example.com".to_owned(), allow_subdomains: false };
    [
        Change::DefaultGroups(Arc::new(Numbered { last_id: 10, items: vec![group] })),
        Change::Domains(Arc::new(vec![domain])),
    ]
}

/// Invitations: one that was sent to an address, and a link.
fn invites(now: i64) -> [Change; 2] {
    let one = |id: u32, email: Option<&str>| {
        let row = InviteRow {
            id,
            key: format!("{id:x<32}"),
            email: email.map(str::to_owned),
            via: None,
            invited_by: UserId(8),
            invited_at: now,
            expires_at: None,
            role: Role::Member,
            channels: Vec::new(),
            groups: Vec::new(),
            include_defaults: true,
            notify_inviter: true,
            welcome: None,
        };
        Change::Invite { id, row: Some(Arc::new(row)) }
    };
    [one(10, Some("laertes@example.com")), one(11, None)]
}

/// What desdemona prepared for later.
fn prepared(now: i64) -> [Change; 5] {
    let (user, id) = (UserId(8), PreparedId(10));
    let content = || "Good night".to_owned();
    let draft = Draft {
        id,
        draft_type: DraftType::Unaddressed,
        to: vec![],
        topic: String::new(),
        content: content(),
        timestamp: now,
    };
    let snippet = SavedSnippet { id, title: "Greeting".to_owned(), content: content(), date_created: now };
    let fragment = "narrow/is/alerted".to_owned();
    let view = NavigationView { fragment: fragment.clone(), is_pinned: true, name: Some("Alerts".to_owned()) };
    let later = |id, what| {
        let (content, rendered, client) = (content(), "<p>Good night</p>".to_owned(), "website".to_owned());
        let at = now + 1_000_000_000;
        let row = LaterRow { id, user, what, content, rendered, at, client, failure: None };
        Change::Later { user, id, row: Some(Arc::new(row)) }
    };
    let to = LaterTo::Topic { channel: DENMARK, topic: "tea".to_owned() };
    [
        Change::Draft { user, id, draft: Some(Arc::new(draft)) },
        Change::Snippet { user, id, snippet: Some(Arc::new(snippet)) },
        Change::View { user, fragment, view: Some(Arc::new(view)) },
        later(id, Later::Message { to, read_by_sender: true }),
        later(PreparedId(11), Later::Reminder { message: MessageId(10), note: String::new() }),
    ]
}

/// A file of desdemona's, of which there is only what is known of it.
fn file(now: i64) -> Change {
    Change::File(Arc::new(FileRow {
        id: AttachmentId(10),
        owner: UserId(8),
        name: "picture.png".to_owned(),
        path: "1/4e/m2A3MSqFnWRLUf9SaPzQ0Upx/picture.png".to_owned(),
        key: "uploads/4e/m2A3MSqFnWRLUf9SaPzQ0Upx".to_owned(),
        size: 120,
        content_type: "image/png".to_owned(),
        image: None,
        created_at: now,
        unused_since: Some(now),
    }))
}

/// The rest.
async fn live(server: &TestServer) {
    let client = |name: &str| server.client_with(&fixture::email(name), &key(name));
    let (reader, hamlet) = (client(READER), client("hamlet"));
    for number in 1..=10 {
        let sender = if number == 10 { &reader } else { &hamlet };
        let content = format!("Cup number {number}");
        let params = [("type", "channel"), ("to", "Denmark"), ("topic", "tea"), ("content", content.as_str())];
        let sent = sender.post("/messages", &params).await.ok();
        assert_eq!(sent["id"], number, "the examples name message 10");
    }
    let poll = [("type", "channel"), ("to", "Denmark"), ("topic", "tea"), ("content", "/poll Tea?\nYes\nNo")];
    assert_eq!(reader.post("/messages", &poll).await.ok()["id"], 11, "the examples name message 11");
    reader.post("/messages/10/reactions", &[("emoji_name", "octopus")]).await.done();
    reader.post("/users/me/apns_device_token", &[("token", "c0ffee"), ("appid", "com.example.chat")]).await.done();
    reader.post("/users/me/android_gcm_reg_id", &[("token", "c0ffee")]).await.done();
    reader.put("/bot_storage", &[("storage", r#"{"last_seen": "16"}"#)]).await.done();
    reader.post("/users/me/alert_words", &[("alert_words", r#"["tea"]"#)]).await.done();
    reader.post("/users/me/muted_users/11", &[]).await.done();
    hamlet.post("/users/me/presence", &[("status", "active")]).await.done();
    hamlet.post("/users/me/status", &[("status_text", "brooding")]).await.done();
    let options = QueueOptions::new("website".to_owned(), None, Shape::default(), false, QueueNarrow::default());
    let (id, options) = (QUEUE.parse().expect("an id"), Arc::new(options.expect("no narrow is a narrow")));
    let queue = move |tx: &mut Tx<'_>| {
        let start = EventId::durable(tx.state.seq);
        let row =
            QueueRow { id, user: UserId(8), options, start, idle_timeout_secs: 600, created_at: tx.now, name: None };
        tx.change(Change::Queue(Arc::new(row)));
        Ok(())
    };
    server.app.realm.run(queue).await.expect("the queue is written");
}
