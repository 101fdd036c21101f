//! Schemas as generators of clients understand them. What the tables of types say is right but rich; this makes it
//! plain: lists of words in place of alternatives of constants, one object in place of alternatives of objects, and
//! texts without marks that only mean something in source code.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};
use tidings_types::schema::MAY_BE_NULL;

/// Makes all schemas of the document plain.
pub(super) fn tidy(document: &mut Value) {
    for_each_schema(document, &mut make_plain);
}

/// Makes a document of version 3.1 one of version 3.0.3, with less in it that generators of its time stumble over.
pub(super) fn make_older(document: &mut Value) {
    document["openapi"] = json!("3.0.3");
    let mut transforms = SchemaSettings::openapi3().transforms;
    for_each_schema(document, &mut |schema| {
        for transform in &mut transforms {
            transform.transform(schema);
        }
        make_simpler(schema);
    });
    let schemas = document["components"]["schemas"].clone();
    let operations = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in operations.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let schema = parameter.pointer_mut("/content/application~1json/schema");
            if schema.is_some_and(|schema| without_names(schema, &schemas) && schema["type"] == "string") {
                parameter.as_object_mut().into_iter().for_each(|fields| drop(fields.remove("content")));
                parameter["schema"] = json!({ "type": "string" });
            }
        }
        let form = super::form_mut(operation).map(|form| &mut form["properties"]);
        for property in form.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            without_names(property, &schemas);
        }
    }
}

/// Old generators know nothing inside of parameters that has a name. An object is one with any fields there; a list of
/// objects, and what can be of several types, is text in JSON. Says whether it was such.
fn without_names(schema: &mut Value, schemas: &Value) -> bool {
    let in_list = &schema["items"]["$ref"];
    let target = if in_list.is_string() { in_list } else { &schema["$ref"] };
    let Some(name) = target.as_str().and_then(|target| target.rsplit('/').next()) else { return false };
    let (named, is_object) = (&schemas[name], schemas[name]["type"] == "object" && !in_list.is_string());
    let description = schema.get("description").unwrap_or(&named["description"]).clone();
    *schema = json!({ "type": if is_object { "object" } else { "string" }, "description": description });
    true
}

fn make_simpler(schema: &mut Schema) {
    transform_subschemas(&mut make_simpler, schema);
    // Old generators apply the length of an inner list to the list around it.
    schema.remove("minItems");
    schema.remove("maxItems");
    // What stands beside a reference is lost in this version; around one, the type is.
    let target = schema.get("allOf").and_then(|all| all[0].get("$ref")).cloned();
    if let Some(target) = target.filter(|_| schema.get("nullable").is_none()) {
        *schema = json_schema!({ "$ref": target });
    }
    // Alternatives that nothing tells apart are any value.
    schema.remove("anyOf");
}

/// The schemas of a document, wherever they are. What is inside of one is its own.
fn for_each_schema(node: &mut Value, change: &mut dyn FnMut(&mut Schema)) {
    let fields = match node {
        Value::Object(fields) => fields,
        Value::Array(items) => return items.iter_mut().for_each(|item| for_each_schema(item, change)),
        _ => return,
    };
    for (name, value) in fields.iter_mut() {
        match (name.as_str(), value) {
            ("example" | "examples", _) => {}
            ("schema", schema) => apply(schema, change),
            ("schemas", Value::Object(schemas)) => schemas.values_mut().for_each(|schema| apply(schema, change)),
            (_, value) => for_each_schema(value, change),
        }
    }
}

fn apply(value: &mut Value, change: &mut dyn FnMut(&mut Schema)) {
    if let Ok(schema) = <&mut Schema>::try_from(value) {
        change(schema);
    }
}

/// A doc comment as text: paragraphs, without links into the source.
pub(crate) fn prose(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    let text = paragraphs.map(|lines| lines.join(" ")).collect::<Vec<_>>().join("\n\n");
    text.replace("[`", "`").replace("`]", "`")
}

fn make_plain(schema: &mut Schema) {
    transform_subschemas(&mut make_plain, schema);
    if *schema == true {
        *schema = Schema::from(Map::new());
    }
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(Value::String(text)) = fields.get_mut("description") {
        *text = prose(text);
        if text.starts_with("Deprecated") {
            fields.insert("deprecated".to_owned(), json!(true));
        }
    }
    if let Some(constant) = fields.remove("const") {
        fields.insert("enum".to_owned(), json!([constant]));
    }
    if let Some(Value::Object(patterns)) = fields.remove("patternProperties") {
        // Keys that are numbers; generators know maps, but no patterns of keys.
        fields.extend(patterns.into_iter().next().map(|(_, values)| ("additionalProperties".to_owned(), values)));
    }
    if let Some(Value::Array(mut items)) = fields.remove("prefixItems") {
        // Generators know lists, but no tuples.
        items.dedup();
        fields.insert("items".to_owned(), json!({ "anyOf": items }));
    }
    if let Some(Value::Object(items)) = fields.get_mut("items").filter(|items| items["$ref"].is_null()) {
        // What the list is was said beside it.
        items.remove("description");
    }
    name_format(fields);
    list_words(fields);
    deny_null(fields);
    merge_alternatives(fields);
}

/// Formats that generators know.
fn name_format(fields: &mut Map<String, Value>) {
    let known = match fields.get("format").and_then(Value::as_str) {
        Some("uint8" | "uint16" | "int8" | "int16") => "int32",
        Some("uint32" | "uint64" | "uint" | "int") => "int64",
        _ => return,
    };
    fields.insert("format".to_owned(), json!(known));
}

/// Alternatives that are words become a list of words, and what each says goes to the description.
fn list_words(fields: &mut Map<String, Value>) {
    let Some(alternatives) = fields.get("oneOf").and_then(Value::as_array) else { return };
    let words: Option<Vec<(Vec<Value>, String)>> = alternatives.iter().map(words_of).collect();
    let Some(words) = words else { return };
    fields.remove("oneOf");
    let mut text = fields.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for (values, says) in words {
        if let [Value::String(word)] = values.as_slice() {
            text += &format!("\n- `{word}`: {says}");
        }
        all.extend(values);
    }
    fields.insert("description".to_owned(), Value::from(text));
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), Value::from(all));
}

fn words_of(alternative: &Value) -> Option<(Vec<Value>, String)> {
    let words = alternative["enum"].as_array().filter(|_| alternative["type"] == "string")?;
    Some((words.clone(), alternative["description"].as_str().unwrap_or_default().to_owned()))
}

/// What can be absent is never null where it is there, unless it says so.
fn deny_null(fields: &mut Map<String, Value>) {
    let required = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties {
        let Some(property) = property.as_object_mut() else { continue };
        if required.iter().any(|known| known == name) || property.remove(MAY_BE_NULL).is_some() {
            continue;
        }
        if let Some(types) = property.get_mut("type") {
            without_null(types);
        }
        if let Some(Value::Array(alternatives)) = property.get_mut("anyOf") {
            alternatives.retain(|alternative| alternative["type"] != "null");
            if let [Value::Object(one)] = alternatives.as_mut_slice() {
                let mut one = std::mem::take(one);
                property.remove("anyOf");
                one.append(property);
                *property = one;
            }
        }
    }
}

fn without_null(types: &mut Value) {
    let Value::Array(names) = types else { return };
    names.retain(|name| name != "null");
    if let [one] = names.as_slice() {
        *types = one.clone();
    }
}

/// Alternatives that are all objects become one object: required is what all require.
fn merge_alternatives(fields: &mut Map<String, Value>) {
    let Some(key) = ["oneOf", "anyOf"].into_iter().find(|key| {
        let alternatives = fields.get(*key).and_then(Value::as_array);
        alternatives.is_some_and(|all| all.iter().all(|one| one["properties"].is_object()))
    }) else {
        return;
    };
    let Some(Value::Array(alternatives)) = fields.remove(key) else { return };
    let mut properties = fields.remove("properties").and_then(into_object).unwrap_or_default();
    let mut required = fields.remove("required").and_then(into_array).unwrap_or_default();
    let needed = |name: &Value| {
        alternatives.iter().all(|one| one["required"].as_array().is_some_and(|names| names.contains(name)))
    };
    let of_first = alternatives.first().and_then(|first| first["required"].as_array()).into_iter().flatten();
    required.extend(of_first.filter(|name| needed(name)).cloned());
    for (name, property) in alternatives.iter().filter_map(|one| one["properties"].as_object()).flatten() {
        match properties.get_mut(name) {
            None => drop(properties.insert(name.clone(), property.clone())),
            Some(known) => add_words(known, property),
        }
    }
    for tag in properties.values_mut().filter_map(Value::as_object_mut).filter(|tag| tag.contains_key("enum")) {
        tag.entry("description").or_insert(json!("Which kind it is; the other fields depend on it."));
    }
    fields.insert("type".to_owned(), json!("object"));
    fields.insert("properties".to_owned(), properties.into());
    fields.insert("required".to_owned(), required.into());
}

/// Adds the words that another alternative allows for the same property.
fn add_words(known: &mut Value, other: &Value) {
    let words = known.get_mut("enum").and_then(Value::as_array_mut);
    let (Some(words), Some(more)) = (words, other["enum"].as_array()) else { return };
    for word in more {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(fields) = value { Some(fields) } else { None }
}

fn into_array(value: Value) -> Option<Vec<Value>> {
    if let Value::Array(items) = value { Some(items) } else { None }
}
