//! Parked polls: what a message to many costs, and what waiting costs.

use crate::process::Server;
use crate::wire::{Connection, encode, request};
use crate::{Outcome, realm};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{Barrier, mpsc};

const ROUNDS: usize = 20;

/// Latency and CPU per delivery, beside the floor.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run(runtime: &Runtime) -> Outcome {
    println!(
        "{ROUNDS} rounds; a delivery is one answered poll and the next poll; latency from the send to the last byte of each answer"
    );
    println!(
        "{:>7} {:>14} {:>14} {:>7} {:>10} {:>10} {:>10}",
        "polls", "us CPU each", "floor us CPU", "ratio", "p50 ms", "p99 ms", "floor p50"
    );
    for polls in [100, 1_000, 10_000] {
        let dir = realm::create(realm::Size { users: polls, channels: &[10_000], messages: 0 })?;
        let ours = {
            let server = Server::tidings(dir.path(), &[])?;
            runtime.block_on(measure(&server, polls, true))?
        };
        let floor = runtime.block_on(measure(&Server::floor()?, polls, false))?;
        println!(
            "{polls:>7} {:>14.2} {:>14.2} {:>7.2} {:>10.2} {:>10.2} {:>10.2}",
            ours.micros,
            floor.micros,
            ours.micros / floor.micros,
            ours.p50_ms,
            ours.p99_ms,
            floor.p50_ms
        );
    }
    Ok(())
}

struct Figures {
    micros: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Polls `count` queues in rounds. The floor is asked the same way; it ignores what it is asked.
async fn measure(server: &Server, count: u32, register: bool) -> io::Result<Figures> {
    let mut group = Group::start(server.address, count, register, true).await?;
    let mut sender = Connection::open(server.address).await?;
    let content = encode(&"x".repeat(600));
    let form = format!("type=channel&to=1&topic=t&content={content}");
    let send = request("POST", "/api/v1/messages", &realm::authorization(1), &form);
    let mut latencies = Vec::new();
    let mut cpu = 0.0;
    for round in 0..=ROUNDS {
        group.wait_until_parked().await;
        let before = server.cpu_secs();
        let sent = Instant::now();
        sender.call(&send).await?;
        let answered = group.wait_until_answered().await?;
        group.repoll().await;
        group.wait_until_parked().await;
        // The first round warms up.
        if round > 0 {
            cpu += server.cpu_secs() - before;
            latencies.extend(answered.into_iter().map(|at| at.duration_since(sent).as_secs_f64() * 1e3));
        }
    }
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Ok(Figures { micros: cpu * 1e6 / (f64::from(count) * ROUNDS as f64), p50_ms: at(0.5), p99_ms: at(0.99) })
}

/// Connections that poll all at once.
struct Group {
    answers: mpsc::UnboundedReceiver<io::Result<Instant>>,
    go: Arc<Barrier>,
    count: usize,
}

impl Group {
    /// With `in_rounds`, polls wait for each other before they go on; otherwise each goes on at once.
    async fn start(address: SocketAddr, count: u32, register: bool, in_rounds: bool) -> io::Result<Self> {
        let (told, answers) = mpsc::unbounded_channel();
        let go = Arc::new(Barrier::new(count as usize + 1));
        let mut connections = Vec::new();
        for user in 1..=count {
            let mut connection = Connection::open(address).await?;
            let queue = if register {
                register_queue(&mut connection, user).await?
            } else {
                "00000000-0000-4000-8000-000000000000".to_owned()
            };
            connections.push((user, connection, queue));
        }
        for (user, mut connection, queue) in connections {
            let (told, go) = (told.clone(), Arc::clone(&go));
            tokio::spawn(async move {
                let mut last = -1;
                loop {
                    let form = format!("queue_id={queue}&last_event_id={last}&dont_block=false");
                    let poll = request("GET", "/api/v1/events", &realm::authorization(user), &form);
                    let answer = match connection.call(&poll).await {
                        Ok(body) => {
                            last = last_id(&body).unwrap_or(last);
                            Ok(Instant::now())
                        }
                        Err(error) => Err(error),
                    };
                    let broken = answer.is_err();
                    if told.send(answer).is_err() || broken {
                        return;
                    }
                    if in_rounds {
                        go.wait().await;
                    }
                }
            });
        }
        Ok(Group { answers, go, count: count as usize })
    }

    /// All requests have been taken in: on loopback that is done shortly after the server has no more to do.
    async fn wait_until_parked(&self) {
        let pause = Duration::from_millis(100 + self.count as u64 / 20);
        tokio::time::sleep(pause).await;
    }

    async fn wait_until_answered(&mut self) -> io::Result<Vec<Instant>> {
        let mut answered = Vec::with_capacity(self.count);
        while answered.len() < self.count {
            let next = tokio::time::timeout(Duration::from_secs(30), self.answers.recv()).await?;
            answered.push(next.ok_or(io::ErrorKind::BrokenPipe)??);
        }
        Ok(answered)
    }

    async fn repoll(&self) {
        self.go.wait().await;
    }
}

/// Registers a queue for messages.
pub(crate) async fn register_queue(connection: &mut Connection, user: u32) -> io::Result<String> {
    let form = format!("event_types={}&fetch_event_types={}", encode("[\"message\"]"), encode("[]"));
    let body = connection.call(&request("POST", "/api/v1/register", &realm::authorization(user), &form)).await?;
    let answer: serde_json::Value = serde_json::from_slice(&body)?;
    answer["queue_id"].as_str().map(str::to_owned).ok_or_else(|| io::Error::other("no queue id"))
}

/// The last event id in an answer, found without parsing all of it.
fn last_id(body: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(body).ok()?;
    let at = text.rfind(",\"id\":")? + 6;
    let digits: String = text[at..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Where the CPU time of deliveries to 1,000 polls goes, by function.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run_profile(runtime: &Runtime) -> Outcome {
    const POLLS: u32 = 1_000;
    let dir = realm::create(realm::Size { users: POLLS, channels: &[10_000], messages: 0 })?;
    let server = Server::tidings(dir.path(), &[])?;
    let profile = server.profile(dir.path())?;
    runtime.block_on(measure(&server, POLLS, true))?;
    match profile.summary()? {
        Some(summary) => println!("share of the server's CPU time by function, at 1,000 parked polls:\n{summary}"),
        None => println!("not here: the profiler `perf` is not installed, or may not be used"),
    }
    Ok(())
}

/// CPU of parked polls that nothing happens to.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn run_idle(runtime: &Runtime) -> Outcome {
    const POLLS: u32 = 5_000;
    const SECS: u64 = 110;
    let dir = realm::create(realm::Size { users: POLLS, channels: &[5_000], messages: 0 })?;
    let server = Server::tidings(dir.path(), &[])?;
    let share = runtime.block_on(async {
        let mut group = Group::start(server.address, POLLS, true, false).await?;
        group.wait_until_parked().await;
        let before = server.cpu_secs();
        let until = Instant::now() + Duration::from_secs(SECS);
        let mut heartbeats = 0;
        while Instant::now() < until {
            if let Ok(Some(answer)) = tokio::time::timeout(Duration::from_millis(500), group.answers.recv()).await {
                answer?;
                heartbeats += 1;
            }
        }
        Ok::<_, io::Error>(((server.cpu_secs() - before) / SECS as f64, heartbeats))
    })?;
    println!("{POLLS} parked polls over {SECS} s: {:.2} % of a core, {} heartbeats sent", share.0 * 100.0, share.1);
    Ok(())
}
