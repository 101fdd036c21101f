//! Writes the files that clients read their address and key from. Reading them is the client library's business.

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What a zuliprc says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zuliprc {
    /// The account.
    pub(crate) email: String,
    /// Its API key.
    pub(crate) key: String,
    /// The server, without a slash at the end.
    pub(crate) site: String,
}

impl Zuliprc {
    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        format!("[api]\nemail={}\nkey={}\nsite={}\n", self.email, self.key, self.site)
    }
}

/// Says early that a file is in the way, before anything is done that cannot be undone.
pub(crate) fn check_free(path: &Path, force: bool) -> Result<()> {
    if !force && path.exists() {
        bail!("{} exists already; choose another file, or overwrite it with --force", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!("the folder {} does not exist; create it first", folder.display());
    }
    Ok(())
}

/// Writes a file that only its owner can read. Overwriting replaces it whole.
pub(crate) fn write_private(path: &Path, text: &str, force: bool) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let target = if force { beside(path) } else { path.to_owned() };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).mode(0o600).create_new(true);
    let mut file = options.open(&target).with_context(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(cannot)?;
    if force {
        std::fs::rename(&target, path).with_context(cannot)?;
    }
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_written_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rc");
        let rc = Zuliprc { email: "a@b.c".into(), key: "k".into(), site: "http://127.0.0.1:1".into() };
        write_private(&path, &rc.text(), false).unwrap();
        let read = tidings_client::ClientBuilder::new().config_file(&path).config().unwrap();
        assert_eq!((read.email, read.key, read.site), (rc.email, rc.key, rc.site));
    }

    #[test]
    fn files_are_private_and_never_overwritten_by_accident() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zuliprc");
        write_private(&path, "one", false).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(check_free(&path, false).is_err());
        assert!(write_private(&path, "two", false).is_err());
        write_private(&path, "three", true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
