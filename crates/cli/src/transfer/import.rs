//! `tidings import`. Everything is made in a folder of its own in the data folder; when it is whole, first the files and
//! then the database are moved to where they belong. So there is either no organization, or a whole one.

use super::{Meter, config, count};
use crate::args::ImportArgs;
use crate::data_dir::DataDir;
use crate::output::{self, Format};
use anyhow::{Context, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tidings_server::bootstrap::Founding;
use tidings_server::clock::Clock;
use tidings_server::files::FileStore;
use tidings_server::imports::{self, ImportError, Progress, Report, Source, Step};
use tidings_store::StoreError;
use tidings_store_sqlite::{Reserved, SqliteOptions, SqliteStore};
use tokio::runtime::Runtime;

/// Makes an organization of an archive.
pub(crate) fn import(args: &ImportArgs, format: Format) -> Result<()> {
    if !args.archive.is_file() {
        bail!("there is no archive at {}", args.archive.display());
    }
    let data = DataDir::create(&args.data_dir)?;
    let reserved = reserve(&data)?;
    let place = Place::new(&data)?;
    let mut config = config(&args.files)?;
    config.external_url = args.external_url.clone().or(config.external_url);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let files = FileStore::open(&config, &place.files()).context("cannot open the file store")?;
    let is_taken =
        runtime.block_on(files.is_taken()).map_err(|error| anyhow!("cannot look into the file store: {error}"))?;
    if is_taken {
        bail!("the file store has files of an organization already; choose another with --file-store");
    }
    let (files, founding) = (Arc::new(files), Founding::from_config(&config, config.listen));
    let report = {
        let store =
            SqliteStore::open(&place.database(), SqliteOptions::default()).context("cannot make the database")?;
        let source = Source {
            archive: &args.archive,
            folder: &place.unpacked()?,
            unpacked_max: args.unpacked_max.saturating_mul(1 << 30),
            store: &store,
            files: &files,
            runtime: runtime.handle().clone(),
            url: founding.url,
            host: founding.host,
            now: Clock::default().now(),
        };
        make(&source, &runtime)?
    };
    let is_local = files.is_local();
    drop(files);
    place.move_into(&data, is_local, reserved)?;
    output::result(format, &report, || told(&report, &data))
}

/// Keeps servers out until the organization is there.
fn reserve(data: &DataDir) -> Result<Reserved> {
    match Reserved::new(&data.database()) {
        Ok(Some(reserved)) => Ok(reserved),
        Ok(None) => {
            bail!("{data} has an organization already, and an import is not added to one; choose another --data-dir")
        }
        Err(StoreError::InUse(_)) => {
            bail!("another process is using the data folder {data}; an import needs a folder without an organization")
        }
        Err(error) => Err(error).with_context(|| format!("cannot use the data folder {data}")),
    }
}

fn make(source: &Source<'_>, runtime: &Runtime) -> Result<Report> {
    let stopped = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stopped);
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.store(true, Ordering::Relaxed);
        }
    });
    let mut meter = Meter::new();
    let made = imports::import(source, &mut |progress: Progress| {
        let Progress { step, done, of } = progress;
        let text = || if of == 0 { done.to_string() } else { format!("{done} of {of}") };
        match step {
            Step::Unpacking => meter.tell("unpacking", || format!("{} MB", done / 1_000_000)),
            Step::Counting => meter.tell("looking through messages", text),
            Step::Organization => meter.tell("accounts", text),
            Step::Files => meter.tell("files and pictures", || done.to_string()),
            Step::Messages => meter.tell("messages", text),
            Step::Marks => meter.tell("what people have read", text),
        }
        // So that nothing is left behind.
        if stopped.load(Ordering::Relaxed) { Err(ImportError::Interrupted) } else { Ok(()) }
    });
    meter.end();
    made.map_err(|error| match error {
        ImportError::Archive { .. } => anyhow!("{} cannot be imported: {error}", source.archive.display()),
        error => anyhow::Error::new(error),
    })
}

/// Where an import works. What an earlier one left there, which was killed, is removed: nobody else can be at work.
struct Place(PathBuf);

impl Place {
    fn new(data: &DataDir) -> Result<Self> {
        let place = Place(data.importing());
        // The earlier one was killed after its files were in place, and before its database was.
        if place.moving().exists() {
            remove(&data.files())?;
        }
        remove(&place.0)?;
        let is_empty = std::fs::read_dir(data.files()).map_or(true, |mut inside| inside.next().is_none());
        if !is_empty {
            bail!(
                "{} has files of an organization already; move them away, or choose another --data-dir",
                data.files().display()
            );
        }
        DataDir::create(&place.0)?;
        Ok(place)
    }

    fn database(&self) -> PathBuf {
        self.0.join("tidings.db")
    }

    fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    /// There while files are moved.
    fn moving(&self) -> PathBuf {
        self.0.join("moving")
    }

    fn unpacked(&self) -> Result<PathBuf> {
        let folder = self.0.join("archive");
        DataDir::create(&folder)?;
        Ok(folder)
    }

    fn move_into(&self, data: &DataDir, is_local: bool, reserved: Reserved) -> Result<()> {
        if is_local {
            let cannot = || format!("cannot move the files to {}", data.files().display());
            std::fs::write(self.moving(), []).with_context(cannot)?;
            remove(&data.files())?;
            std::fs::rename(self.files(), data.files()).with_context(cannot)?;
        }
        reserved.fill(&self.database()).context("cannot move the database to its place")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // If this fails, the next import does it.
        let _ = remove(&self.0);
    }
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn told(report: &Report, data: &DataDir) -> String {
    let mut lines = vec![format!(
        "Imported {}: {}, {}, {}, {}, {}.",
        report.name,
        count(report.people, "person", "people"),
        count(report.bots, "bot", "bots"),
        count(report.channels, "channel", "channels"),
        count(report.messages, "message", "messages"),
        count(report.files, "file", "files"),
    )];
    if report.renumbered {
        lines.push(
            "Messages have new ids: those in the archive are too far apart. Links to messages lead elsewhere."
                .to_owned(),
        );
    }
    lines.extend(report.notes.iter().map(|(what, times)| format!("Left out or changed: {what} ({times})")));
    let tables = report.unknown_tables.iter().map(|(table, rows)| format!("{table} ({rows})"));
    let tables = tables.collect::<Vec<_>>().join(", ");
    if !tables.is_empty() {
        lines.push(format!("Tables that this server has no place for, with their rows: {tables}"));
    }
    if report.is_closed {
        lines.push(format!("The organization is closed; `tidings owner reopen --data-dir {data}` opens it."));
    }
    lines.push(format!(
        "\nNobody can log in yet: archives have no passwords and no keys. For each who is to:\n\n  \
         tidings zuliprc --data-dir {data} --user ann@example.com --out ./ann.rc\n  \
         tidings user set-password --data-dir {data} --password-stdin ann@example.com\n\n\
         `tidings user list --data-dir {data}` shows all accounts. Then:\n\n  tidings serve --data-dir {data}"
    ));
    lines.join("\n")
}
