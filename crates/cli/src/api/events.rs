//! Follows an event queue: registers, polls, waits out failures, registers again where the queue is gone.

use super::{Api, Method};
use crate::failure::Failure;
use anyhow::{Result, anyhow};
use serde_json::{Map, Value, json};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Longest pause between two attempts to reach the server.
const PAUSE_MS_MAX: u64 = 30_000;

/// Everything a modern client can parse, so that events come in their newest form.
const CAPABILITIES: &[&str] = &[
    "notification_settings_null",
    "bulk_message_deletion",
    "user_avatar_url_field_optional",
    "stream_typing_notifications",
    "user_settings_object",
    "linkifier_url_template",
    "user_list_incomplete",
    "include_deactivated_groups",
    "archived_channels",
    "empty_topic_name",
    "simplified_presence_events",
];

/// What to follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Event types; all if empty.
    pub(crate) event_types: Vec<String>,
    /// Operators and operands that messages must match.
    pub(crate) narrow: Vec<(String, String)>,
    /// Also messages of public channels one is not subscribed to.
    pub(crate) all_public: bool,
}

/// What happens while following.
pub(crate) enum Happening<'a> {
    /// A queue was registered; the second time, events in between were missed.
    Registered { again: bool },
    /// Something is wrong; the next attempt is in so many milliseconds.
    Trouble(&'a anyhow::Error, u64),
    /// An event.
    Event(Map<String, Value>),
}

struct Queue {
    id: String,
    last_event_id: i64,
}

/// Follows until `on` breaks off, `stop` is set, or the server refuses for good.
pub(crate) fn follow(
    api: &Api,
    wanted: &Wanted,
    stop: &AtomicBool,
    mut on: impl FnMut(Happening<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (mut queue, mut again, mut failures) = (None, false, 0);
    while !stop.load(Ordering::SeqCst) {
        let step = match &mut queue {
            None => register(api, wanted).map(|registered| {
                queue = Some(registered);
                None
            }),
            Some(queue) => poll(api, queue).map(Some),
        };
        match step {
            Ok(None) => {
                failures = 0;
                if on(Happening::Registered { again })?.is_break() {
                    return Ok(());
                }
                again = true;
            }
            Ok(Some(events)) => {
                failures = 0;
                for event in events {
                    if on(Happening::Event(event))?.is_break() {
                        return Ok(());
                    }
                }
            }
            Err(_) if stop.load(Ordering::SeqCst) => return Ok(()),
            Err(error) => match next_step(&error, failures) {
                Next::Register => queue = None,
                Next::Wait(pause_ms) => {
                    failures += 1;
                    if on(Happening::Trouble(&error, pause_ms))?.is_break() {
                        return Ok(());
                    }
                    pause(pause_ms, stop);
                }
                Next::GiveUp => return Err(error),
            },
        }
    }
    Ok(())
}

enum Next {
    Register,
    Wait(u64),
    GiveUp,
}

fn next_step(error: &anyhow::Error, failures: u32) -> Next {
    match error.downcast_ref::<Failure>() {
        Some(Failure::Refused(refusal)) if refusal.code == "BAD_EVENT_QUEUE_ID" => Next::Register,
        Some(Failure::Refused(refusal)) => match refusal.retry_after {
            Some(secs) => {
                Next::Wait(Duration::try_from_secs_f64(secs).map_or(PAUSE_MS_MAX, |wait| wait.as_millis() as u64))
            }
            None if refusal.code.is_empty() => Next::Wait(backoff_ms(failures)),
            None => Next::GiveUp,
        },
        // Not reached, or something in between answered in its place.
        _ => Next::Wait(backoff_ms(failures)),
    }
}

/// Doubling from half a second, with jitter so that many clients do not come back at once.
fn backoff_ms(failures: u32) -> u64 {
    let most = (500_u64 << failures.min(10)).min(PAUSE_MS_MAX);
    rand::random_range(most / 2..=most)
}

fn pause(pause_ms: u64, stop: &AtomicBool) {
    const STEP_MS: u64 = 100;
    let mut left = pause_ms;
    while left > 0 && !stop.load(Ordering::SeqCst) {
        let step = left.min(STEP_MS);
        std::thread::sleep(Duration::from_millis(step));
        left -= step;
    }
}

fn register(api: &Api, wanted: &Wanted) -> Result<Queue> {
    let capabilities: Map<String, Value> = CAPABILITIES.iter().map(|name| ((*name).to_owned(), json!(true))).collect();
    let mut params = vec![
        ("fetch_event_types", "[]".to_owned()),
        ("slim_presence", "true".to_owned()),
        ("client_capabilities", Value::Object(capabilities).to_string()),
    ];
    if !wanted.event_types.is_empty() {
        params.push(("event_types", json!(wanted.event_types).to_string()));
    }
    if !wanted.narrow.is_empty() {
        params.push(("narrow", json!(wanted.narrow).to_string()));
    }
    if wanted.all_public {
        params.push(("all_public_streams", "true".to_owned()));
    }
    let answer = api.call(Method::Post, "/register", &params)?;
    let id = answer.get("queue_id").and_then(Value::as_str).map(str::to_owned);
    let last_event_id = answer.get("last_event_id").and_then(Value::as_i64);
    let (Some(id), Some(last_event_id)) = (id, last_event_id) else {
        return Err(anyhow!("the server registered no queue"));
    };
    Ok(Queue { id, last_event_id })
}

fn poll(api: &Api, queue: &mut Queue) -> Result<Vec<Map<String, Value>>> {
    let params = [("queue_id", queue.id.clone()), ("last_event_id", queue.last_event_id.to_string())];
    let mut answer = api.call(Method::Get, "/events", &params)?;
    let Some(Value::Array(events)) = answer.remove("events") else { return Ok(Vec::new()) };
    let mut wanted = Vec::with_capacity(events.len());
    for event in events {
        let Value::Object(event) = event else { continue };
        if let Some(id) = event.get("id").and_then(Value::as_i64) {
            queue.last_event_id = queue.last_event_id.max(id);
        }
        if event.get("type").and_then(Value::as_str) != Some("heartbeat") {
            wanted.push(event);
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Refusal;

    fn refused(code: &str, retry_after: Option<f64>) -> anyhow::Error {
        Failure::Refused(Refusal { code: code.to_owned(), text: String::new(), retry_after }).into()
    }

    #[test]
    fn what_follows_a_failure() {
        assert!(matches!(next_step(&refused("BAD_EVENT_QUEUE_ID", None), 0), Next::Register));
        assert!(matches!(next_step(&refused("RATE_LIMIT_HIT", Some(1.5)), 0), Next::Wait(1500)));
        assert!(matches!(next_step(&refused("UNAUTHORIZED", None), 0), Next::GiveUp));
        let unreachable = Failure::Unreachable(String::new()).into();
        for failures in 0..40 {
            let Next::Wait(pause) = next_step(&unreachable, failures) else { panic!("gave up") };
            assert!((250..=PAUSE_MS_MAX).contains(&pause));
        }
    }
}
