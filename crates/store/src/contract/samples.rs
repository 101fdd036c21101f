//! Rows to commit. Each comes with every optional part in use somewhere.

use std::sync::Arc;
use tidings_core::change::{Change, MessageBits, MessageRow, ReactionRow, SubmessageRow};
use tidings_core::queue::{QueueOptions, QueueRow};
use tidings_core::shape::Shape;
use tidings_core::state::channels::{ChannelRow, Span, SubscriptionRow};
use tidings_core::state::exports::{ExportRow, Outcome};
use tidings_core::state::files::{FileRow, ImageRow};
use tidings_core::state::groups::GroupRow;
use tidings_core::state::invites::{EmailChange, InviteRow, MailRow, SentInvites};
use tidings_core::state::linkifiers::{Numbered, Playgrounds};
use tidings_core::state::organization::{DefaultGroups, Folders, ProfileFields};
use tidings_core::state::pictures::{EmojiRow, Picture, PictureOf};
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_core::state::push::{PushKind, PushToken};
use tidings_core::state::realm::{RealmRow, RealmSettings};
use tidings_core::state::users::{BotRow, Profile, UserRow};
use tidings_core::state::webhooks::WebhookRow;
use tidings_types::channel::{ChannelPermissions, SubscriptionSettings, TopicsPolicy};
use tidings_types::events::EventTypes;
use tidings_types::export::ExportType;
use tidings_types::folder::ChannelFolder;
use tidings_types::group::{GroupPermissions, GroupSetting};
use tidings_types::linkifier::{Linkifier, Playground};
use tidings_types::message::ReactionType;
use tidings_types::narrow::QueueNarrow;
use tidings_types::prepared::{Draft, DraftType, NavigationView, SavedSnippet};
use tidings_types::profile::{FieldKind, ProfileField};
use tidings_types::settings::UserSettings;
use tidings_types::signup::{DefaultChannelGroup, RealmDomain};
use tidings_types::user::{BotService, BotType, ProfileValue, Role, WebhookInterface};
use tidings_types::webhook::Trigger;
use tidings_types::{
    AttachmentId, ChannelId, ConversationId, EventId, GroupId, MessageId, PreparedId, QueueId, UserId,
};

/// The organization; `n` makes a difference.
#[must_use]
pub fn realm(n: u32) -> RealmRow {
    RealmRow {
        string_id: format!("realm{n}"),
        name: format!("Realm №{n}"),
        description: "A *realm*".to_owned(),
        date_created: 1_600_000_000 + i64::from(n),
        imported_at: 1_700_000_000 + i64::from(n),
        host: "chat.example.com".to_owned(),
        url: "https://chat.example.com".to_owned(),
        settled_until: i64::from(n) * 7,
        defaults: UserSettings { enter_sends: n % 2 == 1, ..UserSettings::default() },
        settings: RealmSettings {
            default_channels: vec![ChannelId(n)],
            message_content_edit_limit_seconds: (n.is_multiple_of(2)).then_some(i64::from(n)),
            ..RealmSettings::default()
        },
    }
}

/// Linkifiers, not in the order of their ids, the newest of which is gone; `n` of them.
#[must_use]
pub fn linkifiers(n: u32) -> Numbered<Linkifier> {
    let one = |id| Linkifier { pattern: format!("#{id}(?P<é>x)"), url_template: format!("https://x/{id}"), id };
    Numbered { last_id: n + 1, items: (1..=n).rev().map(one).collect() }
}

/// Code playgrounds, the newest of which is gone; `n` of them.
#[must_use]
pub fn playgrounds(n: u32) -> Playgrounds {
    let one = |id: u32| Playground {
        id,
        name: format!("Plätz {id}"),
        pygments_language: "C++".to_owned(),
        url_template: format!("https://x/{id}{{?code}}"),
    };
    Numbered { last_id: n + 1, items: (1..=n).map(one).collect() }
}

/// Folders of channels, the newest of which is gone; `n` of them.
#[must_use]
pub fn folders(n: u32) -> Folders {
    let one = |id: u32| ChannelFolder {
        id,
        name: format!("Mäppchen {id}"),
        description: format!("*{id}*"),
        rendered_description: format!("<p><em>{id}</em></p>"),
        date_created: (!id.is_multiple_of(2)).then_some(1_600_000_000),
        creator_id: (!id.is_multiple_of(3)).then_some(UserId(id)),
        order: 100 - id,
        is_archived: id.is_multiple_of(2),
    };
    Folders { last_id: n + 1, items: (1..=n).map(one).collect() }
}

/// Fields of profiles, the newest of which is gone; `n` of them.
#[must_use]
pub fn profile_fields(n: u32) -> ProfileFields {
    let one = |id: u32| ProfileField {
        id,
        kind: FieldKind::ALL[id as usize % FieldKind::ALL.len()].0,
        order: 100 - id,
        name: format!("Größe {id}"),
        hint: format!("hint {id}"),
        field_data: if id.is_multiple_of(2) { r#"{"a":{"text":"A","order":"1"}}"#.to_owned() } else { String::new() },
        display_in_profile_summary: id.is_multiple_of(2),
        required: id.is_multiple_of(3),
        editable_by_user: !id.is_multiple_of(2),
    };
    ProfileFields { last_id: n + 1, items: (1..=n).map(one).collect() }
}

/// Values of such fields.
#[must_use]
pub fn profile(n: u32) -> Profile {
    let value = |id: u32| ProfileValue {
        value: format!("Wert {id} {n}"),
        rendered_value: id.is_multiple_of(2).then(|| format!("<p>Wert {id}</p>")),
    };
    (1..=n).map(|id| (id, value(id))).collect()
}

/// Domains; `n` of them.
#[must_use]
pub fn domains(n: u32) -> Vec<RealmDomain> {
    let one = |id: u32| RealmDomain { domain: format!("x{id}.example"), allow_subdomains: id.is_multiple_of(2) };
    (1..=n).map(one).collect()
}

/// Groups of channels, the newest of which is gone; `n` of them.
#[must_use]
pub fn default_groups(n: u32) -> DefaultGroups {
    let one = |id: u32| DefaultChannelGroup {
        id,
        name: format!("Fächer {id}"),
        description: format!("{n}"),
        streams: (1..id).map(ChannelId).collect(),
    };
    DefaultGroups { last_id: n + 1, items: (1..=n).map(one).collect() }
}

/// An invitation; `n` makes a difference. None is gone.
#[must_use]
pub fn invite(id: u32, n: Option<u32>) -> Change {
    let row = |n: u32| InviteRow {
        id,
        key: format!("key{id}"),
        email: n.is_multiple_of(2).then(|| format!("ü{n}@x.example")),
        via: n.is_multiple_of(4).then_some(n + 1),
        invited_by: UserId(1),
        invited_at: n.into(),
        expires_at: n.is_multiple_of(3).then_some(i64::from(n) + 9),
        role: Role::ALL[n as usize % Role::ALL.len()],
        channels: (0..n % 3).map(ChannelId).collect(),
        groups: (100..100 + n % 2).map(GroupId).collect(),
        include_defaults: n.is_multiple_of(2),
        notify_inviter: n.is_multiple_of(3),
        welcome: n.is_multiple_of(4).then(|| "Servus".to_owned()),
    };
    Change::Invite { id, row: n.map(|n| Arc::new(row(n))) }
}

/// What somebody had sent; `n` makes a difference.
#[must_use]
pub fn invites_sent(user: UserId, n: u32) -> Change {
    Change::InvitesSent { user, sent: SentInvites { since: i64::from(n) + 9, count: n } }
}

/// An address that waits to be confirmed; `n` makes a difference. None is gone.
#[must_use]
pub fn email_change(user: UserId, n: Option<u32>) -> Change {
    let row = |n: u32| EmailChange {
        user,
        hash: [u8::try_from(n % 256).unwrap_or_default(); 32],
        email: format!("neü{n}@x.example"),
        expires_at: n.into(),
    };
    Change::EmailChange { user, row: n.map(|n| Arc::new(row(n))) }
}

/// An e-mail that waits; `n` makes a difference. None is gone.
#[must_use]
pub fn mail(id: u32, n: Option<u32>) -> Change {
    let row = |n: u32| MailRow {
        id,
        invite: n.is_multiple_of(2).then_some(n),
        confirms: n.is_multiple_of(3).then_some(UserId(n)),
        to: format!("ü{n}@x.example"),
        subject: "Grüße".to_owned(),
        body: format!("eins\nzwei {n}"),
        attempts: n % 7,
        due_at: n.into(),
    };
    Change::Mail { id, row: n.map(|n| Arc::new(row(n))) }
}

/// An account; `n` makes a difference. Every third is a bot.
#[must_use]
pub fn user(id: UserId, n: u32) -> UserRow {
    let bot = BotRow {
        bot_type: [BotType::Generic, BotType::IncomingWebhook, BotType::OutgoingWebhook][n as usize % 3],
        owner: (n.is_multiple_of(2)).then_some(id),
        default_sending_channel: (n.is_multiple_of(4)).then_some(ChannelId(1)),
        default_events_channel: (n % 4 == 1).then_some(ChannelId(1)),
        default_all_public: n % 2 == 1,
        service: (n % 3 == 2).then(|| BotService {
            base_url: format!("https://bots.example.com/{n}"),
            interface: if n.is_multiple_of(2) { WebhookInterface::Native } else { WebhookInterface::Slack },
            token: format!("{n:a>32}"),
        }),
    };
    UserRow {
        id,
        delivery_email: format!("Üser{id}.{n}@Example.com"),
        full_name: format!("User {id} \"{n}\""),
        role: Role::ALL[n as usize % Role::ALL.len()],
        is_active: n % 4 != 3,
        date_joined: 1_600_000_000 + i64::from(n),
        bot: (id.0.is_multiple_of(3)).then_some(bot),
        avatar_version: n,
        settings: UserSettings {
            enter_sends: n.is_multiple_of(2),
            timezone: if n.is_multiple_of(3) { String::new() } else { "Europe/Berlin".to_owned() },
            email_address_visibility: i64::from(n % 5) + 1,
            ..UserSettings::default()
        },
    }
}

/// A channel; `n` makes a difference.
#[must_use]
pub fn channel(id: ChannelId, n: u32) -> ChannelRow {
    let named = |group| GroupSetting::Named(GroupId(group));
    let anonymous =
        GroupSetting::Anonymous { direct_members: vec![UserId(1), UserId(n)], direct_subgroups: vec![GroupId(2)] };
    ChannelRow {
        id,
        name: format!("Ärger {id} {n}"),
        description: format!("**{n}**"),
        rendered_description: format!("<p><strong>{n}</strong></p>"),
        date_created: 1_600_000_000 + i64::from(n),
        creator: (n.is_multiple_of(2)).then_some(UserId(1)),
        is_private: n.is_multiple_of(2),
        is_web_public: n.is_multiple_of(3),
        history_public: n.is_multiple_of(5),
        is_archived: n.is_multiple_of(7),
        message_retention_days: (n % 2 == 1).then_some(-1),
        topics_policy: if n.is_multiple_of(2) { TopicsPolicy::Inherit } else { TopicsPolicy::EmptyOnly },
        first_message_id: (n % 3 == 1).then_some(MessageId(n)),
        folder: (n % 4 == 1).then_some(n),
        is_recently_active: n.is_multiple_of(2),
        weekly_traffic: n.is_multiple_of(3).then_some(i64::from(n)),
        permissions: ChannelPermissions {
            can_add_subscribers_group: named(n),
            can_remove_subscribers_group: anonymous,
            can_administer_channel_group: named(3),
            can_delete_any_message_group: named(4),
            can_delete_own_message_group: named(5),
            can_move_messages_out_of_channel_group: named(6),
            can_move_messages_within_channel_group: named(7),
            can_send_message_group: named(8),
            can_subscribe_group: named(9),
            can_resolve_topics_group: named(10),
        },
    }
}

/// A group; `n` makes a difference.
#[must_use]
pub fn group(id: GroupId, n: u32) -> GroupRow {
    GroupRow {
        id,
        name: format!("Größe {id} {n}"),
        description: format!("number *{n}*"),
        date_created: 1_600_000_000 + i64::from(n),
        creator: (n.is_multiple_of(2)).then_some(UserId(1)),
        deactivated: n.is_multiple_of(3),
        permissions: GroupPermissions {
            can_join_group: GroupSetting::Named(GroupId(n)),
            ..GroupPermissions::new((n.is_multiple_of(4)).then_some(UserId(n)))
        },
    }
}

/// A relation to a channel; `n` makes a difference.
#[must_use]
pub fn subscription(n: u32) -> SubscriptionRow {
    let past = (0..n % 3).map(|at| Span {
        from_seq: u64::from(at) * 10,
        to_seq: u64::from(at) * 10 + 5,
        from_message: at * 10,
        to_message: at * 10 + 3,
    });
    let mut row = SubscriptionRow {
        is_active: n.is_multiple_of(2),
        settings: SubscriptionSettings {
            color: format!("#{n:06x}"),
            is_muted: n.is_multiple_of(3),
            pin_to_top: n.is_multiple_of(5),
            desktop_notifications: [None, Some(false), Some(true)][n as usize % 3],
            email_notifications: [Some(true), None, Some(false)][n as usize % 3],
            wildcard_mentions_notify: (n.is_multiple_of(2)).then_some(true),
            push_notifications: (n % 2 == 1).then_some(false),
            audible_notifications: None,
        },
        spans: past.collect(),
    };
    if row.is_active {
        row.open_span(100 + u64::from(n), 100 + n);
    }
    row
}

/// A message; `n` makes a difference.
#[must_use]
pub fn message(id: MessageId, conversation: ConversationId, sender: UserId, n: u32) -> MessageRow {
    MessageRow {
        id,
        conversation,
        sender,
        client: if n.is_multiple_of(2) { "website" } else { "ZulipMobile" }.to_owned(),
        timestamp: 1_700_000_000 + i64::from(id.0),
        content: content(n),
        rendered: format!("<p>{}</p>", content(n)),
        bits: MessageBits {
            is_me: n.is_multiple_of(7),
            has_link: n.is_multiple_of(3),
            has_image: n.is_multiple_of(4),
            channel_wildcard: n.is_multiple_of(5),
            topic_wildcard: n.is_multiple_of(6),
        },
        last_edit: None,
        last_moved: None,
        edit_history: Vec::new(),
        reactions: Vec::new(),
        submessages: Vec::new(),
    }
}

/// Content with words that some searches find.
#[must_use]
pub fn content(n: u32) -> String {
    const WORDS: &[&str] = &["Apfel", "birne", "QUITTE", "apple-pie", "état", "naïve", "x1", "日本語"];
    let word = |at: u32| WORDS[(at as usize) % WORDS.len()];
    format!("{}, {} {n}", word(n), word(n / 3))
}

/// A reaction; `n` makes a difference.
#[must_use]
pub fn reaction(user: UserId, n: u32) -> ReactionRow {
    let (reaction_type, emoji_code, emoji_name) = match n % 3 {
        0 => (ReactionType::Unicode, "1f44d", "thumbs_up"),
        1 => (ReactionType::Realm, "7", "party"),
        _ => (ReactionType::Extra, "zulip", "zulip"),
    };
    ReactionRow { user, reaction_type, emoji_code: emoji_code.to_owned(), emoji_name: emoji_name.to_owned() }
}

/// A part of a poll; `n` makes a difference.
#[must_use]
pub fn submessage(id: u32, sender: UserId, n: u32) -> SubmessageRow {
    SubmessageRow { id, sender, msg_type: "widget".to_owned(), content: format!("{{\"n\":{n},\"ü\":\"\\n\"}}") }
}

/// An event queue; `n` makes a difference.
#[must_use]
pub fn queue(id: QueueId, user: UserId, n: u32) -> QueueRow {
    let types = (n.is_multiple_of(2)).then(|| EventTypes::from_names(["message", "presence"]));
    let narrow = match n % 3 {
        0 => QueueNarrow::default(),
        _ => QueueNarrow(vec![("stream".to_owned(), "Ärger".to_owned())]),
    };
    let options = QueueOptions::new(format!("client{n}"), types, Shape(n), n % 2 == 1, narrow).unwrap();
    QueueRow {
        id,
        user,
        options: Arc::new(options),
        start: EventId(i64::from(n) * 4096 + 3),
        idle_timeout_secs: n,
        created_at: i64::from(n),
        name: (n % 4 == 3).then(|| format!("bot {n}").into()),
    }
}

/// A text that a program stored, or that it is gone; `n` makes a difference.
#[must_use]
pub fn stored(user: UserId, key: u32, n: Option<u32>) -> Change {
    Change::BotStorage { user, key: format!("Schlüssel {key}"), value: n.map(|n| format!("wert {n}\0\n").into()) }
}

/// A device, or that it is gone; `n` makes a difference.
#[must_use]
pub fn push_token(user: UserId, id: u32, n: Option<u32>) -> Change {
    let kind = if id.is_multiple_of(2) { PushKind::Apns } else { PushKind::Fcm };
    let row = |n: u32| PushToken { app_id: n.is_multiple_of(2).then(|| format!("app{n}")), added_at: n.into() };
    Change::PushToken { user, kind, token: format!("tøken{}", id / 2), row: n.map(|n| Arc::new(row(n))) }
}

/// An export; `n` makes a difference.
#[must_use]
pub fn export(user: UserId, id: u32, n: u32) -> Change {
    let outcome = match n % 4 {
        0 => Outcome::Pending,
        1 => Outcome::Done { key: format!("exports/{n}") },
        2 => Outcome::Failed(n.into()),
        _ => Outcome::Deleted(n.into()),
    };
    let kind = if n.is_multiple_of(3) { ExportType::Public } else { ExportType::Standard };
    Change::Export(Arc::new(ExportRow { id, user, kind, started_at: n.into(), outcome }))
}

/// A request of an outgoing webhook, or that it is done with; `n` makes a difference.
#[must_use]
pub fn webhook(message: MessageId, bot: UserId, n: Option<u32>) -> Change {
    let trigger = |n: u32| if n.is_multiple_of(2) { Trigger::Mention } else { Trigger::DirectMessage };
    let row = |n| Arc::new(WebhookRow { message, bot, trigger: trigger(n), tries: n % 5, next_at: n.into() });
    Change::Webhook { message, bot, row: n.map(row) }
}

/// A draft, or that it is gone; `n` makes a difference.
#[must_use]
pub fn draft(user: UserId, id: u32, n: Option<u32>) -> Change {
    let id = PreparedId(id.into());
    let draft = |n: u32| {
        let draft_type = [DraftType::Unaddressed, DraftType::Channel, DraftType::Direct][n as usize % 3];
        let (topic, content) = (format!("topic {n}"), format!("Text №{n}"));
        Arc::new(Draft { id, draft_type, to: (0..n % 3).collect(), topic, content, timestamp: n.into() })
    };
    Change::Draft { user, id, draft: n.map(draft) }
}

/// A text to be used again, or that it is gone; `n` makes a difference.
#[must_use]
pub fn snippet(user: UserId, id: u32, n: Option<u32>) -> Change {
    let id = PreparedId(id.into());
    let snippet = |n: u32| {
        Arc::new(SavedSnippet { id, title: format!("Title {n}"), content: format!("№{n}"), date_created: n.into() })
    };
    Change::Snippet { user, id, snippet: n.map(snippet) }
}

/// A view for navigation, or that it is gone; `n` makes a difference.
#[must_use]
pub fn view(user: UserId, fragment: u32, n: Option<u32>) -> Change {
    let fragment = format!("narrow/{fragment}");
    let name = |n: u32| (!n.is_multiple_of(3)).then(|| format!("View {n}"));
    let view = |n: u32| NavigationView { fragment: fragment.clone(), is_pinned: n.is_multiple_of(2), name: name(n) };
    Change::View { user, view: n.map(|n| Arc::new(view(n))), fragment }
}

/// A scheduled message or a reminder, or that it is gone; `n` makes a difference.
#[must_use]
pub fn later(user: UserId, id: u32, n: Option<u32>) -> Change {
    let id = PreparedId(id.into());
    let row = |n: u32| {
        let read_by_sender = n.is_multiple_of(2);
        let what = match n % 3 {
            0 => Later::Reminder { message: MessageId(n), note: format!("note {n}") },
            1 => {
                let to = LaterTo::Topic { channel: ChannelId(n), topic: format!("topic {n}") };
                Later::Message { to, read_by_sender }
            }
            _ => Later::Message { to: LaterTo::Users(vec![user, UserId(n)]), read_by_sender },
        };
        let failure = (n.is_multiple_of(5)).then(|| format!("reason {n}"));
        let (content, rendered, client) = (format!("№{n}"), format!("<p>№{n}</p>"), format!("client{n}"));
        Arc::new(LaterRow { id, user, what, content, rendered, at: n.into(), client, failure })
    };
    Change::Later { user, id, row: n.map(row) }
}

/// A file; `n` makes a difference.
#[must_use]
pub fn file(id: AttachmentId, owner: UserId, n: u32) -> FileRow {
    let image = |n: u32| ImageRow {
        width: n + 1,
        height: 2 * n + 1,
        is_animated: n.is_multiple_of(2),
        is_transparent: n.is_multiple_of(3),
    };
    FileRow {
        id,
        owner,
        name: format!("Plan {n}.png"),
        path: format!("1/ab/{id}/plän.png"),
        key: format!("uploads/ab/{id}"),
        size: u64::from(n) * 1_000_000_000,
        content_type: "image/png".to_owned(),
        image: (n % 4 != 3).then(|| image(n)),
        created_at: i64::from(n),
        unused_since: (!n.is_multiple_of(5)).then_some(i64::from(n)),
    }
}

/// A picture, or that there is none; `n` makes a difference.
#[must_use]
pub fn picture(of: PictureOf, n: u32) -> Change {
    let picture = Picture { file: (!n.is_multiple_of(3)).then(|| format!("{of:?}{n}")), version: n };
    Change::Picture { of, picture: Arc::new(picture) }
}

/// A custom emoji; of two with the same `id`, the second is the first out of use.
#[must_use]
pub fn emoji(id: u32, author: UserId, is_deactivated: bool) -> Change {
    let (name, file) = (format!("emoji{id}"), format!("file{id}"));
    let is_animated = id.is_multiple_of(2);
    Change::Emoji(Arc::new(EmojiRow { id, name, author, file, is_animated, is_deactivated }))
}

/// The realm and its first users.
#[must_use]
pub fn first_batch(users: u32) -> Vec<Change> {
    let users = (1..=users).map(|id| Change::User(Arc::new(user(UserId(id), id))));
    std::iter::once(Change::Realm(Arc::new(realm(1)))).chain(users).collect()
}
