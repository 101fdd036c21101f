//! A position in a file.

use super::{Position, ResumeStore};
use crate::error::BoxError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Keeps the position in a file that only its owner can read. It is replaced whole, and on disk when a position counts
/// as saved. Two processes cannot use one file: a lock on a second file, named `….lock`, sees to that until the process
/// ends, however it ends.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: File,
}

impl StateFile {
    /// Locks the file, which need not exist; its folder must.
    ///
    /// # Errors
    /// Another process uses it, or the folder is not there or cannot be written to.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let lock = private().create(true).truncate(false).open(beside(&path, ".lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(StateFile { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let text = format!("{} is in use by another process", path.display());
                Err(io::Error::new(ErrorKind::ResourceBusy, text))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn named<T>(&self, done: io::Result<T>) -> Result<T, BoxError> {
        done.map_err(|error| format!("{}: {error}", self.path.display()).into())
    }

    fn replace(&self, json: &[u8]) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let mut file = private().create(true).truncate(true).open(&new)?;
        file.write_all(json)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        self.sync_folder()
    }

    /// A name is on disk when its folder is.
    fn sync_folder(&self) -> io::Result<()> {
        if cfg!(windows) {
            return Ok(());
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl ResumeStore for StateFile {
    fn load(&self) -> Result<Option<Position>, BoxError> {
        match std::fs::read(&self.path) {
            Ok(json) => {
                let read = serde_json::from_slice(&json);
                let what = |error| format!("{} is not a saved position: {error}", self.path.display());
                read.map(Some).map_err(|error| what(error).into())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => self.named(Err(error)),
        }
    }

    fn save(&self, position: &Position) -> Result<(), BoxError> {
        let json = serde_json::to_vec(position)?;
        self.named(self.replace(&json))
    }

    fn clear(&self) -> Result<(), BoxError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => self.named(done.and_then(|()| self.sync_folder())),
        }
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_types::EventId;

    #[test]
    fn what_is_saved_is_loaded_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let file = StateFile::open(&path).unwrap();
        assert_eq!(file.load().unwrap(), None);
        for id in [5, 9] {
            let position =
                Position { queue_id: "q".into(), last_event_id: EventId(id), registered_with: "x".to_owned() };
            file.save(&position).unwrap();
            assert_eq!(file.load().unwrap(), Some(position));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        file.clear().unwrap();
        file.clear().unwrap();
        assert_eq!(file.load().unwrap(), None);
    }

    #[test]
    fn one_user_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let file = StateFile::open(&path).unwrap();
        let error = StateFile::open(&path).unwrap_err();
        assert!(error.to_string().contains("in use"), "{error}");
        drop(file);
        StateFile::open(&path).unwrap();
    }

    #[test]
    fn a_file_that_is_something_else_is_not_overwritten_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        std::fs::write(&path, "mine").unwrap();
        let error = StateFile::open(&path).unwrap().load().unwrap_err();
        assert!(error.to_string().contains("not a saved position"), "{error}");
    }
}
