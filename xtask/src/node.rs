//! The official JavaScript client, from npm, and the test that uses it.

use crate::python::server_binary;
use crate::runner::{Outcome, must, root, works};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Installs the client at the locked versions and runs the test; skipped where there is no Node.
pub(crate) fn conformance() -> Result<Outcome> {
    if let Some(why) = missing() {
        return Ok(Outcome::Skipped(why));
    }
    let folder = root().join("conformance/node");
    install(&folder, "zulip-js")?;
    let binary = server_binary()?;
    must(Command::new("node").args(["--test"]).current_dir(&folder).env("TIDINGS_BINARY", binary))?;
    Ok(Outcome::Passed)
}

/// Why nothing that needs Node can be done here.
pub(crate) fn missing() -> Option<String> {
    let there = works(Command::new("node").arg("--version")) && works(Command::new("npm").arg("--version"));
    (!there).then(|| "Node and npm are not installed".to_owned())
}

/// Installs what a folder's lock file lists, unless `package` of it is there already.
pub(crate) fn install(folder: &Path, package: &str) -> Result<()> {
    if folder.join("node_modules").join(package).exists() {
        return Ok(());
    }
    must(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder))
        .context("cannot install the packages; this needs npm's registry or a mirror of it")
}
