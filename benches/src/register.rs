//! What the initial state costs.

use crate::process::Server;
use crate::wire::{Connection, encode, request};
use crate::{Outcome, realm};
use std::io;
use std::time::Instant;
use tokio::runtime::Runtime;

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(runtime: &Runtime) -> Outcome {
    println!("{:>7} {:>22} {:>14} {:>12} {:>12}", "users", "asked for", "ms CPU each", "ms each", "KiB answer");
    for users in [1_000, 10_000] {
        let dir = realm::create(realm::Size { users, channels: &[1_000, 100, 100, 100, 10], messages: 10_000 })?;
        let server = Server::tidings(dir.path(), &["--queues-per-user-max", "100000"])?;
        let message = format!("event_types={}", encode("[\"message\"]"));
        let all = "include_subscribers=true&apply_markdown=true".to_owned();
        for (what, form, rounds) in [("everything", all, 100), ("[\"message\"]", message, 1_000)] {
            let figures = runtime.block_on(measure(&server, &form, rounds))?;
            println!("{users:>7} {what:>22} {:>14.3} {:>12.3} {:>12.1}", figures.0, figures.1, figures.2);
        }
    }
    Ok(())
}

/// Milliseconds of CPU, milliseconds, and KiB of an answer.
async fn measure(server: &Server, form: &str, rounds: u32) -> io::Result<(f64, f64, f64)> {
    let mut connection = Connection::open(server.address).await?;
    let call = request("POST", "/api/v1/register", &realm::authorization(5), form);
    let bytes = connection.call(&call).await?.len();
    let (cpu, started) = (server.cpu_secs(), Instant::now());
    for _ in 0..rounds {
        connection.call(&call).await?;
    }
    let per_round = 1e3 / f64::from(rounds);
    Ok(((server.cpu_secs() - cpu) * per_round, started.elapsed().as_secs_f64() * per_round, bytes as f64 / 1024.0))
}
