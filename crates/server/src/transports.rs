//! The ways to read a queue. Same queue, same ids, same events; only the door differs.
//!
//! # Layout
//! - [`long_poll`]: `GET /events`, the API's own way.
//! - [`stream`]: a queue read on and on, for [`sse`] and [`websocket`]: the same request with
//!   `Accept: text/event-stream`, or with `Upgrade: websocket`.

pub mod long_poll;
pub mod sse;
pub mod stream;
pub mod websocket;
