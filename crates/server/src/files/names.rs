//! Names and addresses of files, and their media types.

use rand::RngExt;

/// The part of a path that stands for the organization: a server has one.
const REALM: &str = "1";

/// Characters of the part of a path that nobody can guess: some 140 bits.
const SECRET_CHARS: usize = 24;

/// Characters of a name.
const NAME_CHARS_MAX: usize = 100;

/// Where a new file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is stored under.
    pub key: String,
    /// The folder of its address, below `/user_uploads/`.
    pub folder: String,
}

/// A name that nobody can guess.
#[must_use]
pub fn new_name() -> String {
    let mut rng = rand::rng();
    (0..SECRET_CHARS).map(|_| char::from(rng.sample(rand::distr::Alphanumeric))).collect()
}

/// A new place of files, which nobody can guess.
#[must_use]
pub fn new_place() -> Place {
    let secret = new_name();
    let mut rng = rand::rng();
    let shelf = format!("{:02x}", rng.random::<u8>());
    Place { key: format!("uploads/{shelf}/{secret}"), folder: format!("{REALM}/{shelf}/{secret}") }
}

/// Where a thumbnail of a file is stored.
#[must_use]
pub fn thumbnail_key(key: &str, format: &str) -> String {
    format!("thumbnails/{}/{format}", key.strip_prefix("uploads/").unwrap_or(key))
}

/// The name as people see it: without folders and characters that cannot be shown.
#[must_use]
pub fn shown_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = base.chars().filter(|c| !c.is_control()).collect();
    let kept = kept.trim();
    if kept.is_empty() || kept == "." || kept == ".." {
        return "uploaded-file".to_owned();
    }
    shortened(kept)
}

/// As an address has it: letters, digits, and what means nothing in addresses or messages.
#[must_use]
pub fn address_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            c if c.is_alphanumeric() || "._-".contains(c) => out.push(c),
            c if c.is_whitespace() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    let out = out.trim_start_matches('.');
    if out.chars().any(char::is_alphanumeric) { shortened(out) } else { "file".to_owned() }
}

/// The beginning of a name, with its ending.
fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).filter(|ending| ending.len() <= 12);
    let ending = ending.unwrap_or_default();
    name.chars().take(NAME_CHARS_MAX - ending.chars().count()).chain(ending.chars()).collect()
}

/// The media type: what the client says, or what the name says where the client says nothing.
#[must_use]
pub fn content_type(declared: Option<&str>, name: &str) -> String {
    let declared =
        declared.and_then(|declared| declared.split(';').next()).map(|essence| essence.trim().to_lowercase());
    let is_type = |text: &String| {
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._!#$&^".contains(&b))
        };
        text.len() <= 100 && text.split_once('/').is_some_and(|(kind, rest)| part(kind) && part(rest))
    };
    let declared = declared.filter(is_type).filter(|essence| essence != "application/octet-stream");
    declared.unwrap_or_else(|| mime_guess::from_path(name).first_or_octet_stream().essence_str().to_owned())
}

/// Types that browsers show and that cannot run anything; everything else is only for saving.
const SHOWN: &[&str] = &[
    "application/pdf",
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "audio/x-wav",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/webm",
];

/// As what a file is served, and whether browsers may show it.
#[must_use]
pub fn served_as(content_type: &str) -> (&'static str, bool) {
    match SHOWN.iter().find(|shown| **shown == content_type) {
        Some(&"text/plain") => ("text/plain; charset=utf-8", true),
        Some(shown) => (shown, true),
        None => ("application/octet-stream", false),
    }
}

/// The header that says what to do with a file, and its name (RFC 6266).
#[must_use]
pub fn disposition(inline: bool, name: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    /// RFC 5987 leaves these as they are.
    const OTHERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, OTHERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_is_dangerous() {
        let check = |name: &str, shown: &str, address: &str| {
            assert_eq!(
                (shown_name(name).as_str(), address_name(&shown_name(name)).as_str()),
                (shown, address),
                "{name}"
            );
        };
        check("zulip.txt", "zulip.txt", "zulip.txt");
        check("../../etc/passwd", "passwd", "passwd");
        check("C:\\a\\b c.txt", "b c.txt", "b-c.txt");
        check("..", "uploaded-file", "uploaded-file");
        check(".htaccess", ".htaccess", "htaccess");
        check("", "uploaded-file", "uploaded-file");
        check("a\0\nb (1)[x]?.png", "ab (1)[x]?.png", "ab-1x.png");
        check("Übung 日本.pdf", "Übung 日本.pdf", "Übung-日本.pdf");
        check("***", "***", "file");
        let long = format!("{}.png", "x".repeat(300));
        assert_eq!(address_name(&long).len(), 100);
        assert!(address_name(&long).ends_with("x.png"));
    }

    #[test]
    fn types_come_from_the_client_or_the_name() {
        let check = |declared: Option<&str>, name: &str, expect: &str| assert_eq!(content_type(declared, name), expect);
        check(Some("Image/PNG; x=y"), "a.txt", "image/png");
        check(Some("application/octet-stream"), "a.mp4", "video/mp4");
        check(None, "a.pdf", "application/pdf");
        check(None, "a", "application/octet-stream");
        check(Some("text/html\r\nx: y"), "a.txt", "text/plain");
        check(Some("nonsense"), "a.unknown-ending", "application/octet-stream");
    }

    #[test]
    fn nothing_is_served_that_browsers_run() {
        for content_type in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/javascript", ""] {
            assert_eq!(served_as(content_type), ("application/octet-stream", false), "{content_type}");
        }
        assert_eq!(served_as("text/plain"), ("text/plain; charset=utf-8", true));
        assert_eq!(served_as("image/png"), ("image/png", true));
    }

    #[test]
    fn names_in_headers_are_quoted() {
        let text = disposition(false, "Ü \"x\"\\.txt");
        assert_eq!(text, "attachment; filename=\"___x__.txt\"; filename*=UTF-8''%C3%9C%20%22x%22%5C.txt");
        assert!(disposition(true, "a.png").starts_with("inline; filename=\"a.png\";"));
    }
}
