//! Removes what nobody needs any more: files to which no message has referred for long, and what is in the store without
//! being known, such as a file that arrived while the server was killed.

use super::{FileStore, failed, names};
use crate::app::App;
use futures_util::TryStreamExt;
use std::path::Path as FsPath;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
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

/// The folders of the store that are this server's. Whatever else is there is not touched.
const FOLDERS: [&str; 5] = ["uploads", "thumbnails", "avatars", "realm", "emoji"];

/// Says in the store whose it is.
const OWNER_KEY: &str = "organization.txt";

/// Removes from the store what is not known, and has been there for some time; returns how many. Nothing is removed from
/// a store that is another organization's: the address may be wrong, or the database may be another one.
///
/// # Errors
/// The store fails.
pub async fn unknown(app: &App) -> Result<usize, ApiError> {
    if !claim(app).await? {
        tracing::error!(
            "the file store belongs to another organization, or to an older database: nothing is removed from it; see \
             {OWNER_KEY} in it"
        );
        return Ok(0);
    }
    let before = app.realm.clock.now() - UNKNOWN_SECS;
    let mut removed = app.files.remove_interrupted(before).await;
    for folder in FOLDERS {
        let mut listed = app.files.list(folder);
        while let Some(found) = listed.try_next().await.map_err(|error| failed(&error))? {
            let key = found.location.as_ref();
            if found.last_modified.timestamp() < before && !is_known(&app.realm.state(), key) {
                app.files.delete(key).await;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// Whether the store is this organization's; one that is nobody's becomes so.
///
/// # Errors
/// The store fails.
pub async fn claim(app: &App) -> Result<bool, ApiError> {
    let state = app.realm.state();
    let made = match state.realm.imported_at {
        0 => state.realm.date_created.to_string(),
        // What it was copied from is another one, which may have its files there.
        imported_at => format!("{}-{imported_at}", state.realm.date_created),
    };
    let owner = format!("{} {made}\n", state.realm.host);
    match app.files.read(OWNER_KEY).await? {
        // The address of an organization changes; when it was made does not.
        Some(known) => Ok(known.rsplit(|byte| *byte == b' ').next() == owner.rsplit(' ').next().map(str::as_bytes)),
        None => app.files.put(OWNER_KEY, owner.into()).await.map(|()| true),
    }
}

fn is_known(state: &RealmState, key: &str) -> bool {
    if ["avatars/", "realm/", "emoji/"].iter().any(|folder| key.starts_with(folder)) {
        let file = key.rsplit('/').next().unwrap_or_default();
        let name = file.split(['.', '-']).next().unwrap_or_default();
        return state.pictures.has_file(name);
    }
    match key.strip_prefix("thumbnails/").and_then(|rest| rest.rsplit_once('/')) {
        Some((file, _)) => state.files.by_key(&format!("uploads/{file}")).is_some(),
        None => state.files.by_key(key).is_some() || state.exports.by_key(key).is_some(),
    }
}

/// On a local disk a file has a name of its own while it is written: the last one with `#` and a number.
fn is_interrupted(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn remove_interrupted_in(folder: &FsPath, before: i64) -> std::io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            removed += remove_interrupted_in(&entry.path(), before)?;
        } else if is_interrupted(&entry.file_name().to_string_lossy()) {
            let written = entry.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            if i64::try_from(written.as_secs()).unwrap_or(i64::MAX) < before {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

impl FileStore {
    /// Whether an organization has files there already.
    ///
    /// # Errors
    /// 500 if the store fails.
    pub async fn is_taken(&self) -> Result<bool, ApiError> {
        if self.read(OWNER_KEY).await?.is_some() {
            return Ok(true);
        }
        for folder in FOLDERS {
            if self.list(folder).try_next().await.map_err(|error| failed(&error))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes what was being written when the server was killed, which no list of the store has; returns how many.
    async fn remove_interrupted(&self, before: i64) -> usize {
        let Some(folder) = self.folder.clone() else { return 0 };
        let remove = move || remove_interrupted_in(&folder.join(FOLDERS[0]), before);
        match tokio::task::spawn_blocking(remove).await {
            Ok(Ok(removed)) => removed,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the folder of files could not be looked through");
                0
            }
            Err(_) => 0,
        }
    }

    /// Removes an uploaded file and what was made of it.
    pub async fn delete_upload(&self, key: &str) {
        self.delete(key).await;
        for format in THUMBNAILS {
            self.delete(&names::thumbnail_key(key, format.name)).await;
        }
    }
}
