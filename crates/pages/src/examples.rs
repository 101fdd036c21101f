//! A call as it is written in each language.

use crate::Words;
use crate::document::Operation;
use serde_json::Value;

/// An example in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// As it stands on its tab.
    pub language: &'static str,
    /// The program, ready to be run.
    pub code: String,
}

/// What is sent, and in which place of the path.
struct Call {
    path: String,
    params: Vec<(String, Value)>,
}

impl Call {
    fn of(operation: &Operation) -> Self {
        let mut call = Call { path: operation.path.clone(), params: Vec::new() };
        for parameter in &operation.parameters {
            let Some(example) = &parameter.example else { continue };
            if parameter.place == "path" {
                call.path = call.path.replace(&format!("{{{}}}", parameter.name), &plain(example));
            } else {
                call.params.push((parameter.name.clone(), example.clone()));
            }
        }
        call
    }
}

/// A value as the wire has it: text as it is, everything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The call of an operation with the values that its parameters have as examples.
#[must_use]
pub fn of(operation: &Operation, words: &Words<'_>) -> Vec<Example> {
    let call = Call::of(operation);
    vec![
        Example { language: "Python", code: python(operation, &call, words) },
        Example { language: "curl", code: curl(operation, &call, words) },
        Example { language: "JavaScript", code: javascript(operation, &call, words) },
        Example { language: "Rust", code: rust(operation, &call, words) },
    ]
}

fn python(operation: &Operation, call: &Call, words: &Words<'_>) -> String {
    let module = &words.brand.module;
    let mut code = format!("import {module}\n\nclient = {module}.Client(config_file=\"~/{}\")\n", words.brand.rc_file);
    let request = call.params.iter().map(|(name, value)| format!("    \"{name}\": {},\n", python_literal(value)));
    let request: String = request.collect();
    let request = if request.is_empty() { String::new() } else { format!("request = {{\n{request}}}\n") };
    let argument = if request.is_empty() { "" } else { ", request=request" };
    code += &request;
    code += &format!(
        "result = client.call_endpoint(\"{}\", method=\"{}\"{argument})\nprint(result)\n",
        call.path.trim_start_matches('/'),
        operation.method,
    );
    code
}

fn python_literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python_literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("\"{name}\": {}", python_literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn curl(operation: &Operation, call: &Call, words: &Words<'_>) -> String {
    let get = if operation.method == "GET" { " -G" } else { "" };
    let mut lines = vec![format!("curl -sSX {}{get} {}/api/v1{}", operation.method, words.site, call.path)];
    if operation.needs_account {
        lines.push("    -u \"$EMAIL:$API_KEY\"".to_owned());
    }
    for (name, value) in &call.params {
        lines.push(format!("    --data-urlencode {}", shell(&format!("{name}={}", plain(value)))));
    }
    lines.join(" \\\n") + "\n"
}

/// A word of a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn javascript(operation: &Operation, call: &Call, words: &Words<'_>) -> String {
    let params: String =
        call.params.iter().map(|(name, value)| format!("    {name}: {},\n", Value::from(plain(value)))).collect();
    let in_query = operation.method == "GET";
    let mut code = String::new();
    if !params.is_empty() {
        code += &format!("const params = new URLSearchParams({{\n{params}}});\n");
    }
    let query = if in_query && !params.is_empty() { "?${params}" } else { "" };
    let mut options = vec![format!("    method: \"{}\",\n", operation.method)];
    if operation.needs_account {
        options.push("    headers: {Authorization: `Basic ${btoa(`${email}:${apiKey}`)}`},\n".to_owned());
    }
    if !in_query && !params.is_empty() {
        options.push("    body: params,\n".to_owned());
    }
    code += &format!("const response = await fetch(`{}/api/v1{}{query}`, {{\n", words.site, call.path);
    code += &options.concat();
    code += "});\nconsole.log(await response.json());\n";
    code
}

fn rust(operation: &Operation, call: &Call, words: &Words<'_>) -> String {
    let method = operation.method[..1].to_owned() + &operation.method[1..].to_lowercase();
    let name = &words.brand.rust_crate;
    let pairs: Vec<String> =
        call.params.iter().map(|(name, value)| format!("        .with({name:?}, {})", rust_literal(value))).collect();
    let (import, params) = match pairs.as_slice() {
        [] => ("", "()".to_owned()),
        pairs => (", Params", format!("Params::new()\n{}", pairs.join("\n"))),
    };
    let mut code = format!("use {name}::types::endpoint::Method;\nuse {name}::{{Client, Error{import}}};\n\n");
    code += "async fn example(client: &Client) -> Result<(), Error> {\n";
    code += &format!("    let params = {params};\n");
    code += &format!("    let answer = client.call(Method::{method}, {:?}, params).await?;\n", call.path);
    code += "    println!(\"{answer:?}\");\n    Ok(())\n}\n";
    code
}

fn rust_literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        other => format!("serde_json::json!({other})"),
    }
}
