//! One endpoint as an operation of the document.

use super::{SCHEMAS, SECURITY_SCHEME, errors, tidy};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use tidings_types::endpoint::{Auth, EndpointSpec, FileKind, Method};
use tidings_types::params::ParamSpec;

/// The answer of endpoints that have nothing to say but success.
const SUCCESS: &str = "SuccessResponse";

/// Headers with which an account is told how much it may still ask.
const RATE_LIMIT_HEADERS: &[(&str, &str)] = &[
    ("X-RateLimit-Limit", "Requests an account may make in a minute. Absent where there is no limit."),
    ("X-RateLimit-Remaining", "How many of them are left."),
    ("X-RateLimit-Reset", "When all of them are back, in UNIX seconds."),
];

/// What the part of a form that has the file is called in the description.
const FILE: &str = "filename";

/// All headers that answers refer to.
pub(super) fn headers() -> Value {
    let integer = |text: &str| json!({ "description": text, "schema": { "type": "integer", "format": "int64" } });
    let mut headers: Map<String, Value> =
        RATE_LIMIT_HEADERS.iter().map(|(name, text)| ((*name).to_owned(), integer(text))).collect();
    let seconds = json!({ "description": "Seconds to wait.", "schema": { "type": "number", "format": "double" } });
    headers.insert("Retry-After".to_owned(), seconds);
    let how = json!({ "description": "How to say who one is.", "schema": { "type": "string" } });
    headers.insert("WWW-Authenticate".to_owned(), how);
    headers.into()
}

/// What an answer refers to its headers with.
pub(super) fn header_references(names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))).collect()
}

/// The operation; the schema of its answer goes to `schemas`.
pub(super) fn operation(
    spec: &EndpointSpec,
    generator: &mut SchemaGenerator,
    schemas: &mut Map<String, Value>,
) -> Value {
    let metadata = spec.metadata;
    let text = tidy::prose(metadata.doc);
    let summary = text.split_inclusive(['.', ':']).next().unwrap_or(&text).trim_end_matches(['.', ':']);
    let in_path = |param: &&ParamSpec| metadata.path.contains(&format!("{{{}}}", param.name));
    let (path, rest): (Vec<&ParamSpec>, Vec<&ParamSpec>) = spec.params.iter().partition(in_path);
    let mut parameters: Vec<Value> = path.iter().map(|param| parameter(param, "path", generator)).collect();
    let has_file = metadata.file.is_some_and(|kind| kind != FileKind::MaybePicture);
    let has_body = !matches!(metadata.method, Method::Get | Method::Delete);
    if !has_body {
        parameters.extend(rest.iter().map(|param| parameter(param, "query", generator)));
    }
    let mut operation = json!({
        "operationId": metadata.operation_id,
        "tags": [metadata.tag],
        "summary": summary,
        "description": text,
        "security": match metadata.auth {
            Auth::Basic => json!([{ SECURITY_SCHEME: [] }]),
            Auth::Spectators => json!([{ SECURITY_SCHEME: [] }, {}]),
            Auth::None | Auth::Key => json!([]),
        },
        "responses": errors::responses(spec),
    });
    if text.starts_with("Deprecated") {
        operation["deprecated"] = json!(true);
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if has_body && rest.len() > 1 {
        // Forms are objects, whose fields have no order of their own.
        operation["x-parameters"] = spec.params.iter().map(|param| param.name).collect();
    }
    if has_body && (has_file || !rest.is_empty()) {
        operation["requestBody"] = body(&rest, has_file, generator);
    }
    operation["responses"]["200"] = success(spec, generator, schemas);
    operation
}

fn schema_of(param: &ParamSpec, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = (param.schema)(generator);
    if let Some(default) = param.default {
        schema.insert("default".to_owned(), default());
    }
    schema
}

/// A parameter of the path or the query.
fn parameter(param: &ParamSpec, place: &str, generator: &mut SchemaGenerator) -> Value {
    let mut schema = schema_of(param, generator);
    schema.remove("description");
    let mut parameter = json!({
        "name": param.name,
        "in": place,
        "required": param.required,
        "description": tidy::prose(param.doc),
    });
    if param.doc.trim().starts_with("Deprecated") {
        parameter["deprecated"] = json!(true);
    }
    if is_structure(&schema) {
        parameter["content"] = json!({ "application/json": { "schema": schema } });
    } else {
        parameter["schema"] = schema.into();
    }
    parameter
}

/// Whether a value can only be written as JSON: an object, or a list of other things than words and numbers.
fn is_structure(schema: &Schema) -> bool {
    let has_items =
        |items: &Value| items.get("$ref").is_some() || items["type"] == "array" || items["type"] == "object";
    let is_type = |name: &str| schema.get("type").is_some_and(|known| known == name);
    is_type("object") || (is_type("array") && schema.get("items").is_some_and(has_items))
}

/// The form that the other parameters are sent in: objects as JSON, lists as one parameter for each element, which is
/// what the format means where nothing is said of it.
fn body(params: &[&ParamSpec], has_file: bool, generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    for param in params {
        let mut schema = schema_of(param, generator);
        schema.insert("description".to_owned(), Value::from(param.doc));
        properties.insert(param.name.to_owned(), schema.into());
    }
    let mut required: Vec<&str> = params.iter().filter(|param| param.required).map(|param| param.name).collect();
    if has_file {
        let doc = "The file, in a part of any name; its own name is that of the part's file.";
        properties.insert(FILE.to_owned(), json!({ "type": "string", "format": "binary", "description": doc }));
        required.push(FILE);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let format = if has_file { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    let content = json!({ format: { "schema": schema } });
    json!({ "required": !required.is_empty(), "content": content })
}

fn success(spec: &EndpointSpec, generator: &mut SchemaGenerator, schemas: &mut Map<String, Value>) -> Value {
    let mut schema: Value = (spec.response)(generator).into();
    let has_fields = schema["properties"].as_object().is_some_and(|fields| !fields.is_empty());
    let name =
        if has_fields { format!("{}Response", camel_case(spec.metadata.operation_id)) } else { SUCCESS.to_owned() };
    schema["type"] = json!("object");
    schema["properties"]["result"] =
        json!({ "type": "string", "enum": ["success"], "description": "Whether it worked." });
    schema["properties"]["msg"] = json!({ "type": "string", "description": "Empty." });
    schema["properties"]["ignored_parameters_unsupported"] = json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "Parameters of the request that the endpoint does not know. Absent if there are none.",
    });
    let mut required = vec![json!("result"), json!("msg")];
    required.extend(schema["required"].as_array().into_iter().flatten().cloned());
    schema["required"] = json!(required);
    let says = if has_fields { schema["description"].as_str().unwrap_or_default().to_owned() } else { String::new() };
    let says = if says.is_empty() { "It is done.".to_owned() } else { tidy::prose(&says) };
    schema["description"] = json!(says);
    schemas.insert(name.clone(), schema);
    let mut response = json!({
        "description": says,
        "content": { "application/json": { "schema": { "$ref": format!("#{SCHEMAS}/{name}") } } },
    });
    if spec.metadata.auth != Auth::None {
        let names: Vec<&str> = RATE_LIMIT_HEADERS.iter().map(|(name, _)| *name).collect();
        response["headers"] = header_references(&names);
    }
    response
}

/// `get-events` becomes `GetEvents`.
fn camel_case(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').filter(|part| !part.is_empty()).map(word).collect()
}
