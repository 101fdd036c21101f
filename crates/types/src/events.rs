//! Every event type, from one table. An event is one change told to clients.
//!
//! A new event type is one row here, its payload in a file below, and then the compiler asks for the rest:
//! how it looks for each client (`core::shape`) and how it folds into a client's state (`client::state`).

use crate::ids::EventId;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub mod channel;
pub mod files;
pub mod group;
pub mod message;
pub mod personal;
pub mod prepared;
pub mod realm;
mod schema;
pub mod user;

/// All event types of the API, those we never send included: the vocabulary of `event_types`.
///
/// The position is the bit in [`EventTypes`]; the order is only ever extended at the end, because queue
/// descriptors on disk hold the bits.
pub const EVENT_TYPE_NAMES: &[&str] = &[
    "alert_words",
    "update_display_settings",
    "update_global_notifications",
    "user_settings",
    "realm_user",
    "subscription",
    "message",
    "has_zoom_token",
    "invites_changed",
    "presence",
    "stream",
    "reaction",
    "attachment",
    "push_device",
    "submessage",
    "user_status",
    "custom_profile_fields",
    "default_stream_groups",
    "default_streams",
    "delete_message",
    "muted_topics",
    "user_topic",
    "muted_users",
    "heartbeat",
    "onboarding_steps",
    "update_message",
    "typing",
    "typing_edit_message",
    "update_message_flags",
    "user_group",
    "realm_linkifiers",
    "realm_filters",
    "realm_playgrounds",
    "realm_emoji",
    "realm_domains",
    "realm_export",
    "realm_export_consent",
    "realm_bot",
    "realm",
    "restart",
    "web_reload_client",
    "realm_user_settings_defaults",
    "drafts",
    "navigation_view",
    "saved_snippets",
    "reminders",
    "scheduled_messages",
    "channel_folder",
];

/// An event type, as its position in [`EVENT_TYPE_NAMES`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EventType(u8);

impl EventType {
    /// The type with this name on the wire.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let at = EVENT_TYPE_NAMES.iter().position(|known| *known == name)?;
        u8::try_from(at).ok().map(EventType)
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        EVENT_TYPE_NAMES[usize::from(self.0)]
    }
}

/// A set of event types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventTypes(u64);

impl EventTypes {
    /// Every type.
    pub const ALL: EventTypes = EventTypes(u64::MAX);
    /// No type.
    pub const NONE: EventTypes = EventTypes(0);

    /// The known ones of these names; unknown names are ignored, so a newer client can list what we do not have.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names
            .into_iter()
            .filter_map(EventType::by_name)
            .fold(EventTypes::NONE, |set, one| EventTypes(set.0 | 1 << one.0))
    }

    /// Whether `one` is in the set.
    #[must_use]
    pub fn contains(self, one: EventType) -> bool {
        self.0 & (1 << one.0) != 0
    }
}

/// A row of the table of events, for documentation.
#[derive(Clone, Copy, Debug)]
pub struct EventSpec {
    /// Its name in the table, as in `ReactionAdd`.
    pub name: &'static str,
    /// The type on the wire.
    pub event_type: &'static str,
    /// The operation on the wire, for types that have several.
    pub op: Option<&'static str>,
    /// What it tells.
    pub doc: &'static str,
    /// Its fields beside `type`, `op` and `id`: an object.
    pub payload: fn(&mut SchemaGenerator) -> Schema,
}

macro_rules! events {
    ($($(#[doc = $doc:literal])* $variant:ident = $type:literal $(/ $op:literal)? => $payload:ty;)*) => {
        /// One change, without its id.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[doc = $doc])* $variant($payload),)*
            /// A type this version does not know; nothing of it is lost.
            Unknown(Map<String, Value>),
        }

        impl Event {
            /// Type and operation as they stand on the wire.
            #[must_use]
            pub fn kind(&self) -> (&str, Option<&str>) {
                match self {
                    $(Event::$variant(_) => ($type, events!(@op $($op)?)),)*
                    Event::Unknown(fields) => {
                        let text = |key| fields.get(key).and_then(Value::as_str);
                        (text("type").unwrap_or_default(), text("op"))
                    }
                }
            }

            fn write_payload(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
                match self {
                    $(Event::$variant(payload) => serde_json::to_writer(out, payload),)*
                    Event::Unknown(fields) => serde_json::to_writer(out, fields),
                }
            }

            /// Reads an event from its JSON form; none if it is of no type in the table, or does not fit it.
            fn read(fields: &Map<String, Value>) -> Option<Self> {
                let text = |key| fields.get(key).and_then(Value::as_str);
                match (text("type").unwrap_or_default(), text("op")) {
                    $(($type, events!(@pattern $($op)?)) => <$payload>::deserialize(fields).ok().map(Event::$variant),)*
                    _ => None,
                }
            }
        }

        /// Every event in the table.
        pub const EVENTS: &[EventSpec] = &[$(EventSpec {
            name: stringify!($variant),
            event_type: $type,
            op: events!(@op $($op)?),
            doc: concat!($($doc, "\n"),*),
            payload: <$payload>::json_schema,
        }),*];
    };
    (@op) => { None };
    (@op $op:literal) => { Some($op) };
    (@pattern) => { None };
    (@pattern $op:literal) => { Some($op) };
}

events! {
    /// Your alert words changed: the full new list.
    AlertWords = "alert_words" => personal::AlertWords;
    /// Deprecated form of some personal settings.
    UpdateDisplaySettings = "update_display_settings" => personal::LegacyDisplaySetting;
    /// Deprecated form of some personal settings.
    UpdateGlobalNotifications = "update_global_notifications" => personal::LegacyNotificationSetting;
    /// One of your personal settings changed.
    UserSettings = "user_settings" / "update" => personal::UserSetting;
    /// A new account, or one that became visible.
    RealmUserAdd = "realm_user" / "add" => Box<user::RealmUserAdd>;
    /// An account changed: its name, role, address, or another of its fields.
    RealmUserUpdate = "realm_user" / "update" => user::RealmUserUpdate;
    /// An account is no longer visible.
    RealmUserRemove = "realm_user" / "remove" => user::RealmUserRemove;
    /// A new bot.
    RealmBotAdd = "realm_bot" / "add" => Box<user::RealmBotAdd>;
    /// A bot changed: what is in the event is new.
    RealmBotUpdate = "realm_bot" / "update" => user::RealmBotUpdate;
    /// Deprecated: a bot was deactivated. Not sent since feature level 222: `realm_bot/update` tells it.
    RealmBotRemove = "realm_bot" / "remove" => user::RealmBotRemove;
    /// A bot is no longer the viewer's.
    RealmBotDelete = "realm_bot" / "delete" => user::RealmBotDelete;
    /// A new group, or for clients without the capability `include_deactivated_groups`, one that is in use again.
    GroupAdd = "user_group" / "add" => Box<group::GroupAdd>;
    /// A group changed: what is in the event is new.
    GroupUpdate = "user_group" / "update" => Box<group::GroupUpdate>;
    /// A group is out of use; only for clients without the capability `include_deactivated_groups`.
    GroupRemove = "user_group" / "remove" => group::GroupRemove;
    /// Groups joined a group.
    GroupAddSubgroups = "user_group" / "add_subgroups" => group::GroupSubgroups;
    /// Groups left a group.
    GroupRemoveSubgroups = "user_group" / "remove_subgroups" => group::GroupSubgroups;
    /// Members joined a group.
    GroupAddMembers = "user_group" / "add_members" => user::GroupMembers;
    /// Members left a group.
    GroupRemoveMembers = "user_group" / "remove_members" => user::GroupMembers;
    /// You were subscribed to channels.
    SubscriptionAdd = "subscription" / "add" => channel::SubscriptionAdd;
    /// You were unsubscribed from channels.
    SubscriptionRemove = "subscription" / "remove" => channel::SubscriptionRemove;
    /// One of your settings of a subscription changed.
    SubscriptionUpdate = "subscription" / "update" => channel::SubscriptionUpdate;
    /// Others were subscribed to channels.
    PeerAdd = "subscription" / "peer_add" => channel::PeerChange;
    /// Others were unsubscribed from channels.
    PeerRemove = "subscription" / "peer_remove" => channel::PeerChange;
    /// Channels that are new to the viewer.
    StreamCreate = "stream" / "create" => channel::StreamCreate;
    /// Channels the viewer no longer sees.
    StreamDelete = "stream" / "delete" => channel::StreamDelete;
    /// One property of a channel changed.
    StreamUpdate = "stream" / "update" => channel::StreamUpdate;
    /// The full new list of default channels.
    DefaultStreams = "default_streams" => channel::DefaultStreams;
    /// A new folder of channels.
    ChannelFolderAdd = "channel_folder" / "add" => channel::ChannelFolderAdd;
    /// A folder of channels was changed, taken out of use, or into use again.
    ChannelFolderUpdate = "channel_folder" / "update" => channel::ChannelFolderUpdate;
    /// Folders of channels have another order.
    ChannelFolderReorder = "channel_folder" / "reorder" => channel::ChannelFolderReorder;
    /// A new message.
    Message = "message" => Box<message::MessageEvent>;
    /// Content or place of messages changed.
    UpdateMessage = "update_message" => Box<message::UpdateMessage>;
    /// Messages were deleted.
    DeleteMessage = "delete_message" => message::DeleteMessage;
    /// Somebody added a part to a poll or a list of tasks.
    Submessage = "submessage" => message::SubmessageEvent;
    /// A reaction was added.
    ReactionAdd = "reaction" / "add" => message::ReactionEvent;
    /// A reaction was taken back.
    ReactionRemove = "reaction" / "remove" => message::ReactionEvent;
    /// A flag was set on messages.
    FlagsAdd = "update_message_flags" / "add" => message::FlagsAdd;
    /// A flag was removed from messages.
    FlagsRemove = "update_message_flags" / "remove" => message::FlagsRemove;
    /// Someone is composing.
    TypingStart = "typing" / "start" => message::Typing;
    /// Someone stopped composing.
    TypingStop = "typing" / "stop" => message::Typing;
    /// Someone is editing a message.
    TypingEditStart = "typing_edit_message" / "start" => message::TypingEdit;
    /// Someone stopped editing a message.
    TypingEditStop = "typing_edit_message" / "stop" => message::TypingEdit;
    /// Someone was active.
    Presence = "presence" => user::PresenceEvent;
    /// Someone's status changed: text and emoji.
    UserStatus = "user_status" => user::UserStatusEvent;
    /// Deprecated: the full list of muted topics.
    MutedTopics = "muted_topics" => personal::MutedTopics;
    /// Your choice for one topic changed: muted, unmuted, followed, or none.
    UserTopic = "user_topic" => crate::user::UserTopic;
    /// Whom you muted: the full new list.
    MutedUsers = "muted_users" => personal::MutedUsers;
    /// New drafts.
    DraftsAdd = "drafts" / "add" => prepared::DraftsAdd;
    /// A draft was edited.
    DraftsUpdate = "drafts" / "update" => prepared::DraftsUpdate;
    /// A draft is gone.
    DraftsRemove = "drafts" / "remove" => prepared::DraftsRemove;
    /// A new text to be used again.
    SnippetsAdd = "saved_snippets" / "add" => prepared::SnippetChange;
    /// A text to be used again was edited.
    SnippetsUpdate = "saved_snippets" / "update" => prepared::SnippetChange;
    /// A text to be used again is gone.
    SnippetsRemove = "saved_snippets" / "remove" => prepared::SnippetRemove;
    /// A view of one's own, or a built-in one that was changed.
    NavigationViewAdd = "navigation_view" / "add" => prepared::NavigationViewAdd;
    /// A view was changed.
    NavigationViewUpdate = "navigation_view" / "update" => prepared::NavigationViewUpdate;
    /// A view is gone.
    NavigationViewRemove = "navigation_view" / "remove" => prepared::NavigationViewRemove;
    /// Messages are going to be sent.
    ScheduledAdd = "scheduled_messages" / "add" => prepared::ScheduledAdd;
    /// A message that is going to be sent is another, or could not be sent.
    ScheduledUpdate = "scheduled_messages" / "update" => prepared::ScheduledUpdate;
    /// A message was sent, or is not going to be.
    ScheduledRemove = "scheduled_messages" / "remove" => prepared::ScheduledRemove;
    /// The user is going to be reminded of messages.
    RemindersAdd = "reminders" / "add" => prepared::RemindersAdd;
    /// The user was reminded, or is not going to be.
    RemindersRemove = "reminders" / "remove" => prepared::RemindersRemove;
    /// The full new list of exports, for administrators.
    RealmExports = "realm_export" => realm::RealmExports;
    /// Somebody agrees that their private messages are exported, or not; for administrators.
    RealmExportConsent = "realm_export_consent" => realm::RealmExportConsent;
    /// The registration of a device for notifications changed. Not sent: there is no push service to register with.
    PushDevice = "push_device" => personal::PushDevice;
    /// The user connected an account for video calls, or disconnected it. Not sent: none can be connected.
    HasZoomToken = "has_zoom_token" => personal::HasZoomToken;
    /// Clients in browsers should load themselves anew: the operator asks for it.
    WebReloadClient = "web_reload_client" => realm::WebReloadClient;
    /// You uploaded a file.
    AttachmentAdd = "attachment" / "add" => files::AttachmentChange;
    /// Other messages than before refer to one of your files.
    AttachmentUpdate = "attachment" / "update" => files::AttachmentChange;
    /// One of your files is gone.
    AttachmentRemove = "attachment" / "remove" => files::AttachmentRemove;
    /// Nothing happened; ends a poll that waited for long.
    Heartbeat = "heartbeat" => realm::Heartbeat;
    /// The server was started anew.
    Restart = "restart" => realm::Restart;
    /// One setting of the organization changed.
    RealmUpdate = "realm" / "update" => realm::RealmUpdate;
    /// Invitations that the user can see changed; `GET /invites` lists them.
    InvitesChanged = "invites_changed" => realm::InvitesChanged;
    /// A new domain that addresses of new accounts may be of.
    RealmDomainsAdd = "realm_domains" / "add" => realm::RealmDomainPut;
    /// Addresses may be of domains within a domain, or may not any more.
    RealmDomainsChange = "realm_domains" / "change" => realm::RealmDomainPut;
    /// A domain is gone.
    RealmDomainsRemove = "realm_domains" / "remove" => realm::RealmDomainRemove;
    /// Groups of channels that new users can choose together: the full new list.
    DefaultStreamGroups = "default_stream_groups" => realm::DefaultStreamGroups;
    /// What the user has not seen yet: the full new list.
    OnboardingSteps = "onboarding_steps" => realm::OnboardingSteps;
    /// The organization is closed: from now on every request is refused.
    RealmDeactivated = "realm" / "deactivated" => realm::RealmDeactivated;
    /// Fields of profiles: the full new list, in their order.
    CustomProfileFields = "custom_profile_fields" => realm::CustomProfileFields;
    /// The full new list.
    RealmLinkifiers = "realm_linkifiers" => realm::RealmLinkifiers;
    /// The full new list.
    RealmPlaygrounds = "realm_playgrounds" => realm::RealmPlaygrounds;
    /// A personal setting that new accounts start with changed.
    RealmUserSettingsDefaults = "realm_user_settings_defaults" / "update" => realm::UserSettingsDefault;
    /// All custom emoji: one is new, or out of use.
    RealmEmoji = "realm_emoji" / "update" => files::RealmEmojiUpdate;
    /// Settings of the realm that belong together.
    RealmUpdateDict = "realm" / "update_dict" => realm::RealmUpdateDict;
}

impl Event {
    /// Reads an event from its JSON form. What does not fit its type becomes [`Event::Unknown`].
    #[must_use]
    pub fn from_json(fields: Map<String, Value>) -> Self {
        Event::read(&fields).unwrap_or(Event::Unknown(fields))
    }

    /// The type, if it is in the vocabulary.
    #[must_use]
    pub fn event_type(&self) -> Option<EventType> {
        EventType::by_name(self.kind().0)
    }

    /// Appends the event's JSON object up to the closing brace, so that an id (or more) can follow:
    /// `{"type":…,"op":…,…`.
    ///
    /// # Errors
    /// A payload that cannot be JSON; none of ours is.
    pub fn write_open(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut payload = Vec::with_capacity(256);
        self.write_payload(&mut payload)?;
        let inner = payload.get(1..payload.len().saturating_sub(1)).unwrap_or_default();
        out.push(b'{');
        if !matches!(self, Event::Unknown(_)) {
            let (event_type, op) = self.kind();
            out.extend_from_slice(format!("\"type\":\"{event_type}\"").as_bytes());
            if let Some(op) = op {
                out.extend_from_slice(format!(",\"op\":\"{op}\"").as_bytes());
            }
            if !inner.is_empty() {
                out.push(b',');
            }
        }
        out.extend_from_slice(inner);
        Ok(())
    }

    /// The event's JSON object without an id, as it is stored.
    ///
    /// # Errors
    /// As [`Event::write_open`].
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(512);
        self.write_open(&mut out)?;
        out.push(b'}');
        Ok(out)
    }
}

/// An event as a client gets it: typed, and as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedEvent {
    /// Where it stands in the queue.
    pub id: EventId,
    /// What changed.
    pub event: Event,
    raw: Map<String, Value>,
}

impl ReceivedEvent {
    /// Reads an event from its JSON form; none if it has no id.
    #[must_use]
    pub fn from_json(raw: Map<String, Value>) -> Option<Self> {
        let id = raw.get("id").and_then(Value::as_i64).map(EventId)?;
        let event = Event::read(&raw).unwrap_or_else(|| {
            let mut fields = raw.clone();
            fields.remove("id");
            Event::Unknown(fields)
        });
        Some(ReceivedEvent { id, event, raw })
    }

    /// The event's JSON as the server sent it, with fields that this version does not know.
    #[must_use]
    pub fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    /// As [`ReceivedEvent::raw`], and gives it away.
    #[must_use]
    pub fn into_raw(self) -> Map<String, Value> {
        self.raw
    }
}

impl<'de> Deserialize<'de> for ReceivedEvent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Map::deserialize(deserializer)?;
        ReceivedEvent::from_json(raw).ok_or_else(|| serde::de::Error::missing_field("id"))
    }
}

impl JsonSchema for ReceivedEvent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::union(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn round_trip(value: Value) -> Event {
        let Value::Object(fields) = value.clone() else { panic!("not an object") };
        let event = Event::from_json(fields);
        let back: Value = serde_json::from_slice(&event.to_json().unwrap()).unwrap();
        assert_eq!(back, value);
        event
    }

    #[test]
    fn events_round_trip() {
        let event =
            round_trip(json!({"type": "subscription", "op": "peer_add", "stream_ids": [1], "user_ids": [2, 3]}));
        assert!(matches!(event, Event::PeerAdd(_)));
        let event = round_trip(json!({"type": "heartbeat"}));
        assert_eq!(event, Event::Heartbeat(realm::Heartbeat {}));
    }

    #[test]
    fn messages_of_other_versions_are_read() {
        let message = json!({
            "id": 1, "type": "stream", "sender_id": 2, "sender_email": "a@b.c", "sender_full_name": "A",
            "content": "hi", "timestamp": 3, "subject": "t", "stream_id": 4, "display_recipient": "Denmark",
            "reactions": [{"emoji_name": "tada", "emoji_code": "1f389", "reaction_type": "unicode_emoji", "user_id": 5}],
        });
        let raw =
            json!({"type": "message", "id": 9, "message": message, "flags": ["read"], "of_a_later_version": true});
        let received: ReceivedEvent = serde_json::from_value(raw.clone()).unwrap();
        let Event::Message(event) = &received.event else { panic!("{received:?}") };
        assert_eq!((event.message.content.as_str(), event.flags.len()), ("hi", 1));
        assert_eq!(Value::Object(received.into_raw()), raw, "nothing is lost");
    }

    #[test]
    fn unknown_events_lose_nothing() {
        let event = round_trip(json!({"type": "device", "op": "add", "x": {"y": [1]}}));
        assert_eq!(event.kind(), ("device", Some("add")));
        assert!(matches!(event, Event::Unknown(_)));
    }

    #[test]
    fn every_event_is_in_the_vocabulary_and_the_set_holds_it() {
        assert!(EVENT_TYPE_NAMES.len() <= 64);
        for name in EVENTS.iter().map(|event| event.event_type) {
            let one = EventType::by_name(name).unwrap();
            assert_eq!(one.name(), name);
            assert!(EventTypes::from_names([name]).contains(one));
            assert!(!EventTypes::NONE.contains(one));
        }
        assert_eq!(EventTypes::from_names(["nonsense"]), EventTypes::NONE);
    }
}
