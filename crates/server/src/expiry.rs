//! Deletes messages that are older than the organization keeps them (`message_retention_days`).
//!
//! It is looked for them every hour, and soon after somebody changes how long they are kept; not at once, since what is
//! deleted is gone, and whoever has mistyped should have a moment. There is nothing to remember across restarts: what was
//! due before is what is found.

use crate::app::App;
use roaring::RoaringBitmap;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::Tx;
use tidings_core::commands::expire::{self, Kept};
use tidings_core::limits;
use tidings_core::state::RealmState;
use tidings_store::{Store, StoreError};
use tidings_types::{ApiError, ConversationId, MessageId};

/// How often it is looked whether it is time.
const TICK_SECS: u64 = 60;

/// How often messages are looked for.
const PAUSE_SECS: i64 = 3_600;

/// How long what was changed has to stay as it is before it counts, and how long nothing is deleted after a start.
const GRACE_SECS: i64 = 300;

/// Pause between two deletions, each of which holds the writer for a moment.
const STEP_MS: u64 = 50;

/// Deletes what is due, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(TICK_SECS));
    let mut schedule = Schedule::default();
    loop {
        tick.tick().await;
        if !schedule.is_due(Kept::of(&app.realm.state()), app.realm.clock.now()) {
            continue;
        }
        match sweep(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old messages were deleted"),
            Err(error) => tracing::warn!(%error, "old messages could not be deleted"),
        }
    }
}

/// When messages are looked for.
#[derive(Debug, Default)]
struct Schedule {
    /// How long messages are kept, and since when that is so.
    seen: Option<(Kept, i64)>,
    swept_at: Option<i64>,
}

impl Schedule {
    /// Whether it is time; if so, the next time is later.
    fn is_due(&mut self, kept: Kept, now: i64) -> bool {
        let since = match &self.seen {
            Some((seen, since)) if *seen == kept => *since,
            _ => {
                self.seen = Some((kept, now));
                now
            }
        };
        let is_due = now - since >= GRACE_SECS && self.swept_at.is_none_or(|at| at < since || now - at >= PAUSE_SECS);
        if is_due {
            self.swept_at = Some(now);
        }
        is_due
    }
}

/// Messages of one conversation, all of them sent before a time.
struct Due {
    conversation: ConversationId,
    ids: Vec<MessageId>,
    sent_before: i64,
}

/// Deletes what is due now; returns how many messages.
///
/// # Errors
/// The store fails.
pub async fn sweep(app: &App) -> Result<usize, ApiError> {
    let (state, store, now) = (app.realm.state(), Arc::clone(&app.realm.store), app.realm.clock.now());
    let found = tokio::task::spawn_blocking(move || find(&state, &*store, now)).await;
    let found = found.map_err(|_| ApiError::Internal {})?.map_err(|error| {
        tracing::error!(%error, "old messages could not be looked for");
        ApiError::Internal {}
    })?;
    let mut removed = 0;
    for portion in portions(found) {
        let expire = move |tx: &mut Tx<'_>| {
            let one = |due: &Due| expire::expire(tx, due.conversation, &due.ids, due.sent_before);
            portion.iter().map(one).sum::<Result<usize, ApiError>>()
        };
        removed += app.realm.run(expire).await?;
        tokio::time::sleep(Duration::from_millis(STEP_MS)).await;
    }
    Ok(removed)
}

/// What one command deletes: as many messages of one conversation as it may, or those of a few with less.
fn portions(found: Vec<Due>) -> Vec<Vec<Due>> {
    let mut all: Vec<Vec<Due>> = Vec::new();
    let mut room = 0;
    for due in found {
        let has_room = |last: &&mut Vec<Due>| due.ids.len() <= room && last.len() < limits::EXPIRED_CONVERSATIONS_MAX;
        match all.last_mut().filter(has_room) {
            Some(last) => {
                room -= due.ids.len();
                last.push(due);
            }
            None => {
                room = limits::EXPIRED_MESSAGES_MAX.saturating_sub(due.ids.len());
                all.push(vec![due]);
            }
        }
    }
    all
}

/// What is due, each at most as much as one command deletes.
fn find(state: &RealmState, store: &dyn Store, now: i64) -> Result<Vec<Due>, StoreError> {
    if Kept::of(state).is_everything() {
        return Ok(Vec::new());
    }
    let mut ends: BTreeMap<i64, Vec<ConversationId>> = BTreeMap::new();
    for (sent_before, conversation) in expire::ends(state, now) {
        ends.entry(sent_before).or_default().push(conversation);
    }
    let mut found = Vec::new();
    for (sent_before, conversations) in ends {
        let old = store.sent_before(sent_before)?;
        if !old.is_empty() {
            found.extend(conversations.into_iter().flat_map(|id| due_in(state, id, &old, sent_before)));
        }
    }
    Ok(found)
}

fn due_in(state: &RealmState, conversation: ConversationId, old: &RoaringBitmap, sent_before: i64) -> Vec<Due> {
    let Some(ids) = state.messages.ids(conversation) else { return Vec::new() };
    let due: Vec<MessageId> = (ids.to_bitmap() & old).into_iter().map(MessageId).collect();
    let parts = due.chunks(limits::EXPIRED_MESSAGES_MAX);
    parts.map(|ids| Due { conversation, ids: ids.to_vec(), sent_before }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_every_hour_and_soon_after_a_change() {
        let kept = |days| Kept { realm: Some(days), channels: Vec::new() };
        let mut schedule = Schedule::default();
        let mut due = |days, now| schedule.is_due(kept(days), now);
        assert!(!due(7, 1_000) && !due(7, 1_299), "not right after a start");
        assert!(due(7, 1_300) && !due(7, 1_301) && !due(7, 4_899));
        assert!(due(7, 4_900));
        assert!(!due(3, 5_000) && !due(30, 5_299) && !due(30, 5_400), "it was changed again");
        assert!(due(30, 5_599) && !due(30, 5_700));
    }

    #[test]
    fn conversations_with_few_messages_share_a_command() {
        let due = |conversation, count: u32| Due {
            conversation: ConversationId(conversation),
            ids: (0..count).map(MessageId).collect(),
            sent_before: 0,
        };
        let shared = |found: Vec<Due>| -> Vec<Vec<u32>> {
            let portions = portions(found);
            portions.iter().map(|portion| portion.iter().map(|due| due.conversation.0).collect()).collect()
        };
        let found = vec![due(1, 100), due(2, 1), due(3, 98), due(4, 1), due(5, 1), due(6, 100)];
        assert_eq!(shared(found), [vec![1], vec![2, 3, 4], vec![5], vec![6]]);
        let small = shared((0..25).map(|id| due(id, 1)).collect());
        assert_eq!(small.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    }
}
