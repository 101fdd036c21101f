//! The organization itself.

use serde::{Deserialize, Serialize};

pub use tidings_types::realm::RealmSettings;
use tidings_types::settings::UserSettings;

/// The organization.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RealmRow {
    /// Short name; empty for the only realm of a server.
    pub string_id: String,
    /// Display name.
    pub name: String,
    /// As written, in Markdown.
    pub description: String,
    /// UNIX seconds.
    pub date_created: i64,
    /// When it became this server's by an import, in UNIX seconds; 0 if it was founded here. A copy of an organization
    /// has the same `date_created` as the one it was copied from, and is another one all the same.
    pub imported_at: i64,
    /// Host part of addresses that are made up, as in `user9@host`.
    pub host: String,
    /// Where clients reach it, without a slash at the end.
    pub url: String,
    /// UNIX seconds: whose account was made up to then has been a member for the waiting period, as far as that was told.
    pub settled_until: i64,
    /// Personal settings that new accounts start with.
    pub defaults: UserSettings,
    /// Everything that administrators can set.
    pub settings: RealmSettings,
}
