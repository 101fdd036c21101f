//! What `test` and `check` run, in this order.

use crate::runner::{Outcome, Step, cargo, must, root, works};
use crate::{documentation, layout, node, openapi, python};
use anyhow::{Result, bail};
use std::process::Command;

const STEPS: &[Step] = &[
    Step { area: "layout", what: "rules about files", run: layout::check },
    Step { area: "fmt", what: "the format of the code", run: fmt },
    Step { area: "clippy", what: "lints, as errors", run: clippy },
    Step { area: "docs", what: "documentation builds without warnings", run: docs },
    Step { area: "rust", what: "all tests of all crates", run: rust },
    Step { area: "model", what: "every interleaving of polls and publishing, by a model checker", run: model },
    Step {
        area: "python",
        what: "the Python clients, official, ours and branded, against the real server",
        run: python::conformance,
    },
    Step {
        area: "terminal",
        what: "the official terminal client against the real server, on a screen",
        run: python::terminal,
    },
    Step { area: "node", what: "the official JavaScript client against the real server", run: node::conformance },
    Step {
        area: "examples",
        what: "every example of the documentation, as a reader would run it",
        run: documentation::examples,
    },
    Step { area: "browser", what: "the documentation in headless Chromium", run: documentation::browser },
    Step { area: "clients", what: "clients generated from the API's description", run: openapi::clients },
    Step { area: "description", what: "made-up requests get answers as described", run: openapi::description },
    Step {
        area: "conformity",
        what: "the answers of the tests are as a specification has them",
        run: openapi::conformity,
    },
    Step { area: "coverage", what: "how much of a specification is described", run: openapi::coverage },
];

/// The quick ones.
const QUICK: &[&str] = &["layout", "fmt", "clippy", "docs"];

/// Those that run only when they are named: they take minutes.
const NAMED_ONLY: &[&str] = &["description"];

/// Names for `--only`.
pub(crate) fn area_names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.area).collect()
}

/// The chosen steps; if none are named, all but those that have to be.
pub(crate) fn chosen(only: &[String]) -> Vec<Step> {
    pick(|area| if only.is_empty() { !NAMED_ONLY.contains(&area) } else { only.iter().any(|name| name == area) })
}

/// The quick steps.
pub(crate) fn quick() -> Vec<Step> {
    pick(|area| QUICK.contains(&area))
}

fn pick(wanted: impl Fn(&str) -> bool) -> Vec<Step> {
    let wanted = STEPS.iter().filter(|step| wanted(step.area));
    wanted.map(|step| Step { area: step.area, what: step.what, run: step.run }).collect()
}

/// Has a part of the toolchain installed that a minimal one lacks.
fn component(name: &str, subcommand: &str) -> Result<()> {
    if works(&mut cargo(&[subcommand, "--version"])) {
        return Ok(());
    }
    if must(Command::new("rustup").args(["component", "add", name])).is_err() {
        bail!("this toolchain has no {name}; install it, with rustup: `rustup component add {name}`");
    }
    Ok(())
}

fn fmt() -> Result<Outcome> {
    component("rustfmt", "fmt")?;
    must(&mut cargo(&["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

fn clippy() -> Result<Outcome> {
    component("clippy", "clippy")?;
    must(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

fn docs() -> Result<Outcome> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    must(doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"))?;
    Ok(Outcome::Passed)
}

/// With nextest where it is installed, since it is faster and tells slow tests; without it, with what cargo has.
fn rust() -> Result<Outcome> {
    if works(&mut cargo(&["nextest", "--version"])) {
        must(&mut cargo(&["nextest", "run", "--workspace", "--all-features", "--no-fail-fast"]))?;
        must(&mut cargo(&["test", "--workspace", "--all-features", "--doc"]))?;
    } else {
        must(&mut cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]))?;
    }
    Ok(Outcome::Passed)
}

/// In a target folder of its own, because the model checker's locks are compiled in everywhere.
fn model() -> Result<Outcome> {
    let mut check = cargo(&["test", "--package", "tidings-core", "--test", "loom"]);
    must(check.env("RUSTFLAGS", "--cfg loom").env("CARGO_TARGET_DIR", root().join("target/loom")))?;
    Ok(Outcome::Passed)
}
