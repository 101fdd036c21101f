//! The documentation as readers have it: every example is run, and the pages are used in a browser.

use crate::node;
use crate::python::{environment, prepare, pytest, server_binary, try_to_install};
use crate::runner::{Outcome, must, root, works};
use anyhow::{Context, Result};
use std::process::Command;

/// Copies every example from the pages of real servers, under four names, and runs it.
pub(crate) fn examples() -> Result<Outcome> {
    if let Some(why) = node::missing() {
        return Ok(Outcome::Skipped(why));
    }
    let recent = "process.exit(Number(process.versions.node.split('.')[0]) < 20 ? 1 : 0)";
    if !works(Command::new("node").args(["-e", recent])) {
        return Ok(Outcome::Skipped("the JavaScript examples need Node 20 or newer".to_owned()));
    }
    if !works(Command::new("curl").arg("--version")) {
        try_to_install("curl");
    }
    let python = prepare(&environment(), &root().join("conformance/python/requirements.txt"))?;
    let binary = server_binary()?;
    must(pytest(&python).arg(root().join("conformance/examples")).env("TIDINGS_BINARY", binary))?;
    Ok(Outcome::Passed)
}

/// Where Debian and others have it.
const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

fn chromium() -> Option<&'static str> {
    CHROMIUM.iter().copied().find(|name| works(Command::new(name).arg("--version")))
}

/// Reads the pages in headless Chromium, and tries requests there.
pub(crate) fn browser() -> Result<Outcome> {
    if let Some(why) = node::missing() {
        return Ok(Outcome::Skipped(why));
    }
    if chromium().is_none() {
        try_to_install("chromium");
    }
    let Some(chromium) = chromium() else {
        let how = "there is no Chromium; on Debian: `apt-get install chromium`, as root";
        return Ok(Outcome::Skipped(how.to_owned()));
    };
    let folder = root().join("conformance/browser");
    node::install(&folder, "playwright-core").context("cannot install the browser's driver")?;
    let binary = server_binary()?;
    let mut tests = Command::new("node");
    tests.args(["--test", "--test-reporter=spec"]).current_dir(&folder);
    must(tests.env("TIDINGS_BINARY", binary).env("CHROMIUM", chromium))?;
    Ok(Outcome::Passed)
}
