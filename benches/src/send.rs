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
        let (times, cpu) = runtime.block_on(load(&server, senders, 1, Duration::from_secs(SECS)))?;
        println!(
            "{senders} at once: {:.0} durable sends per second, {:.1} us CPU each; {}",
            times.len() as f64 / SECS as f64,
            cpu * 1e6 / times.len() as f64,
            percentiles(&times)
        );
    }
    let (times, cpu) = runtime.block_on(load_named(&server, Duration::from_secs(SECS)))?;
    println!(
        "1 at once, with local_id: {:.0} durable sends per second, {:.1} us CPU each; {}",
        times.len() as f64 / SECS as f64,
        cpu * 1e6 / times.len() as f64,
        percentiles(&times)
    );
    println!("disk: {:.0} waits per second again, afterwards", syncs_per_sec(dir.path())?);
    for (channel, subscribers) in [(1, 10), (2, 1_000), (3, 10_000)] {
        let (times, cpu) = runtime.block_on(load(&server, 8, channel, Duration::from_secs(SECS)))?;
        println!("{subscribers} subscribers, none polling: {:.1} us CPU per send", cpu * 1e6 / times.len() as f64);
        let (times, cpu) = runtime.block_on(edit(&server, channel, subscribers))?;
        println!(
            "{subscribers} subscribers, none polling: {:.1} us CPU per edit; {}",
            cpu * 1e6 / times.len() as f64,
            percentiles(&times)
        );
    }
    Ok(())
}

/// Of ascending times.
fn percentiles(times: &[Duration]) -> String {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!(
        "latency median {:.2}, 99th percentile {:.2}, 99.9th {:.2}, longest {:.2} ms",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    )
}

/// Changes a message again and again, which half of the users have marked; the times, ascending, and the server's CPU
/// seconds.
async fn edit(server: &Server, channel: u32, subscribers: u32) -> io::Result<(Vec<Duration>, f64)> {
    const EDITS: usize = 500;
    let mut connection = Connection::open(server.address).await?;
    let form = format!("type=channel&to={channel}&topic=t&content=first");
    let send = request("POST", "/api/v1/messages", &realm::authorization(1), &form);
    let sent: serde_json::Value = serde_json::from_slice(&connection.call(&send).await?).map_err(io::Error::other)?;
    let id = sent["id"].as_u64().ok_or_else(|| io::Error::other(sent.to_string()))?;
    for user in (2..=subscribers).step_by(2) {
        let form = format!("messages=[{id}]&op=add&flag=read");
        connection.call(&request("POST", "/api/v1/messages/flags", &realm::authorization(user), &form)).await?;
    }
    let cpu = server.cpu_secs();
    let mut times = Vec::with_capacity(EDITS);
    for number in 0..EDITS {
        // A message carries a hundred edits along at most, so it does not become longer and longer.
        let form = format!("content=edit+{number}");
        let request = request("PATCH", &format!("/api/v1/messages/{id}"), &realm::authorization(1), &form);
        let started = Instant::now();
        connection.call(&request).await?;
        times.push(started.elapsed());
    }
    let cpu = server.cpu_secs() - cpu;
    times.sort_unstable();
    Ok((times, cpu))
}

/// Sends for a while; how long each took, ascending, and the server's CPU seconds.
async fn load(server: &Server, senders: u32, channel: u32, time: Duration) -> io::Result<(Vec<Duration>, f64)> {
    let until = Instant::now() + time;
    let cpu = server.cpu_secs();
    let mut tasks = Vec::new();
    for user in 1..=senders {
        let mut connection = Connection::open(server.address).await?;
        let form = format!("type=channel&to={channel}&topic=t&content=A+message+of+ordinary+length+for+a+chat");
        let send = request("POST", "/api/v1/messages", &realm::authorization(user), &form);
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            let mut started = Instant::now();
            while started < until {
                connection.call(&send).await?;
                let now = Instant::now();
                times.push(now - started);
                started = now;
            }
            Ok::<_, io::Error>(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.map_err(io::Error::other)??);
    }
    let cpu = server.cpu_secs() - cpu;
    times.sort_unstable();
    Ok((times, cpu))
}

/// As [`load`] by one sender, with a new `local_id` each time, as clients of people send.
async fn load_named(server: &Server, time: Duration) -> io::Result<(Vec<Duration>, f64)> {
    let until = Instant::now() + time;
    let cpu = server.cpu_secs();
    let mut connection = Connection::open(server.address).await?;
    let mut times = Vec::new();
    while Instant::now() < until {
        let queue = "5f7c1c52-6d0d-4b5c-9c4b-1d0a3e0f9a01";
        let form = format!(
            "type=channel&to=1&topic=t&content=A+message+of+ordinary+length+for+a+chat&queue_id={queue}&local_id={}.01",
            times.len()
        );
        let send = request("POST", "/api/v1/messages", &realm::authorization(1), &form);
        let started = Instant::now();
        connection.call(&send).await?;
        times.push(started.elapsed());
    }
    let cpu = server.cpu_secs() - cpu;
    times.sort_unstable();
    Ok((times, cpu))
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
