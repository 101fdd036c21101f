//! The files that clients read their address and key from.

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

    /// Reads the `[api]` section of a file's text.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut in_api = false;
        let (mut email, mut key, mut site) = (None, None, None);
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                in_api = line == "[api]";
                continue;
            }
            let Some((name, value)) = line.split_once(['=', ':']).filter(|_| in_api && !line.starts_with(['#', ';']))
            else {
                continue;
            };
            let value = Some(value.trim().to_owned());
            match name.trim() {
                "email" => email = value,
                "key" => key = value,
                "site" => site = value,
                _ => {}
            }
        }
        let (Some(email), Some(key), Some(site)) = (email, key, site) else {
            bail!("it needs a section [api] with email, key and site")
        };
        Ok(Zuliprc { email, key, site: site.trim_end_matches('/').to_owned() })
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
        let rc = Zuliprc { email: "a@b.c".into(), key: "k".into(), site: "http://127.0.0.1:1".into() };
        assert_eq!(Zuliprc::parse(&rc.text()).unwrap(), rc);
        let loose = "# mine\n[other]\nkey=no\n[api]\nemail = a@b.c\nkey: k\nsite=http://127.0.0.1:1/\n";
        assert_eq!(Zuliprc::parse(loose).unwrap(), rc);
        assert!(Zuliprc::parse("[api]\nemail=a@b.c\n").is_err());
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
