//! HTTP: what stands between a connection and an endpoint's handler.
//!
//! # Layout
//! - [`pipeline`]: the way of a request: body, parameters, account, limits, handler, answer.
//! - [`body`]: reading parameters from the query and every kind of form. [`auth`]: who asks.
//! - [`rate_limit`]: how often. [`respond`]: answers and errors as the API has them.
//! - [`cached`]: public answers that clients keep.
//! - [`client_address`]: where from. [`client_name`]: what program asks. [`stalled`]: giving up clients that do not take their answers.

pub mod auth;
pub mod body;
pub mod cached;
pub mod client_address;
pub mod client_name;
pub mod pipeline;
pub mod rate_limit;
pub mod respond;
pub mod stalled;
