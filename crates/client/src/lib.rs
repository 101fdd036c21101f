//! For programs that use the API: the state that `register` gives, kept current by events.
//!
//! # Layout
//! - [`state`]: the fold. A test of the server holds it: register, then fold every event, equals a fresh register.

pub mod state;

pub use state::State;
