//! The ways to read a queue. Same queue, same ids, same events; only the door differs.
//!
//! # Layout
//! - [`long_poll`]: `GET /events`, the API's own way.

pub mod long_poll;
