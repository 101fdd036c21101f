//! Data: JSON, YAML, TOML and other files of settings.

use super::lines;
use crate::highlight::class::Class;
use crate::highlight::spans::Spans;

pub(super) fn json(spans: &mut Spans<'_>, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => quoted_length(rest, '"'),
            '-' | '0'..='9' => rest.find(|c: char| !is_in_number(c)).unwrap_or(rest.len()),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_alphabetic() => rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        match c {
            '"' if is_key(after) => spans.put(Class::Tag, piece),
            '"' => spans.put(Class::DoubleQuoted, piece),
            '-' | '0'..='9' => spans.put(number(piece), piece),
            '/' if length > 1 => spans.put(Class::LineComment, piece),
            '{' | '}' | '[' | ']' | ',' | ':' => spans.put(Class::Punctuation, piece),
            _ if matches!(piece, "true" | "false" | "null") => spans.put(Class::Constant, piece),
            _ => spans.plain(piece),
        }
        rest = after;
    }
}

/// Whether a text is followed by a colon; spaces are looked through as far as a lookahead goes.
fn is_key(after: &str) -> bool {
    let after = crate::highlight::code::start(after, crate::highlight::LOOKAHEAD_MAX);
    after.trim_start().starts_with(':')
}

fn is_in_number(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_')
}

fn number(text: &str) -> Class {
    if text.contains(['.', 'e', 'E']) { Class::Float } else { Class::Integer }
}

/// The length of a text in quotes, to the end of the line at most.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `;` and `#` begin comments, `[…]` a section, and values are text.
pub(super) fn settings(spans: &mut Spans<'_>, text: &str) {
    for line in lines(text) {
        let Some(line) = comment_or_section(spans, line) else { continue };
        let Some(at) = line.find(['=', ':']) else {
            spans.put(Class::Attribute, line);
            continue;
        };
        assignment(spans, Class::Attribute, line, at);
        value(spans, &line[at + 1..], |spans, text| spans.put(Class::Text, text));
    }
}

pub(super) fn toml(spans: &mut Spans<'_>, text: &str) {
    // The quotes of a text that goes on.
    let mut open: Option<&'static str> = None;
    for line in lines(text) {
        let rest = match open {
            Some(quotes) => {
                let end = line.find(quotes).map(|end| end + quotes.len());
                spans.put(Class::DoubleQuoted, &line[..end.unwrap_or(line.len())]);
                let Some(end) = end else { continue };
                &line[end..]
            }
            None => {
                let Some(line) = comment_or_section(spans, line) else { continue };
                match line.find('=').filter(|at| !line[..*at].contains(['"', '\'', '#', '{', '['])) {
                    Some(at) => {
                        assignment(spans, Class::Name, line, at);
                        &line[at + 1..]
                    }
                    None => line,
                }
            }
        };
        open = toml_value(spans, rest);
    }
}

/// Values of TOML; the quotes of a text that is not closed.
fn toml_value(spans: &mut Spans<'_>, text: &str) -> Option<&'static str> {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(quotes) = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes)) {
            let end = rest[3..].find(quotes).map(|end| end + 6);
            let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
            spans.put(Class::DoubleQuoted, piece);
            if end.is_none() {
                return Some(quotes);
            }
            rest = after;
            continue;
        }
        let length = match c {
            '"' | '\'' => quoted_length(rest, c),
            '#' => rest.trim_end().len(),
            c if c.is_alphanumeric() || matches!(c, '-' | '+' | '_') => {
                rest.find(|c: char| !(is_in_number(c) || c == ':')).unwrap_or(rest.len()).max(c.len_utf8())
            }
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        match c {
            '"' => spans.put(Class::DoubleQuoted, piece),
            '\'' => spans.put(Class::SingleQuoted, piece),
            '#' => spans.put(Class::LineComment, piece),
            '=' => spans.put(Class::Operator, piece),
            '[' | ']' | '{' | '}' | ',' => spans.put(Class::Punctuation, piece),
            _ if matches!(piece, "true" | "false") => spans.put(Class::Constant, piece),
            _ => scalar(spans, piece, Class::Name),
        }
        rest = after;
    }
    None
}

/// Writes a date or a number as what it is, and anything else as something else.
fn scalar(spans: &mut Spans<'_>, text: &str, other: Class) {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        if text.trim().is_empty() { spans.plain(text) } else { spans.put(other, text) }
    } else if digits.contains(['-', ':']) {
        spans.put(Class::Date, text);
    } else {
        spans.put(number(text), text);
    }
}

/// Writes a line that is a comment or the name of a section, and any space before; the line if it is neither.
fn comment_or_section<'t>(spans: &mut Spans<'_>, line: &'t str) -> Option<&'t str> {
    let inner = line.trim_start();
    spans.plain(&line[..line.len() - inner.len()]);
    match inner.chars().next() {
        None => None,
        Some('#' | ';') => {
            spans.put(Class::LineComment, inner);
            None
        }
        Some('[') if inner.trim_end().ends_with(']') => {
            spans.put(Class::Keyword, inner);
            None
        }
        Some(_) => Some(inner),
    }
}

/// Writes a name and the sign after it.
fn assignment(spans: &mut Spans<'_>, class: Class, line: &str, at: usize) {
    let name = line[..at].trim_end();
    spans.put(class, name);
    spans.plain(&line[name.len()..at]);
    spans.put(Class::Operator, &line[at..=at]);
}

/// Writes a value between spaces.
fn value<'t>(spans: &mut Spans<'_>, text: &'t str, write: impl Fn(&mut Spans<'_>, &'t str)) {
    let inner = text.trim();
    let start = text.len() - text.trim_start().len();
    spans.plain(&text[..start.min(text.len() - inner.len())]);
    write(spans, inner);
    let end = if inner.is_empty() { 0 } else { start + inner.len() };
    let rest = if inner.is_empty() { "" } else { &text[end..] };
    spans.plain(rest);
}

pub(super) fn yaml(spans: &mut Spans<'_>, text: &str) {
    // A block of text goes on as long as lines are further in than this.
    let mut block: Option<usize> = None;
    for line in lines(text) {
        let inner = line.trim_start_matches(' ');
        let depth = line.len() - inner.len();
        if let Some(above) = block {
            if depth > above || inner.trim().is_empty() {
                spans.plain(&line[..depth]);
                spans.put(Class::NameConstant, inner);
                continue;
            }
            block = None;
        }
        spans.plain(&line[..depth]);
        let mut rest = inner;
        while let Some(after) = rest.strip_prefix("- ") {
            spans.put(Class::Punctuation, "-");
            spans.plain(" ");
            rest = after;
        }
        if rest.starts_with("---") || rest.starts_with("...") || rest.starts_with('%') {
            spans.put(Class::Namespace, rest);
            continue;
        }
        if let Some(at) = key_end(rest) {
            spans.put(Class::Tag, &rest[..at]);
            spans.put(Class::Punctuation, ":");
            rest = &rest[at + 1..];
        }
        yaml_value(spans, rest);
        block = matches!(rest.trim().as_bytes(), [b'|' | b'>'] | [b'|' | b'>', b'+' | b'-']).then_some(depth);
    }
}

/// Where a key ends: before a colon that a space or the end of the line follows.
fn key_end(text: &str) -> Option<usize> {
    let start = match text.chars().next()? {
        quote @ ('"' | '\'') => quoted_length(text, quote),
        '#' | '{' | '[' | '|' | '>' => return None,
        _ => 0,
    };
    let ends = |(at, _): &(usize, &str)| {
        let after = &text[at + 1..];
        after.is_empty() || after.starts_with(char::is_whitespace)
    };
    text.get(start..)?.match_indices(':').map(|(at, colon)| (start + at, colon)).find(ends).map(|(at, _)| at)
}

fn yaml_value(spans: &mut Spans<'_>, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_flow = |c: char| matches!(c, '[' | ']' | '{' | '}' | ',');
        let length = match c {
            '"' | '\'' => quoted_length(rest, c),
            '#' => rest.trim_end().len(),
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            c if is_flow(c) => 1,
            _ => {
                let end = rest.find(|c: char| is_flow(c) || c == '\n').unwrap_or(rest.len());
                let end = rest[..end].find(" #").unwrap_or(end);
                rest[..end].trim_end().len().max(c.len_utf8())
            }
        };
        let (piece, after) = rest.split_at(length);
        match c {
            '"' => spans.put(Class::DoubleQuoted, piece),
            '\'' => spans.put(Class::SingleQuoted, piece),
            '#' => spans.put(Class::LineComment, piece),
            '&' | '*' => spans.put(Class::Label, piece),
            '!' => spans.put(Class::Type, piece),
            '|' | '>' => spans.put(Class::Punctuation, piece),
            c if is_flow(c) => spans.put(Class::Punctuation, piece),
            c if c.is_whitespace() => spans.plain(piece),
            _ => spans.put(Class::Literal, piece),
        }
        rest = after;
    }
}
