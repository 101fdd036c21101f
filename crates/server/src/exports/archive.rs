//! The archive, file by file: `realm.json`, `messages-000001.json` and so on, `attachment.json`, and uploaded files with
//! what is known of them.

use super::messages::{Messages, Page};
use super::tables;
use crate::files::FileStore;
use bytes::{Buf, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::io::{Error, Read, Result, Write};
use std::sync::Arc;
use tar::{Builder, Header};
use tidings_core::state::RealmState;
use tidings_core::state::files::FileRow;
use tidings_store::Store;
use tidings_types::UserId;
use tidings_types::export::ExportType;
use tokio::runtime::Handle;

/// The folder that everything is in.
const FOLDER: &str = "export";

/// What an export is made from.
pub struct Source {
    /// Where messages are.
    pub store: Arc<dyn Store>,
    /// The organization at one moment.
    pub state: Arc<RealmState>,
    /// Where uploaded files are.
    pub files: Arc<FileStore>,
    /// How much of it is wanted.
    pub kind: ExportType,
    /// Who wants it: addresses are those that they may see.
    pub reader: UserId,
    /// UNIX seconds.
    pub now: i64,
    /// For reading files from a thread that may block.
    pub runtime: Handle,
}

/// Writes everything; `progress` is told how many messages were written by then. Blocks.
///
/// # Errors
/// Reading or writing fails.
pub fn write(source: &Source, out: impl Write, progress: impl Fn(usize)) -> Result<()> {
    let mut archive = Archive {
        tar: Builder::new(GzEncoder::new(out, Compression::default())),
        now: u64::try_from(source.now).unwrap_or(0),
    };
    let mut messages = Messages::new(source);
    archive.json("realm.json", &tables::realm(source, &messages))?;
    let (mut number, mut written) = (1, 0);
    while let Some(Page { rows, count }) = messages.next_page()? {
        archive.json(&format!("messages-{number:06}.json"), &rows)?;
        number += 1;
        written += count;
        progress(written);
    }
    uploads(source, &messages, &mut archive)?;
    archive.json("migration_status.json", &json!({ "migrations_by_app": {}, "zulip_version": "11.0" }))?;
    archive.tar.into_inner()?.finish()?.flush()
}

struct Archive<W: Write> {
    tar: Builder<GzEncoder<W>>,
    now: u64,
}

impl<W: Write> Archive<W> {
    fn json(&mut self, name: &str, value: &Value) -> Result<()> {
        let text = serde_json::to_vec(value).map_err(Error::other)?;
        self.file(name, text.len() as u64, text.as_slice())
    }

    fn file(&mut self, name: &str, size: u64, content: impl Read) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.now);
        self.tar.append_data(&mut header, format!("{FOLDER}/{name}"), content)
    }
}

/// Files to which exported messages refer. A file that is not in the store any more is left out.
fn uploads<W: Write>(source: &Source, messages: &Messages<'_>, archive: &mut Archive<W>) -> Result<()> {
    let (mut attachments, mut records) = (Vec::new(), Vec::new());
    for row in source.state.files.iter() {
        let used: Vec<u32> =
            source.state.files.uses(row.id).map(|(id, _)| id.0).filter(|id| messages.has(*id)).collect();
        if used.is_empty() {
            continue;
        }
        let opened = source.runtime.block_on(source.files.get(&row.key, None));
        let Some(opened) = opened.map_err(|error| Error::other(error.to_string()))? else { continue };
        let reader = Blocking { bytes: opened.bytes, chunk: Bytes::new(), runtime: source.runtime.clone() };
        archive.file(&format!("uploads/{}", row.path), opened.size, reader.take(opened.size))?;
        attachments.push(attachment(row, &used));
        records.push(json!({
            "realm_id": 1, "user_profile_id": row.owner, "path": row.path, "s3_path": row.path, "size": row.size,
            "last_modified": row.created_at, "content_type": row.content_type, "user_profile_email": null,
        }));
    }
    archive.json("attachment.json", &json!({ "zerver_attachment": attachments, "zerver_scheduledmessage": [] }))?;
    archive.json("uploads/records.json", &json!(records))?;
    for folder in ["avatars", "emoji", "realm_icons"] {
        archive.json(&format!("{folder}/records.json"), &json!([]))?;
    }
    Ok(())
}

fn attachment(row: &FileRow, used: &[u32]) -> Value {
    json!({
        "id": row.id, "file_name": row.name, "path_id": row.path, "owner": row.owner, "realm": 1,
        "create_time": row.created_at, "size": row.size, "content_type": row.content_type, "messages": used,
        "scheduled_messages": [], "is_realm_public": false, "is_web_public": false,
    })
}

/// Bytes of the file store, for somebody who may block.
struct Blocking {
    bytes: BoxStream<'static, object_store::Result<Bytes>>,
    chunk: Bytes,
    runtime: Handle,
}

impl Read for Blocking {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.bytes.try_next())? {
                Some(chunk) => self.chunk = chunk,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
