//! Message source (Zulip-flavored Markdown) to HTML that is safe to show, and what the source mentions.
//!
//! Pure functions: no clock, no files, no network. What depends on the realm (who `@**Iago**` is, which channels the
//! sender may link to) is asked through [`Directory`].
//!
//! ```
//! use tidings_markdown::{NoDirectory, render};
//!
//! let rendered = render("Ship it :tada:, **today**", &NoDirectory);
//! assert!(rendered.html.ends_with("<strong>today</strong></p>"));
//! assert!(!rendered.has_link);
//! ```
//!
//! # Layout
//! - [`alert_words`]: which of many words a message contains
//! - [`directory`]: what the renderer may look up
//! - `elements`: Zulip's inline elements as HTML
//! - [`emoji`]: standard emoji, names and codes
//! - `escape`: escaping for text, attributes, code and narrow URLs
//! - `fences`: fenced blocks and the Markdown between them
//! - [`highlight`]: syntax of code blocks
//! - `html`: the writer
//! - `languages`: names of programming languages on code blocks
//! - [`linkifiers`]: patterns that become links; links of topics
//! - `links`: which link destinations are safe
//! - `lists`: nesting of lists
//! - `math`: formulas
//! - `scan`: Zulip's inline syntax, hidden from the Markdown parser
//! - `time`: global times
//!
//! # How a message is rendered
//! 1. `fences` splits it into fenced blocks and Markdown, because Zulip's fences nest by their own rules.
//! 2. `scan` replaces mentions, links, emoji, code spans and so on by placeholders, marks emphasis, and disarms what
//!    CommonMark would read but Zulip does not: HTML, underscores, backslashes.
//! 3. `pulldown-cmark` finds paragraphs, lists, tables and links.
//! 4. `html` writes its events. Every tag and attribute is a literal of this crate and every value is escaped on the way
//!    out, so the output is safe by construction. What KaTeX writes is read by the same strictness.
//!
//! # What differs from Zulip
//! - Spans in code blocks have the class names of Pygments, which clients know, but are told apart more simply: where a word
//!   stands in an expression hardly counts. A language without a row in the table has none.
//! - Nothing outside the message is fetched: previews exist for uploaded files only.
//! - `![text](address)` is a link, except for uploaded sounds; Zulip leaves it as text.

pub mod alert_words;
mod diff;
pub mod directory;
mod elements;
pub mod emoji;
mod escape;
mod fences;
pub mod highlight;
mod html;
mod languages;
pub mod linkifiers;
mod links;
mod lists;
mod math;
mod scan;
mod time;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub use alert_words::AlertWords;
pub use diff::diff;
pub use directory::{ChannelRef, CustomEmoji, Directory, GroupRef, Image, NoDirectory, Upload, UserRef};
pub use linkifiers::Linkifiers;

/// A rendered message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML; empty for a message of only spaces. No line break at the end.
    pub html: String,
    /// Users mentioned by name, not silently and not in a quote or code.
    pub mentioned_users: BTreeSet<u32>,
    /// User groups mentioned, likewise.
    pub mentioned_groups: BTreeSet<u32>,
    /// Whether everyone in the channel is mentioned (`@**all**` and its synonyms), likewise.
    pub channel_wildcard: bool,
    /// Whether everyone in the topic is mentioned (`@**topic**`), likewise.
    pub topic_wildcard: bool,
    /// Whether there is a clickable link, for `has:link`. Mentions and links to channels and topics do not count.
    pub has_link: bool,
    /// Whether an uploaded image is shown, for `has:image`.
    pub has_image: bool,
    /// Paths below `/user_uploads/` of the files that the message links to, for `has:attachment` and for who may fetch
    /// them. They need not exist.
    pub linked_uploads: BTreeSet<String>,
    /// Whether the message is a status (`/me waves`): clients show it after the sender's name, without the `/me` that is
    /// still at the start of the HTML.
    pub is_me_message: bool,
}

/// Renders a message. Never fails: what is not understood is shown as text.
///
/// Takes time linear in the length of `source`, about a millisecond for 10 kB; formulas take longer, but a message has a
/// budget for them, and for the spans in its code. The depth of the HTML is bounded whatever the input. The length of `source` is not checked here.
#[must_use]
pub fn render(source: &str, directory: &dyn Directory) -> Rendered {
    let source = normalize(source);
    let mut rendered = html::message(&source, directory);
    rendered.is_me_message = source.starts_with("/me ");
    rendered
}

/// Renders one line, such as a channel's description: only inline elements, line breaks become spaces, images links.
#[must_use]
pub fn render_inline(source: &str, directory: &dyn Directory) -> String {
    html::line(normalize(source).trim(), directory)
}

/// One kind of line break, and no NUL.
fn normalize(source: &str) -> Cow<'_, str> {
    if source.contains(['\r', '\0']) {
        Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(source)
    }
}

#[cfg(test)]
mod tests;
