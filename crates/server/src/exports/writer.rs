//! How an archive is written: files of a `tar.gz`, and tables as JSON, row by row.

use super::archive::Source;
use bytes::{Buf, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Error, Read, Result, Seek, Write};
use tar::{Builder, Header};
use tokio::runtime::Handle;

/// The folder that everything is in.
const FOLDER: &str = "export";

/// An archive that is being written.
pub(super) struct Archive<W: Write> {
    tar: Builder<GzEncoder<W>>,
    /// UNIX seconds; the time of all files.
    now: u64,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(out: W, now: i64) -> Self {
        let tar = Builder::new(GzEncoder::new(out, Compression::default()));
        Archive { tar, now: u64::try_from(now).unwrap_or(0) }
    }

    /// A file with one JSON value.
    pub(super) fn json(&mut self, name: &str, value: &Value) -> Result<()> {
        let text = serde_json::to_vec(value).map_err(Error::other)?;
        self.file(name, text.len() as u64, text.as_slice())
    }

    /// A file of which not all is in memory at once: it is written to a temporary file first, because its size comes
    /// before it.
    pub(super) fn spooled(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        write(&mut out)?;
        let mut file = out.into_inner().map_err(|error| error.into_error())?;
        let size = file.stream_position()?;
        file.rewind()?;
        self.file(name, size, file)
    }

    /// A file of this many bytes.
    pub(super) fn file(&mut self, name: &str, size: u64, content: impl Read) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.now);
        self.tar.append_data(&mut header, format!("{FOLDER}/{name}"), content)
    }

    /// A file of the file store; returns its size, or none if it is not there any more.
    pub(super) fn stored(&mut self, source: &Source, name: &str, key: &str) -> Result<Option<u64>> {
        let opened = source.runtime.block_on(source.files.get(key, None));
        let Some(opened) = opened.map_err(|error| Error::other(error.to_string()))? else { return Ok(None) };
        let reader = Blocking { bytes: opened.bytes, chunk: Bytes::new(), runtime: source.runtime.clone() };
        self.file(name, opened.size, reader.take(opened.size))?;
        Ok(Some(opened.size))
    }

    /// Nothing comes any more.
    pub(super) fn finish(self) -> Result<()> {
        self.tar.into_inner()?.finish()?.flush()
    }
}

/// Tables of one file, row by row.
pub(super) struct Tables<'a> {
    out: &'a mut dyn Write,
    is_first: bool,
}

impl<'a> Tables<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Result<Self> {
        out.write_all(b"{")?;
        Ok(Tables { out, is_first: true })
    }

    /// One table. Rows that have no id are numbered.
    pub(super) fn table(&mut self, name: &str, rows: impl IntoIterator<Item = Value>) -> Result<()> {
        self.begin(name)?;
        for (at, mut row) in rows.into_iter().enumerate() {
            if row.get("id").is_none() {
                row["id"] = json!(at + 1);
            }
            if at > 0 {
                self.out.write_all(b",\n")?;
            }
            serde_json::to_writer(&mut self.out, &row)?;
        }
        self.out.write_all(b"]")
    }

    /// One table, of rows that were kept aside.
    pub(super) fn kept(&mut self, name: &str, rows: &mut Spool) -> Result<()> {
        rows.file.flush()?;
        rows.file.get_mut().rewind()?;
        self.begin(name)?;
        for (at, line) in BufReader::new(rows.file.get_mut()).lines().enumerate() {
            let comma = if at > 0 { ",\n" } else { "" };
            write!(self.out, "{comma}{}", line?)?;
        }
        self.out.write_all(b"]")
    }

    /// A value that is no table.
    pub(super) fn value(&mut self, name: &str, value: &Value) -> Result<()> {
        self.name(name)?;
        write!(self.out, "{value}")
    }

    fn begin(&mut self, name: &str) -> Result<()> {
        self.name(name)?;
        self.out.write_all(b"[")
    }

    fn name(&mut self, name: &str) -> Result<()> {
        let comma = if self.is_first { "" } else { ",\n" };
        self.is_first = false;
        write!(self.out, "{comma}\"{name}\": ")
    }

    /// Nothing comes any more.
    pub(super) fn end(self) -> Result<()> {
        self.out.write_all(b"}\n")
    }
}

/// Rows of a table that is written later, in a temporary file.
pub(super) struct Spool {
    file: BufWriter<File>,
    count: u64,
}

impl Spool {
    pub(super) fn new() -> Result<Self> {
        Ok(Spool { file: BufWriter::new(tempfile::tempfile()?), count: 0 })
    }

    /// One row; it is numbered.
    pub(super) fn push(&mut self, mut row: Value) -> Result<()> {
        self.count += 1;
        row["id"] = json!(self.count);
        writeln!(self.file, "{row}")
    }
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
