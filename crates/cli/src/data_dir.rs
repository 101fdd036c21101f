//! The data folder: the database, and the socket for administration while the server runs.

use anyhow::{Context, Result, bail};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tidings_server::config;
use tidings_store::{Store, StoreError};
use tidings_store_sqlite::{SqliteOptions, SqliteStore, Synchronous};

/// A data folder.
#[derive(Clone, Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// A folder that is there, or is created readable only for its owner.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(path).with_context(|| format!("cannot create the data folder {}", path.display()))?;
        Ok(DataDir { path: path.to_owned() })
    }

    /// Where the running server takes administrative commands.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path.join("admin.sock")
    }

    /// Where uploaded files are, unless they are elsewhere.
    pub(crate) fn files(&self) -> PathBuf {
        self.path.join("files")
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("tidings.db")
    }

    /// Where an import works.
    pub(crate) fn importing(&self) -> PathBuf {
        self.path.join("importing")
    }

    /// Opens the database; only one process at a time can. What an import has left that was killed when its database was in
    /// place already is removed: nobody imports while the database is open.
    pub(crate) fn open(&self, synchronous: config::Synchronous) -> Result<Arc<dyn Store>> {
        let synchronous = match synchronous {
            config::Synchronous::Full => Synchronous::Full,
            config::Synchronous::Normal => Synchronous::Normal,
        };
        let file = self.database();
        match SqliteStore::open(&file, SqliteOptions { synchronous, ..SqliteOptions::default() }) {
            Ok(store) => {
                match std::fs::remove_dir_all(self.importing()) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        tracing::warn!(%error, "what an import has left cannot be removed");
                    }
                    _ => {}
                }
                Ok(Arc::new(store))
            }
            Err(StoreError::InUse(_)) => bail!(
                "another process is using the data folder {}; stop that server first, or choose another --data-dir",
                self.path.display()
            ),
            Err(error) => Err(error).with_context(|| format!("cannot open the database {}", file.display())),
        }
    }
}

impl std::fmt::Display for DataDir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.display().fmt(f)
    }
}
