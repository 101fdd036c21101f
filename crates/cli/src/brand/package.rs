//! Which file goes where, and with what in it.

use super::manifest;
use super::names::Names;
use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// Our own files, by their path in the repository.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// From here on a README is about this distribution only.
const OURS_ALONE: &str = "<!-- From here: not in packages of other brands. -->";

/// Tests need more than is in the package. They are the last thing in a file.
const TESTS: &str = "#[cfg(test)]\nmod tests";

const NOTICE: &str = "\
The files in this folder were generated from sources under the Apache License, Version 2.0 (see LICENSE). The generator
changed them: names of product, module, files and environment variables are this package's own, and tests were left out.
";

/// The files of the package: path and content.
pub(super) fn files(names: &Names) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for (path, text) in SOURCES {
        if path.ends_with("/tests.rs") {
            continue;
        }
        let text = match *path {
            "Cargo.toml" => manifest::workspace(text, source("bindings/python/Cargo.toml")?)?,
            "Cargo.lock" => manifest::lock(text, source("crates/client/Cargo.toml")?)?,
            "bindings/python/Cargo.toml" => continue,
            "bindings/python/README.md" => text.split(OURS_ALONE).next().unwrap_or(text).trim_end().to_owned() + "\n",
            "bindings/python/python/tidings/_brand.py" => without_aliases(text),
            path if path.ends_with("Cargo.toml") => manifest::without_tests(text)?,
            path if path.ends_with(".rs") => text.split(TESTS).next().unwrap_or(text).to_owned(),
            _ => (*text).to_owned(),
        };
        let path = path.strip_prefix("bindings/python/").unwrap_or(path);
        files.insert(names.put_into(path), names.put_into(&text));
    }
    files.insert("NOTICE".to_owned(), NOTICE.to_owned());
    Ok(files)
}

fn source(path: &str) -> Result<&'static str> {
    match SOURCES.iter().find(|(known, _)| *known == path) {
        Some((_, text)) => Ok(text),
        None => bail!("{path} is missing from this binary"),
    }
}

/// Nobody moves to another brand by changing an import of ours.
fn without_aliases(text: &str) -> String {
    let line = |line: &str| match line.split_once(" = {\"ZulipError\"") {
        Some((before, _)) => format!("{before} = {{}}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
