//! What each code of an error means, and what a program does about it.

use crate::ErrorCode;
use crate::prose::inline;
use maud::{Markup, html};

/// What to do about an error: whether to send the same request again, and after how long.
struct Advice {
    again: &'static str,
    wait: &'static str,
}

const GROWING: &str = "1 s, then twice as long each time, up to 30 s";

fn advice(error: &ErrorCode) -> Advice {
    let (again, wait) = match (error.code.as_str(), error.status) {
        ("RATE_LIMIT_HIT", _) => ("Yes.", "The seconds in `retry-after`"),
        ("BAD_EVENT_QUEUE_ID", _) => ("No: [register](/api/register-queue) a new queue.", "Not at all"),
        ("EVENT_QUEUE_SUPERSEDED", _) => ("No: whoever came last reads the queue. Register one of your own.", "–"),
        ("SERVER_NOT_READY", _) => ("Yes.", GROWING),
        ("REQUEST_TIMEOUT", _) => ("Yes, if it changes nothing; else look first whether it was done.", GROWING),
        ("EXPECTATION_MISMATCH", _) => ("After you have read the message again.", "Not at all"),
        ("REACTION_ALREADY_EXISTS" | "REACTION_DOES_NOT_EXIST", _) => ("No: it is as you want it.", "–"),
        ("CHANNEL_ALREADY_EXISTS", _) => ("No: [subscribe](/api/subscribe) to it.", "–"),
        ("REQUEST_VARIABLE_MISSING", _) => ("No: with the argument in `var_name`.", "–"),
        ("USER_DEACTIVATED", _) => ("No: an administrator has to reactivate the account.", "–"),
        (_, 401) => ("No: with other credentials.", "–"),
        (_, 403) => ("No: the account may not do this.", "–"),
        (_, 404) => ("No: it is not there, or not for this account.", "–"),
        (_, 405) => ("No: with one of `allowed_methods`.", "–"),
        (_, 413) => ("No: with less in it.", "–"),
        (_, 500..) => ("Yes, if it changes nothing; else look first whether it was done.", GROWING),
        _ => ("No: with another request.", "–"),
    };
    Advice { again, wait }
}

/// The table of all codes.
pub(crate) fn table(errors: &[ErrorCode]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Codes of errors" {
            table.errors {
                thead { tr { th { "Code" } th { "Status" } th { "Cause" } th { "Send it again?" } th { "Wait" } } }
                tbody { @for error in errors { (row(error)) } }
            }
        }
    }
}

fn row(error: &ErrorCode) -> Markup {
    let Advice { again, wait } = advice(error);
    html! {
        tr id=[(!error.code.is_empty()).then(|| format!("{}-{}", error.code, error.status))] {
            td { @if error.code.is_empty() { "none" } @else { code { (error.code) } } }
            td { (error.status) }
            td { (inline(&error.doc)) }
            td { (inline(again)) }
            td { (inline(wait)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_advice_that_fits_it() {
        for (code, status, again, wait) in [
            ("RATE_LIMIT_HIT", 429, "Yes", "retry-after"),
            ("BAD_EVENT_QUEUE_ID", 400, "register", "Not at all"),
            ("SERVER_NOT_READY", 503, "Yes", "twice as long"),
            ("", 500, "look first", "twice as long"),
            ("UNAUTHORIZED", 401, "credentials", "–"),
            ("SOMETHING_NEW", 400, "another request", "–"),
        ] {
            let advice = advice(&ErrorCode { code: code.to_owned(), status, doc: String::new() });
            assert!(advice.again.contains(again) && advice.wait.contains(wait), "{code} {status}");
        }
    }
}
