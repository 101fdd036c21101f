//! Runs steps one after the other, says what happens, and sums up.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How a step went.
pub(crate) enum Outcome {
    /// It holds.
    Passed,
    /// It cannot be done here, for this reason; that is no failure.
    Skipped(String),
}

/// One thing to prove.
pub(crate) struct Step {
    /// What `--only` takes.
    pub(crate) area: &'static str,
    /// What it proves.
    pub(crate) what: &'static str,
    /// Does it.
    pub(crate) run: fn() -> Result<Outcome>,
}

/// The longest a command may take, in seconds: something hangs then, and a log that ends is better than none.
const COMMAND_SECS_MAX: u64 = 45 * 60;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// The same cargo that runs us, in the workspace's folder.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Runs a command with its output shown; fails if it does.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    let name = shown(command);
    println!("  $ {name}");
    let mut child = command.spawn().with_context(|| format!("cannot run `{name}`"))?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("`{name}` failed: {status}");
        }
        if started.elapsed() > Duration::from_secs(COMMAND_SECS_MAX) {
            child.kill()?;
            bail!("`{name}` took more than {COMMAND_SECS_MAX} seconds and was ended");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whether a command can be run and succeeds; its output is not shown.
pub(crate) fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program).chain(args).collect::<Vec<_>>().join(" ")
}

/// Runs all steps, also after one failed; true if none did.
pub(crate) fn run_all(steps: &[Step]) -> bool {
    let started = Instant::now();
    let mut lines = Vec::new();
    let mut failed = 0;
    for (at, step) in steps.iter().enumerate() {
        println!("\n== {}/{} {}: {}", at + 1, steps.len(), step.area, step.what);
        let began = Instant::now();
        let result = (step.run)();
        let secs = began.elapsed().as_secs_f64();
        let word = match &result {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(error) => {
                failed += 1;
                format!("FAILED: {error:#}")
            }
        };
        println!("== {}: {word} ({secs:.1} s)", step.area);
        lines.push(format!("  {:<8} {secs:>7.1} s  {word}", step.area));
    }
    println!("\nSummary ({:.1} s):\n{}", started.elapsed().as_secs_f64(), lines.join("\n"));
    match failed {
        0 => println!("Everything that ran passed."),
        count => println!("{count} of {} failed; `cargo xtask test --only AREA` runs one again.", steps.len()),
    }
    failed == 0
}
