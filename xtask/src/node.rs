//! The official JavaScript client, from npm, and the test that uses it.

use crate::python::server_binary;
use crate::runner::{Outcome, must, root, works};
use anyhow::{Context, Result};
use std::process::Command;

/// Installs the client at the locked versions and runs the test; skipped where there is no Node.
pub(crate) fn conformance() -> Result<Outcome> {
    if !works(Command::new("node").arg("--version")) || !works(Command::new("npm").arg("--version")) {
        return Ok(Outcome::Skipped("Node and npm are not installed".to_owned()));
    }
    let folder = root().join("conformance/node");
    if !folder.join("node_modules/zulip-js").exists() {
        must(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder))
            .context("cannot install the client; this needs npm's registry or a mirror of it")?;
    }
    let binary = server_binary()?;
    must(Command::new("node").args(["--test"]).current_dir(&folder).env("TIDINGS_BINARY", binary))?;
    Ok(Outcome::Passed)
}
