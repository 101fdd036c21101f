//! What administrators keep for everybody.

use super::State;
use super::users::LISTS as USER_LISTS;
use serde_json::{Value, json};
use tidings_types::events::Event;
use tidings_types::events::channel::{ChannelFolderReorder, ChannelFolderUpdate};
use tidings_types::events::realm::CustomProfileFields;

impl State {
    /// Folds an event about what administrators keep for everybody.
    pub(super) fn apply_organization(&mut self, event: &Event) {
        match event {
            Event::ChannelFolderAdd(event) => self.put_folder(json!(event.channel_folder)),
            Event::ChannelFolderUpdate(event) => self.update_folder(event),
            Event::ChannelFolderReorder(event) => self.reorder_folders(event),
            Event::RealmDomainsAdd(event) | Event::RealmDomainsChange(event) => {
                let order = |domain: &Value| domain["domain"].as_str().map(str::to_owned);
                self.put_ordered("realm_domains", "domain", json!(event.realm_domain), order);
            }
            Event::RealmDomainsRemove(event) => self.remove_by("realm_domains", "domain", &json!(event.domain)),
            Event::DefaultStreamGroups(event) => {
                self.replace("realm_default_stream_groups", json!(event.default_stream_groups));
            }
            Event::OnboardingSteps(event) => self.replace("onboarding_steps", json!(event.onboarding_steps)),
            Event::CustomProfileFields(event) => self.replace_profile_fields(event),
            _ => {}
        }
    }

    /// Values of fields that are gone are gone with them.
    fn replace_profile_fields(&mut self, event: &CustomProfileFields) {
        self.replace("custom_profile_fields", json!(event.fields));
        for list in USER_LISTS {
            for user in self.list_mut(list).into_iter().flatten() {
                if let Some(values) = user.get_mut("profile_data").and_then(Value::as_object_mut) {
                    values.retain(|id, _| event.fields.iter().any(|field| field.id.to_string() == *id));
                }
            }
        }
    }

    fn put_folder(&mut self, folder: Value) {
        let order = |folder: &Value| (folder["order"].as_u64(), folder["id"].as_u64());
        self.put_ordered("channel_folders", "id", folder, order);
    }

    fn update_folder(&mut self, event: &ChannelFolderUpdate) {
        let Some(folder) = self.find_mut("channel_folders", "id", &json!(event.channel_folder_id)) else { return };
        if let Value::Object(changed) = json!(event.data) {
            changed.into_iter().for_each(|(name, value)| folder[&name] = value);
        }
    }

    fn reorder_folders(&mut self, event: &ChannelFolderReorder) {
        for (place, id) in event.order.iter().enumerate() {
            if let Some(mut folder) = self.take_by("channel_folders", "id", &json!(id)) {
                folder["order"] = json!(place);
                self.put_folder(folder);
            }
        }
    }
}
