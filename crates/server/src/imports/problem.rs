//! Why an import fails, and where in the archive that is.

use std::fmt;
use std::sync::Arc;
use tidings_store::StoreError;

/// Why an import fails.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something in the archive cannot be.
    #[error("{place}: {what}")]
    Archive {
        /// Where.
        place: Place,
        /// What is wrong with it.
        what: String,
    },
    /// There is an organization already.
    #[error("there is an organization already, and an import is not added to one")]
    NotEmpty,
    /// The database fails.
    #[error("the organization cannot be written: {0}")]
    Store(#[from] StoreError),
    /// A file of this machine cannot be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        error: std::io::Error,
    },
    /// The file store fails; the log says why.
    #[error("files cannot be stored; the log says why")]
    Files,
    /// Somebody wants it to stop.
    #[error("the import was interrupted")]
    Interrupted,
}

impl ImportError {
    /// A file of the archive is no good.
    pub(super) fn file(file: &str, what: impl Into<String>) -> Self {
        ImportError::Archive { place: Place::file(file), what: what.into() }
    }
}

/// Where something is in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, without the archive's folder.
    pub file: Arc<str>,
    /// The table; empty where the file is one list.
    pub table: Arc<str>,
    /// The row, counted from 1; 0 for the whole file.
    pub row: usize,
}

impl Place {
    fn file(file: &str) -> Self {
        // Names come from the archive, and are shown on a terminal.
        let shown: String = file.chars().filter(|c| !c.is_control()).take(200).collect();
        Place { file: shown.into(), table: "".into(), row: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, &*self.table) {
            (0, _) => write!(f, "{}", self.file),
            (row, "") => write!(f, "{}, row {row}", self.file),
            (row, table) => write!(f, "{}, {table}, row {row}", self.file),
        }
    }
}
