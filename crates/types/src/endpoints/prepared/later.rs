//! Messages that are sent later, and reminders of messages.

use crate::endpoint;
use crate::endpoint::Done;
use crate::endpoints::messages::{Addressee, MessageType};
use crate::ids::{MessageId, PreparedId};
use crate::prepared::{Reminder, ScheduledMessage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One's scheduled messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledMessagesResponse {
    /// The next one first.
    pub scheduled_messages: Vec<ScheduledMessage>,
}

endpoint! {
    /// Returns one's messages that are sent later, and those that could not be sent.
    GetScheduledMessages: Get "/scheduled_messages", "get-scheduled-messages", "scheduled_messages", auth Basic
        => ScheduledMessagesResponse;
    GetScheduledMessagesRequest {}
}

/// The new scheduled message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateScheduledMessageResponse {
    /// Its id.
    pub scheduled_message_id: PreparedId,
}

endpoint! {
    /// Sends a message later. Whether one may send it is looked at now and then; if it cannot be sent then, or not within
    /// ten minutes, one is told, and it is kept.
    CreateScheduledMessage: Post "/scheduled_messages", "create-scheduled-message", "scheduled_messages", auth Basic
        => CreateScheduledMessageResponse,
        fails NoSuchChannelId | DeliveryTimeNotInFuture | ChannelWildcardNotAllowed | TopicWildcardNotAllowed;
    CreateScheduledMessageRequest {
        /// Where it goes.
        message_type as "type": MessageType,
        /// The channel's id, or a list of users' ids.
        to: Addressee,
        /// The text, in Markdown.
        content: String,
        /// The topic; not looked at where it does not go to a channel.
        topic?: String,
        /// When it is sent, in UNIX seconds.
        scheduled_delivery_timestamp: i64,
        /// Whether one has read it oneself, once it is sent; by default, that is so for programs that people send with,
        /// unless it goes to oneself.
        read_by_sender?: bool,
    }
}

endpoint! {
    /// Changes a message that is sent later. One that could not be sent needs a new time.
    UpdateScheduledMessage: Patch "/scheduled_messages/{scheduled_message_id}", "update-scheduled-message",
        "scheduled_messages", auth Basic
        => Done, fails NotFound | NoSuchChannelId | DeliveryTimeNotInFuture | ChannelWildcardNotAllowed | TopicWildcardNotAllowed;
    UpdateScheduledMessageRequest {
        /// Which.
        scheduled_message_id: PreparedId,
        /// Where it goes; needs `to`, and for a channel `topic`.
        message_type? as "type": MessageType,
        /// The channel's id, or a list of users' ids.
        to?: Addressee,
        /// The text, in Markdown.
        content?: String,
        /// The topic; not looked at where it does not go to a channel.
        topic?: String,
        /// When it is sent, in UNIX seconds.
        scheduled_delivery_timestamp?: i64,
    }
}

endpoint! {
    /// Does not send a message after all.
    DeleteScheduledMessage: Delete "/scheduled_messages/{scheduled_message_id}", "delete-scheduled-message",
        "scheduled_messages", auth Basic => Done, fails NotFound;
    DeleteScheduledMessageRequest {
        /// Which.
        scheduled_message_id: PreparedId,
    }
}

/// One's reminders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemindersResponse {
    /// The next one first.
    pub reminders: Vec<Reminder>,
}

endpoint! {
    /// Returns the messages that one is going to be reminded of.
    GetReminders: Get "/reminders", "get-reminders", "reminders", auth Basic => RemindersResponse;
    GetRemindersRequest {}
}

/// The new reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateReminderResponse {
    /// Its id.
    pub reminder_id: PreparedId,
}

endpoint! {
    /// Has oneself reminded of a message, by a message from the server.
    CreateReminder: Post "/reminders", "create-message-reminder", "reminders", auth Basic => CreateReminderResponse,
        fails DeliveryTimeNotInFuture;
    CreateReminderRequest {
        /// Of which message.
        message_id: MessageId,
        /// When, in UNIX seconds.
        scheduled_delivery_timestamp: i64,
        /// What one wants to tell oneself: at most 500 characters.
        note?: String,
    }
}

endpoint! {
    /// Takes a reminder back.
    DeleteReminder: Delete "/reminders/{reminder_id}", "delete-reminder", "reminders", auth Basic => Done, fails NotFound;
    DeleteReminderRequest {
        /// Which.
        reminder_id: PreparedId,
    }
}
