//! Removes old events from the store, what clients called their sends long ago, and what administrators did long ago.
//! What a queue may still ask for stays: a queue lives at most [`limits::IDLE_TIMEOUT_SECS_MAX`] without a poll, so
//! nothing younger is ever removed.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::limits;
use tidings_store::{Store, StoreError};

/// How often it is looked for old events.
const PAUSE_SECS: u64 = 3_600;

/// Pause between two removals, each of which holds the database's writer for a moment.
const STEP_MS: u64 = 50;

/// More than the longest idle timeout, so that a poll that is just in time finds everything.
const MARGIN_SECS: i64 = 3_600;

/// Removes old events every hour, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    loop {
        tick.tick().await;
        match trim(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old events were removed"),
            Err(error) => tracing::warn!(%error, "old events could not be removed"),
        }
        if let Err(error) = forget_sends(&app).await {
            tracing::warn!(%error, "old names of sends could not be removed");
        }
        if let Err(error) = trim_audit(&app).await {
            tracing::warn!(%error, "what administrators did long ago could not be forgotten");
        }
    }
}

/// Removes the events that are old enough now; returns how many.
///
/// # Errors
/// The store fails.
pub async fn trim(app: &App) -> Result<usize, StoreError> {
    let before = app.realm.clock.now() - keep_secs(app.config.log_retention_days);
    in_steps(app, move |store| store.trim_log(before)).await
}

/// Forgets the names of sends that are not recognized any more; returns how many.
///
/// # Errors
/// The store fails.
pub async fn forget_sends(app: &App) -> Result<usize, StoreError> {
    let before = app.realm.clock.now() - limits::SEND_KEY_SECS;
    in_steps(app, move |store| store.trim_named_sends(before)).await
}

/// Forgets what administrators did long enough ago; returns how many changes.
///
/// # Errors
/// The store fails.
pub async fn trim_audit(app: &App) -> Result<usize, StoreError> {
    let days = app.config.audit_retention_days;
    if days == 0 {
        return Ok(0);
    }
    let before = app.realm.clock.now() - i64::from(days) * 86_400;
    in_steps(app, move |store| store.trim_audit(before)).await
}

async fn in_steps(
    app: &App,
    step: impl Fn(&dyn Store) -> Result<usize, StoreError> + Copy + Send + 'static,
) -> Result<usize, StoreError> {
    let mut removed = 0;
    loop {
        let store = Arc::clone(&app.realm.store);
        let step = tokio::task::spawn_blocking(move || step(&*store)).await;
        match step.map_err(|error| StoreError::Database(error.to_string()))?? {
            0 => return Ok(removed),
            count => removed += count,
        }
        tokio::time::sleep(Duration::from_millis(STEP_MS)).await;
    }
}

fn keep_secs(retention_days: u32) -> i64 {
    let configured = i64::from(retention_days) * 86_400;
    configured.max(i64::from(limits::IDLE_TIMEOUT_SECS_MAX) + MARGIN_SECS)
}
