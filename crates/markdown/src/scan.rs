//! Finds Zulip's own inline syntax and hides it from the Markdown parser.
//!
//! Mentions, channel links, emoji, times, formulas, code spans and bare addresses each become one private-use character
//! (a *placeholder*) that the Markdown parser carries along as if it were a letter. Characters that mean something to
//! CommonMark but nothing to Zulip (`<`, `_`, `\`, a lone `~`) become *marks*, so the parser never sees raw HTML,
//! underscored emphasis or backslash escapes. Both are undone where the text is written, and in code, where the
//! original source comes back.
//!
//! # Layout
//! - [`token`]: what a placeholder stands for
//! - [`emphasis`]: asterisks and tildes
//! - [`lines`]: what is decided at the start of a line: fences inside lists, underlined headings, table widths
//! - [`names`]: mentions and channel links
//! - [`addresses`]: bare URLs, domains and email addresses
//!
//! Invariant: a forged placeholder (say, from a character reference) can only yield what this message contains anyway;
//! nothing here is written without [`crate::elements`] escaping it.

mod addresses;
mod emphasis;
mod lines;
mod names;
pub(crate) mod token;

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::vec::IntoIter;

use crate::directory::Directory;
use crate::emoji;
use crate::linkifiers::{Link, Linkifiers};
use crate::time;
pub(crate) use addresses::{address_length, is_domain};
use token::{BACKSLASH, EMPTY, LESS_THAN, TOKENS_MAX, UNDERSCORE, is_reserved, placeholder};
pub(crate) use token::{Scanned, Token};

/// Longest emoji name tried, in bytes.
const EMOJI_NAME_BYTES_MAX: usize = 100;
/// Longest text tried inside `<time:…>`, in bytes.
const TIME_BYTES_MAX: usize = 100;

/// Scans `source`; what `directory` does not know stays text. Takes time linear in the length of `source`.
pub(crate) fn scan<'a>(source: &'a str, directory: &dyn Directory) -> Scanned<'a> {
    scan_as(source, directory, true)
}

/// Scans `source`, which is one line and no block of any kind.
pub(crate) fn scan_line<'a>(source: &'a str, directory: &dyn Directory) -> Scanned<'a> {
    scan_as(source, directory, false)
}

fn scan_as<'a>(source: &'a str, directory: &dyn Directory, has_blocks: bool) -> Scanned<'a> {
    let mut scanner = Scanner {
        source,
        directory,
        has_blocks,
        position: 0,
        out: String::with_capacity(source.len() + 16),
        tokens: Vec::new(),
        unclosed: BTreeMap::new(),
        paragraph_end: 0,
        lines: None,
        has_table: has_blocks && lines::has_table(source),
        has_delimiters: source.contains(['*', '~']),
        verbatim: Vec::new(),
        links: directory
            .linkifiers()
            .map(|all: &Linkifiers| all.find(source))
            .unwrap_or_default()
            .into_iter()
            .peekable(),
        emoticons: directory.translates_emoticons(),
    };
    scanner.run();
    let text = if scanner.has_delimiters {
        emphasis::mark(&scanner.out, &scanner.verbatim, has_blocks, scanner.has_table)
    } else {
        scanner.out
    };
    Scanned { source, text, tokens: scanner.tokens }
}

struct Scanner<'a, 'd> {
    source: &'a str,
    directory: &'d dyn Directory,
    has_blocks: bool,
    /// Where in `source` the scan stands; always on a character boundary.
    position: usize,
    out: String,
    tokens: Vec<(Token, std::ops::Range<usize>)>,
    /// For each length of backtick run: up to where no run of that length follows. Keeps the search for closers linear.
    unclosed: BTreeMap<usize, usize>,
    /// Code spans do not reach past this; found anew once the scan is past it.
    paragraph_end: usize,
    has_table: bool,
    /// Whether there is anything that may emphasize.
    has_delimiters: bool,
    /// Which lines of `out` the Markdown parser has to see as they are.
    verbatim: Vec<std::ops::Range<usize>>,
    /// How many lines `source` has, once that was asked for.
    lines: Option<usize>,
    /// What linkifiers found and the scan has not passed yet.
    links: Peekable<IntoIter<Link>>,
    /// Whether `:)` is an emoji.
    emoticons: bool,
}

impl<'a> Scanner<'a, '_> {
    fn run(&mut self) {
        while self.position < self.source.len() {
            if self.has_blocks && self.at_line_start() && self.line_start() {
                continue;
            }
            if !self.special() {
                self.copy_char();
            }
        }
    }

    /// Handles what starts here, if it is anything but plain text.
    fn special(&mut self) -> bool {
        let byte = self.source.as_bytes()[self.position];
        // What comes before linkifiers, linkifiers, and what comes after them.
        let taken = match byte {
            b'`' => self.code_span(),
            b'@' => self.mention(),
            b'#' => self.channel_link(),
            b'$' => self.formula(),
            b'<' => self.time(),
            byte if byte.is_ascii_alphanumeric() => self.address(),
            _ => false,
        };
        taken
            || self.linkified()
            || match byte {
                b'#' | b'*' | b'0'..=b'9' if self.keycap() => true,
                b':' => self.emoji_name() || self.emoticon(),
                b'<' => self.emoticon() || self.mark(LESS_THAN),
                b';' | b'(' => self.emoticon(),
                b'$' => self.copy_run(b'$'),
                b'_' => self.mark(UNDERSCORE),
                b'\\' => self.backslash(),
                b']' => self.closing_bracket(),
                byte if byte.is_ascii_alphanumeric() => self.word(),
                byte if !byte.is_ascii() => self.unicode(),
                _ => false,
            }
    }

    /// What a linkifier found here.
    fn linkified(&mut self) -> bool {
        while self.links.next_if(|link| link.range.start < self.position).is_some() {}
        let Some(link) = self.links.next_if(|link| link.range.start == self.position) else {
            return false;
        };
        let text = self.source[link.range.clone()].to_owned();
        self.token(Token::Link { href: link.url, text }, link.range.len())
    }

    /// The source from here on.
    fn rest(&self) -> &'a str {
        &self.source[self.position..]
    }

    fn at_line_start(&self) -> bool {
        self.position == 0 || self.source.as_bytes()[self.position - 1] == b'\n'
    }

    /// The character before this one.
    fn previous(&self) -> Option<char> {
        self.source[..self.position].chars().next_back()
    }

    /// Whether a mention, or a link to a channel, may start here.
    fn may_mention(&self) -> bool {
        self.previous().is_none_or(|c| c.is_whitespace() || "'\"({[/<".contains(c))
    }

    /// Whether this is in the middle of a word.
    fn after_word(&self) -> bool {
        self.previous().is_some_and(|c| c.is_ascii_alphanumeric())
    }

    fn copy_char(&mut self) {
        if let Some(c) = self.rest().chars().next() {
            self.copy(c.len_utf8());
        }
    }

    /// Copies the next `len` bytes as they are.
    fn copy(&mut self, len: usize) {
        self.out.push_str(&self.source[self.position..self.position + len]);
        self.position += len;
    }

    /// Replaces the one-byte character here by `mark`.
    fn mark(&mut self, mark: char) -> bool {
        self.out.push(mark);
        self.position += 1;
        true
    }

    /// Replaces the next `len` bytes by a placeholder for `token`. With too many tokens the rest stays text.
    fn token(&mut self, token: Token, len: usize) -> bool {
        if self.tokens.len() >= TOKENS_MAX {
            return false;
        }
        self.out.push(placeholder(self.tokens.len()));
        self.tokens.push((token, self.position..self.position + len));
        self.position += len;
        true
    }

    /// A code span: a run of backticks, text, and an equally long run in the same paragraph.
    fn code_span(&mut self) -> bool {
        let fence = run_length(self.rest(), b'`');
        let start = self.position + fence;
        if self.paragraph_end <= self.position {
            self.paragraph_end = lines::paragraph_end(self.source, self.position);
        }
        let limit = self.paragraph_end.max(start);
        let known_unclosed = self.unclosed.get(&fence).is_some_and(|&until| limit <= until);
        let closing = (!known_unclosed).then(|| find_run(self.source, start, limit, fence)).flatten();
        let Some(end) = closing else {
            self.unclosed.insert(fence, limit);
            self.copy(fence);
            return true;
        };
        let code = self.source[start..end].to_owned();
        self.token(Token::Code(code), end + fence - self.position)
    }

    /// `:name:` of a custom or standard emoji.
    fn emoji_name(&mut self) -> bool {
        let rest = &self.rest()[1..];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+');
        let Some(length) = rest.find(|c: char| !is_name(c)) else {
            return false;
        };
        if length == 0 || length > EMOJI_NAME_BYTES_MAX || !rest[length..].starts_with(':') {
            return false;
        }
        let name = &rest[..length];
        let token = if let Some(custom) = self.directory.custom_emoji(name) {
            Token::CustomEmoji { name: name.to_owned(), source_url: custom.source_url }
        } else if name == emoji::ZULIP_NAME {
            Token::CustomEmoji { name: name.to_owned(), source_url: emoji::ZULIP_IMAGE.to_owned() }
        } else if let Some(code) = emoji::code_by_name(name) {
            Token::Emoji { name: name.to_owned(), code }
        } else {
            return self.unknown_name(length + 2);
        };
        self.token(token, length + 2)
    }

    /// Copies `:name:` of no emoji as a whole, so that its second colon does not begin another one.
    fn unknown_name(&mut self, length: usize) -> bool {
        let end = self.position + length;
        if self.links.peek().is_some_and(|link| link.range.start < end) {
            return false;
        }
        self.out.extend(self.rest()[..length].chars().map(|c| if c == '_' { UNDERSCORE } else { c }));
        self.position = end;
        true
    }

    /// A digit, `*` or `#` on a key.
    fn keycap(&mut self) -> bool {
        let Some((Some(code), length)) = emoji::at_start(self.rest()) else {
            return false;
        };
        emoji::canonical_name(code).is_some_and(|name| self.token(Token::Emoji { name: name.to_owned(), code }, length))
    }

    /// `:)` and the like as an emoji, for those who want that.
    fn emoticon(&mut self) -> bool {
        if !self.emoticons || self.previous().is_some_and(|c| !is_around_emoticon(c)) {
            return false;
        }
        let rest = self.rest();
        let stands_alone = |text: &str| rest[text.len()..].chars().next().is_none_or(is_around_emoticon);
        let found = emoji::EMOTICONS.iter().find(|(text, _)| rest.starts_with(text) && stands_alone(text));
        let Some((text, name)) = found else {
            return false;
        };
        let Some(code) = emoji::code_by_name(name) else {
            return false;
        };
        self.token(Token::Emoji { name: (*name).to_owned(), code }, text.len())
    }

    /// `$$x$$` on one line, not touching a word or a third dollar sign. A dollar sign after a backslash may be part of it.
    fn formula(&mut self) -> bool {
        let body = &self.rest()[2.min(run_length(self.rest(), b'$'))..];
        if run_length(self.rest(), b'$') != 2 || body.starts_with('_') || self.previous().is_some_and(is_word) {
            return false;
        }
        let Some(end) = formula_end(body) else {
            return false;
        };
        self.token(Token::Math(body[..end].to_owned()), end + 4)
    }

    /// Copies all of a run at once, so that what is left of it is not taken for a shorter one.
    fn copy_run(&mut self, byte: u8) -> bool {
        self.copy(run_length(self.rest(), byte));
        true
    }

    /// `<time:…>`.
    fn time(&mut self) -> bool {
        let Some(body) = self.rest().strip_prefix("<time:") else {
            return false;
        };
        let end = body.bytes().take(TIME_BYTES_MAX).position(|b| matches!(b, b'>' | b'\n'));
        let Some(end) = end.filter(|&end| body.as_bytes()[end] == b'>') else {
            return false;
        };
        let text = body[..end].to_owned();
        let token = match time::to_utc(&text) {
            Some(utc) => Token::Time { utc, text },
            None => Token::InvalidTime(text),
        };
        self.token(token, "<time:".len() + end + 1)
    }

    /// Zulip has no backslash escapes, except for the bar in a table cell.
    fn backslash(&mut self) -> bool {
        if self.has_table && self.rest().starts_with("\\|") {
            self.copy(2);
            return true;
        }
        self.mark(BACKSLASH)
    }

    /// Zulip has no reference links: keeps `]:` from defining one.
    fn closing_bracket(&mut self) -> bool {
        self.copy(1);
        if self.rest().starts_with(':') {
            self.out.push(EMPTY);
        }
        true
    }

    /// An emoji character, or one of the characters this file uses for itself.
    fn unicode(&mut self) -> bool {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else {
            return false;
        };
        if is_reserved(c) {
            return self.token(Token::Text(c), c.len_utf8());
        }
        let Some((code, length)) = emoji::at_start(rest) else {
            return false;
        };
        let named = code.and_then(|code| emoji::canonical_name(code).map(|name| (name.to_owned(), code)));
        if let Some((name, code)) = named {
            return self.token(Token::Emoji { name, code }, length);
        }
        self.copy(length);
        true
    }
}

/// How many times `byte` is repeated at the start of `text`.
fn run_length(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|&b| b == byte).count()
}

/// Where between `start` and `limit` the first run of exactly `length` backticks starts.
fn find_run(source: &str, start: usize, limit: usize, length: usize) -> Option<usize> {
    let mut position = start;
    while let Some(found) = source[position..limit].find('`') {
        let run_start = position + found;
        let run = run_length(&source[run_start..limit], b'`');
        if run == length {
            return Some(run_start);
        }
        position = run_start + run;
    }
    None
}

/// Where the formula at the start of `body` ends: before two dollar signs that are not three, and no word after them.
fn formula_end(body: &str) -> Option<usize> {
    let mut escaped = Vec::new();
    let mut backslash = false;
    let mut end = None;
    for (at, c) in body.char_indices() {
        match c {
            '\n' => break,
            '$' if backslash => escaped.push(at),
            '$' => {
                end = Some(at);
                break;
            }
            _ => {}
        }
        backslash = c == '\\' && !backslash;
    }
    let closes = |at: &usize| {
        let rest = &body[*at..];
        *at > 0 && run_length(rest, b'$') == 2 && !rest[2..].chars().next().is_some_and(is_word)
    };
    end.filter(closes).or_else(|| escaped.into_iter().rev().find(closes))
}

/// Whether `c` is part of a word, as regular expressions see it.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What may stand before and after an emoticon.
fn is_around_emoticon(c: char) -> bool {
    ",.;?!()[] \"'\n\t".contains(c)
}
