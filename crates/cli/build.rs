//! Puts the sources of the Python package into the binary: `tidings brand` makes packages of them, wherever it runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Files, and folders with everything in them, below the root of the workspace.
const SOURCES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE",
    "bindings/python/Cargo.toml",
    "bindings/python/pyproject.toml",
    "bindings/python/README.md",
    "bindings/python/examples",
    "bindings/python/python",
    "bindings/python/src",
    "crates/client/Cargo.toml",
    "crates/client/src",
    "crates/types/Cargo.toml",
    "crates/types/src",
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..").canonicalize()?;
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file);
        let _ =
            writeln!(table, "    ({:?}, include_str!({:?})),", name.display().to_string(), file.display().to_string());
    }
    table.push_str("]\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("sources.rs"), table)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let is_source =
            path.extension().is_some_and(|end| ["rs", "py", "pyi", "typed"].iter().any(|known| end == *known));
        if is_source || (path.is_dir() && !path.ends_with("__pycache__")) {
            collect(&path, files)?;
        }
    }
    Ok(())
}
