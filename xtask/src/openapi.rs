//! The description of the API: clients that are generated from it, requests that are made up from it, and how much of a
//! specification it covers. The tools come from PyPI and npm, the generator with its Java program; only Java itself has
//! to be there, and is installed where that is possible.

use crate::python::{NEEDS_PYPI, pip, prepare, pytest, server_binary, try_to_install};
use crate::runner::{Outcome, cargo, must, root, works};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

const ENVIRONMENT: &str = ".venv-openapi";

/// An old generator that is in use still. It cannot be in one environment with the newest.
const OLD_GENERATOR: &str = "openapi-generator-cli==5.0.1";

fn folder() -> PathBuf {
    root().join("conformance/openapi")
}

fn python() -> Result<PathBuf> {
    prepare(&root().join(ENVIRONMENT), &folder().join("requirements.txt"))
}

/// Generates clients and uses them.
pub(crate) fn clients() -> Result<Outcome> {
    if let Some(why) = java_missing() {
        return Ok(Outcome::Skipped(why));
    }
    let python = python()?;
    let old = old_generator(&python)?;
    let mut tests = pytest(&python);
    tests.arg(folder().join("test_clients.py")).env("OLD_GENERATOR", old);
    let binary = server_binary()?;
    tests.env("CLIENTS_TARGET_DIR", binary.with_file_name("generated-clients")).env("TIDINGS_BINARY", binary);
    must(&mut tests)?;
    Ok(Outcome::Passed)
}

/// Sends requests that are made up from the description.
pub(crate) fn description() -> Result<Outcome> {
    let mut tests = pytest(&python()?);
    must(tests.arg(folder().join("test_description.py")).env("TIDINGS_BINARY", server_binary()?))?;
    Ok(Outcome::Passed)
}

/// Compares the answers and events of the integration tests with the specification in `TIDINGS_SPEC_DIR`.
pub(crate) fn conformity() -> Result<Outcome> {
    let Some(specification) = std::env::var_os("TIDINGS_SPEC_DIR") else {
        return Ok(Outcome::Skipped("TIDINGS_SPEC_DIR does not say where zulip-11.yaml is".to_owned()));
    };
    let python = python()?;
    let record = server_binary()?.with_file_name("recorded");
    if record.exists() {
        std::fs::remove_dir_all(&record)?;
    }
    std::fs::create_dir_all(&record)?;
    let mut tests = cargo(&["test", "--workspace", "--all-features", "--test", "it", "--", "-q"]);
    must(tests.env("TIDINGS_RECORD", &record))?;
    let mut compare = Command::new(python);
    compare.arg(folder().join("conformity.py")).arg(record).arg(PathBuf::from(specification).join("zulip-11.yaml"));
    must(&mut compare)?;
    Ok(Outcome::Passed)
}

/// Says how much of the specification in `TIDINGS_SPEC_DIR` is covered.
pub(crate) fn coverage() -> Result<Outcome> {
    let Some(specification) = std::env::var_os("TIDINGS_SPEC_DIR") else {
        let why = "TIDINGS_SPEC_DIR does not say where endpoints.tsv, event-catalogue.tsv and register-fields.tsv are";
        return Ok(Outcome::Skipped(why.to_owned()));
    };
    let binary = server_binary()?;
    let printed = Command::new(&binary).args(["openapi", "--format", "json"]).output().context("cannot print it")?;
    let document = binary.with_file_name("openapi.json");
    std::fs::write(&document, printed.stdout)?;
    must(Command::new("python3").arg(folder().join("coverage.py")).arg(document).arg(specification))?;
    Ok(Outcome::Passed)
}

/// Why there are no clients to be generated here.
fn java_missing() -> Option<String> {
    let java = || works(Command::new("java").arg("-version"));
    if !java() {
        try_to_install("default-jre-headless");
    }
    let why = "the generator of clients is a Java program; install a JRE of version 11 or newer";
    (!java()).then(|| why.to_owned())
}

/// Where the old generator is.
fn old_generator(python: &Path) -> Result<PathBuf> {
    let place = root().join(ENVIRONMENT).join("old-generator");
    if !place.exists() {
        let mut install = pip(python);
        install.args(["install", "--no-deps", OLD_GENERATOR, "--target"]).arg(&place);
        must(&mut install).context(NEEDS_PYPI)?;
    }
    Ok(place)
}
