//! Reads the API's own description, an OpenAPI document, as far as pages show it.

use serde_json::{Map, Value};

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its name, as in `get-events`; also its page's.
    pub id: String,
    /// `GET`, …
    pub method: String,
    /// Path below the API's root.
    pub path: String,
    /// The area it belongs to.
    pub tag: String,
    /// One sentence.
    pub summary: String,
    /// The rest, in Markdown.
    pub description: String,
    /// Whether its form has a file.
    pub has_file: bool,
    /// Whether it needs an account.
    pub needs_account: bool,
    /// In the order of the document.
    pub parameters: Vec<Parameter>,
    /// Fields of a successful answer besides the common ones.
    pub fields: Vec<Field>,
    /// Statuses other than success, with what they mean.
    pub refusals: Vec<(String, String)>,
    /// An answer, if the document has one.
    pub example: Option<Value>,
    /// A request to show: parameters of path, query and form alike, in the order of the arguments.
    pub request: Vec<(String, Value)>,
    /// The code of the error that this request is answered with, if that is what it shows.
    pub request_fails: Option<String>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name on the wire.
    pub name: String,
    /// `path`, `query` or `form`.
    pub place: String,
    /// Whether a request without it is refused.
    pub required: bool,
    /// As in `list of strings`.
    pub type_name: String,
    /// In Markdown.
    pub description: String,
    /// A value, if the document has one.
    pub example: Option<Value>,
    /// What counts without it.
    pub default: Option<Value>,
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name, with those of the objects around it: `user.full_name`, `members[].id`.
    pub name: String,
    /// As in `list of integers`.
    pub type_name: String,
    /// In Markdown.
    pub description: String,
    /// Whether it is always there.
    pub required: bool,
    /// How deep it stands.
    pub depth: usize,
}

/// One shape of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventShape {
    /// `type`.
    pub kind: String,
    /// `op`, if it has one.
    pub op: Option<String>,
    /// In Markdown.
    pub description: String,
    /// Besides `type`, `op` and `id`.
    pub fields: Vec<Field>,
    /// One such event, if the document has one.
    pub example: Option<Value>,
}

/// The document.
pub struct Document<'a>(&'a Value);

/// Levels of objects within objects that a table shows.
const DEPTH_MAX: usize = 2;

/// The type of a parameter that is a file.
pub(crate) const FILE: &str = "file";

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl<'a> Document<'a> {
    /// Of its JSON.
    #[must_use]
    pub fn new(json: &'a Value) -> Self {
        Document(json)
    }

    /// All operations, in the order of the document.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        let all =
            paths.flat_map(|(path, methods)| METHODS.iter().map(move |method| (path, *method, &methods[*method])));
        all.filter(|(_, _, operation)| operation.is_object())
            .map(|(path, method, json)| self.operation(path, method, json))
            .collect()
    }

    /// The paths of what the server itself sends.
    #[must_use]
    pub fn webhooks(&self) -> Vec<String> {
        self.0["x-webhooks"].as_object().into_iter().flatten().map(|(name, _)| format!("/{name}")).collect()
    }

    /// All shapes of events.
    #[must_use]
    pub fn events(&self) -> Vec<EventShape> {
        let mut shapes = Vec::new();
        self.collect_events(&self.0["components"]["schemas"]["Event"], &mut shapes);
        shapes
    }

    fn collect_events(&self, schema: &'a Value, shapes: &mut Vec<EventShape>) {
        let schema = self.resolve(schema);
        if let Some(variants) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            variants.iter().for_each(|variant| self.collect_events(variant, shapes));
            return;
        }
        let properties = self.properties(schema);
        let Some(kind) = properties.iter().find(|(name, _)| name == "type").and_then(|(_, schema)| one_value(schema))
        else {
            return;
        };
        let op = properties.iter().find(|(name, _)| name == "op").and_then(|(_, schema)| one_value(schema));
        let own = |field: &Field| !matches!(field.name.as_str(), "type" | "op" | "id");
        shapes.push(EventShape {
            kind,
            op,
            description: text(schema, "description"),
            fields: self.fields(schema).into_iter().filter(own).collect(),
            example: schema.get("example").or_else(|| schema["examples"].get(0)).cloned(),
        });
    }

    fn operation(&self, path: &str, method: &str, json: &'a Value) -> Operation {
        let mut parameters: Vec<Parameter> =
            json["parameters"].as_array().into_iter().flatten().map(|json| self.parameter(json)).collect();
        if let Some((_, body)) = json["requestBody"]["content"].as_object().and_then(|content| content.iter().next()) {
            parameters.extend(self.form(&body["schema"]));
        }
        let has_file = parameters.iter().any(|parameter| parameter.type_name == FILE);
        let order: Vec<&str> =
            json["x-parameters"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let place = |name: &str| order.iter().position(|known| *known == name);
        parameters.sort_by_key(|parameter| (parameter.place != "path", !parameter.required, place(&parameter.name)));
        let ok = &json["responses"]["200"]["content"]["application/json"];
        let common = |field: &Field| matches!(field.name.as_str(), "result" | "msg" | "ignored_parameters_unsupported");
        let refusals =
            json["responses"].as_object().into_iter().flatten().filter(|(status, _)| !status.starts_with('2'));
        let security = json.get("security").or_else(|| self.0.get("security"));
        let request = parameters.iter().filter_map(|parameter| {
            json["x-example-request"].get(&parameter.name).map(|value| (parameter.name.clone(), value.clone()))
        });
        Operation {
            id: text(json, "operationId"),
            method: method.to_uppercase(),
            path: path.strip_prefix("/api/v1").unwrap_or(path).to_owned(),
            tag: json["tags"][0].as_str().unwrap_or_default().to_owned(),
            summary: text(json, "summary"),
            description: text(json, "description"),
            has_file,
            needs_account: security.and_then(Value::as_array).is_some_and(|schemes| !schemes.is_empty()),
            request: request.collect(),
            request_fails: json["x-example-error"].as_str().map(str::to_owned),
            parameters,
            fields: self.fields(self.resolve(&ok["schema"])).into_iter().filter(|field| !common(field)).collect(),
            refusals: refusals
                .map(|(status, json)| (status.clone(), text(self.resolve(json), "description")))
                .collect(),
            example: example(ok),
        }
    }

    fn parameter(&self, json: &'a Value) -> Parameter {
        let json = self.resolve(json);
        let content = json["content"].as_object().and_then(|content| content.values().next());
        let schema = self.resolve(content.map_or(&json["schema"], |content| &content["schema"]));
        Parameter {
            name: text(json, "name"),
            place: text(json, "in"),
            required: json["required"] == true,
            type_name: self.type_name(schema),
            description: text(json, "description"),
            example: content.and_then(example).or_else(|| example(json)).or_else(|| example(schema)),
            default: schema.get("default").cloned(),
        }
    }

    fn form(&self, schema: &'a Value) -> Vec<Parameter> {
        let schema = self.resolve(schema);
        let required = required(schema);
        let parameter = |(name, json): (String, &'a Value)| {
            let resolved = self.resolve(json);
            Parameter {
                required: required.contains(&name.as_str()),
                name,
                place: "form".to_owned(),
                type_name: self.type_name(json),
                description: described(json, resolved),
                example: example(json).or_else(|| example(resolved)),
                default: json.get("default").or_else(|| resolved.get("default")).cloned(),
            }
        };
        self.properties(schema).into_iter().map(parameter).collect()
    }

    /// The fields of an object, with those of objects within it.
    fn fields(&self, schema: &'a Value) -> Vec<Field> {
        let mut fields = Vec::new();
        self.collect_fields(schema, "", 0, &mut fields);
        fields
    }

    fn collect_fields(&self, schema: &'a Value, before: &str, depth: usize, fields: &mut Vec<Field>) {
        let required = required(schema);
        for (name, json) in self.properties(schema) {
            let resolved = self.resolve(json);
            let full = format!("{before}{name}");
            fields.push(Field {
                name: full.clone(),
                type_name: self.type_name(json),
                description: described(json, resolved),
                required: required.contains(&name.as_str()),
                depth,
            });
            if depth + 1 >= DEPTH_MAX {
                continue;
            }
            let inner = self.resolve(resolved);
            if inner["type"] == "array" {
                self.collect_fields(self.resolve(&inner["items"]), &format!("{full}[]."), depth + 1, fields);
            } else {
                self.collect_fields(inner, &format!("{full}."), depth + 1, fields);
            }
        }
    }

    /// Properties of an object and of those it is made of.
    fn properties(&self, schema: &'a Value) -> Vec<(String, &'a Value)> {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let inherited = parts.flat_map(|part| self.properties(self.resolve(part)));
        let own = schema["properties"].as_object().into_iter().flatten().map(|(name, json)| (name.clone(), json));
        inherited.chain(own).collect()
    }

    fn resolve(&self, json: &'a Value) -> &'a Value {
        let mut json = json;
        for _ in 0..8 {
            let Some(path) = json["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) else { break };
            json = self.0.pointer(path).unwrap_or(&Value::Null);
        }
        json
    }

    fn type_name(&self, schema: &'a Value) -> String {
        let schema = self.resolve(schema);
        if let Some(value) = one_value(schema) {
            return format!("\"{value}\"");
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            return values.join(" or ");
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[key].as_array() {
                let mut names: Vec<String> = variants.iter().map(|variant| self.type_name(variant)).collect();
                names.dedup();
                return names.join(" or ");
            }
        }
        let name = |kind: &str| match kind {
            "array" => format!("list of {}", plural(&self.type_name(&schema["items"]))),
            "object" if schema["additionalProperties"].is_object() => {
                format!("object of {}", plural(&self.type_name(&schema["additionalProperties"])))
            }
            "string" if schema["format"] == "binary" => FILE.to_owned(),
            kind => kind.to_owned(),
        };
        match &schema["type"] {
            Value::String(kind) => name(kind),
            Value::Array(kinds) => {
                let names: Vec<String> = kinds.iter().filter_map(Value::as_str).map(name).collect();
                names.join(" or ")
            }
            _ if schema.get("allOf").is_some() => "object".to_owned(),
            _ => "any".to_owned(),
        }
    }
}

fn plural(name: &str) -> String {
    match name {
        "any" => "anything".to_owned(),
        name if name.contains(' ') || name.contains('"') => name.to_owned(),
        name => format!("{name}s"),
    }
}

fn one_value(schema: &Value) -> Option<String> {
    let single = schema["enum"].as_array().filter(|values| values.len() == 1).map(|values| &values[0]);
    schema.get("const").or(single).and_then(Value::as_str).map(str::to_owned)
}

fn required(schema: &Value) -> Vec<&str> {
    let own = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parts = schema["allOf"].as_array().into_iter().flatten().flat_map(required);
    own.chain(parts).collect()
}

fn described(json: &Value, resolved: &Value) -> String {
    let own = text(json, "description");
    if own.is_empty() { text(resolved, "description") } else { own }
}

fn text(json: &Value, key: &str) -> String {
    json[key].as_str().unwrap_or_default().trim().to_owned()
}

fn example(json: &Value) -> Option<Value> {
    let named = json["examples"].as_object().and_then(|examples: &Map<String, Value>| examples.values().next());
    let named = named.and_then(|example| example.get("value"));
    json.get("example").or(named).or_else(|| json["examples"].get(0)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        json!({
            "security": [{"basic": []}],
            "paths": {"/users/{id}": {"patch": {
                "operationId": "update-user", "tags": ["users"], "summary": "Changes an account.",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 9}],
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {
                    "required": ["role"],
                    "properties": {"role": {"$ref": "#/components/schemas/Role", "description": "The new role."},
                                   "tags": {"type": "array", "items": {"type": "string"}, "default": []}}
                }}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"allOf": [
                        {"$ref": "#/components/schemas/Success"},
                        {"properties": {"user": {"$ref": "#/components/schemas/User"}}, "required": ["user"]}
                    ]}, "example": {"result": "success"}}}},
                    "400": {"description": "Refused."}
                }
            }}},
            "components": {"schemas": {
                "Role": {"enum": [100, 400]},
                "Success": {"properties": {"result": {"const": "success"}, "msg": {"type": "string"}}},
                "User": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}},
                "Event": {"oneOf": [
                    {"$ref": "#/components/schemas/Heartbeat"},
                    {"oneOf": [{"properties": {"type": {"enum": ["typing"]}, "op": {"const": "start"}, "sender": {}}}]}
                ]},
                "Heartbeat": {"description": "Nothing new.", "properties": {"type": {"const": "heartbeat"}, "id": {"type": "integer"}}}
            }}
        })
    }

    #[test]
    fn an_operation_is_read_with_what_it_refers_to() {
        let json = sample();
        let operations = Document::new(&json).operations();
        let [operation] = operations.as_slice() else { panic!("{operations:?}") };
        assert_eq!((operation.id.as_str(), operation.method.as_str()), ("update-user", "PATCH"));
        assert!(operation.needs_account);
        let names: Vec<(&str, &str, bool)> = operation
            .parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.type_name.as_str(), parameter.required))
            .collect();
        assert_eq!(names, [("id", "integer", true), ("role", "100 or 400", true), ("tags", "list of strings", false)]);
        assert_eq!(operation.parameters[1].description, "The new role.");
        let fields: Vec<(&str, &str)> =
            operation.fields.iter().map(|field| (field.name.as_str(), field.type_name.as_str())).collect();
        assert_eq!(fields, [("user", "object"), ("user.name", "string or null")]);
        assert_eq!(operation.refusals, [("400".to_owned(), "Refused.".to_owned())]);
        assert_eq!(operation.example, Some(json!({"result": "success"})));
    }

    #[test]
    fn events_are_found_however_deep_the_union_is() {
        let json = sample();
        let events = Document::new(&json).events();
        let kinds: Vec<(&str, Option<&str>)> =
            events.iter().map(|event| (event.kind.as_str(), event.op.as_deref())).collect();
        assert_eq!(kinds, [("heartbeat", None), ("typing", Some("start"))]);
        assert_eq!(events[0].description, "Nothing new.");
        assert!(events[0].fields.is_empty() && events[1].fields[0].name == "sender");
    }
}
