//! Markup: HTML and XML, and style sheets.

use crate::highlight::LOOKAHEAD_MAX;
use crate::highlight::class::Class;
use crate::highlight::code::start;
use crate::highlight::spans::Spans;

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.')
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !is_in_name(c)).unwrap_or(text.len())
}

/// Elements, their attributes, comments and entities.
pub(super) fn elements(spans: &mut Spans<'_>, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (class, length) = match c {
            '<' if rest.starts_with("<!--") => (Class::LongComment, until(rest, "-->")),
            '<' if rest.starts_with("<![CDATA[") => (Class::Preprocessor, until(rest, "]]>")),
            '<' if rest.starts_with("<!") || rest.starts_with("<?") => (Class::Preprocessor, until(rest, ">")),
            '<' if rest[1..].starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '_')) => {
                rest = element(spans, rest);
                continue;
            }
            '&' => match start(rest, LOOKAHEAD_MAX).find(';') {
                Some(end) if end > 1 && rest[1..end].chars().all(|c| c.is_alphanumeric() || c == '#') => {
                    (Class::Entity, end + 1)
                }
                _ => (Class::Error, 1),
            },
            _ => {
                let length = rest[c.len_utf8()..].find(['<', '&']).map_or(rest.len(), |end| c.len_utf8() + end);
                spans.plain(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
        };
        if class == Class::Error {
            spans.plain(&rest[..length])
        } else {
            spans.put(class, &rest[..length])
        }
        rest = &rest[length..];
    }
}

/// The length up to the end of a piece, or of everything.
fn until(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

/// Writes a tag; what follows it.
fn element<'t>(spans: &mut Spans<'_>, text: &'t str) -> &'t str {
    let open = if text.starts_with("</") { 2 } else { 1 };
    spans.put(Class::Punctuation, &text[..open]);
    let mut rest = &text[open..];
    let length = name_length(rest);
    spans.put(Class::Tag, &rest[..length]);
    rest = &rest[length..];
    let mut after_equals = false;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '>' => {
                spans.put(Class::Punctuation, ">");
                return &rest[1..];
            }
            '<' => return rest,
            '"' | '\'' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            _ if after_equals => rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len()),
            c if is_in_name(c) => name_length(rest),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        match c {
            '"' | '\'' => spans.put(Class::Text, piece),
            '/' => spans.put(Class::Punctuation, piece),
            '=' if !after_equals => spans.put(Class::Operator, piece),
            c if c.is_whitespace() => spans.plain(piece),
            _ if after_equals => spans.put(Class::Text, piece),
            _ => spans.put(Class::Attribute, piece),
        }
        after_equals = (c == '=' && !after_equals) || (after_equals && c.is_whitespace());
        rest = after;
    }
    rest
}

/// Style sheets, with or without rules in rules.
pub(super) fn style(spans: &mut Spans<'_>, text: &str) {
    let mut sheet = Sheet { depth: 0, in_value: false };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (class, length) = sheet.piece(rest, c);
        match class {
            Some(class) => spans.put(class, &rest[..length]),
            None => spans.plain(&rest[..length]),
        }
        rest = &rest[length..];
    }
}

/// The length of a word of a style sheet.
fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len())
}

struct Sheet {
    /// Rules around this place.
    depth: usize,
    /// Whether a property was named.
    in_value: bool,
}

impl Sheet {
    /// What comes next, and its length.
    fn piece(&mut self, rest: &str, c: char) -> (Option<Class>, usize) {
        let word = |from: usize| from + word_length(&rest[from..]);
        match c {
            '/' if rest.starts_with("/*") => (Some(Class::Comment), until(rest, "*/")),
            '/' if rest.starts_with("//") => (Some(Class::LineComment), rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => {
                let class = if c == '"' { Class::DoubleQuoted } else { Class::SingleQuoted };
                (Some(class), rest[1..].find([c, '\n']).map_or(rest.len(), |end| end + 2))
            }
            '{' => {
                (self.depth, self.in_value) = (self.depth + 1, false);
                (Some(Class::Punctuation), 1)
            }
            '}' => {
                (self.depth, self.in_value) = (self.depth.saturating_sub(1), false);
                (Some(Class::Punctuation), 1)
            }
            ';' => {
                self.in_value = false;
                (Some(Class::Punctuation), 1)
            }
            '@' => (Some(Class::Keyword), word(1)),
            '$' => (Some(Class::Variable), word(1)),
            '!' => (Some(Class::Preprocessor), word(1)),
            '#' if self.in_value => (Some(Class::Hex), word(1)),
            '0'..='9' => {
                (Some(Class::Integer), rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len()))
            }
            '.' if !self.in_value => (Some(Class::TypeName), word(1)),
            '#' => (Some(Class::Namespace), word(1)),
            ':' if self.in_value || self.is_declaration(rest) => {
                self.in_value = true;
                (Some(Class::Punctuation), 1)
            }
            ':' => (Some(Class::Decorator), if rest.starts_with("::") { word(2) } else { word(1) }),
            '%' => (Some(Class::Type), 1),
            '(' | ')' | ',' | '[' | ']' => (Some(Class::Punctuation), 1),
            '>' | '+' | '~' | '*' | '=' | '&' => (Some(Class::Operator), 1),
            c if c.is_alphabetic() || matches!(c, '-' | '_') => {
                let length = word_length(rest);
                (Some(self.word(&rest[length..])), length)
            }
            c => (None, c.len_utf8()),
        }
    }

    /// What a word is by what follows it.
    fn word(&self, after: &str) -> Class {
        if after.starts_with('(') {
            Class::Builtin
        } else if self.in_value {
            Class::Constant
        } else if after.trim_start_matches(' ').starts_with(':') && self.is_declaration(after.trim_start_matches(' ')) {
            Class::Keyword
        } else {
            Class::Tag
        }
    }

    /// Whether what follows a name is the value of a property: in a rule, and it ends before another rule begins.
    fn is_declaration(&self, rest: &str) -> bool {
        if self.depth == 0 {
            return false;
        }
        let ahead = start(rest, LOOKAHEAD_MAX);
        let end = ahead.find(['{', ';', '}', '\n']);
        end.is_none_or(|end| !ahead[end..].starts_with('{'))
    }
}
