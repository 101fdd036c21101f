//! `tidings export`.

use super::{Meter, config, count};
use crate::admin::archive::receive;
use crate::admin::connection::Connection;
use crate::args::ExportArgs;
use crate::data_dir::DataDir;
use crate::output::{self, Format};
use crate::zuliprc::check_free;
use anyhow::{Context, Result, bail};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use tidings_server::exports::archive::{Progress, Scope};
use tidings_server::files::FileStore;

/// Writes an archive.
pub(crate) fn export(args: &ExportArgs, format: Format) -> Result<()> {
    let scope = match (args.public, args.everything) {
        (true, _) => Scope::Public,
        (_, true) => Scope::Everything,
        _ => Scope::Agreed,
    };
    let folder = &args.data.data_dir;
    if !folder.join("tidings.db").exists() {
        bail!("there is no organization in {}; check --data-dir", folder.display());
    }
    let data = DataDir::create(folder)?;
    if args.out.as_os_str() == "-" {
        let stdout = std::io::stdout();
        if stdout.is_terminal() {
            bail!("an archive is nothing for a terminal; give a file with --out, or a pipe to stdout");
        }
        let done = make(&data, args, scope, BufWriter::new(stdout.lock()))?;
        anstream::eprintln!("{}", told(&done));
        return Ok(());
    }
    check_free(&args.out, args.force)?;
    let done = whole_file(&args.out, |file| make(&data, args, scope, file))?;
    let value = serde_json::json!({ "file": args.out, "messages": done.messages, "files": done.files });
    output::result(format, &value, || format!("{} It is in {}", told(&done), args.out.display()))
}

fn told(done: &Progress) -> String {
    let messages = count(done.messages, "message", "messages");
    format!("Exported {messages} and {}.", count(done.files, "file", "files"))
}

/// Writes a file that only its owner can read, and that is not there until it is whole.
fn whole_file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let cannot = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".export-").tempfile_in(folder).with_context(cannot)?;
    let mut out = BufWriter::new(file);
    let done = write(&mut out)?;
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    file.persist(path).map_err(|error| error.error).with_context(cannot)?;
    Ok(done)
}

fn make(data: &DataDir, args: &ExportArgs, scope: Scope, out: impl Write) -> Result<Progress> {
    let mut connection = Connection::open(data)?;
    let files = || FileStore::open(&config(&args.files)?, &data.files()).context("cannot open the file store");
    let mut meter = Meter::new();
    let done = receive(&mut connection, files, scope, out, |done| match done.files {
        0 => meter.tell("messages", || {
            format!("{} up to number {} of {}", done.messages, done.messages_seen, done.messages_upto)
        }),
        files => meter.tell("files", || files.to_string()),
    });
    meter.end();
    done
}
