//! Syntax of code blocks: spans with the short class names of Pygments, which are what clients of Zulip have style sheets for.
//!
//! ```
//! use tidings_markdown::highlight::html;
//!
//! assert_eq!(html("Python", "def f"), "<span class=\"k\">def</span> <span class=\"nf\">f</span>");
//! assert_eq!(html("Unknown", "a < b"), "a &lt; b");
//! ```
//!
//! # Layout
//! - `class`: the class names
//! - `language`: what there is to say about a language
//! - `table`: the languages
//! - `code`: programs, by their language's row of the table
//! - `formats`: what is no program: markup, data, differences, sessions in a terminal
//! - `spans`: the writer
//!
//! Neighbor: [`crate::elements`] writes the block around it. Invariants: without its spans, the output is the escaped text;
//! the same text has the same output each time; the time is linear in the length, with a lookahead of
//! [`LOOKAHEAD_MAX`] bytes at most.
//!
//! # Why not a library
//! Grammars of editors are regular expressions with lookaround. The usual crate takes 3 to 5 milliseconds of CPU for a
//! kilobyte of code where this takes a few microseconds, 100 milliseconds and 12 MB for the first block of each language,
//! and its scopes are not the classes that clients know: a message would cost more for its code than for all else together.

mod class;
mod code;
mod formats;
mod language;
mod spans;
mod table;

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use crate::escape::push_code;
use language::{Language, Words};
use spans::Spans;

/// How far a lexer looks ahead for the end of what may or may not begin here.
const LOOKAHEAD_MAX: usize = 200;
/// Code in one message that gets spans, in bytes; a longest message of ASCII and then some.
const CODE_BYTES_MAX: usize = 20_000;
/// What the code of one message may become with its spans, in bytes.
const HTML_BYTES_MAX: usize = 200_000;

/// What one message may still spend on spans.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    code_bytes: usize,
    html_bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { code_bytes: CODE_BYTES_MAX, html_bytes: HTML_BYTES_MAX }
    }
}

/// How a language is read.
enum Grammar {
    Code(&'static Language, OnceLock<Words>),
    Format(fn(&mut Spans<'_>, &str)),
}

/// By the name that is shown for the language. What a language needs is made when the first block in it is.
static GRAMMARS: LazyLock<HashMap<&'static str, Grammar>> = LazyLock::new(|| {
    let formats = formats::FORMATS.iter().map(|(name, format)| (*name, Grammar::Format(*format)));
    let languages = table::languages();
    let code = languages.flat_map(|language| language.names.iter().map(move |name| (*name, language)));
    formats.chain(code.map(|(name, language)| (name, Grammar::Code(language, OnceLock::new())))).collect()
});

/// Appends `text`, escaped, with spans if `language` is known and the message may still have them. `language` is a name
/// as it is shown, such as `C++`.
pub(crate) fn push(out: &mut String, language: &str, text: &str, budget: &mut Budget) {
    let grammar = GRAMMARS.get(language).filter(|_| text.len() <= budget.code_bytes);
    let Some(grammar) = grammar else {
        push_code(out, text);
        return;
    };
    budget.code_bytes -= text.len();
    let start = out.len();
    read(Spans::new(out), grammar, text);
    match budget.html_bytes.checked_sub(out.len() - start) {
        Some(left) => budget.html_bytes = left,
        None => {
            out.truncate(start);
            push_code(out, text);
        }
    }
}

/// Code as HTML, escaped, for pages of our own: with spans for what is to have a color, if the language is known by this
/// name, as it is shown. Names, operators and punctuation have none, so that `a.b` stays in one piece.
#[must_use]
pub fn html(language: &str, code: &str) -> String {
    let mut out = String::new();
    match GRAMMARS.get(language) {
        Some(grammar) => read(Spans::of_colors(&mut out), grammar, code),
        None => push_code(&mut out, code),
    }
    out
}

fn read(mut spans: Spans<'_>, grammar: &Grammar, text: &str) {
    match grammar {
        Grammar::Format(format) => format(&mut spans, text),
        Grammar::Code(language, words) => {
            code::lex(&mut spans, language, words.get_or_init(|| Words::new(language)), text);
        }
    }
    spans.finish();
}

#[cfg(test)]
mod tests;
