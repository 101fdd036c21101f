//! Errors as the shell sees them.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

/// Shown by `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; the message says why and what to do
  2  wrong usage
  3  no server could be reached
  4  the server refused: wrong key, or not allowed

Results go to stdout, everything else to stderr. NO_COLOR is respected.";

/// An error with an exit code of its own.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No server could be reached.
    Unreachable(String),
    /// The server refused.
    Refused(String),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Failure::Unreachable(_) => 3,
            Failure::Refused(_) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unreachable(text) | Failure::Refused(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {}

/// Tells the user and gives the exit code. Who closed our stdout, as `head` does, has seen enough: no error.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let io =
        |error: &(dyn std::error::Error + 'static)| error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    if error.chain().any(|cause| io(cause) == Some(ErrorKind::BrokenPipe)) {
        return ExitCode::SUCCESS;
    }
    anstream::eprintln!("{}error:{} {error:#}", output_style::ERROR, output_style::RESET);
    let code = error.chain().find_map(|cause| cause.downcast_ref::<Failure>()).map_or(1, Failure::exit_code);
    ExitCode::from(code)
}

/// The two styles we use; `anstream` drops them where they are not wanted.
mod output_style {
    pub(super) const ERROR: &str = "\u{1b}[1;31m";
    pub(super) const RESET: &str = "\u{1b}[0m";
}
