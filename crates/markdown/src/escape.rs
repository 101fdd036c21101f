//! Escaping: for HTML text, for HTML attributes, for code, and for the fragment of a narrow URL.
//!
//! Neighbors: [`crate::html`] and [`crate::elements`]. Invariant: text from a message enters the output only through a
//! function of this file.

/// Appends `text` for element content. Quotes stay as they are, as in Zulip's HTML.
pub(crate) fn push_text(out: &mut String, text: &str) {
    text.chars().for_each(|c| push_text_char(out, c));
}

/// Appends one character for element content.
pub(crate) fn push_text_char(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        _ => out.push(c),
    }
}

/// Appends `text` for a double-quoted attribute.
pub(crate) fn push_attribute(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            _ => push_text_char(out, c),
        }
    }
}

/// Appends `text` for the inside of a code block, where both quotes are escaped too.
pub(crate) fn push_code(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => push_text_char(out, c),
        }
    }
}

/// Zulip's encoding of names in a URL fragment: percent-encoding of everything but letters, digits, `_`, `~` and `-`,
/// with `.` in the place of `%`. The result needs no further escaping.
pub(crate) fn encode_hash(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'-') {
            out.push(char::from(byte));
        } else {
            out.push('.');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// The part of a narrow URL that names a channel: the id, and the name for people to read.
pub(crate) fn channel_slug(id: u32, name: &str) -> String {
    format!("{id}-{}", encode_hash(&name.replace(' ', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_encoding() {
        let check = |input: &str, expect: &str| assert_eq!(encode_hash(input), expect, "{input}");
        check("design", "design");
        check("Zulip updates", "Zulip.20updates");
        check("v2.0", "v2.2E0");
        check("a/b?c#d&e", "a.2Fb.3Fc.23d.26e");
        check("100%", "100.25");
        check("é", ".C3.A9");
        check("(no topic)", ".28no.20topic.29");
        check("\"><script>", ".22.3E.3Cscript.3E");
        check("_~-", "_~-");
        check("", "");
    }

    #[test]
    fn slugs() {
        assert_eq!(channel_slug(9, "announce"), "9-announce");
        assert_eq!(channel_slug(9, "web app (beta)"), "9-web-app-.28beta.29");
    }
}
