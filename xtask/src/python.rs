//! A Python environment with the official client and ours, in `.venv`, and the tests that use them.

use crate::runner::{Outcome, cargo, must, root, works};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the environment of the Python clients is.
pub(crate) fn environment() -> PathBuf {
    root().join(".venv")
}

/// Builds the server, prepares the environment, builds our packages into it, runs the tests.
pub(crate) fn conformance() -> Result<Outcome> {
    let folder = root().join("conformance/python");
    let python = prepare(&environment(), &folder.join("requirements.txt"))?;
    let binary = server_binary()?;
    install(&python, &root().join("bindings/python"), "dev")?;
    install(&python, &branded(&binary)?, "dev")?;
    must(pytest(&python).arg(&folder).env("TIDINGS_BINARY", binary))?;
    Ok(Outcome::Passed)
}

/// The official terminal client, in an environment of its own: it is made for old releases of what it needs.
pub(crate) fn terminal() -> Result<Outcome> {
    if works(Command::new("python3").args(["-c", "import sys; sys.exit(sys.version_info < (3, 12))"])) {
        return Ok(Outcome::Skipped("the terminal client runs with Python up to 3.11".to_owned()));
    }
    let folder = root().join("conformance/terminal");
    // It says that it is for Python before 3.11, and runs with that.
    let options = ["--ignore-requires-python"];
    let python = prepare_with(&root().join(".venv-terminal"), &folder.join("requirements.txt"), &options)?;
    must(pytest(&python).arg(&folder).env("TIDINGS_BINARY", server_binary()?))?;
    Ok(Outcome::Passed)
}

/// A run of tests that says what was slow, and why something was skipped.
pub(crate) fn pytest(python: &Path) -> Command {
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "-q", "-rs", "--durations=5", "-p", "no:cacheprovider"]).current_dir(root());
    pytest
}

/// Our Python client beside the official one, optimized.
pub(crate) fn bench(options: &[String]) -> Result<bool> {
    let python = prepare(&environment(), &root().join("conformance/python/requirements.txt"))?;
    must(&mut cargo(&["build", "--release", "--package", "tidings"]))?;
    install(&python, &root().join("bindings/python"), "release")?;
    let mut bench = Command::new(&python);
    bench.arg(root().join("bindings/python/bench/bench.py")).args(options);
    Ok(bench.env("TIDINGS_BINARY", target_folder()?.join("release/tidings")).status()?.success())
}

/// Builds the server and says where it is. Beside it come the realm of the documentation's examples and the program
/// that those in Rust are gathered into: built together, all have the same dependencies, which are compiled once.
pub(crate) fn server_binary() -> Result<PathBuf> {
    let packages = ["tidings", "tidings-testkit", "tidings-examples"];
    must(cargo(&["build"]).args(packages.iter().flat_map(|name| ["--package", name])))?;
    Ok(target_folder()?.join("debug/tidings"))
}

fn target_folder() -> Result<PathBuf> {
    let output = cargo(&["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let folder = text.split("\"target_directory\":\"").nth(1).and_then(|rest| rest.split('"').next());
    folder.map(PathBuf::from).context("cargo does not say where it builds")
}

/// Builds a package of ours and installs it. What is built already, here or for the workspace, is used again.
fn install(python: &Path, package: &Path, profile: &str) -> Result<()> {
    let programs = environment().join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))?;
    let mut pip = pip(python);
    pip.args(["install", "--no-deps", "--no-build-isolation"]);
    pip.arg(package).env("PATH", path).env("CARGO_TARGET_DIR", target_folder()?);
    must(pip.env("MATURIN_PEP517_ARGS", format!("--profile {profile}")))
}

/// The package under another name, as the command makes it.
fn branded(binary: &Path) -> Result<PathBuf> {
    let folder = target_folder()?.join("brand/aloha");
    let written = |path: &Path| path.metadata().and_then(|data| data.modified());
    if written(&folder.join("NOTICE")).is_ok_and(|at| written(binary).is_ok_and(|built| built < at)) {
        return Ok(folder);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let names = ["brand", "python", "--module", "aloha", "--product", "Aloha", "--rc-file", "aloharc", "--out"];
    must(Command::new(binary).args(names).arg(&folder).stdout(Stdio::null()))?;
    Ok(folder)
}

/// Creates an environment where it is missing or lists other packages, and says which interpreter to use.
pub(crate) fn prepare(environment: &Path, requirements: &Path) -> Result<PathBuf> {
    prepare_with(environment, requirements, &[])
}

fn prepare_with(environment: &Path, requirements: &Path, options: &[&str]) -> Result<PathBuf> {
    let python = environment.join("bin/python");
    let stamp = environment.join("requirements.txt");
    let wanted = std::fs::read_to_string(requirements)?;
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    create(environment)?;
    must(pip(&python).arg("install").args(options).arg("-r").arg(requirements)).context(NEEDS_PYPI)?;
    std::fs::write(&stamp, wanted)?;
    Ok(python)
}

/// What to say where packages cannot be had.
pub(crate) const NEEDS_PYPI: &str = "cannot install the packages; this needs PyPI or a mirror of it";

/// The environment's installer.
pub(crate) fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "-q", "--disable-pip-version-check"]);
    pip
}

fn create(environment: &Path) -> Result<()> {
    let venv = || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(environment);
        venv
    };
    if works(&mut venv()) {
        return Ok(());
    }
    // Debian and Ubuntu leave the module out of their Python.
    install_packages(&["python3", "python3-venv"])?;
    match must(&mut venv()) {
        Ok(()) => Ok(()),
        Err(error) => bail!("{error}; install Python 3.9 or newer with its `venv` module"),
    }
}

/// Installs a package where that is possible; whoever needs it looks whether it is there then.
pub(crate) fn try_to_install(package: &str) {
    if let Err(error) = install_packages(&[package]) {
        println!("  {package} cannot be installed: {error:#}");
    }
}

/// Installs packages of Debian or Ubuntu, where this is one and we may.
fn install_packages(packages: &[&str]) -> Result<()> {
    if works(Command::new("sh").args(["-c", "test \"$(id -u)\" = 0 && command -v apt-get"])) {
        must(Command::new("apt-get").args(["update", "-q"]))?;
        must(Command::new("apt-get").args(["install", "-q", "-y", "--no-install-recommends"]).args(packages))?;
    }
    Ok(())
}
