//! What a move to another channel changes of what people see.
//!
//! Who could read the messages and still can is told of the move. Who could and no longer can is told that they are
//! gone. Who could not and now can is told nothing: the event would say where the messages were; they find them when
//! they look. And who is not subscribed where the messages are now has nothing unread in them.

use super::Moving;
use crate::audience::Audience;
use crate::change::Change;
use crate::commands::{Tx, flags};
use crate::event::{Gate, Payload};
use crate::state::RealmState;
use crate::state::flags::Flag;
use crate::unread::Wanted;
use roaring::RoaringBitmap;
use tidings_types::events::Event;
use tidings_types::events::message::{DeleteMessage, FlagsAdd};
use tidings_types::{MessageId, UserId};

/// Tells those who lose the messages, and whose unread messages become fewer; returns who is told of the move. The
/// messages were moved already.
pub(super) fn tell(tx: &mut Tx<'_>, before: &RealmState, moving: &Moving, ids: &[MessageId]) -> Audience {
    let (old, new) = (&moving.old.0, &moving.new.0);
    let moved: RoaringBitmap = ids.iter().map(|id| id.0).collect();
    let (wanted_before, wanted) = (Wanted::new(before, ids), Wanted::new(&tx.state, ids));
    let (mut told, mut lost) = (RoaringBitmap::new(), RoaringBitmap::new());
    for id in concerned(before, moving, ids, &moved).iter() {
        let (Some(was), Some(is)) = (before.active_user(UserId(id)), tx.state.active_user(UserId(id))) else {
            continue;
        };
        if before.reads_any(was, old, &wanted_before) {
            let keeps = tx.state.reads_any(is, new, &wanted);
            if keeps {
                told.insert(id)
            } else {
                lost.insert(id)
            };
        }
    }
    let outside: RoaringBitmap =
        told.iter().filter(|user| !tx.state.channels.is_subscribed(UserId(*user), new.id)).collect();
    keep_stars(tx, &outside, &moved);
    take_marks(tx, &lost, &moved);
    read_mentions(tx, &(&outside | &lost), ids);
    let unread =
        |user: &u32| tx.state.flags.of(UserId(*user)).is_none_or(|flags| !moved.is_subset(flags.with(Flag::Read)));
    let was_subscribed = |user: &u32| tx.state.channels.is_subscribed(UserId(*user), old.id);
    let mentioned: RoaringBitmap =
        ids.iter().flat_map(|id| before.flags.mentions(*id)).map(|(user, _)| user.0).collect();
    let unreading: Vec<UserId> = outside
        .iter()
        .filter(|user| mentioned.contains(*user) || (was_subscribed(user) && unread(user)))
        .map(UserId)
        .collect();
    if !lost.is_empty() {
        let gone = DeleteMessage {
            message_ids: None,
            message_id: None,
            message_type: "stream".to_owned(),
            stream_id: Some(old.id),
            topic: Some(moving.old.1.clone()),
        };
        let payload = Payload::Delete { event: gone, ids: ids.to_vec() };
        tx.emit_payload(payload, Audience::users(lost.iter().map(UserId)), Gate::All);
    }
    if !unreading.is_empty() {
        let flag = Flag::Read.name().to_owned();
        let event = FlagsAdd { operation: "add".to_owned(), flag, messages: ids.to_vec(), all: false };
        tx.emit(Event::FlagsAdd(event), Audience::users(unreading));
    }
    Audience::users(told.iter().map(UserId))
}

/// Who may have the messages: subscribers of either channel, who left the one where they were, and who is mentioned, took
/// part, or starred one.
fn concerned(before: &RealmState, moving: &Moving, ids: &[MessageId], moved: &RoaringBitmap) -> RoaringBitmap {
    let subscribers = [&moving.old.0, &moving.new.0].map(|channel| before.channels.subscribers(channel.id));
    let mut users: RoaringBitmap = subscribers.iter().flatten().map(|user| user.0).collect();
    users.extend(before.former_holders(moving.old.0.id, ids).iter().map(|user| user.0));
    users.extend(ids.iter().flat_map(|id| before.flags.others_who_hold(*id)).map(|user| user.0));
    let starred = before.flags.users().filter(|(_, flags)| !flags.with(Flag::Starred).is_disjoint(moved));
    users.extend(starred.map(|(user, _)| user.0));
    users
}

fn starred(tx: &Tx<'_>, user: UserId, moved: &RoaringBitmap) -> Vec<MessageId> {
    let starred = tx.state.flags.of(user).map(|flags| flags.with(Flag::Starred) & moved).unwrap_or_default();
    starred.iter().map(MessageId).collect()
}

/// Who starred a message hears of it still.
fn keep_stars(tx: &mut Tx<'_>, users: &RoaringBitmap, moved: &RoaringBitmap) {
    for user in users.iter().map(UserId) {
        let starred = starred(tx, user, moved);
        flags::note_historical(tx, user, &starred);
    }
}

/// What is gone for somebody has no star when it comes back.
fn take_marks(tx: &mut Tx<'_>, users: &RoaringBitmap, moved: &RoaringBitmap) {
    for user in users.iter().map(UserId) {
        let ids = starred(tx, user, moved);
        if !ids.is_empty() {
            tx.change(Change::Flags { user, flag: Flag::Starred, add: false, ids });
        }
    }
}

/// A mention is unread wherever it is; for these it is not any more.
fn read_mentions(tx: &mut Tx<'_>, users: &RoaringBitmap, ids: &[MessageId]) {
    for id in ids {
        let mentioned: Vec<UserId> = tx.state.flags.mentions(*id).iter().map(|(user, _)| *user).collect();
        for user in mentioned.into_iter().filter(|user| users.contains(user.0)) {
            let is_read = tx.state.flags.of(user).is_some_and(|flags| flags.has(Flag::Read, *id));
            if !is_read {
                tx.change(Change::Flags { user, flag: Flag::Read, add: true, ids: vec![*id] });
            }
        }
    }
}
