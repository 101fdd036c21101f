//! Nesting of lists: Zulip nests by two spaces under any marker, CommonMark by the marker's width.
//!
//! Neighbor: [`crate::html`] runs this over each piece of Markdown before the parser sees it.

use std::borrow::Cow;

/// An item the current line may belong to.
struct Level {
    /// Spaces before its marker in the source.
    indent: usize,
    /// Where CommonMark wants its content, in spaces.
    content: usize,
}

/// Re-indents what is nested under numbered items, so that `1. a` and two spaces before the next marker nest as in Zulip.
/// Text without numbered items is returned as it is: there both rules agree.
pub(crate) fn indent_as_commonmark(text: &str) -> Cow<'_, str> {
    let is_numbered = |line: &str| {
        marker_width(line.trim_start()).is_some_and(|_| line.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    };
    if !text.lines().any(is_numbered) || !text.lines().any(|line| line.starts_with("  ")) {
        return Cow::Borrowed(text);
    }
    let mut levels: Vec<Level> = Vec::new();
    let mut after_blank = false;
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.trim().is_empty() {
            after_blank = true;
            out.push_str(line);
            continue;
        }
        if after_blank && indent < 2 && marker_width(content).is_none() {
            levels.clear();
        }
        let width = marker_width(content);
        // Four spaces without a list around make code.
        let is_item = width.is_some() && (indent < 4 || !levels.is_empty());
        while levels.last().is_some_and(|level| indent < level.indent + 2) && (is_item || after_blank) {
            levels.pop();
        }
        let parent = levels.iter().rev().find(|level| indent >= level.indent + 2);
        let new_indent = parent.map_or(indent, |level| level.content + (indent - level.indent - 2).min(indent));
        let new_indent = if is_item { parent.map_or(indent, |level| level.content) } else { new_indent };
        if let Some(width) = width.filter(|_| is_item && levels.len() < LEVELS_MAX) {
            levels.push(Level { indent, content: new_indent + width });
        }
        out.extend(std::iter::repeat_n(' ', new_indent));
        out.push_str(content);
        after_blank = false;
    }
    Cow::Owned(out)
}

/// How deeply lists are followed; bounds the work for each line.
const LEVELS_MAX: usize = 20;

/// How wide the list marker at the start of `content` is, with the space after it; `None` if there is none.
fn marker_width(content: &str) -> Option<usize> {
    let digits = content.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => content.strip_prefix(['-', '*', '+'])?,
        _ => content[digits..].strip_prefix('.')?,
    };
    rest.starts_with(' ').then_some(digits.max(1) + 1 + usize::from(digits > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting() {
        let check = |input: &str, expect: &str| assert_eq!(indent_as_commonmark(input), expect, "{input}");
        check("1. a\n2. b", "1. a\n2. b");
        check("* a\n  * b", "* a\n  * b");
        check("1. a\n  2. b", "1. a\n   2. b");
        check("1. a\n  2. b\n    3. c\n2. d", "1. a\n   2. b\n      3. c\n2. d");
        check("10. a\n  * b\n  * c", "10. a\n    * b\n    * c");
        check("1. a\n  text", "1. a\n   text");
        check("1. a\n   text", "1. a\n    text");
        check("1. a\n\n  text\n\nend", "1. a\n\n   text\n\nend");
        check("1. a\n\nend\n  x", "1. a\n\nend\n  x");
        check("1. a\n  ```\n  x\n  ```", "1. a\n   ```\n   x\n   ```");
    }
}
