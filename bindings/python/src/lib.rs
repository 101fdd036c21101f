//! The native half of the Python package: connections, and events as Python objects. Everything that can be said in
//! Python is said there; this half knows neither calls nor callbacks.
//!
//! # Layout
//! - [`connection`]: an account at a server, and calls. [`events`]: items of a queue, one at a time.
//! - [`runtime`]: waiting without the interpreter's lock, and telling an event loop. [`signals`]: Ctrl-C meanwhile.
//! - [`json`]: JSON to Python objects. [`failure`]: errors to exceptions.

use pyo3::pymodule;

mod connection;
mod events;
mod failure;
mod json;
mod runtime;
mod signals;

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::connection::Connection;
    #[pymodule_export]
    use super::events::Events;
    #[pymodule_export]
    use super::runtime::Waiting;
}
