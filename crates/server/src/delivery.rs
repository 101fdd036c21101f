//! Sends scheduled messages and reminders at their time.
//!
//! What is due is looked up in the state every second, so nothing has to be set up at a start, and a clock that jumps
//! does no harm. A message is sent by the same commit that takes it from the list: once, whatever happens in between.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::Tx;
use tidings_core::commands::prepared::later;
use tidings_core::directory::SeenBy;
use tidings_core::state::prepared::{Later, LaterRow};
use tidings_markdown::Rendered;
use tidings_types::ApiError;
use tokio::time::MissedTickBehavior;

/// How often it is looked for what is due.
const PAUSE_SECS: u64 = 1;

/// So many are sent before those that became due meanwhile are looked for.
const BATCH_MAX: usize = 1_000;

/// Sends what is due, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        send_due(&app).await;
    }
}

async fn send_due(app: &App) {
    let now = app.realm.clock.now();
    let state = app.realm.state();
    if state.organization.is_deactivated || state.prepared.next_due().is_none_or(|at| at > now) {
        return;
    }
    let due: Vec<Arc<LaterRow>> = app.realm.state().prepared.due(now).take(BATCH_MAX).cloned().collect();
    for row in due {
        let id = row.id;
        match send(app, row).await {
            Ok(()) => metrics::counter!("tidings_later_sent_total").increment(1),
            // It stays due, so it is tried again.
            Err(error) => tracing::warn!(%error, %id, "a scheduled message could not be looked at"),
        }
    }
}

async fn send(app: &App, row: Arc<LaterRow>) -> Result<(), ApiError> {
    let state = app.realm.snapshot();
    if matches!(row.what, Later::Reminder { .. }) {
        let reminder = Arc::clone(&row);
        let remind = move |tx: &mut Tx<'_>| later::deliver(tx, &reminder, Rendered::default(), Vec::new());
        return or_fail(app, row, app.realm.run_rehearsed(remind).await).await;
    }
    // Whom it mentions is decided now, by what its author sees now.
    let viewer = state.active_user(row.user);
    let rendered = viewer.map(|viewer| tidings_markdown::render(&row.content, &SeenBy { state: &state, viewer }));
    let alerted = app.realm.alert_words.find(&state, &row.content);
    let sent = {
        let row = Arc::clone(&row);
        let rendered = rendered.unwrap_or_default();
        app.realm.run(move |tx| later::deliver(tx, &row, rendered, alerted)).await
    };
    or_fail(app, row, sent).await
}

/// Notes it where something was not sent.
async fn or_fail(app: &App, row: Arc<LaterRow>, sent: Result<(), ApiError>) -> Result<(), ApiError> {
    match sent {
        Err(reason) if !matches!(reason, ApiError::Internal {} | ApiError::NotReady {}) => {
            app.realm.run(move |tx| later::fail(tx, &row, &reason)).await
        }
        sent => sent,
    }
}
