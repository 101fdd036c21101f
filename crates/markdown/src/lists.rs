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
/// lets a list start with another number than one right after text; and makes all bullets the same, since those that
/// differ would make a list each.
///
/// Text without numbered items, dashes and plus signs is returned as it is: there both rules agree.
pub(crate) fn indent_as_commonmark(text: &str) -> Cow<'_, str> {
    let differs = |line: &str| {
        let content = line.trim_start_matches(' ');
        number(content).is_some() || content.starts_with("- ") || content.starts_with("+ ")
    };
    if !text.lines().any(differs) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut lists = Lists { levels: Vec::new(), after_blank: true, fence: None };
    for line in text.split_inclusive('\n') {
        lists.add_line(&mut out, line);
    }
    Cow::Owned(out)
}

/// The number that a list starts with, whose first marker is `marker` in what [`indent_as_commonmark`] returned.
pub(crate) fn start(number: u64, marker: &str) -> u64 {
    let zeros = marker.bytes().take_while(|b| *b == b'0').count();
    if number == 1 { u64::try_from(zeros).unwrap_or(0) + 1 } else { number }
}

/// The lists open at the current line.
struct Lists<'a> {
    levels: Vec<Level>,
    after_blank: bool,
    /// The fence of the code block around the current line.
    fence: Option<&'a str>,
}

impl<'a> Lists<'a> {
    fn add_line(&mut self, out: &mut String, line: &'a str) {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.trim().is_empty() {
            self.after_blank = true;
            out.push_str(line);
            return;
        }
        let in_code = self.fence.is_some();
        self.follow_fence(content.trim_end());
        // Four spaces without a list around make code.
        let may_mark = !in_code && (indent < 4 || !self.levels.is_empty()) && !is_rule(content);
        let marker = Marker::at_start(content).filter(|_| may_mark);
        let before = self.levels.len();
        if !in_code && (marker.is_some() || self.after_blank) {
            self.levels.retain(|level| indent >= level.indent + 2);
        }
        let parent = self.levels.iter().rev().find(|level| indent >= level.indent + 2);
        let new_indent = match (parent, &marker) {
            (None, _) => indent,
            (Some(parent), Some(_)) => parent.content,
            (Some(parent), None) => parent.content + (indent - parent.indent - 2),
        };
        out.extend(std::iter::repeat_n(' ', new_indent));
        match marker {
            Some(marker) => {
                let after_text = self.levels.len() == before && !self.after_blank;
                let written = marker.written(after_text);
                if self.levels.len() < LEVELS_MAX {
                    self.levels.push(Level { indent, content: new_indent + written.len() + 1 });
                }
                out.push_str(&written);
                out.push_str(&content[marker.length()..]);
            }
            None => out.push_str(content),
        }
        self.after_blank = false;
    }

    /// Notes where fenced code in a list starts and ends: there, nothing is a marker.
    fn follow_fence(&mut self, content: &'a str) {
        match self.fence {
            Some(fence) if content == fence => self.fence = None,
            Some(_) => {}
            None => {
                let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'));
                let info = content.trim_start_matches(|c| Some(c) == mark);
                let fence = &content[..content.len() - info.len()];
                if mark.is_some() && fence.len() >= 3 && !info.contains(['`', '~']) {
                    self.fence = Some(fence);
                }
            }
        }
    }
}

/// How deeply lists are followed; bounds the work for each line.
const LEVELS_MAX: usize = 20;

/// What an item of a list starts with.
enum Marker<'a> {
    Bullet,
    Number(&'a str),
}

impl<'a> Marker<'a> {
    fn at_start(content: &'a str) -> Option<Self> {
        let bullet =
            || content.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' ')).map(|_| Marker::Bullet);
        number(content).map(Marker::Number).or_else(bullet)
    }

    /// How long it is, without the space after it.
    fn length(&self) -> usize {
        match self {
            Marker::Bullet => 1,
            Marker::Number(digits) => digits.len() + 1,
        }
    }

    /// As the parser gets it. In CommonMark only a list that starts with one goes on right after text, in Zulip any of one
    /// digit: those become a one with a zero for each number that was skipped, which [`start`] reads.
    fn written(&self, after_text: bool) -> String {
        match self {
            Marker::Bullet => "*".to_owned(),
            Marker::Number(digits) => match digits.as_bytes() {
                [digit @ b'2'..=b'9'] if after_text => format!("{:0>1$}.", 1, usize::from(digit - b'0')),
                [b'0', .., b'1'] => "1.".to_owned(),
                _ => format!("{digits}."),
            },
        }
    }
}

/// A line of three or more of one mark, which is no item.
fn is_rule(content: &str) -> bool {
    ['-', '*']
        .iter()
        .any(|mark| content.matches(*mark).count() >= 3 && content.trim_end().chars().all(|c| c == *mark || c == ' '))
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
        check("1. a\n  2. b", "1. a\n   01. b");
        check("text\n2. b\n3. c", "text\n01. b\n3. c");
        check("text\n9. b\n  c", "text\n000000001. b\n           c");
        check("01. b", "1. b");
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
        check("1. a\n  ```\n  - x\n\n  2. y\n  ```\n- b", "1. a\n   ```\n   - x\n\n   2. y\n   ```\n* b");
        check("* a\n- b\n+ c", "* a\n* b\n* c");
        check("- - -\n-- x\n-x", "- - -\n-- x\n-x");
        check("    - code", "    - code");
    }

    #[test]
    fn starts() {
        let check = |number, marker, expect| assert_eq!(start(number, marker), expect, "{marker}");
        check(1, "1. a", 1);
        check(1, "0001. a", 4);
        check(7, "7. a", 7);
        check(0, "0. a", 0);
        check(10, "10. a", 10);
    }
}
