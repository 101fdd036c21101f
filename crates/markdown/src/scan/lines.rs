//! What is decided at the start of a line.

use super::{Scanner, run_length};
use crate::scan::token::EMPTY;

/// Tables with more cells than this stay text. The parser pads every row to the full width, so width times rows is what a
/// short message could make the server write. A table of this size that is not mostly padding is longer than a message.
const TABLE_CELLS_MAX: usize = 20_000;

impl Scanner<'_, '_> {
    /// Handles what only the start of a line can be. Returns whether it took at least one character of the line's
    /// content; if not, the scan goes on as within a line, so it always moves.
    pub(super) fn line_start(&mut self) -> bool {
        let line = first_line(self.rest());
        let content = line.trim_start_matches([' ', '\t', '>']);
        let prefix = &line[..line.len() - content.len()];
        let content = content.trim_end();
        if content.is_empty() {
            return self.empty_quote(line, prefix);
        }
        if fence_in(content).is_some() {
            let start = self.out.len();
            self.copy_fenced(line);
            self.verbatim.push(start..self.out.len());
            return true;
        }
        if is_underline(content) && !prefix.starts_with("    ") {
            return self.underline(prefix, content);
        }
        if self.has_table && is_delimiter_row(content) && self.is_huge_table(content) {
            self.copy(prefix.len());
            self.out.push(EMPTY);
        }
        false
    }

    /// Copies a line that is all of a paragraph and nothing but `>`: what quotes nothing is text.
    fn empty_quote(&mut self, line: &str, prefix: &str) -> bool {
        let next = self.rest()[line.len()..].strip_prefix('\n').map(first_line).unwrap_or_default();
        let alone = next.trim().is_empty() && previous_line(self.source, self.position).trim().is_empty();
        let Some(last) = prefix.rfind('>').filter(|_| alone) else {
            return false;
        };
        self.copy(last);
        self.out.push(EMPTY);
        self.copy(line.len() - last);
        true
    }

    /// Whether a table with this delimiter row could be of the size no message needs: its width times all lines.
    fn is_huge_table(&mut self, delimiter_row: &str) -> bool {
        let source = self.source;
        let lines = *self.lines.get_or_insert_with(|| source.matches('\n').count() + 1);
        (delimiter_row.matches('|').count() + 1).saturating_mul(lines) > TABLE_CELLS_MAX
    }

    /// A line of only `=` or only `-` makes the line above it a heading in CommonMark. In Zulip `=` is text and three or
    /// more `-` a rule.
    fn underline(&mut self, prefix: &str, content: &str) -> bool {
        let above = previous_line(self.source, self.position).trim_start_matches([' ', '\t', '>']).trim_end();
        if above.is_empty() || content.starts_with('-') && after_list_marker(above) != above {
            return false;
        }
        if content.starts_with('-') && content.len() >= 3 {
            self.out.push_str(prefix.trim_end());
            self.out.push('\n');
            self.copy(prefix.len() + content.len());
        } else {
            self.copy(prefix.len());
            self.out.push(EMPTY);
            self.copy(content.len());
        }
        true
    }

    /// Copies a fenced block inside a list or a quote untouched, from its opening `line` to where its container ends.
    fn copy_fenced(&mut self, line: &str) {
        let Some((mark, length)) = fence_in(line.trim_start_matches([' ', '\t', '>'])) else {
            return;
        };
        let quoted = line.trim_start().starts_with('>');
        self.copy_line();
        while self.position < self.source.len() {
            let line = first_line(self.rest());
            let content = line.trim_start_matches([' ', '\t', '>']).trim_end();
            let outside = if quoted { !line.trim_start().starts_with('>') } else { !line.starts_with([' ', '\t']) };
            if outside && !content.is_empty() {
                return;
            }
            self.copy_line();
            let run = run_length(content, mark);
            if run >= length && run == content.len() {
                return;
            }
        }
    }

    fn copy_line(&mut self) {
        let rest = self.rest();
        self.copy(rest.find('\n').map_or(rest.len(), |end| end + 1));
    }
}

/// Where the paragraph around `position` ends: before a blank line, or before a fence.
pub(super) fn paragraph_end(source: &str, position: usize) -> usize {
    let mut end = position;
    loop {
        end += source[end..].find('\n').map_or(source.len() - end, |at| at + 1);
        let next = first_line(&source[end..]);
        let content = next.trim_start_matches([' ', '\t', '>']);
        if content.trim_end().is_empty() || content.len() != next.trim_start().len() || fence_in(content).is_some() {
            return end;
        }
    }
}

/// Whether any line looks like the line under a table's head.
pub(super) fn has_table(source: &str) -> bool {
    source.contains('|') && source.lines().any(|line| is_delimiter_row(line.trim()))
}

/// The text up to the line break.
fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// The line that ends just before `position`, which is at the start of a line.
fn previous_line(source: &str, position: usize) -> &str {
    let before = source[..position].strip_suffix('\n').unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

/// The opening fence in a line, past any list markers: its character and its length.
fn fence_in(content: &str) -> Option<(u8, usize)> {
    let content = after_list_marker(content);
    let mark = content.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
    let length = run_length(content, mark);
    (length >= 3 && !content[length..].contains(char::from(mark))).then_some((mark, length))
}

/// `content` without the list markers it starts with.
pub(super) fn after_list_marker(mut content: &str) -> &str {
    loop {
        let digits = content.bytes().take(9).take_while(u8::is_ascii_digit).count();
        let rest =
            if digits > 0 { content[digits..].strip_prefix(['.', ')']) } else { content.strip_prefix(['-', '*', '+']) };
        match rest.filter(|rest| rest.starts_with([' ', '\t'])) {
            Some(rest) => content = rest.trim_start_matches([' ', '\t', '>']),
            None => return content,
        }
    }
}

fn is_underline(content: &str) -> bool {
    ["-", "="].iter().any(|mark| content.trim_start_matches(mark).is_empty())
}

fn is_delimiter_row(content: &str) -> bool {
    content.contains('|') && content.contains('-') && content.bytes().all(|b| b"|-: \t>".contains(&b))
}
