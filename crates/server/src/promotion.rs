//! Makes full members of those who have been members for long enough, soon after they have.

use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::users::full_members;
use tidings_types::ApiError;

/// How often it is looked who has.
const PAUSE_SECS: u64 = 60;

/// Looks every minute, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    loop {
        tick.tick().await;
        if let Err(error) = promote(&app).await {
            tracing::warn!(%error, "full members could not be told of");
        }
    }
}

/// Makes full members of those who have waited long enough now.
///
/// # Errors
/// The change could not be committed.
pub async fn promote(app: &App) -> Result<(), ApiError> {
    if !full_members::is_due(&app.realm.state(), app.realm.clock.now()) {
        return Ok(());
    }
    let settle = |tx: &mut tidings_core::commands::Tx<'_>| {
        full_members::settle(tx);
        Ok(())
    };
    app.realm.run(settle).await
}
