//! Changing and deleting messages, and reacting to them.

use crate::attachment::Attachment;
use crate::endpoint;
use crate::endpoint::Done;
use crate::ids::{ChannelId, MessageId};
use crate::message::ReactionType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// Which messages of a topic move along with one of them.
    PropagateMode {
        /// None.
        One = "change_one",
        /// The later ones.
        Later = "change_later",
        /// All.
        All = "change_all",
    }
}

/// A message was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UpdateMessageResponse {
    /// Files of the user who edits, to which no message refers any more.
    pub detached_uploads: Vec<Attachment>,
}

endpoint! {
    /// Changes the content of a message, or moves messages to another topic or channel.
    UpdateMessage: Patch "/messages/{message_id}", "update-message", "messages", auth Basic => UpdateMessageResponse,
        fails ExpectationMismatch | MoveTimeLimit | ChannelWildcardNotAllowed | TopicWildcardNotAllowed;
    UpdateMessageRequest {
        /// Which.
        message_id: MessageId,
        /// The new topic.
        topic?: String,
        /// The older name of `topic`.
        subject?: String,
        /// Which messages move along.
        propagate_mode: PropagateMode = PropagateMode::One,
        /// Whether a message where they were says that messages were moved.
        send_notification_to_old_thread: bool = false,
        /// Whether a message where they are says that messages were moved. Nothing is said of topics that are only
        /// marked as done, or not done: for that there is a message anyway.
        send_notification_to_new_thread: bool = true,
        /// The new content.
        content?: String,
        /// SHA-256 of the content that is to be replaced.
        prev_content_sha256?: String,
        /// The new channel.
        stream_id?: ChannelId,
    }
}

endpoint! {
    /// Deletes a message for everybody.
    DeleteMessage: Delete "/messages/{message_id}", "delete-message", "messages", auth Basic => Done;
    DeleteMessageRequest {
        /// Which.
        message_id: MessageId,
    }
}

crate::text_enum! {
    /// Why somebody reports a message.
    ReportType {
        /// Advertising.
        Spam = "spam",
        /// Somebody is attacked.
        Harassment = "harassment",
        /// It does not belong here.
        Inappropriate = "inappropriate",
        /// It breaks the rules of the organization.
        Norms = "norms",
        /// As described.
        Other = "other",
    }
}

endpoint! {
    /// Asks the moderators to look at a message: tells the channel that the organization has for that.
    ReportMessage: Post "/messages/{message_id}/report", "report-message", "messages", auth Basic => Done;
    ReportMessageRequest {
        /// Which.
        message_id: MessageId,
        /// Why.
        report_type: ReportType,
        /// In one's own words, at most 1,000 characters; required for `other`.
        description?: String,
    }
}

endpoint! {
    /// Adds a part to a poll or a list of tasks: a vote, an option, a task.
    AddSubmessage: Post "/submessage", "add-submessage", "messages", auth Basic => Done;
    AddSubmessageRequest {
        /// To which message.
        message_id: MessageId,
        /// `widget`.
        msg_type: String,
        /// JSON; what it may hold depends on what the message is.
        content: String,
    }
}

endpoint! {
    /// Adds a reaction.
    AddReaction: Post "/messages/{message_id}/reactions", "add-reaction", "messages", auth Basic => Done,
        fails ReactionAlreadyExists;
    AddReactionRequest {
        /// To which message.
        message_id: MessageId,
        /// Name of the emoji.
        emoji_name: String,
        /// Code of the emoji, where the name alone is not meant.
        emoji_code?: String,
        /// Kind of emoji.
        reaction_type?: ReactionType,
    }
}

endpoint! {
    /// Takes a reaction back.
    RemoveReaction: Delete "/messages/{message_id}/reactions", "remove-reaction", "messages", auth Basic => Done,
        fails ReactionDoesNotExist | MissingParameter;
    RemoveReactionRequest {
        /// From which message.
        message_id: MessageId,
        /// Name of the emoji.
        emoji_name?: String,
        /// Code of the emoji.
        emoji_code?: String,
        /// Kind of emoji.
        reaction_type?: ReactionType,
    }
}
