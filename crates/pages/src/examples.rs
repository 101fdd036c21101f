//! A call as it is written in each language: whole programs, which a reader can copy and run.

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

/// The file that examples send, and the name of its part.
const FILE: &str = "picture.png";
const PART: &str = "filename";

/// What is sent, and in which place of the path.
struct Call<'a> {
    path: String,
    params: Vec<(&'a str, &'a Value)>,
}

impl<'a> Call<'a> {
    fn of(operation: &'a Operation) -> Self {
        let mut call = Call { path: operation.path.clone(), params: Vec::new() };
        for (name, value) in &operation.request {
            let place = format!("{{{name}}}");
            if call.path.contains(&place) {
                call.path = call.path.replace(&place, &plain(value));
            } else {
                call.params.push((name, value));
            }
        }
        call
    }
}

/// A value as the wire has it: text as it is, everything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The call of an operation with the request that its description shows.
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

fn python(operation: &Operation, call: &Call<'_>, words: &Words<'_>) -> String {
    let module = &words.brand.module;
    let mut code = format!("import {module}\n\nclient = {module}.Client(config_file=\"~/{}\")\n", words.brand.rc_file);
    let request = call.params.iter().map(|(name, value)| format!("    \"{name}\": {},\n", python_literal(value)));
    let request: String = request.collect();
    let request = if request.is_empty() { String::new() } else { format!("request = {{\n{request}}}\n") };
    let argument = if request.is_empty() { "" } else { ", request=request" };
    code += &request;
    let (path, method) = (call.path.trim_start_matches('/'), &operation.method);
    let call =
        |files: &str| format!("result = client.call_endpoint(\"{path}\", method=\"{method}\"{argument}{files})\n");
    if operation.has_file {
        code += &format!("with open(\"{FILE}\", \"rb\") as file:\n    {}print(result)\n", call(", files=[file]"));
    } else {
        code += &format!("{}print(result)\n", call(""));
    }
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

fn curl(operation: &Operation, call: &Call<'_>, words: &Words<'_>) -> String {
    let get = if operation.method == "GET" && !call.params.is_empty() { " -G" } else { "" };
    let mut lines = vec![format!("curl -sSX {}{get} {}/api/v1{}", operation.method, words.site, call.path)];
    if operation.needs_account {
        lines.push("    -u \"$EMAIL:$API_KEY\"".to_owned());
    }
    let option = if operation.has_file { "--form-string" } else { "--data-urlencode" };
    for (name, value) in &call.params {
        lines.push(format!("    {option} {}", shell(&format!("{name}={}", plain(value)))));
    }
    if operation.has_file {
        lines.push(format!("    -F {PART}=@{FILE}"));
    }
    lines.join(" \\\n") + "\n"
}

/// A word of a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn javascript(operation: &Operation, call: &Call<'_>, words: &Words<'_>) -> String {
    let mut code = String::new();
    if operation.has_file {
        code += "import {readFile} from \"node:fs/promises\";\n\n";
    }
    if operation.needs_account {
        code += "const {EMAIL, API_KEY} = process.env;\n";
    }
    let params: String =
        call.params.iter().map(|(name, value)| format!("    {name}: {},\n", javascript_literal(value))).collect();
    if operation.has_file {
        code += "const params = new FormData();\n";
        for (name, value) in &call.params {
            code += &format!("params.append(\"{name}\", {});\n", javascript_literal(value));
        }
        code += &format!("params.append(\"{PART}\", new Blob([await readFile(\"{FILE}\")]), \"{FILE}\");\n");
    } else if !params.is_empty() {
        code += &format!("const params = new URLSearchParams({{\n{params}}});\n");
    }
    let in_query = operation.method == "GET";
    let query = if in_query && !params.is_empty() { "?${params}" } else { "" };
    let mut options = Vec::new();
    if !in_query {
        options.push(format!("    method: \"{}\",\n", operation.method));
    }
    if operation.needs_account {
        options.push("    headers: {Authorization: `Basic ${btoa(`${EMAIL}:${API_KEY}`)}`},\n".to_owned());
    }
    if !in_query && (operation.has_file || !params.is_empty()) {
        options.push("    body: params,\n".to_owned());
    }
    let options = if options.is_empty() { String::new() } else { format!(", {{\n{}}}", options.concat()) };
    code += &format!("const response = await fetch(`{}/api/v1{}{query}`{options});\n", words.site, call.path);
    code += "console.log(JSON.stringify(await response.json(), null, 2));\n";
    code
}

/// A value as `URLSearchParams` takes it: lists and objects as JSON.
fn javascript_literal(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => format!("JSON.stringify({value})"),
        other => other.to_string(),
    }
}

fn rust(operation: &Operation, call: &Call<'_>, words: &Words<'_>) -> String {
    let method = operation.method[..1].to_owned() + &operation.method[1..].to_lowercase();
    let (name, rc_file) = (&words.brand.rust_crate, &words.brand.rc_file);
    let pairs: Vec<String> =
        call.params.iter().map(|(name, value)| format!("\n        .with({name:?}, {})", rust_literal(value))).collect();
    let upload = if operation.has_file { ", Upload" } else { "" };
    let (import, params) = match pairs.as_slice() {
        [] => ("", "()".to_owned()),
        pairs => (", Params", format!("Params::new(){}", pairs.concat())),
    };
    let path = &call.path;
    let mut call = format!("client.call(Method::{method}, {path:?}, params).await");
    let mut file = String::new();
    if operation.has_file {
        file = format!(
            "    let content = std::fs::read({FILE:?}).expect(\"the file is there\");\n    let file = Upload {{ name: \
             {FILE:?}.to_owned(), content }};\n"
        );
        call = format!("client.call_with_file(Method::{method}, {path:?}, params, file).await");
    }
    let end = if operation.request_fails.is_some() {
        format!(
            "    if let Err(error) = {call} {{\n        println!(\"{{}}: {{error}}\", error.code());\n    }}\n    Ok(())\n"
        )
    } else {
        format!("    let answer = {call}?;\n    println!(\"{{answer:#?}}\");\n    Ok(())\n")
    };
    format!(
        "use {name}::{{Client, Error, Method{import}{upload}}};\n\n#[tokio::main]\nasync fn main() -> Result<(), Error> {{\n    \
         let client = Client::builder().config_file(\"~/{rc_file}\").build()?;\n    let params = {params};\n{file}{end}}}\n"
    )
}

fn rust_literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        other => format!("serde_json::json!({other})"),
    }
}
