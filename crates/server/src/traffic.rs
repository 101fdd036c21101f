//! Counts what is sent in channels, and says which ones have become quiet.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::channels::traffic::{self, ACTIVE_DAYS, COUNTED_DAYS};
use tidings_types::{ApiError, MessageId};

/// How often is counted.
const PAUSE_SECS: u64 = 3_600;
const DAY_SECS: i64 = 86_400;
/// Channels that one command changes, so that sends come in between.
const CHANNELS_AT_ONCE: usize = 100;

/// Counts every hour, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    loop {
        tick.tick().await;
        if let Err(error) = count(&app).await {
            tracing::warn!(%error, "what is sent in channels could not be counted");
        }
    }
}

/// Counts once.
///
/// # Errors
/// The store fails, or the change could not be committed.
pub async fn count(app: &Arc<App>) -> Result<(), ApiError> {
    let counting = Arc::clone(app);
    let found = tokio::task::spawn_blocking(move || {
        let (realm, now) = (&counting.realm, counting.realm.clock.now());
        let first = |days: i64| realm.store.first_sent_since(now - days * DAY_SECS);
        let (active_from, counted_from): (MessageId, MessageId) = (first(ACTIVE_DAYS)?, first(COUNTED_DAYS)?);
        Ok(traffic::changed(&realm.snapshot(), now, active_from, counted_from))
    });
    let found = found.await.map_err(|_| ApiError::Internal {})?;
    let found = found.map_err(|error: tidings_store::StoreError| {
        tracing::error!(%error, "the times of messages could not be read");
        ApiError::Internal {}
    })?;
    for part in found.chunks(CHANNELS_AT_ONCE) {
        let part = part.to_vec();
        let put = move |tx: &mut tidings_core::commands::Tx<'_>| {
            traffic::put(tx, &part);
            Ok(())
        };
        app.realm.run(put).await?;
    }
    Ok(())
}
