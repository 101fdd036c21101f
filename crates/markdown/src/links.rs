//! Which link destinations are safe to make clickable.
//!
//! Invariant: whatever [`safe`] returns starts with one of the few prefixes listed here, so no other scheme
//! (`javascript:`, `data:`, …) can be followed from a message.

use crate::scan::is_domain;

/// Where a relative link may point: uploaded files, and places in the app.
const RELATIVE: [&str; 3] = ["/user_uploads/", "#", "/#"];
/// Below this are uploaded files.
const UPLOADS: &str = "/user_uploads/";

/// As [`safe`], and relative where it leads to a place in the app or an uploaded file of the realm at `realm_url`.
pub(crate) fn safe_in(realm_url: &str, destination: &str) -> Option<String> {
    let below = destination.trim().strip_prefix(realm_url).filter(|_| !realm_url.is_empty());
    let relative = below.filter(|rest| rest.starts_with("/#") || rest.starts_with(UPLOADS));
    let relative = relative.map(|rest| rest.strip_prefix('/').filter(|rest| rest.starts_with('#')).unwrap_or(rest));
    relative.and_then(safe).or_else(|| safe(destination))
}

/// The path below `/user_uploads/` that `href`, which [`safe`] has passed, leads to.
pub(crate) fn upload_path(href: &str) -> Option<&str> {
    href.strip_prefix(UPLOADS)?.split(['?', '#']).next().filter(|path| !path.is_empty())
}

/// The destination to write for a link to `destination`; `None` if the link must stay text.
pub(crate) fn safe(destination: &str) -> Option<String> {
    let destination = destination.trim();
    if destination.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let climbs = destination.split(['/', '?', '#']).any(dots);
    if RELATIVE.iter().any(|prefix| destination.len() > prefix.len() && destination.starts_with(prefix)) {
        return (!climbs && !destination.contains('\\')).then(|| destination.to_owned());
    }
    let lower = destination.to_ascii_lowercase();
    let after_scheme = ["http://", "https://", "mailto:"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    if let Some(rest) = after_scheme {
        return rest.starts_with(|c: char| c.is_alphanumeric() || c == '[').then(|| destination.to_owned());
    }
    let number = ["tel:", "sms:"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    if let Some(number) = number {
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b"+-.()*#".contains(&b));
        return is_number.then(|| destination.to_owned());
    }
    let host = destination.split(['/', '?', '#']).next().unwrap_or_default();
    is_domain(host).then(|| format!("http://{destination}"))
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
        check("tel:+1-415-555-1234", Some("tel:+1-415-555-1234"));
        check("sms:14155551234", Some("sms:14155551234"));
        check("tel:javascript", None);
        check("tel:", None);
        check("zulip.com/a", Some("http://zulip.com/a"));
        check("/user_uploads/2/ab/x.png", Some("/user_uploads/2/ab/x.png"));
        check("#narrow/channel/9-a", Some("#narrow/channel/9-a"));
        check("/#narrow/channel/9-a", Some("/#narrow/channel/9-a"));
        check("#settings", Some("#settings"));
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
    fn links_into_the_realm_are_relative() {
        let check = |input: &str, expect: Option<&str>| {
            assert_eq!(safe_in("https://chat.example.com", input).as_deref(), expect, "{input}");
        };
        check("https://chat.example.com/#narrow/channel/9-a", Some("#narrow/channel/9-a"));
        check("https://chat.example.com/user_uploads/2/ab/x.png", Some("/user_uploads/2/ab/x.png"));
        check("https://chat.example.com/user_uploads/../x", Some("https://chat.example.com/user_uploads/../x"));
        check("https://chat.example.com/help/", Some("https://chat.example.com/help/"));
        check("https://chat.example.com.evil.com/#narrow/x", Some("https://chat.example.com.evil.com/#narrow/x"));
        check("https://chat.example.com/#channels/all", Some("#channels/all"));
        check("https://chat.example.com/#", Some("https://chat.example.com/#"));
        assert_eq!(safe_in("", "/#narrow/x").as_deref(), Some("/#narrow/x"));
    }

    #[test]
    fn uploads() {
        let check = |input: &str, expect: Option<&str>| assert_eq!(upload_path(input), expect, "{input}");
        check("/user_uploads/2/ab/x.png", Some("2/ab/x.png"));
        check("/user_uploads/2/ab/X.JPG?size=1#x", Some("2/ab/X.JPG"));
        check("/user_uploads/", None);
        check("https://example.com/user_uploads/x.png", None);
    }
}
