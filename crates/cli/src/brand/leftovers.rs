//! Looks through a package for other products' names.

use super::names::Names;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// What nobody who uses the package should read.
const NAMES: &[&str] = &["tidings", "zulip"];

/// Words of the protocol, which every server and client of it has to use, whatever they are called: fields that say
/// what a server can do, a kind of reaction, and the name of a sound. (Paths and the keys in the file name nobody.)
pub(super) const PROTOCOL: &[&str] = &[
    "zulip_version",
    "zulip_feature_level",
    "zulip_merge_base",
    "zulip_plan_is_not_limited",
    "realm_zulip_update_announcements_stream_id",
    "zulip_extra_emoji",
    "[\"zulip\", \"ding\"]",
    "notification_sound: String = \"zulip\"",
];

/// How many files were looked through, and where a name is left, as in `README.md:3: … Zulip …`.
pub(super) fn find(folder: &Path, names: &Names) -> Result<(usize, Vec<String>)> {
    let mut files = Vec::new();
    collect(folder, &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    files.sort();
    let mut found = Vec::new();
    for path in &files {
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        if is_named(&name, names) {
            found.push(format!("{name}: the file's own name"));
        }
        let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        for (number, line) in String::from_utf8_lossy(&content).lines().enumerate() {
            if is_named(line, names) {
                let line: String = line.trim().chars().take(100).collect();
                found.push(format!("{name}:{}: {line}", number + 1));
            }
        }
    }
    Ok((files.len(), found))
}

fn is_named(line: &str, names: &Names) -> bool {
    let mut line = line.to_owned();
    for word in PROTOCOL {
        line = line.replace(word, "");
    }
    let mut line = line.to_lowercase();
    // A brand may well be called something that another name is part of.
    for own in [&names.product, &names.module, &names.rc_file, &names.env_prefix] {
        line = line.replace(&own.to_lowercase(), "");
    }
    NAMES.iter().any(|name| line.contains(name))
}

/// All files but those that builds leave behind.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            files.push(path);
        } else if !["target", "build", "dist", ".git", ".venv", "__pycache__"].iter().any(|skip| path.ends_with(skip)) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_found_and_words_of_the_protocol_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let names = Names::new("aloha", "Aloha", "aloharc", "ALOHA").unwrap();
        let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        file("clean.py", "client.zulip_version  # Aloha\n");
        fs::create_dir(folder.path().join("target")).unwrap();
        file("target/tidings.o", "built");
        assert_eq!(find(folder.path(), &names).unwrap(), (1, Vec::new()));

        file("README.md", "# Aloha\n\nMade of Tidings.\n");
        file("tidings.pyi", "ZULIP_EMAIL: str; zulip_version: str");
        let (files, found) = find(folder.path(), &names).unwrap();
        assert_eq!(files, 3);
        let expected = [
            "README.md:3: Made of Tidings.",
            "tidings.pyi: the file's own name",
            "tidings.pyi:1: ZULIP_EMAIL: str; zulip_version: str",
        ];
        assert_eq!(found, expected);
    }
}
