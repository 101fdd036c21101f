//! The version and feature level we announce. Clients switch behavior on these, so we announce only what we do.

/// The API level this server implements. See the change log of the API for what each level means.
pub const FEATURE_LEVEL: u32 = 421;

/// The version text that clients parse as `major.minor…`; the part after `+` says what is really running.
pub const VERSION: &str = concat!("11.0+tidings-", env!("CARGO_PKG_VERSION"));

/// Clients show it in "about" dialogs; for a server that is not a patched build it equals the version.
pub const MERGE_BASE: &str = "11.0";
