//! Whether answers are what the server's own description of the API says. Every answer that a [`TestClient`] reads is
//! compared, so a test need not say anything about fields it does not care for.
//!
//! Here the description is taken strictly: an answer has no field that is not described. Clients should be lenient.
//!
//! [`TestClient`]: crate::client::TestClient

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use tidings_server::openapi::{Version, document};
use tidings_types::brand::Brand;

/// The description, with objects that take no other fields.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = document(&Brand::default(), "", Version::V3_1);
    close(&mut document["components"]["schemas"]);
    document
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Objects with named fields have no others.
fn close(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object)
                && fields.get("type").is_some_and(Value::is_string)
            {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Says how a value differs from a schema of the description; its references are resolved.
///
/// # Errors
/// A line for each difference.
///
/// # Panics
/// If the schema is none.
pub fn check_value(schema: &Value, value: &Value) -> Result<(), String> {
    let key = schema.to_string();
    let known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    let validator = known.unwrap_or_else(|| {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": { "schemas": DOCUMENT["components"]["schemas"] },
        });
        let validator = jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let validator: &'static Validator = Box::leak(Box::new(validator));
        VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).insert(key, validator);
        validator
    });
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The operation that serves a request, if there is one.
fn operation<'a>(method: &str, path: &str) -> Option<&'a Value> {
    let is_path = |pattern: &str| {
        let (pattern, path) = (pattern.split('/'), path.split('/'));
        pattern.clone().count() == path.clone().count()
            && pattern.zip(path).all(|(part, given)| part.starts_with('{') || part == given)
    };
    let paths = DOCUMENT["paths"].as_object()?;
    let exact = paths.get(path);
    let found = exact.or_else(|| paths.iter().find(|(pattern, _)| is_path(pattern)).map(|(_, operations)| operations));
    found?.get(method.to_ascii_lowercase())
}

/// Compares an answer with what is described. `path` is below `/api/v1`, without a query.
///
/// # Errors
/// What differs: a status that is not described, or fields.
pub fn check_answer(method: &str, path: &str, status: u16, answer: &Value) -> Result<(), String> {
    let Some(operation) = operation(method, path) else { return Ok(()) };
    let status = status.to_string();
    let Some(response) = operation["responses"].get(&status) else {
        return Err(format!("{method} {path}: status {status} is not described: {answer}"));
    };
    let schema = &response["content"]["application/json"]["schema"];
    check_value(schema, answer).map_err(|error| format!("{method} {path}: {status}:\n{error}\n{answer}"))
}

/// The description as tests compare with it.
#[must_use]
pub fn described() -> &'static Map<String, Value> {
    DOCUMENT.as_object().expect("a document is an object")
}
