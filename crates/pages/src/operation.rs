//! The page of one operation, and the tables that other pages borrow.

use crate::document::{EventShape, FILE, Field, Operation, Parameter};
use crate::prose::{self, inline, tabs};
use crate::{Site, Words, examples};
use maud::{Markup, html};

pub(crate) fn html(site: &Site, operation: &Operation, introduction: Option<&str>, words: Words<'_>) -> Markup {
    let examples: Vec<(&'static str, String)> =
        examples::of(operation, &words).into_iter().map(|example| (example.language, example.code)).collect();
    html! {
        h1 { (operation.title()) }
        p.endpoint { code { span.method { (operation.method) } " " (words.site) "/api/v1" (operation.path) } }
        // The description begins with the summary.
        @if operation.description.is_empty() { p { (inline(&operation.summary)) } }
        @else { (prose::block(&operation.description)) }
        @if let Some(text) = introduction { (prose::html(text, words, site)) }
        h2 id="usage-examples" { "Usage examples" }
        @if let Some(code) = &operation.request_fails {
            p { "This request is answered with the error " code { (code) } "." }
        }
        div data-answer=[operation.request_fails.as_deref()] { (tabs(&examples)) }
        (try_it(operation))
        h2 id="parameters" { "Arguments" }
        (arguments(operation))
        h2 id="response" { "Response" }
        (answer(operation))
        @if operation.id == "get-events" {
            h2 id="events" { "Events" }
            (events(&site.events))
        }
        h2 id="errors" { "Errors" }
        (refusals(operation))
    }
}

/// The table of arguments: argument, example, required or optional, description.
pub(crate) fn arguments(operation: &Operation) -> Markup {
    html! {
        @if operation.parameters.is_empty() {
            p { "This endpoint takes no arguments." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Arguments" {
                table.arguments {
                    thead { tr { th { "Argument" } th { "Example" } th { "Required" } th { "Description" } } }
                    tbody { @for parameter in &operation.parameters { (argument(parameter)) } }
                }
            }
        }
    }
}

fn argument(parameter: &Parameter) -> Markup {
    html! {
        tr {
            td { code { (parameter.name) } div.type { (parameter.type_name) @if parameter.place == "path" { ", in the path" } } }
            td { @if let Some(example) = &parameter.example { code { (example) } } }
            td { @if parameter.required { "Required" } @else { "Optional" } }
            td {
                (inline(&parameter.description))
                @if let Some(default) = parameter.default.as_ref().filter(|default| !default.is_null()) {
                    " Default: " code { (default) } "."
                }
            }
        }
    }
}

fn answer(operation: &Operation) -> Markup {
    html! {
        p { "A JSON object with " code { "\"result\": \"success\"" } ", an empty " code { "msg" } "," @if operation.fields.is_empty() { " and nothing else." } @else { " and:" } }
        (fields(&operation.fields))
        @if let Some(example) = &operation.example {
            p { "For example:" }
            pre tabindex="0" { code { (pretty(example)) } }
        }
    }
}

fn fields(fields: &[Field]) -> Markup {
    html! {
        @if !fields.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Fields" {
                table.fields {
                    thead { tr { th { "Field" } th { "Type" } th { "Description" } } }
                    tbody {
                        @for field in fields {
                            tr.inner[field.depth > 0] {
                                td { code { (field.name) } }
                                td.type { (field.type_name) @if !field.required { ", may be absent" } }
                                td { (inline(&field.description)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn refusals(operation: &Operation) -> Markup {
    html! {
        @if !operation.refusals.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Errors" {
                table {
                    thead { tr { th { "Status" } th { "When" } } }
                    tbody { @for (status, text) in &operation.refusals { tr { td { (status) } td { (inline(text)) } } } }
                }
            }
        }
        p { "What each code means, and whether to try again: " a href="/api/errors" { "errors" } "." }
    }
}

/// Every shape of event with its fields.
pub(crate) fn events(events: &[EventShape]) -> Markup {
    html! {
        p { "Each event has a " code { "type" } ", an " code { "id" } ", and for some types an " code { "op" } "." }
        @for event in events {
            details.event id=(event.anchor()) {
                summary { code { (event.kind) @if let Some(op) = &event.op { "/" (op) } } " " span { (inline(&event.description)) } }
                (fields(&event.fields))
                @if let Some(example) = &event.example { pre tabindex="0" { code { (pretty(example)) } } }
            }
        }
    }
}

fn try_it(operation: &Operation) -> Markup {
    html! {
        section.try-it data-method=(operation.method) data-path=(operation.path) data-needs-account=(operation.needs_account) {
            h2 id="try-it" { "Try it" }
            noscript { p { "This needs JavaScript." } }
            form {
                p.signed-out { "Sign in below to send this request to your own server." }
                @for parameter in &operation.parameters {
                    label {
                        span { code { (parameter.name) } @if parameter.required { " (required)" } }
                        @if parameter.type_name == FILE {
                            input type="file" name=(parameter.name);
                        } @else {
                            input name=(parameter.name) data-place=(parameter.place) autocomplete="off"
                                value=(shown(operation, parameter));
                        }
                    }
                }
                button type="submit" { "Send" }
            }
            div.answer aria-live="polite" hidden { h3 { "Answer" } pre tabindex="0" { code {} } }
            div.caused aria-live="polite" hidden { h3 { "Events it caused" } pre tabindex="0" { code {} } }
        }
    }
}

/// What the example sends for a parameter.
fn shown(operation: &Operation, parameter: &Parameter) -> String {
    let sent = operation.request.iter().find(|(name, _)| *name == parameter.name);
    sent.map(|(_, value)| text_of(value)).unwrap_or_default()
}

fn text_of(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

impl EventShape {
    /// What a link to it ends in.
    #[must_use]
    pub fn anchor(&self) -> String {
        let op = self.op.as_ref().map(|op| format!("-{op}")).unwrap_or_default();
        format!("event-{}{op}", self.kind)
    }
}
