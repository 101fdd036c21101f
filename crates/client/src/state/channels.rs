//! Channels and subscriptions.

use super::{State, insert_ids, remove_ids};
use serde_json::{Value, json};
use tidings_types::ChannelId;
use tidings_types::channel::{Channel, Subscription};
use tidings_types::events::channel::{PeerChange, RemovedSubscription, StreamUpdate, SubscriptionUpdate};

/// A channel is in exactly one of these, as long as it is visible.
const MINE: [&str; 3] = ["subscriptions", "unsubscribed", "never_subscribed"];

/// Everywhere a channel can be.
pub(super) const ALL: [&str; 4] = ["subscriptions", "unsubscribed", "never_subscribed", "streams"];

impl State {
    /// Whether lists of subscribers were asked for; otherwise channels carry none.
    fn keeps_subscribers(&self) -> bool {
        MINE.iter().flat_map(|section| self.list(section)).any(|channel| channel.get("subscribers").is_some())
    }

    fn for_each_place(&mut self, channel: ChannelId, mut change: impl FnMut(&mut Value)) {
        for section in ALL {
            if let Some(row) = self.find_mut(section, "stream_id", &json!(channel)) {
                change(row);
            }
        }
    }

    pub(super) fn add_subscriptions(&mut self, added: &[Subscription]) {
        let keeps_subscribers = self.keeps_subscribers();
        for subscription in added {
            let id = subscription.channel.stream_id;
            for section in MINE {
                self.remove_by(section, "stream_id", &json!(id));
            }
            let count = subscription.channel.subscriber_count;
            let mut row = json!(subscription);
            if let (false, Some(fields)) = (keeps_subscribers, row.as_object_mut()) {
                fields.remove("subscribers");
            }
            self.put_by("subscriptions", "stream_id", row);
            self.for_each_place(id, |row| row["subscriber_count"] = json!(count));
        }
    }

    pub(super) fn remove_subscriptions(&mut self, removed: &[RemovedSubscription]) {
        let own = self.get("user_id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        for subscription in removed {
            let id = subscription.stream_id;
            if let Some(row) = self.take_by("subscriptions", "stream_id", &json!(id)) {
                self.put_by("unsubscribed", "stream_id", row);
                self.for_each_place(id, |row| {
                    if let (Some(own), Some(subscribers)) = (own, row.get_mut("subscribers")) {
                        remove_ids(subscribers, &[own]);
                    }
                    add_to_count(row, -1);
                });
            }
            self.forget_unread_channel(id);
        }
    }

    pub(super) fn update_subscription(&mut self, event: &SubscriptionUpdate) {
        for section in ["subscriptions", "unsubscribed"] {
            if let Some(row) = self.find_mut(section, "stream_id", &json!(event.stream_id)) {
                row[&event.property] = event.value.clone();
            }
        }
        self.recount_unread();
    }

    pub(super) fn change_peers(&mut self, event: &PeerChange, add: bool) {
        let users: Vec<u32> = event.user_ids.iter().map(|user| user.0).collect();
        for channel in &event.stream_ids {
            let mut count = None;
            self.for_each_place(*channel, |row| {
                match row.get_mut("subscribers") {
                    Some(subscribers) => {
                        if add {
                            insert_ids(subscribers, users.iter().copied());
                        } else {
                            remove_ids(subscribers, &users);
                        }
                        count = subscribers.as_array().map(Vec::len);
                    }
                    None => {
                        let change = i64::try_from(users.len()).unwrap_or_default();
                        add_to_count(row, if add { change } else { -change });
                    }
                }
                // Who knows the list knows the number; it is right also if something was told twice.
                if let Some(count) = count {
                    row["subscriber_count"] = json!(count);
                }
            });
        }
    }

    pub(super) fn add_channels(&mut self, created: &[Channel]) {
        let keeps_subscribers = self.keeps_subscribers();
        for channel in created {
            let mut row = json!(channel);
            self.put_by("streams", "stream_id", row.clone());
            let known = MINE
                .iter()
                .any(|section| self.list(section).iter().any(|row| row["stream_id"] == json!(channel.stream_id)));
            if known {
                continue;
            }
            if keeps_subscribers {
                row["subscribers"] = json!(channel.subscribers.clone().unwrap_or_default());
            }
            self.put_by("never_subscribed", "stream_id", row);
        }
    }

    pub(super) fn remove_channels(&mut self, ids: &[ChannelId]) {
        for id in ids {
            for section in ALL {
                self.remove_by(section, "stream_id", &json!(id));
            }
            self.forget_unread_channel(*id);
        }
    }

    pub(super) fn update_channel(&mut self, event: &StreamUpdate) {
        self.for_each_place(event.stream_id, |row| {
            row[&event.property] = event.value.clone();
            if let Some(rendered) = &event.rendered_description {
                row["rendered_description"] = json!(rendered);
            }
            if let Some(shown) = event.history_public_to_subscribers {
                row["history_public_to_subscribers"] = json!(shown);
            }
            if let Some(web_public) = event.is_web_public {
                row["is_web_public"] = json!(web_public);
            }
        });
    }
}

fn add_to_count(row: &mut Value, change: i64) {
    if let Some(count) = row["subscriber_count"].as_i64() {
        row["subscriber_count"] = json!(count + change);
    }
}
