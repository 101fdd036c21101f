//! Personal settings and topics.

use super::State;
use serde_json::{Value, json};
use tidings_types::events::personal::PushDevice;
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

impl State {
    pub(super) fn put_push_device(&mut self, event: &PushDevice) {
        if let Some(devices) = self.fields.get_mut("push_devices").and_then(Value::as_object_mut) {
            let device = json!({ "status": event.status, "error_code": event.error_code });
            devices.insert(event.push_account_id.clone(), device);
        }
    }
}
