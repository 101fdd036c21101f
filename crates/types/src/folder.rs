//! Folders: groups of channels that clients show together.

use crate::ids::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A folder of channels. Everybody in the organization sees the same ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelFolder {
    /// Its id; none is given twice.
    pub id: u32,
    /// Its name; unique among those that are in use.
    pub name: String,
    /// What it is for, as written.
    pub description: String,
    /// The same as HTML.
    pub rendered_description: String,
    /// UNIX seconds.
    pub date_created: Option<i64>,
    /// Who made it.
    pub creator_id: Option<UserId>,
    /// Its place among the others; the lowest comes first.
    pub order: u32,
    /// Out of use; no channel is in it.
    pub is_archived: bool,
}
