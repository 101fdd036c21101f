//! Event queues: register, poll, delete.

use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::events::ReceivedEvent;
use crate::initial_state::InitialState;
use crate::narrow::QueueNarrow;
use crate::params::{Encoding, FromJson, FromParam, Json};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

crate::text_enum! {
    /// Which subscribers of channels the initial state lists.
    #[derive(Default)]
    IncludeSubscribers {
        /// All.
        All = "true" | "True",
        /// None.
        #[default]
        None = "false" | "False",
        /// At least those who were active lately; all, as we do it.
        Partial = "partial",
    }
}

/// How long a queue lives without a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleTimeout {
    /// So many seconds; 0 or less for the server's default.
    Secs(i64),
    /// As long as suits a mobile app.
    Mobile,
}

impl JsonSchema for IdleTimeout {
    fn schema_name() -> Cow<'static, str> {
        "IdleTimeout".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^(mobile|-?[0-9]+)$"})
    }
}

impl FromParam for IdleTimeout {
    const ENCODING: Encoding = Encoding::Json;
    fn from_param(name: &str, values: &[&str]) -> Result<Self, ApiError> {
        match values.last().copied().unwrap_or_default().trim_matches('"') {
            "mobile" => Ok(IdleTimeout::Mobile),
            _ => i64::from_texts(name, values).map(IdleTimeout::Secs),
        }
    }

    fn to_param(&self) -> String {
        match self {
            IdleTimeout::Secs(secs) => secs.to_string(),
            IdleTimeout::Mobile => "\"mobile\"".to_owned(),
        }
    }
}

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])* $name:literal;)*) => {
        /// What a client can say it can parse: names, and what each means.
        pub const CAPABILITIES: &[(&str, &str)] = &[$(($name, concat!($($doc, "\n"),*))),*];
    };
}

capabilities! {
    /// Null in settings of channels that follow the general ones. Has to be given.
    "notification_settings_null";
    /// One event for many deleted messages.
    "bulk_message_deletion";
    /// Accounts without the address of a picture.
    "user_avatar_url_field_optional";
    /// Typing notices of channels.
    "stream_typing_notifications";
    /// Personal settings as one object, and events of one type about them.
    "user_settings_object";
    /// Linkifiers as templates.
    "linkifier_url_template";
    /// Lists of users that leave out whom one may not see.
    "user_list_incomplete";
    /// Deactivated groups.
    "include_deactivated_groups";
    /// Archived channels.
    "archived_channels";
    /// Topics without a name.
    "empty_topic_name";
    /// Presence in its current form.
    "simplified_presence_events";
    /// Changes of the organization's emoji one by one.
    "individual_emoji_changes";
}

/// What a client says it can parse: names and whether it can. Unknown names are kept and ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub Vec<(String, bool)>);

impl JsonSchema for Capabilities {
    fn schema_name() -> Cow<'static, str> {
        "ClientCapabilities".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let property = |(name, doc): &(&str, &str)| {
            ((*name).to_owned(), serde_json::json!({ "type": "boolean", "description": doc.trim() }))
        };
        let properties: serde_json::Map<String, Value> = CAPABILITIES.iter().map(property).collect();
        json_schema!({
            "type": "object",
            "description": "What a client can parse. Names that are not known are ignored.",
            "properties": properties,
            "required": ["notification_settings_null"],
        })
    }
}

impl FromJson for Capabilities {
    fn from_json(path: &str, value: &Value) -> Result<Self, ApiError> {
        let object = value.as_object().ok_or_else(|| ApiError::bad_request(format!("{path} is not a dict")))?;
        if !object.contains_key("notification_settings_null") {
            return Err(ApiError::bad_request(format!("notification_settings_null key is missing from {path}")));
        }
        let entry = |(name, value): (&String, &Value)| {
            bool::from_json(&format!("{path}[\"{name}\"]"), value).map(|can| (name.clone(), can))
        };
        object.iter().map(entry).collect::<Result<_, _>>().map(Capabilities)
    }

    fn to_json(&self) -> Value {
        Value::Object(self.0.iter().map(|(name, can)| (name.clone(), Value::from(*can))).collect())
    }
}

endpoint! {
    /// Registers an event queue and returns the current state, exact at the queue's start.
    ///
    /// What happens from then on is read with `get-events`. Between the state and the first event there is no gap. The
    /// state has the parts that were asked for; the description of each field says in which part it is.
    ///
    /// Where the organization has spectators (`enable_spectator_access`), it is answered without an account, too: with what
    /// belongs to web-public channels, and without a queue.
    RegisterQueue: Post "/register", "register-queue", "real_time_events", auth Spectators => InitialState;
    RegisterQueueRequest {
        /// Send message content as HTML instead of Markdown.
        apply_markdown: bool = false,
        /// Accepted, and of no effect: clients have nothing to compute, all pictures are here.
        client_gravatar?: bool,
        /// Which subscribers of channels to list in the initial state.
        include_subscribers: IncludeSubscribers = IncludeSubscribers::None,
        /// Presence by user id, without addresses.
        slim_presence: bool = false,
        /// How many days back the initial presence goes.
        presence_history_limit_days: i64 = 14,
        /// The event types the queue takes; all if absent, none if empty. Unknown ones are ignored.
        event_types?: Vec<String>,
        /// The parts of the initial state to return; as `event_types` if absent.
        fetch_event_types?: Vec<String>,
        /// Also take the messages of public channels the user is not subscribed to.
        all_public_streams?: bool,
        /// Only take messages that match: pairs of operator and operand.
        narrow?: Json<QueueNarrow>,
        /// What the client can parse: names of capabilities with true or false.
        client_capabilities?: Json<Capabilities>,
        /// Seconds without a poll after which the queue ends, at most seven days.
        queue_lifespan_secs?: i64,
        /// Seconds without a poll after which the queue ends, or `mobile` for as long as suits a mobile app. Wins over
        /// `queue_lifespan_secs`.
        idle_queue_timeout?: IdleTimeout,
        /// Finds the account's queue of this name again, or gives the name to a new one. Other servers ignore it.
        queue_name?: String,
    }
}

/// Events after the last one the client had.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct GetEventsResponse {
    /// In order of their ids. Queues write their events themselves; from here only an empty list is written.
    #[serde(serialize_with = "no_events")]
    pub events: Vec<ReceivedEvent>,
    /// The queue.
    pub queue_id: Option<String>,
}

fn no_events<S: serde::Serializer>(_: &[ReceivedEvent], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq([(); 0])
}

endpoint! {
    /// Returns events of a queue after the given one; waits for some if there are none.
    ///
    /// A poll that waits is answered after about fifty seconds at the latest, with a `heartbeat` event. Poll again with the
    /// largest `id` of the events that were processed. On `BAD_EVENT_QUEUE_ID` register again.
    ///
    /// The same request with `Accept: text/event-stream` reads the queue as server-sent events, and with
    /// `Upgrade: websocket` over a WebSocket: same queue, same events, same ids.
    ///
    /// Without `queue_id`, but with `dont_block`, registers a queue with the other parameters and returns its id.
    GetEvents: Get "/events", "get-events", "real_time_events", auth Basic => GetEventsResponse,
        fails BadEventQueueId | Superseded;
    GetEventsRequest {
        /// The queue, as `register-queue` returned it.
        queue_id?: String,
        /// The largest id of the events that the client has processed; they are not sent again. -1 for none.
        last_event_id?: i64,
        /// Answer at once, also with nothing.
        dont_block: bool = false,
        /// Without `queue_id`: the event types the new queue takes; all if absent.
        event_types?: Vec<String>,
        /// Without `queue_id`: only take messages that match; pairs of operator and operand.
        narrow?: Json<QueueNarrow>,
        /// Without `queue_id`: message content as HTML instead of Markdown.
        apply_markdown: bool = false,
        /// Accepted, and of no effect: clients have nothing to compute, all pictures are here.
        client_gravatar: bool = false,
        /// Without `queue_id`: presence by user id, without addresses.
        slim_presence: bool = false,
        /// Without `queue_id`: also take the messages of public channels the user is not subscribed to.
        all_public_streams: bool = false,
        /// Without `queue_id`: seconds without a poll after which the queue ends; 0 for the server's default.
        lifespan_secs: i64 = 0,
        /// Without `queue_id`, a capability of the client: null for settings of channels that follow the general ones.
        notification_settings_null: bool = false,
        /// Without `queue_id`, a capability of the client: one event for many deleted messages.
        bulk_message_deletion: bool = false,
        /// Without `queue_id`, a capability of the client: accounts without the address of a picture.
        user_avatar_url_field_optional: bool = false,
        /// Without `queue_id`, a capability of the client: typing notices of channels.
        stream_typing_notifications: bool = false,
        /// Without `queue_id`, a capability of the client: personal settings as one object, in events of one type.
        user_settings_object: bool = false,
        /// Without `queue_id`, a capability of the client: linkifiers as templates.
        linkifier_url_template: bool = false,
        /// Without `queue_id`, a capability of the client: lists of users that leave out whom one may not see.
        user_list_incomplete: bool = false,
        /// Without `queue_id`, a capability of the client: deactivated groups.
        include_deactivated_groups: bool = false,
        /// Without `queue_id`, a capability of the client: archived channels.
        archived_channels: bool = false,
        /// Without `queue_id`, a capability of the client: topics without a name.
        empty_topic_name: bool = false,
        /// Without `queue_id`, a capability of the client: presence in its current form.
        simplified_presence_events: bool = false,
    }
}

endpoint! {
    /// Deletes an event queue. A poll that waits at it is answered with no events.
    DeleteQueue: Delete "/events", "delete-queue", "real_time_events", auth Basic => Done,
        fails BadEventQueueId;
    DeleteQueueRequest {
        /// The queue.
        queue_id: String,
    }
}

endpoint! {
    /// Checks the parameters that clients of the real-time API are made with, and does nothing.
    RealTimePost: Post "/real-time", "real-time-post", "real_time_events", auth Basic => Done;
    RealTimePostRequest {
        /// As in `register`.
        event_types?: Vec<String>,
        /// As in `register`.
        narrow?: Json<QueueNarrow>,
        /// As in `register`.
        all_public_streams: bool = false,
    }
}

endpoint! {
    /// Answers with a common error, so that authors of clients can test how they handle it.
    RestErrorHandling: Post "/rest-error-handling", "rest-error-handling", "real_time_events", auth Basic => Done,
        fails InvalidApiKey;
    RestErrorHandlingRequest {
        /// The HTTP status of the error: 400, 401 or 429.
        code: i64 = 400,
    }
}
