//! What people have the server send later: scheduled messages and reminders. What is past its time goes the way of what
//! was due while a server was stopped, but for messages that are long past it: an old archive, or a copy to try something
//! with, does not write in people's names.

use super::ids::To;
use super::reader::Row;
use super::{Import, ImportError, cut, tidy};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tidings_core::change::Change;
use tidings_core::commands::send::{check_content, check_topic};
use tidings_core::directory::SeenBy;
use tidings_core::limits;
use tidings_core::state::prepared::{Later, LaterRow, LaterTo};
use tidings_core::state::users::UserRow;
use tidings_types::{PreparedId, UserId};

/// A reminder, as other servers number it.
const REMIND: i64 = 2;

/// Messages that should have been sent so long ago are not sent any more.
const STALE_SECS: i64 = 86_400;

/// What is known of those that are taken over.
#[derive(Default)]
struct Seen {
    ids: HashSet<u32>,
    counts: HashMap<UserId, usize>,
}

impl Import<'_> {
    pub(super) fn later(&mut self) -> Result<(), ImportError> {
        let mut seen = Seen::default();
        self.realm_file().each(&["zerver_scheduledmessage"], |_, row| {
            // Elsewhere those that were sent are kept.
            if row.flag("delivered", false)? {
                return Ok(());
            }
            let Some(user) = self.account(row, "sender")? else { return Ok(()) };
            let id = row.id("id")?;
            if !seen.ids.insert(id) {
                return Err(row.wrong("its id is there twice"));
            }
            let count = seen.counts.entry(user).or_default();
            *count += 1;
            if *count > limits::LATER_MAX {
                self.note("scheduled messages and reminders of people who have more than people can");
                return Ok(());
            }
            self.one_later(row, PreparedId(id.into()), user)
        })
    }

    fn one_later(&mut self, row: &Row, id: PreparedId, user: UserId) -> Result<(), ImportError> {
        let Some(author) = self.build.state.users.get(user).cloned() else { return Ok(()) };
        let what = if row.number("delivery_type")? == Some(REMIND) {
            let message = row.long_id("reminder_target_message_id")?;
            let Some(message) = self.ids.messages.find(message) else {
                self.note("reminders of messages that are not in the archive");
                return Ok(());
            };
            let note = cut(row.opt_text("reminder_note")?.unwrap_or_default(), limits::REMINDER_NOTE_CHARS_MAX);
            Later::Reminder { message, note }
        } else {
            Later::Message { to: self.later_to(row, &author)?, read_by_sender: row.flag("read_by_sender", false)? }
        };
        let Ok(content) = check_content(row.text("content")?) else {
            self.note("scheduled messages without content");
            return Ok(());
        };
        let at = row.time("scheduled_timestamp")?.ok_or_else(|| row.wrong("`scheduled_timestamp` is missing"))?;
        let failure = if row.flag("failed", false)? {
            let text = row.opt_text("failure_message")?;
            Some(text.map_or_else(|| "It could not be sent.".to_owned(), |text| cut(text, 1_000)))
        } else if at < self.now - STALE_SECS && matches!(what, Later::Message { .. }) {
            self.note("scheduled messages whose time had passed for more than a day, kept as not sent");
            Some("Its time had passed when the organization was imported.".to_owned())
        } else {
            None
        };
        let client = row.opt_id("sending_client")?.and_then(|client| self.ids.clients.get(&client).cloned());
        let directory = SeenBy { state: &self.build.state, viewer: &author };
        let later = LaterRow {
            id,
            user,
            what,
            rendered: tidings_markdown::render(&content, &directory).html,
            content,
            at,
            client: client.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned()),
            failure,
        };
        // Ids are positions of events: later ones come after it.
        self.build.state.seq = self.build.state.seq.max(id.0);
        self.build.change(Change::Later { user, id, row: Some(Arc::new(later)) })
    }

    fn later_to(&self, row: &Row, author: &UserRow) -> Result<LaterTo, ImportError> {
        let (recipient, to) = self.recipient(row)?;
        let mut users = match to {
            To::Channel(channel) => {
                let topic = tidy(row.opt_text("subject")?.unwrap_or_default(), limits::TOPIC_CHARS_MAX);
                let topic = check_topic(&topic).map_err(|error| row.wrong(error.to_string()))?;
                return Ok(LaterTo::Topic { channel: *channel, topic });
            }
            To::User(user) => vec![*user],
            To::Direct => self.participants(row, recipient)?,
        };
        users.push(author.id);
        users.sort_unstable();
        users.dedup();
        Ok(LaterTo::Users(users))
    }
}
