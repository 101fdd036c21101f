//! What can go wrong, for programs to match on and for people to read.

use serde_json::{Map, Value};
use std::path::PathBuf;
use std::time::Duration;

/// An error of somebody else's code: a callback's, or a store's.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Credentials or options are missing or wrong; nothing was sent.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server understood the request and said no.
    #[error("{msg}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What programs go by, as in `BAD_EVENT_QUEUE_ID`; empty where the answer had none.
        code: String,
        /// What people read.
        msg: String,
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
        /// The whole answer.
        body: Map<String, Value>,
    },
    /// No answer: no connection, no end of it in time, or the connection broke off.
    #[error("cannot reach {site}: {reason}")]
    Unreachable {
        /// The server's address.
        site: String,
        /// Why, as far as it is known.
        reason: String,
    },
    /// An answer that is none of this API: another server's page, half an answer, a field that is missing.
    #[error("{site} does not answer as a server of this API does: {reason}")]
    Unexpected {
        /// The server's address.
        site: String,
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        reason: String,
        /// How long the server (or what is in front of it) wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The program's own function failed on an event. The event is not acknowledged.
    #[error("the callback failed: {0}")]
    Callback(#[source] BoxError),
    /// The position in the event queue could not be read or saved.
    #[error("the position in the event queue cannot be kept: {0}")]
    Resume(#[source] BoxError),
}

impl Error {
    /// The API's code of a refusal; empty for all other errors.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Error::Refused { code, .. } => code,
            _ => "",
        }
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Refused { status, .. } | Error::Unexpected { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// How long the server wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Refused { retry_after, .. } | Error::Unexpected { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the credentials do not work: a wrong key, or a deactivated account.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }
}

/// What is wrong with credentials or options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Something needed was given nowhere.
    #[error("no {what} is given: set {variable}, or put `{key}` into the section [api] of {file}{state}")]
    Missing {
        /// In words.
        what: &'static str,
        /// The environment variable that would give it.
        variable: String,
        /// The key in the file.
        key: &'static str,
        /// The file that was looked at.
        file: String,
        /// What is special about that file, as in ` (there is no such file)`.
        state: &'static str,
    },
    /// A file that was named cannot be read.
    #[error("cannot read {what} {file}: {error}", file = .file.display())]
    Unreadable {
        /// In words, or the key that names it.
        what: &'static str,
        /// Which.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A value makes no sense.
    #[error("{origin}: {what}")]
    Invalid {
        /// The file and the key, or the environment variable, or the option.
        origin: String,
        /// What is wrong with it.
        what: String,
    },
}
