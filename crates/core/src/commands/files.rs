//! Uploaded files: who has them, and which messages refer to them.

use super::Tx;
use crate::audience::Audience;
use crate::change::Change;
use crate::limits;
use crate::state::RealmState;
use crate::state::files::{FileRow, ImageRow};
use crate::state::users::{NOTIFICATION_BOT, UserRow};
use std::collections::BTreeSet;
use std::sync::Arc;
use tidings_types::attachment::Attachment;
use tidings_types::events::Event;
use tidings_types::events::files::{AttachmentChange, AttachmentRemove, RemovedAttachment};
use tidings_types::{ApiError, AttachmentId, MessageId, UserId};

/// A file that was stored.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// As it was uploaded.
    pub name: String,
    /// Where clients will find it, below `/user_uploads/`. Nobody can guess it, and no other file has it.
    pub path: String,
    /// What it is stored under.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
    /// If it is an image that can be shown.
    pub image: Option<ImageRow>,
}

/// `upload-file`: notes a file that is stored already. `quota_bytes` is what all files may take together.
///
/// # Errors
/// 400 `REALM_UPLOAD_QUOTA` if there is no room for it.
pub fn add(tx: &mut Tx<'_>, actor: UserId, new: NewFile, quota_bytes: Option<u64>) -> Result<(), ApiError> {
    tx.actor(actor)?;
    check_quota(tx.state.files.bytes(), new.size, quota_bytes)?;
    let row = Arc::new(FileRow {
        // The position of the event that tells of it.
        id: AttachmentId(tx.state.seq + 1),
        owner: actor,
        name: new.name,
        path: new.path,
        key: new.key,
        size: new.size,
        content_type: new.content_type,
        image: new.image,
        created_at: tx.now,
        unused_since: Some(tx.now),
    });
    tx.change(Change::File(Arc::clone(&row)));
    let change = change(tx, &row);
    tx.emit(Event::AttachmentAdd(change), Audience::user(actor));
    Ok(())
}

/// Whether there is room for another file.
///
/// # Errors
/// 400 `REALM_UPLOAD_QUOTA` if not.
pub fn check_quota(used: u64, size: u64, quota_bytes: Option<u64>) -> Result<(), ApiError> {
    let is_over = quota_bytes.is_some_and(|quota| used.saturating_add(size) > quota);
    if is_over { Err(ApiError::RealmUploadQuota {}) } else { Ok(()) }
}

/// `remove-attachment`: returns what the file is stored under, which is to be removed then.
///
/// # Errors
/// 400 "Invalid attachment" for who has not uploaded it: whether it exists is not told.
pub fn remove(tx: &mut Tx<'_>, actor: UserId, id: AttachmentId) -> Result<String, ApiError> {
    let user = tx.actor(actor)?;
    let file = tx.state.files.get(id).filter(|file| file.owner == user.id).cloned();
    let file = file.ok_or_else(|| ApiError::bad_request("Invalid attachment"))?;
    drop_file(tx, &file);
    Ok(file.key.clone())
}

/// The files that are to be removed: no message has referred to them since `before` (UNIX seconds). What somebody keeps
/// for a message that they have not sent yet stays. Looks through all that users prepared, so not in the writer.
#[must_use]
pub fn find_unused(state: &RealmState, before: i64) -> Vec<AttachmentId> {
    let texts: Vec<&str> = state.prepared.texts().filter(|text| text.contains("/user_uploads/")).collect();
    // The last part of a path may be percent-encoded where it is written.
    let folder = |path: &str| path.rsplit_once('/').map_or_else(|| path.to_owned(), |(folder, _)| folder.to_owned());
    let is_kept = |file: &FileRow| {
        let folder = folder(&file.path);
        texts.iter().any(|text| text.contains(&folder))
    };
    state.files.unused(before).filter(|file| !is_kept(file)).map(|file| file.id).collect()
}

/// Removes those of these files to which no message has referred since `before`, still; returns what they are stored
/// under.
///
/// # Errors
/// None of its own.
pub fn sweep(tx: &mut Tx<'_>, files: &[AttachmentId], before: i64) -> Result<Vec<String>, ApiError> {
    let is_unused = |file: &&Arc<FileRow>| file.unused_since.is_some_and(|since| since <= before);
    let gone: Vec<Arc<FileRow>> =
        files.iter().filter_map(|id| tx.state.files.get(*id)).filter(is_unused).cloned().collect();
    gone.iter().for_each(|file| drop_file(tx, file));
    Ok(gone.iter().map(|file| file.key.clone()).collect())
}

fn drop_file(tx: &mut Tx<'_>, file: &FileRow) {
    tx.change(Change::FileRemoved(file.id));
    let upload_space_used = tx.state.files.bytes();
    let event = AttachmentRemove { attachment: RemovedAttachment { id: file.id }, upload_space_used };
    tx.emit(Event::AttachmentRemove(event), Audience::user(file.owner));
}

/// Refuses messages that link to more files than each of which can be told.
///
/// # Errors
/// 400 for more than [`limits::FILES_PER_MESSAGE_MAX`].
pub(super) fn check_count(paths: &BTreeSet<String>) -> Result<(), ApiError> {
    let most = limits::FILES_PER_MESSAGE_MAX;
    if paths.len() > most {
        return Err(ApiError::bad_request(format!("A message cannot refer to more than {most} files.")));
    }
    Ok(())
}

/// After a message got a content: it refers to the files that its links lead to, as far as its sender may read them.
/// Who may read the message may read these from then on. What the server writes in somebody's place opens nothing: it
/// reads more than they do. Returns the files to which no message refers any more.
pub(super) fn refer(
    tx: &mut Tx<'_>,
    sender: &UserRow,
    message: MessageId,
    sent_at: i64,
    paths: &BTreeSet<String>,
) -> Vec<AttachmentId> {
    let before = tx.state.files.of_message(message).to_vec();
    if sender.id == NOTIFICATION_BOT || paths.is_empty() && before.is_empty() {
        return Vec::new();
    }
    let found = paths.iter().filter_map(|path| tx.state.files.find(path));
    let usable = found.filter(|file| before.contains(&file.id) || tx.state.can_read_file(sender, file));
    let after: BTreeSet<AttachmentId> = usable.map(|file| file.id).collect();
    let files: Vec<AttachmentId> = after.iter().copied().collect();
    if files == before {
        return Vec::new();
    }
    tx.change(Change::FileUses { message, sent_at, files });
    let changed: Vec<AttachmentId> = before
        .iter()
        .copied()
        .chain(after.iter().copied())
        .filter(|id| before.contains(id) != after.contains(id))
        .collect();
    settle(tx, &changed)
}

/// After messages were deleted that referred to these files. Returns those to which no message refers any more.
pub(super) fn settle(tx: &mut Tx<'_>, files: &[AttachmentId]) -> Vec<AttachmentId> {
    let mut unused = Vec::new();
    for id in files {
        let Some(row) = tx.state.files.get(*id).cloned() else { continue };
        let is_used = tx.state.files.is_used(*id);
        if !is_used {
            unused.push(*id);
        }
        if row.unused_since.is_some() == is_used {
            let unused_since = (!is_used).then_some(tx.now);
            tx.change(Change::File(Arc::new(FileRow { unused_since, ..FileRow::clone(&row) })));
        }
        let change = change(tx, &row);
        tx.emit(Event::AttachmentUpdate(change), Audience::user(row.owner));
    }
    unused
}

fn change(tx: &Tx<'_>, row: &FileRow) -> AttachmentChange {
    AttachmentChange { attachment: tx.state.attachment_view(row), upload_space_used: tx.state.files.bytes() }
}

/// Of these files, those of `owner`, as clients are shown them.
pub(super) fn detached(tx: &Tx<'_>, owner: UserId, files: &[AttachmentId]) -> Vec<Attachment> {
    let rows = files.iter().filter_map(|id| tx.state.files.get(*id)).filter(|row| row.owner == owner);
    rows.map(|row| tx.state.attachment_view(row)).collect()
}
