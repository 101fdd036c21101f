//! A client's state: what `register` gave, changed by every event since.
//!
//! The state is the answer's own JSON, section by section, so nothing is lost that this version does not know. An
//! event about a section that was not fetched changes nothing. Applying an event needs no access to anything else.
//!
//! What cannot be told from events alone is not kept exact: after a deletion, or a move to another channel, `max_message_id` and the newest
//! message of a direct conversation stay where they were.
//!
//! # Layout
//! - [`users`]: accounts, bots, presence, status. [`groups`]: groups, and what they permit. [`channels`]: channels and subscriptions.
//! - [`messages`]: unread, starred, recent. [`personal`]: settings, topics, muted users. [`prepared`]: drafts and the like.
//! - [`organization`]: what administrators keep for everybody.
//! - [`mod@read`]: the same as typed objects.

use serde_json::{Map, Value, json};
use tidings_types::EventId;
use tidings_types::events::user::BotChange;
use tidings_types::events::{Event, ReceivedEvent};

mod channels;
mod groups;
mod messages;
mod organization;
mod personal;
mod prepared;
mod read;
mod users;

/// What a client knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    fields: Map<String, Value>,
    /// Everything up to here is in the state already.
    upto: Option<EventId>,
}

impl State {
    /// The state as `register` answered it.
    #[must_use]
    pub fn from_initial(answer: Map<String, Value>) -> Self {
        // The queue was there before: its first events are older than the state.
        let upto = match answer.get("queue_resumed") {
            Some(Value::Bool(true)) => answer.get("state_event_id").and_then(Value::as_i64).map(EventId),
            _ => None,
        };
        State { fields: answer, upto }
    }

    /// A section of the state, by the name it has in the answer of `register`.
    #[must_use]
    pub fn get(&self, section: &str) -> Option<&Value> {
        self.fields.get(section)
    }

    /// All sections.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Folds one event in, unless it is older than the state.
    pub fn apply(&mut self, received: &ReceivedEvent) {
        if self.upto.is_some_and(|upto| received.id <= upto) {
            return;
        }
        match &received.event {
            Event::RealmUserAdd(event) => self.add_user(&event.person),
            Event::RealmUserUpdate(event) => self.update_user(&event.person),
            Event::RealmUserRemove(event) => self.remove_user(event.person.user_id),
            Event::RealmBotAdd(event) => self.add_bot(&event.bot),
            Event::RealmBotUpdate(event) => self.update_bot(&event.bot),
            Event::RealmBotRemove(event) => {
                let user_id = event.bot.user_id;
                self.update_bot(&BotChange { user_id, is_active: Some(false), ..BotChange::default() });
            }
            Event::PushDevice(event) => self.put_push_device(event),
            Event::HasZoomToken(event) => self.replace("has_zoom_token", json!(event.value)),
            Event::RealmBotDelete(event) => self.remove_by("realm_bots", "user_id", &json!(event.bot.user_id)),
            Event::GroupAdd(event) => self.put_by("realm_user_groups", "id", json!(event.group)),
            Event::GroupUpdate(event) => self.update_group(event),
            Event::GroupRemove(event) => self.remove_by("realm_user_groups", "id", &json!(event.group_id)),
            Event::GroupAddSubgroups(event) => self.change_subgroups(event, true),
            Event::GroupRemoveSubgroups(event) => self.change_subgroups(event, false),
            Event::GroupAddMembers(event) => self.change_group(event, true),
            Event::GroupRemoveMembers(event) => self.change_group(event, false),
            Event::Presence(event) => self.apply_presence(event),
            Event::UserStatus(event) => self.apply_status(event),
            Event::SubscriptionAdd(event) => self.add_subscriptions(&event.subscriptions),
            Event::SubscriptionRemove(event) => self.remove_subscriptions(&event.subscriptions),
            Event::SubscriptionUpdate(event) => self.update_subscription(event),
            Event::PeerAdd(event) => self.change_peers(event, true),
            Event::PeerRemove(event) => self.change_peers(event, false),
            Event::StreamCreate(event) => self.add_channels(&event.streams),
            Event::StreamDelete(event) => self.remove_channels(&event.stream_ids),
            Event::StreamUpdate(event) => self.update_channel(event),
            Event::DefaultStreams(event) => self.replace("realm_default_streams", json!(event.default_streams)),
            Event::Message(event) => self.add_message(event),
            Event::UpdateMessage(event) => self.update_message(event),
            Event::DeleteMessage(event) => self.delete_messages(event),
            Event::FlagsAdd(event) => self.add_flag(event),
            Event::FlagsRemove(event) => self.remove_flag(event),
            Event::AlertWords(event) => self.replace("alert_words", json!(event.alert_words)),
            Event::MutedUsers(event) => self.replace("muted_users", json!(event.muted_users)),
            Event::MutedTopics(event) => self.replace("muted_topics", json!(event.muted_topics)),
            Event::UserTopic(event) => self.apply_user_topic(event),
            Event::UserSettings(event) => self.apply_setting(&event.property, &event.value),
            Event::UpdateDisplaySettings(event) => self.replace(&event.setting_name, event.setting.clone()),
            Event::UpdateGlobalNotifications(event) => self.replace(&event.notification_name, event.setting.clone()),
            Event::RealmUpdate(event) => self.change_realm(&event.property, &event.value),
            Event::RealmUserSettingsDefaults(event) => {
                if let Some(defaults) = self.fields.get_mut("realm_user_settings_defaults") {
                    defaults[&event.property] = event.value.clone();
                }
            }
            Event::RealmLinkifiers(event) => self.replace("realm_linkifiers", json!(event.realm_linkifiers)),
            Event::RealmEmoji(event) => self.replace("realm_emoji", json!(event.realm_emoji)),
            Event::RealmPlaygrounds(event) => self.replace("realm_playgrounds", json!(event.realm_playgrounds)),
            Event::RealmUpdateDict(event) => {
                event.data.iter().for_each(|(name, value)| self.change_realm(name, value));
                self.update_own_permissions();
                // A deprecated field that no event names.
                if let Some(policy) = event.data.get("message_edit_history_visibility_policy") {
                    self.replace("realm_allow_edit_history", json!(policy != "none"));
                }
            }
            Event::Restart(event) => {
                self.replace("zulip_version", json!(event.zulip_version));
                self.replace("zulip_merge_base", json!(event.zulip_merge_base));
                self.replace("zulip_feature_level", json!(event.zulip_feature_level));
                self.replace("server_generation", json!(event.server_generation));
            }
            // Of what is left, reactions, files, parts of polls, typing and heartbeats leave no trace in the state; unknown events
            // cannot.
            other => {
                self.apply_organization(other);
                self.apply_prepared(other);
            }
        }
    }

    /// Sets a section, if it was fetched.
    fn replace(&mut self, section: &str, value: Value) {
        if let Some(field) = self.fields.get_mut(section) {
            *field = value;
        }
    }

    fn list_mut(&mut self, section: &str) -> Option<&mut Vec<Value>> {
        self.fields.get_mut(section)?.as_array_mut()
    }

    fn list(&self, section: &str) -> &[Value] {
        self.fields.get(section).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn find_mut(&mut self, section: &str, key: &str, value: &Value) -> Option<&mut Value> {
        self.list_mut(section)?.iter_mut().find(|item| item[key] == *value)
    }

    fn remove_by(&mut self, section: &str, key: &str, value: &Value) {
        self.take_by(section, key, value);
    }

    fn take_by(&mut self, section: &str, key: &str, value: &Value) -> Option<Value> {
        let list = self.list_mut(section)?;
        let at = list.iter().position(|item| item[key] == *value)?;
        Some(list.remove(at))
    }

    /// Adds an object to a list that is ordered by `key`, replacing one with the same key.
    fn put_by(&mut self, section: &str, key: &str, item: Value) {
        let Some(list) = self.list_mut(section) else { return };
        match list.binary_search_by_key(&item[key].as_i64(), |known| known[key].as_i64()) {
            Ok(at) => list[at] = item,
            Err(at) => list.insert(at, item),
        }
    }
}

/// Adds ids to an ascending list of ids, each once.
fn insert_ids(list: &mut Value, ids: impl IntoIterator<Item = u32>) {
    let Some(list) = list.as_array_mut() else { return };
    for id in ids {
        if let Err(at) = list.binary_search_by_key(&Some(u64::from(id)), Value::as_u64) {
            list.insert(at, json!(id));
        }
    }
}

/// Removes ids from a list of ids.
fn remove_ids(list: &mut Value, ids: &[u32]) {
    if let Some(list) = list.as_array_mut() {
        list.retain(|known| !ids.iter().any(|id| known.as_u64() == Some(u64::from(*id))));
    }
}
