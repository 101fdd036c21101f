//! Event queues: register, poll, delete.

use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::events::ReceivedEvent;
use crate::narrow::QueueNarrow;
use crate::params::{Encoding, FromJson, FromParam, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// What a client says it can parse: names and whether it can. Unknown names are kept and ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub Vec<(String, bool)>);

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

/// The initial state: an object whose fields depend on what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InitialState(pub serde_json::Map<String, Value>);

endpoint! {
    /// Registers an event queue and returns the current state, exact at the queue's start.
    RegisterQueue: Post "/register", "register-queue", "real_time_events", auth Basic => InitialState;
    RegisterQueueRequest {
        /// Send message content as HTML instead of Markdown.
        apply_markdown: bool = false,
        /// Leave out pictures that the client can compute from addresses.
        client_gravatar: bool = true,
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
        /// What the client can parse.
        client_capabilities?: Json<Capabilities>,
        /// Seconds without a poll after which the queue ends, at most seven days.
        queue_lifespan_secs?: i64,
        /// The same, in its newer form: seconds, or `mobile`.
        idle_queue_timeout?: IdleTimeout,
        /// Finds the account's queue of this name again, or gives the name to a new one. Other servers ignore it.
        queue_name?: String,
    }
}

/// Events after the last one the client had.
#[derive(Debug, Serialize, Deserialize)]
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
    /// Without `queue_id`, but with `dont_block`, registers a queue with the other parameters and returns its id.
    GetEvents: Get "/events", "get-events", "real_time_events", auth Basic => GetEventsResponse;
    GetEventsRequest {
        /// The queue.
        queue_id?: String,
        /// The largest id of the events that the client has processed; they are not sent again.
        last_event_id?: i64,
        /// Answer at once, also with nothing.
        dont_block: bool = false,
        /// As at registration, here and below; only without `queue_id`.
        event_types?: Vec<String>,
        /// See above.
        narrow?: Json<QueueNarrow>,
        /// See above.
        apply_markdown: bool = false,
        /// See above.
        client_gravatar: bool = false,
        /// See above.
        slim_presence: bool = false,
        /// See above.
        all_public_streams: bool = false,
        /// See above.
        lifespan_secs: i64 = 0,
        /// A capability of the client, here and below.
        notification_settings_null: bool = false,
        /// See above.
        bulk_message_deletion: bool = false,
        /// See above.
        user_avatar_url_field_optional: bool = false,
        /// See above.
        stream_typing_notifications: bool = false,
        /// See above.
        user_settings_object: bool = false,
        /// See above.
        linkifier_url_template: bool = false,
        /// See above.
        user_list_incomplete: bool = false,
        /// See above.
        include_deactivated_groups: bool = false,
        /// See above.
        archived_channels: bool = false,
        /// See above.
        empty_topic_name: bool = false,
        /// See above.
        simplified_presence_events: bool = false,
    }
}

endpoint! {
    /// Deletes an event queue. A poll that waits at it is answered with no events.
    DeleteQueue: Delete "/events", "delete-queue", "real_time_events", auth Basic => Done;
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
    RestErrorHandling: Post "/rest-error-handling", "rest-error-handling", "real_time_events", auth Basic => Done;
    RestErrorHandlingRequest {
        /// The HTTP status of the error: 400, 401 or 429.
        code: i64 = 400,
    }
}
