//! Requests of outgoing webhooks that are still to be made. A row comes with its message, and goes with its reply.

use imbl::{HashMap, OrdMap, OrdSet};
use std::sync::Arc;
use tidings_types::webhook::Trigger;
use tidings_types::{MessageId, UserId};

/// A message that a bot's service is to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRow {
    /// The message.
    pub message: MessageId,
    /// The bot.
    pub bot: UserId,
    /// Why.
    pub trigger: Trigger,
    /// How often it was tried without success.
    pub tries: u32,
    /// When it is to be tried next, in UNIX seconds.
    pub next_at: i64,
}

/// All requests that are still to be made: for each message and bot at most one.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    rows: OrdMap<(MessageId, UserId), Arc<WebhookRow>>,
    due: OrdSet<(i64, MessageId, UserId)>,
    count: HashMap<UserId, usize>,
}

impl Webhooks {
    /// When the next of them is to be made, in UNIX seconds.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.due.get_min().map(|(at, ..)| *at)
    }

    /// Those that are to be made by `now`, the longest due first.
    pub fn due(&self, now: i64) -> impl Iterator<Item = &Arc<WebhookRow>> {
        let due = self.due.iter().take_while(move |(at, ..)| *at <= now);
        due.filter_map(|(_, message, bot)| self.rows.get(&(*message, *bot)))
    }

    /// The one of a message and a bot.
    #[must_use]
    pub fn get(&self, message: MessageId, bot: UserId) -> Option<&Arc<WebhookRow>> {
        self.rows.get(&(message, bot))
    }

    /// How many a bot has.
    #[must_use]
    pub fn count(&self, bot: UserId) -> usize {
        self.count.get(&bot).copied().unwrap_or(0)
    }

    pub(super) fn put(&mut self, message: MessageId, bot: UserId, row: Option<Arc<WebhookRow>>) {
        if let Some(before) = self.rows.remove(&(message, bot)) {
            self.due.remove(&(before.next_at, message, bot));
            let count = self.count(bot);
            if count > 1 {
                self.count.insert(bot, count - 1);
            } else {
                self.count.remove(&bot);
            }
        }
        if let Some(row) = row {
            self.due.insert((row.next_at, message, bot));
            self.count.insert(bot, self.count(bot) + 1);
            self.rows.insert((message, bot), row);
        }
    }
}
