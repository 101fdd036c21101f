//! The benchmarks: `cargo xtask bench [NAME …]`, or `cargo run --release -p tidings-bench -- [NAME …]`.
//!
//! Each starts the real server as a process of its own, on a fresh data folder, and puts a load on it from this
//! process over loopback. Figures of the server are the kernel's: CPU time of its threads, anonymous memory.
//!
//! # Layout
//! - [`process`]: a server process and its CPU and memory. [`wire`]: a small HTTP client that costs little itself.
//! - [`realm`]: data folders of any size. [`floor`]: the bare echo server that parked polls are compared with.
//! - [`parked`], [`memory`], [`register`], [`send`], [`markdown`], [`narrow`], [`start`]: the benchmarks.

mod floor;
mod markdown;
mod memory;
mod narrow;
mod parked;
mod process;
mod realm;
mod register;
mod send;
mod start;
mod wire;

use std::process::ExitCode;

/// Name, what it measures, how it is run.
type Bench = (&'static str, &'static str, fn(&tokio::runtime::Runtime) -> Outcome);

/// What a benchmark comes to.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

const BENCHES: &[Bench] = &[
    (
        "parked",
        "latency and CPU per delivery with 100, 1,000 and 10,000 parked polls, beside a bare echo server",
        parked::run,
    ),
    ("profile", "where the CPU time of deliveries goes, with `perf`", parked::run_profile),
    ("idle", "CPU of 5,000 parked polls that nothing happens to, heartbeats included", parked::run_idle),
    ("memory", "server at rest; bytes per queue, parked and unpolled", memory::run),
    ("register", "CPU of POST /register at 1,000 and 10,000 users", register::run),
    ("send", "durable sends per second, and cost of a send by number of subscribers", send::run),
    (
        "narrow",
        "CPU of a page of 100 messages of 1,000,000, and how it is found, for every kind of narrow",
        narrow::run,
    ),
    ("markdown", "milliseconds to render messages of 10 kB, ordinary and hostile", markdown::run),
    ("start", "time and memory of a start with 1,000,000 messages", start::run),
];

#[expect(clippy::print_stdout, reason = "figures are this program's output")]
fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if names.first().is_some_and(|name| name == "floor-server") {
        floor::serve();
        return ExitCode::SUCCESS;
    }
    if names.iter().any(|name| name == "--help" || !BENCHES.iter().any(|(known, ..)| known == name)) {
        println!("Usage: cargo xtask bench [NAME …]; all if none is given.\n");
        for (name, what, _) in BENCHES {
            println!("  {name:10} {what}");
        }
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    println!("{}", process::conditions());
    let mut failed = false;
    for (name, what, run) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("\n== {name}: {what}");
            if let Err(error) = run(&runtime) {
                println!("failed: {error}");
                failed = true;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
