//! Every error a client can be told, from one table.
//!
//! Clients match on `code`, never on the text. Codes, statuses and extra fields are frozen; texts are not.

use crate::group::Objection;
use crate::invite::SkippedAddress;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};
use std::fmt;

/// Names of parameters: a list in JSON, joined by commas in text.
#[derive(Clone, Debug, PartialEq, serde::Serialize, JsonSchema)]
#[schemars(inline)]
pub struct NameList(pub Vec<String>);

impl fmt::Display for NameList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A row of the table of errors, for documentation.
#[derive(Clone, Copy, Debug)]
pub struct ErrorSpec {
    /// Its name in the table, as in `BadNarrow`.
    pub name: &'static str,
    /// When it is answered.
    pub doc: &'static str,
    /// The machine-readable code; `None` for the few answers that have none.
    pub code: Option<&'static str>,
    /// The HTTP status.
    pub status: u16,
    /// The text, with the names of its fields in braces.
    pub text: &'static str,
    /// Fields of the answer beside `result`, `msg` and `code`: names and what they hold.
    pub extra: &'static [(&'static str, SchemaOf)],
}

/// Rows are `Name { field: Type } => code, status, text`; a field that is part of the answer is
/// `field: Type as "name"`.
macro_rules! api_errors {
    ($($(#[doc = $doc:literal])* $name:ident { $($field:ident : $type:ty $(as $key:literal)?),* } => $code:expr, $status:literal, $text:literal;)*) => {
        /// What a client is told when a request is refused. One enum for the whole API.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum ApiError {
            $($(#[doc = $doc])* #[allow(missing_docs, reason = "the fields are named like what they are on the wire")] $name { $($field: $type),* },)*
        }

        /// Names the rows of the table of errors.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ErrorKind { $($(#[doc = $doc])* $name),* }

        impl ErrorKind {
            /// Every row.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name),*];

            /// What the row says.
            #[must_use]
            pub fn spec(self) -> ErrorSpec {
                match self {
                    $(ErrorKind::$name => ErrorSpec {
                        name: stringify!($name),
                        doc: concat!($($doc, "\n"),*),
                        code: $code,
                        status: $status,
                        text: $text,
                        extra: &[$($(($key, |generator| generator.subschema_for::<$type>()),)?)*],
                    },)*
                }
            }
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
                        $($(body.insert($key.to_owned(), serde_json::json!($field));)?)*
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
    BadRequest { text: String } => Some("BAD_REQUEST"), 400, "{text}";
    /// The account may not do this, ever; as opposed to something it asked for wrongly.
    Forbidden { text: String } => Some("BAD_REQUEST"), 403, "{text}";
    /// The object in the path does not exist, or must not be known to exist.
    NotFound { text: String } => Some("BAD_REQUEST"), 404, "{text}";
    /// No endpoint has this path.
    NoSuchEndpoint {} => Some("BAD_REQUEST"), 404, "There is no such endpoint";
    /// The endpoint exists, but not for this method. Has no code, as clients know it.
    MethodNotAllowed { allowed: Vec<&'static str> as "allowed_methods" } => None, 405, "Method Not Allowed";
    /// A required parameter is absent.
    MissingParameter { var_name: String as "var_name" } => Some("REQUEST_VARIABLE_MISSING"), 400, "Missing '{var_name}' argument";
    /// Two parameters or filters that exclude each other.
    IncompatibleParameters { parameters: NameList as "parameters" } => Some("BAD_REQUEST"), 400, "Unsupported parameter combination: {parameters}";
    /// A narrow of a message search that is not understood.
    BadNarrow { desc: String as "desc" } => Some("BAD_NARROW"), 400, "Invalid narrow operator: {desc}";
    /// Terms of a narrow that exclude each other.
    BadNarrowCombination { desc: String as "desc" } => Some("BAD_NARROW"), 400, "Invalid narrow operator combination: {desc}";
    /// The `Idempotency-Key` of this request was used for another message. Send with a new key.
    IdempotencyKeyReused {} => Some("IDEMPOTENCY_KEY_REUSED"), 422, "This Idempotency-Key was used for another message";
    /// The queue was deleted, expired, never existed, or belongs to another user. Register again.
    BadEventQueueId { queue_id: String as "queue_id" } => Some("BAD_EVENT_QUEUE_ID"), 400, "Bad event queue ID: {queue_id}";
    /// A stream is over because somebody else, with the same account, reads the queue now.
    Superseded {} => Some("EVENT_QUEUE_SUPERSEDED"), 409, "The event queue is read elsewhere now";
    /// The credentials are missing, malformed or wrong, or the account was deactivated.
    Unauthorized { text: String } => Some("UNAUTHORIZED"), 401, "{text}";
    /// The API key is wrong. Most endpoints answer `UNAUTHORIZED` for that.
    InvalidApiKey {} => Some("INVALID_API_KEY"), 401, "Invalid API key";
    /// User name or password are wrong.
    AuthenticationFailed {} => Some("AUTHENTICATION_FAILED"), 401, "Your username or password is incorrect";
    /// The account was deactivated, told to who logs in with a password.
    UserDeactivated {} => Some("USER_DEACTIVATED"), 401, "Account is deactivated";
    /// Some addresses, or all, were sent no invitation; `errors` says which and why.
    InvitationFailed {
        text: String,
        errors: Vec<SkippedAddress> as "errors",
        sent_invitations: bool as "sent_invitations",
        daily_limit_reached: bool as "daily_limit_reached",
        license_limit_reached: bool as "license_limit_reached"
    } => Some("INVITATION_FAILED"), 400, "{text}";
    /// The organization is closed, told to who logs in with a password.
    RealmDeactivated {} => Some("REALM_DEACTIVATED"), 401, "This organization has been deactivated";
    /// The role is not enough.
    UnauthorizedPrincipal { text: String } => Some("UNAUTHORIZED_PRINCIPAL"), 400, "{text}";
    /// Too many requests. `retry-after` is how many seconds to wait.
    RateLimited { retry_after_secs: f64 as "retry-after" } => Some("RATE_LIMIT_HIT"), 429, "API usage exceeded rate limit";
    /// No channel has this name, or it must not be known.
    NoSuchChannelName { stream: String as "stream" } => Some("STREAM_DOES_NOT_EXIST"), 400, "Channel '{stream}' does not exist";
    /// No channel has this id, or it must not be known.
    NoSuchChannelId { stream_id: u32 as "stream_id" } => Some("STREAM_DOES_NOT_EXIST"), 400, "Channel with ID '{stream_id}' does not exist";
    /// A channel is to be created with a name that is taken.
    ChannelAlreadyExists { name: String } => Some("CHANNEL_ALREADY_EXISTS"), 409, "Channel '{name}' already exists";
    /// A message cannot be sent, nor somebody be reminded, in the past.
    DeliveryTimeNotInFuture {} => Some("DELIVERY_TIME_NOT_IN_FUTURE"), 400, "Scheduled delivery time must be in the future.";
    /// The same user already reacted so.
    ReactionAlreadyExists {} => Some("REACTION_ALREADY_EXISTS"), 400, "Reaction already exists.";
    /// There is no such reaction to take back.
    ReactionDoesNotExist {} => Some("REACTION_DOES_NOT_EXIST"), 400, "Reaction doesn't exist.";
    /// The message changed since the client read what it wants to replace.
    ExpectationMismatch {} => Some("EXPECTATION_MISMATCH"), 400, "'prev_content_sha256' value does not match the expected value.";
    /// The setting changed since the client read what it wants to replace.
    SettingMismatch {} => Some("EXPECTATION_MISMATCH"), 400, "'old' value does not match the expected value.";
    /// The group is part of another, or who may do something depends on it. `objections` says what: objects with a
    /// `type`, which is `subgroup` (with `supergroup_ids`), `channel` (with `channel_id` and `settings`), `user_group`
    /// (with `group_id` and `settings`) or `realm` (with `settings`).
    GroupInUse { objections: Vec<Objection> as "objections" } => Some("CANNOT_DEACTIVATE_GROUP_IN_USE"), 400, "Cannot deactivate user group in use.";
    /// Only messages without a topic are to be allowed in a channel that has others.
    CannotSetTopicsPolicy {} => Some("CANNOT_SET_TOPICS_POLICY"), 400, "To enable this configuration, all messages in this channel must be in the general chat topic. Consider renaming or deleting other topics.";
    /// A permission can only be given to a built-in group.
    SystemGroupRequired { setting_name: String as "setting_name" } => Some("SYSTEM_GROUP_REQUIRED"), 400, "'{setting_name}' must be a system user group.";
    /// Not all messages of a topic may still be moved.
    MoveTimeLimit {
        first_message_id_allowed_to_move: Option<u32> as "first_message_id_allowed_to_move",
        total_messages_in_topic: u32 as "total_messages_in_topic",
        total_messages_allowed_to_move: u32 as "total_messages_allowed_to_move"
    } => Some("MOVE_MESSAGES_TIME_LIMIT_EXCEEDED"), 400, "You only have permission to move the {total_messages_allowed_to_move}/{total_messages_in_topic} most recent messages in this topic.";
    /// `@all` where the organization's rules forbid it.
    ChannelWildcardNotAllowed {} => Some("STREAM_WILDCARD_MENTION_NOT_ALLOWED"), 400, "You do not have permission to use channel wildcard mentions in this channel.";
    /// `@topic` where the organization's rules forbid it.
    TopicWildcardNotAllowed {} => Some("TOPIC_WILDCARD_MENTION_NOT_ALLOWED"), 400, "You do not have permission to use topic wildcard mentions in this topic.";
    /// The last owner (or the last user) cannot leave.
    CannotDeactivateLastUser { entity: String as "entity", is_last_owner: bool as "is_last_owner" } => Some("CANNOT_DEACTIVATE_LAST_USER"), 400, "Cannot deactivate the only {entity}";
    /// The server has no push service, so no device can be told anything.
    PushServiceNotConfigured {} => Some("PUSH_SERVICE_NOT_CONFIGURED"), 400, "Server is not configured to use push notification service.";
    /// No device of the account has this token.
    InvalidPushDeviceToken {} => Some("INVALID_PUSH_DEVICE_TOKEN"), 400, "Device not recognized";
    /// No device of the account is registered for notifications.
    NoActivePushDevice {} => Some("NO_ACTIVE_PUSH_DEVICE"), 400, "No active registered push device";
    /// An image that cannot be read, or is too large to be shown.
    BadImage { text: String } => Some("BAD_IMAGE"), 400, "{text}";
    /// The files of the organization would take more space than they may.
    RealmUploadQuota {} => Some("REALM_UPLOAD_QUOTA"), 400, "Upload would exceed your organization's upload quota.";
    /// The body is larger than the server takes.
    PayloadTooLarge { limit_bytes: u64 } => Some("BAD_REQUEST"), 413, "The request is larger than {limit_bytes} bytes";
    /// The request did not arrive or was not answered in time.
    RequestTimeout {} => Some("REQUEST_TIMEOUT"), 504, "The request took too long";
    /// The server is starting or stopping.
    NotReady {} => Some("SERVER_NOT_READY"), 503, "The server is not ready; try again in a moment";
    /// A fault of the server; details are in its log. Has no code, as clients know it.
    Internal {} => None, 500, "Internal server error";
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
