//! What a send costs.

use crate::process::Server;
use crate::wire::{Connection, request};
use crate::{Outcome, realm};
use std::io;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const SECS: u64 = 4;

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(runtime: &Runtime) -> Outcome {
    let dir = realm::create(realm::Size { users: 10_000, channels: &[10, 1_000, 10_000], messages: 0 })?;
    let server = Server::tidings(dir.path(), &[])?;
    println!(
        "disk: {:.0} waits per second (4 KiB written and fdatasync, one after the other)",
        syncs_per_sec(dir.path())?
    );
    for senders in [1, 8] {
        let (sent, cpu) = runtime.block_on(load(&server, senders, 1, Duration::from_secs(SECS)))?;
        println!(
            "{senders} at once: {:.0} durable sends per second, {:.1} us CPU each",
            sent as f64 / SECS as f64,
            cpu * 1e6 / sent as f64
        );
    }
    println!("disk: {:.0} waits per second again, afterwards", syncs_per_sec(dir.path())?);
    for (channel, subscribers) in [(1, 10), (2, 1_000), (3, 10_000)] {
        let (sent, cpu) = runtime.block_on(load(&server, 8, channel, Duration::from_secs(SECS)))?;
        println!("{subscribers} subscribers, none polling: {:.1} us CPU per send", cpu * 1e6 / sent as f64);
    }
    Ok(())
}

/// Sends for a while; how many, and the server's CPU seconds.
async fn load(server: &Server, senders: u32, channel: u32, time: Duration) -> io::Result<(u64, f64)> {
    let until = Instant::now() + time;
    let cpu = server.cpu_secs();
    let mut tasks = Vec::new();
    for user in 1..=senders {
        let mut connection = Connection::open(server.address).await?;
        let form = format!("type=channel&to={channel}&topic=t&content=A+message+of+ordinary+length+for+a+chat");
        let send = request("POST", "/api/v1/messages", &realm::authorization(user), &form);
        tasks.push(tokio::spawn(async move {
            let mut sent = 0;
            while Instant::now() < until {
                connection.call(&send).await?;
                sent += 1;
            }
            Ok::<u64, io::Error>(sent)
        }));
    }
    let mut sent = 0;
    for task in tasks {
        sent += task.await.map_err(io::Error::other)??;
    }
    Ok((sent, server.cpu_secs() - cpu))
}

/// How often a second the disk can be waited for.
fn syncs_per_sec(dir: &Path) -> io::Result<f64> {
    let mut file = std::fs::File::create(dir.join("sync.probe"))?;
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    std::fs::remove_file(dir.join("sync.probe"))?;
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}
