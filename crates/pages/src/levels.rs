//! What there is of each level of the API, and what is not: the level's own lists, less what the server describes.

use crate::Site;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Operations of the API at the level we speak: operation id, method and path.
const OPERATIONS: &str = include_str!("../content/level-421-operations.txt");

/// Events of the API at that level: type, and op if there are several.
const EVENTS: &str = include_str!("../content/level-421-events.txt");

/// Fills in how much of the level there is.
pub(crate) fn fill(text: &str, site: &Site) -> String {
    let share = |all: &str, absent: usize| {
        let all = all.lines().count();
        format!("{} of {all}", all - absent)
    };
    text.replace("{{served_operations}}", &share(OPERATIONS, operations_without(site).len()))
        .replace("{{served_events}}", &share(EVENTS, events_without(site).len()))
}

/// Names, methods and paths of operations that are not there.
fn operations_without(site: &Site) -> Vec<(&'static str, &'static str, &'static str)> {
    // `/users/{user_id}` and `/users/{email}` are one operation that takes either.
    let shape = |path: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let sent = site.webhooks.iter().map(|path| ("POST", path.clone()));
    let served = site.operations.iter().map(|operation| (operation.method.as_str(), shape(&operation.path)));
    let served: BTreeSet<(&str, String)> = served.chain(sent).collect();
    let row = |line: &'static str| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?))
    };
    OPERATIONS.lines().filter_map(row).filter(|(_, method, path)| !served.contains(&(method, shape(path)))).collect()
}

/// Types, with their ops, of events that are not there.
fn events_without(site: &Site) -> Vec<&'static str> {
    let name = |event: &crate::document::EventShape| match &event.op {
        Some(op) => format!("{} {op}", event.kind),
        None => event.kind.clone(),
    };
    let sent: BTreeSet<String> = site.events.iter().map(name).collect();
    EVENTS.lines().filter(|event| !sent.contains(*event)).collect()
}

/// The list of operations that are not there.
pub(crate) fn absent_operations(site: &Site) -> Markup {
    let absent = operations_without(site);
    html! {
        @if absent.is_empty() { p { "None: all of them are there." } }
        ul.absent { @for (id, method, path) in absent { li { (id) " " code { (method) " " (path) } } } }
    }
}

/// The list of events that are not there.
pub(crate) fn absent_events(site: &Site) -> Markup {
    let absent = events_without(site);
    html! {
        @if absent.is_empty() { p { "None: all of them are." } }
        p.absent { @for (at, event) in absent.iter().enumerate() { @if at > 0 { ", " } code { (event) } } }
    }
}
