//! Exports of the organization's data.

use crate::ids::UserId;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is exported, as the numbers the API uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum ExportType {
    /// What is public.
    Public = 1,
    /// That, and the private messages of users who agree to it.
    Standard = 2,
}

impl From<ExportType> for u8 {
    fn from(kind: ExportType) -> u8 {
        kind as u8
    }
}

impl TryFrom<u8> for ExportType {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(ExportType::Public),
            2 => Ok(ExportType::Standard),
            _ => Err("not an export type"),
        }
    }
}

impl JsonSchema for ExportType {
    fn schema_name() -> Cow<'static, str> {
        "ExportType".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "enum": [1, 2]})
    }
}

/// An export. Times are UNIX seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RealmExport {
    /// Its id.
    pub id: u32,
    /// Who asked for it.
    pub acting_user_id: UserId,
    /// When.
    pub export_time: f64,
    /// When its file was deleted; null if it was not.
    pub deleted_timestamp: Option<f64>,
    /// When it failed; null if it did not.
    pub failed_timestamp: Option<f64>,
    /// Where its file is, for whoever has the address; null if there is none.
    pub export_url: Option<String>,
    /// Whether it is being made.
    pub pending: bool,
    /// 1 for what is public, 2 for that and the private messages of users who agree to it.
    pub export_type: ExportType,
}

/// Whether somebody agrees that their private messages are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportConsent {
    /// Who.
    pub user_id: UserId,
    /// Whether they do.
    pub consented: bool,
}
