//! Bare URLs and email addresses.

use super::{Scanner, Token};

/// Longest part of an email address before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
const EMAIL_LOCAL_BYTES_MAX: usize = 64;

impl Scanner<'_, '_> {
    /// At a letter or digit: an address, or a run of letters and digits to copy.
    pub(super) fn word(&mut self) -> bool {
        let rest = self.rest();
        if !self.after_word() {
            if let Some(length) = url_length(rest) {
                let text = rest[..length].to_owned();
                return self.token(Token::Link { href: text.clone(), text }, length);
            }
            let inside_address = self.previous().is_some_and(|c| matches!(c, '.' | '_' | '+' | '-'));
            if !inside_address && let Some(length) = email_length(rest) {
                let text = rest[..length].to_owned();
                return self.token(Token::Link { href: format!("mailto:{text}"), text }, length);
            }
        }
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        self.copy(length);
        true
    }
}

/// How long the URL at the start of `rest` is. It ends at a space, at what cannot be in a URL, at an unopened closing
/// bracket; and punctuation at its end belongs to the sentence.
fn url_length(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| starts_with_ignoring_case(rest, scheme))?;
    let mut open = [0_usize; 3];
    let mut end = rest.len();
    for (at, c) in rest.char_indices().skip(scheme.len()) {
        let ends = match c {
            '(' | '[' | '{' => {
                open[bracket(c)] += 1;
                false
            }
            ')' | ']' | '}' => match open[bracket(c)].checked_sub(1) {
                Some(less) => {
                    open[bracket(c)] = less;
                    false
                }
                None => true,
            },
            '<' | '>' | '"' | '`' | '|' | '\\' | '^' => true,
            _ => c.is_whitespace() || c.is_control() || super::is_reserved(c),
        };
        if ends {
            end = at;
            break;
        }
    }
    let url = rest[..end].trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '(', '[', '{']);
    let host = url.get(scheme.len()..)?;
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[').then_some(url.len())
}

fn bracket(c: char) -> usize {
    match c {
        '(' | ')' => 0,
        '[' | ']' => 1,
        _ => 2,
    }
}

/// How long the email address at the start of `rest` is.
fn email_length(rest: &str) -> Option<usize> {
    let is_local = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-');
    let local = rest.bytes().take(EMAIL_LOCAL_BYTES_MAX + 1).take_while(|&b| is_local(b)).count();
    if local > EMAIL_LOCAL_BYTES_MAX {
        return None;
    }
    let domain = rest[local..].strip_prefix('@')?;
    let length =
        domain.bytes().take(255).take_while(|&b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
    let domain = domain[..length].trim_end_matches(['.', '-']);
    is_domain(domain).then_some(local + 1 + domain.len())
}

/// Whether `text` is a name such as `zulip.com`: labels with dots between them, the last one of letters.
pub(crate) fn is_domain(text: &str) -> bool {
    let Some((labels, last)) = text.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) && labels.split('.').all(is_label)
}

/// Whether `text` starts with the ASCII `prefix` in any case.
fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
