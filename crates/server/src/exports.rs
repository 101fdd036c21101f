//! Exports: what is in the organization, as an archive that other servers of the API have the layout of. Made in the
//! background, one after the other; what was being made when the server stopped is made anew.
//!
//! # Layout
//! - this file: whose turn it is, and where the archive goes. [`archive`]: what is in it, file by file.
//! - [`tables`]: everything but messages as rows. [`messages`]: messages, and who is to have which.
//! - `pictures`: of users and the organization, custom emoji. `writer`: how files and tables are written.

pub mod archive;
pub mod messages;
mod pictures;
pub mod tables;
mod writer;

use crate::app::App;
use crate::http::auth::new_key;
use archive::Source;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::exports;
use tidings_core::state::exports::ExportRow;
use tidings_types::ApiError;
use tokio::time::MissedTickBehavior;

/// What keys of archives start with. The rest is unguessable: whoever has the address may have the file.
pub const PREFIX: &str = "exports/";

/// How often it is looked for what is to be made.
const PAUSE_SECS: u64 = 1;

/// Makes exports, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let pending = app.realm.state().exports.pending().cloned();
        if let Some(row) = pending {
            make(&app, &row).await;
        }
    }
}

async fn make(app: &Arc<App>, row: &Arc<ExportRow>) {
    let key = format!("{PREFIX}{}.tar.gz", new_key());
    let made = write(app, row, &key).await;
    if let Err(error) = &made {
        tracing::error!(%error, id = row.id, "an export failed");
        app.files.delete(&key).await;
    }
    let (id, key) = (row.id, made.is_ok().then_some(key));
    if let Err(error) = app.realm.run(move |tx| exports::finish(tx, id, key)).await {
        // It is pending still, so it is made once more.
        tracing::warn!(%error, id, "an export could not be noted");
    }
}

async fn write(app: &Arc<App>, row: &ExportRow, key: &str) -> Result<(), ApiError> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an export could not be written");
        ApiError::Internal {}
    };
    let source = Source::of(&app.realm, &app.files, row.kind.into(), Some(row.user));
    let id = row.id;
    // Nobody but this process has the file, and it is gone with it.
    let file = tokio::task::spawn_blocking(move || {
        let mut file = tempfile::tempfile()?;
        archive::write(&source, &mut file, |done| tracing::info!(id, messages = done.messages, "an export goes on"))?;
        std::io::Seek::rewind(&mut file)?;
        Ok(file)
    });
    let file = file.await.map_err(|_| ApiError::Internal {})?.map_err(failed)?;
    app.files.put_file(key, tokio::fs::File::from_std(file)).await
}
