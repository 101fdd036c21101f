//! Which link destinations are safe to make clickable.
//!
//! Invariant: whatever [`safe`] returns starts with one of the few prefixes listed here, so no other scheme
//! (`javascript:`, `data:`, …) can be followed from a message.

use crate::scan::is_domain;

/// Where a relative link may point: uploaded files, and places in the app.
const RELATIVE: [&str; 3] = ["/user_uploads/", "#narrow/", "/#narrow/"];
/// File name endings of images browsers show.
const IMAGE_ENDINGS: [&str; 10] =
    [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".heic", ".tiff", ".apng"];

/// The destination to write for a link to `destination`; `None` if the link must stay text.
pub(crate) fn safe(destination: &str) -> Option<String> {
    let destination = destination.trim();
    if destination.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let climbs = destination.split(['/', '?', '#']).any(dots);
    if RELATIVE.iter().any(|prefix| destination.starts_with(prefix)) {
        return (!climbs && !destination.contains('\\')).then(|| destination.to_owned());
    }
    let lower = destination.to_ascii_lowercase();
    let after_scheme = ["http://", "https://", "mailto:"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    if let Some(rest) = after_scheme {
        return rest.starts_with(|c: char| c.is_alphanumeric() || c == '[').then(|| destination.to_owned());
    }
    let host = destination.split(['/', '?', '#']).next().unwrap_or_default();
    is_domain(host).then(|| format!("http://{destination}"))
}

/// Whether `destination` is an image someone uploaded here.
pub(crate) fn is_uploaded_image(destination: &str) -> bool {
    let path = destination.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    path.starts_with("/user_uploads/") && IMAGE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations() {
        let check = |input: &str, expect: Option<&str>| assert_eq!(safe(input).as_deref(), expect, "{input}");
        check("https://zulip.com/a?b=c#d", Some("https://zulip.com/a?b=c#d"));
        check("HTTP://ZULIP.COM", Some("HTTP://ZULIP.COM"));
        check("http://[::1]/", Some("http://[::1]/"));
        check("mailto:a@b.com", Some("mailto:a@b.com"));
        check("zulip.com/a", Some("http://zulip.com/a"));
        check("/user_uploads/2/ab/x.png", Some("/user_uploads/2/ab/x.png"));
        check("#narrow/channel/9-a", Some("#narrow/channel/9-a"));
        check("/#narrow/channel/9-a", Some("/#narrow/channel/9-a"));
        check("/user_uploads/../api", None);
        check("/user_uploads/%2E./api", None);
        check("/user_uploads/a\\b", None);
        check("/api/v1/users", None);
        check("//evil.com", None);
        check("/\\evil.com", None);
        check("javascript:alert(1)", None);
        check("JaVaScRiPt:alert(1)", None);
        check(" javascript:alert(1)", None);
        check("java\nscript:alert(1)", None);
        check("data:text/html,x", None);
        check("vbscript:x", None);
        check("file:///etc/passwd", None);
        check("http://", None);
        check("https:///x", None);
        check("#", None);
        check("", None);
    }

    #[test]
    fn uploaded_images() {
        let check = |input: &str, expect: bool| assert_eq!(is_uploaded_image(input), expect, "{input}");
        check("/user_uploads/2/ab/x.png", true);
        check("/user_uploads/2/ab/X.JPG?size=1", true);
        check("/user_uploads/2/ab/x.pdf", false);
        check("https://example.com/x.png", false);
    }
}
