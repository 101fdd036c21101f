//! Bare URLs, domains and email addresses.

use super::{Scanner, Token};

/// Longest part of an email address before the `@`, in bytes (RFC 5321, section 4.5.3.1.1).
const EMAIL_LOCAL_BYTES_MAX: usize = 64;

impl Scanner<'_, '_> {
    /// An address at a letter or digit.
    pub(super) fn address(&mut self) -> bool {
        if self.after_word() {
            return false;
        }
        let rest = self.rest();
        if let Some(length) = url_length(rest) {
            let text = rest[..length].to_owned();
            return self.token(Token::Link { href: text.clone(), text }, length);
        }
        let inside_address = self.previous().is_some_and(|c| matches!(c, '.' | '_' | '+' | '-'));
        if !inside_address && let Some(length) = email_length(rest) {
            let text = rest[..length].to_owned();
            return self.token(Token::Link { href: format!("mailto:{text}"), text }, length);
        }
        let stands_alone = self.previous().is_none_or(|c| c.is_whitespace() || "'\"(,:<".contains(c));
        if stands_alone && let Some(length) = bare_length(rest) {
            let text = rest[..length].to_owned();
            return self.token(Token::Link { href: format!("http://{text}"), text }, length);
        }
        false
    }

    /// A run of letters and digits that is no address.
    pub(super) fn word(&mut self) -> bool {
        let length = self.rest().bytes().take_while(u8::is_ascii_alphanumeric).count();
        self.copy(length);
        true
    }
}

/// How long the URL, or the address that starts with a domain, at the start of `rest` is.
pub(crate) fn address_length(rest: &str) -> Option<usize> {
    url_length(rest).or_else(|| bare_length(rest))
}

/// Endings of file names that are domains as well: what ends in them is more often a file.
const FILE_ENDINGS: [&str; 5] = ["java", "md", "mov", "py", "zip"];

/// How long the address without a scheme at the start of `rest` is, such as `zulip.com/help`: a name below a domain that
/// exists, perhaps with a path. After it only punctuation may follow.
fn bare_length(rest: &str) -> Option<usize> {
    let in_domain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') || !b.is_ascii();
    // Longer than any domain name: what goes on after that is none, and need not be looked at.
    let length = rest.bytes().take(256).take_while(|b| in_domain(*b)).count();
    let domain = rest.get(..length)?.trim_end_matches('.');
    let (labels, last) = domain.rsplit_once('.')?;
    let exists = || tld::exist(last) && !FILE_ENDINGS.contains(&last);
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    if !labels.split('.').all(is_label) || !exists() {
        return None;
    }
    let has_path = rest[domain.len()..].starts_with('/');
    let end = if has_path { address_end(rest, domain.len()) } else { domain.len() };
    let after = rest[end..].trim_start_matches(['!', ':', ';', '?', ')', ',', '.', '\'', '"', '>']);
    after.chars().next().is_none_or(char::is_whitespace).then_some(end)
}

/// How long the URL at the start of `rest` is.
fn url_length(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| starts_with_ignoring_case(rest, scheme))?;
    let end = address_end(rest, scheme.len());
    let host = rest.get(scheme.len()..end)?;
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[').then_some(end)
}

/// Where the address at the start of `rest` ends, of which `sure` bytes belong to it in any case: at a space, at what
/// cannot be in a URL, at an unopened closing bracket; and punctuation at its end belongs to the sentence.
fn address_end(rest: &str, sure: usize) -> usize {
    let mut open = [0_usize; 3];
    let mut end = rest.len();
    for (at, c) in rest[sure..].char_indices() {
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
            end = sure + at;
            break;
        }
    }
    rest[..end].trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '(', '[', '{']).len().max(sure)
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
    let end = local + 1 + domain.len();
    (is_domain(domain) && !rest[end..].starts_with('/')).then_some(end)
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
