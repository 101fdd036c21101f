//! Unpacks an archive into a folder. Archives come from anywhere: nothing is written outside the folder, there are no
//! links, and there is a bound for everything.

use super::problem::ImportError;
use flate2::read::MultiGzDecoder;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// Folders in each other.
const DEPTH_MAX: usize = 16;

/// Bytes of a path.
const PATH_BYTES_MAX: usize = 4_096;

/// Bytes of what an archive says of a file beside its content.
const EXTENSION_BYTES_MAX: u64 = 1 << 20;

/// Files in an archive.
const FILES_MAX: usize = 20_000_000;

/// What an archive comes to.
pub(super) struct Unpacked {
    /// Where `realm.json` is.
    pub folder: PathBuf,
    /// How many files there are.
    pub files: usize,
}

/// Unpacks `archive`, a tar file that may be compressed with gzip, into an empty folder; at most so many bytes.
/// `progress` is told how many bytes are written.
pub(super) fn unpack(
    archive: File,
    into: &Path,
    bytes_max: u64,
    progress: &mut dyn FnMut(u64) -> Result<(), ImportError>,
) -> Result<Unpacked, ImportError> {
    let cannot = |error| ImportError::Io { what: "the archive cannot be read", error };
    let mut input = BufReader::with_capacity(1 << 16, archive);
    let is_gzip = std::io::BufRead::fill_buf(&mut input).map_err(cannot)?.starts_with(&[0x1f, 0x8b]);
    let input: Box<dyn Read> = if is_gzip { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
    let mut unpacking =
        Unpacking { into, left: bytes_max, bytes_max, written: 0, files: 0, realm_files: Vec::new(), name: None };
    let mut archive = Archive::new(input);
    // As it is: the extensions for long names are read here, where they have a bound.
    for entry in archive.entries().map_err(bad)?.raw(true) {
        unpacking.entry(&mut entry.map_err(bad)?)?;
        progress(unpacking.written)?;
    }
    let folder = unpacking.folder()?;
    Ok(Unpacked { folder, files: unpacking.files })
}

fn bad(error: impl std::fmt::Display) -> ImportError {
    ImportError::file("the archive", format!("it is no complete tar.gz: {error}"))
}

struct Unpacking<'a> {
    into: &'a Path,
    left: u64,
    bytes_max: u64,
    written: u64,
    /// How many there are. Their names are on the disk only: there may be millions.
    files: usize,
    /// Where there is a `realm.json`; no more than two.
    realm_files: Vec<PathBuf>,
    /// What the next file is called, if an extension says so.
    name: Option<Vec<u8>>,
}

impl Unpacking<'_> {
    fn entry<R: Read>(&mut self, entry: &mut Entry<'_, R>) -> Result<(), ImportError> {
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => {
                let name = extension(entry)?;
                self.name = Some(name.into_iter().take_while(|byte| *byte != 0).collect());
                return Ok(());
            }
            EntryType::XHeader => {
                self.name = pax_path(&extension(entry)?).or_else(|| self.name.take());
                return Ok(());
            }
            EntryType::XGlobalHeader => return extension(entry).map(drop),
            _ => {}
        }
        let name = self.name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let shown = String::from_utf8_lossy(&name).into_owned();
        let refused = |what: &str| Err(ImportError::file(&shown, what));
        let path = checked(&name).map_err(|what| ImportError::file(&shown, what))?;
        match kind {
            EntryType::Directory => Ok(()),
            EntryType::Regular | EntryType::Continuous => match path {
                Some(path) => self.file(entry, &shown, path),
                None => refused("a file has to have a name"),
            },
            EntryType::Symlink | EntryType::Link | EntryType::GNULongLink => refused("links are not unpacked"),
            _ => refused("it is neither a file nor a folder"),
        }
    }

    fn file<R: Read>(&mut self, entry: &mut Entry<'_, R>, shown: &str, path: PathBuf) -> Result<(), ImportError> {
        let cannot = |error| ImportError::Io { what: "the archive cannot be unpacked", error };
        if self.files >= FILES_MAX {
            return Err(ImportError::file("the archive", format!("it has more than {FILES_MAX} files")));
        }
        let size = entry.size();
        if size > self.left {
            let what =
                format!("unpacked, the archive has more than {} bytes; --unpacked-max allows more", self.bytes_max);
            return Err(ImportError::file(shown, what));
        }
        let target = self.into.join(&path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(cannot)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).open(&target);
        let file = file.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => ImportError::file(shown, "it is in the archive twice"),
            _ => cannot(error),
        })?;
        let mut out = BufWriter::new(file);
        let copied = copy(&mut entry.take(size), &mut out).map_err(|error| match error {
            Copy::Reading(error) => bad(error),
            Copy::Writing(error) => cannot(error),
        })?;
        if copied != size {
            return Err(ImportError::file(shown, "the archive ends before it"));
        }
        out.flush().map_err(cannot)?;
        (self.left, self.written) = (self.left - size, self.written + size);
        self.files += 1;
        if path.ends_with("realm.json") && path.components().count() <= 2 && self.realm_files.len() < 2 {
            self.realm_files.push(path);
        }
        Ok(())
    }

    /// Where `realm.json` is: in the archive's folder, or above it.
    fn folder(&self) -> Result<PathBuf, ImportError> {
        match self.realm_files.as_slice() {
            [file] => Ok(self.into.join(file.parent().unwrap_or(Path::new("")))),
            [] => Err(ImportError::file(
                "the archive",
                "there is no realm.json in it: it is no export of an organization",
            )),
            _ => Err(ImportError::file("the archive", "there is more than one realm.json in it")),
        }
    }
}

enum Copy {
    Reading(std::io::Error),
    Writing(std::io::Error),
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> Result<u64, Copy> {
    let mut buffer = vec![0; 1 << 16];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Copy::Reading(error)),
        };
        to.write_all(&buffer[..count]).map_err(Copy::Writing)?;
        copied += count as u64;
    }
}

fn extension<R: Read>(entry: &mut Entry<'_, R>) -> Result<Vec<u8>, ImportError> {
    let size = entry.size();
    if size > EXTENSION_BYTES_MAX {
        return Err(ImportError::file("the archive", format!("what it says of a file has {size} bytes")));
    }
    let mut content = Vec::new();
    entry.take(size).read_to_end(&mut content).map_err(bad)?;
    Ok(content)
}

/// The name in an extended header, which has lines of a length, a key and a value.
fn pax_path(mut content: &[u8]) -> Option<Vec<u8>> {
    let mut path = None;
    while !content.is_empty() {
        let space = content.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&content[..space]).ok()?.parse().ok()?;
        let line = content.get(space + 1..length.checked_sub(1)?)?;
        if let Some(value) = line.strip_prefix(b"path=") {
            path = Some(value.to_vec());
        }
        content = content.get(length..)?;
    }
    path
}

/// The path below the folder that everything is unpacked to; none for that folder itself.
fn checked(name: &[u8]) -> Result<Option<PathBuf>, &'static str> {
    if name.len() > PATH_BYTES_MAX {
        return Err("its path is too long");
    }
    let text = std::str::from_utf8(name).map_err(|_| "its path is not UTF-8")?;
    if text.contains(['\\', '\0']) {
        return Err("its path has characters that no path has");
    }
    let mut path = PathBuf::new();
    for component in Path::new(text).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => return Err("its path leads out of the archive"),
        }
    }
    if path.components().count() > DEPTH_MAX {
        return Err("it is too deep in folders");
    }
    Ok(Some(path).filter(|path| path.components().next().is_some()))
}

/// A path that a table names, below a folder of the archive; none for one that leads elsewhere, or is no file.
pub(super) fn file_below(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = checked(path.as_bytes()).ok()??;
    let found = folder.join(path);
    // There are no links in the folder, so this cannot be elsewhere.
    found.is_file().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_their_folder() {
        for good in ["export/realm.json", "./a/b", "a/./b", "ü/日本"] {
            assert!(checked(good.as_bytes()).is_ok_and(|path| path.is_some()), "{good}");
        }
        for bad in ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "x\0y", &"a/".repeat(17), &"x".repeat(5_000)] {
            assert!(checked(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(checked(b"./"), Ok(None));
    }

    #[test]
    fn names_are_found_in_extended_headers() {
        assert_eq!(pax_path(b"12 path=abc\n"), Some(b"abc".to_vec()));
        assert_eq!(pax_path(b"8 a=bcd\n11 path=xy\n"), Some(b"xy".to_vec()));
        for bad in [b"999 path=abc\n".as_slice(), b"x", b"0 path=x\n", b"-1 path"] {
            assert_eq!(pax_path(bad), None);
        }
    }
}
