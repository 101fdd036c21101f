//! Writes the realm of the documentation's examples: `documented_realm FOLDER` makes a data folder for `tidings serve`.

use std::path::PathBuf;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| std::io::Error::other("name the folder to write to"))?;
    tidings_testkit::documented::write_to(&folder).await
}
