//! What the services of outgoing webhooks are sent, and what they answer.

use crate::message::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a service is told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The message, in a channel, mentions the bot.
    Mention,
    /// It was sent to the bot, and perhaps to others.
    DirectMessage,
}

impl Trigger {
    /// As it stands in requests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Trigger::Mention => "mention",
            Trigger::DirectMessage => "direct_message",
        }
    }

    /// The one that is written so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Trigger::Mention, Trigger::DirectMessage].into_iter().find(|trigger| trigger.as_str() == name)
    }
}

/// What the service of an outgoing webhook is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutgoingWebhook {
    /// Address of the bot.
    pub bot_email: String,
    /// Display name of the bot.
    pub bot_full_name: String,
    /// The content of the message, in Markdown.
    pub data: String,
    /// Why the service is told.
    pub trigger: Trigger,
    /// The bot's token, which only the server and the service know.
    pub token: String,
    /// The message, as searches return it, with the content in Markdown.
    pub message: WebhookMessage,
}

/// A message with its content in both forms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookMessage {
    /// The message; its content is Markdown.
    #[serde(flatten)]
    pub message: Message,
    /// The content as HTML.
    pub rendered_content: String,
}

/// What the service answers; all of it may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutgoingWebhookReply {
    /// True for no reply, whatever else there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_not_required: Option<bool>,
    /// What the bot replies, in Markdown; empty or absent for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The same under its older name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_string: Option<String>,
    /// What makes the reply a poll or a list of tasks, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widget_content: Option<String>,
}
