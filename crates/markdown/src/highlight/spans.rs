//! Writes pieces of code as spans: neighbors of one class share one, and none goes over the end of a line.

use super::class::Class;
use crate::escape::push_code;

/// The output, and the span that is open in it.
pub(super) struct Spans<'o> {
    out: &'o mut String,
    open: Option<Class>,
    /// What has no color of its own has no span.
    colors_only: bool,
}

impl<'o> Spans<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Spans { out, open: None, colors_only: false }
    }

    /// Without spans for names, operators and punctuation.
    pub(super) fn of_colors(out: &'o mut String) -> Self {
        Spans { out, open: None, colors_only: true }
    }

    /// Writes the next piece.
    pub(super) fn put(&mut self, class: Class, text: &str) {
        if self.colors_only && matches!(class, Class::Name | Class::OtherName | Class::Operator | Class::Punctuation) {
            return self.plain(text);
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.plain("\n");
            }
            if line.is_empty() {
                continue;
            }
            if self.open != Some(class) {
                self.close();
                self.out.push_str("<span class=\"");
                self.out.push_str(class.name());
                self.out.push_str("\">");
                self.open = Some(class);
            }
            push_code(self.out, line);
        }
    }

    /// Writes the next piece without a class.
    pub(super) fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.close();
            push_code(self.out, text);
        }
    }

    /// Closes the last span.
    pub(super) fn finish(mut self) {
        self.close();
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
    }
}
