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

/// Re-indents what is nested under numbered items, so that `1. a` and two spaces before the next marker nest as in Zulip;
/// and lets a list start with another number than one right after a paragraph.
///
/// Text without numbered items is returned as it is: there both rules agree.
pub(crate) fn indent_as_commonmark(text: &str) -> Cow<'_, str> {
    if !text.lines().any(|line| number(line.trim_start()).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut lists = Lists { levels: Vec::new(), after_blank: true };
    for line in text.split_inclusive('\n') {
        lists.add_line(&mut out, line);
    }
    Cow::Owned(out)
}

/// The lists open at the current line.
struct Lists {
    levels: Vec<Level>,
    after_blank: bool,
}

impl Lists {
    fn add_line(&mut self, out: &mut String, line: &str) {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.trim().is_empty() {
            self.after_blank = true;
            out.push_str(line);
            return;
        }
        // Four spaces without a list around make code.
        let marker = marker_width(content).filter(|_| indent < 4 || !self.levels.is_empty());
        let before = self.levels.len();
        if marker.is_some() || self.after_blank {
            self.levels.retain(|level| indent >= level.indent + 2);
        }
        let parent = self.levels.iter().rev().find(|level| indent >= level.indent + 2);
        let new_indent = match (parent, marker) {
            (None, _) => indent,
            (Some(parent), Some(_)) => parent.content,
            (Some(parent), None) => parent.content + (indent - parent.indent - 2),
        };
        if let Some(width) = marker {
            let starts_list = self.levels.len() == before;
            // CommonMark takes such a line for the paragraph's next; Zulip does for more digits only.
            let needs_blank = matches!(number(content), Some("0" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"));
            if starts_list && needs_blank && !self.after_blank {
                out.push('\n');
            }
            if self.levels.len() < LEVELS_MAX {
                self.levels.push(Level { indent, content: new_indent + width });
            }
        }
        out.extend(std::iter::repeat_n(' ', new_indent));
        out.push_str(content);
        self.after_blank = false;
    }
}

/// How deeply lists are followed; bounds the work for each line.
const LEVELS_MAX: usize = 20;

/// How wide the list marker at the start of `content` is, with the space after it; `None` if there is none.
fn marker_width(content: &str) -> Option<usize> {
    if let Some(digits) = number(content) {
        return Some(digits.len() + 2);
    }
    content.strip_prefix(['-', '*', '+'])?.starts_with(' ').then_some(2)
}

/// The digits of the numbered item that starts with `content`.
fn number(content: &str) -> Option<&str> {
    let digits = content.bytes().take(9).take_while(u8::is_ascii_digit).count();
    (digits > 0 && content[digits..].starts_with(". ")).then(|| &content[..digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting() {
        let check = |input: &str, expect: &str| assert_eq!(indent_as_commonmark(input), expect, "{input}");
        check("1. a\n2. b", "1. a\n2. b");
        check("* a\n  * b", "* a\n  * b");
        check("1. a\n  1. b", "1. a\n   1. b");
        check("1. a\n  2. b", "1. a\n\n   2. b");
        check("text\n2. b\n3. c", "text\n\n2. b\n3. c");
        check("text\n1. b", "text\n1. b");
        check("in\n2026. x", "in\n2026. x");
        check("1. a\n  b\n2. c", "1. a\n   b\n2. c");
        check("1. a\n  1. b\n    1. c\n2. d", "1. a\n   1. b\n      1. c\n2. d");
        check("10. a\n  * b\n  * c", "10. a\n    * b\n    * c");
        check("1. a\n  text", "1. a\n   text");
        check("1. a\n   text", "1. a\n    text");
        check("1. a\n\n  text\n\nend", "1. a\n\n   text\n\nend");
        check("1. a\n\nend\n  x", "1. a\n\nend\n  x");
        check("1. a\n  ```\n  x\n  ```", "1. a\n   ```\n   x\n   ```");
    }
}
