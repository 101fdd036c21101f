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
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// No server could be reached.
    Unreachable(String),
    /// The server refused.
    Refused(Refusal),
}

/// Why a server refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// What programs go by; empty where the answer had none.
    pub(crate) code: String,
    /// What people read.
    pub(crate) text: String,
    /// Seconds to wait before asking again.
    pub(crate) retry_after: Option<f64>,
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
            Failure::Unreachable(text) => f.write_str(text),
            Failure::Refused(refusal) if refusal.code == "UNAUTHORIZED" => {
                write!(f, "{}; check the zuliprc, or make a new one with `tidings zuliprc`", refusal.text)
            }
            Failure::Refused(refusal) => f.write_str(&refusal.text),
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
