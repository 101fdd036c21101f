//! Against a real server in the same process, and through a connection that misbehaves by script.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod common;
mod examples;
mod failures;
mod proxy;
mod real;
mod restarts;
mod tls;
