//! Removes what nobody needs any more: files to which no message has referred for long, and what is in the store without
//! being known, such as a file that arrived while the server was killed.

use super::{FileStore, names};
use crate::app::App;
use futures_util::TryStreamExt;
use std::sync::Arc;
use std::time::Duration;
use tidings_core::commands::files;
use tidings_core::state::RealmState;
use tidings_core::state::files::THUMBNAILS;
use tidings_types::ApiError;

/// How often it is looked.
const PAUSE_SECS: u64 = 3_600;

/// How often all of the store is looked through: every so many times.
const THOROUGH_EVERY: u32 = 24;

/// Files that are removed in one command.
const BATCH: usize = 100;

/// Seconds for which something may be in the store before it is known: longer than any upload takes.
const UNKNOWN_SECS: i64 = 86_400;

/// Looks every hour, until the task is ended.
pub async fn keep(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(PAUSE_SECS));
    let mut count = 0;
    loop {
        tick.tick().await;
        match unused(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "unused files were removed"),
            Err(error) => tracing::warn!(%error, "unused files could not be removed"),
        }
        if count % THOROUGH_EVERY == 1 {
            match unknown(&app).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "unknown files were removed from the store"),
                Err(error) => tracing::warn!(%error, "the file store could not be looked through"),
            }
        }
        count = count.wrapping_add(1);
    }
}

/// Removes the files to which no message has referred for as many days as configured; returns how many.
///
/// # Errors
/// The changes cannot be committed.
pub async fn unused(app: &App) -> Result<usize, ApiError> {
    let before = app.realm.clock.now() - i64::from(app.config.unused_files_days) * 86_400;
    let state = app.realm.snapshot();
    if state.files.unused(before).next().is_none() {
        return Ok(0);
    }
    let found = tokio::task::spawn_blocking(move || files::find_unused(&state, before)).await;
    let found = found.map_err(|_| ApiError::Internal {})?;
    let mut removed = 0;
    for ids in found.chunks(BATCH) {
        let ids = ids.to_vec();
        let keys = app.realm.run(move |tx| files::sweep(tx, &ids, before)).await?;
        for key in &keys {
            app.files.delete_upload(key).await;
        }
        removed += keys.len();
    }
    Ok(removed)
}

/// Removes from the store what is not known, and has been there for some time; returns how many.
///
/// # Errors
/// The store fails.
pub async fn unknown(app: &App) -> object_store::Result<usize> {
    let before = app.realm.clock.now() - UNKNOWN_SECS;
    let mut listed = app.files.list();
    let mut removed = 0;
    while let Some(found) = listed.try_next().await? {
        let key = found.location.as_ref();
        if found.last_modified.timestamp() < before && !is_known(&app.realm.state(), key) {
            app.files.delete(key).await;
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_known(state: &RealmState, key: &str) -> bool {
    match key.strip_prefix("thumbnails/").and_then(|rest| rest.rsplit_once('/')) {
        Some((file, _)) => state.files.by_key(&format!("uploads/{file}")).is_some(),
        None => state.files.by_key(key).is_some(),
    }
}

impl FileStore {
    /// Removes an uploaded file and what was made of it.
    pub async fn delete_upload(&self, key: &str) {
        self.delete(key).await;
        for format in THUMBNAILS {
            self.delete(&names::thumbnail_key(key, format.name)).await;
        }
    }
}
