//! Everything that can be configured, from one table. The command line makes a flag, an environment variable and a
//! file key of each field, all with the same name.

use crate::http::client_address::Networks;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use tidings_core::limits;
use tidings_types::brand::Brand;

/// A key as documentation and command line show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigKey {
    /// The table of the file that it stands in; none for the file's top.
    pub table: Option<&'static str>,
    /// The name in the file; `--log-format` and `TIDINGS_LOG_FORMAT` are made of it, and of the table's name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
}

impl ConfigKey {
    /// Table and name as one word.
    #[must_use]
    pub fn id(&self) -> String {
        self.table.map_or_else(|| self.name.to_owned(), |table| format!("{table}_{}", self.name))
    }
}

macro_rules! config {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty = $default:expr;)*) => {
        /// What the server can be told. Every field has a default that suits one machine and a team.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Config {
            $($(#[doc = $doc])* pub $name: $ty,)*
            /// The names and looks of the product.
            pub brand: Brand,
        }

        impl Default for Config {
            fn default() -> Self {
                Config { $($name: $default,)* brand: Brand::default() }
            }
        }

        impl Config {
            /// All keys, in the order of the documentation.
            #[must_use]
            pub fn keys() -> Vec<ConfigKey> {
                let top = [$(ConfigKey { table: None, name: stringify!($name), doc: concat!($($doc),*) }),*];
                let brand = Brand::KEYS.iter().map(|(name, doc)| ConfigKey { table: Some("brand"), name, doc });
                top.into_iter().chain(brand).collect()
            }
        }
    };
}

config! {
    /// Address and port to listen on.
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 9991));
    /// Where clients reach the server, if that is not `http://` and the listening address.
    external_url: Option<String> = None;
    /// Requests a user may make in a minute; 0 for no limit.
    rate_limit_per_minute: u32 = 200;
    /// Log-in attempts per address and per account in a minute; 0 for no limit.
    login_limit_per_minute: u32 = 10;
    /// Largest request body in bytes.
    body_bytes_max: usize = 1 << 20;
    /// Seconds a request may take to arrive.
    request_timeout_secs: u64 = 30;
    /// Connections at once.
    connections_max: usize = 65_536;
    /// Connections at once from one address; 0 for no limit. Not counted: programs on the same machine, trusted proxies.
    connections_per_address_max: usize = 4_096;
    /// Proxies that say truly, in `X-Forwarded-For`, who a request is from: addresses or networks, with commas between.
    trusted_proxies: Networks = Networks::default();
    /// What `Authorization: Bearer …` has to say at `GET /metrics`; without it only programs on this machine are answered.
    metrics_token: Option<String> = None;
    /// Seconds that the service of an outgoing webhook has for its answer.
    webhook_timeout_secs: u64 = 10;
    /// Private addresses or networks, with commas between, that outgoing webhooks may be sent to; otherwise public ones only.
    webhook_networks: Networks = Networks::default();
    /// A BigBlueButton server for video calls, as in `https://bbb.example.com/bigbluebutton`.
    big_blue_button_url: Option<String> = None;
    /// The secret that it knows us by.
    big_blue_button_secret: Option<String> = None;
    /// A Jitsi Meet server for video calls, as in `https://meet.example.com`, for organizations that name none of their own.
    jitsi_server_url: Option<String> = None;
    /// Event queues of one user.
    queues_per_user_max: usize = limits::QUEUES_PER_USER_MAX;
    /// Seconds that an event queue with a name lives without a poll.
    named_queue_retention_secs: u32 = limits::IDLE_TIMEOUT_SECS_MAX;
    /// Entries of the event log kept in memory.
    log_entries_max: usize = limits::LOG_ENTRIES_MAX;
    /// Bytes of the event log kept in memory, roughly.
    log_bytes_max: usize = limits::LOG_BYTES_MAX;
    /// Days that events are kept at least, for queues that come back late.
    log_retention_days: u32 = 7;
    /// Days that it is noted who administered what (`tidings audit`); 0 for ever.
    audit_retention_days: u32 = 3_650;
    /// Wait for the disk at every commit (`full`), or accept to lose the last moments in a power failure (`normal`).
    synchronous: Synchronous = Synchronous::Full;
    /// The server that sends e-mail, as in `smtps://user:password@mail.example.com` or `smtp://localhost:25`; without one no
    /// e-mail is sent, and people are invited by links only.
    smtp_url: Option<String> = None;
    /// The address that e-mail comes from, if that is not `noreply@` and the host of the external URL.
    mail_from: Option<String> = None;
    /// Where uploaded files are: `s3://bucket/folder`, with the usual `AWS_…` variables; without it, `files` in the data folder.
    file_store: Option<String> = None;
    /// Largest file that can be uploaded, in MiB.
    max_file_upload_size_mib: u32 = 100;
    /// What all uploaded files may take together, in MiB; 0 for no limit.
    realm_upload_quota_mib: u32 = 0;
    /// Days after which an uploaded file is removed to which no message refers.
    unused_files_days: u32 = 35;
    /// Log in without a password (`dev_fetch_api_key`). Only the demo turns it on.
    allow_dev_login: bool = false;
    /// What is logged: `error`, `warn`, `info`, `debug`, or parts of the program as in `info,tidings_server=debug`.
    log_filter: String = "info".to_owned();
    /// How it is logged: `human` for people, `json` for machines.
    log_format: LogFormat = LogFormat::Human;
}

impl Config {
    /// What all uploaded files may take together, in MiB; none for no limit.
    #[must_use]
    pub fn quota_mib(&self) -> Option<u32> {
        Some(self.realm_upload_quota_mib).filter(|mib| *mib > 0)
    }

    /// The same in bytes.
    #[must_use]
    pub fn quota_bytes(&self) -> Option<u64> {
        self.quota_mib().map(|mib| u64::from(mib) << 20)
    }
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

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}
