//! What is in quotes: escapes in it, and code in it.

use super::{Brackets, Lexer};
use crate::highlight::class::Class;
use crate::highlight::language::{Quote, Trait};

/// How deeply code in texts in code is read; what is deeper is text.
const DEPTH_MAX: usize = 6;
/// The number signs around a raw text, at most.
const RAW_SIGNS_MAX: usize = 8;

/// How a text is read.
#[derive(Clone, Copy)]
struct Reading<'r> {
    close: &'r str,
    class: Class,
    escapes: bool,
    long: bool,
    interpolation: Option<&'r str>,
}

impl Lexer<'_, '_, '_> {
    /// Reads a text, if one begins here.
    pub(super) fn quoted(&mut self) -> bool {
        let rest = self.rest();
        if self.language.is(Trait::Rust) && self.raw_text() {
            return true;
        }
        let find = |text: &str| self.language.quotes.iter().find(|quote| text.starts_with(quote.open)).copied();
        if let Some(quote) = find(rest) {
            self.read(quote, "");
            return true;
        }
        let is_affix = |c: char| self.language.affixes.contains(c.to_ascii_lowercase());
        let affix = &rest[..rest.find(|c| !is_affix(c)).unwrap_or(0)];
        match find(&rest[affix.len()..]) {
            Some(quote) if (1..=2).contains(&affix.len()) => {
                let is_first = self.is_first;
                self.take(Class::Affix, affix.len());
                self.is_first = is_first;
                self.read(quote, affix);
                true
            }
            _ => false,
        }
    }

    /// `r"…"`, `br#"…"#` and so on.
    fn raw_text(&mut self) -> bool {
        let rest = self.rest();
        let opening = rest.trim_start_matches(['b', 'c']);
        let letters = rest.len() - opening.len();
        if letters > 1 {
            return false;
        }
        let Some(opening) = opening.strip_prefix('r') else { return false };
        let signs = opening.bytes().take(RAW_SIGNS_MAX).take_while(|byte| *byte == b'#').count();
        if !opening[signs..].starts_with('"') {
            return false;
        }
        let close = format!("\"{}", &opening[..signs]);
        let open = letters + 1 + signs + 1;
        let end = rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len());
        self.take_value(Class::Text, end);
        true
    }

    fn read(&mut self, quote: Quote, affix: &str) {
        let has = |letter: char| affix.contains([letter, letter.to_ascii_uppercase()]);
        let is_doc = self.language.is(Trait::DocStrings) && self.is_first && quote.open.len() == 3;
        let affixed = !self.language.affixes.is_empty();
        let reading = Reading {
            close: quote.close,
            class: if is_doc { Class::Doc } else { quote.class },
            escapes: quote.escapes && !has('r'),
            long: quote.long,
            interpolation: quote.interpolation.filter(|_| !affixed || has('f')),
        };
        self.take(reading.class, quote.open.len());
        self.text(reading);
        (self.after_value, self.naming) = (true, None);
    }

    /// Reads what is behind the opening quotes.
    fn text(&mut self, reading: Reading<'_>) {
        let Reading { close, class, escapes, long, interpolation } = reading;
        let mut length = 0;
        loop {
            let rest = &self.rest()[length..];
            let Some(c) = rest.chars().next() else { break };
            if rest.starts_with(close) {
                length += close.len();
                break;
            }
            if c == '\n' && !long {
                break;
            }
            if let Some(code) = interpolation.filter(|code| rest.starts_with(code) && self.depth < DEPTH_MAX) {
                // Two braces are one.
                if code == "{" && rest.starts_with("{{") {
                    length += 2;
                    continue;
                }
                self.take(class, length);
                length = 0;
                self.interpolated(code, long);
                continue;
            }
            let special = match c {
                '\\' if escapes => Some((Class::Escape, escape(rest))),
                '$' if escapes && self.language.is(Trait::Dollars) && class != Class::SingleQuoted => {
                    self.take(class, length);
                    length = 0;
                    self.variable().map(|length| (Class::Variable, length))
                }
                _ => None,
            };
            match special {
                Some((special, taken)) => {
                    self.take(class, length);
                    self.take(special, taken);
                    length = 0;
                }
                None => length += c.len_utf8(),
            }
        }
        self.take(class, length);
    }

    /// Reads code in a text, with what begins and what ends it.
    fn interpolated(&mut self, opening: &str, long: bool) {
        self.take(Class::Interpolation, opening.len());
        let (open, close) = if opening.ends_with('(') { ('(', ')') } else { ('{', '}') };
        self.depth += 1;
        self.after_value = false;
        self.code(Some(Brackets { open, close, long }));
        self.depth -= 1;
        if self.rest().starts_with(close) {
            self.take(Class::Interpolation, 1);
        }
    }
}

/// The length of what begins with a backslash.
fn escape(text: &str) -> usize {
    let digits =
        |from: usize, most: usize| from + text.bytes().skip(from).take(most).take_while(u8::is_ascii_hexdigit).count();
    match text.as_bytes().get(1) {
        None | Some(b'\n') => 1,
        Some(b'x') => digits(2, 2),
        Some(b'u') if text[2..].starts_with('{') => {
            let end = digits(3, 8);
            end + usize::from(text[end..].starts_with('}'))
        }
        Some(b'u') => digits(2, 4),
        Some(b'U') => digits(2, 8),
        Some(b'0'..=b'7') => 1 + text.bytes().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count(),
        Some(_) => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    }
}
