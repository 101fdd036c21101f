//! Personal settings and topics.

use super::State;
use serde_json::{Value, json};
use tidings_types::user::UserTopic;

impl State {
    pub(super) fn apply_setting(&mut self, property: &str, value: &Value) {
        if let Some(settings) = self.fields.get_mut("user_settings") {
            settings[property] = value.clone();
        }
        if property == "enable_drafts_synchronization" && *value == json!(false) {
            self.replace("drafts", json!([]));
        }
    }

    pub(super) fn apply_user_topic(&mut self, event: &UserTopic) {
        if let Some(topics) = self.list_mut("user_topics") {
            let name = event.topic_name.to_lowercase();
            topics.retain(|known| {
                known["stream_id"] != json!(event.stream_id)
                    || known["topic_name"].as_str().unwrap_or_default().to_lowercase() != name
            });
            if event.visibility_policy != 0 {
                topics.push(json!(event));
            }
        }
        self.recount_unread();
    }
}
