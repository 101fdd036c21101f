//! The archive, file by file: messages, `realm.json`, `attachment.json`, uploaded files and pictures, each folder with
//! what is known of its files.

use super::messages::Messages;
use super::writer::{Archive, Tables};
use super::{pictures, tables};
use crate::files::FileStore;
use crate::realm::Realm;
use serde_json::{Value, json};
use std::io::{Error, Result, Write};
use std::sync::Arc;
use tidings_core::state::RealmState;
use tidings_core::state::files::FileRow;
use tidings_store::Store;
use tidings_types::export::ExportType;
use tidings_types::{ChannelId, UserId};
use tokio::runtime::Handle;

/// How much of an organization is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What is public.
    Public,
    /// That, and what is private of those who agree.
    Agreed,
    /// Everything: for operators who move an organization. They have the database, too.
    Everything,
}

impl From<ExportType> for Scope {
    fn from(kind: ExportType) -> Self {
        match kind {
            ExportType::Public => Scope::Public,
            ExportType::Standard => Scope::Agreed,
        }
    }
}

/// What an export is made from.
pub struct Source {
    /// Where messages are.
    pub store: Arc<dyn Store>,
    /// The organization at one moment.
    pub state: Arc<RealmState>,
    /// Where uploaded files are.
    pub files: Arc<FileStore>,
    /// How much of it is wanted.
    pub scope: Scope,
    /// Who wants it: addresses are those that they may see. None for an operator, who sees all.
    pub reader: Option<UserId>,
    /// UNIX seconds.
    pub now: i64,
    /// For reading files from a thread that may block.
    pub runtime: Handle,
}

impl Source {
    /// Whether a channel is in the archive, by scope.
    #[must_use]
    pub(super) fn has_channel(&self, id: ChannelId) -> bool {
        let channel = self.state.channels.get(id);
        channel.is_some_and(|channel| self.scope != Scope::Public || !channel.is_private)
    }

    /// An organization as it is now. To be called where there is a runtime.
    #[must_use]
    pub fn of(realm: &Realm, files: &Arc<FileStore>, scope: Scope, reader: Option<UserId>) -> Self {
        Source {
            store: Arc::clone(&realm.store),
            state: realm.snapshot(),
            files: Arc::clone(files),
            scope,
            reader,
            now: realm.clock.now(),
            runtime: Handle::current(),
        }
    }
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Messages that are written.
    pub messages: u64,
    /// Messages up to the newest; not all of them may be wanted.
    pub messages_seen: u64,
    /// The newest message's id: when all up to there were seen, files follow.
    pub messages_upto: u64,
    /// Uploaded files and pictures that are written.
    pub files: u64,
}

/// Writes everything; returns how much that was. `progress` is told now and then. Blocks.
///
/// # Errors
/// Reading or writing fails.
pub fn write(source: &Source, out: impl Write, mut progress: impl FnMut(Progress)) -> Result<Progress> {
    let mut archive = Archive::new(out, source.now);
    let mut messages = Messages::new(source)?;
    let mut done = Progress { messages_upto: source.state.messages.last_id().into(), ..Progress::default() };
    let mut number = 1;
    while let Some(page) = messages.next_page()? {
        archive.spooled(&format!("messages-{number:06}.json"), |out| messages.write_page(&page, out))?;
        number += 1;
        done.messages += page.len() as u64;
        done.messages_seen = page.last().map_or(0, |row| row.id.0.into());
        progress(done);
    }
    done.messages_seen = done.messages_upto;
    archive.spooled("realm.json", |out| tables::write(source, &mut messages, out))?;
    uploads(source, &messages, &mut archive, &mut |files| {
        done.files += files;
        progress(done);
    })?;
    done.files += pictures::write(source, &mut archive)?;
    progress(done);
    archive.json("migration_status.json", &json!({ "migrations_by_app": {}, "zulip_version": "11.0" }))?;
    archive.finish()?;
    Ok(done)
}

/// Files to which exported messages refer, also those that are sent later; of everything, the others, too. A file that is not in the store any more is
/// left out.
fn uploads<W: Write>(
    source: &Source,
    messages: &Messages<'_>,
    archive: &mut Archive<W>,
    written: &mut dyn FnMut(u64),
) -> Result<()> {
    let (mut attachments, mut records) = (Vec::new(), Vec::new());
    let mut later = tables::later::uses(source, messages);
    for row in source.state.files.iter() {
        let used: Vec<u32> =
            source.state.files.uses(row.id).map(|(id, _)| id.0).filter(|id| messages.has(*id)).collect();
        let scheduled = later.remove(&row.id).unwrap_or_default();
        if used.is_empty() && scheduled.is_empty() && source.scope != Scope::Everything {
            continue;
        }
        if archive.stored(source, &format!("uploads/{}", row.path), &row.key)?.is_none() {
            continue;
        }
        written(1);
        attachments.push(attachment(row, &used, &scheduled));
        records.push(json!({
            "realm_id": 1, "user_profile_id": row.owner, "path": row.path, "s3_path": row.path, "size": row.size,
            "last_modified": row.created_at, "content_type": row.content_type, "user_profile_email": null,
        }));
    }
    archive.spooled("attachment.json", |out| {
        let mut tables = Tables::new(out)?;
        tables.table("zerver_attachment", attachments)?;
        tables.end()
    })?;
    archive.spooled("uploads/records.json", |out| serde_json::to_writer(out, &records).map_err(Error::from))
}

fn attachment(row: &FileRow, used: &[u32], scheduled: &[u64]) -> Value {
    json!({
        "id": row.id, "file_name": row.name, "path_id": row.path, "owner": row.owner, "realm": 1,
        "create_time": row.created_at, "size": row.size, "content_type": row.content_type, "messages": used,
        "scheduled_messages": scheduled,
        // Unknown: found out when somebody asks for it.
        "is_realm_public": null, "is_web_public": null,
    })
}
