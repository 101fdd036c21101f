//! What a start costs when much is stored.

use crate::process::Server;
use crate::{Outcome, realm};
use std::time::Duration;
use tokio::runtime::Runtime;

const MESSAGES: u32 = 1_000_000;

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(_runtime: &Runtime) -> Outcome {
    let dir = realm::create(realm::Size { users: 1_000, channels: &[1_000], messages: MESSAGES })?;
    let size = realm::size_of(dir.path()) as f64 / f64::from(1 << 20);
    println!("{MESSAGES} messages, 1,000 users, {size:.0} MiB on disk (in the page cache)");
    for _ in 0..3 {
        let server = Server::tidings(dir.path(), &[])?;
        std::thread::sleep(Duration::from_millis(500));
        let memory = server.memory_bytes() as f64 / f64::from(1 << 20);
        println!("start until the first answer: {:.3} s; memory of its own {memory:.1} MiB", server.start_secs);
    }
    Ok(())
}
