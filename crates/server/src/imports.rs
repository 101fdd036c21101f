//! Imports: an archive, as [`exports`](crate::exports) and other servers of the API make it, becomes an organization in
//! a database that has none.
//!
//! Archives come from anywhere. What is wrong in one ends the import, with its file and row; what this server has no
//! place for is left out, and counted. Nothing that was rendered elsewhere is believed: HTML is made anew.
//!
//! # Layout
//! - this file: what is done in which order. `problem`: why it fails. `unpack`: the archive's files. `reader`: their rows.
//! - `building`: the organization in the making. `ids`: what the archive's numbers stand for.
//! - `organization`, `people`, `groups`, `channels`, `personal`, `later`: tables of `realm.json`. `files`: uploaded files and pictures.
//! - `messages`: messages, file by file; `marks`: who has read them, and so on.

mod building;
mod channels;
mod files;
mod groups;
mod ids;
mod later;
mod marks;
mod messages;
mod organization;
mod people;
mod personal;
pub mod problem;
mod reader;
mod unpack;

use crate::exports::tables::OWN_SETTINGS;
use crate::files::FileStore;
use building::Building;
use ids::Ids;
pub use problem::ImportError;
use reader::{TableFile, Unknown};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings_core::state::realm::RealmRow;
use tidings_store::Store;
use tidings_types::realm::RealmSettings;
use tidings_types::settings::UserSettings;
use tokio::runtime::Handle;

/// Bytes that an archive may have when it is unpacked, unless said otherwise: a bound for archives that are made to
/// fill disks.
pub const UNPACKED_BYTES_MAX: u64 = 200 << 30;

/// What an import is made from, and where to.
pub struct Source<'a> {
    /// The archive.
    pub archive: &'a Path,
    /// An empty folder that it is unpacked to, on a disk with room for it.
    pub folder: &'a Path,
    /// Bytes that it may have when it is unpacked.
    pub unpacked_max: u64,
    /// A database without an organization.
    pub store: &'a dyn Store,
    /// Where files go.
    pub files: &'a Arc<FileStore>,
    /// For storing files, from this thread, which may block.
    pub runtime: Handle,
    /// Where clients will reach the organization, without a slash at the end.
    pub url: String,
    /// Host part of addresses that are made up.
    pub host: String,
    /// UNIX seconds.
    pub now: i64,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 if that is not known.
    pub of: u64,
}

/// What an import does, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Unpacks the archive; counted in bytes.
    Unpacking,
    /// Looks at messages; counted in messages.
    Counting,
    /// Makes accounts, channels and groups; counted in accounts.
    Organization,
    /// Stores files and pictures; counted in files.
    Files,
    /// Makes messages; counted in messages.
    Messages,
    /// Notes who has read them; counted in accounts.
    Marks,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The organization's name.
    pub name: String,
    /// Accounts of people.
    pub people: u64,
    /// Accounts of bots.
    pub bots: u64,
    /// Channels.
    pub channels: u64,
    /// Messages.
    pub messages: u64,
    /// Uploaded files.
    pub files: u64,
    /// Whether messages have other ids than in the archive.
    pub renumbered: bool,
    /// Whether an owner closed the organization.
    pub is_closed: bool,
    /// What was left out or changed, with how often.
    pub notes: BTreeMap<String, u64>,
    /// Tables of the archive that this server has no place for, with how many rows each has.
    pub unknown_tables: BTreeMap<String, u64>,
}

/// Tells how far it is; an error ends the import.
pub type Tell<'a> = &'a mut dyn FnMut(Progress) -> Result<(), ImportError>;

/// Makes an organization from an archive. Blocks. If it fails, or is killed, the database and the files are to be thrown
/// away: they are in no state that anybody should serve.
///
/// # Errors
/// See [`ImportError`].
pub fn import(source: &Source<'_>, tell: Tell<'_>) -> Result<Report, ImportError> {
    if source.store.load()?.is_some() {
        return Err(ImportError::NotEmpty);
    }
    let archive = std::fs::File::open(source.archive);
    let archive = archive.map_err(|error| ImportError::Io { what: "the archive cannot be opened", error })?;
    let unpacked = unpack::unpack(archive, source.folder, source.unpacked_max, &mut |done| {
        tell(Progress { step: Step::Unpacking, done, of: 0 })
    })?;
    let row = RealmRow {
        string_id: String::new(),
        name: String::new(),
        description: String::new(),
        date_created: source.now,
        imported_at: source.now,
        host: source.host.clone(),
        url: source.url.clone(),
        settled_until: 0,
        defaults: UserSettings::default(),
        settings: RealmSettings::default(),
    };
    let mut import = Import {
        folder: unpacked.folder,
        build: Building::new(source.store, row, source.now),
        files: source.files,
        runtime: source.runtime.clone(),
        now: source.now,
        ids: Ids::default(),
        report: Report::default(),
        tell,
    };
    import.run(unpacked.files)?;
    Ok(import.report)
}

/// An import at work.
struct Import<'a> {
    /// Where the archive is unpacked.
    folder: PathBuf,
    build: Building<'a>,
    files: &'a Arc<FileStore>,
    runtime: Handle,
    now: i64,
    ids: Ids,
    report: Report,
    tell: Tell<'a>,
}

impl Import<'_> {
    fn run(&mut self, n_files: usize) -> Result<(), ImportError> {
        let message_files = self.message_files()?;
        self.survey(&message_files)?;
        self.begin()?;
        self.people()?;
        self.groups()?;
        self.lists()?;
        self.channels()?;
        self.settings()?;
        self.personal()?;
        self.pictures(n_files)?;
        let uses = self.uploads(n_files)?;
        self.messages(&message_files, &uses)?;
        self.later()?;
        self.build.commit()
    }

    /// What is counted of tables that nobody knows.
    fn survey(&mut self, message_files: &[String]) -> Result<(), ImportError> {
        let mut unknown = Unknown::new();
        self.realm_file().survey(KNOWN, &mut unknown)?;
        self.report.unknown_tables = unknown;
        self.survey_messages(message_files)
    }

    fn realm_file(&self) -> TableFile {
        TableFile::new(&self.folder, "realm.json")
    }

    fn file(&self, name: &str) -> TableFile {
        TableFile::new(&self.folder, name)
    }

    /// Notes that something was left out or changed.
    fn note(&mut self, what: &str) {
        *self.report.notes.entry(what.to_owned()).or_default() += 1;
    }

    fn tell(&mut self, step: Step, done: u64, of: u64) -> Result<(), ImportError> {
        (self.tell)(Progress { step, done, of })
    }
}

/// Tables of `realm.json` that are read, and of which it would tell nobody anything that they are not.
const KNOWN: &[&str] = &[
    OWN_SETTINGS,
    "zerver_alertword",
    "zerver_botstoragedata",
    "zerver_channelfolder",
    "zerver_client",
    "zerver_customprofilefield",
    "zerver_customprofilefieldvalue",
    "zerver_defaultstream",
    "zerver_defaultstreamgroup",
    "zerver_groupgroupmembership",
    "zerver_huddle",
    "zerver_muteduser",
    "zerver_namedusergroup",
    "zerver_navigationview",
    "zerver_onboardingstep",
    "zerver_reaction",
    "zerver_realm",
    "zerver_realmauditlog",
    // How people log in, this server's operator says.
    "zerver_realmauthenticationmethod",
    "zerver_realmdomain",
    "zerver_realmemoji",
    "zerver_realmfilter",
    "zerver_realmplayground",
    "zerver_realmuserdefault",
    "zerver_recipient",
    "zerver_savedsnippet",
    "zerver_scheduledmessage",
    "zerver_service",
    "zerver_stream",
    "zerver_subscription",
    "zerver_usergroup",
    "zerver_usergroupmembership",
    "zerver_userpresence",
    "zerver_userprofile",
    "zerver_userprofile_crossrealm",
    "zerver_userprofile_mirrordummy",
    "zerver_userstatus",
    "zerver_usertopic",
];

/// A text without what cannot be shown, and no longer than that.
fn tidy(text: &str, chars_max: usize) -> String {
    let shown: String = text.chars().filter(|c| !c.is_control() && *c != '\u{fffe}' && *c != '\u{ffff}').collect();
    shown.trim().chars().take(chars_max).collect::<String>().trim_end().to_owned()
}

/// A longer text, which may have lines.
fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}
