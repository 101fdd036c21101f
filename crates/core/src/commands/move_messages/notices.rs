//! Messages in the name of the server that tell of a move.

use super::checks::Resolving;
use super::{Move, Moving};
use crate::commands::{Tx, delete, notify};
use crate::limits;
use crate::state::users::NOTIFICATION_BOT;
use tidings_types::{ApiError, MessageId, UserId};

/// What was moved.
pub(super) struct Moved<'a> {
    pub(super) to: &'a Move,
    /// How many messages.
    pub(super) count: usize,
    /// Nothing is left of the topic, as far as the user can see.
    pub(super) moved_all: bool,
    /// The other topic had messages before.
    pub(super) existed: bool,
    /// Who followed the topic, if all of it was moved.
    pub(super) followers: Option<Vec<UserId>>,
}

const RESOLVED: &str = "marked this topic as done.";
const UNRESOLVED: &str = "marked this topic as not done.";

/// Who takes a mark back within so many seconds takes the notice of it back.
const UNDO_SECS: i64 = 60;

/// Sends the notices that belong to a move.
pub(super) fn tell(tx: &mut Tx<'_>, moving: &Moving, moved: &Moved<'_>) -> Result<(), ApiError> {
    match moving.resolving {
        Some(resolving) => tell_resolved(tx, moving, resolving, moved.followers.as_deref())?,
        None if moved.to.tell_new_topic => tell_new_topic(tx, moving, moved)?,
        None => {}
    }
    if moved.to.tell_old_topic {
        tell_old_topic(tx, moving, moved)?;
    }
    Ok(())
}

fn tell_new_topic(tx: &mut Tx<'_>, moving: &Moving, moved: &Moved<'_>) -> Result<(), ApiError> {
    let (channel, topic) = &moving.new;
    let user = notify::mention(&moving.actor);
    let from = place(moving, &moving.old);
    let text = match moved.count {
        _ if moved.moved_all && !moved.existed => format!("{user} moved this topic here from {from}."),
        1 => {
            let link = notify::message_url(tx, moving.target);
            format!("{user} moved [a message]({link}) here from {from}.")
        }
        count => format!("{user} moved {count} messages here from {from}."),
    };
    notify::send(tx, &moving.actor, channel.id, topic, text, &[moving.actor.id]).map(drop)
}

fn tell_old_topic(tx: &mut Tx<'_>, moving: &Moving, moved: &Moved<'_>) -> Result<(), ApiError> {
    let (channel, topic) = &moving.old;
    let user = notify::mention(&moving.actor);
    let to = place(moving, &moving.new);
    let text = match moved.count {
        _ if moved.moved_all => format!("{user} moved this topic to {to}."),
        1 => format!("{user} moved a message from this topic to {to}."),
        count => format!("{user} moved {count} messages from this topic to {to}."),
    };
    notify::send(tx, &moving.actor, channel.id, topic, text, &[moving.actor.id]).map(drop)
}

/// A topic as those in the other one are shown it: the name of a private channel is no business of theirs.
fn place(moving: &Moving, (channel, topic): &(std::sync::Arc<crate::state::channels::ChannelRow>, String)) -> String {
    if moving.is_across() && channel.is_private {
        return "a private channel".to_owned();
    }
    notify::topic_link(channel, topic)
}

fn tell_resolved(
    tx: &mut Tx<'_>,
    moving: &Moving,
    resolving: Resolving,
    followers: Option<&[UserId]>,
) -> Result<(), ApiError> {
    let (channel, topic) = &moving.new;
    if let Some(id) = recent_notice(tx, moving)? {
        return delete::remove(tx, Some(moving.actor.id), &[id]);
    }
    let what = match resolving {
        Resolving::Resolved => RESOLVED,
        Resolving::Unresolved => UNRESOLVED,
    };
    let text = format!("{} {what}", notify::mention(&moving.actor));
    let read_by = read_by(tx, moving, followers);
    notify::send(tx, &moving.actor, channel.id, topic, text, &read_by).map(drop)
}

/// The newest message of the topic, if it is a notice of a moment ago.
fn recent_notice(tx: &Tx<'_>, moving: &Moving) -> Result<Option<MessageId>, ApiError> {
    let known = tx.state.messages.topic(moving.new.0.id, &moving.new.1);
    let Some(newest) = known.and_then(|topic| tx.state.messages.newest(topic.conversation)) else { return Ok(None) };
    let row = tx.message(newest)?.filter(|row| {
        let is_notice = row.content.ends_with(RESOLVED) || row.content.ends_with(UNRESOLVED);
        row.sender == NOTIFICATION_BOT && is_notice && tx.now - row.timestamp <= UNDO_SECS
    });
    Ok(row.map(|row| row.id))
}

/// For whom the notice is read at once, as they chose. In very large channels only for who made the mark: to read it
/// for everybody would be a write for each of them.
fn read_by(tx: &Tx<'_>, moving: &Moving, followers: Option<&[UserId]>) -> Vec<UserId> {
    let (channel, topic) = &moving.new;
    let mut readers = vec![moving.actor.id];
    if tx.state.channels.subscriber_count(channel.id) > limits::NOTICE_READERS_MAX {
        return readers;
    }
    let follows = |user: UserId| match followers {
        Some(followers) => followers.contains(&user),
        None => tx.state.personal.topic_policy(user, channel.id, topic) == 3,
    };
    let reads = |user: &UserId| {
        let row = tx.state.active_user(*user).filter(|row| !row.is_bot());
        row.is_none_or(|row| match row.settings.resolved_topic_notice_auto_read_policy.as_str() {
            "always" => true,
            "never" => false,
            _ => !follows(*user),
        })
    };
    readers.extend(tx.state.channels.subscribers(channel.id).iter().copied().filter(reads));
    readers
}
