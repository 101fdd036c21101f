//! The server: HTTP in front, one realm behind it.
//!
//! # Layout
//! - [`config`]: everything that can be configured. [`clock`]: the time, which tests can set.
//! - [`bootstrap`]: the beginning of a realm, and of each time it is served.
//! - [`app`]: what is built once and shared. [`serve`]: accepts connections and stops cleanly.
//! - [`router`]: the list of endpoints; the page to read first. [`handlers`]: one file per area.
//! - [`openapi`]: the document that describes all endpoints, made of their definitions.
//! - [`http`]: parameters, authentication, limits, errors. [`passwords`]: hashing them.
//! - [`realm`]: the writer, which batches commands, commits and publishes; snapshots for readers.
//! - [`search`]: narrows and pages of messages.
//! - [`files`]: uploaded files: where they are, images, what is removed.
//! - [`delivery`]: sends scheduled messages and reminders. [`retention`]: removes old events. [`expiry`]: deletes old messages.
//! - [`calls`]: video calls on another server.
//! - [`exports`]: makes archives of what is in the organization. [`imports`]: makes an organization of an archive.
//! - [`webhooks`]: tells services of messages to their bots.
//! - [`promotion`]: makes full members of those who have waited long enough. [`traffic`]: counts what is sent.
//! - [`sign_ups`]: how many e-mails strangers ask for. [`spectators`]: how often people without an account ask.
//! - [`mail`]: sends e-mail.
//! - [`queues`]: registration, expiry and heartbeats. [`transports`]: the ways to read a queue.

pub mod app;
pub mod bootstrap;
pub mod calls;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod expiry;
pub mod exports;
pub mod files;
pub mod handlers;
pub mod http;
pub mod imports;
pub mod mail;
pub mod openapi;
pub mod passwords;
pub mod promotion;
pub mod queues;
pub mod realm;
pub mod retention;
pub mod router;
pub mod search;
pub mod serve;
pub mod sign_ups;
pub mod spectators;
pub mod traffic;
pub mod transports;
pub mod webhooks;

pub use app::App;
pub use config::Config;
