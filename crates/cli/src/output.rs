//! Results on stdout: for people, or JSON for machines.

use anyhow::Result;
use serde::Serialize;
use std::io::Write;

/// How results look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON value a line.
    Json,
}

/// Prints a line. Fails where stdout is closed.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()?;
    Ok(())
}

/// Prints a result in either form.
pub(crate) fn result(format: Format, value: &impl Serialize, human: impl FnOnce() -> String) -> Result<()> {
    match format {
        Format::Json => line(&serde_json::to_string(value)?),
        Format::Human => line(&human()),
    }
}

/// Rows under headings, in columns.
pub(crate) fn columns<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let body = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str())));
    std::iter::once(line(headings)).chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1".to_owned(), "Ann".to_owned()], ["20".to_owned(), "Bo".to_owned()]];
        assert_eq!(columns(["id", "name"], &rows), "id  name\n1   Ann\n20  Bo");
    }
}
