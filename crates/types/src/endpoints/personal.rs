//! What users keep for themselves, and what they tell others of themselves.
//!
//! # Layout
//! - [`settings`]: personal settings. [`presence`]: who is there. Here: everything else.

use super::messages::Addressee;
use crate::ApiError;
use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::{ChannelId, MessageId, UserId};
use crate::user::UserStatus;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod presence;
pub mod settings;

/// All of one's alert words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertWordsResponse {
    /// In the order they were added.
    pub alert_words: Vec<String>,
}

endpoint! {
    /// Returns one's alert words: words that make any message count as important.
    GetAlertWords: Get "/users/me/alert_words", "get-alert-words", "users", auth Basic => AlertWordsResponse;
    GetAlertWordsRequest {}
}

endpoint! {
    /// Adds alert words; those one has already, without regard to case, are ignored. Returns all.
    AddAlertWords: Post "/users/me/alert_words", "add-alert-words", "users", auth Basic => AlertWordsResponse;
    AddAlertWordsRequest {
        /// Words or phrases of at most 100 characters.
        alert_words: Vec<String>,
    }
}

endpoint! {
    /// Removes alert words, without regard to case. Returns those left.
    RemoveAlertWords: Delete "/users/me/alert_words", "remove-alert-words", "users", auth Basic => AlertWordsResponse;
    RemoveAlertWordsRequest {
        /// Words or phrases.
        alert_words: Vec<String>,
    }
}

endpoint! {
    /// Mutes a user: what they send is read at once, and clients hide it.
    MuteUser: Post "/users/me/muted_users/{muted_user_id}", "mute-user", "users", auth Basic => Done;
    MuteUserRequest {
        /// Whom.
        muted_user_id: UserId,
    }
}

endpoint! {
    /// Takes the muting of a user back.
    UnmuteUser: Delete "/users/me/muted_users/{muted_user_id}", "unmute-user", "users", auth Basic => Done;
    UnmuteUserRequest {
        /// Whom.
        muted_user_id: UserId,
    }
}

endpoint! {
    /// Sets what one wants of a topic. The topic need not have messages.
    UpdateUserTopic: Post "/user_topics", "update-user-topic", "channels", auth Basic => Done;
    UpdateUserTopicRequest {
        /// In which channel.
        stream_id: ChannelId,
        /// The topic, at most 60 characters.
        topic: String,
        /// 0 nothing, 1 mute, 2 unmute, 3 follow.
        visibility_policy: i64,
    }
}

crate::text_enum! {
    /// Add or take back.
    AddOrRemove {
        /// Add.
        Add = "add",
        /// Take back.
        Remove = "remove",
    }
}

endpoint! {
    /// Deprecated form of muting and unmuting a topic.
    MuteTopic: Patch "/users/me/subscriptions/muted_topics", "mute-topic", "channels", auth Basic => Done,
        fails IncompatibleParameters | MissingParameter;
    MuteTopicRequest {
        /// The channel; this or its name, not both.
        stream_id?: ChannelId,
        /// The channel's name.
        stream?: String,
        /// The topic.
        topic: String,
        /// Mute (`add`) or unmute (`remove`).
        op: AddOrRemove,
    }
}

endpoint! {
    /// Changes what one says of oneself. Parts that are not passed stay as they are; empty ones are cleared.
    UpdateStatus: Post "/users/me/status", "update-status", "users", auth Basic => Done;
    UpdateStatusRequest {
        /// At most 60 characters.
        status_text?: String,
        /// Deprecated: the opposite of the setting `presence_enabled`.
        away?: bool,
        /// Name of an emoji.
        emoji_name?: String,
        /// Its code; found by name if absent.
        emoji_code?: String,
        /// `unicode_emoji`, `realm_emoji` or `zulip_extra_emoji`.
        reaction_type?: String,
    }
}

endpoint! {
    /// Changes what another user says of themselves; for administrators.
    UpdateStatusForUser: Post "/users/{user_id}/status", "update-status-for-user", "users", auth Basic => Done;
    UpdateStatusForUserRequest {
        /// Whose.
        user_id: UserId,
        /// At most 60 characters.
        status_text?: String,
        /// Name of an emoji.
        emoji_name?: String,
        /// Its code; found by name if absent.
        emoji_code?: String,
        /// `unicode_emoji`, `realm_emoji` or `zulip_extra_emoji`.
        reaction_type?: String,
    }
}

/// What a user says of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserStatusResponse {
    /// Empty if nothing.
    pub status: UserStatus,
}

endpoint! {
    /// Returns what a user says of themselves.
    GetUserStatus: Get "/users/{user_id}/status", "get-user-status", "users", auth Basic => UserStatusResponse;
    GetUserStatusRequest {
        /// Whose.
        user_id: UserId,
    }
}

crate::text_enum! {
    /// Whether someone composes, or stopped.
    TypingOp {
        /// Composes; to be repeated every few seconds.
        Start = "start",
        /// Stopped.
        Stop = "stop",
    }
}

endpoint! {
    /// Tells others that one is composing a message to them, or stopped.
    SetTypingStatus: Post "/typing", "set-typing-status", "users", auth Basic => Done,
        fails MissingParameter | NoSuchChannelId;
    SetTypingStatusRequest {
        /// `direct` or `channel`.
        message_type? as "type": super::messages::MessageType,
        /// Whether one composes, or stopped.
        op: TypingOp,
        /// Ids of users, for direct messages; one alone need not be in a list.
        to?: Addressee,
        /// The channel, for channel messages.
        stream_id?: ChannelId,
        /// The topic, for channel messages.
        topic?: String,
    }
}

endpoint! {
    /// Tells others that one is editing a message they have, or stopped.
    SetTypingStatusForMessageEdit: Post "/messages/{message_id}/typing", "set-typing-status-for-message-edit", "users",
        auth Basic => Done,
        fails NoSuchChannelId;
    SetTypingStatusForMessageEditRequest {
        /// One's own message.
        message_id: MessageId,
        /// Whether one edits, or stopped.
        op: TypingOp,
    }
}

/// The policy a request names.
///
/// # Errors
/// 400 for numbers that are no policy.
pub fn visibility_policy(number: i64) -> Result<u8, ApiError> {
    u8::try_from(number).ok().filter(|policy| *policy <= 3).ok_or_else(|| ApiError::invalid("visibility_policy"))
}
