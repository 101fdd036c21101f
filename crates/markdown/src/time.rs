//! Global times: the text inside `<time:…>` to a moment in UTC.
//!
//! Invariant: the result is always `YYYY-MM-DDTHH:MM:SSZ`, which is what clients parse.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The moment `text` names, or `None` if it is not a time.
///
/// Accepts ISO 8601 with an offset; without one the time is taken as UTC. Seconds since 1970 are accepted too, as older
/// clients write them.
pub(crate) fn to_utc(text: &str) -> Option<String> {
    let text = text.trim();
    let timestamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| local(text))
        .or_else(|| text.parse::<i64>().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()))?;
    let utc = timestamp.to_zoned(TimeZone::UTC);
    (utc.year() >= 1).then(|| utc.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A date, or a date and a time, without an offset.
fn local(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let time = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from))?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |input: &str, expect: Option<&str>| assert_eq!(to_utc(input).as_deref(), expect, "{input}");
        check("2026-11-21T10:00:00Z", Some("2026-11-21T10:00:00Z"));
        check("2026-11-21T10:00:00+01:00", Some("2026-11-21T09:00:00Z"));
        check("2026-11-21T10:00-08:00", Some("2026-11-21T18:00:00Z"));
        check("2026-11-21 10:00", Some("2026-11-21T10:00:00Z"));
        check("2026-11-21T10:00:00.5Z", Some("2026-11-21T10:00:00Z"));
        check("2026-11-21", Some("2026-11-21T00:00:00Z"));
        check("1496009515", Some("2017-05-28T22:11:55Z"));
        check("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z"));
        check("-000001-01-01T00:00:00Z", None);
        check("tomorrow", None);
        check("2026-13-45", None);
        check("99999999999999999", None);
        check("", None);
    }
}
