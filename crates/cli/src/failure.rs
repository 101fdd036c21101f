//! Errors as the shell sees them.

use std::io::ErrorKind;
use std::process::ExitCode;
use tidings_client::Error;

/// Shown by `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; the message says why and what to do
  2  wrong usage
  3  no server could be reached
  4  the server refused: wrong key, or not allowed

Results go to stdout, everything else to stderr. NO_COLOR is respected.";

/// The exit code of an error, and what to do about it.
fn advice(error: &anyhow::Error) -> (u8, &'static str) {
    match error.chain().find_map(|cause| cause.downcast_ref::<Error>()) {
        Some(Error::Unreachable { .. }) => (3, "; is the server running there?"),
        Some(error) if error.is_unauthorized() => (4, "; check the zuliprc, or make a new one with `tidings zuliprc`"),
        Some(Error::Refused { .. }) => (4, ""),
        _ => (1, ""),
    }
}

/// Tells the user and gives the exit code. Who closed our stdout, as `head` does, has seen enough: no error.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let io =
        |error: &(dyn std::error::Error + 'static)| error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    if error.chain().any(|cause| io(cause) == Some(ErrorKind::BrokenPipe)) {
        return ExitCode::SUCCESS;
    }
    let (code, hint) = advice(error);
    anstream::eprintln!("{}error:{} {error:#}{hint}", output_style::ERROR, output_style::RESET);
    ExitCode::from(code)
}

/// The two styles we use; `anstream` drops them where they are not wanted.
mod output_style {
    pub(super) const ERROR: &str = "\u{1b}[1;31m";
    pub(super) const RESET: &str = "\u{1b}[0m";
}
