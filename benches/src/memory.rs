//! Memory: the server at rest, and what queues cost.

use crate::process::Server;
use crate::wire::{Connection, request};
use crate::{Outcome, parked, realm};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::runtime::Runtime;

const QUEUES: u32 = 10_000;
const CONNECTIONS: u32 = 5_000;

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(runtime: &Runtime) -> Outcome {
    let dir = realm::create(realm::Size { users: 10, channels: &[10], messages: 0 })?;
    {
        let server = Server::tidings(dir.path(), &[])?;
        std::thread::sleep(Duration::from_secs(1));
        let (own, all) = (server.memory_bytes(), server.resident_bytes());
        println!("at rest with 10 users: {:.1} MiB of its own, {:.1} MiB resident", mib(own), mib(all));
    }
    let dir = realm::create(realm::Size { users: QUEUES, channels: &[QUEUES], messages: 0 })?;
    let server = Server::tidings(dir.path(), &["--queues-per-user-max", "100000"])?;
    println!("with {QUEUES} users in one channel: {:.1} MiB of its own", mib(server.memory_bytes()));
    runtime.block_on(async {
        let mut connection = Connection::open(server.address).await?;
        // The first ones pay for what all later ones use.
        register(&mut connection, 1..=1_000).await?;
        let before = server.memory_bytes();
        register(&mut connection, 1..=QUEUES).await?;
        let per_queue = (server.memory_bytes() - before) / u64::from(QUEUES);
        println!("unpolled queue: {per_queue} bytes (of {QUEUES})");
        let ours = parked(&server, true).await?;
        let floor = parked(&Server::floor()?, false).await?;
        println!("parked poll: {ours} bytes with its connection, without its queue; bare echo server {floor} bytes; ratio {:.2} (of {CONNECTIONS})", ours as f64 / floor as f64);
        Ok::<_, io::Error>(())
    })?;
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

async fn register(connection: &mut Connection, users: impl Iterator<Item = u32>) -> io::Result<()> {
    for user in users {
        parked::register_queue(connection, user).await?;
    }
    Ok(())
}

/// Bytes that parking takes, its connection included; queues are there before.
async fn parked(server: &Server, is_ours: bool) -> io::Result<u64> {
    let mut queues = Vec::new();
    let mut registering = Connection::open(server.address).await?;
    for user in 1..=500 + CONNECTIONS {
        let queue = if is_ours { parked::register_queue(&mut registering, user).await? } else { String::new() };
        queues.push((user, queue));
    }
    let (first, rest) = queues.split_at(500);
    let warm = park(server.address, first).await?;
    settle().await;
    let before = server.memory_bytes();
    let polls = park(server.address, rest).await?;
    settle().await;
    let bytes = (server.memory_bytes() - before) / u64::from(CONNECTIONS);
    drop((warm, polls));
    Ok(bytes)
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(1_500)).await;
}

async fn park(address: SocketAddr, queues: &[(u32, String)]) -> io::Result<Vec<Connection>> {
    let mut parked = Vec::new();
    for (user, queue) in queues {
        let mut connection = Connection::open(address).await?;
        let form = format!("queue_id={queue}&last_event_id=-1");
        connection.send(&request("GET", "/api/v1/events", &realm::authorization(*user), &form)).await?;
        parked.push(connection);
    }
    Ok(parked)
}
