//! The project's own commands: `cargo xtask test` and others. Anything a shell script would do.
//!
//! # Layout
//! - this file: the commands. [`steps`]: what `test` and `check` run. [`runner`]: progress and summary.
//! - [`layout`]: rules about files. [`python`] and [`node`]: environments for the clients, and ours built into them.
//! - [`documentation`]: its examples are run, its pages used in a browser.
//! - [`openapi`]: what is made from the description of the API, and how complete it is.

mod documentation;
mod layout;
mod node;
mod openapi;
mod python;
mod runner;
mod steps;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything the project can prove on this machine.
    ///
    /// On a fresh machine it fetches what it needs: crates, and from PyPI and npm the official clients.
    Test {
        /// Only this area; may be repeated.
        #[arg(long, value_name = "AREA", value_parser = steps::area_names())]
        only: Vec<String>,
    },
    /// The quick part of it: format, lints, documentation, layout.
    Check,
    /// The demo, optimized. Takes the options of `tidings demo`.
    Demo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// The benchmarks, optimized. Takes their options.
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Our Python client beside the official one, optimized. Takes the options of `bindings/python/bench/bench.py`.
    BenchPython {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Args::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<bool> {
    match command {
        Command::Test { only } => Ok(runner::run_all(&steps::chosen(&only))),
        Command::Check => Ok(runner::run_all(&steps::quick())),
        Command::Demo { options } => run_package("tidings", &["demo"], &options),
        Command::Bench { options } => {
            // The benchmarks start the server as a process of its own, from beside themselves.
            runner::must(&mut runner::cargo(&["build", "--release", "--package", "tidings"]))?;
            run_package("tidings-bench", &[], &options)
        }
        Command::BenchPython { options } => python::bench(&options),
    }
}

fn run_package(package: &str, first: &[&str], options: &[String]) -> Result<bool> {
    let mut cargo = runner::cargo(&["run", "--release", "--package", package, "--"]);
    Ok(cargo.args(first).args(options).status()?.success())
}
