//! Reads a program by what is said of its language: comments, texts, words, numbers, and what is between them.
//!
//! # Layout
//! - `text`: what is in quotes
//!
//! Each character is read once, but for lookaheads of at most [`LOOKAHEAD_MAX`] bytes. Code within texts within code is
//! read by recursion, to a fixed depth.

mod text;

use super::LOOKAHEAD_MAX;
use super::class::Class;
use super::language::{Language, Trait, Words};
use super::spans::Spans;

/// Operators where a language does not say otherwise.
const OPERATORS: &str = "+-*/%=<>!&|^~?:@.\\#$'";

/// Writes `text`, which is a program.
pub(super) fn lex(spans: &mut Spans<'_>, language: &Language, words: &Words, text: &str) {
    let mut lexer = Lexer {
        spans,
        language,
        words,
        text,
        at: 0,
        naming: None,
        is_first: true,
        after_dot: false,
        after_open: false,
        after_value: false,
        depth: 0,
    };
    lexer.code(None);
}

/// A place in a program.
struct Lexer<'l, 'o, 't> {
    spans: &'l mut Spans<'o>,
    language: &'l Language,
    words: &'l Words,
    text: &'t str,
    at: usize,
    /// What the next name is, if the word before tells.
    naming: Option<Class>,
    /// Whether there was nothing on the line so far.
    is_first: bool,
    after_dot: bool,
    /// Whether a parenthesis was just opened.
    after_open: bool,
    /// Whether a value may have ended here, so that `/` divides.
    after_value: bool,
    /// Texts with code in them around this place.
    depth: usize,
}

/// The brackets around code in a text, and whether the text goes on after the end of a line.
#[derive(Clone, Copy)]
struct Brackets {
    open: char,
    close: char,
    long: bool,
}

impl<'t> Lexer<'_, '_, 't> {
    /// Reads up to the closing bracket that belongs to nothing that was opened here, or to the end.
    fn code(&mut self, until: Option<Brackets>) {
        let mut nested = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            if let Some(Brackets { open, close, long }) = until {
                if (c == close && nested == 0) || (c == '\n' && !long) {
                    return;
                }
                nested = if c == open { nested + 1 } else { nested - usize::from(c == close) };
            }
            self.token(c);
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// As much of the rest as may be looked at.
    fn ahead(&self) -> &'t str {
        start(self.rest(), LOOKAHEAD_MAX)
    }

    fn previous(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// Writes the next `length` bytes.
    fn take(&mut self, class: Class, length: usize) {
        self.spans.put(class, &self.text[self.at..self.at + length]);
        self.at += length;
        (self.after_dot, self.after_open, self.is_first) = (false, false, false);
    }

    /// Writes the next `length` bytes, after which a value may have ended.
    fn take_value(&mut self, class: Class, length: usize) {
        self.take(class, length);
        (self.after_value, self.naming) = (true, None);
    }

    fn token(&mut self, c: char) {
        if c.is_whitespace() {
            self.space(c);
        } else if !(self.line(c) || self.comment() || self.quoted() || self.peculiar(c)) {
            if self.is_word_start(c) {
                self.word();
            } else if c.is_ascii_digit() || self.is_fraction(c) {
                self.number();
            } else {
                self.sign(c);
            }
        }
    }

    fn space(&mut self, c: char) {
        if c == '\n' {
            self.spans.plain("\n");
            self.at += 1;
            (self.is_first, self.after_value, self.naming) = (true, false, None);
            return;
        }
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_whitespace() || c == '\n').unwrap_or(rest.len());
        self.spans.plain(&rest[..length]);
        self.at += length;
    }

    /// A line that is something as a whole: what the system runs a script with, or what the preprocessor does.
    fn line(&mut self, c: char) -> bool {
        if c != '#' || !self.is_first {
            return false;
        }
        let rest = self.rest();
        if self.at == 0 && rest.starts_with("#!/") {
            self.take(Class::Hashbang, line_end(rest));
            return true;
        }
        if !self.language.is(Trait::Preprocessor) {
            return false;
        }
        let mut length = line_end(rest);
        while rest[..length].ends_with('\\') && length < rest.len() {
            length += 1 + line_end(&rest[length + 1..]);
        }
        match rest[..length].strip_prefix("#include").filter(|file| file.starts_with(char::is_whitespace)) {
            Some(file) => {
                let file = file.trim_start();
                self.take(Class::Preprocessor, "#include".len());
                self.space(' ');
                self.take(Class::PreprocessorFile, file.len());
            }
            None => self.take(Class::Preprocessor, length),
        }
        true
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        if let Some((open, close)) = self.language.block_comments.iter().find(|(open, _)| rest.starts_with(open)) {
            let is_doc = self.language.is(Trait::Rust) && (rest.starts_with("/**") || rest.starts_with("/*!"));
            let class = if is_doc && !rest.starts_with("/**/") { Class::Doc } else { Class::LongComment };
            let (value, naming) = (self.after_value, self.naming);
            self.take(class, block_comment(rest, open, close, self.language.nested_comments));
            (self.after_value, self.naming) = (value, naming);
            return true;
        }
        let Some(opening) = self.language.line_comments.iter().find(|opening| rest.starts_with(**opening)) else {
            return false;
        };
        // `$#` and `a#b` are words of a shell.
        if *opening == "#" && self.language.is(Trait::Dollars) && self.previous().is_some_and(|c| !c.is_whitespace()) {
            return false;
        }
        let is_doc = self.language.is(Trait::Rust) && (rest.starts_with("///") || rest.starts_with("//!"));
        self.take(if is_doc { Class::Doc } else { Class::LineComment }, line_end(rest));
        true
    }

    /// What only some languages have.
    fn peculiar(&mut self, c: char) -> bool {
        match c {
            '#' | '\'' if self.language.is(Trait::Rust) => self.rust(c),
            '/' if self.language.is(Trait::Regexes) && !self.after_value => match regex(self.ahead()) {
                Some(length) => {
                    self.take_value(Class::Regex, length);
                    true
                }
                None => false,
            },
            '$' if self.language.is(Trait::Dollars) => match self.variable() {
                Some(length) => {
                    self.take_value(Class::Variable, length);
                    true
                }
                None => false,
            },
            _ => self.sigil(c),
        }
    }

    /// A word with a sign before it.
    fn sigil(&mut self, c: char) -> bool {
        let Some((_, class)) = self.language.sigils.iter().find(|(sigil, _)| *sigil == c) else { return false };
        let after_word = self.previous().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | ':'));
        let rest = &self.rest()[c.len_utf8()..];
        if after_word || !rest.starts_with(|c| self.is_word_start(c)) {
            return false;
        }
        let length = c.len_utf8() + self.word_length(rest);
        self.take_value(*class, length);
        true
    }

    /// Lifetimes, characters and attributes.
    fn rust(&mut self, c: char) -> bool {
        let ahead = self.ahead();
        if c == '#' {
            let length = (ahead.starts_with("#[") || ahead.starts_with("#![")).then(|| attribute(ahead)).flatten();
            length.is_some_and(|length| {
                self.take(Class::Preprocessor, length);
                true
            })
        } else if let Some(length) = char_literal(ahead) {
            self.take_value(Class::Char, length);
            true
        } else {
            self.take(Class::Operator, 1);
            if self.rest().starts_with(|c| self.is_word_start(c)) {
                self.take(Class::Attribute, self.word_length(self.rest()));
            }
            true
        }
    }

    /// The length of a variable that begins with a dollar.
    fn variable(&self) -> Option<usize> {
        let ahead = self.ahead();
        let rest = ahead.strip_prefix('$')?;
        match rest.chars().next()? {
            '{' => rest.find('}').filter(|end| !rest[..*end].contains('\n')).map(|end| end + 2),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                Some(end + 1)
            }
            c if c.is_ascii_digit() || "@#?*!$-".contains(c) => Some(2),
            _ => None,
        }
    }

    fn is_word_start(&self, c: char) -> bool {
        c.is_alphabetic() || c == '_' || (!c.is_ascii_digit() && self.language.word_chars.contains(c))
    }

    fn word_length(&self, rest: &str) -> usize {
        let is_in = |c: char| c.is_alphanumeric() || c == '_' || self.language.word_chars.contains(c);
        rest.find(|c: char| !is_in(c)).unwrap_or(rest.len())
    }

    fn word(&mut self) {
        let rest = self.rest();
        let mut length = self.word_length(rest);
        let word = &rest[..length];
        let known = if self.after_dot { None } else { self.words.get(self.language, word) };
        if let Some(known) = known {
            let is_first = self.is_first;
            self.take(known.class, length);
            let is_value = matches!(known.class, Class::Constant | Class::Itself | Class::Builtin | Class::Pseudo);
            self.after_value = is_value;
            // `import` in the middle of a line is followed by names.
            self.naming = known.naming.filter(|naming| *naming != Class::Namespace || is_first);
            return;
        }
        let class = match self.naming {
            Some(Class::Namespace) => {
                length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
                Class::Namespace
            }
            Some(naming) => naming,
            None if self.language.is(Trait::Rust) && is_macro(&rest[length..]) => {
                length += 1;
                Class::Magic
            }
            None if self.after_open && self.language.is(Trait::Lists) => Class::Function,
            None => {
                self.language.uppercase.filter(|_| word.starts_with(char::is_uppercase)).unwrap_or(self.language.name)
            }
        };
        self.take_value(class, length);
    }

    /// Whether a number begins with its point.
    fn is_fraction(&self, c: char) -> bool {
        c == '.' && !self.after_value && !self.after_dot && begins_with_digit(&self.rest()[1..])
    }

    fn number(&mut self) {
        let rest = self.rest();
        let is_digit = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let radix = match rest.as_bytes() {
            [b'0', b'x' | b'X', ..] => Some(Class::Hex),
            [b'0', b'b' | b'B', ..] => Some(Class::Binary),
            [b'0', b'o' | b'O', ..] => Some(Class::Octal),
            _ => None,
        };
        let mut length = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        if let Some(class) = radix {
            self.take_value(class, length);
            return;
        }
        let mut class = Class::Integer;
        if rest[length..].starts_with('.') && begins_with_digit(&rest[length + 1..]) {
            class = Class::Float;
            length += 1;
            length += rest[length..].find(|c| !is_digit(c)).unwrap_or(rest.len() - length);
        }
        if rest[..length].ends_with(['e', 'E']) && rest[length..].starts_with(['+', '-']) {
            class = Class::Float;
            length += 1;
            length += rest[length..].find(|c| !is_digit(c)).unwrap_or(rest.len() - length);
        }
        self.take_value(class, length);
    }

    fn sign(&mut self, c: char) {
        let was_dot = self.previous() == Some('.');
        let class = match c {
            _ if self.language.punctuation.contains(c) => Class::Punctuation,
            _ if OPERATORS.contains(c) => Class::Operator,
            _ => {
                self.spans.plain(c.encode_utf8(&mut [0; 4]));
                self.at += c.len_utf8();
                (self.is_first, self.after_value) = (false, true);
                return;
            }
        };
        let naming = self.naming;
        self.take(class, c.len_utf8());
        self.after_dot = c == '.' && !was_dot;
        self.after_open = c == '(';
        self.after_value = matches!(c, ')' | ']' | '}');
        // What is named may stand behind a sign: `fn *f`, `struct {`.
        self.naming = naming.filter(|_| matches!(c, '*' | '&'));
    }
}

/// The start of a text, at most `length` bytes.
pub(super) fn start(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..end]
}

/// Where the first line ends.
pub(super) fn line_end(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn begins_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// The length of a comment, up to the end if it is not closed.
fn block_comment(text: &str, open: &str, close: &str, nested: bool) -> usize {
    let mut at = open.len();
    let mut depth = 1_usize;
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with(close) {
            at += close.len();
            depth -= 1;
            if depth == 0 {
                return at;
            }
        } else if nested && text[at..].starts_with(open) {
            at += open.len();
            depth += 1;
        } else {
            at += next.len_utf8();
        }
    }
    text.len()
}

/// Whether what follows a word makes it a macro.
fn is_macro(text: &str) -> bool {
    text.starts_with('!') && !text.starts_with("!=")
}

/// The length of an attribute, if it ends in what may be looked at.
fn attribute(ahead: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in ahead.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return Some(at + 1),
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The length of a character in quotes; what else begins with an apostrophe is a lifetime.
fn char_literal(ahead: &str) -> Option<usize> {
    let inner = ahead.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let end = match first {
        '\\' => 2 + inner.get(2..)?.find('\'')?,
        '\n' => return None,
        c => c.len_utf8(),
    };
    (inner[end..].starts_with('\'') && !inner[..end].contains('\n')).then_some(end + 2)
}

/// The length of a regular expression with its flags, if it ends on the line.
fn regex(ahead: &str) -> Option<usize> {
    let mut in_class = false;
    let mut chars = ahead.char_indices().skip(1);
    if ahead[1..].starts_with(['/', '*', ' ', '=']) {
        return None;
    }
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => return None,
            '\\' => {
                chars.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let flags = &ahead[at + 1..];
                return Some(at + 1 + flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len()));
            }
            _ => {}
        }
    }
    None
}
