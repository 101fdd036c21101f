//! The choices that users made for a topic go along when the whole topic moves.

use super::Moving;
use crate::commands::personal::user_topics::put;
use crate::commands::{Tx, follow};
use crate::limits;
use tidings_types::{ApiError, MessageId, UserId};

const MUTED: u8 = 1;
const FOLLOWED: u8 = 3;

/// Moves the choices for a topic; where the other topic had messages, the choice that shows more is kept. Returns who
/// followed the topic.
pub(super) fn follow(tx: &mut Tx<'_>, moving: &Moving, existed: bool) -> Option<Vec<UserId>> {
    let ((old, old_topic), (new, new_topic)) = (&moving.old, &moving.new);
    let mut users = tx.state.personal.who_chose(old.id, old_topic);
    users.extend(tx.state.personal.who_chose(new.id, new_topic));
    users.sort_unstable();
    users.dedup();
    let mut followers = Vec::new();
    for user in users {
        let policy_of = |channel, topic: &str| tx.state.personal.topic_policy(user, channel, topic);
        let (was, known) = (policy_of(old.id, old_topic), policy_of(new.id, new_topic));
        let may_read = tx.state.active_user(user).is_some_and(|row| tx.state.can_read_channel(row, new));
        if was == FOLLOWED {
            followers.push(user);
        }
        if was != 0 {
            put(tx, user, old.id, old_topic, 0);
        }
        let merged = if existed { more_visible(was, known) } else { was };
        if may_read && merged != known {
            put(tx, user, new.id, new_topic, merged);
        }
    }
    Some(followers)
}

/// Followed, unmuted, nothing, muted: the more visible comes first.
fn more_visible(one: u8, other: u8) -> u8 {
    let rank = |policy: u8| match policy {
        MUTED => 0,
        0 => 1,
        policy => policy,
    };
    if rank(one) >= rank(other) { one } else { other }
}

/// Whose message is moved to where it is the first one has begun that topic.
pub(super) fn begins(tx: &mut Tx<'_>, moving: &Moving) -> Result<(), ApiError> {
    let (channel, topic) = (&moving.new.0, &moving.new.1);
    let Some(message) = tx.message(moving.target)? else { return Ok(()) };
    let Some(sender) = tx.state.active_user(message.sender).cloned() else { return Ok(()) };
    let ids = tx.state.messages.topic(channel.id, topic).and_then(|topic| tx.state.messages.ids(topic.conversation));
    let ids = ids.map(|ids| ids.to_bitmap()).unwrap_or_default();
    let mut oldest = ids.iter().take(limits::REACTED_MESSAGES_MAX).map(MessageId);
    let first = oldest.find(|id| tx.state.can_read_message(&sender, *id));
    if first == Some(moving.target) {
        follow::begins(tx, &sender, channel.id, topic);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_visible_choice_is_kept() {
        for (one, other, expect) in [(3, 1, 3), (1, 3, 3), (2, 3, 3), (0, 1, 0), (1, 0, 0), (2, 0, 2), (1, 1, 1)] {
            assert_eq!(more_visible(one, other), expect, "{one} and {other}");
        }
    }
}
