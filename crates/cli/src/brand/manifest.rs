//! Cargo's files of a package that stands alone: the workspace and the extension module in one manifest, and the
//! versions that we test with.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The crates that go along with the extension module.
const CRATES: &[&str] = &["client", "types"];

/// The extension module's crate.
const ROOT: &str = "tidings-python";

/// One manifest out of two: the workspace's, with less in it, and the extension module's.
pub(super) fn workspace(ours: &str, module: &str) -> Result<String> {
    let mut manifest: Table = ours.parse().context("the workspace's manifest")?;
    let module: Table = module.parse().context("the extension module's manifest")?;
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).context("no workspace")?;
    workspace.remove("default-members");
    let members = CRATES.iter().map(|name| Value::from(format!("crates/{name}")));
    workspace.insert("members".to_owned(), members.collect::<Vec<_>>().into());
    if let Some(crates) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) {
        crates.retain(|name, _| CRATES.iter().any(|kept| name.strip_prefix("tidings-") == Some(kept)));
    }
    manifest.extend(module);
    Ok(toml::to_string_pretty(&manifest)?)
}

/// A crate's manifest without what only tests use.
pub(super) fn without_tests(text: &str) -> Result<String> {
    let mut manifest: Table = text.parse().context("a crate's manifest")?;
    manifest.remove("dev-dependencies");
    manifest.remove("example");
    Ok(toml::to_string_pretty(&manifest)?)
}

/// The versions of what the extension module needs, and of nothing else.
pub(super) fn lock(ours: &str, client: &str) -> Result<String> {
    let mut lock: Table = ours.parse().context("the lock file")?;
    let client: Table = client.parse().context("the client's manifest")?;
    let used = client.get("dependencies").and_then(Value::as_table).context("no dependencies")?;
    let packages = lock.get_mut("package").and_then(Value::as_array_mut).context("no packages")?;
    for package in packages.iter_mut().filter_map(Value::as_table_mut) {
        if name_of(package) == "tidings-client"
            && let Some(needs) = package.get_mut("dependencies").and_then(Value::as_array_mut)
        {
            needs.retain(|need| need.as_str().is_some_and(|need| used.contains_key(word(need, 0))));
        }
    }
    let needed = needed(packages);
    packages.retain(|package| package.as_table().is_some_and(|package| needed.contains(&key(package))));
    Ok(lock.to_string())
}

/// Everything that can be reached from the extension module.
fn needed(packages: &[Value]) -> BTreeSet<(String, String)> {
    let packages: Vec<&Table> = packages.iter().filter_map(Value::as_table).collect();
    let mut needed = BTreeSet::new();
    let mut open: Vec<&Table> = packages.iter().copied().filter(|package| name_of(package) == ROOT).collect();
    while let Some(package) = open.pop() {
        if !needed.insert(key(package)) {
            continue;
        }
        let needs = package.get("dependencies").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for need in needs.iter().filter_map(Value::as_str) {
            // `name`, or `name version` where there are several versions.
            let (name, version) = (word(need, 0), word(need, 1));
            open.extend(packages.iter().filter(|known| {
                let (known_name, known_version) = key(known);
                known_name == name && (version.is_empty() || known_version == version)
            }));
        }
    }
    needed
}

fn word(text: &str, number: usize) -> &str {
    text.split(' ').nth(number).unwrap_or_default()
}

fn name_of(package: &Table) -> &str {
    package.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn key(package: &Table) -> (String, String) {
    let version = package.get("version").and_then(Value::as_str).unwrap_or_default();
    (name_of(package).to_owned(), version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_stays_locked() {
        let ours = r#"
            version = 4
            [[package]]
            name = "a"
            version = "1.0.0"
            [[package]]
            name = "a"
            version = "2.0.0"
            dependencies = ["b"]
            [[package]]
            name = "b"
            version = "1.0.0"
            [[package]]
            name = "only-tests"
            version = "1.0.0"
            [[package]]
            name = "tidings-client"
            version = "0.1.0"
            dependencies = ["a 2.0.0", "only-tests"]
            [[package]]
            name = "tidings-python"
            version = "0.1.0"
            dependencies = ["tidings-client"]
            [[package]]
            name = "tidings-server"
            version = "0.1.0"
        "#;
        let lock: Table = lock(ours, "[dependencies]\na = \"2\"\n").unwrap().parse().unwrap();
        let left: Vec<_> = lock["package"].as_array().unwrap().iter().map(|p| key(p.as_table().unwrap())).collect();
        let left: Vec<String> = left.iter().map(|(name, version)| format!("{name} {version}")).collect();
        assert_eq!(left, ["a 2.0.0", "b 1.0.0", "tidings-client 0.1.0", "tidings-python 0.1.0"]);
    }
}
