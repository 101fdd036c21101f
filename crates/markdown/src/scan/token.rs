//! What a placeholder stands for, and how to get the source back.

use std::borrow::Cow;
use std::ops::Range;

use crate::directory::ChannelRef;

/// A mark that is written as nothing. To the Markdown parser it is a letter.
pub(crate) const EMPTY: char = '\u{FDD0}';
/// A `<` that cannot start HTML.
pub(crate) const LESS_THAN: char = '\u{FDD1}';
/// A `\` that escapes nothing.
pub(crate) const BACKSLASH: char = '\u{FDD2}';
/// A `_` that emphasizes nothing.
pub(crate) const UNDERSCORE: char = '\u{FDD3}';
/// A `~` that strikes nothing.
pub(crate) const TILDE: char = '\u{FDD4}';
/// A `*` that emphasizes nothing.
pub(crate) const STAR: char = '\u{FDD5}';
/// Where strong text starts and ends, emphasized text, and deleted text.
pub(crate) const STRONG_START: char = '\u{FDD6}';
pub(crate) const STRONG_END: char = '\u{FDD7}';
pub(crate) const EMPHASIS_START: char = '\u{FDD8}';
pub(crate) const EMPHASIS_END: char = '\u{FDD9}';
pub(crate) const DELETED_START: char = '\u{FDDA}';
pub(crate) const DELETED_END: char = '\u{FDDB}';

/// The first placeholder; the others follow it. A plane of private-use characters: one character each, so that the
/// parser never cuts one in two.
const FIRST: u32 = 0xF_0000;
/// As many placeholders as the plane has characters; far more than a message of the greatest length can need.
pub(crate) const TOKENS_MAX: usize = 0xFFFD;

/// One piece of Zulip's inline syntax, resolved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    User { id: u32, name: String, silent: bool },
    Group { id: u32, name: String, silent: bool },
    ChannelWildcard { word: &'static str, silent: bool },
    TopicWildcard { silent: bool },
    Channel(ChannelRef),
    Topic { channel: ChannelRef, topic: String, newest: Option<u32> },
    Message { channel: ChannelRef, topic: String, message_id: String },
    Emoji { name: String, code: &'static str },
    CustomEmoji { name: String, source_url: String },
    Code(String),
    Math(String),
    Time { utc: String, text: String },
    InvalidTime(String),
    Link { href: String, text: String },
    Text(char),
}

/// A scanned text: what the Markdown parser gets, and what its placeholders stand for.
pub(crate) struct Scanned<'a> {
    pub(super) source: &'a str,
    /// The text for the Markdown parser.
    pub(crate) text: String,
    pub(super) tokens: Vec<(Token, Range<usize>)>,
}

impl Scanned<'_> {
    /// What `c` stands for, if it is a placeholder of this text.
    pub(crate) fn token(&self, c: char) -> Option<&Token> {
        self.placed(c).map(|(token, _)| token)
    }

    /// `text` as it was in the source: for code, link destinations, titles.
    pub(crate) fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !text.contains(is_reserved) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match (unmark(c), self.placed(c)) {
                (Some(original), _) => out.push_str(original),
                (None, Some((_, range))) => out.push_str(&self.source[range.clone()]),
                (None, None) => out.push(c),
            }
        }
        Cow::Owned(out)
    }

    fn placed(&self, c: char) -> Option<&(Token, Range<usize>)> {
        let index = u32::from(c).checked_sub(FIRST)?;
        self.tokens.get(usize::try_from(index).ok()?)
    }
}

/// The placeholder for the token with this index.
pub(super) fn placeholder(index: usize) -> char {
    let code = u32::try_from(index).ok().and_then(|index| FIRST.checked_add(index));
    code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// What a mark stands for; `None` if `c` is not a mark.
pub(crate) fn unmark(c: char) -> Option<&'static str> {
    Some(match c {
        EMPTY => "",
        LESS_THAN => "<",
        BACKSLASH => "\\",
        UNDERSCORE => "_",
        TILDE => "~",
        STAR | EMPHASIS_START | EMPHASIS_END => "*",
        STRONG_START | STRONG_END => "**",
        DELETED_START | DELETED_END => "~~",
        _ => return None,
    })
}

/// The element that a mark opens or closes.
pub(crate) enum Edge {
    /// Its opening tag, and the closing one.
    Start(&'static str, &'static str),
    /// Its closing tag.
    End(&'static str),
}

/// The edge of an element that `c` stands for.
pub(crate) fn edge(c: char) -> Option<Edge> {
    Some(match c {
        STRONG_START => Edge::Start("<strong>", "</strong>"),
        STRONG_END => Edge::End("</strong>"),
        EMPHASIS_START => Edge::Start("<em>", "</em>"),
        EMPHASIS_END => Edge::End("</em>"),
        DELETED_START => Edge::Start("<del>", "</del>"),
        DELETED_END => Edge::End("</del>"),
        _ => return None,
    })
}

/// Whether this is the closing tag of an element that a mark opens.
pub(crate) fn is_edge(tag: &str) -> bool {
    matches!(tag, "</strong>" | "</em>" | "</del>")
}

/// Whether `c` may be a mark or a placeholder; such characters in the source become tokens themselves.
pub(crate) fn is_reserved(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) >= FIRST
}
