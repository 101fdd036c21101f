//! Drafts, snippets, views, scheduled messages, reminders.

use super::State;
use serde_json::{Value, json};
use tidings_types::events::Event;

impl State {
    /// Folds an event about what the user prepared for later.
    pub(super) fn apply_prepared(&mut self, event: &Event) {
        match event {
            Event::DraftsAdd(event) => {
                for draft in &event.drafts {
                    self.put_draft(json!(draft));
                }
            }
            Event::DraftsUpdate(event) => self.put_draft(json!(event.draft)),
            Event::DraftsRemove(event) => self.remove_by("drafts", "id", &json!(event.draft_id)),
            Event::SnippetsAdd(event) | Event::SnippetsUpdate(event) => {
                self.put_by("saved_snippets", "id", json!(event.saved_snippet));
            }
            Event::SnippetsRemove(event) => self.remove_by("saved_snippets", "id", &json!(event.saved_snippet_id)),
            Event::NavigationViewAdd(event) => self.put_view(json!(event.navigation_view)),
            Event::NavigationViewUpdate(event) => {
                let (name, is_pinned) = (&event.data.name, event.data.is_pinned);
                self.put_view(json!({ "fragment": event.fragment, "is_pinned": is_pinned, "name": name }));
            }
            Event::NavigationViewRemove(event) => {
                self.remove_by("navigation_views", "fragment", &json!(event.fragment));
            }
            Event::ScheduledAdd(event) => {
                for message in &event.scheduled_messages {
                    self.put_later("scheduled_messages", "scheduled_message_id", json!(message));
                }
            }
            Event::ScheduledUpdate(event) => {
                self.put_later("scheduled_messages", "scheduled_message_id", json!(event.scheduled_message));
            }
            Event::ScheduledRemove(event) => {
                self.remove_by("scheduled_messages", "scheduled_message_id", &json!(event.scheduled_message_id));
            }
            Event::RemindersAdd(event) => {
                for reminder in &event.reminders {
                    self.put_later("reminders", "reminder_id", json!(reminder));
                }
            }
            Event::RemindersRemove(event) => self.remove_by("reminders", "reminder_id", &json!(event.reminder_id)),
            _ => {}
        }
    }

    /// The one that was edited last comes first.
    fn put_draft(&mut self, draft: Value) {
        let order = |draft: &Value| std::cmp::Reverse((draft["timestamp"].as_i64(), draft["id"].as_u64()));
        self.put_ordered("drafts", "id", draft, order);
    }

    fn put_view(&mut self, view: Value) {
        let order = |view: &Value| view["fragment"].as_str().map(str::to_owned);
        self.put_ordered("navigation_views", "fragment", view, order);
    }

    /// The next one comes first.
    fn put_later(&mut self, section: &str, key: &str, item: Value) {
        let order = |item: &Value| (item["scheduled_delivery_timestamp"].as_i64(), item[key].as_u64());
        self.put_ordered(section, key, item, order);
    }

    /// Adds an object to a list in an order of its own, replacing one with the same key.
    pub(super) fn put_ordered<O: Ord>(&mut self, section: &str, key: &str, item: Value, order: impl Fn(&Value) -> O) {
        self.remove_by(section, key, &item[key]);
        if let Some(list) = self.list_mut(section) {
            let at = list.partition_point(|known| order(known) < order(&item));
            list.insert(at, item);
        }
    }
}
