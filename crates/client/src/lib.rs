//! The client library: calls, event queues, and a state that follows the events.
//!
//! ```no_run
//! # async fn example() -> Result<(), tidings_client::Error> {
//! use tidings_client::{Client, EventOptions};
//! let client = Client::from_env()?;
//! client.call_on_each_message(EventOptions::new(), async |event| println!("{}", event.message.content)).await
//! # }
//! ```
//!
//! # The public interface
//! | what | where |
//! |---|---|
//! | credentials: explicit, from the environment, from a zuliprc | [`ClientBuilder`], [`Config`], [`Brand`] |
//! | a call, typed by [`types::endpoints`] | [`Client::send`] |
//! | any call, untyped: a method, a path, [`Params`], and JSON back | [`Client::call`] |
//! | one step of a queue | [`Client::register`], [`Client::get_events`], [`Client::deregister`] |
//! | events as an async stream, with re-registration and back-off | [`Client::events`]: [`Events`] of [`Item`]s |
//! | the same, calling a function | [`Client::call_on_each_event`], [`Client::call_on_each_message`] |
//! | what to follow and how | [`EventOptions`], [`Pacing`] |
//! | going on after a restart of the program | [`EventOptions::resume`], [`StateFile`], [`ResumeStore`]; [`EventOptions::queue_name`] |
//! | an event: typed and as raw JSON | [`ReceivedEvent`], [`Event`] |
//! | the state that `register` gives, changed by events | [`State`], [`Registered::state`] |
//! | errors | [`Error`], [`ConfigError`] |
//!
//! # Layout
//! - [`config`]: who we are and where the server is. [`client`], [`params`]: calls. `transport`: HTTP.
//! - [`register`]: queues call by call. [`events`]: the loop. [`resume`]: positions that outlive the program.
//! - [`state`]: the fold. A test of the server holds it: register, then fold every event, equals a fresh register.

pub mod client;
pub mod config;
pub mod error;
pub mod events;
pub mod params;
pub mod register;
pub mod resume;
pub mod state;
mod transport;

pub use client::Client;
pub use config::{Brand, ClientBuilder, Config};
pub use error::{BoxError, ConfigError, Error};
pub use events::callback::Outcome;
pub use events::{EventOptions, Events, Item, Pacing, ResetReason};
pub use params::Params;
pub use register::{Registered, capabilities};
pub use resume::{Position, ResumeStore, StateFile};
pub use state::State;
pub use tidings_types as types;
pub use tidings_types::endpoint::Method;
pub use tidings_types::events::{Event, ReceivedEvent};
