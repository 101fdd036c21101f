//! The engine without I/O: a realm's state and its fold, commands, permissions, audiences, the event log and the
//! event queues.
//!
//! Nothing here reads a clock, a random source, a socket or a database: time and randomness are arguments.
//!
//! # Layout
//! - [`state`]: the snapshot; [`change`]: what changes it. [`commands`]: who may do what, and what follows.
//! - [`access`]: who may see what; [`audience`]: who is told, computed by the same functions.
//! - [`audit`]: what is noted of administrative changes.
//! - [`equipment`]: what the operator set up that settings depend on.
//! - [`event`]: an event as it is logged; [`shape`]: how it looks for each client.
//! - [`log`]: the newest events in memory; [`queue`]: cursors over the log; [`registry`]: all queues and parked polls.
//! - [`narrow`]: message filters of queues. [`register`]: the initial state. [`view`]: objects as one user sees them.
//! - [`channel_lists`]: lists of channels and topics as one user sees them.
//! - [`unread`]: what a user received and has not read.
//! - [`directory`]: what the Markdown renderer may look up.
//! - [`spectators`]: people without an account, and what they see.
//! - [`limits`]: every bound, with its reason.

pub mod access;
pub mod audience;
pub mod audit;
pub mod change;
pub mod channel_lists;
pub mod commands;
pub mod directory;
pub mod equipment;
pub mod event;
pub mod limits;
pub mod log;
pub mod narrow;
pub mod queue;
pub mod register;
pub mod registry;
pub mod shape;
pub mod spectators;
pub mod state;
mod sync;
pub mod unread;
pub mod view;
