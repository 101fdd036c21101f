//! How much is sent in channels, and whether something was lately. Clients sort and hide channels by it.

use super::gate;
use crate::change::Change;
use crate::commands::Tx;
use crate::state::RealmState;
use crate::state::channels::ChannelRow;
use std::sync::Arc;
use tidings_types::events::Event;
use tidings_types::events::channel::StreamUpdate;
use tidings_types::{ChannelId, MessageId};

/// Days for which a channel in which nothing is sent counts as active.
pub const ACTIVE_DAYS: i64 = 180;
/// Days whose messages are counted.
pub const COUNTED_DAYS: i64 = 28;
/// Days after which it can be said how much is sent in a channel in a week.
const KNOWN_DAYS: i64 = 7;
const DAY_SECS: i64 = 86_400;

/// What was found of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    channel: ChannelId,
    is_recently_active: bool,
    weekly: Option<i64>,
    /// What was the newest message then.
    newest: Option<MessageId>,
}

/// The channels in use of which something else is to be said than before. `active_from` and `counted_from` are the first
/// messages of the last [`ACTIVE_DAYS`] and [`COUNTED_DAYS`].
#[must_use]
pub fn changed(state: &RealmState, now: i64, active_from: MessageId, counted_from: MessageId) -> Vec<Traffic> {
    let traffic = |row: &Arc<ChannelRow>| {
        let ids = state.messages.channel_ids(row.id);
        let days = (now - row.date_created) / DAY_SECS;
        let newest = ids.and_then(|ids| ids.max());
        let is_recently_active = days < ACTIVE_DAYS || newest.is_some_and(|newest| newest >= active_from);
        let count = ids.map_or(0, |ids| ids.count_from(counted_from));
        let weekly = (days >= KNOWN_DAYS).then(|| a_week(i64::try_from(count).unwrap_or(i64::MAX / 7), days));
        let is_new = (is_recently_active, weekly) != (row.is_recently_active, row.weekly_traffic);
        is_new.then_some(Traffic { channel: row.id, is_recently_active, weekly, newest })
    };
    state.channels.iter().filter(|row| !row.is_archived).filter_map(traffic).collect()
}

/// Messages a week, of so many in the counted days, in a channel that is so many days old: two digits, rounded up.
fn a_week(count: i64, days: i64) -> i64 {
    let average = (count * 7 / days.min(COUNTED_DAYS)).max(count.min(1));
    let mut unit = 1;
    while average / unit >= 100 {
        unit *= 10;
    }
    (average + unit - 1) / unit * unit
}

/// Says what was found; those who see a channel are told if it became active, or no longer is.
pub fn put(tx: &mut Tx<'_>, found: &[Traffic]) {
    for one in found {
        let Some(row) = tx.state.channels.get(one.channel).cloned() else { continue };
        if tx.state.messages.channel_ids(row.id).and_then(|ids| ids.max()) != one.newest {
            // Something was sent meanwhile; it is counted next time.
            continue;
        }
        let weekly_traffic = one.weekly;
        set(tx, &row, ChannelRow { is_recently_active: one.is_recently_active, weekly_traffic, ..(*row).clone() });
    }
}

/// A channel in which something is sent is active.
pub(in crate::commands) fn wake(tx: &mut Tx<'_>, channel: ChannelId) {
    if let Some(row) = tx.state.channels.get(channel).filter(|row| !row.is_recently_active).cloned() {
        set(tx, &row, ChannelRow { is_recently_active: true, ..(*row).clone() });
    }
}

fn set(tx: &mut Tx<'_>, before: &ChannelRow, after: ChannelRow) {
    let is_recently_active = after.is_recently_active;
    tx.change(Change::Channel(Arc::new(after)));
    if before.is_recently_active == is_recently_active {
        return;
    }
    let event = StreamUpdate {
        stream_id: before.id,
        name: before.name.clone(),
        property: "is_recently_active".to_owned(),
        value: serde_json::json!(is_recently_active),
        rendered_description: None,
        history_public_to_subscribers: None,
        is_web_public: None,
    };
    let audience = tx.state.who_sees_channel(before);
    tx.emit_gated(Event::StreamUpdate(event), audience, gate(before));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_two_digits() {
        let cases = [(0, 30, 0), (1, 30, 1), (4, 30, 1), (40, 30, 10), (4_000, 28, 1_000), (4_048, 100, 1_100)];
        for (count, days, expected) in cases.into_iter().chain([(10, 7, 10), (10, 14, 5), (123, 7, 130)]) {
            assert_eq!(a_week(count, days), expected, "{count} in {days} days");
        }
    }
}
