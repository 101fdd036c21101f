//! Messages that are older than the organization keeps them.
//!
//! A channel may say itself how many days its messages are kept; other channels, and direct conversations, are as the
//! organization has it. Out of use or not, a channel's messages go. What is due is found outside the writer; the
//! commands here delete a bounded number of messages each, and look again at what may have changed meanwhile.

use super::{Tx, delete};
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use crate::state::messages::ConversationKind;
use tidings_types::{ApiError, ChannelId, ConversationId, MessageId};

const DAY_SECS: i64 = 86_400;

/// For how many days messages are kept, wherever somebody said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What the organization says; none for ever.
    pub realm: Option<i64>,
    /// What channels say themselves, by id; none for ever.
    pub channels: Vec<(ChannelId, Option<i64>)>,
}

impl Kept {
    /// What is said now.
    #[must_use]
    pub fn of(state: &RealmState) -> Self {
        let channels = state.channels.iter().filter_map(|row| Some((row.id, own(row)?)));
        Kept { realm: state.realm.settings.message_retention_days.limit(), channels: channels.collect() }
    }

    /// Whether all messages are kept for ever.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.realm.is_none() && self.channels.iter().all(|(_, days)| days.is_none())
    }
}

/// The conversations whose messages are not kept for ever, by the time before which messages have to go.
pub fn ends(state: &RealmState, now: i64) -> impl Iterator<Item = (i64, ConversationId)> + '_ {
    let conversations = state.messages.conversations();
    conversations.filter_map(move |(id, kind)| Some((end(now, kept(state, kind)?), id)))
}

/// What a channel says itself, if it does.
#[allow(clippy::option_option, reason = "for ever is something else than nothing said")]
fn own(channel: &ChannelRow) -> Option<Option<i64>> {
    channel.message_retention_days.map(|days| Some(days).filter(|days| *days > 0))
}

/// For how many days messages of one conversation are kept now; none for ever.
fn kept(state: &RealmState, kind: &ConversationKind) -> Option<i64> {
    let channel = match kind {
        ConversationKind::Topic { channel, .. } => state.channels.get(*channel),
        ConversationKind::Direct { .. } => None,
    };
    channel.and_then(|row| own(row)).unwrap_or_else(|| state.realm.settings.message_retention_days.limit())
}

/// The time before which messages have to go that are kept for so many days. What is more than can be is for ever.
fn end(now: i64, days: i64) -> i64 {
    now.saturating_sub(days.saturating_mul(DAY_SECS))
}

/// Deletes messages of one conversation that were all sent before `sent_before`, as far as they are still there, and
/// still have to go; returns how many went. Who holds them is told, as when somebody deletes them.
///
/// # Errors
/// None of its own.
pub fn expire(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    ids: &[MessageId],
    sent_before: i64,
) -> Result<usize, ApiError> {
    let Some(kind) = tx.state.messages.kind(conversation) else { return Ok(0) };
    let end = kept(&tx.state, kind).map(|days| end(tx.now, days));
    if end.is_none_or(|end| sent_before > end) {
        return Ok(0);
    }
    let is_there = |id: &MessageId| tx.state.messages.conversation_of(*id) == Some(conversation);
    let due: Vec<MessageId> = ids.iter().copied().filter(is_there).collect();
    if !due.is_empty() {
        delete::remove(tx, None, &due)?;
    }
    Ok(due.len())
}
