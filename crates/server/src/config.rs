//! Everything that can be configured. The command line makes a flag, an environment variable and a file key of
//! each field, all with the same name.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use tidings_core::limits;

/// What the server can be told. Every field has a default that suits one machine and a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Where clients reach the server, if that is not `http://` and the listening address.
    pub external_url: Option<String>,
    /// Requests a user may make in a minute; 0 for no limit.
    pub rate_limit_per_minute: u32,
    /// Log-in attempts per address and per account in a minute; 0 for no limit.
    pub login_limit_per_minute: u32,
    /// Largest request body in bytes.
    pub body_bytes_max: usize,
    /// Seconds a request may take to arrive.
    pub request_timeout_secs: u64,
    /// Connections at once.
    pub connections_max: usize,
    /// Event queues of one user.
    pub queues_per_user_max: usize,
    /// Entries of the event log kept in memory.
    pub log_entries_max: usize,
    /// Bytes of the event log kept in memory, roughly.
    pub log_bytes_max: usize,
    /// Days that events are kept at least, for queues that come back late.
    pub log_retention_days: u32,
    /// Wait for the disk at every commit (`full`), or accept to lose the last moments in a power failure (`normal`).
    pub synchronous: Synchronous,
    /// Log in without a password (`dev_fetch_api_key`). Only the demo turns it on.
    pub allow_dev_login: bool,
    /// The name people see.
    pub product_name: String,
}

/// How long a commit waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Until the disk has it.
    Full,
    /// Until the operating system has it.
    Normal,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 9991)),
            external_url: None,
            rate_limit_per_minute: 200,
            login_limit_per_minute: 10,
            body_bytes_max: 1 << 20,
            request_timeout_secs: 30,
            connections_max: 65_536,
            queues_per_user_max: limits::QUEUES_PER_USER_MAX,
            log_entries_max: limits::LOG_ENTRIES_MAX,
            log_bytes_max: limits::LOG_BYTES_MAX,
            log_retention_days: 7,
            synchronous: Synchronous::Full,
            allow_dev_login: false,
            product_name: "Tidings".to_owned(),
        }
    }
}
