//! Organizations as archives.
//!
//! # Layout
//! - [`export`]: writes one. [`import`]: makes an organization of one. Here: what both need.

pub(crate) mod export;
pub(crate) mod import;

use crate::args::FilesArgs;
use crate::settings::ServerSettings;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use tidings_server::Config;

/// How often it is told how far it is, where that is not a line that changes.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// The settings that say where files are.
fn config(files: &FilesArgs) -> Result<Config> {
    let config = ServerSettings::default().resolve(files.config.as_deref())?;
    Ok(Config { file_store: files.file_store.clone().or(config.file_store.clone()), ..config })
}

/// Tells on stderr how far something is: a line that changes, or, where stderr is no terminal, a line now and then.
struct Meter {
    line: Option<ProgressBar>,
    step: &'static str,
    told: Instant,
}

impl Meter {
    fn new() -> Self {
        let line = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        if let Some(line) = &line {
            line.set_style(
                ProgressStyle::default_spinner()
                    .template("{spinner} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
        }
        Meter { line, step: "", told: Instant::now() }
    }

    /// `step` is told at once when it is another one.
    fn tell(&mut self, step: &'static str, text: impl FnOnce() -> String) {
        if let Some(line) = &self.line {
            line.set_message(format!("{step}: {}", text()));
            line.tick();
        } else if self.step != step || self.told.elapsed() > TOLD_EVERY {
            anstream::eprintln!("{step}: {}", text());
            self.told = Instant::now();
        }
        self.step = step;
    }

    fn end(&self) {
        if let Some(line) = &self.line {
            line.finish_and_clear();
        }
    }
}

/// A number of things.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
