//! Errors of the client as exceptions, which the package's module `errors` defines.

use crate::json;
use pyo3::prelude::*;
use tidings_client::{ConfigError, Error};

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    raised(py, error).unwrap_or_else(|failed| failed)
}

/// The exception for something that is no error of the client.
pub(crate) fn named(py: Python<'_>, kind: &str, message: &str) -> PyErr {
    let made = errors(py).and_then(|errors| errors.call_method1("named", (kind, message)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

fn raised(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let kind = match error {
        Error::Config(ConfigError::Missing { key: "site", .. }) => "MissingURLError",
        Error::Config(ConfigError::Missing { .. }) => "ConfigNotFoundError",
        Error::Config(_) => "ConfigError",
        Error::Unreachable { .. } => "UnreachableError",
        Error::Unexpected { .. } => "UnexpectedAnswerError",
        Error::Resume(_) => "StateFileError",
        Error::Refused { status, code, body, msg, .. } => {
            let refused = (msg, code, *status, json::object(py, body)?);
            return Ok(PyErr::from_value(errors(py)?.call_method1("refused", refused)?));
        }
        _ => "Error",
    };
    Ok(named(py, kind, &error.to_string()))
}

fn errors(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import("tidings.errors")
}
