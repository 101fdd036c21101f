//! What changed between two renderings of a message.

use std::hash::{Hash, Hasher};
use std::time::Instant;

/// A rendering as it is compared: tags, and words with the space after them.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    space: &'a str,
    is_tag: bool,
}

/// Where one ends and the next begins is the same with more or less space.
impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Token<'_> {}

impl PartialOrd for Token<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Token<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(other.text)
    }
}

impl Hash for Token<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// The `new` rendering with what is not in the `old` one in `<span class="highlight_text_inserted">`, and what was only
/// in that in `<span class="highlight_text_deleted">`, in a `<div>`. Both are HTML as [`render`](crate::render) makes
/// it. The elements are those of the new rendering, so that the answer is as well-formed as that; of the old one come
/// words and pictures. What is compared after the deadline is compared roughly.
///
/// <https://zulip.com/api/get-message-history>
#[must_use]
pub fn diff(old: &str, new: &str, deadline: Instant) -> String {
    let (old, new) = (tokens(old), tokens(new));
    let ops = similar::capture_diff_slices_deadline(similar::Algorithm::Myers, &old, &new, Some(deadline));
    let mut html = Marked { html: "<div>".to_owned(), open: None };
    for op in ops {
        let (tag, was, is) = op.as_tag_tuple();
        let class = if tag == similar::DiffTag::Equal { None } else { Some("highlight_text_inserted") };
        for token in &new[is] {
            html.push(token, class);
        }
        if tag != similar::DiffTag::Equal {
            old[was].iter().filter(|token| !token.is_tag).for_each(|token| html.push(token, Some(DELETED)));
        }
    }
    html.close();
    html.html + "</div>"
}

const DELETED: &str = "highlight_text_deleted";

/// The answer, and the class of the span that it is in.
struct Marked {
    html: String,
    open: Option<&'static str>,
}

impl Marked {
    fn push(&mut self, token: &Token<'_>, class: Option<&'static str>) {
        let class = class.filter(|_| !token.is_tag);
        if self.open != class {
            self.close();
            if let Some(class) = class {
                self.html.push_str(&format!(r#"<span class="{class}">"#));
                self.open = Some(class);
            }
        }
        self.html.push_str(token.text);
        self.html.push_str(token.space);
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
    }
}

fn tokens(html: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let end = if rest.starts_with('<') { end_of_tag(rest) } else { end_of_word(rest) };
        let (text, after) = rest.split_at(end);
        let (space, after) = after.split_at(after.len() - after.trim_start().len());
        // A picture is no container: it is shown as a word is.
        let is_tag = text.starts_with('<') && !text.starts_with("<img");
        tokens.push(Token { text, space, is_tag });
        rest = after;
    }
    tokens
}

/// Values of attributes may have angle brackets.
fn end_of_tag(html: &str) -> usize {
    let mut in_quotes = false;
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'>' if !in_quotes => return at + 1,
            _ => {}
        }
    }
    html.len()
}

fn end_of_word(html: &str) -> usize {
    let end = html.find(|character: char| character == '<' || character.is_whitespace()).unwrap_or(html.len());
    // What begins with space has no word before it.
    end.max(html.len() - html.trim_start().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn diff_of(old: &str, new: &str) -> String {
        diff(old, new, Instant::now() + Duration::from_secs(60))
    }

    #[test]
    fn words_that_came_and_went_are_marked() {
        assert_eq!(
            diff_of("<p>one two three</p>", "<p>one 2 three four</p>"),
            "<div><p>one <span class=\"highlight_text_inserted\">2 </span>\
             <span class=\"highlight_text_deleted\">two </span>\
             three <span class=\"highlight_text_inserted\">four</span></p></div>"
        );
        assert_eq!(diff_of("<p>same</p>", "<p>same</p>"), "<div><p>same</p></div>");
    }

    #[test]
    fn elements_are_those_of_the_new_rendering() {
        assert_eq!(
            diff_of("<ul>\n<li>gone</li>\n</ul>", "<p>come</p>"),
            "<div><p><span class=\"highlight_text_inserted\">come</span></p>\
             <span class=\"highlight_text_deleted\">gone</span></div>"
        );
        assert_eq!(
            diff_of(r#"<p><img alt="a>b" src="/1"></p>"#, r#"<p><img alt="a>b" src="/2"></p>"#),
            "<div><p><span class=\"highlight_text_inserted\"><img alt=\"a>b\" src=\"/2\"></span>\
             <span class=\"highlight_text_deleted\"><img alt=\"a>b\" src=\"/1\"></span></p></div>"
        );
    }

    #[test]
    fn tokens_are_the_whole_text() {
        for html in ["", " ", " a  b<p>", "<", "<a href=\"", "é <b>ö</b>\u{2003}x", "a<b", "<p>\n<p>"] {
            let joined: String = tokens(html).iter().flat_map(|token| [token.text, token.space]).collect();
            assert_eq!(joined, html);
        }
    }

    #[test]
    fn what_takes_too_long_is_still_answered() {
        let old: String = (0..20_000).map(|number| format!("{} ", number * 7 % 9_973)).collect();
        let new: String = (0..20_000).map(|number| format!("{} ", number * 11 % 9_967)).collect();
        let html = diff(&old, &new, Instant::now());
        assert!(html.contains("highlight_text_inserted"));
    }
}
