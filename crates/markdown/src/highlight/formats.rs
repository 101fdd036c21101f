//! What is read without a row in the table: markup, data, differences, and what a terminal shows.
//!
//! # Layout
//! - `data`: JSON, YAML, TOML and other files of settings
//! - `markup`: HTML, XML, CSS

mod data;
mod markup;

use super::class::Class;
use super::language::Words;
use super::spans::Spans;
use super::{GRAMMARS, Grammar, code};

/// Reads a text of a format.
type Format = fn(&mut Spans<'_>, &str);

/// By the name that is shown.
pub(super) const FORMATS: &[(&str, Format)] = &[
    ("Bash Session", session),
    ("CSS", markup::style),
    ("Diff", difference),
    ("HTML", markup::elements),
    ("INI", data::settings),
    ("JSON", data::json),
    ("Markdown", marked),
    ("Python Traceback", traceback),
    ("Python console session", python_session),
    ("SCSS", markup::style),
    ("TOML", data::toml),
    ("XML", markup::elements),
    ("YAML", data::yaml),
];

/// What begins a line that somebody typed.
const PROMPTS: [&str; 3] = ["$ ", "# ", "% "];
const PYTHON_PROMPTS: [&str; 2] = [">>> ", "... "];

/// The lines of a text, each with its end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
}

fn difference(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        match line.as_bytes().first() {
            Some(b'+' | b'>') => spans.put(Class::Inserted, line),
            Some(b'-' | b'<') => spans.put(Class::Deleted, line),
            Some(b'@') => spans.put(Class::Subheading, line),
            Some(b'!') => spans.put(Class::Strong, line),
            Some(b'=') => spans.put(Class::Heading, line),
            _ if line.starts_with("Index") || line.starts_with("diff") => spans.put(Class::Heading, line),
            _ => spans.plain(line),
        }
    }
}

fn session(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        match PROMPTS.iter().find(|prompt| line.starts_with(**prompt)) {
            Some(prompt) => {
                spans.put(Class::Prompt, prompt);
                program(spans, "Bash", &line[prompt.len()..]);
            }
            None => spans.put(Class::Output, line),
        }
    }
}

fn python_session(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        match PYTHON_PROMPTS.iter().find(|prompt| line.starts_with(**prompt)) {
            Some(prompt) => {
                spans.put(Class::Prompt, prompt);
                program(spans, "Python", &line[prompt.len()..]);
            }
            None if matches!(line.trim_end(), ">>>" | "...") => spans.put(Class::Prompt, line),
            None => spans.put(Class::Output, line),
        }
    }
}

/// Writes a line of a program.
fn program(spans: &mut Spans<'_>, language: &str, text: &str) {
    match GRAMMARS.get(language) {
        Some(Grammar::Code(language, words)) => {
            code::lex(spans, language, words.get_or_init(|| Words::new(language)), text);
        }
        _ => spans.plain(text),
    }
}

fn traceback(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        if line.starts_with("Traceback") {
            spans.put(Class::Traceback, line);
        } else if line.starts_with(|c: char| c.is_alphabetic()) {
            let (name, message) = line.split_at(line.find(':').unwrap_or(line.len()));
            spans.put(Class::Error, name);
            spans.plain(message);
        } else if line.trim_start().starts_with("File ") {
            spans.plain(line);
        } else {
            program(spans, "Python", line);
        }
    }
}

/// Headings, quotes and items of Markdown; what is within a line is left alone.
fn marked(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        let inner = line.trim_start();
        if line.starts_with("# ") {
            spans.put(Class::Heading, line);
        } else if line.starts_with("##") {
            spans.put(Class::Subheading, line);
        } else if line.starts_with('>') {
            spans.put(Class::Emphasis, line);
        } else if inner.starts_with("* ") || inner.starts_with("- ") {
            let (mark, rest) = line.split_at(line.len() - inner.len() + 1);
            spans.put(Class::Keyword, mark);
            spans.plain(rest);
        } else if inner.starts_with("```") || inner.starts_with("~~~") {
            spans.put(Class::Backticks, line);
        } else {
            spans.plain(line);
        }
    }
}
