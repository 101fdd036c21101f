//! The bot that writes every few seconds, so that there is something to see.

use super::cast::{CAST, Place};
use anyhow::{Context, Result};
use serde_json::json;
use std::time::Duration;
use tidings_client::{Client, Method, Params};

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
pub(super) async fn say(client: &Client, place: Place, text: &str) -> Result<u64> {
    let params = match place {
        Place::Topic(channel, topic) => json!({"type": "channel", "to": json!(channel).to_string(), "topic": topic}),
        Place::Direct(person) => json!({"type": "direct", "to": [CAST[person].email()]}),
    };
    let params = Params::from(params).with("content", text);
    let answer = client.call(Method::Post, "/messages", params).await?;
    answer.get("id").and_then(serde_json::Value::as_u64).context("the answer has no id")
}

/// Adds a reaction to a message.
async fn react(client: &Client, message: u64, emoji_name: &str) -> Result<()> {
    let path = format!("/messages/{message}/reactions");
    client.call(Method::Post, &path, [("emoji_name", emoji_name)]).await?;
    Ok(())
}

/// Writes for ever; now and then with a reaction, which is an event of another type.
pub(super) async fn write(client: Client, pause: Duration) {
    for (at, (place, text)) in LINES.iter().cycle().enumerate() {
        tokio::time::sleep(pause).await;
        let written = async {
            let id = say(&client, *place, text).await?;
            if at % 3 == 1 { react(&client, id, "tada").await } else { Ok(()) }
        };
        if let Err(error) = written.await {
            tracing::warn!("the demo's bot could not write: {error:#}");
        }
    }
}
