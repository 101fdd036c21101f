//! Emphasis: `*`, `**`, `***` and `~~`, as marks that open and close elements.
//!
//! Zulip pairs them by rules of its own, which know nothing of CommonMark's flanking: on one line; three asterisks
//! before two, two before one, tildes last; and only single asterisks ask for text that touches them. So this runs over
//! the scanned text, and the Markdown parser never sees an asterisk or a tilde that is not at the start of a block.
//!
//! Takes time linear in the length of the text. Invariant: what a mark opens is closed on the same line, in order, and
//! not across the text of a link.

use std::ops::Range;

use super::lines::after_list_marker;
use super::token::{DELETED_END, DELETED_START, EMPHASIS_END, EMPHASIS_START, STAR, STRONG_END, STRONG_START, TILDE};

/// Text with marks for its emphasis, but for what is `verbatim`: ranges of whole lines, in order. A bar in a line
/// separates cells if there is a table.
pub(super) fn mark(text: &str, verbatim: &[Range<usize>], has_blocks: bool, has_table: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut verbatim = verbatim.iter().peekable();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        while verbatim.next_if(|range| range.end <= start).is_some() {}
        let untouched = verbatim.peek().is_some_and(|range| range.start <= start);
        start += line.len();
        if untouched || !line.contains(['*', '~']) {
            out.push_str(line);
            continue;
        }
        let content = if has_blocks { line.trim_start_matches([' ', '\t', '>']) } else { line };
        if has_blocks && is_rule(content) {
            out.push_str(line);
            continue;
        }
        let content = if has_blocks { after_list_marker(content) } else { content };
        out.push_str(&line[..line.len() - content.len()]);
        for part in content.split_inclusive(|c| has_table && c == '|') {
            finish(&mut out, strong_and_emphasis(pieces(part)));
        }
    }
    out
}

/// A line of three or more asterisks.
fn is_rule(content: &str) -> bool {
    content.matches('*').count() >= 3 && content.trim_end().bytes().all(|b| matches!(b, b'*' | b' ' | b'\t'))
}

/// A character that may still become part of a pair, or what is done.
enum Piece {
    Char(char),
    Done(String),
}

impl Piece {
    fn is(&self, expected: char) -> bool {
        matches!(self, Piece::Char(c) if *c == expected)
    }

    fn is_space(&self) -> bool {
        matches!(self, Piece::Char(c) if c.is_whitespace())
    }
}

/// `text` in pieces; a link with its text is one, which is done.
fn pieces(text: &str) -> Vec<Piece> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let ends = link_ends(&chars);
    let mut pieces = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let (start, c) = chars[at];
        let Some(end) = ends.get(&at) else {
            pieces.push(Piece::Char(c));
            at += 1;
            continue;
        };
        let until = chars.get(end + 1).map_or(text.len(), |(start, _)| *start);
        let mut link = String::new();
        finish(&mut link, text[start..until].chars().map(Piece::Char).collect());
        pieces.push(Piece::Done(link));
        at = end + 1;
    }
    pieces
}

/// Where links `[text](destination)` start and end, as indices of their outer brackets.
fn link_ends(chars: &[(usize, char)]) -> std::collections::BTreeMap<usize, usize> {
    let mut closers = std::collections::BTreeMap::new();
    for (opening, closing) in [('[', ']'), ('(', ')')] {
        let mut open = Vec::new();
        for (at, (_, c)) in chars.iter().enumerate() {
            if *c == opening {
                open.push(at);
            } else if *c == closing
                && let Some(start) = open.pop()
            {
                closers.insert(start, at);
            }
        }
    }
    let is_bracket = |at: usize| chars.get(at).is_some_and(|(_, c)| *c == '[');
    let links = closers.iter().filter(|(start, _)| is_bracket(**start));
    links
        .filter_map(|(start, text_end)| Some((*start, *closers.get(&(text_end + 1))?)))
        .filter(|(_, end)| chars[*end].1 == ')')
        .collect()
}

fn strong_and_emphasis(pieces: Vec<Piece>) -> Vec<Piece> {
    let both = replace(pieces, three_asterisks, |inner| {
        wrapped(&[STRONG_START, EMPHASIS_START], deleted(inner), &[EMPHASIS_END, STRONG_END])
    });
    let last = (1..both.len()).rev().find(|&at| both[at].is('*') && both[at - 1].is('*'));
    let strong = replace(
        both,
        |pieces, at| two_asterisks(pieces, at, last),
        |inner| wrapped(&[STRONG_START], deleted(emphasized(inner)), &[STRONG_END]),
    );
    deleted(emphasized(strong))
}

fn emphasized(pieces: Vec<Piece>) -> Vec<Piece> {
    replace(pieces, one_asterisk, |inner| wrapped(&[EMPHASIS_START], deleted(inner), &[EMPHASIS_END]))
}

fn deleted(pieces: Vec<Piece>) -> Vec<Piece> {
    replace(pieces, two_tildes, |inner| wrapped(&[DELETED_START], inner, &[DELETED_END]))
}

/// Replaces each part that `find` sees at an index, from the left: its answer is what is inside, and how long each of
/// the delimiters around that is.
fn replace(
    pieces: Vec<Piece>,
    find: impl Fn(&[Piece], usize) -> Option<(Range<usize>, usize)>,
    build: impl Fn(Vec<Piece>) -> String,
) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        match find(&pieces, at) {
            Some((inner, delimiter)) => {
                at = inner.end + delimiter;
                found.push((inner, delimiter));
            }
            None => at += 1,
        }
    }
    if found.is_empty() {
        return pieces;
    }
    let mut out = Vec::with_capacity(pieces.len());
    let mut rest = pieces.into_iter();
    let mut position = 0;
    for (inner, delimiter) in found {
        out.extend(rest.by_ref().take(inner.start - delimiter - position));
        let content = rest.by_ref().skip(delimiter).take(inner.len()).collect();
        rest.by_ref().take(delimiter).for_each(drop);
        position = inner.end + delimiter;
        out.push(Piece::Done(build(content)));
    }
    out.extend(rest);
    out
}

fn wrapped(start: &[char], inner: Vec<Piece>, end: &[char]) -> String {
    let mut out: String = start.iter().collect();
    finish(&mut out, inner);
    out.extend(end);
    out
}

/// Writes pieces; what is no part of a pair by now is text.
fn finish(out: &mut String, pieces: Vec<Piece>) {
    for piece in pieces {
        match piece {
            Piece::Char('*') => out.push(STAR),
            Piece::Char('~') => out.push(TILDE),
            Piece::Char(c) => out.push(c),
            Piece::Done(text) => out.push_str(&text),
        }
    }
}

/// `***text***`.
fn three_asterisks(pieces: &[Piece], at: usize) -> Option<(Range<usize>, usize)> {
    asterisks_around(pieces, at, 3)
}

/// `*text*`.
fn one_asterisk(pieces: &[Piece], at: usize) -> Option<(Range<usize>, usize)> {
    asterisks_around(pieces, at, 1)
}

/// `count` asterisks, text without any that they touch, and as many again. A caret keeps it from being a pair.
fn asterisks_around(pieces: &[Piece], at: usize, count: usize) -> Option<(Range<usize>, usize)> {
    let start = at + count;
    if !all(pieces, at..start, '*') {
        return None;
    }
    let length = pieces[start..].iter().position(|piece| piece.is('*'))?;
    let inner = &pieces[start..start + length];
    let touches = inner.first().is_some_and(|piece| !piece.is_space()) && !inner.last()?.is_space();
    let is_pair =
        touches && !inner.iter().any(|piece| piece.is('^')) && all(pieces, start + length..start + length + count, '*');
    is_pair.then_some((start..start + length, count))
}

/// `**text**`, where the text is anything up to the next two asterisks; `last` is where the last two of all end.
fn two_asterisks(pieces: &[Piece], at: usize, last: Option<usize>) -> Option<(Range<usize>, usize)> {
    let start = at + 2;
    if !all(pieces, at..start, '*') || last.is_none_or(|last| last < start + 2) {
        return None;
    }
    let end = (start + 1..pieces.len()).find(|&end| all(pieces, end..end + 2, '*'))?;
    Some((start..end, 2))
}

/// `~~text~~`, where the text has no tilde.
fn two_tildes(pieces: &[Piece], at: usize) -> Option<(Range<usize>, usize)> {
    let start = at + 2;
    let is_start = all(pieces, at..start, '~') && !at.checked_sub(1).is_some_and(|before| pieces[before].is('~'));
    if !is_start {
        return None;
    }
    let length = pieces[start..].iter().position(|piece| piece.is('~')).filter(|length| *length > 0)?;
    let end = start + length;
    let is_end = all(pieces, end..end + 2, '~') && !pieces.get(end + 2).is_some_and(|piece| piece.is('~'));
    is_end.then_some((start..end, 2))
}

/// Whether there is `c` at all of these indices.
fn all(pieces: &[Piece], range: Range<usize>, c: char) -> bool {
    pieces.get(range).is_some_and(|pieces| pieces.iter().all(|piece| piece.is(c)))
}
