//! Fields that an organization adds to profiles, and their values.

use crate::ApiError;
use crate::ids::UserId;
use crate::params::{FromJson, field, object};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What values a field has, as the numbers the API uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum FieldKind {
    /// A line of text, which is formatted.
    ShortText = 1,
    /// Text, which is formatted.
    LongText = 2,
    /// One of the choices in the field's data.
    Select = 3,
    /// A day, as `2026-01-31`.
    Date = 4,
    /// An address on the web.
    Link = 5,
    /// Users: a list of ids, as JSON.
    Users = 6,
    /// The name of an account elsewhere; where that is, the field's data says.
    ExternalAccount = 7,
    /// Pronouns.
    Pronouns = 8,
}

impl FieldKind {
    /// All kinds, with their names and their names for people.
    pub const ALL: [(FieldKind, &'static str, &'static str); 8] = [
        (FieldKind::ShortText, "SHORT_TEXT", "Text (short)"),
        (FieldKind::LongText, "LONG_TEXT", "Text (long)"),
        (FieldKind::Select, "SELECT", "List of options"),
        (FieldKind::Date, "DATE", "Date"),
        (FieldKind::Link, "URL", "Link"),
        (FieldKind::Users, "USER", "Users"),
        (FieldKind::ExternalAccount, "EXTERNAL_ACCOUNT", "External account"),
        (FieldKind::Pronouns, "PRONOUNS", "Pronouns"),
    ];

    /// Whether values are Markdown.
    #[must_use]
    pub fn is_formatted(self) -> bool {
        matches!(self, FieldKind::ShortText | FieldKind::LongText)
    }

    /// Whether the field has data of its own.
    #[must_use]
    pub fn has_data(self) -> bool {
        matches!(self, FieldKind::Select | FieldKind::ExternalAccount)
    }
}

impl From<FieldKind> for u8 {
    fn from(kind: FieldKind) -> u8 {
        kind as u8
    }
}

impl TryFrom<u8> for FieldKind {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        let found = FieldKind::ALL.into_iter().map(|(kind, ..)| kind).find(|kind| *kind as u8 == number);
        found.ok_or("not a kind of field")
    }
}

impl JsonSchema for FieldKind {
    fn schema_name() -> Cow<'static, str> {
        "FieldKind".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "enum": [1, 2, 3, 4, 5, 6, 7, 8]})
    }
}

/// A field of everybody's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileField {
    /// Its id; none is given twice.
    pub id: u32,
    /// What values it has: 1 short text, 2 long text, 3 one of several, 4 date, 5 link, 6 users, 7 account elsewhere,
    /// 8 pronouns.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Its place among the others; the lowest comes first.
    pub order: u32,
    /// What it is called.
    pub name: String,
    /// What helps to fill it in.
    pub hint: String,
    /// For kinds 3 and 7 an object as JSON; empty for others.
    pub field_data: String,
    /// Shown where only little of a profile is; absent if not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub display_in_profile_summary: bool,
    /// Users are asked to fill it in.
    pub required: bool,
    /// Users may change their own value; administrators may always.
    pub editable_by_user: bool,
}

/// Data of a field: choices by their keys, each with `text` and `order`; or where accounts are, with `subtype` and
/// `url_pattern`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldData(pub Map<String, Value>);

impl JsonSchema for FieldData {
    fn schema_name() -> Cow<'static, str> {
        "FieldData".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object", "additionalProperties": true,
            "description": "Choices by their keys, each with `text` and `order`; or where accounts are, with `subtype` and \
                `url_pattern`."
        })
    }
}

impl FromJson for FieldData {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        object(path, value).map(|fields| FieldData(fields.clone()))
    }

    fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

/// A value as a request has it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(untagged)]
pub enum NewValue {
    /// For all kinds but users.
    Text(String),
    /// Users.
    Users(Vec<UserId>),
    /// None any more; so is an empty text.
    Nothing,
}

impl FromJson for NewValue {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        match value {
            Value::Null => Ok(NewValue::Nothing),
            Value::String(text) => Ok(NewValue::Text(text.clone())),
            Value::Array(_) => Vec::from_json(path, value).map(NewValue::Users),
            _ => Err(ApiError::bad_request(format!("{path} is not a string or a list"))),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            NewValue::Text(text) => Value::from(text.as_str()),
            NewValue::Users(users) => users.to_json(),
            NewValue::Nothing => Value::Null,
        }
    }
}

/// A value for one field.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct NewFieldValue {
    /// Of which field.
    pub id: u32,
    /// The value.
    pub value: NewValue,
}

impl FromJson for NewFieldValue {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let fields = object(path, value)?;
        let value = fields.get("value").unwrap_or(&Value::Null);
        Ok(NewFieldValue {
            id: field(path, fields, "id")?,
            value: NewValue::from_json(&format!("{path}[\"value\"]"), value)?,
        })
    }

    fn to_json(&self) -> Value {
        serde_json::json!({ "id": self.id, "value": self.value.to_json() })
    }
}

/// A service elsewhere that every organization can have a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExternalAccount {
    /// The service's name.
    pub text: &'static str,
    /// Where a user's page is; `%(username)s` stands for the user's name there.
    pub url_pattern: &'static str,
    /// What the field is called.
    pub name: &'static str,
    /// What helps to fill it in.
    pub hint: &'static str,
}

/// The placeholder in `url_pattern`.
pub const USERNAME: &str = "%(username)s";

/// Services with their `subtype`.
pub const EXTERNAL_ACCOUNTS: &[(&str, ExternalAccount)] = &[
    (
        "github",
        ExternalAccount {
            text: "GitHub",
            url_pattern: "https://github.com/%(username)s",
            name: "GitHub username",
            hint: "",
        },
    ),
    (
        "twitter",
        ExternalAccount {
            text: "Twitter",
            url_pattern: "https://twitter.com/%(username)s",
            name: "Twitter username",
            hint: "",
        },
    ),
];

/// The services by their `subtype`.
#[must_use]
pub fn external_accounts() -> BTreeMap<&'static str, ExternalAccount> {
    EXTERNAL_ACCOUNTS.iter().copied().collect()
}
