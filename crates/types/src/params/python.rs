//! Reads the notation in which Python prints simple values, as some generated clients send them.

use serde_json::{Map, Number, Value};

/// Nesting beyond this is refused; no parameter of the API nests deeper than four.
const DEPTH_MAX: usize = 16;

/// `None` where the text is not one complete Python value of strings, numbers, booleans, lists, tuples and dicts.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.rest.trim().is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            '[' => self.list("[", "]", depth),
            '(' => self.list("(", ")", depth),
            '{' => self.dict(depth),
            quote @ ('\'' | '"') => self.string(quote).map(Value::from),
            _ => self.word(),
        }
    }

    fn list(&mut self, open: &str, close: &str, depth: usize) -> Option<Value> {
        self.eat(open);
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.value(depth + 1)?);
            if !self.eat(",") {
                return self.eat(close).then_some(Value::Array(items));
            }
        }
        Some(Value::Array(items))
    }

    fn dict(&mut self, depth: usize) -> Option<Value> {
        self.eat("{");
        let mut entries = Map::new();
        while !self.eat("}") {
            let Value::String(key) = self.value(depth + 1)? else { return None };
            if !self.eat(":") {
                return None;
            }
            entries.insert(key, self.value(depth + 1)?);
            if !self.eat(",") {
                return self.eat("}").then_some(Value::Object(entries));
            }
        }
        Some(Value::Object(entries))
    }

    fn string(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[at + c.len_utf8()..];
                return Some(text);
            }
            let plain = if c == '\\' {
                match chars.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    escaped @ ('\\' | '\'' | '"') => escaped,
                    _ => return None,
                }
            } else {
                c
            };
            text.push(plain);
        }
        None
    }

    fn word(&mut self) -> Option<Value> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            "true" | "false" | "null" => serde_json::from_str(word).ok(),
            number => number.parse::<i64>().ok().map(|n| Value::Number(Number::from(n))),
        }
    }
}
