//! Random sequences of changes: folding them in memory gives what loading them gives.

use super::world::World;
use super::{Backend, samples};
use proptest::test_runner::{Config, TestRunner};
use std::sync::Arc;
use tidings_core::change::{Change, MessageRow};
use tidings_core::state::files::FileRow;
use tidings_core::state::flags::{Flag, MentionBits};
use tidings_core::state::messages::ConversationKind;
use tidings_core::state::personal::TopicPolicy;
use tidings_core::state::pictures::PictureOf;
use tidings_types::message::Edit;
use tidings_types::user::{MutedUser, Presence, UserStatus};
use tidings_types::{AttachmentId, ChannelId, ConversationId, MessageId, QueueId, UserId};

/// One step: what to do, and two numbers that say with what.
type Step = (u8, u32, u32);

/// Random sequences, each in a database of its own; a failing one is shortened and printed.
pub fn folding_and_loading_agree<B: Backend>(new_backend: impl Fn() -> B) {
    let config = Config { cases: 48, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let steps = proptest::collection::vec(proptest::prelude::any::<Step>(), 1..150);
    let outcome = runner.run(&steps, |steps| {
        let backend = new_backend();
        let mut world = World::new(&backend, 4);
        for (kind, a, b) in steps {
            // What a step means depends on what is there, so it is only known when those before are.
            let Some(change) = change(&world, kind, a, b) else { continue };
            world.commit(&[change]);
        }
        world.check();
        Ok(())
    });
    outcome.unwrap();
}

/// A change that is valid now; none where there is nothing it could concern.
fn change<B: Backend>(world: &World<'_, B>, kind: u8, a: u32, b: u32) -> Option<Change> {
    let user = pick_user(world, a);
    let message = || pick_message(world, b);
    if kind >= 224 {
        return files(world, user, kind, a, b);
    }
    Some(match kind % 52 {
        0 => Change::Realm(Arc::new(samples::realm(a % 100))),
        1 => Change::User(Arc::new(samples::user(world.state.users.next_id(), a % 100))),
        2 => Change::User(Arc::new(samples::user(user, b % 100))),
        3 => {
            let hash = [a, b, a, b, a, b, a, b].map(u32::to_be_bytes).concat().try_into().ok()?;
            if world.state.users.by_key(&hash).is_some() {
                return None;
            }
            Change::ApiKey { hash, user, created_at: i64::from(b), label: "label".to_owned() }
        }
        4 => Change::ApiKeyRevoked { hash: *world.state.users.keys_of(user).next()?, user },
        5 => Change::Password { user, phc: format!("phc{b}") },
        6 => Change::Channel(Arc::new(samples::channel(world.state.channels.next_id(), a % 100))),
        7 => Change::Channel(Arc::new(samples::channel(pick_channel(world, a)?, b % 100))),
        8 | 9 => {
            let row = Arc::new(samples::subscription(b % 100));
            Change::Subscription { user, channel: pick_channel(world, b)?, row }
        }
        10 | 11 => conversation(world, a, b)?,
        12..=15 => inserted(world, a, b)?,
        16 => updated(message()?, a),
        17 => moved(world, message()?.id, a, b)?,
        36 => submessage(world, user, message()?.id, b),
        18 => Change::MessageDeleted { id: message()?.id },
        19 => {
            let reaction = samples::reaction(user, a);
            if message()?.reactions.contains(&reaction) {
                return None;
            }
            Change::ReactionAdded { message: message()?.id, reaction }
        }
        20 => Change::ReactionRemoved { message: message()?.id, reaction: message()?.reactions.first()?.clone() },
        21..=23 => flags(world, user, a, b),
        24 => Change::AlertWords { user, words: (0..b % 3).map(|n| format!("word{n}{a}")).collect() },
        25 => {
            let muted = (1..b % 4).map(|id| MutedUser { id: UserId(id), timestamp: i64::from(a) });
            Change::MutedUsers { user, muted: Arc::new(muted.rev().collect()) }
        }
        26 => {
            let policy = TopicPolicy { policy: u8::try_from(b % 4).ok()?, last_updated: i64::from(b) };
            let topic = ["Ü", "ü", "x"][a as usize % 3].to_owned();
            Change::UserTopic { user, channel: pick_channel(world, a)?, topic, policy }
        }
        27 => {
            let text = (!b.is_multiple_of(3)).then(|| format!("text{b}"));
            Change::Status { user, status: UserStatus { status_text: text, ..UserStatus::default() } }
        }
        28 => {
            let presence = Presence { active_timestamp: i64::from(a), idle_timestamp: i64::from(b) };
            Change::Presence { user, presence }
        }
        29 => Change::Linkifiers(Arc::new(samples::linkifiers(a % 5))),
        30 => Change::Playgrounds(Arc::new(samples::playgrounds(a % 5))),
        31 => samples::draft(UserId(1), a % 5, (!b.is_multiple_of(4)).then_some(b)),
        32 => samples::snippet(UserId(1), a % 5, (!b.is_multiple_of(4)).then_some(b)),
        33 => samples::view(user, a % 5, (!b.is_multiple_of(4)).then_some(b)),
        40 => Change::Domains(Arc::new(samples::domains(a % 5))),
        41 => Change::DefaultGroups(Arc::new(samples::default_groups(a % 5))),
        42 => Change::OnboardingStep { user, step: "intro_resolve_topic".to_owned(), seen_at: b.into() },
        43 => Change::Deactivated(a.is_multiple_of(2)),
        44 => {
            let id = a % 5 + 1;
            samples::invite(id, (!b.is_multiple_of(3) || world.state.invites.get(id).is_none()).then_some(b))
        }
        45 => {
            let id = a % 5 + 1;
            samples::mail(id, (!b.is_multiple_of(3) || world.state.invites.get_mail(id).is_none()).then_some(b))
        }
        51 => samples::invites_sent(user, b),
        50 => samples::email_change(user, (!b.is_multiple_of(4)).then_some(b)),
        38 => Change::ProfileFields(Arc::new(samples::profile_fields(a % 5))),
        37 => {
            let mut values = samples::profile(a % 5);
            values.retain(|field, _| world.state.organization.profile_field(*field).is_some());
            Change::Profile { user, values: Arc::new(values) }
        }
        35 => Change::ChannelFolders(Arc::new(samples::folders(a % 5))),
        34 => samples::later(UserId(1), a % 5, (!b.is_multiple_of(4)).then_some(b)),
        47 => samples::export(user, a % 5 + 1, b),
        46 => samples::push_token(user, a % 6, (!b.is_multiple_of(4)).then_some(b)),
        49 => samples::webhook(MessageId(a % 5), user, (!b.is_multiple_of(4)).then_some(b)),
        48 => samples::stored(user, a % 4, (!b.is_multiple_of(4)).then_some(b)),
        _ if b.is_multiple_of(3) => Change::QueueDeleted(*world.queues.keys().next()?),
        _ => Change::Queue(Arc::new(samples::queue(QueueId(u128::from(a)), user, b % 100))),
    })
}

/// A change of files, pictures or emoji.
fn files<B: Backend>(world: &World<'_, B>, user: UserId, kind: u8, a: u32, b: u32) -> Option<Change> {
    let id = AttachmentId(u64::from(a % 5) + 1);
    Some(match kind % 11 {
        0 => Change::FileRemoved(id),
        8 if b.is_multiple_of(4) => samples::picture(PictureOf::Icon, a % 100),
        8 => samples::picture(PictureOf::User(user), b % 100),
        9 => {
            let next = world.state.pictures.next_emoji();
            let known = world.state.pictures.emoji_by_id(a % next);
            known.map_or_else(|| samples::emoji(next, user, false), |row| samples::emoji(row.id, row.author, true))
        }
        1..=3 => {
            // What a file is does not change, but whether messages refer to it does.
            let known = world.state.files.get(id).map(|row| FileRow::clone(row));
            let fresh = || samples::file(id, user, b % 100);
            let row = known.map_or_else(fresh, |row| FileRow { unused_since: Some(i64::from(b)), ..row });
            Change::File(Arc::new(row))
        }
        _ => {
            let message = pick_message(world, b)?;
            let files = world.state.files.iter().map(|row| row.id).filter(|id| a >> id.0 & 1 == 1).collect();
            Change::FileUses { message: message.id, sent_at: message.timestamp, files }
        }
    })
}

fn pick_user<B: Backend>(world: &World<'_, B>, a: u32) -> UserId {
    UserId(a % (world.state.users.next_id().0 - 1) + 1)
}

fn pick_channel<B: Backend>(world: &World<'_, B>, a: u32) -> Option<ChannelId> {
    Some(ChannelId(a.checked_rem(world.state.channels.next_id().0 - 1)? + 1))
}

fn pick_conversation<B: Backend>(world: &World<'_, B>, a: u32) -> Option<ConversationId> {
    Some(ConversationId(a.checked_rem(world.state.messages.next_conversation().0 - 1)? + 1))
}

fn pick_message<'a, B: Backend>(world: &'a World<'_, B>, b: u32) -> Option<&'a MessageRow> {
    let at = (b as usize).checked_rem(world.messages.len())?;
    world.messages.values().nth(at)
}

fn conversation<B: Backend>(world: &World<'_, B>, a: u32, b: u32) -> Option<Change> {
    let index = &world.state.messages;
    let kind = if a.is_multiple_of(3) {
        let mut users = vec![pick_user(world, a), pick_user(world, b)];
        users.sort_unstable();
        users.dedup();
        if index.direct(&users).is_some() {
            return None;
        }
        ConversationKind::Direct { users }
    } else {
        let (channel, topic) = (pick_channel(world, a)?, format!("Topic Ä{}", b % 20));
        if index.topic(channel, &topic).is_some() {
            return None;
        }
        ConversationKind::Topic { channel, topic }
    };
    Some(Change::Conversation { id: index.next_conversation(), kind: Arc::new(kind) })
}

fn mentions<B: Backend>(world: &World<'_, B>, a: u32, b: u32) -> Vec<(UserId, MentionBits)> {
    let mut users: Vec<UserId> = (0..b % 4).map(|n| pick_user(world, a.wrapping_add(n))).collect();
    users.sort_unstable();
    users.dedup();
    users.into_iter().map(|user| (user, MentionBits(u8::try_from(b % 7 + 1).unwrap()))).collect()
}

fn inserted<B: Backend>(world: &World<'_, B>, a: u32, b: u32) -> Option<Change> {
    let id = world.state.next_message_id();
    let row = samples::message(id, pick_conversation(world, a)?, pick_user(world, b), b % 100);
    Some(Change::MessageInserted { row: Arc::new(row), mentions: mentions(world, a, b) })
}

/// Some messages of a topic go to another, which may be in another channel.
fn moved<B: Backend>(world: &World<'_, B>, id: MessageId, a: u32, b: u32) -> Option<Change> {
    let index = &world.state.messages;
    let (from, to) = (index.conversation_of(id)?, pick_conversation(world, a)?);
    let (prev_channel, channel) = (index.channel_of(from)?, index.channel_of(to)?);
    if from == to {
        return None;
    }
    let ids = index.ids(from)?.to_bitmap().into_iter().filter(|other| b.is_multiple_of(3) || *other == id.0);
    let ids: Arc<[MessageId]> = ids.map(MessageId).collect();
    let other_channel = channel != prev_channel;
    let edit = Edit {
        user_id: Some(UserId(1)),
        timestamp: i64::from(a),
        prev_topic: Some("before".to_owned()),
        stream: other_channel.then_some(channel),
        prev_stream: other_channel.then_some(prev_channel),
        ..Edit::default()
    };
    Some(Change::MessagesMoved { ids, to, edit, seq: world.state.seq + 1 })
}

fn submessage<B: Backend>(world: &World<'_, B>, sender: UserId, message: MessageId, b: u32) -> Change {
    let row = samples::submessage(world.state.messages.next_submessage(), sender, b);
    Change::SubmessageAdded { message, row }
}

fn updated(before: &MessageRow, a: u32) -> Change {
    let mut row = samples::message(before.id, before.conversation, before.sender, a % 100);
    let mut edit = Edit { user_id: Some(before.sender), timestamp: i64::from(a), ..Edit::default() };
    row.last_edit = Some(i64::from(a));
    row.last_moved = before.last_moved;
    edit.prev_content = Some(before.content.clone());
    let mentions = if a.is_multiple_of(2) { vec![(before.sender, MentionBits::USER)] } else { Vec::new() };
    Change::MessageUpdated { row: Arc::new(row), mentions, edit }
}

fn flags<B: Backend>(world: &World<'_, B>, user: UserId, a: u32, b: u32) -> Change {
    let flag = [Flag::Read, Flag::Starred, Flag::Collapsed, Flag::Historical][(a >> 8) as usize % 4];
    let last = world.state.messages.last_id();
    let from = b % (last + 1) + 1;
    let ids = (from..=last).take((b >> 8) as usize % 9).map(MessageId).collect();
    Change::Flags { user, flag, add: !a.is_multiple_of(3), ids }
}
