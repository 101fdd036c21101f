//! Custom emoji.

use crate::ids::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All custom emoji by id, those that are out of use included: older messages have them.
pub type EmojiMap = BTreeMap<String, RealmEmoji>;

/// A custom emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RealmEmoji {
    /// Its id: a number, as text.
    pub id: String,
    /// Its name, as messages have it between colons. Of those in use, each has another.
    pub name: String,
    /// Where its picture is, below the server's address.
    pub source_url: String,
    /// Where the first picture of one that moves is; null for others.
    pub still_url: Option<String>,
    /// Whether it is out of use.
    pub deactivated: bool,
    /// Who uploaded it.
    pub author_id: Option<UserId>,
}
