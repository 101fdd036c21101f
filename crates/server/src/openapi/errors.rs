//! What operations can fail with: one schema for each code, from the table of errors.

use super::operation::header_references;
use super::{SCHEMAS, tidy};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tidings_types::endpoint::{Auth, EndpointSpec};
use tidings_types::error::{ErrorKind, ErrorSpec};

/// Rows with the same status and code: one schema, named after the first of them.
fn same_schema(kind: ErrorKind) -> Vec<ErrorSpec> {
    let key = (kind.spec().status, kind.spec().code);
    ErrorKind::ALL.iter().map(|other| other.spec()).filter(|other| (other.status, other.code) == key).collect()
}

fn schema_name(kind: ErrorKind) -> String {
    same_schema(kind).first().map_or_else(String::new, |first| format!("{}Error", first.name))
}

/// What any operation can fail with, and what its own parameters and account can.
fn common(spec: &EndpointSpec) -> Vec<ErrorKind> {
    use ErrorKind::{
        BadRequest, Internal, MissingParameter, NoSuchEndpoint, NotReady, PayloadTooLarge, RateLimited, RequestTimeout,
        Unauthorized,
    };
    let in_path = |name: &str| spec.metadata.path.contains(&format!("{{{name}}}"));
    let mut kinds = vec![BadRequest];
    if spec.params.iter().any(|param| param.required && !in_path(param.name)) {
        kinds.push(MissingParameter);
    }
    match spec.metadata.auth {
        Auth::Basic | Auth::Spectators => kinds.extend([Unauthorized, RateLimited]),
        Auth::Key => kinds.push(RateLimited),
        Auth::None => {}
    }
    if spec.metadata.path.contains('{') {
        kinds.push(NoSuchEndpoint);
    }
    kinds.extend([PayloadTooLarge, Internal, NotReady, RequestTimeout]);
    kinds
}

/// The answers of an operation that failed, by status.
pub(super) fn responses(spec: &EndpointSpec) -> Value {
    let mut by_status: BTreeMap<u16, Vec<ErrorKind>> = BTreeMap::new();
    for kind in common(spec).into_iter().chain(spec.metadata.fails.iter().copied()) {
        let kinds = by_status.entry(kind.spec().status).or_default();
        if kinds.iter().all(|known| known != &kind) {
            kinds.push(kind);
        }
    }
    by_status.into_iter().map(|(status, kinds)| (status.to_string(), response(status, &kinds))).collect()
}

fn response(status: u16, kinds: &[ErrorKind]) -> Value {
    let lines: Vec<String> = kinds.iter().map(|kind| line(&kind.spec())).collect();
    let mut names: Vec<String> = kinds.iter().map(|kind| schema_name(*kind)).collect();
    names.sort_unstable();
    names.dedup();
    let schema = match names.as_slice() {
        [one] => json!({ "$ref": format!("#{SCHEMAS}/{one}") }),
        several => one_of(several, kinds),
    };
    let mut response =
        json!({ "description": lines.join("\n"), "content": { "application/json": { "schema": schema } } });
    match status {
        401 => response["headers"] = header_references(&["WWW-Authenticate"]),
        429 => response["headers"] = header_references(&["Retry-After"]),
        _ => {}
    }
    response
}

fn line(spec: &ErrorSpec) -> String {
    let text = tidy::prose(spec.doc);
    spec.code.map_or_else(|| text.clone(), |code| format!("- `{code}`: {text}"))
}

/// Several schemas, told apart by the code.
fn one_of(names: &[String], kinds: &[ErrorKind]) -> Value {
    let reference = |name: &String| format!("#{SCHEMAS}/{name}");
    let mapping: Map<String, Value> = kinds
        .iter()
        .filter_map(|kind| Some((kind.spec().code?.to_owned(), Value::from(reference(&schema_name(*kind))))))
        .collect();
    json!({
        "oneOf": names.iter().map(|name| json!({ "$ref": reference(name) })).collect::<Vec<_>>(),
        "discriminator": { "propertyName": "code", "mapping": mapping },
    })
}

/// Adds one schema for each status and code.
pub(super) fn add_schemas(generator: &mut SchemaGenerator, schemas: &mut Map<String, Value>) {
    for kind in ErrorKind::ALL {
        schemas.insert(schema_name(*kind), schema(&same_schema(*kind), generator));
    }
}

fn schema(rows: &[ErrorSpec], generator: &mut SchemaGenerator) -> Value {
    let texts: Vec<String> = rows.iter().map(|row| tidy::prose(row.doc)).collect();
    let mut properties = Map::new();
    let mut required = vec!["result", "msg"];
    let word = |word: &str, text: &str| json!({ "type": "string", "enum": [word], "description": text });
    properties.insert("result".to_owned(), word("error", "That it did not work."));
    properties.insert("msg".to_owned(), json!({ "type": "string", "description": "What is wrong, for people." }));
    if let Some(code) = rows.first().and_then(|row| row.code) {
        properties.insert("code".to_owned(), word(code, "What is wrong, for programs."));
        required.push("code");
    }
    for row in rows {
        for (name, schema) in row.extra {
            let mut schema = schema(generator);
            schema.insert("description".to_owned(), Value::from(format!("As in: {}", row.text)));
            properties.insert((*name).to_owned(), schema.into());
            if rows.len() == 1 {
                required.push(name);
            }
        }
    }
    json!({ "type": "object", "properties": properties, "required": required, "description": texts.join(" ") })
}
