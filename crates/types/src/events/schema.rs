//! The events as one schema: a union that `type` tells apart, and within a type `op`.

use super::{EVENTS, EventSpec};
use crate::ids::EventId;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// The union of all events. Each event, and each type that has several, is a definition of its own.
pub(super) fn union(generator: &mut SchemaGenerator) -> Schema {
    let mut members = Map::new();
    for event in EVENTS {
        let schema = schema(event, generator);
        let name = format!("{}Event", event.name);
        let of_type: Vec<&EventSpec> = EVENTS.iter().filter(|other| other.event_type == event.event_type).collect();
        let member = match of_type.as_slice() {
            [_] => reference(generator, &name),
            several => {
                let name = format!("{}Event", camel_case(event.event_type));
                let union = type_union(several, generator);
                generator.definitions_mut().insert(name.clone(), union);
                reference(generator, &name)
            }
        };
        generator.definitions_mut().insert(name, schema.into());
        members.insert(event.event_type.to_owned(), Value::from(member));
    }
    let mut union = discriminated("type", members);
    union.insert(
        "description".to_owned(),
        json!("One change, told to a client. `type` says of what, and `op` in which way."),
    );
    union
}

/// All events of one type.
fn type_union(events: &[&EventSpec], generator: &SchemaGenerator) -> Value {
    let member = |event: &&EventSpec| {
        let reference = reference(generator, &format!("{}Event", event.name));
        (event.op.unwrap_or_default().to_owned(), Value::from(reference))
    };
    let mut union = discriminated("op", events.iter().map(member).collect());
    let event_type = events.first().map_or("", |event| event.event_type);
    union.insert("description".to_owned(), Value::from(format!("An event of the type `{event_type}`.")));
    union.into()
}

fn discriminated(property: &str, members: Map<String, Value>) -> Schema {
    let variants: Vec<Value> = members.values().map(|member| json!({ "$ref": member })).collect();
    json_schema!({
        "oneOf": variants,
        "discriminator": { "propertyName": property, "mapping": members },
    })
}

fn reference(generator: &SchemaGenerator, name: &str) -> String {
    format!("#{}/{name}", generator.settings().definitions_path)
}

/// One event: its payload with `type`, `op` and `id`.
fn schema(event: &EventSpec, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = (event.payload)(generator);
    schema.insert("description".to_owned(), Value::from(event.doc.trim()));
    let mut head = vec![("type", json!({ "type": "string", "enum": [event.event_type], "description": "The type." }))];
    head.extend(event.op.map(|op| ("op", json!({ "type": "string", "enum": [op], "description": "The operation." }))));
    let mut id: Value = generator.subschema_for::<EventId>().into();
    id["description"] = json!("Where it stands in the queue. Larger than that of the event before; gaps are normal.");
    head.push(("id", id));
    let object = schema.ensure_object();
    for (name, value) in head {
        let required = object.entry("required").or_insert_with(|| json!([]));
        required.as_array_mut().into_iter().for_each(|list| list.push(Value::from(name)));
        let properties = object.entry("properties").or_insert_with(|| json!({}));
        properties.as_object_mut().into_iter().for_each(|map| drop(map.insert(name.to_owned(), value.clone())));
    }
    schema
}

/// `realm_user` becomes `RealmUser`.
fn camel_case(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').filter(|part| !part.is_empty()).map(word).collect()
}
