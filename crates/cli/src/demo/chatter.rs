//! The bot that writes every few seconds, so that there is something to see.

use super::cast::{CAST, Place};
use crate::api::{Api, Method};
use anyhow::{Context, Result};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What it says, in turn.
const LINES: &[(Place, &str)] = &[
    (Place::Topic("Denmark", "castle"), "Ten o'clock, and all is well."),
    (Place::Topic("general", "news"), "A ship has been sighted :sailboat:"),
    (Place::Topic("Denmark", "weather"), "It will be **cold** on the battlements tonight, with *fog*."),
    (Place::Topic("Venice", "market"), "| goods | price |\n|---|---|\n| silk | 12 |\n| pepper | 7 |"),
    (Place::Topic("general", "code"), "```python\nclient.call_on_each_event(lambda event: print(event))\n```"),
    (Place::Topic("Denmark", "castle"), "@**King Hamlet** somebody asks for you at the gate."),
    (
        Place::Topic("general", "news"),
        "> A ship has been sighted\n\nIt was a whale. See https://en.wikipedia.org/wiki/Whale",
    ),
    (Place::Topic("Venice", "rumors"), "/me has heard nothing, and says no more"),
    (Place::Topic("general", "lists"), "1. Wake\n2. Cry the hour\n3. Sleep"),
    (Place::Direct(0), "Your events arrive: this one is a direct message."),
];

/// Sends one message; returns its id.
pub(super) fn say(api: &Api, place: Place, text: &str) -> Result<u64> {
    let mut params = match place {
        Place::Topic(channel, topic) => {
            vec![("type", "channel".to_owned()), ("to", json!(channel).to_string()), ("topic", topic.to_owned())]
        }
        Place::Direct(person) => {
            vec![("type", "direct".to_owned()), ("to", json!([CAST[person].email()]).to_string())]
        }
    };
    params.push(("content", text.to_owned()));
    let answer = api.call(Method::Post, "/messages", &params)?;
    answer.get("id").and_then(serde_json::Value::as_u64).context("the answer has no id")
}

/// Adds a reaction to a message.
fn react(api: &Api, message: u64, emoji_name: &str) -> Result<()> {
    let path = format!("/messages/{message}/reactions");
    api.call(Method::Post, &path, &[("emoji_name", emoji_name.to_owned())])?;
    Ok(())
}

/// Writes until `stop` is set; now and then with a reaction, which is an event of another type.
pub(super) fn write(api: &Api, pause: Duration, stop: &AtomicBool) {
    for (at, (place, text)) in LINES.iter().cycle().enumerate() {
        if sleep(pause, stop) {
            return;
        }
        let written = say(api, *place, text).and_then(|id| if at % 3 == 1 { react(api, id, "tada") } else { Ok(()) });
        if let Err(error) = written
            && !stop.load(Ordering::SeqCst)
        {
            tracing::warn!("the demo's bot could not write: {error:#}");
        }
    }
}

/// Sleeps in short steps; true if it is time to stop.
fn sleep(pause: Duration, stop: &AtomicBool) -> bool {
    const STEP: Duration = Duration::from_millis(100);
    let mut left = pause;
    while !stop.load(Ordering::SeqCst) {
        if left.is_zero() {
            return false;
        }
        let step = left.min(STEP);
        std::thread::sleep(step);
        left -= step;
    }
    true
}
