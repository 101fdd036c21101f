use serde_json::{Map, Value};
use std::collections::BTreeSet;
use tidings_server::openapi::{Version, document};
use tidings_testkit::{TestServer, contract};
use tidings_types::brand::Brand;
use tidings_types::events::EVENTS;

fn described() -> Value {
    document(&Brand::default(), "", Version::V3_1)
}

/// Every operation with its place.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, methods): (&String, &'_ Value)| -> Vec<(String, String)> {
        methods
            .as_object()
            .into_iter()
            .flatten()
            .map(|(method, _)| method)
            .map(|method| (path.clone(), method.clone()))
            .collect()
    };
    let places = paths.iter().flat_map(of_path);
    places.map(|(path, method)| (format!("{method} {path}"), &document["paths"][&path][&method])).collect()
}

fn schemas(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"].as_object().expect("schemas")
}

#[tokio::test]
async fn each_version_is_served_and_cacheable() {
    let server = TestServer::start().await;
    let http = reqwest::Client::new();
    for (version, number) in [(Version::V3_1, "3.1.0"), (Version::V3_0, "3.0.3")] {
        let url = format!("{}/api/v1{}", server.url, version.path());
        let answer = http.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/json");
        assert!(header("cache-control").contains("max-age"));
        let tag = header("etag");
        let served: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(served["openapi"], number);
        assert_eq!(served["servers"][0]["url"], "http://example.com/api/v1");
        assert_eq!(served, document(&Brand::default(), "http://example.com", version));
        let again = http.get(&url).header("If-None-Match", tag).send().await.unwrap();
        assert_eq!((again.status().as_u16(), again.text().await.unwrap().len()), (304, 0));
    }
}

#[test]
fn every_endpoint_is_there_and_says_what_it_is() {
    let document = described();
    let operations = operations(&document);
    assert_eq!(operations.len(), tidings_server::router::endpoints().len());
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (place, operation) in operations {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{place}: the id is taken");
        assert!(tags.contains(&&operation["tags"][0]), "{place}: the tag is not described");
        for key in ["summary", "description"] {
            assert!(operation[key].as_str().is_some_and(|text| text.len() > 5), "{place}: {key}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["content"]["application/json"]["schema"].is_object(), "{place}: {status}");
        }
        for security in operation["security"].as_array().unwrap() {
            // Nobody, beside somebody.
            let Some(name) = security.as_object().unwrap().keys().next() else { continue };
            assert!(document["components"]["securitySchemes"][name].is_object(), "{place}: {name}");
        }
    }
}

/// References that lead nowhere, and properties and parameters that nothing is said about.
fn silent(node: &Value, place: &str, document: &Value, wrong: &mut Vec<String>) {
    let says = |schema: &Value| schema["description"].as_str().is_some_and(|text| !text.trim().is_empty());
    match node {
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str).map(|target| target.trim_start_matches('#'));
            wrong.extend(target.filter(|to| document.pointer(to).is_none()).map(|to| format!("{place}: no {to}")));
            for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let target =
                    property["$ref"].as_str().and_then(|target| document.pointer(target.trim_start_matches('#')));
                if !says(property) && !target.is_some_and(says) {
                    wrong.push(format!("{place}.{name} says nothing"));
                }
            }
            for parameter in fields.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                if !says(parameter) {
                    wrong.push(format!("{place}: {} says nothing", parameter["name"]));
                }
            }
            fields.iter().for_each(|(name, value)| silent(value, &format!("{place}/{name}"), document, wrong));
        }
        Value::Array(items) => items.iter().for_each(|item| silent(item, place, document, wrong)),
        _ => {}
    }
}

#[test]
fn everything_is_described_and_refers_to_what_is_there() {
    for version in [Version::V3_1, Version::V3_0] {
        let document = document(&Brand::default(), "", version);
        let mut wrong = Vec::new();
        silent(&document, "", &document, &mut wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn every_event_is_a_variant_that_its_type_and_op_tell() {
    let document = described();
    let schemas = schemas(&document);
    let mapping = schemas["Event"]["discriminator"]["mapping"].as_object().unwrap();
    for event in EVENTS {
        let by_type = mapping[event.event_type].as_str().unwrap().rsplit('/').next().unwrap();
        let by_op = event.op.and_then(|op| schemas[by_type]["discriminator"]["mapping"][op].as_str());
        let name = by_op.map_or(by_type, |target| target.rsplit('/').next().unwrap());
        assert_eq!(name, format!("{}Event", event.name));
        assert_eq!(schemas[name]["properties"]["type"]["enum"][0], event.event_type);
        assert!(schemas[name]["examples"][0].is_object(), "{name} has no example");
    }
}

/// The form that an operation takes, with a file or without.
fn form(operation: &Value) -> &Value {
    let content = operation["requestBody"]["content"].as_object().and_then(|content| content.values().next());
    content.map_or(&Value::Null, |content| &content["schema"])
}

fn is_file(schema: &Value) -> bool {
    schema["format"] == "binary"
}

#[test]
fn examples_fit_their_schemas() {
    let document = described();
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut check = |place: String, schema: &Value, example: &Value| {
        count += 1;
        wrong.extend(contract::check_value(schema, example).err().map(|error| format!("{place}: {error}")));
    };
    for (name, schema) in schemas(&document) {
        for example in schema["examples"].as_array().into_iter().flatten() {
            check(name.clone(), &serde_json::json!({ "$ref": format!("#/components/schemas/{name}") }), example);
        }
    }
    for (place, operation) in operations(&document) {
        let answer = &operation["responses"]["200"]["content"]["application/json"];
        assert!(answer["example"].is_object(), "{place}: the answer has no example");
        check(place.clone(), &answer["schema"], &answer["example"]);
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let media = &parameter["content"]["application/json"];
            let holder = if media.is_object() { media } else { parameter };
            assert!(holder.get("example").is_some(), "{place}: {} has no example", parameter["name"]);
            check(format!("{place} {}", parameter["name"]), &holder["schema"], &holder["example"]);
        }
        let form = form(operation);
        for (name, schema) in
            form["properties"].as_object().into_iter().flatten().filter(|(_, schema)| !is_file(schema))
        {
            assert!(schema["examples"][0] != Value::Null, "{place}: {name} has no example");
            check(format!("{place} {name}"), schema, &schema["examples"][0]);
        }
    }
    assert!(count > 200 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_has_a_request_to_show() {
    let document = described();
    let mut wrong = Vec::new();
    for (place, operation) in operations(&document) {
        let request = operation["x-example-request"].as_object().expect("a request");
        let form = form(operation);
        let own = operation["parameters"].as_array().into_iter().flatten();
        let mut known: Vec<(String, bool, Value)> = own
            .map(|parameter| {
                let media = &parameter["content"]["application/json"];
                let schema = if media.is_object() { &media["schema"] } else { &parameter["schema"] };
                (parameter["name"].as_str().unwrap().to_owned(), parameter["required"] == true, schema.clone())
            })
            .collect();
        for (name, schema) in
            form["properties"].as_object().into_iter().flatten().filter(|(_, schema)| !is_file(schema))
        {
            let required = form["required"].as_array().into_iter().flatten().any(|required| required == name);
            known.push((name.clone(), required, schema.clone()));
        }
        let changes_something = !place.starts_with("get ");
        if changes_something && request.is_empty() && !known.is_empty() {
            wrong.push(format!("{place}: nothing is required; say in openapi/calls.rs what to show"));
        }
        for (name, value) in request {
            match known.iter().find(|(known, _, _)| known == name) {
                Some((_, _, schema)) => {
                    wrong.extend(contract::check_value(schema, value).err().map(|error| format!("{place}: {error}")));
                }
                None => wrong.push(format!("{place}: openapi/calls.rs names {name}, which is no parameter of it")),
            }
        }
        let missing = known.iter().filter(|(name, required, _)| *required && !request.contains_key(name));
        wrong.extend(missing.map(|(name, _, _)| format!("{place}: openapi/calls.rs lacks {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_that_is_not_as_described_is_found() {
    let right = serde_json::json!({ "result": "success", "msg": "" });
    assert_eq!(contract::check_answer("POST", "/users/me/status", 200, &right), Ok(()));
    let mut wrong = right.clone();
    wrong["surprise"] = Value::from(1);
    assert!(contract::check_answer("POST", "/users/me/status", 200, &wrong).is_err());
    assert!(contract::check_answer("POST", "/users/me/status", 418, &right).is_err());
    assert!(contract::check_answer("GET", "/users/me/alert_words", 200, &right).is_err());
}

#[test]
fn words_of_the_brand_are_everywhere() {
    let brand = Brand { product: "Aloha".to_owned(), rc_file: "aloharc".to_owned(), ..Brand::default() };
    let document = document(&brand, "", Version::V3_1);
    assert_eq!(document["info"]["title"], "Aloha API");
    for name in ["Tidings", "Zulip"] {
        assert!(!document.to_string().contains(name), "{name}");
    }
    assert!(document["components"]["securitySchemes"].to_string().contains("aloharc"));
}
