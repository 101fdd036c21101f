//! A Python environment with the official client, in `.venv`, and the tests that use it.

use crate::runner::{Outcome, cargo, must, root, works};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

fn environment() -> PathBuf {
    root().join(".venv")
}

/// Builds the server, prepares the environment, runs the tests.
pub(crate) fn conformance() -> Result<Outcome> {
    let folder = root().join("conformance/python");
    let python = prepare(&folder.join("requirements.txt"))?;
    let binary = server_binary()?;
    let mut pytest = Command::new(&python);
    pytest.args(["-m", "pytest", "-q", "--durations=5", "-p", "no:cacheprovider"]).arg(&folder);
    must(pytest.current_dir(root()).env("TIDINGS_BINARY", binary))?;
    Ok(Outcome::Passed)
}

/// Builds the server and says where it is.
pub(crate) fn server_binary() -> Result<PathBuf> {
    must(&mut cargo(&["build", "--package", "tidings"]))?;
    let output = cargo(&["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let folder = text.split("\"target_directory\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let folder = folder.context("cargo does not say where it builds")?;
    Ok(PathBuf::from(folder).join("debug/tidings"))
}

/// Creates the environment where it is missing or lists other packages, and says which interpreter to use.
fn prepare(requirements: &std::path::Path) -> Result<PathBuf> {
    let python = environment().join("bin/python");
    let stamp = environment().join("requirements.txt");
    let wanted = std::fs::read_to_string(requirements)?;
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    create()?;
    must(
        Command::new(&python)
            .args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r"])
            .arg(requirements),
    )
    .context("cannot install the packages; this needs PyPI or a mirror of it")?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

fn create() -> Result<()> {
    let venv = || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(environment());
        venv
    };
    if works(&mut venv()) {
        return Ok(());
    }
    // Debian and Ubuntu leave the module out of their Python.
    if works(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0 && command -v apt-get"])) {
        must(Command::new("apt-get").args(["update", "-q"]))?;
        must(Command::new("apt-get").args(["install", "-q", "-y", "python3", "python3-venv"]))?;
    }
    match must(&mut venv()) {
        Ok(()) => Ok(()),
        Err(error) => bail!("{error}; install Python 3.9 or newer with its `venv` module"),
    }
}
