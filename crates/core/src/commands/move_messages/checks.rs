//! Who may move messages, where to, and until when.

use super::Moving;
use crate::commands::Tx;
use crate::commands::channels::may_administer;
use crate::commands::send;
use crate::shape::EMPTY_TOPIC_DISPLAY_NAME;
use crate::state::channels::ChannelRow;
use crate::state::users::UserRow;
use roaring::RoaringBitmap;
use tidings_types::channel::ChannelPermissions;
use tidings_types::endpoints::messages::PropagateMode;
use tidings_types::message::RESOLVED_TOPIC_PREFIX;
use tidings_types::permission::{Permission, channel, realm};
use tidings_types::realm::RealmSettings;
use tidings_types::user::Role;
use tidings_types::{ApiError, MessageId};

type InRealm = Permission<RealmSettings>;
type InChannel = Permission<ChannelPermissions>;

/// Seconds by which a move may come late: it was begun in time.
const GRACE_SECS: i64 = 20;

/// A move that does nothing but to mark a topic as done, or as not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolving {
    Resolved,
    Unresolved,
}

impl Resolving {
    /// `wanted` is the new topic before it was cut to the length of topics.
    pub(super) fn of(old: &str, new: &str, wanted: &str) -> Option<Self> {
        let is_resolved = |topic: &str| topic.starts_with(RESOLVED_TOPIC_PREFIX);
        if !is_resolved(old) && wanted.strip_prefix(RESOLVED_TOPIC_PREFIX) == Some(old) {
            return Some(Resolving::Resolved);
        }
        let mut bare = old;
        while let Some(rest) = bare.strip_prefix(RESOLVED_TOPIC_PREFIX) {
            bare = rest;
        }
        (is_resolved(old) && bare == new).then_some(Resolving::Unresolved)
    }
}

/// The new topic as it is stored.
pub(super) fn check_new_topic(topic: &str) -> Result<String, ApiError> {
    let is_marked = topic.trim() == RESOLVED_TOPIC_PREFIX.trim()
        || topic.trim().strip_prefix(RESOLVED_TOPIC_PREFIX) == Some(EMPTY_TOPIC_DISPLAY_NAME);
    if is_marked {
        return Err(ApiError::bad_request("General chat cannot be marked as resolved"));
    }
    send::check_topic(topic)
}

/// Whether the user may make this move at all, and of the message that was named.
pub(super) fn check(tx: &Tx<'_>, moving: &Moving) -> Result<(), ApiError> {
    let (old, new) = (&moving.old.0, &moving.new.0);
    let refused = |text: &str| Err(ApiError::bad_request(text));
    send::check_topic_allowed(tx, new, &moving.new.1)?;
    let settings = &tx.state.realm.settings;
    if moving.resolving.is_some() {
        let may = tx.state.may(&moving.actor, &realm::can_resolve_topics_group)
            || tx.state.has(&moving.actor, &channel::can_resolve_topics_group, &old.permissions);
        return if may { Ok(()) } else { refused("You don't have permission to resolve topics in this channel.") };
    }
    if moving.takes_right_to_rename() {
        let (anywhere, here) =
            (&realm::can_move_messages_between_topics_group, &channel::can_move_messages_within_channel_group);
        if !may(tx, moving, anywhere, here) {
            return refused("You don't have permission to edit this message");
        }
        if is_late(tx, moving, settings.move_messages_within_stream_limit_seconds)? {
            return refused("The time limit for editing this message's topic has passed.");
        }
    }
    if moving.is_across() {
        let (anywhere, here) =
            (&realm::can_move_messages_between_channels_group, &channel::can_move_messages_out_of_channel_group);
        if !may_in(tx, &moving.actor, old, anywhere, here) {
            return refused("You don't have permission to move this message");
        }
        send::check_may_send(tx, &moving.actor, new)?;
        if is_late(tx, moving, settings.move_messages_between_streams_limit_seconds)? {
            return refused("The time limit for editing this message's channel has passed");
        }
    }
    Ok(())
}

/// A permission of the realm, or that of either channel.
fn may(tx: &Tx<'_>, moving: &Moving, anywhere: &InRealm, here: &InChannel) -> bool {
    [&moving.old.0, &moving.new.0].into_iter().any(|channel| may_in(tx, &moving.actor, channel, anywhere, here))
}

fn may_in(tx: &Tx<'_>, user: &UserRow, channel: &ChannelRow, anywhere: &InRealm, here: &InChannel) -> bool {
    tx.state.may(user, anywhere)
        || tx.state.has(user, here, &channel.permissions)
        || may_administer(&tx.state, user, channel)
}

fn is_exempt(user: &UserRow) -> bool {
    user.role <= Role::Moderator
}

fn is_late(tx: &Tx<'_>, moving: &Moving, limit: Option<i64>) -> Result<bool, ApiError> {
    let Some(limit) = limit.filter(|_| !is_exempt(&moving.actor)) else { return Ok(false) };
    Ok(tx.now - sent_at(tx, moving.target)? > limit + GRACE_SECS)
}

fn sent_at(tx: &Tx<'_>, id: MessageId) -> Result<i64, ApiError> {
    tx.message(id)?.map(|row| row.timestamp).ok_or_else(|| ApiError::bad_request("Invalid message(s)"))
}

/// Where a whole topic is to move, none of its messages may be too old.
pub(super) fn check_age_of_all(tx: &Tx<'_>, moving: &Moving, ids: &RoaringBitmap) -> Result<(), ApiError> {
    if moving.propagate != PropagateMode::All || moving.resolving.is_some() || is_exempt(&moving.actor) {
        return Ok(());
    }
    let settings = &tx.state.realm.settings;
    let within = settings.move_messages_within_stream_limit_seconds.filter(|_| moving.takes_right_to_rename());
    let between = settings.move_messages_between_streams_limit_seconds.filter(|_| moving.is_across());
    let Some(limit) = within.into_iter().chain(between).min() else { return Ok(()) };
    // Ids increase with time, so what is too old comes first: halving finds where that ends.
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = u32::midpoint(low, high);
        let id = ids.select(middle).map(MessageId).unwrap_or_default();
        if tx.now - sent_at(tx, id)? > limit + GRACE_SECS { low = middle + 1 } else { high = middle }
    }
    if low == 0 {
        return Ok(());
    }
    Err(ApiError::MoveTimeLimit {
        first_message_id_allowed_to_move: ids.select(low),
        total_messages_in_topic: count,
        total_messages_allowed_to_move: count - low,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_marks_a_topic_as_done() {
        let check = |old: &str, new: &str, expect: Option<Resolving>| {
            let stored: String = new.chars().take(60).collect();
            assert_eq!(Resolving::of(old, &stored, new), expect, "{old} -> {new}");
        };
        check("lunch", "✔ lunch", Some(Resolving::Resolved));
        check("✔ lunch", "lunch", Some(Resolving::Unresolved));
        check("✔ ✔ lunch", "lunch", Some(Resolving::Unresolved));
        check("lunch", "✔ dinner", None);
        check("✔ lunch", "dinner", None);
        check("✔ lunch", "✔ ✔ lunch", None);
        check("lunch", "dinner", None);
        let long = "x".repeat(60);
        check(&long, &format!("✔ {long}"), Some(Resolving::Resolved));
    }
}
