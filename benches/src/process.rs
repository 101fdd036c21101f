//! A server process and what the kernel says of its CPU time and memory.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that serves, killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Seconds from its start until it answered a request.
    pub(crate) start_secs: f64,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The machine, for whoever reads the figures.
pub(crate) fn conditions() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(" unknown");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    format!(
        "{cores} cores ({}), shared by the server and the load generator; load average before: {}; release build",
        model.trim_start_matches([' ', '\t', ':']),
        load.join(" ")
    )
}

fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn beside_us(name: &str) -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() {
        return Ok(path);
    }
    Err(io::Error::other(format!("{} is missing; build it with: cargo build --release -p tidings", path.display())))
}

impl Server {
    /// Starts `tidings serve` on a data folder.
    pub(crate) fn tidings(data_dir: &Path, options: &[&str]) -> io::Result<Self> {
        let address = free_port()?;
        let mut command = Command::new(beside_us("tidings")?);
        command.arg("serve").arg("--data-dir").arg(data_dir).arg("--listen").arg(address.to_string());
        command.args(["--rate-limit-per-minute", "0", "--login-limit-per-minute", "0"]).args(options);
        let started = Instant::now();
        Self::start(command, address)?.until_healthy(started)
    }

    /// Starts the bare echo server.
    pub(crate) fn floor() -> io::Result<Self> {
        let address = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor-server").env("FLOOR_LISTEN", address.to_string());
        Self::start(command, address)
    }

    fn start(mut command: Command, address: SocketAddr) -> io::Result<Self> {
        let started = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Server { child, address, start_secs: 0.0 };
        while std::net::TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(io::Error::other(format!("the server ended at once: {status}")));
            }
            if started.elapsed() > Duration::from_secs(60) {
                return Err(io::Error::other("the server does not answer"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(server)
    }

    /// Waits until it does its work, as opposed to letting connections wait.
    fn until_healthy(mut self, started: Instant) -> io::Result<Self> {
        let mut stream = std::net::TcpStream::connect(self.address)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(io::Error::other(format!("the server is not healthy: {answer}")));
        }
        self.start_secs = started.elapsed().as_secs_f64();
        Ok(self)
    }

    /// Seconds of CPU time of all its threads so far.
    pub(crate) fn cpu_secs(&self) -> f64 {
        let tasks = format!("/proc/{}/task", self.child.id());
        let mut nanos = 0;
        for task in std::fs::read_dir(tasks).into_iter().flatten().flatten() {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            nanos += stat.split(' ').next().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        }
        nanos as f64 / 1e9
    }

    /// Bytes of memory that are its own.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.status_bytes("RssAnon:")
    }

    /// Bytes of memory in all, mapped files such as the program itself included.
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.status_bytes("VmRSS:")
    }

    /// Begins to sample where its CPU time goes.
    pub(crate) fn profile(&self, dir: &Path) -> io::Result<Profile> {
        let file = dir.join("perf.data");
        let mut perf = Command::new("perf");
        perf.args(["record", "--quiet", "--event", "cpu-clock", "--freq", "499", "--output"]).arg(&file);
        perf.args(["--pid", &self.child.id().to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Profile { recorder: perf.spawn().ok(), file })
    }

    fn status_bytes(&self, name: &str) -> u64 {
        status_bytes(&self.child.id().to_string(), name)
    }
}

/// Bytes of memory of this process: its own, and in all.
pub(crate) fn own_bytes() -> (u64, u64) {
    (status_bytes("self", "RssAnon:"), status_bytes("self", "VmRSS:"))
}

fn status_bytes(process: &str, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0);
    kib * 1024
}

/// Samples of where a process spends its CPU time.
pub(crate) struct Profile {
    recorder: Option<Child>,
    file: PathBuf,
}

impl Profile {
    /// Ends the sampling; the functions with the largest shares, or none where no profiler can be used.
    pub(crate) fn summary(mut self) -> io::Result<Option<String>> {
        let Some(recorder) = &mut self.recorder else { return Ok(None) };
        // It writes its file when it is interrupted.
        Command::new("kill").args(["-INT", &recorder.id().to_string()]).status()?;
        recorder.wait()?;
        let mut report = Command::new("perf");
        report.args(["report", "--stdio", "--no-children", "--percent-limit", "1.5", "--sort", "symbol", "--input"]);
        let report = report.arg(&self.file).stderr(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&report.stdout);
        let lines = text.lines().filter(|line| line.contains('%')).take(25);
        let lines: Vec<&str> = lines.map(|line| line.trim_end_matches([' ', '-'])).collect();
        Ok((!lines.is_empty()).then(|| lines.join("\n")))
    }
}
