//! The documentation pages: what a reader of the API sees below `/api/`, under the product's own name.
//!
//! Everything that can be known from the API's own description (an OpenAPI document) is taken from it: operations,
//! arguments, answers, events. What has to be told in words is in `content/`, with the product's words filled in.
//!
//! # Layout
//! - this file: [`Site`], all pages by name. [`document`]: reads the description.
//! - `content/*.md`: the prose. [`prose`]: makes HTML of it, with a tab for each language.
//! - [`examples`]: a call in each language. `operation`: the page of one operation. `layout`: what all pages share.
//! - `error_codes`: what to do about each. `levels`: what there is of each level of the API, and what is not.
//! - [`join`]: where people ask for accounts, and where invitations lead. [`confirm`]: links to confirm an address.
//! - [`assets`]: style and script. [`leftovers`]: finds names of other products.

pub mod assets;
pub mod confirm;
pub mod document;
mod error_codes;
pub mod examples;
pub mod join;
mod layout;
pub mod leftovers;
mod levels;
mod operation;
pub mod prose;

use document::{Document, EventShape, Operation};
use maud::Markup;
use serde_json::Value;
use std::collections::BTreeMap;
use tidings_types::brand::Brand;

/// What pages are filled in with.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The product's name and looks.
    pub brand: &'a Brand,
    /// Where the reader's server is, as in `https://chat.example.com`.
    pub site: &'a str,
}

/// A page before it is filled in.
enum Content {
    /// A file of `content/`.
    Prose(&'static str),
    /// One operation, by its place in the list; with a file of `content/` before it, if there is one.
    Operation(usize, Option<&'static str>),
}

/// A page's name and title, and the group it is listed in.
struct Entry {
    name: String,
    title: String,
    group: &'static str,
    content: Content,
}

/// All pages.
pub struct Site {
    operations: Vec<Operation>,
    /// Paths of what the server itself sends.
    webhooks: Vec<String>,
    events: Vec<EventShape>,
    /// Error codes: name, status, and what they mean.
    errors: Vec<ErrorCode>,
    entries: Vec<Entry>,
    by_name: BTreeMap<String, usize>,
}

/// One code of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// As in `BAD_EVENT_QUEUE_ID`; empty where an error has none.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What it means.
    pub doc: String,
}

/// Titles of areas, by tag; what is not here is listed last under its tag.
const AREAS: &[(&str, &str)] = &[
    ("real_time_events", "Real-time events"),
    ("messages", "Messages"),
    ("channels", "Channels"),
    ("streams", "Channels"),
    ("subscriptions", "Subscriptions"),
    ("users", "Users"),
    ("invites", "Invitations"),
    ("bots", "Bots"),
    ("personal", "Personal"),
    ("drafts", "Drafts"),
    ("scheduled_messages", "Scheduled messages"),
    ("reminders", "Reminders"),
    ("navigation_views", "Navigation views"),
    ("mobile", "Mobile notifications"),
    ("webhooks", "Webhooks"),
    ("authentication", "Log in"),
    ("server", "Server and organization"),
    ("server_and_organizations", "Server and organization"),
];

/// Operations that are listed before others of their area, in this order.
const READ_FIRST: &[&str] = &[
    "register-queue",
    "get-events",
    "delete-queue",
    "rest-error-handling",
    "send-message",
    "get-messages",
    "get-streams",
    "subscribe",
    "get-users",
    "get-own-user",
];

/// Prose pages before everything else: name, title, text.
const START: &[(&str, &str, &str)] = &[
    ("index", "Overview", include_str!("../content/index.md")),
    ("installation", "Installation", include_str!("../content/installation.md")),
    ("configuring-python-bindings", "Configuration", include_str!("../content/configuration.md")),
    ("real-time-events", "Real-time events API", include_str!("../content/real-time-events.md")),
];

/// Prose pages after the operations of real-time events.
const MORE: &[(&str, &str, &str)] = &[
    ("event-streams", "Streams and WebSockets", include_str!("../content/event-streams.md")),
    ("delivery-guarantees", "Delivery guarantees", include_str!("../content/delivery-guarantees.md")),
    ("message-formatting", "Message formatting", include_str!("../content/message-formatting.md")),
    ("webhooks", "Bots and webhooks", include_str!("../content/webhooks.md")),
    ("group-setting-values", "Permissions and groups", include_str!("../content/group-setting-values.md")),
    ("errors", "Errors", include_str!("../content/errors.md")),
    ("differences", "Differences", include_str!("../content/differences.md")),
    ("changelog", "Changes", include_str!("../content/changelog.md")),
];

/// Prose before the generated part of an operation's page.
const INTRODUCTIONS: &[(&str, &str)] = &[
    ("register-queue", include_str!("../content/register-queue.md")),
    ("get-events", include_str!("../content/get-events.md")),
    ("rest-error-handling", include_str!("../content/rest-error-handling.md")),
];

impl Site {
    /// All pages that the document has something for.
    #[must_use]
    pub fn new(document: &Value, errors: Vec<ErrorCode>) -> Self {
        let document = Document::new(document);
        let (operations, events) = (document.operations(), document.events());
        let mut entries: Vec<Entry> = START.iter().map(|page| Entry::prose(page, "Start")).collect();
        let rank =
            |operation: &Operation| AREAS.iter().position(|(tag, _)| *tag == operation.tag).unwrap_or(AREAS.len());
        let place = |operation: &Operation| READ_FIRST.iter().position(|id| *id == operation.id);
        let mut order: Vec<usize> = (0..operations.len()).collect();
        order.sort_by_key(|at| {
            let operation = &operations[*at];
            (rank(operation), place(operation).unwrap_or(READ_FIRST.len()))
        });
        let (events_first, rest): (Vec<usize>, Vec<usize>) =
            order.into_iter().partition(|at| rank(&operations[*at]) == 0);
        entries.extend(events_first.into_iter().map(|at| Entry::operation(&operations, at)));
        entries.extend(MORE.iter().map(|page| Entry::prose(page, AREAS[0].1)));
        entries.extend(rest.into_iter().map(|at| Entry::operation(&operations, at)));
        let by_name = entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect();
        Site { operations, webhooks: document.webhooks(), events, errors, entries, by_name }
    }

    /// The names of all pages, in order; `index` is the first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// A page as HTML; none if there is none of this name.
    #[must_use]
    pub fn page(&self, name: &str, words: Words<'_>) -> Option<String> {
        let entry = &self.entries[*self.by_name.get(name)?];
        let body = self.body(entry, words);
        Some(layout::page(self, entry, words, &body).into_string())
    }

    /// What a page says when there is none of a name.
    #[must_use]
    pub fn not_found(&self, words: Words<'_>) -> String {
        let entry = Entry {
            name: String::new(),
            title: "There is no such page".to_owned(),
            group: "",
            content: Content::Prose("# There is no such page\n\nTry the search, or start at the [overview](/api/)."),
        };
        let body = self.body(&entry, words);
        layout::page(self, &entry, words, &body).into_string()
    }

    /// Titles and texts of all pages, for the search of the script: a list of `[name, title, text]`.
    #[must_use]
    pub fn search_index(&self, words: Words<'_>) -> Value {
        let page = |entry: &Entry| {
            let text = layout::text_of(&self.body(entry, words).into_string());
            serde_json::json!([entry.name, prose::fill(&entry.title, words), text])
        };
        self.entries.iter().map(page).collect()
    }

    /// All examples of a page in one language, in order, as a reader sees them.
    #[must_use]
    pub fn examples(&self, name: &str, language: &str, words: Words<'_>) -> Vec<String> {
        let Some(entry) = self.by_name.get(name).map(|at| &self.entries[*at]) else { return Vec::new() };
        let (text, generated) = match &entry.content {
            Content::Prose(text) => (Some(*text), None),
            Content::Operation(at, text) => (*text, Some(&self.operations[*at])),
        };
        let told = text.into_iter().flat_map(|text| prose::examples(text, language, words));
        let own = generated.into_iter().flat_map(|operation| examples::of(operation, &words));
        told.chain(own.filter(|example| example.language == language).map(|example| example.code)).collect()
    }

    fn body(&self, entry: &Entry, words: Words<'_>) -> Markup {
        match &entry.content {
            Content::Prose(text) => prose::html(text, words, self),
            Content::Operation(at, introduction) => operation::html(self, &self.operations[*at], *introduction, words),
        }
    }
}

impl Entry {
    fn prose(&(name, title, text): &(&str, &str, &'static str), group: &'static str) -> Self {
        Entry { name: name.to_owned(), title: title.to_owned(), group, content: Content::Prose(text) }
    }

    fn operation(operations: &[Operation], at: usize) -> Self {
        let operation = &operations[at];
        let introduction = INTRODUCTIONS.iter().find(|(id, _)| *id == operation.id).map(|(_, text)| *text);
        let group = AREAS.iter().find(|(tag, _)| *tag == operation.tag).map_or("More", |(_, title)| title);
        Entry {
            name: operation.id.clone(),
            title: operation.title(),
            group,
            content: Content::Operation(at, introduction),
        }
    }
}

impl Operation {
    /// What a page about it is called.
    #[must_use]
    pub fn title(&self) -> String {
        let told = match self.id.as_str() {
            "register-queue" => Some("Register an event queue"),
            "get-events" => Some("Get events from an event queue"),
            "delete-queue" => Some("Delete an event queue"),
            "rest-error-handling" => Some("Error handling"),
            "real-time-post" => Some("Check real-time parameters"),
            _ => None,
        };
        let words = self.id.replace(['-', '_'], " ");
        let mut chars = words.chars();
        let spelled = chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>());
        told.map(str::to_owned).or(spelled).unwrap_or_default()
    }
}
