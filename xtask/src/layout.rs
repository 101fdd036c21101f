//! Rules about files: none too long, none without a word about what it is for.

use crate::runner::{Outcome, root};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Past this a file is listed, past twice this it fails: look for the second subject hiding in it.
const LINES_LISTED: usize = 700;

/// Tables may be long: they have one subject.
const LONG_TABLES: &[&str] = &[];

/// Checks every source file.
pub(crate) fn check() -> Result<Outcome> {
    let mut files = Vec::new();
    for folder in ["bindings", "crates", "xtask", "conformance", "benches", "fuzz"] {
        collect(&root().join(folder), &mut files)?;
    }
    let mut wrong = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        wrong.extend(problems(&name, &text));
    }
    println!("  {} source files", files.len());
    if !wrong.is_empty() {
        bail!("\n  {}", wrong.join("\n  "));
    }
    Ok(Outcome::Passed)
}

fn problems(name: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_LISTED && !LONG_TABLES.contains(&name) {
        println!("  long: {name} has {lines} lines");
        if lines > 2 * LINES_LISTED {
            wrong.push(format!("{name} has {lines} lines; split it by subject"));
        }
    }
    // Tests say what they are for by their names.
    let says = name.ends_with(".rs") && name.contains("/src/") && !name.contains("tests");
    if says && !text.trim_start().is_empty() && !text.starts_with("//!") {
        wrong.push(format!("{name} does not start with a line `//!` that says what it is for"));
    }
    wrong
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules" | "__pycache__") {
                collect(&path, files)?;
            }
        } else if matches!(path.extension().and_then(|end| end.to_str()), Some("rs" | "py" | "mjs")) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_silent_files_are_found() {
        assert_eq!(problems("crates/a/src/b.rs", "//! Fine.\n"), Vec::<String>::new());
        assert_eq!(problems("crates/a/tests/b.rs", "use x;\n"), Vec::<String>::new());
        assert_eq!(problems("crates/a/src/b/tests.rs", "use x;\n"), Vec::<String>::new());
        assert_eq!(problems("crates/a/src/b.rs", "use x;\n").len(), 1);
        let long = format!("//! Long.\n{}", "\n".repeat(2 * LINES_LISTED));
        assert_eq!(problems("crates/a/src/b.rs", &long).len(), 1);
    }
}
