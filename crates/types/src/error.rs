//! Every error a client can be told, from one table.
//!
//! Clients match on `code`, never on the text. Codes, statuses and extra fields are frozen; texts are not.

use serde_json::{Map, Value};
use std::fmt;

/// Names of parameters: a list in JSON, joined by commas in text.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct NameList(pub Vec<String>);

impl fmt::Display for NameList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

macro_rules! api_errors {
    ($($(#[$doc:meta])* $name:ident { $($field:ident : $type:ty),* } => $code:expr, $status:literal, $text:literal, extra { $($key:literal : $extra:ident),* };)*) => {
        /// What a client is told when a request is refused. One enum for the whole API.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum ApiError {
            $($(#[$doc])* #[allow(missing_docs, reason = "the fields are named like what they are on the wire")] $name { $($field: $type),* },)*
        }

        impl ApiError {
            /// The machine-readable code; `None` for the few answers that have none.
            #[must_use]
            pub fn code(&self) -> Option<&'static str> {
                match self { $(ApiError::$name { .. } => $code,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(&self) -> u16 {
                match self { $(ApiError::$name { .. } => $status,)* }
            }

            /// The JSON object that is the body of the answer.
            #[must_use]
            pub fn to_json(&self) -> Value {
                let mut body = Map::new();
                body.insert("result".to_owned(), Value::from("error"));
                body.insert("msg".to_owned(), Value::from(self.to_string()));
                if let Some(code) = self.code() {
                    body.insert("code".to_owned(), Value::from(code));
                }
                match self {
                    $(#[allow(unused_variables, reason = "not every field is an extra one")]
                    ApiError::$name { $($field),* } => {
                        $(body.insert($key.to_owned(), serde_json::json!($extra));)*
                    })*
                }
                Value::Object(body)
            }
        }

        impl fmt::Display for ApiError {
            #[allow(unused_variables, reason = "not every field is in the text")]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(ApiError::$name { $($field),* } => write!(f, $text),)* }
            }
        }

        impl std::error::Error for ApiError {}
    };
}

api_errors! {
    /// A rule of the product or a parameter's type says no.
    BadRequest { text: String } => Some("BAD_REQUEST"), 400, "{text}", extra {};
    /// The account may not do this, ever; as opposed to something it asked for wrongly.
    Forbidden { text: String } => Some("BAD_REQUEST"), 403, "{text}", extra {};
    /// The object in the path does not exist, or must not be known to exist.
    NotFound { text: String } => Some("BAD_REQUEST"), 404, "{text}", extra {};
    /// No endpoint has this path.
    NoSuchEndpoint {} => Some("BAD_REQUEST"), 404, "There is no such endpoint", extra {};
    /// The endpoint exists, but not for this method. Has no code, as clients know it.
    MethodNotAllowed { allowed: Vec<&'static str> } => None, 405, "Method Not Allowed", extra { "allowed_methods": allowed };
    /// A required parameter is absent.
    MissingParameter { var_name: String } => Some("REQUEST_VARIABLE_MISSING"), 400, "Missing '{var_name}' argument", extra { "var_name": var_name };
    /// Two parameters or filters that exclude each other.
    IncompatibleParameters { parameters: NameList } => Some("BAD_REQUEST"), 400, "Unsupported parameter combination: {parameters}", extra { "parameters": parameters };
    /// A narrow of a message search that is not understood.
    BadNarrow { desc: String } => Some("BAD_NARROW"), 400, "Invalid narrow operator: {desc}", extra { "desc": desc };
    /// The queue was deleted, expired, never existed, or belongs to another user. Register again.
    BadEventQueueId { queue_id: String } => Some("BAD_EVENT_QUEUE_ID"), 400, "Bad event queue ID: {queue_id}", extra { "queue_id": queue_id };
    /// A stream is over because somebody else, with the same account, reads the queue now.
    Superseded {} => Some("EVENT_QUEUE_SUPERSEDED"), 409, "The event queue is read elsewhere now", extra {};
    /// HTTP basic credentials that are missing, malformed or wrong. Every reason has this code.
    Unauthorized { text: String } => Some("UNAUTHORIZED"), 401, "{text}", extra {};
    /// The API key is wrong, told where the key is not masked as [`ApiError::Unauthorized`].
    InvalidApiKey {} => Some("INVALID_API_KEY"), 401, "Invalid API key", extra {};
    /// User name or password are wrong.
    AuthenticationFailed {} => Some("AUTHENTICATION_FAILED"), 401, "Your username or password is incorrect", extra {};
    /// The account was deactivated.
    UserDeactivated {} => Some("USER_DEACTIVATED"), 401, "Account is deactivated", extra {};
    /// The role is not enough.
    UnauthorizedPrincipal { text: String } => Some("UNAUTHORIZED_PRINCIPAL"), 400, "{text}", extra {};
    /// Too many requests; the number is seconds.
    RateLimited { retry_after_secs: f64 } => Some("RATE_LIMIT_HIT"), 429, "API usage exceeded rate limit", extra { "retry-after": retry_after_secs };
    /// No channel has this name, or it must not be known.
    NoSuchChannelName { stream: String } => Some("STREAM_DOES_NOT_EXIST"), 400, "Channel '{stream}' does not exist", extra { "stream": stream };
    /// No channel has this id, or it must not be known.
    NoSuchChannelId { stream_id: u32 } => Some("STREAM_DOES_NOT_EXIST"), 400, "Channel with ID '{stream_id}' does not exist", extra { "stream_id": stream_id };
    /// `POST /channels/create` with a name that is taken.
    ChannelAlreadyExists { name: String } => Some("CHANNEL_ALREADY_EXISTS"), 409, "Channel '{name}' already exists", extra {};
    /// The same user already reacted so.
    ReactionAlreadyExists {} => Some("REACTION_ALREADY_EXISTS"), 400, "Reaction already exists.", extra {};
    /// There is no such reaction to take back.
    ReactionDoesNotExist {} => Some("REACTION_DOES_NOT_EXIST"), 400, "Reaction doesn't exist.", extra {};
    /// The message changed since the client read what it wants to replace.
    ExpectationMismatch {} => Some("EXPECTATION_MISMATCH"), 400, "'prev_content_sha256' value does not match the expected value.", extra {};
    /// `@all` where the realm's rules forbid it.
    ChannelWildcardNotAllowed {} => Some("STREAM_WILDCARD_MENTION_NOT_ALLOWED"), 400, "You do not have permission to use channel wildcard mentions in this channel.", extra {};
    /// `@topic` where the realm's rules forbid it.
    TopicWildcardNotAllowed {} => Some("TOPIC_WILDCARD_MENTION_NOT_ALLOWED"), 400, "You do not have permission to use topic wildcard mentions in this topic.", extra {};
    /// The last owner (or the last user) cannot leave.
    CannotDeactivateLastUser { entity: String, is_last_owner: bool } => Some("CANNOT_DEACTIVATE_LAST_USER"), 400, "Cannot deactivate the only {entity}", extra { "entity": entity, "is_last_owner": is_last_owner };
    /// The body is larger than the server takes.
    PayloadTooLarge { limit_bytes: u64 } => Some("BAD_REQUEST"), 413, "The request is larger than {limit_bytes} bytes", extra {};
    /// The request did not arrive or was not answered in time.
    RequestTimeout {} => Some("REQUEST_TIMEOUT"), 504, "The request took too long", extra {};
    /// The server is starting or stopping.
    NotReady {} => Some("SERVER_NOT_READY"), 503, "The server is not ready; try again in a moment", extra {};
    /// A fault of ours; details are in the server's log. Has no code, as clients know it.
    Internal {} => None, 500, "Internal server error", extra {};
}

impl ApiError {
    /// A refusal with a text of its own.
    pub fn bad_request(text: impl Into<String>) -> Self {
        ApiError::BadRequest { text: text.into() }
    }

    /// Credentials that do not work, for the reason in `text`.
    pub fn unauthorized(text: impl Into<String>) -> Self {
        ApiError::Unauthorized { text: text.into() }
    }

    /// The parameter `name` has a value outside its set.
    #[must_use]
    pub fn invalid(name: &str) -> Self {
        ApiError::bad_request(format!("Invalid {name}"))
    }
}
