//! What is committed is loaded again.

use super::world::{World, inserted};
use super::{Backend, samples};
use crate::{Batch, Store};
use std::sync::Arc;
use tidings_core::audit::AuditRow;
use tidings_core::change::{Change, MessageRow};
use tidings_core::commands::repeats::NamedSend;
use tidings_core::event::StoredEntry;
use tidings_core::state::flags::{Flag, MentionBits};
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::pictures::PictureOf;
use tidings_types::message::Edit;
use tidings_types::user::{MutedUser, Presence, UserStatus};
use tidings_types::{AttachmentId, ChannelId, ConversationId, EventId, GroupId, MessageId, QueueId, UserId};

const CHANNEL: ChannelId = ChannelId(1);

/// Nothing is there before the first batch.
pub fn a_new_database_has_no_realm(backend: &impl Backend) {
    let store = backend.open();
    assert!(store.load().unwrap().is_none());
    assert!(store.message(MessageId(1)).unwrap().is_none());
    assert!(store.password(UserId(1)).unwrap().is_none());
    assert!(store.read_log(0, u64::MAX, 10).unwrap().is_empty());
    assert_eq!(store.log_floor().unwrap(), 0);
    drop(store);
    assert!(backend.open().load().unwrap().is_none());
}

/// A channel, two topics of it (1 and 2), and a direct conversation (3).
#[must_use]
pub fn places() -> Vec<Change> {
    let topic = |topic: &str| ConversationKind::Topic { channel: CHANNEL, topic: topic.to_owned() };
    let direct = ConversationKind::Direct { users: vec![UserId(1), UserId(2)] };
    let kinds = [topic("Mittagessen Ü"), topic(""), direct];
    let conversations =
        (1..).zip(kinds).map(|(id, kind)| Change::Conversation { id: ConversationId(id), kind: Arc::new(kind) });
    std::iter::once(Change::Channel(Arc::new(samples::channel(CHANNEL, 2)))).chain(conversations).collect()
}

fn row(id: u32, conversation: u32, n: u32) -> MessageRow {
    samples::message(MessageId(id), ConversationId(conversation), UserId(id % 3 + 1), n)
}

/// The files that one of the messages of [`row`] refers to.
fn uses(message: u32, files: &[u64]) -> Change {
    let sent_at = row(message, 1, 1).timestamp;
    Change::FileUses { message: MessageId(message), sent_at, files: files.iter().copied().map(AttachmentId).collect() }
}

fn edited(row: MessageRow, n: u32) -> (MessageRow, Edit) {
    let edit = Edit {
        user_id: (n.is_multiple_of(2)).then_some(UserId(1)),
        timestamp: i64::from(n),
        prev_content: Some(row.content.clone()),
        prev_rendered_content: Some(row.rendered.clone()),
        topic: (n % 2 == 1).then(|| "new".to_owned()),
        prev_topic: (n % 2 == 1).then(|| "old".to_owned()),
        stream: (n % 3 == 1).then_some(ChannelId(2)),
        prev_stream: (n % 3 == 1).then_some(ChannelId(1)),
    };
    let content = format!("changed {n}");
    let last_moved = (n % 2 == 1).then_some(i64::from(n));
    (
        MessageRow { rendered: format!("<p>{content}</p>"), content, last_edit: Some(i64::from(n)), last_moved, ..row },
        edit,
    )
}

/// One of every kind of change.
#[must_use]
fn every_kind() -> Vec<Change> {
    let mut changes = places();
    let (after, edit) = edited(row(2, 1, 15), 1);
    let muted = vec![MutedUser { id: UserId(3), timestamp: 5 }, MutedUser { id: UserId(2), timestamp: 4 }];
    let status = UserStatus { away: Some(true), status_text: Some("at lunch".to_owned()), ..UserStatus::default() };
    let mentions =
        vec![(UserId(1), MentionBits::USER), (UserId(3), MentionBits::ALERT_WORD.with(MentionBits::TOPIC_WILDCARD))];
    changes.extend([
        Change::User(Arc::new(samples::user(UserId(2), 8))),
        Change::Group(Arc::new(samples::group(GroupId(100), 1))),
        Change::Group(Arc::new(samples::group(GroupId(101), 2))),
        Change::GroupMembers { group: GroupId(100), users: vec![UserId(1), UserId(2), UserId(3)], add: true },
        Change::GroupMembers { group: GroupId(100), users: vec![UserId(3)], add: false },
        Change::GroupSubgroups {
            group: GroupId(101),
            subgroups: vec![GroupId(3), GroupId(100), GroupId(2)],
            add: true,
        },
        Change::GroupSubgroups { group: GroupId(101), subgroups: vec![GroupId(3)], add: false },
        Change::Group(Arc::new(samples::group(GroupId(101), 4))),
        Change::ApiKey { hash: [7; 32], user: UserId(1), created_at: 9, label: "phone".to_owned() },
        Change::ApiKey { hash: [3; 32], user: UserId(1), created_at: 9, label: "laptop".to_owned() },
        Change::ApiKey { hash: [5; 32], user: UserId(2), created_at: 8, label: String::new() },
        Change::ApiKeyRevoked { hash: [5; 32], user: UserId(2) },
        Change::Password { user: UserId(1), phc: "$argon2id$first".to_owned() },
        Change::Password { user: UserId(1), phc: "$argon2id$second".to_owned() },
        Change::Subscription { user: UserId(1), channel: CHANNEL, row: Arc::new(samples::subscription(2)) },
        Change::Subscription { user: UserId(2), channel: CHANNEL, row: Arc::new(samples::subscription(5)) },
        Change::MessageInserted { row: Arc::new(row(1, 1, 5)), mentions: mentions.clone() },
        Change::MessageInserted { row: Arc::new(row(2, 1, 6)), mentions: mentions.clone() },
        Change::MessageUpdated { row: Arc::new(after), mentions: mentions[..1].to_vec(), edit },
        inserted(row(3, 3, 1)),
        inserted(row(4, 2, 10)),
        Change::MessageDeleted { id: MessageId(4) },
        Change::ReactionAdded { message: MessageId(1), reaction: samples::reaction(UserId(2), 1) },
        Change::ReactionAdded { message: MessageId(1), reaction: samples::reaction(UserId(1), 2) },
        Change::ReactionAdded { message: MessageId(1), reaction: samples::reaction(UserId(1), 0) },
        Change::ReactionRemoved { message: MessageId(1), reaction: samples::reaction(UserId(1), 2) },
        Change::Flags { user: UserId(1), flag: Flag::Read, add: true, ids: vec![MessageId(1), MessageId(3)] },
        Change::Flags { user: UserId(1), flag: Flag::Starred, add: true, ids: vec![MessageId(3)] },
        Change::Flags { user: UserId(2), flag: Flag::Collapsed, add: true, ids: vec![MessageId(2)] },
        Change::Flags { user: UserId(3), flag: Flag::Historical, add: true, ids: vec![MessageId(2)] },
        Change::Flags { user: UserId(1), flag: Flag::Read, add: false, ids: vec![MessageId(1)] },
        Change::AlertWords { user: UserId(3), words: vec!["zebra".to_owned(), "Apfel".to_owned()] },
        Change::MutedUsers { user: UserId(1), muted: Arc::new(muted) },
        Change::UserTopic {
            user: UserId(1),
            channel: CHANNEL,
            topic: "Über".to_owned(),
            policy: TopicPolicy { policy: 3, last_updated: 6 },
        },
        Change::Status { user: UserId(2), status },
        Change::Presence { user: UserId(2), presence: Presence { active_timestamp: 5, idle_timestamp: 6 } },
        samples::draft(UserId(1), 1, Some(1)),
        samples::draft(UserId(1), 2, Some(2)),
        samples::draft(UserId(1), 2, None),
        samples::snippet(UserId(2), 3, Some(1)),
        samples::view(UserId(2), 1, Some(1)),
        samples::view(UserId(2), 1, Some(2)),
        samples::later(UserId(1), 4, Some(1)),
        samples::later(UserId(1), 5, Some(2)),
        samples::later(UserId(1), 6, Some(3)),
        samples::later(UserId(2), 7, Some(4)),
        samples::later(UserId(2), 7, None),
        samples::export(UserId(1), 1, 0),
        samples::export(UserId(1), 2, 1),
        samples::export(UserId(1), 2, 3),
        samples::export(UserId(2), 3, 2),
        samples::export(UserId(2), 4, 3),
        samples::push_token(UserId(1), 1, Some(1)),
        samples::push_token(UserId(1), 1, Some(2)),
        samples::push_token(UserId(1), 2, Some(3)),
        samples::push_token(UserId(1), 2, None),
        samples::webhook(MessageId(1), UserId(3), Some(1)),
        samples::webhook(MessageId(1), UserId(3), Some(2)),
        samples::webhook(MessageId(2), UserId(3), Some(3)),
        samples::webhook(MessageId(3), UserId(3), Some(4)),
        samples::webhook(MessageId(3), UserId(3), None),
        samples::stored(UserId(3), 1, Some(1)),
        samples::stored(UserId(3), 1, Some(2)),
        samples::stored(UserId(3), 2, Some(3)),
        samples::stored(UserId(3), 2, None),
        Change::File(Arc::new(samples::file(AttachmentId(3), UserId(1), 5))),
        Change::File(Arc::new(samples::file(AttachmentId(4), UserId(2), 7))),
        Change::File(Arc::new(samples::file(AttachmentId(1 << 40), UserId(2), 8))),
        uses(1, &[3, 4]),
        uses(2, &[3, 4, 1 << 40]),
        uses(3, &[4]),
        uses(3, &[]),
        Change::FileRemoved(AttachmentId(4)),
        samples::picture(PictureOf::User(UserId(2)), 1),
        samples::picture(PictureOf::User(UserId(2)), 2),
        samples::picture(PictureOf::User(UserId(1)), 4),
        samples::picture(PictureOf::User(UserId(1)), 3),
        samples::picture(PictureOf::Icon, 1),
        samples::picture(PictureOf::Logo, 2),
        samples::picture(PictureOf::NightLogo, 4),
        samples::emoji(1, UserId(1), false),
        samples::emoji(2, UserId(2), false),
        samples::emoji(1, UserId(1), true),
        Change::Queue(Arc::new(samples::queue(QueueId(1 << 100), UserId(1), 1))),
        Change::Realm(Arc::new(samples::realm(2))),
        Change::Linkifiers(Arc::new(samples::linkifiers(3))),
        Change::ChannelFolders(Arc::new(samples::folders(3))),
        Change::Domains(Arc::new(samples::domains(3))),
        samples::invite(1, Some(1)),
        samples::invite(2, Some(2)),
        samples::invites_sent(UserId(1), 1),
        samples::invites_sent(UserId(2), 2),
        samples::email_change(UserId(1), Some(1)),
        samples::email_change(UserId(2), Some(2)),
        samples::mail(1, Some(1)),
        samples::mail(2, Some(2)),
        Change::DefaultGroups(Arc::new(samples::default_groups(3))),
        Change::OnboardingStep { user: UserId(2), step: "intro_resolve_topic".to_owned(), seen_at: 7 },
        Change::Deactivated(true),
        Change::ProfileFields(Arc::new(samples::profile_fields(3))),
        Change::Profile { user: UserId(2), values: Arc::new(samples::profile(3)) },
        Change::Playgrounds(Arc::new(samples::playgrounds(2))),
    ]);
    changes
}

/// Every kind of change, in one batch and in a batch each, gives the state it folds into.
pub fn every_change_is_loaded_again(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&every_kind());
    world.check();
    world.commit(&[]);
    for id in 5..40 {
        world.commit(&[inserted(row(id, id % 3 + 1, id))]);
    }
    world.check();
}

/// What has one row per key takes the newest; what is empty goes.
pub fn rows_are_replaced_and_removed(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&every_kind());
    let policy = |policy| Change::UserTopic {
        user: UserId(1),
        channel: CHANNEL,
        topic: "üBER".to_owned(),
        policy: TopicPolicy { policy, last_updated: 7 },
    };
    world.commit(&[
        Change::Realm(Arc::new(samples::realm(3))),
        Change::Linkifiers(Arc::new(samples::linkifiers(2))),
        Change::ChannelFolders(Arc::new(samples::folders(2))),
        Change::Domains(Arc::new(samples::domains(2))),
        samples::invite(1, Some(3)),
        samples::invite(2, None),
        samples::invites_sent(UserId(1), 3),
        samples::email_change(UserId(1), Some(3)),
        samples::email_change(UserId(2), None),
        samples::mail(1, Some(3)),
        samples::mail(2, None),
        Change::DefaultGroups(Arc::new(samples::default_groups(1))),
        Change::Deactivated(false),
        Change::ProfileFields(Arc::new(samples::profile_fields(2))),
        Change::Profile { user: UserId(1), values: Arc::new(samples::profile(2)) },
        Change::Playgrounds(Arc::new(samples::playgrounds(0))),
        Change::User(Arc::new(samples::user(UserId(1), 7))),
        Change::Channel(Arc::new(samples::channel(CHANNEL, 21))),
        Change::Subscription { user: UserId(2), channel: CHANNEL, row: Arc::new(samples::subscription(6)) },
        Change::AlertWords { user: UserId(3), words: vec!["one".to_owned()] },
        Change::MutedUsers { user: UserId(1), muted: Arc::new(vec![MutedUser { id: UserId(2), timestamp: 1 }]) },
        policy(1),
        Change::Status {
            user: UserId(2),
            status: UserStatus { emoji_name: Some("x".to_owned()), ..UserStatus::default() },
        },
        Change::Presence { user: UserId(2), presence: Presence { active_timestamp: 8, idle_timestamp: 0 } },
    ]);
    world.check();
    world.commit(&[
        Change::AlertWords { user: UserId(3), words: Vec::new() },
        Change::MutedUsers { user: UserId(1), muted: Arc::default() },
        policy(0),
        Change::Status { user: UserId(2), status: UserStatus::default() },
        Change::Flags { user: UserId(2), flag: Flag::Collapsed, add: false, ids: vec![MessageId(2)] },
    ]);
    world.check();
    assert!(world.state.personal.status(UserId(2)).is_none());
}

/// Who joins a channel and leaves it again and again has the newest of these times, each as it was.
pub fn many_times_in_a_channel(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    let mut row = samples::subscription(0);
    row.spans.clear();
    for n in 0..1_200_u32 {
        if n.is_multiple_of(2) {
            row.open_span(u64::from(n), n);
        } else {
            row.close_span(u64::from(n), n);
        }
        row.settings.is_muted = n.is_multiple_of(3);
        // Now and then several changes are in one batch.
        if !n.is_multiple_of(7) || n > 1_190 {
            world.commit(&[Change::Subscription { user: UserId(1), channel: CHANNEL, row: Arc::new(row.clone()) }]);
        }
        if n % 100 == 99 || n > 990 && n < 1_010 {
            world.check();
        }
    }
    world.check();
    assert_eq!(row.spans.len(), 500);
    assert_eq!(row.spans.first().map(|span| span.from_seq), Some(200), "the first hundred were forgotten");
}

/// A batch whose last change cannot be written leaves none of the others, and the next batch is not disturbed.
pub fn a_failed_commit_leaves_nothing(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&every_kind());
    let mut changes = vec![
        inserted(row(5, 1, 5)),
        Change::Flags { user: UserId(1), flag: Flag::Read, add: true, ids: vec![MessageId(2), MessageId(5)] },
        Change::Password { user: UserId(3), phc: "never".to_owned() },
        Change::Queue(Arc::new(samples::queue(QueueId(9), UserId(1), 1))),
    ];
    changes.push(inserted(row(1, 1, 1)));
    let event = StoredEntry { seq: 3, created_at: 1, event_type: "message", body: "{}".to_owned() };
    let failed =
        world.store().commit(&Batch { seq: 3, now: 1, changes: &changes, events: std::slice::from_ref(&event) });
    assert!(failed.is_err());
    world.check();
    assert!(world.store().read_log(0, u64::MAX, 10).unwrap().is_empty());
    // An event that comes twice.
    let events = [event.clone(), event];
    let failed = world.store().commit(&Batch { seq: 3, now: 1, changes: &changes[..4], events: &events });
    assert!(failed.is_err());
    world.check();
    world.commit(&changes[..4]);
    world.check();
}

/// A batch that was built on an older position is refused.
pub fn a_position_does_not_go_back(backend: &impl Backend) {
    let mut world = World::new(backend, 1);
    world.commit(&places());
    let changes = [inserted(row(1, 1, 1))];
    assert!(world.store().commit(&Batch { seq: 1, now: 1, changes: &changes, events: &[] }).is_err());
    let event = |seq| StoredEntry { seq, created_at: 1, event_type: "message", body: "{}".to_owned() };
    for seq in [2, 4] {
        let batch = Batch { seq: 3, now: 1, changes: &[], events: &[event(seq)] };
        assert!(world.store().commit(&batch).is_err(), "an event at {seq} in a batch after 2 and up to 3");
    }
    world.check();
}

/// Also the id of the newest message is not given again when that was deleted.
pub fn message_ids_are_never_given_twice(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    world.commit(&[inserted(row(1, 1, 1)), inserted(row(2, 1, 2)), inserted(row(3, 1, 3))]);
    world.commit(&[Change::MessageDeleted { id: MessageId(3) }]);
    world.commit(&[Change::MessageDeleted { id: MessageId(2) }]);
    world.check();
    assert_eq!(world.store().load().unwrap().unwrap().state.next_message_id(), MessageId(4));
    world.commit(&[Change::MessageDeleted { id: MessageId(1) }]);
    world.check();
    assert_eq!(world.store().load().unwrap().unwrap().state.next_message_id(), MessageId(4));
    world.commit(&[inserted(row(4, 1, 1)), Change::MessageDeleted { id: MessageId(4) }]);
    assert_eq!(world.store().load().unwrap().unwrap().state.next_message_id(), MessageId(5));
}

/// Flags of ids on both sides of the multiples of 65536, at which bitmaps are cut.
pub fn flags_across_chunks(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    let ids = [1, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073];
    for id in ids {
        world.commit(&[inserted(row(id, 1, id))]);
    }
    let flags = |add, ids: &[u32]| Change::Flags {
        user: UserId(1),
        flag: Flag::Read,
        add,
        ids: ids.iter().copied().map(MessageId).collect(),
    };
    world.commit(&[flags(true, &ids)]);
    world.check();
    // Several times the same chunk, in any order, both ways.
    world.commit(&[flags(false, &[131_072, 65_535, 1]), flags(true, &[65_535]), flags(false, &[65_536, 65_537])]);
    world.check();
    world.commit(&[flags(false, &ids)]);
    world.check();
}

/// Queues are loaded until they are deleted.
pub fn queues_are_kept_and_deleted(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    let queues = (1..20_u32).map(|n| samples::queue(QueueId(u128::from(n) << 90 | 5), UserId(n % 3 + 1), n));
    world.commit(&queues.map(|row| Change::Queue(Arc::new(row))).collect::<Vec<_>>());
    world.check();
    world.commit(&[Change::QueueDeleted(QueueId(3 << 90 | 5)), Change::QueueDeleted(QueueId(12345))]);
    assert_eq!(world.queues.len(), 18);
    world.check();
    // A queue that is gone does not come back by being told to start later.
    let start = |n: u32| Change::QueueStart { id: QueueId(u128::from(n) << 90 | 5), start: EventId(1 << 40) };
    world.commit(&[start(3), start(7)]);
    assert_eq!(world.queues.len(), 18);
    world.check();
}

/// The password that was set last.
pub fn passwords_are_kept(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    for (user, phc) in [(1, "a"), (2, "b"), (1, "c")] {
        world.commit(&[Change::Password { user: UserId(user), phc: phc.to_owned() }]);
    }
    world.check();
    assert_eq!(world.store().password(UserId(1)).unwrap().as_deref(), Some("c"));
}

/// History newest first, reactions in the order they were added; both go with the message.
pub fn messages_are_read_whole(backend: &impl Backend) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    let mut message = row(1, 1, 1);
    world.commit(&[inserted(message.clone())]);
    for n in 0..4 {
        let (after, edit) = edited(message.clone(), n);
        message = after.clone();
        world.commit(&[Change::MessageUpdated { row: Arc::new(after), mentions: Vec::new(), edit }]);
        let row = samples::submessage(n + 1, UserId(n % 2 + 1), n);
        world.commit(&[Change::SubmessageAdded { message: MessageId(1), row }]);
        let reaction = samples::reaction(UserId(n % 2 + 1), n);
        world.commit(&[Change::ReactionAdded { message: MessageId(1), reaction }]);
        world.check();
    }
    assert_eq!(world.messages[&MessageId(1)].edit_history[0].timestamp, 3);
    // One that comes with a past, as from an import.
    let submessages = vec![samples::submessage(9, UserId(1), 1)];
    let past = MessageRow { id: MessageId(2), submessages, ..world.messages[&MessageId(1)].clone() };
    world.commit(&[inserted(past)]);
    world.check();
    world.commit(&[Change::MessageDeleted { id: MessageId(1) }]);
    world.check();
}

/// Messages are found by when they were sent, whatever their ids say; those that are gone are not.
pub fn messages_are_found_by_age<B: Backend>(backend: &B) {
    let mut world = World::new(backend, 3);
    world.commit(&places());
    let sent = |id, timestamp| inserted(MessageRow { timestamp, ..row(id, 1, 1) });
    world.commit(&[sent(1, 50), sent(2, 20), sent(3, 50), sent(4, 51), sent(5, 10)]);
    world.commit(&[Change::MessageDeleted { id: MessageId(5) }]);
    for _ in 0..2 {
        for (before, expected) in
            [(20, vec![]), (21, vec![2]), (50, vec![2]), (51, vec![1, 2, 3]), (i64::MAX, vec![1, 2, 3, 4])]
        {
            let found: Vec<u32> = world.store().sent_before(before).unwrap().into_iter().collect();
            assert_eq!(found, expected, "{before}");
        }
        world.reopen();
    }
}

/// What clients call their sends is known for each sender, also after a start, until it is trimmed.
pub fn sends_are_known_by_name<B: Backend>(backend: &B) {
    let mut world = World::new(backend, 2);
    let send = |message, sent_at| NamedSend { message: MessageId(message), payload: [7; 16], sent_at };
    let named = |sender, name: &str, send| Change::NamedSend { sender: UserId(sender), name: name.to_owned(), send };
    world.commit(&[named(1, "key a", send(1, 10)), named(2, "key a", send(2, 20)), named(1, "key b", send(3, 30))]);
    // The name was given again: what it stood for is forgotten, and it is the newest.
    world.commit(&[named(1, "key a", send(4, 40))]);
    let known = |world: &World<'_, B>, sender, name: &str| world.store().named_send(UserId(sender), name).unwrap();
    for _ in 0..2 {
        assert_eq!(known(&world, 1, "key a"), Some(send(4, 40)));
        assert_eq!(known(&world, 2, "key a"), Some(send(2, 20)));
        assert_eq!(known(&world, 1, "key b"), Some(send(3, 30)));
        assert_eq!(known(&world, 2, "key b"), None);
        world.reopen();
    }
    assert_eq!(world.store().trim_named_sends(20).unwrap(), 0);
    assert_eq!(world.store().trim_named_sends(31).unwrap(), 2);
    assert_eq!(world.store().trim_named_sends(31).unwrap(), 0);
    assert_eq!((known(&world, 1, "key a"), known(&world, 1, "key b")), (Some(send(4, 40)), None));
}

/// What administrators did is kept, and the newest comes first.
pub fn what_administrators_did_is_kept(backend: &impl Backend) {
    let mut world = World::new(backend, 2);
    assert_eq!(world.store().audit(9).unwrap(), []);
    let row = |at: i64| AuditRow {
        at,
        actor: (at % 2 == 0).then_some(UserId(2)),
        what: format!("realm/{at}"),
        detail: r#"{"value":"ä"}"#.to_owned(),
    };
    let changes: Vec<Change> = (1..=3).map(|at| Change::Audit(Arc::new(row(at)))).collect();
    world.commit(&changes);
    assert_eq!(world.store().audit(2).unwrap(), [row(3), row(2)]);
    assert_eq!(world.store().audit(9).unwrap(), [row(3), row(2), row(1)]);
    assert_eq!(world.store().trim_audit(1).unwrap(), 0);
    assert_eq!(world.store().trim_audit(3).unwrap(), 2);
    assert_eq!(world.store().trim_audit(3).unwrap(), 0);
    assert_eq!(world.store().audit(9).unwrap(), [row(3)]);
}
