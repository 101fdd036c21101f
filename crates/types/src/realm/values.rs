//! Values that settings of an organization have.

use crate::error::ApiError;
use crate::params::FromJson;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// Some centuries: more would be no limit.
const LIMIT_SECS_MAX: i64 = 10_000_000_000;

/// Seconds, or none for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondsLimit(pub Option<i64>);

impl JsonSchema for SecondsLimit {
    fn schema_name() -> Cow<'static, str> {
        "SecondsLimit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Seconds, or that there is no limit.",
            "oneOf": [{"type": "integer"}, {"type": "string", "enum": ["unlimited"]}]
        })
    }
}

impl FromJson for SecondsLimit {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        if value == "unlimited" {
            return Ok(SecondsLimit(None));
        }
        let seconds = value.as_i64().filter(|seconds| (1..=LIMIT_SECS_MAX).contains(seconds));
        seconds
            .map(|seconds| SecondsLimit(Some(seconds)))
            .ok_or_else(|| ApiError::bad_request(format!("Bad value for '{path}': {value}")))
    }

    fn to_json(&self) -> Value {
        self.0.map_or_else(|| Value::from("unlimited"), Value::from)
    }
}

/// Providers of video calls, by the numbers that clients know. Of those that are not here, 3 and 5 are Zoom's.
pub mod video_calls {
    /// The organization has not chosen one. Never shown.
    pub const NOT_CHOSEN: i64 = -1;
    /// There are none.
    pub const DISABLED: i64 = 0;
    /// Jitsi Meet.
    pub const JITSI_MEET: i64 = 1;
    /// BigBlueButton.
    pub const BIG_BLUE_BUTTON: i64 = 4;
    /// What can be chosen, where it is set up.
    pub const ALL: [i64; 3] = [DISABLED, JITSI_MEET, BIG_BLUE_BUTTON];
}

/// Characters of the address of a server.
const ADDRESS_CHARS_MAX: usize = 200;

/// Where a server is, `http` or `https`, or none for the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress(pub Option<String>);

impl JsonSchema for ServerAddress {
    fn schema_name() -> Cow<'static, str> {
        "ServerAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a server is, as in `https://meet.example.com`, or `default`.",
            "type": "string"
        })
    }
}

impl FromJson for ServerAddress {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let text = String::from_json(path, value)?;
        if text == "default" {
            return Ok(ServerAddress(None));
        }
        if !is_server_address(&text) {
            return Err(ApiError::invalid(path));
        }
        Ok(ServerAddress(Some(text)))
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.as_deref().unwrap_or("default"))
    }
}

/// Whether clients can make addresses of calls by appending to this one: no user, no query, nothing that would end it.
fn is_server_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.parse::<u16>().is_ok() => (host, true),
        Some(_) if !place.starts_with('[') => return false,
        _ => (place, false),
    };
    let is_label = |label: &str| {
        let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(is_inside)
    };
    let is_ipv6 = |host: &str| {
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        inner.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
    };
    let is_host =
        is_ipv6(host) || (host.split('.').all(is_label) && (host.contains('.') || host == "localhost" || port));
    let is_path = path.chars().all(|c| c.is_ascii_alphanumeric() || "/-._~%+@:".contains(c));
    text.len() <= ADDRESS_CHARS_MAX && is_host && is_path
}

/// Days that messages are kept; -1 for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct KeptDays(i64);

impl KeptDays {
    /// Messages are kept for ever.
    pub const FOREVER: KeptDays = KeptDays(-1);

    /// How many; none for ever.
    #[must_use]
    pub fn limit(self) -> Option<i64> {
        Some(self.0).filter(|days| *days > 0)
    }
}

/// A century: whoever keeps messages longer keeps them for ever.
const KEPT_DAYS_MAX: i64 = 36_500;

/// Days, or none for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaysLimit(pub KeptDays);

impl JsonSchema for DaysLimit {
    fn schema_name() -> Cow<'static, str> {
        "DaysLimit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Days, or that there is no limit.",
            "oneOf": [{"type": "integer"}, {"type": "string", "enum": ["unlimited"]}]
        })
    }
}

impl FromJson for DaysLimit {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        if value == "unlimited" {
            return Ok(DaysLimit(KeptDays::FOREVER));
        }
        let days = value.as_i64().filter(|days| (1..=KEPT_DAYS_MAX).contains(days));
        days.map(|days| DaysLimit(KeptDays(days)))
            .ok_or_else(|| ApiError::bad_request(format!("Bad value for '{path}': {value}")))
    }

    fn to_json(&self) -> Value {
        self.0.limit().map_or_else(|| Value::from("unlimited"), Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_those_that_can_be_appended_to() {
        for good in [
            "https://meet.example.com",
            "http://meet.example.com:8443/rooms/",
            "https://localhost",
            "https://[2001:db8::1]:8443",
            "https://[2001:db8::1]",
            "https://192.0.2.1",
        ] {
            assert!(is_server_address(good), "{good}");
        }
        let long = format!("https://meet.example.com/{}", "x".repeat(200));
        for bad in [
            "",
            "meet.example.com",
            "https://",
            "https:///x",
            "ftp://meet.example.com",
            "javascript:alert(1)",
            "https://me et.example",
            "https://user@meet.example",
            "https://meet.example?x=1",
            "https://meet.example/#x",
            "https://meet.example:x",
            "https://meet..example",
            "https://-.example",
            "https://meet",
            "https://meet.example/\"",
            "https://[x]",
            "https://meet.example:",
            &long,
        ] {
            assert!(!is_server_address(bad), "{bad}");
        }
    }
}
