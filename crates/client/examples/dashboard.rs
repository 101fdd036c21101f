//! One line whenever something changes: how many people there are, how many are active, and what is unread where.
//!
//! `cargo run -p tidings-client --example dashboard`

use tidings_client::{BoxError, Client, EventOptions, Item, State};

/// The parts of the state that are shown; their events keep them current.
const PARTS: [&str; 4] = ["realm_user", "subscription", "message", "update_message_flags"];

/// As well the events that change unread messages.
const EVENTS: [&str; 7] =
    ["realm_user", "subscription", "stream", "message", "update_message", "delete_message", "update_message_flags"];

fn line(state: &State) -> String {
    let unread = state.unread();
    let topics = unread.streams.iter().map(|unread| {
        let channel = state.subscription(unread.stream_id).map_or_else(|| "?".into(), |sub| sub.channel.name);
        format!("#{channel} > {}: {}", unread.topic, unread.unread_message_ids.len())
    });
    let direct = unread.pms.iter().map(|unread| {
        let name = state.user(unread.other_user_id).map_or_else(|| "?".into(), |user| user.full_name);
        format!("{name}: {}", unread.unread_message_ids.len())
    });
    let places: Vec<String> = topics.chain(direct).collect();
    let (users, channels) = (state.users().count(), state.subscriptions().count());
    format!("{users} users, {channels} channels, {} unread [{}]", unread.count, places.join(", "))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let client = Client::from_env()?;
    let mut events = client.events(EventOptions::new().event_types(EVENTS).fetch(PARTS));
    let mut state = State::default();
    let mut shown = String::new();
    while let Some(item) = events.next().await {
        match item? {
            Item::Reset { registered, .. } => state = registered.state(),
            Item::Event(event) => state.apply(&event),
            Item::Trouble { error, .. } => eprintln!("{error}"),
            _ => {}
        }
        let line = line(&state);
        if line != shown {
            println!("{line}");
            shown = line;
        }
    }
    Ok(())
}
