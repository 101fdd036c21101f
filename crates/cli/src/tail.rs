//! `tidings tail`.

use crate::api;
use crate::args::TailArgs;
use crate::output::{self, Format};
use anyhow::Result;
use serde_json::{Map, Value};
use tidings_client::{Client, EventOptions, Item};

/// Prints events until Ctrl-C, or as many as asked for.
pub(crate) fn tail(args: &TailArgs, format: Format) -> Result<()> {
    let client = api::client(&args.account)?;
    let mut options = EventOptions::new();
    if !args.event_types.is_empty() {
        options = options.event_types(&args.event_types);
    }
    if !args.narrow.is_empty() {
        options = options.narrow(args.narrow.iter().cloned());
    }
    if args.all_public {
        options = options.all_public_streams(true);
    }
    if args.count == Some(0) {
        return Ok(());
    }
    api::wait(follow(&client, options, args.count, format))
}

async fn follow(client: &Client, options: EventOptions, mut left: Option<u64>, format: Format) -> Result<()> {
    let mut events = client.events(options);
    while let Some(item) = events.next().await {
        match item? {
            Item::Reset { reason, .. } if reason.events_missed() => {
                anstream::eprintln!("The queue was gone and is registered anew; events in between are not shown.");
            }
            Item::Reset { .. } => anstream::eprintln!("Waiting for events; Ctrl-C ends."),
            Item::Trouble { error, retry_in } => {
                anstream::eprintln!("{error}; trying again in {:.1} s", retry_in.as_secs_f64());
            }
            Item::Event(event) => {
                print(event.raw(), format)?;
                left = left.map(|count| count - 1);
            }
            _ => {}
        }
        if left == Some(0) {
            // It would expire by itself.
            let _ = events.close().await;
            break;
        }
    }
    Ok(())
}

/// Shows an event on stdout.
pub(crate) fn print(event: &Map<String, Value>, format: Format) -> Result<()> {
    match format {
        Format::Json => output::line(&serde_json::to_string(event)?),
        Format::Human => output::line(&describe(event)),
    }
}

/// An event on one line, for people.
fn describe(event: &Map<String, Value>) -> String {
    let text = |object: &Map<String, Value>, name: &str| {
        object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if let Some(Value::Object(message)) = event.get("message").filter(|_| text(event, "type") == "message") {
        let content = text(message, "content").replace('\n', " ⏎ ");
        return printable(&format!("{}  {}: {content}", place(message), text(message, "sender_full_name")));
    }
    let kind = match text(event, "op") {
        op if op.is_empty() => text(event, "type"),
        op => format!("{}/{op}", text(event, "type")),
    };
    let rest = event.iter().filter(|(name, _)| !matches!(name.as_str(), "type" | "op" | "id"));
    let rest: Map<String, Value> = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
    printable(&format!("{kind}  {}", Value::Object(rest)))
}

fn place(message: &Map<String, Value>) -> String {
    match message.get("display_recipient") {
        Some(Value::String(channel)) => {
            let topic = message.get("subject").and_then(Value::as_str).unwrap_or_default();
            format!("#{channel} > {}", if topic.is_empty() { "(no topic)" } else { topic })
        }
        Some(Value::Array(users)) => {
            let names = users.iter().filter_map(|user| user.get("full_name").and_then(Value::as_str));
            names.collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

/// Others must not be able to steer our terminal.
fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(event: Value) -> String {
        describe(event.as_object().unwrap())
    }

    #[test]
    fn events_are_one_line_each() {
        let message = json!({"type": "message", "id": 1, "message": {
            "display_recipient": "Denmark", "subject": "castle", "sender_full_name": "Hamlet", "content": "a\nb\u{1b}[2J",
        }});
        assert_eq!(line(message), "#Denmark > castle  Hamlet: a ⏎ b\u{fffd}[2J");
        let direct = json!({"type": "message", "id": 1, "message": {
            "display_recipient": [{"full_name": "A"}, {"full_name": "B"}], "sender_full_name": "A", "content": "hi",
        }});
        assert_eq!(line(direct), "A, B  A: hi");
        let other = json!({"type": "typing", "op": "start", "id": 9, "x": 1});
        assert_eq!(line(other), r#"typing/start  {"x":1}"#);
    }
}
