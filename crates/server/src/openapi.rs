//! The OpenAPI document of the API, made of the definitions that the server runs on: the router's list of endpoints and
//! the tables of parameters, events, initial fields and errors. There is no other list.
//!
//! # Layout
//! - this file: the document. [`operation`]: one endpoint. [`errors`]: what it can fail with.
//! - [`webhooks`]: what the server itself sends.
//! - [`tidy`]: schemas as generators of clients understand them, and the older form of all.
//! - [`examples`]: values to show, by the names of fields. [`calls`]: a request to show for each operation.

use crate::router;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::str::FromStr;
use tidings_types::brand::Brand;
use tidings_types::version;

mod calls;
mod errors;
mod examples;
mod operation;
mod tidy;
mod webhooks;

pub(crate) use tidy::prose;

/// The name under which operations require the account, and under which it is declared.
const SECURITY_SCHEME: &str = "basicAuth";

/// Where schemas are, as a JSON pointer.
const SCHEMAS: &str = "/components/schemas";

/// Versions of the format.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Version {
    /// 3.1: schemas are JSON Schema.
    #[default]
    V3_1,
    /// 3.0.3, for generators that do not know 3.1.
    V3_0,
}

impl Version {
    /// Where the server has the document in this version, below `/api/v1`.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Version::V3_1 => "/openapi.json",
            Version::V3_0 => "/openapi-3.0.json",
        }
    }
}

impl FromStr for Version {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "3.1" => Ok(Version::V3_1),
            "3.0" => Ok(Version::V3_0),
            _ => Err("there are 3.0 and 3.1".to_owned()),
        }
    }
}

/// Tags with what is found under each.
const TAGS: &[(&str, &str)] = &[
    ("real_time_events", "Event queues: be told of every change, in order, without a gap."),
    ("messages", "Send, read, change and mark messages."),
    ("channels", "Channels, their topics, and who is subscribed."),
    ("users", "Accounts, bots and groups of them, and what belongs to one person: settings, status, presence, muting."),
    ("invites", "Invite people, by e-mail and by link."),
    ("drafts", "Drafts and texts to be used again, for all of one's clients."),
    ("scheduled_messages", "Messages that are sent later."),
    ("reminders", "Be reminded of messages."),
    ("navigation_views", "Views that clients offer for navigation."),
    ("mobile", "Notifications for mobile devices. There is no push service, so none are sent."),
    ("webhooks", "What other programs are told, and what they tell."),
    ("authentication", "Log in, and replace API keys."),
    ("server_and_organizations", "The server and the organization."),
];

/// The document.
///
/// `site` is where clients reach the server, without a slash at the end; empty for the server that the document came
/// from.
#[must_use]
pub fn document(brand: &Brand, site: &str, version: Version) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for route in router::endpoints() {
        let metadata = route.spec.metadata;
        let operation = operation::operation(&route.spec, &mut generator, &mut schemas);
        let path = paths.entry(metadata.path).or_insert_with(|| json!({}));
        path[metadata.method.as_str().to_ascii_lowercase()] = operation;
    }
    let webhooks = webhooks::webhooks(&mut generator);
    errors::add_schemas(&mut generator, &mut schemas);
    schemas.extend(generator.take_definitions(false));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info(brand),
        "servers": [{ "url": format!("{site}/api/v1") }],
        "tags": TAGS.iter().map(|(name, text)| json!({ "name": name, "description": text })).collect::<Vec<_>>(),
        "paths": paths,
        // Generators of clients stumble over the field that version 3.1 has for it.
        "x-webhooks": webhooks,
        "components": {
            "schemas": schemas,
            "headers": operation::headers(),
            "securitySchemes": { SECURITY_SCHEME: security_scheme(brand) },
        },
    });
    tidy::tidy(&mut document);
    examples::add(&mut document);
    if version == Version::V3_0 {
        tidy::make_older(&mut document);
    }
    document
}

fn info(brand: &Brand) -> Value {
    let product = &brand.product;
    let text = format!(
        "The API of {product}, at feature level {level}.\n\n\
         Every answer is a JSON object with `result` and `msg`. Parameters that are not strings are written as JSON; \
         lists may also come as one parameter for each element. What a request brings that its endpoint does not know \
         is ignored, and named in `ignored_parameters_unsupported`. Errors have a `code` that programs can rely on; \
         `msg` is for people.\n\n\
         Real-time clients register an event queue and poll it; see `register-queue` and `get-events`.",
        level = version::FEATURE_LEVEL
    );
    let mut info =
        json!({ "title": format!("{product} API"), "version": env!("CARGO_PKG_VERSION"), "description": text });
    if let Some(support) = &brand.support {
        let key = if support.contains("://") { "url" } else { "email" };
        info["contact"] = json!({ key: support.trim_start_matches("mailto:") });
    }
    info
}

fn security_scheme(brand: &Brand) -> Value {
    let text = format!(
        "The account's e-mail address as the user name, its API key as the password. Both are in the account's {} file.",
        brand.rc_file
    );
    json!({ "type": "http", "scheme": "basic", "description": text })
}

/// The schema of the form that an operation takes, with a file or without.
fn form_mut(operation: &mut Value) -> Option<&mut Value> {
    let content = operation.pointer_mut("/requestBody/content")?.as_object_mut()?;
    content.values_mut().next()?.get_mut("schema")
}
