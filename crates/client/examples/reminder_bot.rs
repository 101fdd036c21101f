//! Told `remind 90 the soup` in a direct message, it answers `Reminder: the soup` after 90 seconds. It can be killed and
//! started again at any time: no request is lost, and none is honored twice.
//!
//! `ZULIP_CONFIG=./bot-zuliprc cargo run -p tidings-client --example reminder_bot ./folder`
//!
//! A request may come twice if the bot is killed at the wrong moment (see [`tidings_client::resume`]). So what it causes
//! is keyed by the message's id: the second time changes nothing.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tidings_client::types::events::message::MessageEvent;
use tidings_client::types::message::DisplayRecipient;
use tidings_client::{BoxError, Client, Event, EventOptions, Item, Method, StateFile};

/// When to say what to whom.
#[derive(Serialize, Deserialize)]
struct Reminder {
    at: u64,
    user: u32,
    text: String,
}

/// All open reminders by the message that asked for them, and the newest message that was looked at.
#[derive(Default, Serialize, Deserialize)]
struct Reminders {
    newest: u32,
    open: BTreeMap<u32, Reminder>,
}

impl Reminders {
    fn load(path: &Path) -> Result<Self, BoxError> {
        match std::fs::read(path) {
            Ok(json) => Ok(serde_json::from_slice(&json)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    fn save(&self, path: &Path) -> Result<(), BoxError> {
        let new = path.with_extension("new");
        let file = std::fs::File::create(&new)?;
        serde_json::to_writer(&file, self)?;
        file.sync_all()?;
        Ok(std::fs::rename(new, path)?)
    }

    fn take_in(&mut self, event: &MessageEvent) {
        let message = &event.message;
        // Ids increase: what is not newer was looked at before.
        if message.id.0 <= self.newest || !matches!(message.display_recipient, DisplayRecipient::Users(_)) {
            return;
        }
        self.newest = message.id.0;
        let mut words = message.content.splitn(3, ' ');
        if let (Some("remind"), Some(secs), Some(text)) = (words.next(), words.next(), words.next())
            && let Ok(secs) = secs.parse::<u64>()
        {
            let at = now().saturating_add(secs);
            self.open.insert(message.id.0, Reminder { at, user: message.sender_id.0, text: text.to_owned() });
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "reminders are for people, who go by the wall clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

async fn remind(client: &Client, reminder: &Reminder) -> Result<(), BoxError> {
    let content = format!("Reminder: {}", reminder.text);
    let params = serde_json::json!({"type": "direct", "to": [reminder.user], "content": content});
    client.call(Method::Post, "/messages", params).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("name a folder for the bot's files")?.into();
    let path = folder.join("reminders.json");
    let mut reminders = Reminders::load(&path)?;
    let client = Client::from_env()?;
    let position = StateFile::open(folder.join("position.json"))?;
    let mut events = client.events(EventOptions::new().event_types(["message"]).resume(position));
    loop {
        let due =
            reminders.open.iter().min_by_key(|(_, reminder)| reminder.at).map(|(id, reminder)| (*id, reminder.at));
        let wait = Duration::from_secs(due.map_or(3600, |(_, at)| at.saturating_sub(now())));
        // Giving up a wait for the next item loses nothing.
        tokio::select! {
            item = events.next() => match item.ok_or("the events have ended")?? {
                Item::Event(event) => {
                    if let Event::Message(message) = &event.event {
                        reminders.take_in(message);
                        reminders.save(&path)?;
                    }
                }
                Item::Reset { reason, .. } if reason.events_missed() => eprintln!("Some requests may have been missed."),
                Item::Trouble { error, .. } => eprintln!("{error}"),
                _ => {}
            },
            () = tokio::time::sleep(wait) => {
                if let Some((id, _)) = due.filter(|(_, at)| *at <= now())
                    && let Some(reminder) = reminders.open.get(&id)
                {
                    remind(&client, reminder).await?;
                    reminders.open.remove(&id);
                    reminders.save(&path)?;
                }
            }
        }
    }
}
