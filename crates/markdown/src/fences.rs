//! Splits a message into fenced blocks (code, quote, spoiler, math) and the Markdown between them.
//!
//! This runs before the Markdown parser because Zulip's fences nest by rules CommonMark does not have: a quote or a
//! spoiler may hold a fence of the same length, as long as that fence names a language.
//!
//! Neighbors: [`crate::html`] renders the tree, [`crate::alert_words`] reads its prose. Invariant: the tree is at most
//! [`DEPTH_MAX`] deep, whatever the input, so walking it recursively is safe.

/// How deeply quotes and spoilers nest. Deeper ones become code blocks; nobody reads the eleventh level.
const DEPTH_MAX: usize = 10;

/// One piece of a message, in source order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block<'a> {
    /// Whole lines without fences at column zero.
    Markdown(&'a str),
    /// A code block; `language` is empty if none was named.
    Code { language: &'a str, text: &'a str },
    /// A display formula.
    Math(&'a str),
    /// A quote.
    Quote(Vec<Block<'a>>),
    /// A spoiler; `header` is one line, often empty.
    Spoiler { header: &'a str, content: Vec<Block<'a>> },
}

/// A line that opens a fenced block.
#[derive(Clone, Copy)]
struct Opening<'a> {
    /// The backticks or tildes.
    fence: &'a str,
    kind: Kind<'a>,
}

/// What the word after a fence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Code(&'a str),
    Math,
    Quote,
    Spoiler(&'a str),
}

/// Splits `source` into blocks; a fence without a word has `default`, which may be empty. Takes time linear in the length
/// of `source` (times [`DEPTH_MAX`]).
pub(crate) fn split<'a>(source: &'a str, default: &'a str) -> Vec<Block<'a>> {
    let mut lines = Lines { source, position: 0, default };
    blocks(&mut lines, None, 0)
}

/// What the text after an opening fence means, or `default` where there is none; also used for fences the Markdown parser
/// finds inside lists.
pub(crate) fn kind<'a>(info: &'a str, default: &'a str) -> Kind<'a> {
    let info = info.trim().trim_start_matches('{').trim_end_matches('}');
    let info = info.strip_prefix('.').unwrap_or(info);
    let (word, rest) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
    let word = if word.is_empty() { default } else { word };
    match word.to_ascii_lowercase().as_str() {
        "quote" | "quoted" => Kind::Quote,
        "spoiler" => Kind::Spoiler(rest.trim()),
        "math" => Kind::Math,
        _ => Kind::Code(word),
    }
}

/// Reads blocks up to the line equal to `until`, or to the end: an unclosed fence is closed by the end of its parent.
fn blocks<'a>(lines: &mut Lines<'a>, until: Option<&str>, depth: usize) -> Vec<Block<'a>> {
    let source = lines.source;
    let mut found = Vec::new();
    let mut start = lines.position;
    let flush = |found: &mut Vec<Block<'a>>, start: usize, end: usize| {
        let text = &source[start..end];
        if !text.trim().is_empty() {
            found.push(Block::Markdown(text));
        }
    };
    loop {
        let line_start = lines.position;
        let Some(line) = lines.next() else {
            flush(&mut found, start, line_start);
            return found;
        };
        if until.is_some_and(|fence| line.trim_end() == fence) {
            flush(&mut found, start, line_start);
            return found;
        }
        if let Some(opening) = opening(line, lines.default) {
            flush(&mut found, start, line_start);
            found.push(fenced(lines, opening, depth));
            start = lines.position;
        }
    }
}

/// Reads the body of the fence just opened, and its closing line.
fn fenced<'a>(lines: &mut Lines<'a>, opening: Opening<'a>, depth: usize) -> Block<'a> {
    let Opening { fence, kind } = opening;
    match kind {
        Kind::Quote if depth < DEPTH_MAX => Block::Quote(blocks(lines, Some(fence), depth + 1)),
        Kind::Spoiler(header) if depth < DEPTH_MAX => {
            Block::Spoiler { header, content: blocks(lines, Some(fence), depth + 1) }
        }
        Kind::Math => Block::Math(verbatim(lines, fence)),
        Kind::Code(language) => Block::Code { language, text: verbatim(lines, fence) },
        Kind::Quote | Kind::Spoiler(_) => Block::Code { language: "", text: verbatim(lines, fence) },
    }
}

/// Everything up to the line that is exactly `fence`.
fn verbatim<'a>(lines: &mut Lines<'a>, fence: &str) -> &'a str {
    let start = lines.position;
    loop {
        let end = lines.position;
        match lines.next() {
            Some(line) if line.trim_end() != fence => {}
            _ => return &lines.source[start..end],
        }
    }
}

/// Reads `line` as an opening fence: at column zero, three or more backticks or tildes, and no more of them after.
fn opening<'a>(line: &'a str, default: &'a str) -> Option<Opening<'a>> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(mark);
    let fence = &line[..line.len() - info.len()];
    if fence.len() < 3 || info.contains(['`', '~']) {
        return None;
    }
    Some(Opening { fence, kind: kind(info, default) })
}

/// The lines of a text with a position, so that a run of lines can be cut out in one piece.
struct Lines<'a> {
    source: &'a str,
    position: usize,
    /// What a fence without a word means.
    default: &'a str,
}

impl<'a> Lines<'a> {
    /// The next line, without its line break.
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.source.get(self.position..).filter(|rest| !rest.is_empty())?;
        let (line, taken) = match rest.find('\n') {
            Some(end) => (&rest[..end], end + 1),
            None => (rest, rest.len()),
        };
        self.position += taken;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(blocks: &[Block<'_>]) -> String {
        let one = |block: &Block<'_>| match block {
            Block::Markdown(text) => format!("md({})", text.trim_end()),
            Block::Code { language, text } => format!("code:{language}({})", text.trim_end()),
            Block::Math(text) => format!("math({})", text.trim_end()),
            Block::Quote(content) => format!("quote[{}]", show(content)),
            Block::Spoiler { header, content } => format!("spoiler:{header}[{}]", show(content)),
        };
        blocks.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fences_split_and_nest() {
        let check = |input: &str, expect: &str| assert_eq!(show(&split(input, "")), expect, "{input}");
        check("", "");
        check("plain", "md(plain)");
        check("```\ncode\n```", "code:(code)");
        check("```py\ncode", "code:py(code)");
        check("``` {.python}\nx\n```", "code:python(x)");
        check("a\n```\ncode\n```\nb", "md(a) code:(code) md(b)");
        check("~~~ ruby\n```\n~~~", "code:ruby(```)");
        check("````\n```\n````", "code:(```)");
        check("```math\nx\n```", "math(x)");
        check("```quote\na\n```\nb", "quote[md(a)] md(b)");
        check("```quote\n```py\nx\n```\ny\n```\nz", "quote[code:py(x) md(y)] md(z)");
        check("~~~quote\n```\nx\n```\n~~~", "quote[code:(x)]");
        check("````quote\n```quote\na\n```\nb\n````", "quote[quote[md(a)] md(b)]");
        check("```spoiler the end\nall die\n```", "spoiler:the end[md(all die)]");
        check("```spoiler\n```quote\nx\n```\n```", "spoiler:[quote[md(x)]]");
        check("```inline```", "md(```inline```)");
        check("~~~~xx: yy~~~~", "md(~~~~xx: yy~~~~)");
        check("``\nno\n``", "md(``\nno\n``)");
        check("  ```\nx", "md(  ```\nx)");
    }

    #[test]
    fn nesting_is_bounded() {
        let source = "```quote\n".repeat(1000);
        let mut depth = 0;
        let mut blocks = split(&source, "");
        while let Some(Block::Quote(inner)) = blocks.pop() {
            depth += 1;
            blocks = inner;
        }
        assert_eq!(depth, DEPTH_MAX);
    }
}
