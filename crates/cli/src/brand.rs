//! `tidings brand`: the Python package under another name.
//!
//! The result is a package of sources that needs nothing from here: whoever gets it builds it with `pip install`. All
//! names in it are the brand's; a check of every file sees to that, also after somebody has edited the files.
//!
//! # Layout
//! - this file: the commands. [`names`]: what the brand is called. [`package`]: which file goes where, with what in it.
//!   [`manifest`]: Cargo's files. [`leftovers`]: the check.

use crate::args::{BrandCheckArgs, BrandNameArgs, BrandPythonArgs};
use crate::output::{self, Format};
use anyhow::{Context, Result, bail};
use names::Names;
use std::fs;
use std::path::Path;

mod leftovers;
mod manifest;
mod names;
mod package;

/// Writes a package and checks it.
pub(crate) fn python(args: &BrandPythonArgs, format: Format) -> Result<()> {
    let names = named(&args.names)?;
    let out = &args.out;
    if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; name a folder that is, or that is not there yet", out.display());
    }
    let files = package::files(&names)?;
    for (name, text) in &files {
        let path = out.join(name);
        let folder = path.parent().unwrap_or(out);
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let checked = clean(out, &names)?;
    let result = serde_json::json!({"module": names.module, "out": out, "files": checked});
    output::result(format, &result, || {
        format!(
            "{} files are in {}; no other product's name is in them.\nBuild and try it:\n  pip install {}\n  python -c \
             'import {}'",
            checked,
            out.display(),
            out.display(),
            names.module
        )
    })
}

/// Checks a package that was written before, and perhaps edited.
pub(crate) fn check(args: &BrandCheckArgs, format: Format) -> Result<()> {
    let checked = clean(&args.folder, &named(&args.names)?)?;
    output::result(format, &serde_json::json!({"files": checked}), || {
        format!("{checked} files; no other product's name is in them.")
    })
}

fn named(args: &BrandNameArgs) -> Result<Names> {
    let env_prefix = args.env_prefix.clone().unwrap_or_else(|| args.module.to_uppercase());
    let rc_file = args.rc_file.clone().unwrap_or_else(|| format!("{}rc", args.module));
    Names::new(&args.module, &args.product, &rc_file, &env_prefix)
}

/// How many files are clean; an error that lists what is not.
fn clean(folder: &Path, names: &Names) -> Result<usize> {
    let (files, found) = leftovers::find(folder, names)?;
    match found.len() {
        0 => Ok(files),
        count => bail!("{count} times another product is named:\n  {}", found.join("\n  ")),
    }
}
